//! What the subset holds, as it comes out in the tree.

use super::{names, read};
use crate::c::ast::{Designator, Expr, ExprKind, Init, Stmt, StmtKind, Type};

/// The tree in brackets, to compare with what was meant.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Int(number) => number.value.to_string(),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Null => "NULL".into(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field(object, field, arrow) => {
            format!("{}{}{}", show(object), if *arrow { "->" } else { "." }, field.name)
        }
        ExprKind::Index(array, index) => format!("{}[{}]", show(array), show(index)),
        ExprKind::AddressOf(e) => format!("(&{})", show(e)),
        ExprKind::Deref(e) => format!("(*{})", show(e)),
        ExprKind::Not(e) => format!("(!{})", show(e)),
        ExprKind::Complement(e) => format!("(~{})", show(e)),
        ExprKind::Negate(e) => format!("(-{})", show(e)),
        ExprKind::Binary(op, a, b) => format!("({} {op:?} {})", show(a), show(b)),
        ExprKind::And(a, b) => format!("({} && {})", show(a), show(b)),
        ExprKind::Or(a, b) => format!("({} || {})", show(a), show(b)),
        ExprKind::Conditional(c, a, b) => format!("({} ? {} : {})", show(c), show(a), show(b)),
        ExprKind::Assign(op, a, b) => format!(
            "({} {}= {})",
            show(a),
            op.map_or(String::new(), |op| format!("{op:?}")),
            show(b)
        ),
        ExprKind::Step {
            increment,
            prefix,
            target,
        } => {
            let sign = if *increment { "++" } else { "--" };
            if *prefix {
                format!("({sign}{})", show(target))
            } else {
                format!("({}{sign})", show(target))
            }
        }
        ExprKind::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(show).collect();
            format!("{}({})", name.name, arguments.join(", "))
        }
        ExprKind::Meaningless(name, pointers) => {
            let pointers: Vec<String> = pointers.iter().map(show).collect();
            format!("no {}({})", name.name, pointers.join(", "))
        }
    }
}

pub(super) fn shape(statement: &Stmt) -> String {
    let all = |list: &[Stmt]| list.iter().map(shape).collect::<Vec<_>>().join(" ");
    let maybe = |e: &Option<Expr>| e.as_ref().map(show).unwrap_or_default();
    match &statement.kind {
        StmtKind::Empty => ";".into(),
        StmtKind::Expr(e) => format!("{};", show(e)),
        StmtKind::Declare(name, _, value) => format!("let {} = {};", name.name, maybe(value)),
        StmtKind::Declarations(list) => format!("[{}]", all(list)),
        StmtKind::Block(list) => format!("{{{}}}", all(list)),
        StmtKind::If(c, a, b) => {
            let otherwise = b.as_ref().map(|b| format!(" else {}", shape(b))).unwrap_or_default();
            format!("if {} {}{otherwise}", show(c), shape(a))
        }
        StmtKind::While(c, body) => format!("while {} {}", show(c), shape(body)),
        StmtKind::DoWhile(body, c) => format!("do {} while {};", shape(body), show(c)),
        StmtKind::For(first, c, next, body) => {
            let first = first.as_deref().map(shape).unwrap_or_default();
            format!("for {first}|{}|{} {}", maybe(c), maybe(next), shape(body))
        }
        StmtKind::Switch(value, list) => format!("switch {} {{{}}}", show(value), all(list)),
        StmtKind::Case(value) => format!("case {}:", maybe(value)),
        StmtKind::Break => "break;".into(),
        StmtKind::Continue => "continue;".into(),
        StmtKind::Return(value) => format!("return {};", maybe(value)),
        StmtKind::Goto(label) => format!("goto {};", label.name),
        StmtKind::Label(label, body) => format!("{}: {}", label.name, shape(body)),
    }
}

fn body(statements: &str) -> String {
    let program = read(&format!("void f(void) {{ {statements} }}")).unwrap_or_else(|e| panic!("{}", e.render(false)));
    shape(&program.functions[0].body)
}

#[test]
fn expressions_keep_their_precedence() {
    for (text, tree) in [
        ("a + b * c - d;", "((a Add (b Mul c)) Sub d);"),
        ("a = b = c << 2 | 1;", "(a = (b = ((c Shl 2) BitOr 1)));"),
        ("a |= 1 << nr;", "(a BitOr= (1 Shl nr));"),
        ("a && b || !c && ~d;", "((a && b) || ((!c) && (~d)));"),
        ("a ? b : c ? d : e;", "(a ? b : (c ? d : e));"),
        ("*p & (1 << n);", "((*p) BitAnd (1 Shl n));"),
        ("p->a[i + 1].b--;", "(p->a[(i Add 1)].b--);"),
        ("return --mm->users == 0;", "return ((--mm->users) Eq 0);"),
        ("f(&a->b, g(NULL), true, false);", "f((&a->b), g(NULL), true, false);"),
        ("x = 0x1F + 010 + 3u + 0b11;", "(x = (((31 Add 8) Add 3) Add 3));"),
        (
            "x = -a % b / c ^ d >> 1;",
            "(x = ((((-a) Rem b) Div c) BitXor (d Shr 1)));",
        ),
        ("a <= b != c >= d;", "((a Le b) Ne (c Ge d));"),
    ] {
        assert_eq!(body(text), format!("{{{tree}}}"));
    }
}

