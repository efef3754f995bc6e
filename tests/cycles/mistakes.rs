//! The mistakes that others made, one test each.

use oomspec::cycles::{Formula, Reason, Step, Strength, explain};

use super::model::{Model, always, cycle_states, eventually, leads_to, p};

#[test]
fn unfair_cycles_are_not_reported() {
    // Thread 1 goes back and forth while thread 0 could reach the goal at any time.
    let model = Model::new(3, &[(0, 1, 2), (2, 1, 0), (0, 0, 1), (2, 0, 1)]).states(&[1]);
    assert!(model.violation(&eventually(p(0))).is_some());
    let fair = model.fair(Strength::Weak, 0);
    assert_eq!(fair.violation(&eventually(p(0))), None);
}

#[test]
fn fairness_is_checked_on_the_violating_cycle_not_on_the_component_around_it() {
    // Thread 0 takes a step in the component {0, 1, 2}, but only through the goal; the cycle {0, 1} starves it.
    let edges = [(0, 1, 1), (1, 1, 0), (0, 0, 2), (1, 0, 2), (2, 1, 0)];
    let model = Model::new(3, &edges).states(&[2]);
    let weak = model.fair(Strength::Weak, 0).fair(Strength::Weak, 1);
    assert_eq!(weak.violation(&always(eventually(p(0)))), None);

    // Where thread 0 can step in one of the two states only, weak fairness allows the cycle and strong fairness does not.
    let model = Model::new(3, &[(0, 1, 1), (1, 1, 0), (0, 0, 2), (2, 1, 0)]).states(&[2]);
    let weak = model.clone().fair(Strength::Weak, 0).fair(Strength::Weak, 1);
    let lasso = weak.violation(&always(eventually(p(0)))).expect("a lasso");
    assert_eq!(cycle_states(&lasso), [0, 1]);
    let strong = model.fair(Strength::Strong, 0).fair(Strength::Weak, 1);
    assert_eq!(strong.violation(&always(eventually(p(0)))), None);
}

#[test]
fn strong_fairness_is_checked_again_on_what_is_left_of_a_component() {
    // Without state 0, where thread 0 could step, the cycle {1, 2} is fair; weak fairness to thread 1 is judged there anew.
    let edges = [(0, 1, 1), (1, 1, 0), (1, 1, 2), (2, 1, 1), (0, 0, 3)];
    let model = Model::new(4, &edges).states(&[3]).fair(Strength::Strong, 0);
    let left = model.clone().fair(Strength::Weak, 1);
    let lasso = left.violation(&eventually(p(0))).expect("a lasso");
    assert_eq!(cycle_states(&lasso), [1, 2]);
    // Thread 2's only step passes through state 0, so nothing fair is left.
    let edges = [
        (0, 2, 1),
        (1, 1, 0),
        (1, 1, 2),
        (2, 1, 1),
        (0, 0, 3),
        (1, 2, 3),
        (2, 2, 3),
    ];
    let model = Model::new(4, &edges).states(&[3]).fair(Strength::Strong, 0);
    let gone = model.fair(Strength::Weak, 1).fair(Strength::Weak, 2);
    assert_eq!(gone.violation(&eventually(p(0))), None);
}

#[test]
fn eventually_always_is_not_dropped() {
    let flicker = Model::new(2, &[(0, 0, 1), (1, 0, 0)])
        .states(&[0])
        .fair(Strength::Weak, 0);
    let lasso = flicker.violation(&eventually(always(p(0)))).expect("a lasso");
    assert_eq!(lasso.cycle.len(), 2);
    assert!(flicker.violation(&always(eventually(p(0)))).is_none());

    let settles = Model::new(2, &[(0, 0, 1)]).states(&[1]).fair(Strength::Weak, 0);
    assert_eq!(settles.violation(&eventually(always(p(0)))), None);
    // It is not `<>P` either: P comes and goes for good.
    let passes = Model::new(3, &[(0, 0, 1), (1, 0, 2)])
        .states(&[1])
        .fair(Strength::Weak, 0);
    assert!(passes.violation(&eventually(always(p(0)))).is_some());
    assert!(passes.violation(&eventually(p(0))).is_none());
}

