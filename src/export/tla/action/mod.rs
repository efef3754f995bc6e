//! A step of the machine as a decision tree: each instruction read as what it means in TLA+.

mod access;
mod ending;
mod instruction;
mod merge;
mod values;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::flow::Flow;
use super::fresh::Fresh;
use super::memory::Memory;
use super::term::Term;
use super::tree::{End, Join, Tree};
use crate::machine::live_registers::{self, Live};
use crate::machine::names;
use crate::machine::program::{FieldId, Instr, Program, Reg, ThreadId};
use crate::machine::{ErrorKind, Machine};
use crate::source::Diagnostic;

/// The name under which a step sees the thread's local variables.
const MY: &str = "my";

/// A step of more instructions is a page of decisions that nobody reads, and takes minutes to write.
const MOST_INSTRUCTIONS: usize = 1_500;

/// Reads the steps of one thread.
pub(crate) struct Reader<'a> {
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
    pub(crate) fn new(machine: &'a Machine, thread: ThreadId, taken: &'a Fresh) -> Self {
        let mut code = machine.program.threads[thread].clone();
        let mut stored = vec![false; machine.program.fields.len()];
        for instr in machine.program.threads.iter().flat_map(|thread| &thread.code) {
            if let Instr::Store { field, .. } = instr {
                stored[*field] = true;
            }
        }
        Reader {
            stored,
            live: live_registers::analyse(&mut code),
            freed: crate::machine::layout::freed_types(&machine.program),
            machine,
            thread,
            taken,
        }
    }

    /// The step from a scheduling point; an error if it is too long to be read.
    pub(crate) fn step(&self, point: usize) -> Result<Tree, Diagnostic> {
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
        let mut step = Walker {
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

/// Reads one step, instruction by instruction.
struct Walker<'a> {
    reader: &'a Reader<'a>,
    program: &'a Program,
    code: &'a [Instr],
    flow: Flow<'a>,
    point: usize,
    names: Fresh,
    /// Joins that are defined on the way: their names, and what they are told.
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

impl Walker<'_> {
    /// The step from an instruction on; `pending` are joins of branches that were decided already.
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
                        pending.extend(self.flow.joins(at));
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
        let mut places: Vec<usize> = self.flow.joins(at).iter().copied().chain(pending).collect();
        places.sort_by_key(|&place| std::cmp::Reverse(self.flow.rank(place)));
        places.dedup();
        let mut joins = Vec::new();
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
            joins.push(Join { name, parameters, body });
        }
        let null = Term::string("NULL");
        let (mut yes, mut no) = (memory.clone(), memory);
        yes.assume(&condition, &null);
        no.assume(&Term::negate(condition.clone()), &null);
        let yes = self.walk_side(at + 1, yes);
        let no = self.walk_side(target, no);
        let tree = Tree::choose(condition, yes, no);
        // The join that comes last was read first, and the others may go on there.
        joins.into_iter().rev().fold(tree, |rest, join| Tree::join(join, rest))
    }

    /// A side of a branch, which may be empty: then it starts at a join.
    fn walk_side(&mut self, at: usize, memory: Memory) -> Tree {
        match self.open.get(&at) {
            Some((name, told)) => {
                let arguments = told.iter().map(|told| self.tell(told, &memory)).collect();
                Tree::Continue(name.clone(), arguments)
            }
            None => self.walk(at, memory, Vec::new()),
        }
    }

    /// What the paths between a branch and a join change, as far as it is needed there.
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
                    registers
                        .extend(live_registers::written(other).filter(|&reg| self.reader.live.contains(place, reg)));
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
}
