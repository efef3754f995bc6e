//! Graphs of a shape that decides something: a lock that starves, a long path, a crowd.

use oomspec::cycles::{
    Formula, Lasso, Problem, Reason, Step, Strength, Unsupported, explain, find_violation, vacuous, verify_lasso,
};

use super::model::{Model, always, cycle_states, eventually, leads_to, p};

/// An allocator (thread 0) that takes and drops a lock for ever, and a reaper (thread 1) that can have it only in between.
fn lock() -> Model {
    Model::new(3, &[(0, 0, 1), (1, 0, 0), (0, 1, 2)]).states(&[2])
}

#[test]
fn a_polled_lock_starves_its_waiter_under_weak_fairness_alone() {
    let weak = lock().fair(Strength::Weak, 0).fair(Strength::Weak, 1);
    let lasso = weak.violation(&eventually(p(0))).expect("a lasso");
    assert_eq!(cycle_states(&lasso), [0, 1]);
    let why = explain(&weak.fairness, &lasso);
    assert_eq!(why, [Some(Reason::Taken(0)), Some(Reason::Disabled(1))]);

    let strong = lock().fair(Strength::Weak, 0).fair(Strength::Strong, 1);
    assert_eq!(strong.violation(&eventually(p(0))), None);
    assert_eq!(explain(&strong.fairness, &lasso)[1], None);
}

#[test]
fn fairness_can_be_what_is_claimed() {
    // The starving run is weakly fair to the reaper, and not strongly.
    let model = lock().fair(Strength::Weak, 0).states(&[0]);
    let model = model.steps(|s| s.edge == Some(1));
    assert_eq!(model.violation(&Formula::weakly_fair(1, 2)), None);
    let lasso = model.violation(&Formula::strongly_fair(1, 2)).expect("a lasso");
    assert_eq!(cycle_states(&lasso), [0, 1]);
    // Without any fairness, staying in state 0 is not even weakly fair.
    let mut unfair = model;
    unfair.fairness.clear();
    let lasso = unfair.violation(&Formula::weakly_fair(1, 2)).expect("a lasso");
    assert_eq!(lasso.cycle, [Step { state: 0, edge: None }]);
}

#[test]
fn what_must_keep_true_after_it_began() {
    // P ~> Q within a combination: if the run comes to rest in 3, it went through 1 or it did not.
    let edges = [(0, 0, 1), (0, 0, 2), (1, 0, 3), (2, 0, 3)];
    let model = Model::new(4, &edges).fair(Strength::Weak, 0);
    let model = model.states(&[1]).states(&[2]).states(&[3]);
    assert_eq!(model.violation(&leads_to(p(0), p(2))), None);
    assert!(model.violation(&leads_to(p(2), p(0))).is_some());
    let passes_2 = Formula::implies(always(!p(0)), eventually(p(1)));
    assert_eq!(model.violation(&passes_2), None);
    let once_always = always(Formula::implies(p(2), always(p(2))));
    assert_eq!(model.violation(&once_always), None);
    let once_always = always(Formula::implies(p(0), always(p(0))));
    assert_eq!(model.violation(&once_always).expect("a lasso").stem.len(), 2);
}

#[test]
fn a_run_may_start_anywhere_it_is_said_to() {
    let model = Model::new(3, &[(1, 0, 2)]).starting_in(&[0, 1]).states(&[0, 2]);
    let model = model.fair(Strength::Weak, 0);
    assert_eq!(model.violation(&eventually(p(0))), None);
    assert_eq!(model.violation(&Formula::implies(!p(0), eventually(p(0)))), None);
    assert_eq!(model.violation(&p(0)).expect("a lasso").stem[0].state, 1);
    let nowhere = model.starting_in(&[]);
    assert_eq!(nowhere.violation(&Formula::Const(false)), None);
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let model = lock().steps(|_| true);
    let refused = |f: &Formula| find_violation(&model.problem(), f).expect_err("refused");
    assert_eq!(refused(&p(7)), Unsupported::UnknownPredicate(7));
    assert_eq!(refused(&p(1)), Unsupported::StepOutsideBox);
    let until = eventually(Formula::And(vec![p(0), always(leads_to(p(0), p(0)))]));
    assert!(find_violation(&model.problem(), &until).is_ok());
    let nested = eventually(Formula::And(vec![p(0), always(Formula::Or(vec![p(0), always(p(0))]))]));
    assert_eq!(refused(&!nested.clone()), Unsupported::Nesting);
    let mut deep = p(0);
    for _ in 0..1000 {
        deep = !deep;
    }
    assert_eq!(refused(&deep), Unsupported::TooDeep);
    let wide = (0..40).map(|_| leads_to(p(0), p(0))).collect();
    assert!(find_violation(&model.problem(), &Formula::And(wide)).is_ok());
    let wide = (0..40).map(|_| eventually(always(p(0)))).collect();
    assert!(find_violation(&model.problem(), &!Formula::And(wide)).is_ok());
    let wide = (0..40).map(|_| always(p(0))).collect();
    assert_eq!(refused(&Formula::Or(wide)), Unsupported::TooLarge);
}

