//! What a program declares: its objects, and the memory that they have.

use std::collections::HashMap;

use oomspec::c::ast::{Designator, Expr, ExprKind, Field, Function, Global, Init, Program, Type};

use crate::arithmetic;

/// The type of an expression.
#[derive(Debug, Clone, Copy)]
pub enum Ty<'a> {
    Void,
    Null,
    Bool,
    Unsigned(u32),
    /// A number that is narrower than an `unsigned`, where it is not declared.
    Int,
    Enum(&'a str),
    Bitset(&'a str),
    Pointer(&'a Type),
    Struct(&'a str),
    Array(&'a Type),
}

impl<'a> From<&'a Type> for Ty<'a> {
    fn from(ty: &'a Type) -> Self {
        match ty.plain() {
            Type::Void | Type::Const(_) => Ty::Void,
            Type::Bool => Ty::Bool,
            Type::Unsigned(bits) => Ty::Unsigned(*bits),
            Type::Enum(name) => Ty::Enum(&name.name),
            Type::Bitset(name) => Ty::Bitset(&name.name),
            Type::Struct(name) => Ty::Struct(&name.name),
            Type::Pointer(inner) => Ty::Pointer(inner.plain()),
            Type::Array(..) => Ty::Array(ty.plain()),
        }
    }
}

impl<'a> Ty<'a> {
    /// The struct that it is or points to.
    pub fn structure(self) -> Option<&'a str> {
        match self {
            Ty::Struct(name) => Some(name),
            Ty::Pointer(Type::Struct(name)) => Some(&name.name),
            _ => None,
        }
    }
}

/// What a member of an object is stored in.
#[derive(Debug, Clone, Copy)]
pub enum Storage {
    /// The first of so many cells of memory.
    Cells(usize, usize),
    /// The first of so many objects that lie inside this one.
    Objects(usize, usize),
}

/// A declared object or a part of one.
#[derive(Debug)]
pub struct Object<'a> {
    pub name: String,
    pub ty: &'a str,
    /// The declared object that it is, or lies in.
    pub root: usize,
    pub members: HashMap<&'a str, Storage>,
}

/// The struct of [`Declared::objects`]`[0]`, which has the variables that are no structs.
pub const GLOBAL: &str = "global";

/// All that stands outside the functions.
#[derive(Debug)]
pub struct Declared<'a> {
    pub program: &'a Program,
    pub structs: HashMap<&'a str, &'a [Field]>,
    /// By name: its enum and its number.
    pub enumerators: HashMap<&'a str, (&'a str, i64)>,
    pub globals: HashMap<&'a str, &'a Global>,
    /// By the name of a variable that is a struct.
    pub named: HashMap<&'a str, usize>,
    pub objects: Vec<Object<'a>>,
    /// The names of the cells of memory.
    pub cells: Vec<String>,
    /// What they hold at the start.
    pub initial: Vec<i64>,
}

impl<'a> Declared<'a> {
    pub fn new(program: &'a Program) -> Self {
        let mut declared = Declared {
            program,
            structs: program
                .structs
                .iter()
                .map(|s| (s.name.name.as_str(), s.fields.as_slice()))
                .collect(),
            enumerators: HashMap::new(),
            globals: program.globals.iter().map(|g| (g.name.name.as_str(), g)).collect(),
            named: HashMap::new(),
            objects: Vec::new(),
            cells: Vec::new(),
            initial: Vec::new(),
        };
        for declared_enum in &program.enums {
            for (number, name) in declared_enum.enumerators.iter().enumerate() {
                declared
                    .enumerators
                    .insert(&name.name, (&declared_enum.name.name, number as i64));
            }
        }
        declared.create(String::new(), GLOBAL, 0);
        for global in &program.globals {
            let name = &global.name.name;
            if let Type::Struct(ty) = global.ty.plain() {
                let number = declared.objects.len();
                declared.create(name.clone(), &ty.name, number);
                declared.named.insert(name, number);
            } else {
                declared.member(0, name, &global.ty, 0);
            }
        }
        for global in &program.globals {
            let Some(init) = &global.init else { continue };
            match declared.named.get(global.name.name.as_str()) {
                Some(&object) => declared.initialise_struct(object, init),
                None => declared.initialise_member(0, &global.name.name, &global.ty, init),
            }
        }
        declared
    }