#[test]
fn stuttering_is_a_behaviour_where_nothing_fair_is_enabled() {
    // The run ends in state 1, and so P ~> Q fails there although the graph has no cycle at all.
    let ends = Model::new(2, &[(0, 0, 1)])
        .states(&[0])
        .states(&[])
        .fair(Strength::Weak, 0);
    let lasso = ends.violation(&leads_to(p(0), p(1))).expect("a lasso");
    assert_eq!(cycle_states(&lasso), [1]);
    assert_eq!(lasso.cycle[0].edge, None);
    assert_eq!(lasso.stem.len(), 1);

    // Nobody has to step out of state 0 unless a fair thread can.
    let goal = Model::new(2, &[(0, 0, 1)]).states(&[1]);
    let lasso = goal.violation(&eventually(p(0))).expect("a lasso");
    assert_eq!((cycle_states(&lasso), lasso.stem.len()), (vec![0], 0));
    assert_eq!(goal.fair(Strength::Weak, 0).violation(&eventually(p(0))), None);
}

#[test]
fn a_step_that_comes_back_at_once_is_a_step_of_its_thread_and_of_no_other() {
    // `while (!choose(2));`: thread 0 may choose what changes nothing, again and again.
    let spins = [(0, 0, 1), (0, 0, 0)];
    for kind in [Strength::Weak, Strength::Strong] {
        let model = Model::new(2, &spins).states(&[1]).fair(kind, 0);
        let lasso = model.violation(&eventually(p(0))).expect("a lasso");
        assert_eq!(
            lasso.cycle,
            [Step {
                state: 0,
                edge: Some(1)
            }]
        );
        assert_eq!(explain(&model.fairness, &lasso), [Some(Reason::Taken(0))]);
    }
    // Thread 1 is not served by that, nor is thread 0 by doing nothing.
    let model = Model::new(3, &[(0, 0, 1), (0, 0, 0), (0, 1, 2), (1, 1, 2)]).states(&[2]);
    let both = model.clone().fair(Strength::Weak, 0).fair(Strength::Weak, 1);
    assert_eq!(both.violation(&eventually(p(0))), None);
    let other = Model::new(2, &[(0, 0, 1), (0, 1, 0)])
        .states(&[1])
        .fair(Strength::Weak, 0);
    assert_eq!(other.violation(&eventually(p(0))), None);
    // Stuttering is no such step.
    let step = Formula::Pred(0);
    let busy = Model::new(1, &[(0, 0, 0)]).steps(|s| s.edge.is_some());
    assert!(busy.violation(&always(eventually(step.clone()))).is_some());
    assert_eq!(busy.fair(Strength::Weak, 0).violation(&always(eventually(step))), None);
}

#[test]
fn a_lasso_is_shown_and_not_a_component() {
    // Two wings at state 0. The shortest run that is fair to both threads visits state 0 twice in each turn, which no list of a
    // component's states does; `violation` has it walked.
    let edges = [(0, 0, 1), (1, 0, 2), (2, 0, 0), (0, 1, 3), (3, 1, 4), (4, 1, 0)];
    let starve = [(1, 1, 5), (2, 1, 5), (3, 0, 5), (4, 0, 5)];
    let model = Model::new(6, &[&edges[..], &starve].concat()).states(&[5]);
    let model = model.fair(Strength::Weak, 0).fair(Strength::Weak, 1);
    let lasso = model.violation(&eventually(p(0))).expect("a lasso");
    assert_eq!(cycle_states(&lasso).iter().filter(|&&s| s == 0).count(), 2);
    assert_eq!((lasso.stem.len(), lasso.cycle.len()), (0, 6));
    let reasons = explain(&model.fairness, &lasso);
    assert!(
        reasons.iter().all(|r| matches!(r, Some(Reason::Taken(_)))),
        "{reasons:?}"
    );
}

#[test]
fn shortening_keeps_fairness() {
    // Sixteen wings, too many for the exact search: the loop has to fly each of them, and it needs no more.
    let threads = 16;
    let goal = threads + 1;
    let mut edges = vec![];
    for t in 0..threads {
        edges.extend([(0, t as u16, t + 1), (t + 1, t as u16, 0)]);
        let others = (0..threads).filter(|&o| o != t);
        edges.extend(others.map(|o| (t + 1, o as u16, goal)));
    }
    let mut model = Model::new(goal + 1, &edges).states(&[goal]);
    for t in 0..threads {
        model = model.fair(Strength::Weak, t as u16);
    }
    let lasso = model.violation(&eventually(p(0))).expect("a lasso");
    assert_eq!((lasso.stem.len(), lasso.cycle.len()), (0, 2 * threads as usize));
}
