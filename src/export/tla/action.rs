//! A step of the machine as a decision tree: each instruction read as what it means in TLA+.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::flow::Flow;
use super::fresh::Fresh;
use super::kind::Kind;
use super::memory::Memory;
use super::term::{EMPTY, Op, Selector, Term, Update};
use super::tree::{End, Meeting, Tree};
use crate::check::concrete::DONE;
use crate::machine::liveness::{self, Live};
use crate::machine::names;
use crate::machine::program::{FieldId, Instr, Operand, PartId, Program, Reg, Scalar, ThreadId, TypeId, Unary};
use crate::machine::{ErrorKind, Machine};
use crate::source::Diagnostic;

/// The name under which a step sees the thread's local variables.
const MY: &str = "my";

/// A step of more instructions is a page of decisions that nobody reads, and takes minutes to write.
const MOST_INSTRUCTIONS: usize = 1_500;

/// The largest bound that TLC's numbers of 32 bits can be compared with.
const MOST_BITS: u32 = 30;

/// Reads the steps of one thread.
pub struct Reader<'a> {
    machine: &'a Machine,
    thread: ThreadId,
    live: Live,
    /// By type: some object of it can be freed.
    freed: Vec<bool>,
    /// By field: some thread writes it.
    stored: Vec<bool>,
    /// Names that a step may not use for its own.
    taken: &'a Fresh,
}

impl<'a> Reader<'a> {
    /// A reader of a thread's steps.
    pub fn new(machine: &'a Machine, thread: ThreadId, taken: &'a Fresh) -> Self {
        let mut code = machine.program.threads[thread].clone();
        let mut stored = vec![false; machine.program.fields.len()];
        for instr in machine.program.threads.iter().flat_map(|thread| &thread.code) {
            if let Instr::Store { field, .. } = instr {
                stored[*field] = true;
            }
        }
        Reader {
            stored,
            live: liveness::analyse(&mut code),
            freed: crate::machine::layout::freed_types(&machine.program),
            machine,
            thread,
            taken,
        }
    }

    /// The step from a scheduling point; an error if it is too long to be read.
    pub fn step(&self, point: usize) -> Result<Tree, Diagnostic> {
        let thread = &self.machine.program.threads[self.thread];
        let start = thread.points[point].at + 1;
        let my = Term::name(MY);
        let local = |&reg: &Reg| (reg, my.clone().field(&self.machine.names[self.thread].locals[reg]));
        let registers = thread.points[point].live.iter().map(local).collect();
        let flow = Flow::new(&thread.code, start);
        if flow.len() > MOST_INSTRUCTIONS {
            let site = &thread.sites[thread.points[point].site as usize];
            let many = flow.len();
            return Err(Diagnostic::at(
                site.span,
                format!("this step is too long to be exported: {many} instructions"),
            )
            .help(format!(
                "at most {MOST_INSTRUCTIONS} can be; give its loops a smaller bound, or end the step inside them"
            )));
        }
        let mut step = Step {
            reader: self,
            program: &self.machine.program,
            code: &thread.code,
            flow,
            point,
            names: self.taken.clone(),
            open: HashMap::new(),
        };
        let tree = step.walk(start, Memory::new(self.held(), registers), Vec::new());
        let locals = Term::name("locals").at(Term::string(&thread.name));
        Ok(match tree.count(MY) {
            0 => tree,
            1 => Tree::bind(MY.into(), locals, tree),
            _ => Tree::Let(MY.into(), locals, Box::new(tree)),
        })
    }

    fn held(&self) -> Term {
        Term::name("held").at(Term::string(&self.machine.program.threads[self.thread].name))
    }
}

/// One step.
struct Step<'a> {
    reader: &'a Reader<'a>,
    program: &'a Program,
    code: &'a [Instr],
    flow: Flow<'a>,
    point: usize,
    names: Fresh,
    /// Meetings that are defined on the way: their names, and what they are told.
    open: HashMap<usize, (Arc<str>, Vec<Told>)>,
}

/// What may differ between the paths that meet.
#[derive(Debug, Clone)]
enum Told {
    Register(Reg),
    Variable(Arc<str>),
    Alive,
    Held,
}

