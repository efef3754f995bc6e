//! What the machine runs: objects with typed fields, and one inlined instruction list per thread.
//!
//! This is the only thing a front end has to produce. Everything here is data; [`super::Machine`] gives it meaning.

use crate::source::{Sources, Span};

/// Index of a struct type in [`Program::types`].
pub(crate) type TypeId = usize;
/// Index of an enum in [`Program::enums`].
pub(crate) type EnumId = usize;
/// Index of a field in [`Program::fields`].
pub(crate) type FieldId = usize;
/// Index of a [`Part`] in [`Program::parts`].
pub(crate) type PartId = usize;
/// Index of a thread in [`Program::threads`].
pub(crate) type ThreadId = usize;
/// A register of a thread: a local variable or temporary of one inlined call.
pub(crate) type Reg = usize;

/// A compiled protocol in a scenario.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The texts behind every span.
    pub sources: Sources,
    /// Struct types; [`Program::GLOBALS`] is the one that holds the variables of scalar type.
    pub types: Vec<StructType>,
    /// Enums.
    pub enums: Vec<EnumType>,
    /// The fields of all types.
    pub fields: Vec<Field>,
    /// Structs embedded in structs, and arrays of structs.
    pub parts: Vec<Part>,
    /// The threads, in the order of their definitions.
    pub threads: Vec<Thread>,
    /// Every function that any thread runs, for positions and for `InFunction`.
    pub functions: Vec<Function>,
}

impl Program {
    /// The type whose only object holds the global variables that are not structs.
    pub const GLOBALS: TypeId = 0;
}

/// A struct and its objects.
#[derive(Debug, Clone)]
pub struct StructType {
    /// Its tag.
    pub name: String,
    /// Its fields, indices into [`Program::fields`], in order of declaration.
    pub fields: Vec<FieldId>,
    /// Its objects; pointer value `k` means `objects[k - 1]`, 0 means `NULL`.
    pub objects: Vec<Object>,
}

/// A declared object.
#[derive(Debug, Clone)]
pub struct Object {
    /// `mm`, `pages[0]`, `mm.mmap_sem`.
    pub name: String,
    /// The declared object that this one is, or is part of: it ends when that one is freed.
    pub root: (TypeId, usize),
}

/// An enum.
#[derive(Debug, Clone)]
pub struct EnumType {
    /// Its tag.
    pub name: String,
    /// Its enumerators, numbered from 0.
    pub names: Vec<String>,
}

/// The type of a value that fits in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `false`, `true`
    Bool,
    /// An unsigned number of at most this many bits.
    Unsigned(u32),
    /// An intermediate result of arithmetic.
    Integer,
    /// An enumerator.
    Enum(EnumId),
    /// A set of enumerators, bit `k` for enumerator `k`.
    Bitset(EnumId),
    /// `NULL` or an object of the type.
    Pointer(TypeId),
}

/// A field of scalar type, or an array of scalars.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The struct it belongs to.
    pub owner: TypeId,
    /// The type of its elements.
    pub scalar: Scalar,
    /// The number of elements; `None` for a plain field.
    pub length: Option<usize>,
    /// The width of a bit-field as it is written: what to raise where it is exceeded.
    pub bound: Option<String>,
    /// Never read by listings.
    pub ghost: bool,
    /// Some thread writes it.
    pub written: bool,
    /// Initial values: element `i` of object `o` (from 0) at `o * length + i`.
    pub initial: Vec<i64>,
}

impl Field {
    /// Elements per object.
    pub(crate) fn elements(&self) -> usize {
        self.length.unwrap_or(1)
    }
}

/// Where structs lie inside other objects: `&mm->mmap_sem`, `&pages[i]`.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name of the member or of the global array.
    pub name: String,
    /// The containing type.
    pub owner: TypeId,
    /// The type of the parts.
    pub inner: TypeId,
    /// The number of parts; `None` for a plain member.
    pub length: Option<usize>,
    /// Pointer value of the first part, by the container's pointer value minus one.
    pub first: Vec<usize>,
}

/// What a thread is, for fairness and deadlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A user task: unfinished at the end of a run is a deadlock.
    Task,
    /// A kernel daemon: may wait for ever.
    Daemon,
    /// A device or holder without a task.
    Environment,
}

