//! What a step does: decisions, and at the end of each path the new values of variables.

use std::collections::HashMap;
use std::sync::Arc;

use super::term::Term;

/// A step from some instruction on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// `/\ condition /\ rest`: the step waits.
    Require(Term, Box<Tree>),
    /// `IF condition THEN yes ELSE no`
    If(Term, Box<Tree>, Box<Tree>),
    /// `\E name \in 0..below - 1 : rest`
    Exists(Arc<str>, u32, Box<Tree>),
    /// `LET name == value IN rest`
    Let(Arc<str>, Term, Box<Tree>),
    /// `LET name(parameters) == body IN rest`: where paths meet again.
    Join(Join, Box<Tree>),
    /// Goes on at a join.
    Continue(Arc<str>, Vec<Term>),
    /// The end of the step.
    End(End),
}

/// A place where paths meet again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Join {
    /// Its name.
    pub name: Arc<str>,
    /// What differs between the paths.
    pub parameters: Vec<Arc<str>>,
    /// What they do together.
    pub body: Box<Tree>,
}

/// The new state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// Variables change, in this order; a thread that stays where it is keeps its position.
    Next {
        /// Variables and their new values.
        assign: Vec<(Arc<str>, Term)>,
        /// The thread's new position.
        goto: Option<Arc<str>>,
        /// `panic()`
        panic: bool,
    },
    /// Only the error changes: its property, its kind, function and line.
    Fail(String, &'static str, String, u32),
}

impl Tree {
    /// `IF condition THEN yes ELSE no`
    pub(crate) fn choose(condition: Term, yes: Tree, no: Tree) -> Tree {
        match condition {
            Term::Bool(true) => yes,
            Term::Bool(false) => no,
            _ if yes == no => yes,
            // The short side first.
            condition if yes.size() > no.size() && !yes.is_way_out() => {
                Tree::If(Term::negate(condition), Box::new(no), Box::new(yes))
            }
            condition => Tree::If(condition, Box::new(yes), Box::new(no)),
        }
    }

    /// `/\ condition /\ rest`
    pub(crate) fn require(condition: Term, rest: Tree) -> Tree {
        match condition {
            Term::Bool(true) => rest,
            condition => Tree::Require(condition, Box::new(rest)),
        }
    }

    /// `LET name == value IN rest`, without the definition where it serves nothing.
    pub(crate) fn bind(name: Arc<str>, value: Term, rest: Tree) -> Tree {
        match rest.count(&name) {
            0 => rest,
            // What is short, or used once, stands where it is used.
            uses if uses == 1 || value.size() <= 3 => rest.substitute(&HashMap::from([(name, value)])),
            _ => Tree::Let(name, value, Box::new(rest)),
        }
    }

    /// A join and what leads there, without the operator where it serves nothing.
    pub(crate) fn join(join: Join, rest: Tree) -> Tree {
        let uses = rest.continues(&join.name);
        if uses <= 1 || matches!(*join.body, Tree::End(_) | Tree::Continue(..)) {
            rest.inline(&join)
        } else {
            Tree::Join(join, Box::new(rest))
        }
    }

    /// True for what ends a path without writing anything by itself.
    pub(crate) fn is_way_out(&self) -> bool {
        matches!(self, Tree::Continue(..) | Tree::End(End::Fail(..)))
    }

    /// The number of its parts.
    pub(crate) fn size(&self) -> usize {
        let mut size = 1;
        self.children(&mut |child| size += child.size());
        size
    }

    /// True if some path leaves the thread where it is, so that the step might change nothing.
    pub(crate) fn stays(&self) -> bool {
        if let Tree::End(End::Next { goto, panic, .. }) = self {
            return goto.is_none() && !panic;
        }
        let mut found = false;
        self.children(&mut |child| found |= child.stays());
        found
    }

    /// How often a name occurs.
    pub(crate) fn count(&self, name: &str) -> usize {
        let mut count = 0;
        self.terms(&mut |term| count += term.count(name));
        self.children(&mut |child| count += child.count(name));
        count
    }

    fn continues(&self, join: &str) -> usize {
        if let Tree::Continue(name, _) = self {
            return usize::from(&**name == join);
        }
        let mut count = 0;
        self.children(&mut |child| count += child.continues(join));
        count
    }

    fn inline(self, join: &Join) -> Tree {
        match self {
            Tree::Continue(name, arguments) if name == join.name => {
                let with = join.parameters.iter().cloned().zip(arguments).collect();
                join.body.substitute(&with)
            }
            other => other.map(&|tree| tree.inline(join), &|term| term.clone()),
        }
    }

    fn substitute(&self, with: &HashMap<Arc<str>, Term>) -> Tree {
        self.clone()
            .map(&|tree| tree.substitute(with), &|term| term.substitute(with))
    }

    /// The tree with its parts replaced, and simplified anew.
    fn map(self, tree: &dyn Fn(Tree) -> Tree, term: &dyn Fn(&Term) -> Term) -> Tree {
        match self {
            Tree::Require(condition, rest) => Tree::require(term(&condition), tree(*rest)),
            Tree::If(condition, yes, no) => Tree::choose(term(&condition), tree(*yes), tree(*no)),
            Tree::Exists(name, below, rest) => Tree::Exists(name, below, Box::new(tree(*rest))),
            Tree::Let(name, value, rest) => Tree::bind(name, term(&value), tree(*rest)),
            Tree::Join(mut join, rest) => {
                join.body = Box::new(tree(*join.body));
                Tree::join(join, tree(*rest))
            }
            Tree::Continue(name, arguments) => Tree::Continue(name, arguments.iter().map(term).collect()),
            Tree::End(End::Next { assign, goto, panic }) => Tree::End(End::Next {
                assign: assign.iter().map(|(name, value)| (name.clone(), term(value))).collect(),
                goto,
                panic,
            }),
            end => end,
        }
    }

    fn children<'t>(&'t self, visit: &mut dyn FnMut(&'t Tree)) {
        match self {
            Tree::Require(_, rest) | Tree::Exists(_, _, rest) | Tree::Let(_, _, rest) => visit(rest),
            Tree::If(_, yes, no) => {
                visit(yes);
                visit(no);
            }
            Tree::Join(join, rest) => {
                visit(&join.body);
                visit(rest);
            }
            Tree::Continue(..) | Tree::End(_) => {}
        }
    }

    fn terms<'t>(&'t self, visit: &mut dyn FnMut(&'t Term)) {
        match self {
            Tree::Require(term, _) | Tree::If(term, ..) | Tree::Let(_, term, _) => visit(term),
            Tree::Continue(_, arguments) => arguments.iter().for_each(visit),
            Tree::End(End::Next { assign, .. }) => assign.iter().for_each(|(_, term)| visit(term)),
            _ => {}
        }
    }
}
