//! Arithmetic: C's number, or an error.

use super::{body, compiled, reach, refusal};

const OVERFLOW: &[&str] = &["NoOverflow: overflow"];

#[test]
fn a_number_below_zero_is_an_overflow_wherever_it_stands() {
    reach(&[
        ("if (x.n - 1 > 0) go = true;", OVERFLOW),
        ("if (x.bits - 1 > 0) go = true;", OVERFLOW),
        ("unsigned v = x.n - 1; x.n = v;", OVERFLOW),
        ("x.a[x.n - 1] = 1;", OVERFLOW),
        ("inc(&x.n, x.small - 1);", OVERFLOW),
        ("BUG_ON(x.n - 1 == 0);", OVERFLOW),
        ("await(x.n - 1 > 0);", OVERFLOW),
        ("x.g = x.n - 1 > 0;", OVERFLOW),
        ("while (x.n - 1) go = true;", OVERFLOW),
        ("x.n = (x.n ? 1 : x.n - 1) + 1;", OVERFLOW),
        ("x.n -= 1;", OVERFLOW),
        ("x.n--;", OVERFLOW),
        ("u8 i = 0; --i;", OVERFLOW),
        ("x.n = -1;", OVERFLOW),
        ("if (x.n > -1) go = true;", OVERFLOW),
        ("if (x.n - -1 > 0) go = true;", OVERFLOW),
        (
            "if (-x.small == 0) go = true; x.small = 1; if (-x.small < 0) go = false;",
            OVERFLOW,
        ),
        ("bool b = x.n - 1; go = b;", OVERFLOW),
    ]);
    let called = "unsigned less(unsigned v) { return v - 1; }\n";
    assert_eq!(
        super::errors(&format!("{called}{}", body("if (less(x.n) > 0) go = true;"))),
        OVERFLOW
    );
    let atomic = "bool less(struct node *p) __atomic { return p->n - 1 > 0; }\n";
    assert_eq!(
        super::errors(&format!("{atomic}{}", body("if (less(&x)) go = true;"))),
        OVERFLOW
    );
}

#[test]
fn a_number_above_its_width_is_an_overflow_where_it_is_computed() {
    reach(&[
        ("x.n = 4294967295; if (x.n + 1 == 0) go = true;", OVERFLOW),
        ("x.n = 65536; if (x.n * x.n == 0) go = true;", OVERFLOW),
        ("x.n = 1; if (x.n << 31 << 1 == 0) go = true;", OVERFLOW),
        // An `int` in C: u8 and bit-fields are promoted, and so are numbers without a suffix.
        ("x.small = 255; if (x.small << 24 == 0) go = true;", OVERFLOW),
        ("if (1 << 31 == 0) go = true;", OVERFLOW),
        ("if (2147483647 + x.bits + 1 == 0) go = true;", OVERFLOW),
        ("if (1u << 31 == 2147483648) go = true;", &[]),
        ("x.n = 1; if (x.n << 31 == 2147483648) go = true;", &[]),
        ("x.small = 255; if (x.small + 1 == 256) go = true;", &[]),
        ("if (x.n << x.n + 32 == 0) go = true;", OVERFLOW),
        ("if (x.n >> 32 == 0) go = true;", OVERFLOW),
        ("if (0 << 32 == 0) go = true;", OVERFLOW),
    ]);
}

#[test]
fn a_value_fits_where_it_goes_or_is_an_overflow() {
    reach(&[
        ("x.small = 256;", OVERFLOW),
        ("u8 i = 256; x.n = i;", OVERFLOW),
        ("x.bits = 4;", OVERFLOW),
        ("x.bits = 3; x.bits++;", OVERFLOW),
        ("x.n = 300; u8 i = x.n; x.n = i;", OVERFLOW),
        ("x.bits = 3; x.n = x.bits + 1; BUG_ON(x.n != 4);", &[]),
        ("x.c = 2; BUG_ON(!x.c);", &[]),
        // What is never run is no error, although the counter of the loop is a constant in each turn.
        ("u8 i; for (i = 0; i < 4; i++) if (i < 3) x.bits = i + 1;", &[]),
        ("u8 i; for (i = 0; i < 4; i++) if (i > 0) x.a[i - 1] = i;", &[]),
    ]);
}

#[test]
fn a_division_by_zero_is_an_error_where_it_is_run() {
    reach(&[
        ("x.n = 1 / x.n;", &["NoBug: division by zero"]),
        ("x.n = 1 % (x.n - 0);", &["NoBug: division by zero"]),
        ("if (x.n) x.n = 1 / 0;", &[]),
    ]);
}

#[test]
fn constants_outside_functions_obey_the_same_rules() {
    for (text, expected) in [
        ("u8 n = 256;", "256 does not fit in an unsigned of 8 bits | 256 | "),
        ("unsigned n = -1;", "there are no negative numbers | -1 | "),
        ("unsigned n = 1 - 2;", "this is below zero | 1 - 2 | "),
        (
            "unsigned n = 2147483647 + 1;",
            "this is more than an `int` holds | 2147483647 + 1 | ",
        ),
        ("bool a[1 << 40];", "a shift count is 0 to 31 | 1 << 40 | "),
    ] {
        assert_eq!(refusal(&format!("{text}\n{}", body("go = true;"))), expected);
    }
    assert!(compiled(&format!("unsigned n = 2147483647u + 1;\n{}", body("go = true;"))).is_ok());
}

#[test]
fn nothing_is_initialised_twice() {
    for (text, place, first) in [
        ("struct node z = { .n = 1, .n = 2 };", "n", "n"),
        ("unsigned z[2] = { 1, [0] = 2 };", "2", "1"),
    ] {
        let expected = format!("this is initialised twice | {place} | {first}");
        assert_eq!(refusal(&format!("{text}\n{}", body("go = true;"))), expected);
    }
}