#[test]
fn statements() {
    for (text, tree) in [
        (
            "if (a) b(); else if (c) d(); else { e(); }",
            "if a b(); else if c d(); else {e();}",
        ),
        ("if (a) if (b) c(); else d();", "if a if b c(); else d();"),
        ("while (a) ;", "while a ;"),
        ("do { break; continue; } while (x);", "do {break; continue;} while x;"),
        ("for (;;) ;", "for || ;"),
        (
            "for (unsigned i = 0; i < 3; i++) a(i);",
            "for let i = 0;|(i Lt 3)|(i++) a(i);",
        ),
        ("for (p = t; p; p = p->next) { }", "for (p = t);|p|(p = p->next) {}"),
        (
            "unsigned a, b = 1; struct x *p = &q, *r;",
            "[let a = ; let b = 1;] [let p = (&q); let r = ;]",
        ),
        ("const bool x = true;", "let x = true;"),
        ("retry: a(); goto retry;", "retry: a(); goto retry;"),
        ("return;", "return ;"),
        ("/* c */ a(); // d\n", "a();"),
    ] {
        assert_eq!(body(text), format!("{{{tree}}}"));
    }
}

#[test]
fn types() {
    let text = "struct x {\n\
        bool a; unsigned b; unsigned int c; unsigned char d; u8 e; unsigned short f; u16 g; u32 h;\n\
        unsigned i : 3, j : 1 + 1; enum k l; bitset(enum k) m; struct y n; struct y *o; struct y *p[2 * N]; };\n\
        #define N 3\n";
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let shown: Vec<String> = program.structs[0]
        .fields
        .iter()
        .map(|f| format!("{}:{}", f.name.name, type_name(&f.ty)))
        .collect();
    assert_eq!(
        shown.join(" "),
        "a:bool b:u32 c:u32 d:u8 e:u8 f:u16 g:u16 h:u32 i:u3 j:u2 l:enum k m:bitset k n:struct y o:struct y* \
         p:struct y*[(2 Mul 3)]"
    );
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Void => "void".into(),
        Type::Bool => "bool".into(),
        Type::Unsigned(bits) => format!("u{bits}"),
        Type::Enum(tag) => format!("enum {}", tag.name),
        Type::Bitset(tag) => format!("bitset {}", tag.name),
        Type::Struct(tag) => format!("struct {}", tag.name),
        Type::Pointer(to) => format!("{}*", type_name(to)),
        Type::Array(of, size) => format!("{}[{}]", type_name(of), show(size)),
        Type::Const(of) => format!("const {}", type_name(of)),
    }
}

#[test]
fn globals_and_initialisers() {
    let text = "struct page pages[2] = { { .mapcount = 1 }, [1] = { 2 } };\n\
        struct mm mm = { .users = 1, .mmap = &vma, }, other;\n\
        extern struct task *tasks;\nstatic const unsigned limit = 3;\nbool proto(void);\nstruct later;\n";
    let program = read(text).unwrap();
    assert_eq!(
        names(program.globals.iter().map(|g| &g.name)),
        ["pages", "mm", "other", "tasks", "limit"]
    );
    let external: Vec<bool> = program.globals.iter().map(|g| g.external).collect();
    assert_eq!(external, [false, false, false, true, false]);
    assert_eq!(
        init(program.globals[0].init.as_ref().unwrap()),
        "{{.mapcount=1},[1]={2}}"
    );
    assert_eq!(
        init(program.globals[1].init.as_ref().unwrap()),
        "{.users=1,.mmap=(&vma)}"
    );
    assert!(program.globals[2].init.is_none());
    assert!(program.functions.is_empty() && program.structs.is_empty());
}

fn init(value: &Init) -> String {
    let Init::List(elements, _) = value else {
        let Init::Expr(e) = value else { unreachable!() };
        return show(e);
    };
    let shown: Vec<String> = elements
        .iter()
        .map(|(designator, value)| match designator {
            Designator::Next => init(value),
            Designator::Field(name) => format!(".{}={}", name.name, init(value)),
            Designator::Index(index) => format!("[{}]={}", show(index), init(value)),
        })
        .collect();
    format!("{{{}}}", shown.join(","))
}

#[test]
fn tabs_and_carriage_returns_are_white_space() {
    let text = "/** @protocol x\r\n */\r\n#define N 2\r\nvoid\tf(void)\r\n{\r\n\tg(N);\r\n}\r\n";
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(shape(&program.functions[0].body), "{g(2);}");
}

#[test]
fn places_are_those_of_the_text() {
    let text = "bool f(struct s *sem) __atomic __acquires(sem)\n{\n\treturn sem->held;\n}\n";
    let program = read(text).unwrap();
    let function = &program.functions[0];
    assert_eq!(program.sources.text(function.name.span), "f");
    assert_eq!(program.sources.text(function.annotations[1].span), "__acquires(sem)");
    assert_eq!(program.sources.text(function.span), text.trim_end());
    assert_eq!(program.sources.line(function.body.span), 2);
}
