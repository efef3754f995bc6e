//! One step: from a scheduling point to the next. Pure, and without allocation.

use super::program::{BinaryOp, Instr, Operand, PartId, Scalar, ThreadId, UnaryOp};
use super::{ErrorKind, Machine};

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The thread has no step here: it waits, it has ended, or an error was reached.
    Disabled,
    /// `next` holds the successor.
    Stepped,
    /// It ran to the next scheduling point and changed nothing: no step, unless another outcome of `choose` changes something.
    Stuttered,
    /// There are fewer outcomes than asked for.
    NoSuchOutcome,
}

/// Working memory of a step, kept by each worker so that a step allocates nothing.
#[derive(Debug, Clone)]
pub struct Scratch {
    registers: Vec<i64>,
}

impl Scratch {
    /// Working memory for the steps of a machine.
    pub fn new(machine: &Machine) -> Self {
        let most = machine
            .program
            .threads
            .iter()
            .map(|thread| thread.registers.len())
            .max();
        Scratch {
            registers: vec![0; most.unwrap_or(0)],
        }
    }

    /// What the registers held when the last step ended.
    pub(crate) fn registers(&self) -> &[i64] {
        &self.registers
    }
}

/// Watches a step while it runs; exploring watches nothing.
pub trait Observer {
    /// The instruction at this index is about to run; the registers are as the one before left them.
    fn executes(&mut self, _at: usize, _registers: &[i64]) {}
    /// The atomic call of this step returned a value.
    fn returned(&mut self, _value: i64) {}
    /// The instruction at this index read or wrote this element (counted over all objects) of a field.
    fn accessed(&mut self, _field: usize, _element: usize, _write: bool) {}
    /// The instruction at this index failed on this object.
    fn failed(&mut self, _at: usize, _object: i64) {}
}

/// Watches nothing.
pub struct Nobody;
impl Observer for Nobody {}

/// Why a step went wrong, and at which pointer.
struct Failure {
    kind: ErrorKind,
    object: i64,
}

/// How control leaves an instruction.
enum Control {
    Next,
    Jump(usize),
    Stop(Outcome),
}

