//! Random formulas over the states of a machine, each in several spellings that mean the same.

use std::collections::BTreeSet;

use oomspec::machine::{Machine, Scratch};
use oomspec::model::variables::Variable;
use oomspec::tla::{Specification, Value};

use super::random::Random;

/// The values that can be read off a state, by where they stand.
pub struct Universe {
    variables: Vec<String>,
    places: Vec<Place>,
    /// Strings that are worth comparing with.
    texts: Vec<String>,
}

/// `v["a"]["f"][0]`
#[derive(Clone)]
struct Place {
    variable: usize,
    keys: Vec<Key>,
    sort: Sort,
}

#[derive(Clone, PartialEq)]
enum Key {
    Text(String),
    Number(i64),
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Bool,
    Number,
    Text,
    /// A set of strings.
    Texts,
    /// Anything with a domain.
    Function,
}

impl Universe {
    /// What can be read of these states.
    pub fn new(machine: &Machine, states: impl Iterator<Item = Vec<u64>>) -> Self {
        let variables = Variable::names(machine);
        let (mut places, mut texts) = (Vec::new(), BTreeSet::from(["NULL".to_string()]));
        for (number, state) in states.enumerate() {
            for (variable, name) in variables.iter().enumerate() {
                let value = Variable::named(machine, name)
                    .expect("a variable")
                    .value(machine, &state);
                collect_texts(&value, &mut texts);
                if number == 0 {
                    let at = Place {
                        variable,
                        keys: Vec::new(),
                        sort: Sort::Function,
                    };
                    collect_places(&value, at, &mut places);
                }
            }
        }
        Universe {
            variables,
            places,
            texts: texts.into_iter().collect(),
        }
    }

    /// A module that declares the variables and what the spellings need.
    pub fn module(&self, definitions: &str) -> String {
        let instances = self
            .variables
            .iter()
            .map(|v| format!("Just_{v} == {v}\nSeen_{v} == INSTANCE Seen WITH it <- {v}\n"));
        format!(
            "---- MODULE Mine ----\nEXTENDS Integers, Sequences, FiniteSets, TLC\nVARIABLES {}\n\
             At(f, x) == f[x]\nSame(x) == x\nCall(Op(_), x) == Op(x)\nCall2(Op(_, _), x, y) == Op(x, y)\n{}{definitions}====\n",
            self.variables.join(", "),
            instances.collect::<String>(),
        )
    }

    /// Reads the module with these definitions.
    pub fn load(&self, definitions: &str) -> Specification {
        Specification::load(&self.library(definitions), "Mine")
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    }

    /// The module with these definitions, and what it needs.
    pub fn library(&self, definitions: &str) -> impl Fn(&str) -> Option<String> {
        let mine = self.module(definitions);
        move |name: &str| match name {
            "Mine" => Some(mine.clone()),
            "Seen" => Some("---- MODULE Seen ----\nVARIABLE it\nIt == it\n====\n".to_string()),
            _ => None,
        }
    }
}

fn collect_texts(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Str(text) => drop(texts.insert(text.to_string())),
        Value::Set(elements) | Value::Tuple(elements) => elements.iter().for_each(|e| collect_texts(e, texts)),
        Value::Function(pairs) => pairs.iter().for_each(|(_, e)| collect_texts(e, texts)),
        _ => {}
    }
}

fn collect_places(value: &Value, at: Place, places: &mut Vec<Place>) {
    let sort = match value {
        Value::Bool(_) => Sort::Bool,
        Value::Int(_) => Sort::Number,
        Value::Str(_) | Value::Model(_) => Sort::Text,
        Value::Set(_) => Sort::Texts,
        Value::Tuple(_) | Value::Function(_) => Sort::Function,
    };
    if let Value::Function(pairs) = value {
        for (key, inner) in pairs.iter() {
            let key = match key {
                Value::Str(text) => Key::Text(text.to_string()),
                Value::Int(number) => Key::Number(*number),
                _ => continue,
            };
            let keys = at.keys.iter().cloned().chain([key]).collect();
            collect_places(inner, Place { keys, ..at.clone() }, places);
        }
    }
    places.push(Place { sort, ..at });
}