/// A thread: one function with everything it calls inlined.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The name in reports: the task's, or the function's for daemons.
    pub name: String,
    /// Its function.
    pub function: String,
    /// Its role.
    pub role: Role,
    /// Weakly fair; false for `__unfair`.
    pub fair: bool,
    /// The instructions; execution starts at 0.
    pub code: Vec<Instr>,
    /// Where each instruction comes from, an index into `sites`, parallel to `code`.
    pub at: Vec<u32>,
    /// The places in the text.
    pub sites: Vec<Site>,
    /// The registers.
    pub registers: Vec<Register>,
    /// The scheduling points, in order of appearance in `code`; position `k + 1` of the thread is `points[k]`, 0 is the end.
    pub points: Vec<Point>,
    /// The calls in the text of the functions that it runs, each once.
    pub calls: Vec<Call>,
    /// Its own function, then the calls as they were inlined: a function that is called from two places stands here twice.
    pub frames: Vec<Inlined>,
}

/// A call as it was inlined, for those who follow a run from call to call.
#[derive(Debug, Clone)]
pub struct Inlined {
    /// The function, an index into [`Program::functions`].
    pub function: usize,
    /// The call around it, an index into [`Thread::frames`]; none for the thread's own function.
    pub parent: Option<u32>,
    /// By parameter: what was passed.
    pub arguments: Vec<Passed>,
    /// Where the result is, if there is one.
    pub result: Option<Reg>,
}

/// What a call passes for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// A number, an enumerator, or a pointer to an object.
    Value(Operand),
    /// The address of a scalar: the field, and the object that it is in.
    Place(FieldId, Operand),
    /// A scalar of the caller's own.
    Local,
}

/// A local variable or temporary.
#[derive(Debug, Clone)]
pub struct Register {
    /// The function that it belongs to, an index into [`Program::functions`].
    pub function: usize,
    /// What it holds.
    pub holds: Holds,
    /// Its type, which gives its width.
    pub scalar: Scalar,
}

/// What a register holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// A local variable or a parameter of this name.
    Variable(String),
    /// What a call of this function returned, an index into [`Program::functions`].
    Result(usize),
    /// A value on the way to another.
    Hidden,
}

impl Register {
    /// `function.name`, `function.callee()`, or `function._` for a hidden one.
    pub(crate) fn name(&self, program: &Program) -> String {
        let function = &program.functions[self.function].name;
        match &self.holds {
            Holds::Variable(name) => format!("{function}.{name}"),
            Holds::Result(callee) => format!("{function}.{}()", program.functions[*callee].name),
            Holds::Hidden => format!("{function}._"),
        }
    }
}

/// A call as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function that is called, an index into [`Program::functions`].
    pub callee: usize,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument, as far as reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `&object->lock`, the address of something.
    Address {
        /// The last member on the way, `lock`.
        name: String,
        /// The field, if it is a scalar.
        field: Option<FieldId>,
    },
    /// `current`, or an enumerator.
    Word(String),
    /// Anything else.
    Other,
}

/// A function of the listing.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its definition.
    pub span: Span,
    /// Atomic functions have no positions inside.
    pub atomic: bool,
    /// What a call of it counts as (`__counts`).
    pub counts: Vec<String>,
    /// The lock that it takes is shared with others (`__acquires_shared`).
    pub shares: bool,
}

/// A place an instruction comes from.
#[derive(Debug, Clone)]
pub struct Site {
    /// The function, an index into [`Program::functions`].
    pub function: usize,
    /// The expression or statement.
    pub span: Span,
    /// Its line, from 1.
    pub line: u32,
    /// The calls that lead here, outermost first.
    pub stack: Vec<Caller>,
    /// The call that it is in, an index into [`Thread::frames`].
    pub frame: u32,
    /// An index stands in the text.
    pub indexed: bool,
    /// Of `await` and `BUG_ON`: where their condition stands.
    pub condition: Option<Span>,
    /// The property that errors here break, if the listing names one.
    pub breaks: Option<String>,
}

