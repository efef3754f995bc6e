use oomspec::tla::*;
use std::collections::{HashMap, VecDeque};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let dir = a[1].clone();
    let lib = move |m: &str| std::fs::read_to_string(format!("{dir}/{m}.tla")).ok();
    let spec = match Spec::load(&lib, &a[2]) {
        Ok(s) => s,
        Err(e) => {
            println!("{}", e.render(false));
            return;
        }
    };
    let op = |n: &str| {
        spec.operator(n)
            .map_err(|d| println!("{}", d.render(spec.sources(), false)))
            .unwrap()
    };
    let t = std::time::Instant::now();
    let init = op("Init");
    let next = op("Next");
    let inv: Vec<Expr> = a[3..].iter().map(|n| op(n)).collect();
    println!("vars {:?} resolve {:?}", spec.variables(), t.elapsed());
    let t = std::time::Instant::now();
    let show = |e: EvalError| -> ! {
        println!("{}", oomspec::source::Diagnostic::from(e).render(spec.sources(), false));
        std::process::exit(1)
    };
    let mut seen: HashMap<Vec<Value>, usize> = HashMap::new();
    let mut todo = VecDeque::new();
    for s in init_states(&spec, &init).unwrap_or_else(|e| show(e)) {
        if seen.insert(s.clone(), 1).is_none() {
            todo.push_back(s)
        }
    }
    let mut steps = 0;
    let mut labels = std::collections::BTreeMap::new();
    let mut evt = std::time::Duration::ZERO;
    while let Some(s) = todo.pop_front() {
        let d = seen[&s];
        let t0 = std::time::Instant::now();
        for i in &inv {
            if !eval_predicate(i, &s).unwrap_or_else(|e| show(*e)) {
                println!("violated at depth {d}")
            }
        }
        evt += t0.elapsed();
        for (n, l) in successors(&spec, &next, &s).unwrap_or_else(|e| show(e)) {
            steps += 1;
            *labels.entry(l.to_string()).or_insert(0) += 1;
            if !seen.contains_key(&n) {
                seen.insert(n.clone(), d + 1);
                todo.push_back(n)
            }
        }
    }
    println!(
        "{} states {} steps depth {} in {:?}; inv {:?} each\n{labels:?}",
        seen.len(),
        steps,
        seen.values().max().unwrap_or(&0),
        t.elapsed(),
        evt / (seen.len().max(1) as u32)
    );
}