/// Some states that can be reached, by a random walk from the initial one.
pub fn walk(machine: &Machine, random: &mut Random, count: usize) -> Vec<Vec<u64>> {
    let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(machine));
    let mut states = vec![machine.initial()];
    let mut at = machine.initial();
    for _ in 0..count * 4 {
        let mut steps = Vec::new();
        machine.successors(&at, &mut next, &mut scratch, |_, _, to| steps.push(to.to_vec()));
        at = match steps.is_empty() {
            true => machine.initial(),
            false => steps.swap_remove(random.below(steps.len())),
        };
        states.push(at.clone());
    }
    states.sort_unstable();
    states.dedup();
    while states.len() > count {
        states.swap_remove(random.below(states.len()));
    }
    states
}

/// Writes formulas: what they say is chosen by one stream of choices, how they say it by another.
pub struct Writer<'u> {
    universe: &'u Universe,
    meaning: Random,
    spelling: Random,
    /// Names bound around: numbers, strings, and keys of a variable's objects.
    numbers: Vec<String>,
    texts: Vec<String>,
    keys: Vec<(String, usize)>,
    fresh: usize,
    /// Whether primes may be used here.
    primes: bool,
}

impl<'u> Writer<'u> {
    /// The same meaning for the same `meaning`.
    pub fn new(universe: &'u Universe, meaning: u64, spelling: u64) -> Self {
        Writer {
            universe,
            meaning: Random(meaning),
            spelling: Random(spelling),
            numbers: Vec::new(),
            texts: Vec::new(),
            keys: Vec::new(),
            fresh: 0,
            primes: false,
        }
    }

    /// A state predicate.
    pub fn predicate(&mut self) -> String {
        let depth = 1 + self.meaning.below(3);
        self.bool(depth)
    }

    /// A formula of one step.
    pub fn action(&mut self) -> String {
        self.primes = true;
        let action = self.predicate();
        self.primes = false;
        action
    }

    /// What an action leaves unchanged: a variable, or a part of one.
    pub fn subscript(&mut self) -> String {
        let place = self.meaning.below(self.universe.places.len());
        let place = self.universe.places[place].clone();
        match self.meaning.below(3) {
            0 => format!("({})", self.universe.variables[place.variable]),
            1 => format!(
                "<<{}, {}>>",
                self.universe.variables[place.variable], self.universe.variables[0]
            ),
            _ => format!("({})", self.plain(&place)),
        }
    }

    fn name(&mut self) -> String {
        self.fresh += 1;
        format!("n{}", self.fresh)
    }

    fn plain(&mut self, place: &Place) -> String {
        let mut text = self.universe.variables[place.variable].clone();
        for key in place.keys.clone() {
            text = self.applied(text, &key);
        }
        text
    }

    // ------------------------------------------------------------------ what it says

