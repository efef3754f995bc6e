//! What can go wrong in a step, and the distinct errors a program can reach.

use std::collections::HashMap;

use super::layout::freed_types;
use super::program::{BinaryOp, Instr, Operand, Program, Scalar, ThreadId, UnaryOp};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A pointer to a freed object was followed.
    UseAfterFree,
    /// A freed object was freed again.
    DoubleFree,
    /// `NULL` was followed.
    NullDereference,
    /// A value does not fit the width of its field.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// An index is not inside its array.
    OutOfRange,
    /// A `BUG_ON()` fired.
    Assertion,
    /// A lock was released by a thread that does not hold it.
    NotHeld,
    /// A lock was taken by the thread that holds it.
    HeldTwice,
    /// A thread ended with a lock held.
    EndsHolding,
    /// An object was freed while a lock in it was held.
    FreesHeld,
    /// A part of an object was freed.
    FreesPart,
}

impl ErrorKind {
    /// The safety property that this kind breaks where the listing names no other.
    pub fn property(self) -> &'static str {
        match self {
            ErrorKind::UseAfterFree | ErrorKind::DoubleFree => "NoUseAfterFree",
            ErrorKind::NullDereference => "NoNullDereference",
            ErrorKind::Overflow | ErrorKind::OutOfRange => "NoOverflow",
            ErrorKind::NotHeld | ErrorKind::HeldTwice | ErrorKind::EndsHolding | ErrorKind::FreesHeld => {
                "LocksBalanced"
            }
            ErrorKind::Assertion | ErrorKind::DivisionByZero | ErrorKind::FreesPart => "NoBug",
        }
    }

    /// In words, to stand before "in FUNCTION()".
    pub fn words(self) -> &'static str {
        match self {
            ErrorKind::UseAfterFree => "use-after-free",
            ErrorKind::DoubleFree => "double free",
            ErrorKind::NullDereference => "NULL pointer dereference",
            ErrorKind::Overflow => "overflow",
            ErrorKind::DivisionByZero => "division by zero",
            ErrorKind::OutOfRange => "array index out of range",
            ErrorKind::Assertion => "BUG_ON() fired",
            ErrorKind::NotHeld => "release of a lock that is not held",
            ErrorKind::HeldTwice => "lock taken twice",
            ErrorKind::EndsHolding => "thread ended with a lock held",
            ErrorKind::FreesHeld => "object freed while its lock is held",
            ErrorKind::FreesPart => "part of an object freed",
        }
    }
}

/// One value of the error variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Error {
    /// The property that it breaks.
    pub property: String,
    /// What went wrong.
    pub kind: ErrorKind,
    /// Who.
    pub thread: ThreadId,
    /// In which function, an index into [`Program::functions`].
    pub function: usize,
    /// On which line.
    pub line: u32,
}

/// Every error that the program could reach, numbered; two inlined copies of a line are one error.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors {
    /// The errors; number `k` of the state is `list[k - 2]`, 0 is none and 1 is a panic.
    pub list: Vec<Error>,
    numbers: HashMap<(ThreadId, usize, ErrorKind), usize>,
}

impl Errors {
    /// Numbers the errors of a program.
    pub(crate) fn new(program: &Program) -> Self {
        let freed = freed_types(program);
        let mut errors = Errors::default();
        let mut known = HashMap::new();
        for (thread, code) in program.threads.iter().enumerate() {
            for (at, instr) in code.code.iter().enumerate() {
                for kind in possible(program, &freed, instr) {
                    let site = &code.sites[code.at[at] as usize];
                    let error = Error {
                        property: site.breaks.clone().unwrap_or_else(|| kind.property().to_string()),
                        kind,
                        thread,
                        function: site.function,
                        line: site.line,
                    };
                    let number = *known.entry(error.clone()).or_insert_with(|| {
                        errors.list.push(error);
                        errors.list.len() + 1
                    });
                    errors.numbers.insert((thread, at, kind), number);
                }
            }
        }
        errors
    }

    /// The largest number in use.
    pub(crate) fn largest(&self) -> usize {
        self.list.len() + 1
    }

    /// The number of an error at an instruction.
    pub(crate) fn number(&self, thread: ThreadId, at: usize, kind: ErrorKind) -> usize {
        // Every kind an instruction can raise was numbered by `possible`.
        self.numbers[&(thread, at, kind)]
    }
}

fn possible(program: &Program, freed: &[bool], instr: &Instr) -> Vec<ErrorKind> {
    let null = |object: &Operand| !matches!(object, Operand::Const(value) if *value > 0);
    let mut kinds = Vec::new();
    match instr {
        Instr::Load {
            field, object, index, ..
        }
        | Instr::Store {
            field, object, index, ..
        } => {
            let declared = &program.fields[*field];
            if null(object) {
                kinds.push(ErrorKind::NullDereference);
            }
            if program.types[declared.owner]
                .objects
                .iter()
                .any(|object| freed[object.root.0])
            {
                kinds.push(ErrorKind::UseAfterFree);
            }
            if outside(index, declared.length) {
                kinds.push(ErrorKind::OutOfRange);
            }
            if let (Instr::Store { value, .. }, Scalar::Unsigned(bits)) = (instr, declared.scalar)
                && !matches!(value, Operand::Const(value) if *value >= 0 && value >> bits == 0)
            {
                kinds.push(ErrorKind::Overflow);
            }
        }
        Instr::Part { part, index, .. } if outside(index, program.parts[*part].length) => {
            kinds.push(ErrorKind::OutOfRange);
        }
        Instr::Binary {
            op: BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl | BinaryOp::Shr,
            ..
        }
        | Instr::Unary {
            op: UnaryOp::Negate, ..
        }
        | Instr::Fits { .. } => kinds.push(ErrorKind::Overflow),
        Instr::Binary {
            op: BinaryOp::Div | BinaryOp::Rem,
            ..
        } => kinds.push(ErrorKind::DivisionByZero),
        Instr::Fail => kinds.push(ErrorKind::Assertion),
        Instr::Free { .. } => kinds.extend([ErrorKind::DoubleFree, ErrorKind::FreesPart, ErrorKind::FreesHeld]),
        Instr::Acquire { .. } => kinds.extend([ErrorKind::NullDereference, ErrorKind::HeldTwice]),
        Instr::Release { .. } => kinds.extend([ErrorKind::NullDereference, ErrorKind::NotHeld]),
        Instr::End => kinds.push(ErrorKind::EndsHolding),
        _ => {}
    }
    kinds
}

fn outside(index: &Operand, length: Option<usize>) -> bool {
    !matches!(index, Operand::Const(value) if *value >= 0 && (*value as usize) < length.unwrap_or(1))
}