/// What stands around the rest of a path.
enum Around {
    Let(Arc<str>, Term),
    Unless(Term, End),
    Require(Term),
    Exists(Arc<str>, u32),
}

/// What an instruction comes to.
enum Effect {
    /// Goes on with the next instruction.
    Next,
    Jump(usize),
    Done(Tree),
}

impl Step<'_> {
    /// The step from an instruction on; `pending` are meetings of branches that were decided already.
    fn walk(&mut self, mut at: usize, mut memory: Memory, mut pending: Vec<usize>) -> Tree {
        let mut around = Vec::new();
        let mut first = true;
        let tree = loop {
            if let Some((name, told)) = self.open.get(&at).filter(|_| !first) {
                let arguments = told.iter().map(|told| self.tell(told, &memory)).collect();
                break Tree::Continue(name.clone(), arguments);
            }
            first = false;
            pending.retain(|&place| place != at);
            if let Instr::Unless { condition, target } = self.code[at] {
                match self.truth(condition, &memory) {
                    Term::Bool(value) => {
                        pending.extend(self.flow.meetings(at));
                        at = if value { at + 1 } else { target };
                    }
                    condition => match self.merge(at, &condition, &memory) {
                        Some((place, merged)) => {
                            memory = self.name_registers(merged, &mut around);
                            at = place;
                        }
                        None => break self.branch(at, target, condition, memory, pending),
                    },
                }
                continue;
            }
            match self.instruction(at, &mut memory, &mut around) {
                Effect::Next => at += 1,
                Effect::Jump(target) => at = target,
                Effect::Done(tree) => break tree,
            }
        };
        around.into_iter().rev().fold(tree, |rest, around| match around {
            Around::Let(name, value) => Tree::bind(name, value, rest),
            Around::Unless(wrong, end) => Tree::choose(wrong, Tree::End(end), rest),
            Around::Require(condition) => Tree::require(condition, rest),
            Around::Exists(name, below) => Tree::Exists(name, below, Box::new(rest)),
        })
    }

    /// Both sides of a branch, and what they do together afterwards.
    fn branch(&mut self, at: usize, target: usize, condition: Term, memory: Memory, pending: Vec<usize>) -> Tree {
        let mut places: Vec<usize> = self.flow.meetings(at).iter().copied().chain(pending).collect();
        places.sort_by_key(|&place| std::cmp::Reverse(self.flow.rank(place)));
        places.dedup();
        let mut meetings = Vec::new();
        for place in places {
            let told = self.told(at, place);
            let mut inside = memory.clone();
            let mut parameters = Vec::new();
            for told in &told {
                parameters.push(self.listen(told, &mut inside));
            }
            if told.iter().any(|told| matches!(told, Told::Alive)) {
                inside.forget_living();
            }
            let name = self.names.take("rest");
            let body = Box::new(self.walk(place, inside, Vec::new()));
            self.open.insert(place, (name.clone(), told));
            meetings.push(Meeting { name, parameters, body });
        }
        let null = Term::string("NULL");
        let (mut yes, mut no) = (memory.clone(), memory);
        yes.assume(&condition, &null);
        no.assume(&Term::negate(condition.clone()), &null);
        let yes = self.walk_side(at + 1, yes);
        let no = self.walk_side(target, no);
        let tree = Tree::choose(condition, yes, no);
        // The meeting that comes last was read first, and the others may go on there.
        meetings
            .into_iter()
            .rev()
            .fold(tree, |rest, meeting| Tree::meet(meeting, rest))
    }

    /// A side of a branch, which may be empty: then it starts at a meeting.
    fn walk_side(&mut self, at: usize, memory: Memory) -> Tree {
        match self.open.get(&at) {
            Some((name, told)) => {
                let arguments = told.iter().map(|told| self.tell(told, &memory)).collect();
                Tree::Continue(name.clone(), arguments)
            }
            None => self.walk(at, memory, Vec::new()),
        }
    }

    /// What the paths between a branch and a meeting change, as far as it is needed there.
    fn told(&self, branch: usize, place: usize) -> Vec<Told> {
        let (mut registers, mut variables) = (BTreeSet::new(), BTreeSet::new());
        let (mut alive, mut held) = (false, false);
        for at in self.flow.between(branch, place) {
            match self.code[at] {
                Instr::Store { field, .. } => {
                    variables.insert(Arc::from(self.owner(field)));
                }
                Instr::Free { .. } => alive = true,
                Instr::Acquire { .. } | Instr::Release { .. } => held = true,
                ref other => {
                    registers.extend(liveness::written(other).filter(|&reg| self.reader.live.contains(place, reg)));
                }
            }
        }
        let registers = registers.into_iter().map(Told::Register);
        let variables = variables.into_iter().map(Told::Variable);
        registers
            .chain(variables)
            .chain(alive.then_some(Told::Alive))
            .chain(held.then_some(Told::Held))
            .collect()
    }

    fn tell(&self, told: &Told, memory: &Memory) -> Term {
        match told {
            Told::Register(reg) => self.register(*reg, memory),
            Told::Variable(name) => memory.variable(name),
            Told::Alive => memory.alive.clone(),
            Told::Held => memory.held.clone(),
        }
    }

    fn listen(&mut self, told: &Told, memory: &mut Memory) -> Arc<str> {
        let hint = match told {
            Told::Register(reg) => self.hint(*reg),
            Told::Variable(name) => format!("{name}1"),
            Told::Alive => "alive1".to_string(),
            Told::Held => "held1".to_string(),
        };
        let name = self.names.take(&hint);
        let term = Term::Name(name.clone());
        match told {
            Told::Register(reg) => {
                memory.registers.insert(*reg, term);
            }
            Told::Variable(variable) => memory.set_variable(variable, term),
            Told::Alive => memory.alive = term,
            Told::Held => memory.held = term,
        }
        name
    }

    /// The value of a branch whose sides only compute, as in `a || b`: where they meet, and the registers there.
    fn merge(&self, at: usize, condition: &Term, memory: &Memory) -> Option<(usize, Memory)> {
        let &place = self.flow.meetings(at).last()?;
        let Instr::Unless { target, .. } = self.code[at] else {
            return None;
        };
        let null = Term::string("NULL");
        let (mut yes, mut no) = (memory.clone(), memory.clone());
        yes.assume(condition, &null);
        no.assume(&Term::negate(condition.clone()), &null);
        let yes = self.compute(at + 1, place, yes)?;
        let no = self.compute(target, place, no)?;
        let mut merged = memory.clone();
        for (&reg, value) in &yes.registers {
            if let Some(other) = no.registers.get(&reg).filter(|_| self.reader.live.contains(place, reg)) {
                let value = Term::choose(condition.clone(), value.clone(), other.clone());
                if value.size() > 60 {
                    return None;
                }
                merged.registers.insert(reg, value);
            }
        }
        Some((place, merged))
    }

    /// Runs instructions that only compute and cannot fail, up to a place.
    fn compute(&self, mut at: usize, place: usize, mut memory: Memory) -> Option<Memory> {
        while at != place {
            match &self.code[at] {
                Instr::Unless { condition, target } => match self.truth(*condition, &memory) {
                    Term::Bool(value) => at = if value { at + 1 } else { *target },
                    condition => {
                        let (meeting, merged) = self.merge(at, &condition, &memory)?;
                        (at, memory) = (meeting, merged);
                    }
                },
                Instr::Jump(target) => at = *target,
                Instr::Returned(_) => at += 1,
                Instr::Load {
                    to,
                    field,
                    object,
                    index,
                } => {
                    let pointer = self.pointer(*object, self.program.fields[*field].owner, &memory);
                    if !self.faults(*field, &pointer, *index, &memory).is_empty() {
                        return None;
                    }
                    let value = self.load(*field, &pointer, *index, &memory);
                    self.define(*to, value, Kind::of(self.program.fields[*field].scalar), &mut memory);
                    at += 1;
                }
                Instr::Copy { .. } | Instr::Unary { .. } | Instr::Binary { .. } => {
                    let (value, kind, faults) = self.computed(&self.code[at], &memory)?;
                    if !faults.is_empty() {
                        return None;
                    }
                    let to = liveness::written(&self.code[at])?;
                    self.define(to, value, kind, &mut memory);
                    at += 1;
                }
                _ => return None,
            }
        }
        Some(memory)
    }

    fn instruction(&mut self, at: usize, memory: &mut Memory, around: &mut Vec<Around>) -> Effect {
        let fail = |step: &Self, kind: ErrorKind, wrong: Term, around: &mut Vec<Around>| {
            around.push(Around::Unless(wrong, step.failure(at, kind)));
        };
        match self.code[at].clone() {
            Instr::Point(index) => return Effect::Done(self.end(Some(index), memory)),
            Instr::End => {
                if self.can_hold() {
                    let wrong = Term::infix(Op::Unequal, memory.held.clone(), Term::Value(EMPTY.into()));
                    fail(self, ErrorKind::EndsHolding, wrong, around);
                }
                return Effect::Done(self.end(None, memory));
            }
            Instr::Panic => {
                let (assign, panic) = (self.assignments(memory), true);
                return Effect::Done(Tree::End(End::Next {
                    assign,
                    goto: None,
                    panic,
                }));
            }
            Instr::Fail => return Effect::Done(Tree::End(self.failure(at, ErrorKind::Assertion))),
            Instr::Jump(target) => return Effect::Jump(target),
            Instr::Returned(_) | Instr::Unless { .. } => {}
            ref computing @ (Instr::Copy { .. } | Instr::Unary { .. } | Instr::Binary { .. }) => {
                if let Some((value, kind, faults)) = self.computed(computing, memory) {
                    for (kind, wrong) in faults {
                        fail(self, kind, wrong, around);
                    }
                    if let Some(to) = liveness::written(computing) {
                        self.define(to, value, kind, memory);
                        self.name_register(to, memory, around);
                    }
                }
            }
            Instr::Fits { value, bits } => {
                let value = self.value(value, Kind::Int, memory);
                fail(self, ErrorKind::Overflow, misfit(value, bits), around);
            }
            Instr::Load {
                to,
                field,
                object,
                index,
            } => {
                let pointer = self.pointer(object, self.program.fields[field].owner, memory);
                self.follow(at, field, &pointer, index, memory, around);
                let value = self.load(field, &pointer, index, memory);
                self.define(to, value, Kind::of(self.program.fields[field].scalar), memory);
                self.name_register(to, memory, around);
            }
            Instr::Store {
                field,
                object,
                index,
                value,
            } => {
                let scalar = self.program.fields[field].scalar;
                let pointer = self.pointer(object, self.program.fields[field].owner, memory);
                self.follow(at, field, &pointer, index, memory, around);
                let term = self.value(value, Kind::of(scalar), memory);
                if let Scalar::Unsigned(bits) = scalar
                    && !self.surely_fits(value, bits)
                {
                    fail(self, ErrorKind::Overflow, misfit(term.clone(), bits), around);
                }
                let path = self.path(field, &pointer, index, memory);
                memory.write(self.owner(field), path, term);
            }
            Instr::Part {
                to,
                part,
                object,
                index,
            } => {
                let owner = self.program.parts[part].owner;
                let pointer = self.pointer(object, owner, memory);
                let index_term = self.value(index, Kind::Int, memory);
                if let Some(wrong) = outside(index_term.clone(), self.program.parts[part].length) {
                    fail(self, ErrorKind::OutOfRange, wrong, around);
                }
                let value = self.part(part, pointer, index_term, memory);
                self.define(to, value, Kind::Pointer(self.program.parts[part].inner), memory);
                self.name_register(to, memory, around);
            }
            Instr::Await(condition) => around.push(Around::Require(self.truth(condition, memory))),
            Instr::Choose { to, below } => {
                let name = self.names.take("choice");
                around.push(Around::Exists(name.clone(), below));
                self.define(to, Term::Name(name), Kind::Int, memory);
            }
            Instr::Free { ty, object } => {
                let pointer = self.pointer(object, ty, memory);
                self.free(at, pointer, memory, around);
            }
            Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
                let pointer = self.pointer(object, ty, memory);
                if !memory.is_object(&pointer) {
                    let wrong = Term::infix(Op::Equal, pointer.clone(), Term::string("NULL"));
                    fail(self, ErrorKind::NullDereference, wrong, around);
                    memory.assume_object(pointer.clone());
                }
                let lock = Term::Singleton(Box::new(pointer.clone()));
                let held = memory.held.clone();
                let (wrong, op) = match self.code[at] {
                    Instr::Acquire { .. } => (Op::In, Op::Union),
                    _ => (Op::NotIn, Op::Without),
                };
                let kind = if wrong == Op::In {
                    ErrorKind::HeldTwice
                } else {
                    ErrorKind::NotHeld
                };
                fail(self, kind, Term::infix(wrong, pointer, held.clone()), around);
                memory.held = Term::infix(op, held, lock);
            }
        }
        Effect::Next
    }

    /// `kfree()`; nothing happens to `NULL`.
    fn free(&mut self, at: usize, pointer: Term, memory: &mut Memory, around: &mut Vec<Around>) {
        let living = |step: &Self, memory: &Memory| {
            let held = match memory.held == step.reader.held() {
                true => Term::name("held"),
                false => step.held_by_all(memory),
            };
            let whole = Term::Call("IsWhole".into(), vec![pointer.clone()]);
            [
                (
                    ErrorKind::DoubleFree,
                    Term::infix(Op::NotIn, pointer.clone(), memory.alive.clone()),
                ),
                (ErrorKind::FreesPart, Term::negate(whole)),
                (
                    ErrorKind::FreesHeld,
                    Term::Call("IsLocked".into(), vec![pointer.clone(), held]),
                ),
            ]
        };
        let is_object = match memory.is_object(&pointer) {
            true => Term::Bool(true),
            false => Term::infix(Op::Unequal, pointer.clone(), Term::string("NULL")),
        };
        for (kind, wrong) in living(self, memory) {
            let wrong = Term::infix(Op::And, is_object.clone(), wrong);
            around.push(Around::Unless(wrong, self.failure(at, kind)));
        }
        let parts = Term::Call("PartsOf".into(), vec![pointer]);
        let without = Term::infix(Op::Without, memory.alive.clone(), parts);
        memory.alive = Term::choose(is_object, without, memory.alive.clone());
        memory.forget_living();
    }

    /// What an access needs to be legal: asked once on a path.
    fn follow(
        &self,
        at: usize,
        field: FieldId,
        pointer: &Term,
        index: Operand,
        memory: &mut Memory,
        around: &mut Vec<Around>,
    ) {
        for (kind, wrong) in self.faults(field, pointer, index, memory) {
            around.push(Around::Unless(wrong, self.failure(at, kind)));
        }
        memory.assume_object(pointer.clone());
        memory.assume_living(pointer.clone());
    }

    /// What may be wrong with an access, in the order in which it is asked.
    fn faults(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Vec<(ErrorKind, Term)> {
        let declared = &self.program.fields[field];
        let owner = &self.program.types[declared.owner];
        let mut faults = Vec::new();
        if !memory.is_object(pointer) {
            let wrong = Term::infix(Op::Equal, pointer.clone(), Term::string("NULL"));
            faults.push((ErrorKind::NullDereference, wrong));
        }
        let mortal = owner.objects.iter().any(|object| self.reader.freed[object.root.0]);
        if mortal && !memory.is_living(pointer) {
            let wrong = Term::infix(Op::NotIn, pointer.clone(), memory.alive.clone());
            faults.push((ErrorKind::UseAfterFree, wrong));
        }
        let index = self.value(index, Kind::Int, memory);
        faults.extend(outside(index, declared.length).map(|wrong| (ErrorKind::OutOfRange, wrong)));
        faults
    }

    fn load(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Term {
        let declared = &self.program.fields[field];
        // A global array that no thread writes is a list of constants.
        if declared.owner == Program::GLOBALS
            && !self.reader.stored[field]
            && let Some(index) = constant(&self.value(index, Kind::Int, memory))
            && let Some(&value) = declared.initial.get(index)
        {
            return Kind::of(declared.scalar).constant(self.program, value);
        }
        memory.read(self.owner(field), &self.path(field, pointer, index, memory))
    }

    fn path(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Vec<Selector> {
        let declared = &self.program.fields[field];
        let mut path = Vec::new();
        if declared.owner != Program::GLOBALS {
            path.push(Selector::Index(pointer.clone()));
        }
        path.push(Selector::Field(declared.name.as_str().into()));
        if declared.length.is_some() {
            path.push(Selector::Index(self.value(index, Kind::Int, memory)));
        }
        path
    }

    /// The object that lies in another, by the names in its record.
    fn part(&self, id: PartId, pointer: Term, index: Term, memory: &Memory) -> Term {
        let part = &self.program.parts[id];
        let owner = &self.program.types[part.owner];
        let inside = |record: Term| {
            let member = record.field(&part.name);
            if part.length.is_some() {
                member.at(index.clone())
            } else {
                member
            }
        };
        let variable = Term::name(owner.name.as_str());
        if part.owner == Program::GLOBALS {
            return inside(variable);
        }
        // A constant container has a constant part.
        let number = owner
            .objects
            .iter()
            .position(|object| Term::string(&object.name) == pointer);
        if let (Some(number), Some(offset)) = (number, constant(&index))
            && let Some(object) = self.program.types[part.inner]
                .objects
                .get(part.first[number] - 1 + offset)
        {
            return Term::string(&object.name);
        }
        let null = Term::string("NULL");
        let found = inside(variable.at(pointer.clone()));
        match memory.is_object(&pointer) {
            true => found,
            false => Term::choose(Term::infix(Op::Equal, pointer, null.clone()), null, found),
        }
    }

    /// The value of an instruction that only computes, its sort, and what may be wrong.
    #[allow(clippy::type_complexity)]
    fn computed(&self, instr: &Instr, memory: &Memory) -> Option<(Term, Kind, Vec<(ErrorKind, Term)>)> {
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

    fn unary(&self, op: Unary, from: Operand, memory: &Memory) -> (Term, Kind) {
        match op {
            Unary::Truth => (self.truth(from, memory), Kind::Bool),
            Unary::Not => (Term::negate(self.truth(from, memory)), Kind::Bool),
            Unary::Negate => {
                let value = self.value(from, Kind::Int, memory);
                (Term::infix(Op::Minus, Term::Int(0), value), Kind::Int)
            }
            Unary::Complement(id) => {
                let all = (1i64 << self.program.enums[id].names.len()) - 1;
                let all = Kind::Set(id).constant(self.program, all);
                let without = Term::infix(Op::Without, all, self.value(from, Kind::Set(id), memory));
                (without, Kind::Set(id))
            }
            Unary::Singleton(id) => {
                let element = self.value(from, Kind::Enum(id), memory);
                (Term::Singleton(Box::new(element)), Kind::Set(id))
            }
        }
    }

    fn binary(
        &self,
        op: crate::machine::program::Binary,
        to: Reg,
        left: Operand,
        right: Operand,
        memory: &Memory,
    ) -> (Term, Kind, Vec<(ErrorKind, Term)>) {
        use crate::machine::program::Binary;
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
            (Binary::BitAnd, Some(set)) => (plain(Op::Intersect, set), set, vec![]),
            (Binary::BitOr, Some(set)) => (plain(Op::Union, set), set, vec![]),
            (Binary::BitXor, Some(set)) => {
                let (left, right) = both(set);
                let here = Term::infix(Op::Without, left.clone(), right.clone());
                (
                    Term::infix(Op::Union, here, Term::infix(Op::Without, right, left)),
                    set,
                    vec![],
                )
            }
            (Binary::Eq, _) => (plain(Op::Equal, kind), Kind::Bool, vec![]),
            (Binary::Ne, _) => (plain(Op::Unequal, kind), Kind::Bool, vec![]),
            (Binary::Lt, _) => (plain(Op::Less, Kind::Int), Kind::Bool, vec![]),
            (Binary::Le, _) => (plain(Op::LessEqual, Kind::Int), Kind::Bool, vec![]),
            (Binary::Gt, _) => (plain(Op::Greater, Kind::Int), Kind::Bool, vec![]),
            (Binary::Ge, _) => (plain(Op::GreaterEqual, Kind::Int), Kind::Bool, vec![]),
            (Binary::Add, _) => (plain(Op::Plus, Kind::Int), Kind::Int, vec![]),
            (Binary::Sub, _) => (plain(Op::Minus, Kind::Int), Kind::Int, vec![]),
            (Binary::Mul, _) => (plain(Op::Times, Kind::Int), Kind::Int, vec![]),
            (Binary::Div | Binary::Rem, _) => {
                let zero = Term::infix(Op::Equal, right_number(), Term::Int(0));
                let name = if op == Binary::Div { "Quotient" } else { "Remainder" };
                (call(name), Kind::Int, vec![(ErrorKind::DivisionByZero, zero)])
            }
            (Binary::Shl | Binary::Shr, _) => {
                let most = if op == Binary::Shl { 61 } else { 62 };
                let wrong = out_of(right_number(), most);
                let (left, right) = both(Kind::Int);
                let power = Term::infix(Op::Power, Term::Int(2), right);
                let op = if op == Binary::Shl { Op::Times } else { Op::Floor };
                (
                    Term::infix(op, left, power),
                    Kind::Int,
                    vec![(ErrorKind::Overflow, wrong)],
                )
            }
            (Binary::BitAnd, None) => (call("BitAnd"), Kind::Int, vec![]),
            (Binary::BitOr, None) => (call("BitOr"), Kind::Int, vec![]),
            (Binary::BitXor, None) => (call("BitXor"), Kind::Int, vec![]),
        }
    }

    fn kind(&self, reg: Reg) -> Kind {
        Kind::of(self.program.threads[self.reader.thread].registers[reg].scalar)
    }

    fn kind_of(&self, operand: Operand) -> Kind {
        match operand {
            Operand::Reg(reg) => self.kind(reg),
            Operand::Const(_) => Kind::Int,
        }
    }

    fn register(&self, reg: Reg, memory: &Memory) -> Term {
        let nothing = || self.kind(reg).constant(self.program, 0);
        memory.registers.get(&reg).cloned().unwrap_or_else(nothing)
    }

    fn value(&self, operand: Operand, kind: Kind, memory: &Memory) -> Term {
        match operand {
            Operand::Const(value) => kind.constant(self.program, value),
            Operand::Reg(reg) => self.kind(reg).convert(self.program, self.register(reg, memory), kind),
        }
    }

    fn truth(&self, operand: Operand, memory: &Memory) -> Term {
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

    fn pointer(&self, operand: Operand, ty: TypeId, memory: &Memory) -> Term {
        self.value(operand, Kind::Pointer(ty), memory)
    }

    fn define(&self, reg: Reg, value: Term, kind: Kind, memory: &mut Memory) {
        let value = kind.convert(self.program, value, self.kind(reg));
        memory.registers.insert(reg, value);
    }

    /// Gives what a register holds a name, so that the text does not repeat it.
    fn name_register(&mut self, reg: Reg, memory: &mut Memory, around: &mut Vec<Around>) {
        let value = self.register(reg, memory);
        if value.size() <= 3 {
            return;
        }
        if let Some(name) = memory.name_of(&value) {
            memory.registers.insert(reg, name);
            return;
        }
        let hint = self.hint(reg);
        let name = self.names.take(&hint);
        let term = Term::Name(name.clone());
        if memory.is_object(&value) {
            memory.assume_object(term.clone());
        }
        memory.registers.insert(reg, term.clone());
        memory.remember(value.clone(), term);
        around.push(Around::Let(name, value));
    }

    fn name_registers(&mut self, mut memory: Memory, around: &mut Vec<Around>) -> Memory {
        let registers: Vec<Reg> = memory.registers.keys().copied().collect();
        for reg in registers {
            self.name_register(reg, &mut memory, around);
        }
        memory
    }

    fn hint(&self, reg: Reg) -> String {
        let thread = &self.program.threads[self.reader.thread];
        names::variable(self.program, thread, reg).to_string()
    }

    fn surely_fits(&self, value: Operand, bits: u32) -> bool {
        match value {
            Operand::Const(value) => value >= 0 && value >> bits.min(62) == 0,
            Operand::Reg(reg) => match self.program.threads[self.reader.thread].registers[reg].scalar {
                Scalar::Bool => true,
                Scalar::Unsigned(own) => own <= bits,
                _ => false,
            },
        }
    }

    fn can_hold(&self) -> bool {
        let held = &self.reader.machine.layout.held[self.reader.thread];
        held.iter().flatten().any(Option::is_some)
    }

    fn owner(&self, field: FieldId) -> &str {
        &self.program.types[self.program.fields[field].owner].name
    }

    fn failure(&self, at: usize, kind: ErrorKind) -> End {
        let thread = &self.program.threads[self.reader.thread];
        let site = &thread.sites[thread.at[at] as usize];
        let property = site.breaks.clone().unwrap_or_else(|| kind.property().to_string());
        let function = self.program.functions[site.function].name.clone();
        End::Fail(property, kind.words(), function, site.line)
    }

    /// The end of the step: what was written, the new position, and the local variables that are read later.
    fn end(&self, point: Option<usize>, memory: &Memory) -> Tree {
        let thread = &self.program.threads[self.reader.thread];
        let names = &self.reader.machine.names[self.reader.thread];
        let before: &[Reg] = &thread.points[self.point].live;
        let after: &[Reg] = point.map_or(&[], |point| &thread.points[point].live);
        let me = Term::string(&thread.name);
        let mut updates = Vec::new();
        let concerned: BTreeMap<Reg, ()> = before.iter().chain(after).map(|&reg| (reg, ())).collect();
        for reg in concerned.into_keys() {
            let value = match after.contains(&reg) {
                true => self.register(reg, memory),
                false => self.kind(reg).constant(self.program, 0),
            };
            let kept = before.contains(&reg) && value == Term::name(MY).field(&names.locals[reg]);
            if !kept {
                let path = vec![
                    Selector::Index(me.clone()),
                    Selector::Field(names.locals[reg].as_str().into()),
                ];
                updates.push(Update { path, value });
            }
        }
        let mut assign = self.assignments(memory);
        if !updates.is_empty() {
            let locals = Term::Except(Box::new(Term::name("locals")), updates);
            assign.push(("locals".into(), locals));
        }
        let goto = match point {
            Some(point) if point == self.point => None,
            Some(point) => Some(names.positions[point].as_str().into()),
            None => Some(DONE.into()),
        };
        Tree::End(End::Next {
            assign,
            goto,
            panic: false,
        })
    }

    fn assignments(&self, memory: &Memory) -> Vec<(Arc<str>, Term)> {
        let mut assign: Vec<(Arc<str>, Term)> = memory
            .written()
            .into_iter()
            .map(|name| (name.clone(), memory.variable(&name)))
            .collect();
        if memory.alive != Term::name("alive") {
            assign.push(("alive".into(), memory.alive.clone()));
        }
        if memory.held != self.reader.held() {
            assign.push(("held".into(), self.held_by_all(memory)));
        }
        assign
    }

    fn held_by_all(&self, memory: &Memory) -> Term {
        let me = Term::string(&self.program.threads[self.reader.thread].name);
        let update = Update {
            path: vec![Selector::Index(me)],
            value: memory.held.clone(),
        };
        Term::Except(Box::new(Term::name("held")), vec![update])
    }
}

fn constant(term: &Term) -> Option<usize> {
    match term {
        Term::Int(value) => usize::try_from(*value).ok(),
        _ => None,
    }
}

/// When an index is outside an array.
fn outside(index: Term, length: Option<usize>) -> Option<Term> {
    let wrong = out_of(index, length.unwrap_or(1) as i64 - 1);
    (wrong != Term::Bool(false)).then_some(wrong)
}

/// When a value is outside `0..most`.
fn out_of(value: Term, most: i64) -> Term {
    let below = Term::infix(Op::Less, value.clone(), Term::Int(0));
    let above = Term::infix(Op::Greater, value, Term::Int(most));
    Term::infix(Op::Or, below, above)
}

/// When a number does not fit a width. TLC's numbers have 32 bits: it reports by itself what is larger.
fn misfit(value: Term, bits: u32) -> Term {
    match bits {
        0..=MOST_BITS => out_of(value, (1 << bits) - 1),
        _ => Term::infix(Op::Less, value, Term::Int(0)),
    }
}
