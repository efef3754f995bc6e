//! Small programs, built by hand, for the tests of this module.

use crate::machine::program::{BinaryOp, *};
use crate::machine::{Machine, live_registers};
use crate::source::{Sources, Span};

/// One operation of a thread.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// `x++` in two steps.
    Increment,
    /// `x = value`
    Set(i64),
    /// `await(x == value)`
    Await(i64),
    /// `x = choose(outcomes)` in one step with `y = choose(2)` if that comes out 0.
    Choose(u32),
    /// `mutex_lock(&locks[i])`
    Lock(usize),
    /// `mutex_unlock(&locks[i])`
    Unlock(usize),
    /// `kfree(box)`
    Free,
    /// `BUG_ON(x == value)`
    BugOn(i64),
    /// `panic()`
    Panic,
    /// `while (choose(outcomes));`
    Retry(u32),
    /// Back to the first operation while `x == value`.
    Again(i64),
    /// Follows a pointer that no front end makes: the machine panics.
    Poison,
}

const TEXT: &str = "x++\nx = v\nawait(x == v)\nchoose(n)\nmutex_lock(&a)\nmutex_unlock(&a)\nkfree(box)\nBUG_ON(x)\npanic()\nwhile\n*p\n";
const X: FieldId = 0;
const Y: FieldId = 1;
const TAKEN: FieldId = 2;
const LOCK: TypeId = 1;
const BOX: TypeId = 2;

/// A machine whose threads run these operations on two numbers, two locks and a box.
pub(crate) fn machine(threads: &[&[Op]]) -> Machine {
    let mut sources = Sources::default();
    let file = sources.add("linux/sample.c", TEXT);
    let object = |ty: TypeId, number: usize, name: &str| Object {
        name: name.to_string(),
        root: (ty, number),
    };
    let ty = |name: &str, fields: Vec<FieldId>, objects: Vec<Object>| StructType {
        name: name.to_string(),
        fields,
        objects,
    };
    let field = |name: &str, owner: TypeId, scalar: Scalar, initial: Vec<i64>| Field {
        name: name.to_string(),
        owner,
        scalar,
        length: None,
        bound: None,
        ghost: false,
        written: true,
        initial,
    };
    let span = |line: usize| {
        let start: usize = TEXT.lines().take(line).map(|line| line.len() + 1).sum();
        let end = start + TEXT.lines().nth(line).map_or(0, str::len);
        Span {
            file,
            start: start as u32,
            end: end as u32,
        }
    };
    Machine::new(Program {
        types: vec![
            ty("", vec![X, Y], vec![object(0, 0, "")]),
            ty("mutex", vec![TAKEN], vec![object(LOCK, 0, "a"), object(LOCK, 1, "b")]),
            ty("box", vec![3], vec![object(BOX, 0, "box")]),
        ],
        enums: Vec::new(),
        fields: vec![
            field("x", 0, Scalar::Unsigned(2), vec![0]),
            field("y", 0, Scalar::Unsigned(1), vec![0]),
            field("taken", LOCK, Scalar::Bool, vec![0, 0]),
            field("content", BOX, Scalar::Bool, vec![0]),
        ],
        parts: Vec::new(),
        functions: vec![Function {
            name: "run".to_string(),
            span: span(0),
            atomic: false,
            counts: Vec::new(),
            shares: false,
        }],
        threads: threads
            .iter()
            .enumerate()
            .map(|(number, ops)| thread(number, ops, span))
            .collect(),
        sources,
    })
}

fn thread(number: usize, ops: &[Op], span: impl Fn(usize) -> Span) -> Thread {
    let site = |line: usize| Site {
        function: 0,
        span: span(line),
        line: line as u32 + 1,
        stack: Vec::new(),
        frame: 0,
        indexed: false,
        condition: None,
        breaks: None,
    };
    let mut thread = Thread {
        name: format!("thread{number}"),
        function: "run".to_string(),
        role: Role::Task,
        fair: true,
        code: Vec::new(),
        at: Vec::new(),
        sites: TEXT.lines().enumerate().map(|(line, _)| site(line)).collect(),
        registers: [
            Holds::Variable("x".to_string()),
            Holds::Variable("y".to_string()),
            Holds::Hidden,
        ]
        .map(|holds| Register {
            function: 0,
            holds,
            scalar: Scalar::Unsigned(3),
        })
        .to_vec(),
        points: Vec::new(),
        calls: vec![Call {
            callee: 0,
            arguments: Vec::new(),
        }],
        frames: vec![Inlined {
            function: 0,
            parent: None,
            arguments: Vec::new(),
            result: None,
        }],
    };
    for op in ops {
        emit(&mut thread, op);
    }
    push(&mut thread, 0, Instr::End);
    live_registers::analyse(&mut thread);
    thread
}