/// A call that leads somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The calling function, an index into [`Program::functions`].
    pub function: usize,
    /// The line of the call.
    pub line: u32,
    /// The call, an index into [`Thread::calls`].
    pub call: usize,
}

/// What a step does first, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointKind {
    /// Reads shared memory.
    Read,
    /// Writes shared memory.
    Write,
    /// Calls an atomic function (index into [`Thread::calls`]).
    Call(usize),
    /// Waits for a condition.
    Await,
    /// Chooses.
    Choose,
    /// Ends the life of an object.
    Free,
}

/// A scheduling point: the state between two steps of a thread.
#[derive(Debug, Clone)]
pub struct Point {
    /// Index of the [`Instr::Point`] in the code.
    pub at: usize,
    /// The function, line and stack, an index into [`Thread::sites`].
    pub site: u32,
    /// Number within the line, from 1.
    pub number: u32,
    /// What the step does first.
    pub kind: PointKind,
    /// The step is strongly fair.
    pub strongly_fair: bool,
    /// Upper bound of the number of outcomes of `choose` in this step.
    pub outcomes: u32,
    /// Registers that are read later; all others are reset here.
    pub live: Vec<Reg>,
}

/// A register or a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// A constant.
    Const(i64),
}

/// Operators on one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// 1 if zero, else 0.
    Not,
    /// 1 if not zero, else 0.
    Truth,
    /// Arithmetic negation.
    Negate,
    /// Complement of a set of this enum's enumerators.
    Complement(EnumId),
    /// The set of one enumerator.
    Singleton(EnumId),
}

/// Operators on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    BitAnd,
    BitOr,
    BitXor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq)]
pub enum Instr {
    /// The end of a step: index of the point in [`Thread::points`].
    Point(usize),
    /// `to = from`
    Copy {
        /// Target.
        to: Reg,
        /// Value.
        from: Operand,
    },
    /// `to = op from`
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Target.
        to: Reg,
        /// Value.
        from: Operand,
    },
    /// `to = left op right`; exact integers, no wrap-around.
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Target.
        to: Reg,
        /// Left value.
        left: Operand,
        /// Right value.
        right: Operand,
    },
    /// Fails with an overflow if the value does not fit in this many bits.
    Fits {
        /// Value.
        value: Operand,
        /// Bits.
        bits: u32,
    },
    /// `to = object->field[index]`
    Load {
        /// Target.
        to: Reg,
        /// Field.
        field: FieldId,
        /// Pointer.
        object: Operand,
        /// Element, 0 for a plain field.
        index: Operand,
    },
    /// `object->field[index] = value`
    Store {
        /// Field.
        field: FieldId,
        /// Pointer.
        object: Operand,
        /// Element, 0 for a plain field.
        index: Operand,
        /// Value.
        value: Operand,
    },
    /// `to = &object->part[index]`; `NULL` stays `NULL`.
    Part {
        /// Target.
        to: Reg,
        /// Which part.
        part: PartId,
        /// Pointer to the container.
        object: Operand,
        /// Element, 0 for a plain member.
        index: Operand,
    },
    /// Continues elsewhere.
    Jump(usize),
    /// Continues elsewhere if the condition is zero.
    Unless {
        /// Condition.
        condition: Operand,
        /// Where to.
        target: usize,
    },
    /// The step is not enabled unless the condition holds.
    Await(Operand),
    /// `to` is any number below `below`.
    Choose {
        /// Target.
        to: Reg,
        /// Number of outcomes.
        below: u32,
    },
    /// An assertion of the listing failed.
    Fail,
    /// Ends the life of an object; `NULL` is left alone.
    Free {
        /// Its type.
        ty: TypeId,
        /// Pointer.
        object: Operand,
    },
    /// The thread now holds this lock.
    Acquire {
        /// The lock's type.
        ty: TypeId,
        /// Pointer.
        object: Operand,
    },
    /// Fails unless the thread holds this lock; then it no longer does.
    Release {
        /// The lock's type.
        ty: TypeId,
        /// Pointer.
        object: Operand,
    },
    /// What the atomic call of this step returned; for reports only.
    Returned(Operand),
    /// The quiet end of every thread.
    Panic,
    /// The end of the thread.
    End,
}
