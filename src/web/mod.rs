//! The page on which `oomspec explore` shows a protocol in a scenario: a small server, and the only one.
//!
//! What can be done next, and what comes of it, is stateright's answer (`actors/explorer.rs`); what its interface does not have, such as
//! counterexamples and listing lines, is `view`'s. The page itself is plain HTML, CSS and JavaScript in `page/`.

mod offline;
mod routes;
mod server;
mod summary;
mod view;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use crate::actors::{Explorer, System};
use crate::check::Checked;
use crate::counterexample::history::History;
use routes::Routes;
use summary::Summary;

/// The page as one file, which needs no server: every counterexample can be stepped through, and read as text without scripts.
pub fn file(history: &History, checked: &Checked, system: &System) -> String {
    offline::html(system.machine(), &Summary::new(history, checked, system))
}

/// A page that is about to be served.
pub struct Page {
    routes: Routes,
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

impl Page {
    /// Reserves a port on the loopback address, 0 is any, for what was found out about a protocol in a scenario; stateright
    /// searches on so many threads, once it is asked to.
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
    ) -> Result<Self, PortError> {
        let at = |error| PortError(port, error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(at)?;
        let address = listener.local_addr().map_err(at)?;
        let machine = Arc::clone(system.machine());
        let summary = Summary::new(history, checked, &system);
        let explorer = Explorer::new(system, threads);
        Ok(Page {
            routes: Routes::new(machine, summary, explorer),
            listener,
            address,
        })
    }

    /// Where it will be.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For each counterexample its property, and the link that opens it: at its end, or where its loop starts.
    pub fn links(&self) -> impl Iterator<Item = (&str, String)> {
        let counterexamples = self.routes.summary().counterexamples.iter();
        counterexamples.map(|counterexample| {
            let steps: Vec<String> = counterexample.opens().iter().map(ToString::to_string).collect();
            let (steps, of) = (steps.join("/"), &counterexample.property);
            let link = format!("http://{}/#/steps/{steps}?of={of}", self.address);
            (counterexample.property.as_str(), link)
        })
    }

    /// Serves the page for as long as the process lives.
    pub fn serve(self) -> ! {
        let routes = self.routes;
        server::serve(
            &self.listener,
            Arc::new(move |asked: &server::Request<'_>| routes.answer(asked)),
        )
    }
}