    fn create(&mut self, name: String, ty: &'a str, root: usize) {
        let number = self.objects.len();
        self.objects.push(Object {
            name,
            ty,
            root,
            members: HashMap::new(),
        });
        for field in self.structs.get(ty).copied().unwrap_or_default() {
            self.member(number, &field.name.name, &field.ty, root);
        }
    }

    /// Gives a member of an object its storage. The elements of a global array are objects of their own.
    fn member(&mut self, owner: usize, name: &'a str, ty: &'a Type, root: usize) {
        let dot = if owner == 0 { "" } else { "." };
        let full = format!("{}{dot}{name}", self.objects[owner].name);
        let ty = ty.plain();
        let names = match ty {
            Type::Array(_, length) => (0..self.constant(length))
                .map(|index| format!("{full}[{index}]"))
                .collect(),
            _ => vec![full],
        };
        let element = if let Type::Array(inner, _) = ty { inner } else { ty };
        let storage = match element.plain() {
            Type::Struct(inner) => {
                let mut firsts = Vec::new();
                for name in names {
                    firsts.push(self.objects.len());
                    let root = if owner == 0 { self.objects.len() } else { root };
                    self.create(name, &inner.name, root);
                }
                // Parts of one array lie one behind the other, each with its own parts.
                Storage::Objects(firsts[0], firsts.get(1).map_or(1, |second| second - firsts[0]))
            }
            _ => {
                let first = self.cells.len();
                self.initial.resize(first + names.len(), 0);
                self.cells.extend(names);
                Storage::Cells(first, self.cells.len() - first)
            }
        };
        self.objects[owner].members.insert(name, storage);
    }

    fn initialise_struct(&mut self, object: usize, init: &'a Init) {
        let Init::List(elements, _) = init else {
            panic!("a struct has a list")
        };
        for (designator, init) in elements {
            let Designator::Field(name) = designator else {
                panic!("members are named")
            };
            let ty = &self.field(self.objects[object].ty, &name.name).ty;
            self.initialise_member(object, &name.name, ty, init);
        }
    }

    fn initialise_member(&mut self, object: usize, name: &str, ty: &'a Type, init: &'a Init) {
        let (storage, ty) = (self.objects[object].members[name], ty.plain());
        if !matches!(ty, Type::Array(..)) {
            return self.initialise_element(storage, ty, 0, init);
        }
        let Init::List(elements, _) = init else {
            panic!("an array has a list")
        };
        let Type::Array(inner, _) = ty else { return };
        let mut next = 0;
        for (designator, init) in elements {
            if let Designator::Index(index) = designator {
                next = self.constant(index) as usize;
            }
            self.initialise_element(storage, inner, next, init);
            next += 1;
        }
    }

    fn initialise_element(&mut self, storage: Storage, ty: &'a Type, index: usize, init: &'a Init) {
        match (storage, init) {
            (Storage::Objects(first, apart), init) => self.initialise_struct(first + index * apart, init),
            (Storage::Cells(first, _), Init::Expr(expr)) => {
                let value = self.constant(expr);
                self.initial[first + index] = if matches!(ty.plain(), Type::Bool) {
                    i64::from(value != 0)
                } else {
                    value
                };
            }
            _ => panic!("a scalar has one value"),
        }
    }

