//! The page on which `oomspec explore` shows a protocol in a scenario: a small server, and the only one.
//!
//! What can be done next, and what comes of it, is stateright's answer (`actors/explorer.rs`); what its interface does not have, such as
//! counterexamples and listing lines, is `view`'s. The page itself is plain HTML, CSS and JavaScript in `page/`.

mod offline;
mod routes;
mod server;
mod summary;
mod values;
mod view;

pub use values::Expressions;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock};

use crate::actors::{Explorer, System};
use crate::check::Checked;
use crate::counterexample::history::History;
use routes::{News, Routes};
use summary::Summary;

/// The page as one file, which needs no server: every counterexample can be stepped through, and read as text without scripts.
pub fn file(history: &History, checked: &Checked, system: &System) -> String {
    offline::html(system.machine(), &Summary::new(history, checked, system))
}

/// A page that is about to be served.
pub struct Page {
    live: Live,
    listener: TcpListener,
    address: SocketAddr,
}

/// The port cannot be had.
#[derive(Debug)]
pub struct PortError(u16, io::Error);

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PortError(port, error) = self;
        match error.kind() {
            io::ErrorKind::AddrInUse => write!(f, "port {port} is in use; choose another one with --port"),
            _ => write!(f, "cannot listen on port {port}: {error}"),
        }
    }
}

impl std::error::Error for PortError {}

/// What a page shows, to be replaced while it is served.
#[derive(Clone)]
pub struct Live(Arc<RwLock<Arc<Routes>>>);

impl Live {
    fn routes(&self) -> Arc<Routes> {
        // Nobody panics with the lock held; if somebody did, what is in it would still be whole.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows something else from now on, and says what has changed.
    pub fn replace(&self, history: &History, checked: &Checked, system: System, threads: usize, news: String) {
        let mut summary = Summary::new(history, checked, &system);
        summary.watched = true;
        let news = News {
            number: self.routes().news().number + 1,
            text: news,
            wrong: false,
        };
        let routes = Routes {
            machine: Arc::clone(system.machine()),
            summary,
            explorer: Explorer::new(system, threads),
            expressions: Arc::clone(&self.routes().expressions),
            news: RwLock::new(news),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
    }

    /// Says what is wrong; all stays as it was.
    pub fn complain(&self, text: String) {
        let routes = self.routes();
        routes.tell(News {
            number: routes.news().number + 1,
            text,
            wrong: true,
        });
    }
}

impl Page {
    /// Reserves a port on the loopback address, 0 is any, for what was found out about a protocol in a scenario; stateright
    /// searches on so many threads, once it is asked to. A page that is `watched` looks for what [`Live`] has to say;
    /// what is typed into its box is read by `expressions`.
    ///
    /// # Errors
    ///
    /// If the port cannot be had.
    pub fn new(
        history: &History,
        checked: &Checked,
        system: System,
        port: u16,
        threads: usize,
        watched: bool,
        expressions: Expressions,
    ) -> Result<Self, PortError> {
        let at = |error| PortError(port, error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(at)?;
        let address = listener.local_addr().map_err(at)?;
        let mut summary = Summary::new(history, checked, &system);
        summary.watched = watched;
        let routes = Routes {
            machine: Arc::clone(system.machine()),
            summary,
            explorer: Explorer::new(system, threads),
            expressions,
            news: RwLock::default(),
        };
        Ok(Page {
            live: Live(Arc::new(RwLock::new(Arc::new(routes)))),
            listener,
            address,
        })
    }

    /// Where it will be.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// To show something else while it is served.
    pub fn live(&self) -> Live {
        self.live.clone()
    }

    /// For each counterexample its property, and the link that opens it: at its end, or where its loop starts.
    pub fn links(&self) -> Vec<(String, String)> {
        let routes = self.live.routes();
        let counterexamples = routes.summary().counterexamples.iter();
        let link = |counterexample: &summary::Shown| {
            let steps: Vec<String> = counterexample.opens().iter().map(ToString::to_string).collect();
            let (steps, of) = (steps.join("/"), &counterexample.property);
            let link = format!("http://{}/#/steps/{steps}?of={of}", self.address);
            (counterexample.property.clone(), link)
        };
        counterexamples.map(link).collect()
    }

    /// Serves the page for as long as the process lives.
    pub fn serve(self) -> ! {
        let live = self.live;
        server::serve(
            &self.listener,
            Arc::new(move |asked: &server::Request<'_>| live.routes().answer(asked)),
        )
    }
}
