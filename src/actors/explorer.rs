//! What stateright's Explorer answers, without its server: that one listens on TCP and answers whoever reaches it, whatever
//! `Host` he asks for. So it is never started; its answers are made here out of stateright's model, paths and search on demand.

use serde::Serialize;
use stateright::{Checker, Expectation, Model, Path};

use super::System;
use super::system::{Action, State};

/// stateright's search of a system, which waits until it is asked for, and the steps along any path.
pub(crate) struct Explorer {
    search: Box<dyn Search>,
}

/// How far the search is.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    done: bool,
    model: String,
    state_count: usize,
    unique_state_count: usize,
    max_depth: usize,
    properties: Vec<Property>,
    /// stateright's server shows where its search is; here nobody watches each state.
    recent_path: Option<String>,
}

/// What it is about, its name, and the path to a state that decides it.
type Property = (Expectation, &'static str, Option<String>);

/// A state that a path can go on to, with the step that leads there; the initial one has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Next {
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    state: String,
    properties: Vec<Property>,
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
    action_index: usize,
}

impl Explorer {
    /// Prepares the search, on so many threads.
    pub(crate) fn new(system: System, threads: usize) -> Self {
        Explorer {
            search: Box::new(system.checker().threads(threads).spawn_on_demand()),
        }
    }

    /// How far the search is, and what it found.
    pub(crate) fn status(&self) -> Status {
        self.search.status()
    }

    /// Lets the search run to its end.
    pub(crate) fn run_to_completion(&self) {
        self.search.run();
    }

    /// What can follow a path, which is given by the number of the initial state and of each action; without a path, the
    /// initial states. Nothing if there is no such path.
    pub(crate) fn next(&self, indices: &[usize]) -> Option<Vec<Next>> {
        let system = self.search.system();
        let Some((&first, indices)) = indices.split_first() else {
            let states = system.init_states().into_iter().enumerate();
            return states.map(|(number, state)| self.initial(number, state)).collect();
        };
        let initial = system.init_states().into_iter().nth(first)?;
        let mut path = Vec::with_capacity(indices.len() + 1);
        let mut state = initial.clone();
        for &index in indices {
            let action = actions(system, &state).into_iter().nth(index)?;
            state = system.next_state(&state, action.clone())?;
            path.push(action);
        }
        let next = actions(system, &state).into_iter().enumerate();
        let next = next.map(|(number, action)| {
            path.push(action.clone());
            let svg = Path::from_actions(system, initial.clone(), &path).and_then(|path| system.as_svg(path));
            path.pop();
            Some(Next {
                action: Some(system.format_action(&action)),
                outcome: system.format_step(&state, action.clone()),
                state: format!("{:#?}", system.next_state(&state, action)?),
                properties: self.search.properties(),
                svg,
                action_index: number,
            })
        });
        next.collect()
    }

    fn initial(&self, number: usize, state: State) -> Option<Next> {
        let system = self.search.system();
        Some(Next {
            action: None,
            outcome: None,
            state: format!("{state:#?}"),
            properties: self.search.properties(),
            svg: system.as_svg(Path::from_actions(system, state, &[])?),
            action_index: number,
        })
    }
}

fn actions(system: &System, state: &State) -> Vec<Action> {
    let mut actions = Vec::new();
    system.actions(state, &mut actions);
    actions
}

/// stateright's checker, whose type has no name.
trait Search: Send + Sync {
    fn system(&self) -> &System;
    fn status(&self) -> Status;
    fn properties(&self) -> Vec<Property>;
    fn run(&self);
}

impl<C: Checker<System> + Send + Sync> Search for C {
    fn system(&self) -> &System {
        self.model()
    }

    fn status(&self) -> Status {
        Status {
            done: self.is_done(),
            model: std::any::type_name::<System>().to_string(),
            state_count: self.state_count(),
            unique_state_count: self.unique_state_count(),
            max_depth: self.max_depth(),
            properties: self.properties(),
            recent_path: None,
        }
    }