    fn bool(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.meaning.below(5) {
                0 => self.meaning.one(&["TRUE", "FALSE"]).to_string(),
                1 => format!("({} = {})", self.text(0), self.text(0)),
                2 => format!("({} \\in {})", self.text(0), self.texts(0)),
                _ => self.place(Sort::Bool),
            };
        }
        let d = depth - 1;
        match self.meaning.below(26) {
            0 => self.bool(0),
            1 | 2 => {
                let op = self.meaning.one(&["=", "#", "<", ">", "<=", ">="]);
                format!("({} {op} {})", self.number(d), self.number(d))
            }
            3 | 4 => {
                let op = self.meaning.one(&["=", "#"]);
                format!("({} {op} {})", self.text(d), self.text(d))
            }
            5 => {
                let op = self.meaning.one(&["\\in", "\\notin"]);
                format!("({} {op} {})", self.text(d), self.texts(d))
            }
            6 => {
                let op = self.meaning.one(&["=", "#", "\\subseteq"]);
                format!("({} {op} {})", self.texts(d), self.texts(d))
            }
            7 => {
                let op = self.meaning.one(&["/\\", "\\/", "=>", "<=>"]);
                format!("({} {op} {})", self.bool(d), self.bool(d))
            }
            8 => format!("(~({}))", self.bool(d)),
            9..=11 => {
                let quantifier = self.meaning.one(&["\\A", "\\E"]);
                self.with_key(|w, key, domain| {
                    let body = w.bool(d);
                    format!("({quantifier} {key} \\in {domain} : {body})")
                })
            }
            12 => format!("(IF {} THEN {} ELSE {})", self.bool(d), self.bool(d), self.bool(d)),
            13 => format!(
                "(CASE {} -> {} [] OTHER -> {})",
                self.bool(d),
                self.bool(d),
                self.bool(d)
            ),
            14 => {
                let name = self.name();
                let value = self.number(d);
                self.numbers.push(name.clone());
                let body = self.bool(d);
                self.numbers.pop();
                format!("(LET {name} == {value} IN {body})")
            }
            15 => {
                let (set, pair, one, two) = (self.texts(d), self.texts(0), self.name(), self.name());
                self.texts.extend([one.clone(), two.clone()]);
                let body = self.bool(d);
                self.texts.truncate(self.texts.len() - 2);
                format!("(\\E <<{one}, {two}>> \\in {set} \\X {pair} : {body})")
            }
            16 => {
                let (set, name) = (self.texts(d), self.name());
                self.texts.push(name.clone());
                let body = self.bool(d);
                self.texts.pop();
                format!("(\\A {name} \\in {set} : {body})")
            }
            17 => self.about_functions(d),
            18 => self.updated(d),
            19 => format!(
                "({} \\in {})",
                self.number(d),
                self.meaning.one(&["Nat", "Int", "0..2", "{1, 3}", "-1..1"])
            ),
            20 => format!(
                "({} \\in {})",
                self.text(d),
                self.meaning.one(&["STRING", "{\"NULL\", \"Done\"}"])
            ),
            21 => format!("({} # {})", self.sequence(d), self.sequence(d)),
            22 => format!("({} \\in Seq({}))", self.sequence(d), self.texts(d)),
            23 => self.enabled(d),
            24 if self.primes => self.unchanged(),
            24 => format!("({} \\in SUBSET ({}))", self.texts(d), self.texts(d)),
            _ => format!("({} \\in BOOLEAN)", self.bool(d)),
        }
    }

    /// Whole functions, compared and asked for membership.
    fn about_functions(&mut self, d: usize) -> String {
        let (one, other) = (self.place(Sort::Function), self.place(Sort::Function));
        match self.meaning.below(5) {
            0 => format!("(DOMAIN ({one}) = DOMAIN ({one}))"),
            1 => format!("({one} = {one})"),
            2 => format!("(Cardinality({{{one}, {one}}}) < {})", self.number(d)),
            3 => format!("(<<{one}>> # <<{one}>> \\o <<{other}>>)"),
            _ => {
                let x = self.name();
                format!("({one} \\in [DOMAIN ({one}) -> {{({one})[{x}] : {x} \\in DOMAIN ({one})}}])")
            }
        }
    }

    /// A function is compared with itself, changed at one place.
    fn updated(&mut self, d: usize) -> String {
        let place = self.chosen(|place| place.keys.len() >= 2);
        let path: Vec<String> = place.keys.iter().map(|key| self.step(key)).collect();
        let value = match place.sort {
            Sort::Bool => self.bool(d.min(1)),
            Sort::Number => self.number(d),
            Sort::Text => self.text(d),
            Sort::Texts => self.texts(d),
            Sort::Function => "@".to_string(),
        };
        let whole = Place {
            keys: Vec::new(),
            ..place
        };
        let whole = self.read(&whole);
        format!("({whole} = [{whole} EXCEPT !{} = {value}])", path.concat())
    }

    /// An action that gives a variable a value and asks something about it.
    fn enabled(&mut self, d: usize) -> String {
        if self.universe.variables.is_empty() {
            return "TRUE".to_string();
        }
        let primes = std::mem::replace(&mut self.primes, false);
        let place = self.chosen(|place| place.keys.len() == 2 && matches!(place.sort, Sort::Bool | Sort::Number));
        let variable = self.universe.variables[place.variable].clone();
        let path: Vec<String> = place.keys.iter().map(|key| self.step(key)).collect();
        let test = self.bool(d.min(1));
        let (value, after) = match place.sort {
            Sort::Bool => (self.bool(d.min(1)), String::new()),
            _ => (self.number(d), format!(" < {}", self.number(0))),
        };
        let mut now = variable.clone() + "'";
        for key in &place.keys {
            now = self.applied(now, key);
        }
        self.primes = primes;
        format!(
            "(ENABLED (/\\ {variable}' = [{variable} EXCEPT !{} = {value}] /\\ {now}{after} /\\ {test}))",
            path.concat()
        )
    }

    fn unchanged(&mut self) -> String {
        let place = self.chosen(|_| true);
        let (one, other) = (self.plain(&place), self.subscript());
        match self.meaning.below(3) {
            0 => format!("(UNCHANGED {})", self.universe.variables[place.variable]),
            1 => format!("(UNCHANGED <<{one}, {other}>>)"),
            _ => format!("(UNCHANGED ({one}))"),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.meaning.below(3) {
                0 => self.meaning.one(&["0", "1", "2", "(-1)"]).to_string(),
                1 if !self.numbers.is_empty() => self.numbers[self.meaning.below(self.numbers.len())].clone(),
                _ => self.place(Sort::Number),
            };
        }
        let d = depth - 1;
        match self.meaning.below(12) {
            0 => {
                let op = self.meaning.one(&["+", "-", "*"]);
                format!("({} {op} {})", self.number(d), self.number(d))
            }
            1 => {
                let op = self.meaning.one(&["\\div", "%", "^"]);
                format!("({} {op} {})", self.number(d), self.meaning.one(&["1", "2", "3"]))
            }
            2 => format!("Cardinality({})", self.texts(d)),
            3 => format!("Len({})", self.sequence(d)),
            4 => format!("(IF {} THEN {} ELSE {})", self.bool(d), self.number(d), self.number(d)),
            5 => {
                let name = self.name();
                self.numbers.push(name.clone());
                let body = self.bool(d);
                self.numbers.pop();
                format!("(CHOOSE {name} \\in 0..4 : {body} \\/ {name} = 4)")
            }
            6 => self.with_key(|w, key, domain| {
                let body = w.bool(d);
                format!("Cardinality({{{key} \\in {domain} : {body}}})")
            }),
            7 => format!("(-({}))", self.number(d)),
            _ => self.place(Sort::Number),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            let known = self.texts.len() + self.keys.len();
            return match self.meaning.below(4) {
                0 => {
                    let chosen = self.meaning.below(self.universe.texts.len());
                    format!("\"{}\"", self.universe.texts[chosen])
                }
                1 if known > 0 => {
                    let chosen = self.meaning.below(known);
                    let keys = self.keys.iter().map(|(key, _)| key);
                    self.texts.iter().chain(keys).nth(chosen).expect("a name").clone()
                }
                _ => self.place(Sort::Text),
            };
        }
        let d = depth - 1;
        match self.meaning.below(9) {
            0 => format!("(IF {} THEN {} ELSE {})", self.bool(d), self.text(d), self.text(d)),
            1 => {
                let (set, name) = (self.texts(d), self.name());
                self.texts.push(name.clone());
                let body = self.bool(d);
                self.texts.pop();
                format!("(CHOOSE {name} \\in {set} \\cup {{\"zz\"}} : {body} \\/ {name} = \"zz\")")
            }
            2 => format!("Head({} \\o <<{}>>)", self.sequence(d), self.text(d)),
            3 => format!("[a |-> {}, b |-> {}].a", self.text(d), self.number(d)),
            4 => {
                let x = self.name();
                let (key, value) = (self.text(d), self.text(d));
                format!("(({key} :> {value}) @@ [{x} \\in {{\"NULL\", \"zz\"}} |-> {x}])[\"NULL\"]")
            }
            5 => format!("SubSeq(<<{}, {}>>, 2, 2)[1]", self.text(d), self.text(d)),
            _ => self.place(Sort::Text),
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.meaning.below(4) {
                0 => format!("{{{}}}", self.text(0)),
                1 => "{\"NULL\", \"Done\"}".to_string(),
                _ => self.place(Sort::Texts),
            };
        }
        let d = depth - 1;
        match self.meaning.below(11) {
            0 => {
                let op = self.meaning.one(&["\\cup", "\\cap", "\\"]);
                format!("({} {op} {})", self.texts(d), self.texts(d))
            }
            1 => format!("{{{}, {}}}", self.text(d), self.text(d)),
            2 => self.with_key(|w, key, domain| {
                let body = w.bool(d);
                format!("{{{key} \\in {domain} : {body}}}")
            }),
            3 => self.with_key(|w, key, domain| {
                let body = w.text(d);
                format!("{{{body} : {key} \\in {domain}}}")
            }),
            4 => self.with_key(|w, key, domain| {
                let body = w.texts(d);
                format!("(UNION {{{body} : {key} \\in {domain}}})")
            }),
            5 => format!("(UNION {{{}, {}}})", self.texts(d), self.texts(d)),
            6 => self.with_key(|_, _, domain| domain.to_string()),
            7 => format!("(IF {} THEN {} ELSE {{}})", self.bool(d), self.texts(d)),
            8 => self.with_key(|w, key, domain| {
                let body = w.text(d);
                let name = w.name();
                format!("{{[{key} \\in {domain} |-> {body}][{name}] : {name} \\in {domain}}}")
            }),
            _ => self.place(Sort::Texts),
        }
    }

    fn sequence(&mut self, depth: usize) -> String {
        if depth == 0 {
            return format!("<<{}>>", self.text(0));
        }
        let d = depth - 1;
        match self.meaning.below(5) {
            0 => format!("Append({}, {})", self.sequence(d), self.text(d)),
            1 => format!("({} \\o {})", self.sequence(d), self.sequence(d)),
            2 => format!("Tail(<<\"x\">> \\o {})", self.sequence(d)),
            3 => format!("[{} \\in 1..2 |-> {}]", self.name(), self.text(d)),
            _ => format!("<<{}, {}>>", self.text(d), self.text(d)),
        }
    }

    /// Binds a name to the objects of a variable, for what `say` says.
    fn with_key(&mut self, say: impl FnOnce(&mut Self, &str, &str) -> String) -> String {
        let place = self.chosen(|place| place.keys.len() >= 2);
        let name = self.name();
        let whole = Place {
            keys: Vec::new(),
            ..place.clone()
        };
        let primes = std::mem::replace(&mut self.primes, false);
        let domain = format!("(DOMAIN ({}))", self.read(&whole));
        self.primes = primes;
        self.keys.push((name.clone(), place.variable));
        let said = say(self, &name, &domain);
        self.keys.pop();
        said
    }

    fn chosen(&mut self, fits: impl Fn(&Place) -> bool) -> Place {
        let places = &self.universe.places;
        let fitting: Vec<&Place> = places.iter().filter(|place| fits(place)).collect();
        fitting[self.meaning.below(fitting.len())].clone()
    }

    /// A value of this sort that stands somewhere in the state.
    fn place(&mut self, sort: Sort) -> String {
        let bound: Vec<(String, usize)> = self.keys.clone();
        if !bound.is_empty() && self.meaning.below(3) > 0 {
            let (name, variable) = bound[self.meaning.below(bound.len())].clone();
            let fits = |place: &Place| place.variable == variable && place.sort == sort && place.keys.len() >= 2;
            if self.universe.places.iter().any(fits) {
                let mut place = self.chosen(fits);
                place.keys[0] = Key::Text(format!("\u{1}{name}"));
                return self.read(&place);
            }
        }
        if self.universe.places.iter().any(|place| place.sort == sort) {
            let place = self.chosen(|place| place.sort == sort);
            return self.read(&place);
        }
        match sort {
            Sort::Bool => "TRUE",
            Sort::Number => "1",
            Sort::Text => "\"NULL\"",
            Sort::Texts => "{}",
            Sort::Function => "<<>>",
        }
        .to_string()
    }

    // ------------------------------------------------------------------ how it says it

    fn read(&mut self, place: &Place) -> String {
        let primed = self.primes && self.meaning.below(2) == 0;
        let prime_at = self.spelling.below(place.keys.len() + 1);
        let mut text = self.base(place.variable);
        for (number, key) in place.keys.iter().enumerate() {
            if primed && number == prime_at {
                text += "'";
            }
            text = self.applied(text, key);
        }
        if primed && prime_at == place.keys.len() {
            text = format!("({text})'");
        }
        self.again(text)
    }

    /// A variable.
    fn base(&mut self, variable: usize) -> String {
        let v = self.universe.variables[variable].clone();
        let fresh = self.said();
        match self.spelling.below(16) {
            0 => format!("Same({v})"),
            1 => format!("Just_{v}"),
            2 => format!("Seen_{v}!It"),
            3 => format!("(LET {fresh} == {v} IN {fresh})"),
            4 => format!("(IF TRUE THEN {v} ELSE {v})"),
            5 => format!("(CASE TRUE -> {v})"),
            6 => format!("(CHOOSE {fresh} \\in {{{v}}} : TRUE)"),
            7 => format!("<<{v}>>[1]"),
            8 => format!("[r |-> {v}].r"),
            9 => format!("Call(LAMBDA {fresh} : {fresh}, {v})"),
            10 => format!("({v})"),
            _ => v,
        }
    }

    /// `f.x`, in some way.
    fn applied(&mut self, f: String, key: &Key) -> String {
        let fresh = self.said();
        let name = match key {
            Key::Number(number) => return format!("{f}[{number}]"),
            Key::Text(text) => match text.strip_prefix('\u{1}') {
                Some(bound) => {
                    let bound = bound.to_string();
                    return match self.spelling.below(4) {
                        0 => format!("At({f}, {bound})"),
                        1 => format!("(LET {fresh} == {bound} IN {f}[{fresh}])"),
                        _ => format!("{f}[{bound}]"),
                    };
                }
                None => text.clone(),
            },
        };
        let is_name =
            name.chars().all(|c| c.is_alphanumeric() || c == '_') && name.starts_with(|c: char| c.is_alphabetic());
        match self.spelling.below(14) {
            0 => format!("At({f}, \"{name}\")"),
            1 => format!("Call2(At, {f}, \"{name}\")"),
            2 => format!("(LET {fresh} == \"{name}\" IN {f}[{fresh}])"),
            3 => format!("{f}[CHOOSE {fresh} \\in {{\"{name}\"}} : TRUE]"),
            4 => format!("(LET {fresh} == {f} IN {fresh}[\"{name}\"])"),
            5 => format!("{f}[IF TRUE THEN \"{name}\" ELSE \"zz\"]"),
            6 => format!("(CHOOSE {fresh} \\in {{{f}[x{fresh}] : x{fresh} \\in {{\"{name}\"}}}} : TRUE)"),
            7 => format!("Call(LAMBDA {fresh} : {fresh}[\"{name}\"], {f})"),
            _ if is_name && self.spelling.below(2) == 0 => format!("{f}.{name}"),
            _ => format!("{f}[\"{name}\"]"),
        }
    }

    /// A step on the way of an `EXCEPT`.
    fn step(&mut self, key: &Key) -> String {
        match key {
            Key::Number(number) => format!("[{number}]"),
            Key::Text(name)
                if self.spelling.below(2) == 0 || name.contains(|c: char| !c.is_alphanumeric() && c != '_') =>
            {
                format!("[\"{name}\"]")
            }
            Key::Text(name) => format!(".{name}"),
        }
    }

    fn again(&mut self, text: String) -> String {
        let fresh = self.said();
        match self.spelling.below(12) {
            0 => format!("Same({text})"),
            1 => format!("(LET {fresh} == {text} IN {fresh})"),
            2 => format!("[f |-> {text}].f"),
            3 => format!("[<<{text}>> EXCEPT ![1] = @][1]"),
            _ => text,
        }
    }

    /// A name for the spelling alone.
    fn said(&mut self) -> String {
        self.fresh += 1;
        format!("s{}", self.fresh)
    }
}
