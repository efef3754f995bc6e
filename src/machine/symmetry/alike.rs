//! What the text of a program does not tell apart: threads that run one function, and the objects in which they differ.

use crate::machine::program::{FieldId, Instr, Operand, Program, Reg, Scalar, Thread, ThreadId, TypeId};
use crate::source::Span;

/// Things that may change places: so many elements, each with a thread of every row of threads and an object of every row of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Family {
    pub(crate) threads: Vec<Vec<ThreadId>>,
    pub(crate) objects: Vec<Row>,
}

/// One object for each element, numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) ty: TypeId,
    pub(crate) objects: Vec<usize>,
}

/// Why threads that run one function are not alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlike {
    /// In words.
    pub why: String,
    /// The place in the listing, if it is one.
    pub span: Option<Span>,
}

impl Unlike {
    fn at(why: &str, span: Span) -> Self {
        Unlike {
            why: why.to_string(),
            span: Some(span),
        }
    }
}

impl Family {
    /// Number of elements.
    pub(crate) fn size(&self) -> usize {
        self.threads.first().map_or(0, Vec::len)
    }
}

/// The families of a program; or why it has none.
pub(crate) fn families(program: &Program) -> Result<Vec<Family>, Unlike> {
    let mut found: Vec<Family> = Vec::new();
    let mut unlike = None;
    for threads in of_one_function(program) {
        match family(program, &threads) {
            Ok(family) => unlike = merge(&mut found, family).err().or(unlike),
            Err(why) => unlike = unlike.or(Some(why)),
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    Err(unlike.unwrap_or_else(|| Unlike {
        why: "no two threads run one function".to_string(),
        span: None,
    }))
}

fn of_one_function(program: &Program) -> Vec<Vec<ThreadId>> {
    let mut groups: Vec<Vec<ThreadId>> = Vec::new();
    for (number, thread) in program.threads.iter().enumerate() {
        let same = |group: &&mut Vec<ThreadId>| program.threads[group[0]].function == thread.function;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(number),
            None => groups.push(vec![number]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// What shares an object changes places together.
fn merge(found: &mut Vec<Family>, family: Family) -> Result<(), Unlike> {
    let shares = |other: &Family| {
        let mut rows = other.objects.iter();
        rows.any(|row| {
            family
                .objects
                .iter()
                .any(|mine| mine.ty == row.ty && overlap(mine, row))
        })
    };
    let Some(at) = found.iter().position(shares) else {
        found.push(family);
        return Ok(());
    };
    let mut whole = found.remove(at);
    for row in family.objects {
        add(&mut whole.objects, row)?;
    }
    whole.threads.extend(family.threads);
    merge(found, whole)
}

fn overlap(one: &Row, other: &Row) -> bool {
    one.objects.iter().any(|object| other.objects.contains(object))
}

/// Adds a row; false if it is there already.
fn add(rows: &mut Vec<Row>, row: Row) -> Result<bool, Unlike> {
    if rows.contains(&row) {
        return Ok(false);
    }
    if rows.iter().any(|other| other.ty == row.ty && overlap(other, &row)) {
        return Err(Unlike {
            why: "an object belongs to several of them".to_string(),
            span: None,
        });
    }
    rows.push(row);
    Ok(true)
}

fn family(program: &Program, threads: &[ThreadId]) -> Result<Family, Unlike> {
    let all: Vec<&Thread> = threads.iter().map(|&thread| &program.threads[thread]).collect();
    let first = all[0];
    let start = program.functions[first.sites.first().map_or(0, |site| site.function)].span;
    for other in &all[1..] {
        let same = first.role == other.role
            && first.fair == other.fair
            && first.code.len() == other.code.len()
            && first.registers.len() == other.registers.len()
            && first.points.len() == other.points.len();
        let registers = first.registers.iter().zip(&other.registers);
        let points = first.points.iter().zip(&other.points);
        let alike = same
            && registers.into_iter().all(|(one, other)| one.scalar == other.scalar)
            && points.into_iter().all(|(one, other)| {
                (one.at, one.kind, one.strongly_fair, one.outcomes, &one.live)
                    == (other.at, other.kind, other.strongly_fair, other.outcomes, &other.live)
            });
        if !alike {
            return Err(Unlike::at("it is not the same program for each of them", start));
        }
    }
    let mut rows = Vec::new();
    for at in 0..first.code.len() {
        let span = first.sites[first.at[at] as usize].span;
        let texts: Vec<Text> = all.iter().map(|thread| Text::of(program, thread, at)).collect();
        if texts.iter().any(|text| text.shape != texts[0].shape) {
            return Err(Unlike::at("it is not the same program for each of them", span));
        }
        for (number, &(_, ty)) in texts[0].operands.iter().enumerate() {
            let operands: Vec<Operand> = texts.iter().map(|text| text.operands[number].0).collect();
            let values = operands.iter().map(|operand| match operand {
                Operand::Const(value) => Some(*value),
                Operand::Reg(_) => None,
            });
            if operands.iter().all(|operand| *operand == operands[0]) {
                continue;
            }
            let row = ty.zip(values.collect::<Option<Vec<i64>>>());
            let row = row.and_then(|(ty, values)| of_pointers(ty, &values));
            add(
                &mut rows,
                row.ok_or_else(|| Unlike::at("a number tells them apart", span))?,
            )?;
        }
    }
    belongings(program, &mut rows)?;
    Ok(Family {
        threads: vec![threads.to_vec()],
        objects: rows,
    })
}

/// A row of as many different objects; none if some pointer is `NULL` or means what another means.
fn of_pointers(ty: TypeId, pointers: &[i64]) -> Option<Row> {
    let objects: Vec<usize> = pointers
        .iter()
        .map(|&pointer| usize::try_from(pointer - 1).ok())
        .collect::<Option<_>>()?;
    let different = (1..objects.len()).all(|at| !objects[..at].contains(&objects[at]));
    different.then_some(Row { ty, objects })
}

/// Adds what the objects of the rows point to, each to something of its own, and what is part of them.
fn belongings(program: &Program, rows: &mut Vec<Row>) -> Result<(), Unlike> {
    let mut at = 0;
    while let Some(row) = rows.get(at).cloned() {
        at += 1;
        for &field in &program.types[row.ty].fields {
            for pointers in pointers(program, field, &row) {
                if pointers.iter().all(|pointer| *pointer == pointers[0]) {
                    continue;
                }
                let Scalar::Pointer(ty) = program.fields[field].scalar else {
                    continue;
                };
                let inner = of_pointers(ty, &pointers).ok_or_else(|| Unlike {
                    why: format!("`{}` tells them apart in the beginning", program.fields[field].name),
                    span: None,
                })?;
                add(rows, inner)?;
            }
        }
        for part in program.parts.iter().filter(|part| part.owner == row.ty) {
            for number in 0..part.length.unwrap_or(1) {
                let objects = row.objects.iter().map(|&object| part.first[object] + number - 1);
                let inner = Row {
                    ty: part.inner,
                    objects: objects.collect(),
                };
                add(rows, inner)?;
            }
        }
    }
    Ok(())
}

/// By element of a field: its first values in the objects of a row.
fn pointers(program: &Program, field: FieldId, row: &Row) -> Vec<Vec<i64>> {
    let declared = &program.fields[field];
    let length = declared.elements();
    let of = |element: usize| {
        let objects = row.objects.iter();
        objects
            .map(|object| declared.initial[object * length + element])
            .collect()
    };
    match declared.scalar {
        Scalar::Pointer(_) => (0..length).map(of).collect(),
        _ => Vec::new(),
    }
}

/// An instruction without its operands, and these with the type of what they point to, where they do.
struct Text {
    shape: Instr,
    operands: Vec<(Operand, Option<TypeId>)>,
}

impl Text {
    fn of(program: &Program, thread: &Thread, at: usize) -> Self {
        let mut shape = thread.code[at].clone();
        let taken = operands(program, thread, &mut shape);
        let operands = taken
            .into_iter()
            .map(|(operand, ty)| (std::mem::replace(operand, Operand::Const(0)), ty))
            .collect();
        // Reports read what a call returned, and nobody else does.
        if let Instr::Returned(_) = shape {
            return Text {
                shape,
                operands: Vec::new(),
            };
        }
        Text { shape, operands }
    }
}

pub(super) fn pointee(scalar: Scalar) -> Option<TypeId> {
    match scalar {
        Scalar::Pointer(ty) => Some(ty),
        _ => None,
    }
}

fn operands<'i>(program: &Program, thread: &Thread, instr: &'i mut Instr) -> Vec<(&'i mut Operand, Option<TypeId>)> {
    let held = |reg: Reg| pointee(thread.registers[reg].scalar);
    match instr {
        Instr::Copy { to, from } => vec![(from, held(*to))],
        Instr::Binary { left, right, .. } => {
            let ty = [*left, *right].into_iter().find_map(|operand| match operand {
                Operand::Reg(reg) => held(reg),
                Operand::Const(_) => None,
            });
            vec![(left, ty), (right, ty)]
        }
        Instr::Load {
            field, object, index, ..
        } => vec![(object, Some(program.fields[*field].owner)), (index, None)],
        Instr::Store {
            field,
            object,
            index,
            value,
        } => {
            let field = &program.fields[*field];
            vec![
                (object, Some(field.owner)),
                (index, None),
                (value, pointee(field.scalar)),
            ]
        }
        Instr::Part {
            part, object, index, ..
        } => vec![(object, Some(program.parts[*part].owner)), (index, None)],
        Instr::Free { ty, object } | Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
            vec![(object, Some(*ty))]
        }
        Instr::Unary { from: value, .. }
        | Instr::Fits { value, .. }
        | Instr::Unless { condition: value, .. }
        | Instr::Await(value)
        | Instr::Returned(value) => vec![(value, None)],
        Instr::Point(_) | Instr::Jump(_) | Instr::Choose { .. } | Instr::Fail | Instr::Panic | Instr::End => Vec::new(),
    }
}
