//! The instruction list of one thread while it grows: labels, sites, registers, scheduling points.

use std::collections::HashMap;
use std::ops::Range;

use super::tables::Tables;
use super::value::Value;
use crate::c::ast;
use crate::machine::program::{
    Call, Caller, FieldId, Holds, Inlined, Instr, Operand, Passed, Point, PointKind, Reg, Register, Scalar, Site,
    TypeId,
};
use crate::source::{Diagnostic, Span};

/// A thread that needs more instructions is beyond what can be checked.
const MOST_CODE: usize = 20_000;
/// Statements and calls that are read for one thread, over and over where functions are inlined.
const MOST_WORK: usize = 200_000;

/// A place in the code that is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(pub usize);

/// Which fields are written and which types are freed, by any thread: accesses to the others are not scheduling points.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    /// Fields that some thread writes.
    pub written: std::collections::HashSet<FieldId>,
    /// Types with an object that may be freed, as a whole or with its container.
    pub freed: Vec<bool>,
}

/// What a name means in the function being inlined.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Binding {
    /// A local variable.
    Local(Reg, Scalar),
    /// A value that never changes: an argument that the function does not assign, the counter of an unrolled loop.
    Value(Value),
    /// A parameter that stands for the caller's scalar.
    Place(Place),
}

/// Something that can be read or assigned.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// A local variable.
    Local(Reg, Scalar),
    /// A scalar in shared memory.
    Field {
        /// Which.
        field: FieldId,
        /// Pointer to its object.
        object: Operand,
        /// Element, 0 for a plain field.
        index: Operand,
    },
    /// An array of scalars.
    Fields(FieldId, Operand),
    /// A struct.
    Object(TypeId, Operand),
    /// An array of structs in a container.
    Objects(usize, Operand),
}

/// A label of `goto`.
pub(crate) struct GotoLabel {
    /// Its place.
    pub label: Label,
    /// A `goto` to it.
    pub used: Option<Span>,
    /// The local variables in scope there.
    pub locals: Vec<Reg>,
}

/// What `break` leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// Where it ends.
    pub end: Label,
    /// Where `continue` goes; none for a `switch`.
    pub next: Option<Label>,
}

/// One inlined call.
pub(crate) struct Frame<'a> {
    /// The function.
    pub function: &'a ast::Function,
    /// Its index.
    pub id: usize,
    /// Names, innermost block last.
    pub scopes: Vec<HashMap<&'a str, Binding>>,
    /// Where the local variables were declared.
    pub declared: HashMap<Reg, Span>,
    /// Where `return` puts the result.
    pub result: Option<(Reg, Scalar)>,
    /// Where `return` goes.
    pub end: Label,
    /// The enclosing loops and `switch`es.
    pub left: Vec<Left>,
    /// Labels of `goto`.
    pub labels: HashMap<&'a str, GotoLabel>,
    /// Jumps to them: the instruction, the label, and the local variables in scope.
    pub gotos: Vec<(usize, &'a str, Vec<Reg>)>,
    /// The property that errors break here.
    pub breaks: Option<String>,
    /// The calls that lead here.
    pub stack: Vec<Caller>,
    /// Its number among the inlined calls.
    number: u32,
    points: HashMap<u32, u32>,
    sites: HashMap<(u32, u32), u32>,
}

/// The code of one thread.
pub(crate) struct Emitter<'a, 't> {
    /// Declarations.
    pub tables: &'t Tables<'a>,
    /// What is shared; `None` while that is being found out.
    pub shared: Option<&'t Shared>,
    /// `current`.
    pub current: Option<Value>,
    /// The inlined calls, outermost first.
    pub frames: Vec<Frame<'a>>,
    /// Inside how many atomic functions we are.
    pub atomic: u32,
    /// Where the outermost atomic call, or the condition of an `await`, begins.
    pub step_start: usize,
    /// Instructions; jumps hold label numbers until [`super::finish`].
    pub code: Vec<Instr>,
    /// Site of each instruction.
    pub at: Vec<u32>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Registers.
    pub registers: Vec<Register>,
    /// Scheduling points.
    pub points: Vec<Point>,
    /// Calls in the text.
    pub calls: Vec<Call>,
    call_at: HashMap<Span, usize>,
    /// The inlined calls, also those that have returned.
    pub inlined: Vec<Inlined>,
    /// Positions of labels.
    pub labels: Vec<Option<usize>>,
    /// Where local variables are read.
    pub uses: Vec<Use>,
    /// Where they have no value.
    pub unset: Vec<Unset>,
    /// What is done with before the expression around it goes on: calls with their arguments, conditions.
    pub settled: Vec<Range<usize>>,
    work: usize,
    /// Set outside atomic functions while something is evaluated that is one instant all the same: what it is.
    pub instant: Option<Span>,
}

