//! What instructions compute, and the registers that hold it.

use super::super::memory::Memory;
use super::super::sort::Sort;
use super::super::term::{Op, Term};
use super::Walker;
use super::access::{Faults, out_of};
use crate::machine::ErrorKind;
use crate::machine::program::{BinaryOp, Instr, Operand, Reg, Scalar, TypeId, UnaryOp};

impl Walker<'_> {
    /// The value of an instruction that only computes, its sort, and what may be wrong.
    pub(super) fn computed(&self, instr: &Instr, memory: &Memory) -> Option<(Term, Sort, Faults)> {
        Some(match *instr {
            Instr::Copy { to, from } => {
                let sort = self.sort(to);
                (self.value(from, sort, memory), sort, Vec::new())
            }
            Instr::Unary { op, from, .. } => {
                let (term, sort) = self.unary(op, from, memory);
                (term, sort, Vec::new())
            }
            Instr::Binary { op, to, left, right } => self.binary(op, to, left, right, memory),
            _ => return None,
        })
    }

    pub(super) fn unary(&self, op: UnaryOp, from: Operand, memory: &Memory) -> (Term, Sort) {
        match op {
            UnaryOp::Truth => (self.truth(from, memory), Sort::Bool),
            UnaryOp::Not => (Term::negate(self.truth(from, memory)), Sort::Bool),
            UnaryOp::Negate => {
                let value = self.value(from, Sort::Int, memory);
                (Term::infix(Op::Minus, Term::Int(0), value), Sort::Int)
            }
            UnaryOp::Complement(id) => {
                let all = (1i64 << self.program.enums[id].names.len()) - 1;
                let all = Sort::Set(id).constant(self.program, all);
                let without = Term::infix(Op::Without, all, self.value(from, Sort::Set(id), memory));
                (without, Sort::Set(id))
            }
            UnaryOp::Singleton(id) => {
                let element = self.value(from, Sort::Enum(id), memory);
                (Term::Singleton(Box::new(element)), Sort::Set(id))
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
    ) -> (Term, Sort, Faults) {
        let sort = Sort::common((left, self.sort_of(left)), (right, self.sort_of(right)));
        let both = |sort| (self.value(left, sort, memory), self.value(right, sort, memory));
        let plain = |op, sort| {
            let (left, right) = both(sort);
            Term::infix(op, left, right)
        };
        let call = |name: &str| {
            let (left, right) = both(Sort::Int);
            Term::Call(name.into(), vec![left, right])
        };
        let set = matches!(self.sort(to), Sort::Set(_)).then(|| self.sort(to));
        let right_number = || self.value(right, Sort::Int, memory);
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
            (BinaryOp::Eq, _) => (plain(Op::Equal, sort), Sort::Bool, vec![]),
            (BinaryOp::Ne, _) => (plain(Op::Unequal, sort), Sort::Bool, vec![]),
            (BinaryOp::Lt, _) => (plain(Op::Less, Sort::Int), Sort::Bool, vec![]),
            (BinaryOp::Le, _) => (plain(Op::LessEqual, Sort::Int), Sort::Bool, vec![]),
            (BinaryOp::Gt, _) => (plain(Op::Greater, Sort::Int), Sort::Bool, vec![]),
            (BinaryOp::Ge, _) => (plain(Op::GreaterEqual, Sort::Int), Sort::Bool, vec![]),
            (BinaryOp::Add, _) => (plain(Op::Plus, Sort::Int), Sort::Int, vec![]),
            (BinaryOp::Sub, _) => (plain(Op::Minus, Sort::Int), Sort::Int, vec![]),
            (BinaryOp::Mul, _) => (plain(Op::Times, Sort::Int), Sort::Int, vec![]),
            (BinaryOp::Div | BinaryOp::Rem, _) => {
                let zero = Term::infix(Op::Equal, right_number(), Term::Int(0));
                let name = if op == BinaryOp::Div { "Quotient" } else { "Remainder" };
                (call(name), Sort::Int, vec![(ErrorKind::DivisionByZero, zero)])
            }
            (BinaryOp::Shl | BinaryOp::Shr, _) => {
                let most = if op == BinaryOp::Shl { 61 } else { 62 };
                let wrong = out_of(right_number(), most);
                let (left, right) = both(Sort::Int);
                let power = Term::infix(Op::Power, Term::Int(2), right);
                let op = if op == BinaryOp::Shl { Op::Times } else { Op::Floor };
                (
                    Term::infix(op, left, power),
                    Sort::Int,
                    vec![(ErrorKind::Overflow, wrong)],
                )
            }
            (BinaryOp::BitAnd, None) => (call("BitAnd"), Sort::Int, vec![]),
            (BinaryOp::BitOr, None) => (call("BitOr"), Sort::Int, vec![]),
            (BinaryOp::BitXor, None) => (call("BitXor"), Sort::Int, vec![]),
        }
    }

    pub(super) fn sort(&self, reg: Reg) -> Sort {
        Sort::of(self.program.threads[self.reader.thread].registers[reg].scalar)
    }

    pub(super) fn sort_of(&self, operand: Operand) -> Sort {
        match operand {
            Operand::Reg(reg) => self.sort(reg),
            Operand::Const(_) => Sort::Int,
        }
    }

    pub(super) fn register(&self, reg: Reg, memory: &Memory) -> Term {
        let nothing = || self.sort(reg).constant(self.program, 0);
        memory.registers.get(&reg).cloned().unwrap_or_else(nothing)
    }

    pub(super) fn value(&self, operand: Operand, sort: Sort, memory: &Memory) -> Term {
        match operand {
            Operand::Const(value) => sort.constant(self.program, value),
            Operand::Reg(reg) => self.sort(reg).convert(self.program, self.register(reg, memory), sort),
        }
    }

    pub(super) fn truth(&self, operand: Operand, memory: &Memory) -> Term {
        match operand {
            Operand::Const(value) => Term::Bool(value != 0),
            Operand::Reg(reg) => {
                let term = self.register(reg, memory);
                match (self.sort(reg), memory.is_object(&term)) {
                    (Sort::Pointer(_), true) => Term::Bool(true),
                    (sort, _) => sort.truth(self.program, term),
                }
            }
        }
    }

    pub(super) fn pointer(&self, operand: Operand, ty: TypeId, memory: &Memory) -> Term {
        self.value(operand, Sort::Pointer(ty), memory)
    }

    pub(super) fn define(&self, reg: Reg, value: Term, sort: Sort, memory: &mut Memory) {
        let value = sort.convert(self.program, value, self.sort(reg));
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
