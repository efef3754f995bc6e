//! What is at which address, for whom.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use super::server::{Answer, Request};
use super::summary::{Shown, Summary};
use super::values::{Expressions, values};
use super::view::view;
use crate::actors::{Explorer, interface, labels};
use crate::machine::{Label, Machine};

/// Longest path that is answered, in steps.
const LONGEST: usize = 1000;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The page loads nothing from anywhere else; the lanes carry their style with them.
const POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// Answers requests.
pub(super) struct Routes {
    pub machine: Arc<Machine>,
    pub summary: Summary,
    pub explorer: Explorer,
    pub expressions: Expressions,
    pub news: RwLock<News>,
}

/// What has happened since the page was opened.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct News {
    /// Grows with each.
    pub number: usize,
    /// In words.
    pub text: String,
    /// The listing cannot be read, and all is as it was.
    pub wrong: bool,
}

impl Routes {
    pub(crate) fn news(&self) -> News {
        // Nobody panics with the lock held; if somebody did, the news would still be whole.
        self.news.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tell(&self, news: News) {
        *self.news.write().unwrap_or_else(PoisonError::into_inner) = news;
    }

    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Answers a request, whatever it is.
    pub(crate) fn answer(&self, asked: &Request) -> Answer {
        let answer = catch_unwind(AssertUnwindSafe(|| self.decide(asked)));
        answer.unwrap_or_else(|_| Answer::error(500, "this should not happen; please report it"))
    }

    fn decide(&self, asked: &Request) -> Answer {
        // A foreign name for this address is another site's attempt to look at it.
        if !asked.host.is_some_and(is_loopback) {
            return Answer::error(403, "this is served to the loopback address only");
        }
        let ours = |origin: &str| origin.strip_prefix("http://") == asked.host;
        if !asked.origin.is_none_or(ours) {
            return Answer::error(403, "this is not for other sites");
        }
        let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
        let runs = path == "/.runtocompletion";
        match asked.method {
            "GET" | "HEAD" if !runs => self.found(path, query),
            "POST" if runs => {
                self.explorer.run_to_completion();
                Answer::json(200, &serde_json::json!({}))
            }
            _ => Answer {
                headers: vec![("Allow", if runs { "POST" } else { "GET, HEAD" })],
                ..Answer::error(405, "there is nothing to do here with this method")
            },
        }
    }

    fn found(&self, path: &str, query: &str) -> Answer {
        match path {
            "/" => Answer::page(HTML, include_str!("page/index.html")),
            "/page.css" => Answer::page(CSS, include_str!("page/page.css")),
            "/page.js" => Answer::page(SCRIPT, include_str!("page/page.js")),
            "/.oomspec/counterexamples" => Answer::json(200, &self.summary),
            "/.oomspec/news" => Answer::json(200, &self.news()),
            "/.status" => Answer::json(200, &self.explorer.status()),
            "/stateright" => Answer {
                headers: vec![("Location", "/stateright/")],
                ..Answer::error(301, "/stateright/")
            },
            "/stateright/" => Answer::theirs(HTML, "index.htm"),
            "/stateright/app.css" => Answer::theirs(CSS, "app.css"),
            "/stateright/app.js" => Answer::theirs(SCRIPT, "app.js"),
            "/stateright/knockout-3.5.0.js" => Answer::theirs(SCRIPT, "knockout-3.5.0.js"),
            _ => {
                let of = |place| path.strip_prefix(place);
                if let Some(path) = of("/.oomspec/view") {
                    self.view(path, query)
                } else if let Some(path) = of("/.oomspec/values") {
                    self.values(path, query)
                } else if let Some(path) = of("/.states") {
                    self.states(path)
                } else {
                    Answer::error(404, "there is nothing here")
                }
            }
        }
    }

    /// The state after a path.
    fn view(&self, path: &str, query: &str) -> Answer {
        let of = match self.counterexample(query) {
            Ok(of) => of,
            Err(message) => return Answer::error(404, message),
        };
        match self.steps(path) {
            Ok(steps) => Answer::json(200, &view(&self.machine, &steps, of)),
            Err(message) => Answer::error(404, message),
        }
    }

    /// The values of an expression in the states of a path.
    fn values(&self, path: &str, query: &str) -> Answer {
        let steps = match self.steps(path) {
            Ok(steps) => steps,
            Err(message) => return Answer::error(404, message),
        };
        let Some(text) = parameter(query, "expression") else {
            return Answer::error(400, "there is no ?expression=");
        };
        match values(&self.machine, &steps, &text, &self.expressions) {
            Ok(values) => Answer::json(200, &values),
            Err(message) => Answer::error(400, &message),
        }
    }

    /// The steps of a path.
    fn steps(&self, path: &str) -> Result<Vec<Label>, &'static str> {
        labels(&self.machine, &indices(path)?).ok_or("there is no such path")
    }

