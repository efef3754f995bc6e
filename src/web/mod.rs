//! The page on which `oomspec explore` shows a protocol in a scenario: a small server in front of stateright's Explorer.
//!
//! What can be done next, and what comes of it, is stateright's answer (`relay`); what its interface does not have, such as
//! counterexamples and listing lines, is `view`'s. The page itself is plain HTML, CSS and JavaScript in `page/`.

mod relay;
mod routes;
mod server;
mod summary;
mod view;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use crate::actors::{Explorer, ServeError, System};
use crate::check::Checked;
use routes::Routes;
use summary::Summary;

/// A page that is about to be served.
pub struct Page {
    routes: Routes,
    explorer: Explorer,
    listener: TcpListener,
    address: SocketAddr,
}

impl Page {
    /// Reserves a port on the loopback address, 0 is any, for what was found out about a protocol in a scenario.
    pub fn new(checked: &Checked, system: System, port: u16) -> Result<Self, ServeError> {
        let at = |error| ServeError::Port(port, error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(at)?;
        let address = listener.local_addr().map_err(at)?;
        let machine = Arc::clone(system.machine());
        let summary = Summary::new(checked, &system);
        let explorer = Explorer::new(system, 0)?;
        Ok(Page {
            routes: Routes::new(machine, summary, explorer.address()),
            explorer,
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
            let link = format!("http://{}/#/steps/{}", self.address, steps.join("/"));
            (counterexample.property.as_str(), link)
        })
    }

    /// Serves the page for as long as the process lives; returns only if that fails. See [`Explorer::serve`].
    pub fn serve(self, threads: usize) -> ServeError {
        let (listener, routes) = (self.listener, self.routes);
        std::thread::spawn(move || {
            server::serve(
                &listener,
                Arc::new(move |asked: &server::Request<'_>| routes.answer(asked)),
            )
        });
        self.explorer.serve(threads)
    }
}