/// A local variable is read, or the result of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    /// By the instruction with this index, or before it.
    pub at: usize,
    /// Which.
    pub reg: Reg,
    /// The name or the call.
    pub span: Span,
}

/// A local variable, or the result of a call, has no value.
#[derive(Debug, Clone)]
pub(crate) struct Unset {
    /// From where on.
    pub from: Start,
    /// Which.
    pub reg: Reg,
    /// Its declaration, or the function.
    pub span: Span,
    /// What it is, in words.
    pub what: String,
}

/// A place in the code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    /// Before the instruction with this index.
    Before(usize),
    /// After it, wherever it leads.
    After(usize),
}

impl<'a, 't> Emitter<'a, 't> {
    /// An empty thread.
    pub(crate) fn new(tables: &'t Tables<'a>, shared: Option<&'t Shared>, current: Option<Value>) -> Self {
        Emitter {
            tables,
            shared,
            current,
            frames: Vec::new(),
            atomic: 0,
            step_start: 0,
            code: Vec::new(),
            at: Vec::new(),
            sites: Vec::new(),
            registers: Vec::new(),
            points: Vec::new(),
            calls: Vec::new(),
            call_at: HashMap::new(),
            inlined: Vec::new(),
            labels: Vec::new(),
            uses: Vec::new(),
            unset: Vec::new(),
            settled: Vec::new(),
            work: 0,
            instant: None,
        }
    }