    /// The counterexample that a query names.
    fn counterexample(&self, query: &str) -> Result<Option<&Shown>, &'static str> {
        match parameter(query, "of") {
            None => Ok(None),
            Some(name) => {
                let mut all = self.summary.counterexamples.iter();
                let found = all.find(|shown| shown.property == name);
                found.map(Some).ok_or("there is no counterexample of this property")
            }
        }
    }

    /// What stateright says about the steps after a path; without one, about the initial states.
    fn states(&self, path: &str) -> Answer {
        let indices = match path {
            "" | "/" => Ok(Vec::new()),
            path => indices(path),
        };
        let next = indices.and_then(|indices| self.explorer.next(&indices).ok_or("there is no such path"));
        match next {
            Ok(next) => Answer::json(200, &next),
            Err(message) => Answer::error(404, message),
        }
    }
}

impl Answer {
    fn page(kind: &'static str, text: &str) -> Self {
        Answer {
            status: 200,
            kind,
            body: text.as_bytes().to_vec(),
            headers: vec![("Content-Security-Policy", POLICY)],
        }
    }

    /// A file of stateright's interface. It gets no policy, since knockout evaluates its bindings.
    fn theirs(kind: &'static str, name: &str) -> Self {
        let text = interface(name).unwrap_or_default();
        Answer {
            status: 200,
            kind,
            body: text.as_bytes().to_vec(),
            headers: Vec::new(),
        }
    }

    fn json(status: u16, value: &impl Serialize) -> Self {
        Answer {
            status,
            kind: JSON,
            // Structs of strings and numbers always have a JSON form.
            body: serde_json::to_vec(value).unwrap_or_default(),
            headers: Vec::new(),
        }
    }

    /// A message for whoever asks for what is not there.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Answer::json(status, &serde_json::json!({ "error": message }))
    }
}

/// What a query says of this name.
fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The numbers of a path `/0/1/2`, the first of which names the initial state.
fn indices(path: &str) -> Result<Vec<usize>, &'static str> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = path
        .strip_prefix('/')
        .ok_or("a path is /0 and the number of each step: /0/1/2")?;
    let numbers: Vec<&str> = path.split('/').take(LONGEST + 2).collect();
    if numbers.len() > LONGEST + 1 {
        return Err("this path is longer than 1000 steps");
    }
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let numbers: Option<Vec<usize>> = numbers.into_iter().map(number).collect();
    numbers.ok_or("a path is /0 and the number of each step: /0/1/2")
}

/// True for a `Host` that is this machine's own name for itself, at any port: it may have been forwarded.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_numbers() {
        assert_eq!(indices("/0/1/22/"), Ok(vec![0, 1, 22]));
        assert_eq!(indices("/0"), Ok(vec![0]));
        for wrong in [
            "",
            "/",
            "0",
            "//0",
            "/0//1",
            "/x",
            "/0/+1",
            "/0/-1",
            "/0/1.5",
            "/0/99999999999999999999999",
            "/0/%31",
            "/\u{662}",
        ] {
            assert!(indices(wrong).is_err(), "{wrong}");
        }
        assert!(indices(&"/0".repeat(LONGEST + 1)).is_ok());
        assert!(indices(&"/0".repeat(LONGEST + 2)).is_err());
        assert!(indices(&"/0".repeat(1_000_000)).is_err());
    }

    #[test]
    fn only_loopback_names_are_ours() {
        for own in ["127.0.0.1:3000", "localhost:1", "LOCALHOST", "[::1]:80", "127.0.0.1"] {
            assert!(is_loopback(own), "{own}");
        }
        for foreign in [
            "",
            "evil.example:3000",
            "127.0.0.1.evil.example",
            "localhost.evil:1",
            "10.0.0.1:3000",
            "::1",
            "localhost:x",
        ] {
            assert!(!is_loopback(foreign), "{foreign}");
        }
    }
}