    fn properties(&self) -> Vec<Property> {
        let system = self.model();
        let path = |name| Some(self.discovery(name)?.encode(system));
        let properties = system.properties().into_iter();
        properties
            .map(|property| (property.expectation, property.name, path(property.name)))
            .collect()
    }

    fn run(&self) {
        self.run_to_completion();
    }
}

/// The files of stateright's own interface, as its server has them: `index.htm`, `app.css`, `app.js`, `knockout-3.5.0.js`.
pub(crate) fn interface(name: &str) -> Option<&'static str> {
    Some(match name {
        "index.htm" => include_str!(concat!(env!("OUT_DIR"), "/index.htm")),
        "app.css" => include_str!(concat!(env!("OUT_DIR"), "/app.css")),
        "app.js" => include_str!(concat!(env!("OUT_DIR"), "/app.js")),
        "knockout-3.5.0.js" => include_str!(concat!(env!("OUT_DIR"), "/knockout-3.5.0.js")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::actors::Safety;
    use crate::machine::samples::{self, Op};

    fn system() -> System {
        let machine = samples::machine(&[
            &[Op::Lock(0), Op::Increment, Op::BugOn(1)],
            &[Op::Choose(2), Op::Lock(0)],
        ]);
        System::new(machine, vec![Safety::no_error("NoBug"), Safety::no_deadlock()]).unwrap()
    }

    /// The body that stateright's own server answers with.
    fn theirs(address: SocketAddr, method: &str, path: &str) -> String {
        let mut stream = (0..500)
            .find_map(|_| {
                std::thread::sleep(Duration::from_millis(20));
                TcpStream::connect(address).ok()
            })
            .expect("it listens");
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_string()
    }

    fn without_fingerprints(mut value: Value) -> Value {
        for state in value.as_array_mut().into_iter().flatten() {
            state.as_object_mut().unwrap().remove("fingerprint");
        }
        value
    }

    #[test]
    fn the_answers_are_those_of_staterights_server() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        // Serves until the tests end.
        std::thread::spawn(move || system().checker().serve(address));
        let explorer = Explorer::new(system(), 1);
        for name in ["app.css", "app.js", "knockout-3.5.0.js"] {
            assert_eq!(
                Some(theirs(address, "GET", &format!("/{name}")).as_str()),
                interface(name)
            );
        }
        assert_eq!(Some(theirs(address, "GET", "/").as_str()), interface("index.htm"));
        let same = |path: &str, indices: Option<&[usize]>| {
            let theirs: Value = serde_json::from_str(&theirs(address, "GET", path)).unwrap();
            let ours = match indices {
                None => serde_json::to_value(explorer.status()).unwrap(),
                Some(indices) => serde_json::to_value(explorer.next(indices).unwrap()).unwrap(),
            };
            assert_eq!(ours, without_fingerprints(theirs), "{path}");
        };
        same("/.status", None);
        same("/.states", Some(&[]));
        same("/.states/0", Some(&[0]));
        same("/.states/0/0", Some(&[0, 0]));
        same("/.states/0/1/1", Some(&[0, 1, 1]));
        assert!(explorer.next(&[1]).is_none() && explorer.next(&[0, 9]).is_none());
        explorer.run_to_completion();
        theirs(address, "POST", "/.runtocompletion");
        for _ in 0..500 {
            std::thread::sleep(Duration::from_millis(20));
            let theirs: Value = serde_json::from_str(&theirs(address, "GET", "/.status")).unwrap();
            if explorer.status().done && theirs["done"] == true {
                break;
            }
        }
        let ours = serde_json::to_value(explorer.status()).unwrap();
        let theirs: Value = serde_json::from_str(&theirs(address, "GET", "/.status")).unwrap();
        for field in [
            "done",
            "model",
            "state_count",
            "unique_state_count",
            "max_depth",
            "properties",
        ] {
            assert_eq!(ours[field], theirs[field], "{field}");
        }
        assert!(ours["properties"][0][2].is_string(), "{ours}");
    }
}
