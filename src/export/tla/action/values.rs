//! What instructions compute, and the registers that hold it.

use super::super::kind::Kind;
use super::super::memory::Memory;
use super::super::term::{Op, Term};
use super::Step;
use super::access::{Faults, out_of};
use crate::machine::ErrorKind;
use crate::machine::program::{BinaryOp, Instr, Operand, Reg, Scalar, TypeId, UnaryOp};

impl Step<'_> {
    /// The value of an instruction that only computes, its sort, and what may be wrong.
    pub(super) fn computed(&self, instr: &Instr, memory: &Memory) -> Option<(Term, Kind, Faults)> {
        Some(match *instr {
            Instr::Copy { to, from } => {
                let kind = self.kind(to);
                (self.value(from, kind, memory), kind, Vec::new())
            }
            Instr::Unary { op, from, .. } => {
                let (term, kind) = self.unary(op, from, memory);
                (term, kind, Vec::new())
            }
            Instr::Binary { op, to, left, right } => self.binary(op, to, left, right, memory),
            _ => return None,
        })
    }

    pub(super) fn unary(&self, op: UnaryOp, from: Operand, memory: &Memory) -> (Term, Kind) {
        match op {
            UnaryOp::Truth => (self.truth(from, memory), Kind::Bool),
            UnaryOp::Not => (Term::negate(self.truth(from, memory)), Kind::Bool),
            UnaryOp::Negate => {
                let value = self.value(from, Kind::Int, memory);
                (Term::infix(Op::Minus, Term::Int(0), value), Kind::Int)
            }
            UnaryOp::Complement(id) => {
                let all = (1i64 << self.program.enums[id].names.len()) - 1;
                let all = Kind::Set(id).constant(self.program, all);
                let without = Term::infix(Op::Without, all, self.value(from, Kind::Set(id), memory));
                (without, Kind::Set(id))
            }
            UnaryOp::Singleton(id) => {
                let element = self.value(from, Kind::Enum(id), memory);
                (Term::Singleton(Box::new(element)), Kind::Set(id))
            }
        }
    }

    pub(super) fn binary(
        &self,
        op: BinaryOp,
        to: Reg,
        left: Operand,
        right: Operand,
        memory: &Memory,
    ) -> (Term, Kind, Faults) {
        let kind = Kind::common((left, self.kind_of(left)), (right, self.kind_of(right)));
        let both = |kind| (self.value(left, kind, memory), self.value(right, kind, memory));
        let plain = |op, kind| {
            let (left, right) = both(kind);
            Term::infix(op, left, right)
        };
        let call = |name: &str| {
            let (left, right) = both(Kind::Int);
            Term::Call(name.into(), vec![left, right])
        };
        let set = matches!(self.kind(to), Kind::Set(_)).then(|| self.kind(to));
        let right_number = || self.value(right, Kind::Int, memory);
        match (op, set) {
            (BinaryOp::BitAnd, Some(set)) => (plain(Op::Intersect, set), set, vec![]),
            (BinaryOp::BitOr, Some(set)) => (plain(Op::Union, set), set, vec![]),
            (BinaryOp::BitXor, Some(set)) => {
                let (left, right) = both(set);
                let here = Term::infix(Op::Without, left.clone(), right.clone());
                (
                    Term::infix(Op::Union, here, Term::infix(Op::Without, right, left)),
                    set,
                    vec![],
                )
            }
            (BinaryOp::Eq, _) => (plain(Op::Equal, kind), Kind::Bool, vec![]),
            (BinaryOp::Ne, _) => (plain(Op::Unequal, kind), Kind::Bool, vec![]),
            (BinaryOp::Lt, _) => (plain(Op::Less, Kind::Int), Kind::Bool, vec![]),
            (BinaryOp::Le, _) => (plain(Op::LessEqual, Kind::Int), Kind::Bool, vec![]),
            (BinaryOp::Gt, _) => (plain(Op::Greater, Kind::Int), Kind::Bool, vec![]),
            (BinaryOp::Ge, _) => (plain(Op::GreaterEqual, Kind::Int), Kind::Bool, vec![]),
            (BinaryOp::Add, _) => (plain(Op::Plus, Kind::Int), Kind::Int, vec![]),
            (BinaryOp::Sub, _) => (plain(Op::Minus, Kind::Int), Kind::Int, vec![]),
            (BinaryOp::Mul, _) => (plain(Op::Times, Kind::Int), Kind::Int, vec![]),
            (BinaryOp::Div | BinaryOp::Rem, _) => {
                let zero = Term::infix(Op::Equal, right_number(), Term::Int(0));
                let name = if op == BinaryOp::Div { "Quotient" } else { "Remainder" };
                (call(name), Kind::Int, vec![(ErrorKind::DivisionByZero, zero)])
            }
            (BinaryOp::Shl | BinaryOp::Shr, _) => {
                let most = if op == BinaryOp::Shl { 61 } else { 62 };
                let wrong = out_of(right_number(), most);
                let (left, right) = both(Kind::Int);
                let power = Term::infix(Op::Power, Term::Int(2), right);
                let op = if op == BinaryOp::Shl { Op::Times } else { Op::Floor };
                (
                    Term::infix(op, left, power),
                    Kind::Int,
                    vec![(ErrorKind::Overflow, wrong)],
                )
            }
            (BinaryOp::BitAnd, None) => (call("BitAnd"), Kind::Int, vec![]),
            (BinaryOp::BitOr, None) => (call("BitOr"), Kind::Int, vec![]),
            (BinaryOp::BitXor, None) => (call("BitXor"), Kind::Int, vec![]),
        }
    }

    pub(super) fn kind(&self, reg: Reg) -> Kind {
        Kind::of(self.program.threads[self.reader.thread].registers[reg].scalar)
    }

    pub(super) fn kind_of(&self, operand: Operand) -> Kind {
        match operand {
            Operand::Reg(reg) => self.kind(reg),
            Operand::Const(_) => Kind::Int,
        }
    }

    pub(super) fn register(&self, reg: Reg, memory: &Memory) -> Term {
        let nothing = || self.kind(reg).constant(self.program, 0);
        memory.registers.get(&reg).cloned().unwrap_or_else(nothing)
    }

    pub(super) fn value(&self, operand: Operand, kind: Kind, memory: &Memory) -> Term {
        match operand {
            Operand::Const(value) => kind.constant(self.program, value),
            Operand::Reg(reg) => self.kind(reg).convert(self.program, self.register(reg, memory), kind),
        }
    }

    pub(super) fn truth(&self, operand: Operand, memory: &Memory) -> Term {
        match operand {
            Operand::Const(value) => Term::Bool(value != 0),
            Operand::Reg(reg) => {
                let term = self.register(reg, memory);
                match (self.kind(reg), memory.is_object(&term)) {
                    (Kind::Pointer(_), true) => Term::Bool(true),
                    (kind, _) => kind.truth(self.program, term),
                }
            }
        }
    }

    pub(super) fn pointer(&self, operand: Operand, ty: TypeId, memory: &Memory) -> Term {
        self.value(operand, Kind::Pointer(ty), memory)
    }

    pub(super) fn define(&self, reg: Reg, value: Term, kind: Kind, memory: &mut Memory) {
        let value = kind.convert(self.program, value, self.kind(reg));
        memory.registers.insert(reg, value);
    }

    pub(super) fn surely_fits(&self, value: Operand, bits: u32) -> bool {
        match value {
            Operand::Const(value) => value >= 0 && value >> bits.min(62) == 0,
            Operand::Reg(reg) => match self.program.threads[self.reader.thread].registers[reg].scalar {
                Scalar::Bool => true,
                Scalar::Unsigned(own) => own <= bits,
                _ => false,
            },
        }
    }
}