impl Machine {
    /// Runs one step of `thread` from `state` into `next`; `outcome` numbers the outcomes of `choose` in it. Whether the thread
    /// has that step is what [`Machine::take`] says.
    pub fn step<O: Observer>(
        &self,
        state: &[u64],
        thread: ThreadId,
        outcome: u32,
        next: &mut [u64],
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Outcome {
        if self.layout.error.load(state) != 0 {
            return Outcome::Disabled;
        }
        let position = self.layout.position[thread].load(state);
        if position == 0 {
            return Outcome::Disabled;
        }
        let point = position as usize - 1;
        let code = &self.program.threads[thread];
        if outcome > 0 && outcome >= code.points[point].outcomes {
            return Outcome::NoSuchOutcome;
        }
        next.copy_from_slice(state);
        for &(reg, slot) in &self.layout.frames[thread][point] {
            scratch.registers[reg] = slot.load(state);
        }
        let at = code.points[point].at + 1;
        match self.run(thread, at, outcome, state, next, scratch, observer) {
            Outcome::Stepped if next == state => Outcome::Stuttered,
            other => other,
        }
    }

    /// Runs from an instruction to the next point; shared with the start of a thread, which has no point before it.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn run<O: Observer>(
        &self,
        thread: ThreadId,
        start: usize,
        outcome: u32,
        state: &[u64],
        next: &mut [u64],
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Outcome {
        let code = &self.program.threads[thread].code;
        let mut choices = outcome;
        let mut at = start;
        loop {
            observer.executes(at, &scratch.registers);
            match self.execute(&code[at], thread, &mut choices, next, scratch, observer) {
                Ok(Control::Next) => at += 1,
                Ok(Control::Jump(target)) => at = target,
                Ok(Control::Stop(Outcome::Stepped)) if choices != 0 => return Outcome::NoSuchOutcome,
                Ok(Control::Stop(result)) => return result,
                Err(_) if choices != 0 => return Outcome::NoSuchOutcome,
                Err(failure) => {
                    observer.failed(at, failure.object);
                    next.copy_from_slice(state);
                    self.layout
                        .error
                        .store(next, self.error_at(thread, at, failure.kind) as i64);
                    return Outcome::Stepped;
                }
            }
        }
    }

    #[inline]
    fn execute<O: Observer>(
        &self,
        instr: &Instr,
        thread: ThreadId,
        choices: &mut u32,
        next: &mut [u64],
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Result<Control, Failure> {
        let registers = &mut scratch.registers;
        let value = |registers: &[i64], operand: Operand| match operand {
            Operand::Reg(reg) => registers[reg],
            Operand::Const(value) => value,
        };
        match *instr {
            Instr::Point(index) => {
                self.park(thread, Some(index), next, registers);
                return Ok(Control::Stop(Outcome::Stepped));
            }
            Instr::Copy { to, from } => registers[to] = value(registers, from),
            Instr::Unary { op, to, from } => registers[to] = self.unary(op, value(registers, from))?,
            Instr::Binary { op, to, left, right } => {
                registers[to] = binary(op, value(registers, left), value(registers, right))?;
            }
            Instr::Fits { value: operand, bits } => fits(value(registers, operand), bits)?,
            Instr::Load {
                to,
                field,
                object,
                index,
            } => {
                let element = self.element(field, value(registers, object), value(registers, index), next)?;
                observer.accessed(field, element, false);
                registers[to] = self.layout.fields[field][element].load(next);
            }
            Instr::Store {
                field,
                object,
                index,
                value: stored,
            } => {
                let element = self.element(field, value(registers, object), value(registers, index), next)?;
                let stored = value(registers, stored);
                if let Scalar::Unsigned(bits) = self.program.fields[field].scalar {
                    fits(stored, bits)?;
                }
                observer.accessed(field, element, true);
                self.layout.fields[field][element].store(next, stored);
            }
            Instr::Part {
                to,
                part,
                object,
                index,
            } => {
                registers[to] = self.part(part, value(registers, object), value(registers, index))?;
            }
            Instr::Jump(target) => return Ok(Control::Jump(target)),
            Instr::Unless { condition, target } => {
                if value(registers, condition) == 0 {
                    return Ok(Control::Jump(target));
                }
            }
            Instr::Await(condition) => {
                if value(registers, condition) == 0 {
                    return Ok(Control::Stop(Outcome::Disabled));
                }
            }
            Instr::Choose { to, below } => {
                registers[to] = i64::from(*choices % below);
                *choices /= below;
            }
            Instr::Fail => {
                return Err(Failure {
                    kind: ErrorKind::Assertion,
                    object: 0,
                });
            }
            Instr::Free { ty, object } => self.free(ty, value(registers, object), next)?,
            Instr::Acquire { ty, object } => {
                let object = value(registers, object);
                self.hold(thread, ty, object, next, true, ErrorKind::HeldTwice)?;
            }
            Instr::Release { ty, object } => {
                let object = value(registers, object);
                self.hold(thread, ty, object, next, false, ErrorKind::NotHeld)?;
            }
            Instr::Returned(operand) => observer.returned(value(registers, operand)),
            Instr::Panic => {
                self.layout.error.store(next, Machine::PANIC as i64);
                return Ok(Control::Stop(Outcome::Stepped));
            }
            Instr::End => {
                for objects in &self.layout.held[thread] {
                    if objects.iter().flatten().any(|slot| slot.load(next) != 0) {
                        return Err(Failure {
                            kind: ErrorKind::EndsHolding,
                            object: 0,
                        });
                    }
                }
                self.park(thread, None, next, registers);
                return Ok(Control::Stop(Outcome::Stepped));
            }
        }
        Ok(Control::Next)
    }

    /// Leaves the thread at a point (or its end), keeping only what is read later.
    fn park(&self, thread: ThreadId, point: Option<usize>, next: &mut [u64], registers: &[i64]) {
        for &(word, bits) in &self.layout.frame_bits[thread] {
            next[word] &= !bits;
        }
        let position = point.map_or(0, |index| index as i64 + 1);
        self.layout.position[thread].store(next, position);
        if let Some(index) = point {
            for &(reg, slot) in &self.layout.frames[thread][index] {
                slot.store(next, registers[reg]);
            }
        }
    }

    /// Which element of a field an access means, if its object may be used.
    fn element(&self, field: usize, object: i64, index: i64, state: &[u64]) -> Result<usize, Failure> {
        let declared = &self.program.fields[field];
        if object <= 0 {
            return Err(Failure {
                kind: ErrorKind::NullDereference,
                object,
            });
        }
        let number = object as usize - 1;
        if self.layout.alive[declared.owner][number].load(state) == 0 {
            return Err(Failure {
                kind: ErrorKind::UseAfterFree,
                object,
            });
        }
        let length = declared.elements();
        if index < 0 || index as usize >= length {
            return Err(Failure {
                kind: ErrorKind::OutOfRange,
                object,
            });
        }
        Ok(number * length + index as usize)
    }

    fn part(&self, part: PartId, object: i64, index: i64) -> Result<i64, Failure> {
        let part = &self.program.parts[part];
        if index < 0 || index as usize >= part.length.unwrap_or(1) {
            return Err(Failure {
                kind: ErrorKind::OutOfRange,
                object,
            });
        }
        if object <= 0 {
            return Ok(0);
        }
        Ok(part.first[object as usize - 1] as i64 + index)
    }

    fn free(&self, ty: usize, object: i64, state: &mut [u64]) -> Result<(), Failure> {
        if object <= 0 {
            return Ok(());
        }
        let number = object as usize - 1;
        let alive = self.layout.alive[ty][number];
        if alive.load(state) == 0 {
            return Err(Failure {
                kind: ErrorKind::DoubleFree,
                object,
            });
        }
        let root = self.program.types[ty].objects[number].root;
        if root != (ty, number) {
            return Err(Failure {
                kind: ErrorKind::FreesPart,
                object,
            });
        }
        if self.locks_inside[ty][number].iter().any(|slot| slot.load(state) != 0) {
            return Err(Failure {
                kind: ErrorKind::FreesHeld,
                object,
            });
        }
        alive.store(state, 0);
        Ok(())
    }

    fn hold(
        &self,
        thread: ThreadId,
        ty: usize,
        object: i64,
        state: &mut [u64],
        hold: bool,
        wrong: ErrorKind,
    ) -> Result<(), Failure> {
        if object <= 0 {
            return Err(Failure {
                kind: ErrorKind::NullDereference,
                object,
            });
        }
        match self.layout.held[thread][ty][object as usize - 1] {
            Some(slot) if (slot.load(state) != 0) != hold => slot.store(state, i64::from(hold)),
            _ => return Err(Failure { kind: wrong, object }),
        }
        Ok(())
    }

    fn unary(&self, op: UnaryOp, value: i64) -> Result<i64, Failure> {
        Ok(match op {
            UnaryOp::Not => i64::from(value == 0),
            UnaryOp::Truth => i64::from(value != 0),
            UnaryOp::Negate => value.checked_neg().ok_or(OVERFLOW)?,
            UnaryOp::Complement(id) => !value & ((1 << self.program.enums[id].names.len()) - 1),
            UnaryOp::Singleton(_) => 1 << value,
        })
    }
}

const OVERFLOW: Failure = Failure {
    kind: ErrorKind::Overflow,
    object: 0,
};

/// No object: it says which end was left.
const BELOW_ZERO: Failure = Failure {
    kind: ErrorKind::Overflow,
    object: -1,
};

fn fits(value: i64, bits: u32) -> Result<(), Failure> {
    if value < 0 {
        Err(BELOW_ZERO)
    } else if value >> bits.min(62) != 0 {
        Err(OVERFLOW)
    } else {
        Ok(())
    }
}

fn binary(op: BinaryOp, left: i64, right: i64) -> Result<i64, Failure> {
    let by_zero = Failure {
        kind: ErrorKind::DivisionByZero,
        object: 0,
    };
    Ok(match op {
        BinaryOp::Add => left.checked_add(right).ok_or(OVERFLOW)?,
        BinaryOp::Sub => left.checked_sub(right).ok_or(OVERFLOW)?,
        BinaryOp::Mul => left.checked_mul(right).ok_or(OVERFLOW)?,
        BinaryOp::Div => left.checked_div(right).ok_or(by_zero)?,
        BinaryOp::Rem => left.checked_rem(right).ok_or(by_zero)?,
        BinaryOp::Shl if (0..62).contains(&right) && left.unsigned_abs() <= i64::MAX as u64 >> right => left << right,
        BinaryOp::Shl => return Err(OVERFLOW),
        BinaryOp::Shr if (0..63).contains(&right) => left >> right,
        BinaryOp::Shr => return Err(OVERFLOW),
        BinaryOp::BitAnd => left & right,
        BinaryOp::BitOr => left | right,
        BinaryOp::BitXor => left ^ right,
        BinaryOp::Eq => i64::from(left == right),
        BinaryOp::Ne => i64::from(left != right),
        BinaryOp::Lt => i64::from(left < right),
        BinaryOp::Le => i64::from(left <= right),
        BinaryOp::Gt => i64::from(left > right),
        BinaryOp::Ge => i64::from(left >= right),
    })
}