    /// The call being inlined.
    pub(crate) fn frame(&mut self) -> &mut Frame<'a> {
        // Lowering starts by entering the thread's own function and never leaves it before the end.
        self.frames.last_mut().expect("a function is being lowered")
    }

    /// The number of the call that stands here, however often it is inlined.
    pub(crate) fn call_at(&mut self, span: Span, call: Call) -> usize {
        *self.call_at.entry(span).or_insert_with(|| {
            self.calls.push(call);
            self.calls.len() - 1
        })
    }

    /// Enters a function, through a call unless it is the thread's own.
    pub(crate) fn enter(
        &mut self,
        function: &'a ast::Function,
        id: usize,
        result: Option<(Reg, Scalar)>,
        call: Option<(usize, Span)>,
        passed: Vec<Passed>,
    ) {
        let (mut stack, mut breaks) = (Vec::new(), None);
        let number = self.inlined.len() as u32;
        self.inlined.push(Inlined {
            function: id,
            parent: self.frames.last().map(|caller| caller.number),
            arguments: passed,
            result: result.map(|(reg, _)| reg),
        });
        if let (Some(caller), Some((call, span))) = (self.frames.last(), call) {
            stack = caller.stack.clone();
            stack.push(Caller {
                function: caller.id,
                line: self.tables.program.sources.line(span),
                call,
            });
            breaks = caller.breaks.clone();
        }
        for annotation in &function.annotations {
            if let ast::AnnotationKind::Breaks(property) = &annotation.kind {
                breaks = Some(property.name.clone());
            }
        }
        let end = self.label();
        self.frames.push(Frame {
            function,
            id,
            scopes: vec![HashMap::new()],
            declared: HashMap::new(),
            result,
            end,
            left: Vec::new(),
            labels: HashMap::new(),
            gotos: Vec::new(),
            breaks,
            stack,
            number,
            points: HashMap::new(),
            sites: HashMap::new(),
        });
    }

    /// A name in the function being inlined.
    pub(crate) fn binding(&self, name: &str) -> Option<Binding> {
        self.frames
            .last()?
            .scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(name))
            .copied()
    }

    /// Binds a name in the innermost block.
    pub(crate) fn bind(&mut self, name: &'a str, binding: Binding) {
        if let Some(scope) = self.frame().scopes.last_mut() {
            scope.insert(name, binding);
        }
    }

    /// A new register.
    pub(crate) fn register(&mut self, holds: Holds, scalar: Scalar) -> Reg {
        let function = self.frames.last().map_or(0, |frame| frame.id);
        self.registers.push(Register {
            function,
            holds,
            scalar,
        });
        self.registers.len() - 1
    }

    /// A new register for a variable.
    pub(crate) fn variable(&mut self, name: &str, scalar: Scalar) -> Reg {
        self.register(Holds::Variable(name.to_string()), scalar)
    }

    /// A new hidden register.
    pub(crate) fn temporary(&mut self, scalar: Scalar) -> Reg {
        self.register(Holds::Hidden, scalar)
    }

    /// A new label.
    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// Puts a label here.
    pub(crate) fn place_label(&mut self, label: Label) {
        // What was read before the label without an instruction was not read by those who jump to it.
        if self.uses.last().is_some_and(|used| used.at == self.code.len())
            && let Some(&site) = self.at.last()
        {
            self.code.push(Instr::Jump(label.0));
            self.at.push(site);
        }
        self.labels[label.0] = Some(self.code.len());
    }

    /// Adds an instruction.
    pub(crate) fn emit(&mut self, instr: Instr, span: Span) -> Result<(), Diagnostic> {
        if self.code.len() >= MOST_CODE {
            return Err(too_long(span, format!("{MOST_CODE} instructions")));
        }
        let site = self.site(span);
        self.code.push(instr);
        self.at.push(site);
        Ok(())
    }

    /// Counts a statement or a call, so that what comes to nothing ends as well.
    pub(crate) fn work(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.work += 1;
        match self.work > MOST_WORK {
            true => Err(too_long(span, format!("{MOST_WORK} statements and calls"))),
            false => Ok(()),
        }
    }

    /// Takes back the check that was just emitted for a value, because a stricter one follows in the same step.
    pub(crate) fn forget_wider_check(&mut self, checked: Operand, least: u32) {
        if matches!(self.code.last(), Some(&Instr::Fits { value, bits }) if value == checked && bits >= least) {
            self.code.pop();
            self.at.pop();
        }
    }

    /// Ends the step here, unless inside an atomic function.
    pub(crate) fn point(&mut self, kind: PointKind, span: Span, strongly_fair: bool) -> Result<(), Diagnostic> {
        if self.atomic > 0 {
            return Ok(());
        }
        let site = self.site(span);
        let line = self.sites[site as usize].line;
        let count = self.frame().points.entry(line).or_insert(0);
        *count += 1;
        let number = *count;
        let at = self.code.len();
        self.points.push(Point {
            at,
            site,
            number,
            kind,
            strongly_fair,
            outcomes: 1,
            live: Vec::new(),
        });
        self.emit(Instr::Point(self.points.len() - 1), span)
    }

    /// Ends the step before an access to a field, if others can see or disturb it.
    pub(crate) fn access(&mut self, field: FieldId, kind: PointKind, span: Span) -> Result<(), Diagnostic> {
        let owner = self.tables.program.fields[field].owner;
        match self.shared {
            Some(shared) if !shared.written.contains(&field) && !shared.freed[owner] => Ok(()),
            _ => self.point(kind, span, false),
        }
    }

    /// A jump.
    pub(crate) fn jump(&mut self, label: Label, span: Span) -> Result<(), Diagnostic> {
        self.emit(Instr::Jump(label.0), span)
    }

    /// A jump where the condition is false.
    pub(crate) fn jump_unless(&mut self, condition: Operand, label: Label, span: Span) -> Result<(), Diagnostic> {
        let target = label.0;
        self.emit(Instr::Unless { condition, target }, span)
    }

    /// Gives a register a value.
    pub(crate) fn set(&mut self, to: Reg, from: Operand, span: Span) -> Result<(), Diagnostic> {
        self.emit(Instr::Copy { to, from }, span)
    }

    /// The value of an instruction that has one.
    pub(crate) fn computed(
        &mut self,
        scalar: Scalar,
        span: Span,
        make: impl FnOnce(Reg) -> Instr,
    ) -> Result<Value, Diagnostic> {
        let to = self.temporary(scalar);
        self.emit(make(to), span)?;
        Ok(Value::of(Operand::Reg(to), scalar))
    }

    /// Adds an instruction that depends on a condition of the listing's.
    pub(crate) fn emit_on(&mut self, condition: Span, instr: Instr, span: Span) -> Result<(), Diagnostic> {
        self.emit(instr, span)?;
        if let Some(&site) = self.at.last() {
            self.sites[site as usize].condition = Some(condition);
        }
        Ok(())
    }

    /// Makes the next instruction at this place a site of its own, because its errors break another property.
    pub(crate) fn forget_site(&mut self, span: Span) {
        self.frame().sites.remove(&(span.start, span.end));
    }

    fn site(&mut self, span: Span) -> u32 {
        let next = self.sites.len() as u32;
        let frame = self.frame();
        if let Some(&site) = frame.sites.get(&(span.start, span.end)) {
            return site;
        }
        frame.sites.insert((span.start, span.end), next);
        let (function, stack, breaks) = (frame.id, frame.stack.clone(), frame.breaks.clone());
        let number = frame.number;
        let line = self.tables.program.sources.line(span);
        self.sites.push(Site {
            function,
            span,
            line,
            stack,
            frame: number,
            indexed: self.tables.indexed.contains(&span),
            condition: None,
            breaks,
        });
        next
    }
}

fn too_long(span: Span, most: String) -> Diagnostic {
    Diagnostic::at(
        span,
        "this thread is too long once its calls are inlined and its loops unrolled",
    )
    .help(format!("at most {most}: call less, or give the loops smaller bounds"))
}