    /// The value of a constant expression.
    pub fn constant(&self, expr: &Expr) -> i64 {
        match &expr.kind {
            ExprKind::Int(number) => number.value,
            ExprKind::Bool(value) => i64::from(*value),
            ExprKind::Null => 0,
            ExprKind::Name(name) => self.enumerators[name.as_str()].1,
            ExprKind::AddressOf(inner) => self.constant_object(inner) as i64 + 1,
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.constant(left), self.constant(right));
                arithmetic::binary(*op, (left, Ty::Int), (right, Ty::Int)).expect("a number")
            }
            other => panic!("no constant: {other:?}"),
        }
    }

    fn constant_object(&self, expr: &Expr) -> usize {
        let part = |storage| match storage {
            Storage::Objects(first, apart) => (first, apart),
            Storage::Cells(..) => panic!("no object"),
        };
        match &expr.kind {
            ExprKind::Name(name) => self.named[name.as_str()],
            ExprKind::Field(base, name, false) => {
                part(self.objects[self.constant_object(base)].members[name.name.as_str()]).0
            }
            ExprKind::Index(array, index) => {
                let (first, apart) = match &array.kind {
                    ExprKind::Name(name) => part(self.objects[0].members[name.as_str()]),
                    ExprKind::Field(base, name, false) => {
                        part(self.objects[self.constant_object(base)].members[name.name.as_str()])
                    }
                    _ => panic!("no array"),
                };
                first + apart * self.constant(index) as usize
            }
            other => panic!("no object: {other:?}"),
        }
    }

    /// The declaration of a member.
    pub fn field(&self, ty: &str, name: &str) -> &'a Field {
        self.structs[ty]
            .iter()
            .find(|field| field.name.name == name)
            .expect("a member")
    }

    /// The type of a member that is a scalar, or of the elements of one that is an array of them.
    pub fn scalar(&self, owner: &str, name: &str) -> &'a Type {
        let ty = match owner {
            GLOBAL => &self.globals[name].ty,
            owner => &self.field(owner, name).ty,
        };
        if let Type::Array(inner, _) = ty.plain() {
            inner.plain()
        } else {
            ty.plain()
        }
    }

    /// The object that a variable is.
    pub fn object(&self, name: &str) -> Option<usize> {
        self.named.get(name).copied()
    }

    /// The objects of which each is the task of a thread: a variable that is a struct, or the elements of an array of them.
    pub fn tasks(&self, name: &str) -> Vec<usize> {
        if let Some(object) = self.object(name) {
            return vec![object];
        }
        let (Type::Array(_, length), Storage::Objects(first, apart)) =
            (self.globals[name].ty.plain(), self.objects[0].members[name])
        else {
            panic!("no tasks: {name}");
        };
        (0..self.constant(length) as usize)
            .map(|at| first + at * apart)
            .collect()
    }

    /// The number of an enumerator.
    pub fn enumerator(&self, name: &str) -> Option<i64> {
        self.enumerators.get(name).map(|(_, number)| *number)
    }

    /// The set of all enumerators of an enum.
    pub fn everything(&self, name: &str) -> i64 {
        let all = self
            .program
            .enums
            .iter()
            .find(|declared| declared.name.name == name)
            .expect("an enum");
        (1 << all.enumerators.len()) - 1
    }

    /// A function by its name, with its number.
    pub fn function(&self, name: &str) -> Option<(usize, &'a Function)> {
        let functions = self.program.functions.iter().enumerate();
        functions.into_iter().find(|(_, function)| function.name.name == name)
    }
}

impl<'a> Declared<'a> {
    /// `struct NAME` as somebody wrote it: there is a variable of it, or its address could not be taken.
    pub fn struct_type(&self, name: &str) -> &'a Type {
        fn inside<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
            match ty.plain() {
                Type::Struct(other) if other.name == name => Some(ty.plain()),
                Type::Array(inner, _) | Type::Pointer(inner) => inside(inner, name),
                _ => None,
            }
        }
        let fields = self
            .program
            .structs
            .iter()
            .flat_map(|declared| &declared.fields)
            .map(|field| &field.ty);
        let globals = self.program.globals.iter().map(|global| &global.ty);
        globals
            .chain(fields)
            .find_map(|ty| inside(ty, name))
            .expect("a variable of this struct")
    }
}