fn emit(thread: &mut Thread, op: &Op) {
    use {Instr::*, Operand::*};
    let global = Const(1);
    let zero = Const(0);
    let load = |field, to| Load {
        to,
        field,
        object: global,
        index: zero,
    };
    let store = |field, value| Store {
        field,
        object: global,
        index: zero,
        value,
    };
    let equals = |value| Binary {
        op: BinaryOp::Eq,
        to: 2,
        left: Reg(0),
        right: Const(value),
    };
    match *op {
        Op::Increment => {
            point(thread, 0, PointKind::Read, 1);
            push(thread, 0, load(X, 0));
            point(thread, 0, PointKind::Write, 1);
            let add = Binary {
                op: BinaryOp::Add,
                to: 0,
                left: Reg(0),
                right: Const(1),
            };
            push(thread, 0, add);
            push(thread, 0, store(X, Reg(0)));
        }
        Op::Set(value) => {
            point(thread, 1, PointKind::Write, 1);
            push(thread, 1, store(X, Const(value)));
        }
        Op::Await(value) => {
            point(thread, 2, PointKind::Await, 1);
            push(thread, 2, load(X, 0));
            push(thread, 2, equals(value));
            push(thread, 2, Await(Reg(2)));
        }
        Op::Choose(below) => {
            point(thread, 3, PointKind::Choose, below * 2);
            push(thread, 3, Choose { to: 0, below });
            push(thread, 3, store(X, Reg(0)));
            let target = thread.code.len() + 4;
            push(thread, 3, equals(0));
            let condition = Reg(2);
            push(thread, 3, Unless { condition, target });
            push(thread, 3, Choose { to: 1, below: 2 });
            push(thread, 3, store(Y, Reg(1)));
        }
        Op::Retry(below) => {
            let target = thread.code.len();
            point(thread, 3, PointKind::Choose, below);
            push(thread, 3, Choose { to: 0, below });
            push(thread, 3, equals(0));
            let condition = Reg(2);
            push(thread, 3, Unless { condition, target });
        }
        Op::Lock(lock) => {
            let object = Const(lock as i64 + 1);
            point(thread, 4, PointKind::Call(0), 1);
            let taken = Load {
                to: 0,
                field: TAKEN,
                object,
                index: zero,
            };
            push(thread, 4, taken);
            push(thread, 4, equals(0));
            push(thread, 4, Await(Reg(2)));
            let take = Store {
                field: TAKEN,
                object,
                index: zero,
                value: Const(1),
            };
            push(thread, 4, take);
            push(thread, 4, Acquire { ty: LOCK, object });
        }
        Op::Unlock(lock) => {
            let object = Const(lock as i64 + 1);
            point(thread, 5, PointKind::Call(0), 1);
            push(thread, 5, Release { ty: LOCK, object });
            let free = Store {
                field: TAKEN,
                object,
                index: zero,
                value: zero,
            };
            push(thread, 5, free);
            push(thread, 5, Returned(Const(1)));
        }
        Op::Free => {
            point(thread, 6, PointKind::Free, 1);
            let object = global;
            push(thread, 6, Free { ty: BOX, object });
        }
        Op::BugOn(value) => {
            point(thread, 7, PointKind::Read, 1);
            push(thread, 7, load(X, 0));
            push(thread, 7, equals(value));
            let target = thread.code.len() + 2;
            let condition = Reg(2);
            push(thread, 7, Unless { condition, target });
            push(thread, 7, Fail);
        }
        Op::Panic => {
            point(thread, 8, PointKind::Call(0), 1);
            push(thread, 8, Panic);
        }
        Op::Again(value) => {
            point(thread, 9, PointKind::Read, 1);
            push(thread, 9, load(X, 0));
            push(thread, 9, equals(value));
            let target = thread.code.len() + 2;
            let condition = Reg(2);
            push(thread, 9, Unless { condition, target });
            push(thread, 9, Jump(0));
        }
        Op::Poison => {
            point(thread, 10, PointKind::Read, 1);
            let beyond = Load {
                to: 0,
                field: X,
                object: Const(99),
                index: zero,
            };
            push(thread, 10, beyond);
        }
    }
}

fn push(thread: &mut Thread, site: u32, instr: Instr) {
    thread.code.push(instr);
    thread.at.push(site);
}

fn point(thread: &mut Thread, site: u32, kind: PointKind, outcomes: u32) {
    let index = thread.points.len();
    thread.points.push(Point {
        at: thread.code.len(),
        site,
        number: index as u32 + 1,
        kind,
        strongly_fair: false,
        outcomes,
        live: Vec::new(),
    });
    push(thread, site, Instr::Point(index));
}