#[test]
fn what_never_had_an_occasion_is_vacuous() {
    let model = lock().states(&[]).states(&[1]);
    let f = Formula::And(vec![
        leads_to(p(1), p(0)),
        leads_to(p(2), p(0)),
        always(Formula::implies(Formula::And(vec![p(0), p(2)]), p(1))),
    ]);
    let Formula::And(parts) = &f else { panic!() };
    assert_eq!(vacuous(&model.problem(), &f), [&parts[0], &parts[2]]);
    // A state that is true of P but never reached is no occasion.
    let model = Model::new(2, &[(1, 0, 0)]).states(&[1]).states(&[0]);
    assert_eq!(vacuous(&model.problem(), &leads_to(p(0), p(1))).len(), 1);
}

#[test]
fn the_walker_rejects_what_is_no_violation() {
    let model = lock().fair(Strength::Weak, 0).fair(Strength::Strong, 1);
    let at = |state, edge| Step { state, edge };
    let says = |stem: &[Step], cycle: &[Step]| {
        let (stem, cycle) = (stem.to_vec(), cycle.to_vec());
        verify_lasso(&model.problem(), &eventually(p(0)), &Lasso { stem, cycle }).expect_err("rejected")
    };
    assert_eq!(says(&[], &[]), "the cycle is empty");
    assert_eq!(says(&[], &[at(1, None)]), "state 1 is not initial");
    assert_eq!(says(&[], &[at(0, Some(0))]), "step 0 leads to state 1, not to 0");
    assert_eq!(says(&[], &[at(0, Some(2))]), "step 0 takes an edge of another state");
    assert_eq!(says(&[], &[at(0, Some(9))]), "step 0 takes an edge of another state");
    assert_eq!(
        says(&[at(0, Some(0))], &[at(0, None)]),
        "step 0 leads to state 1, not to 0"
    );
    assert_eq!(says(&[], &[at(0, None)]), "the cycle is not fair to thread 0");
    let polls = [at(0, Some(0)), at(1, Some(2))];
    assert_eq!(says(&[], &polls), "the cycle is not fair to thread 1");
    let reaches = (&[at(0, Some(1))], &[at(2, None)]);
    assert_eq!(says(reaches.0, reaches.1), "the run satisfies the formula");
}

#[test]
fn long_paths_and_wide_rings_need_no_stack() {
    let states = 300_000;
    let mut path: Vec<(u32, u16, u32)> = (1..states).map(|s| (s - 1, 0, s)).collect();
    let model = Model::new(states, &path).states(&[states - 1]).fair(Strength::Weak, 0);
    assert_eq!(model.violation(&eventually(p(0))), None);
    path.push((states - 1, 0, 0));
    let ring = Model::new(states, &path).states(&[states - 1]).fair(Strength::Weak, 0);
    assert_eq!(ring.violation(&always(eventually(p(0)))), None);
    let problem = ring.problem();
    let lasso = find_violation(&problem, &eventually(always(p(0)))).expect("supported");
    assert_eq!(lasso.expect("a lasso").cycle.len(), states as usize);
}

/// A grid in which four threads go round, each in its own direction, with a corner that cannot be left.
fn crowd(states: u32) -> Model {
    let mut edges = vec![];
    for s in 0..states - 1 {
        for t in 0..4u32 {
            let stride = [1, 7, 311, 5003][t as usize];
            edges.push((s, t as u16, (s + stride) % (states - 1)));
        }
        edges.extend((s % 1000 == 999).then_some((s, 4, states - 1)));
    }
    let mut model = Model::new(states, &edges).states(&[states - 1]);
    for t in 0..4 {
        model = model.fair(Strength::Weak, t);
    }
    model.fair(Strength::Strong, 4)
}

#[test]
fn the_same_question_has_the_same_answer() {
    let model = crowd(2000);
    let formula = leads_to(!p(0), p(0));
    let answer = |m: &Model| {
        let problem: Problem<'_> = m.problem();
        find_violation(&problem, &formula).expect("supported")
    };
    assert_eq!(answer(&model), answer(&model.clone()));
    let mut weak = model;
    weak.fairness.truncate(4);
    let lasso = answer(&weak).expect("a lasso");
    assert_eq!(Some(&lasso), answer(&weak).as_ref());
    assert!(lasso.cycle.len() < 60, "{}", lasso.cycle.len());
}
