//! stateright's Explorer on the loopback address.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use stateright::Model;

use super::System;

/// An Explorer that is about to be served.
pub struct Explorer {
    system: System,
    address: SocketAddr,
    /// Keeps the port until the Explorer takes it.
    reserved: TcpListener,
}

/// Why the Explorer cannot be served.
#[derive(Debug)]
pub enum ServeError {
    /// The port cannot be had.
    Port(u16, io::Error),
    /// The folder that holds no `ui` could not be entered.
    Folder(io::Error),
    /// The Explorer stopped.
    Stopped,
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::Port(port, error) if error.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "port {port} is in use; choose another one with --port")
            }
            ServeError::Port(port, error) => write!(f, "cannot listen on port {port}: {error}"),
            ServeError::Folder(error) => write!(f, "cannot enter an empty folder: {error}"),
            ServeError::Stopped => write!(f, "stateright's Explorer stopped"),
        }
    }
}

impl std::error::Error for ServeError {}

impl Explorer {
    /// Reserves a port on the loopback address; 0 is any.
    pub fn new(system: System, port: u16) -> Result<Self, ServeError> {
        let at = |error| ServeError::Port(port, error);
        let reserved = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(at)?;
        let address = reserved.local_addr().map_err(at)?;
        Ok(Explorer {
            system,
            address,
            reserved,
        })
    }

    /// Where it will be.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the Explorer for as long as the process lives; returns only if that fails.
    ///
    /// Changes the current directory, because stateright prefers a page of its own in `./ui` if there is one.
    pub fn serve(self, threads: usize) -> ServeError {
        if let Err(error) = enter_empty_folder() {
            return ServeError::Folder(error);
        }
        let Explorer {
            system,
            address,
            reserved,
        } = self;
        drop(reserved);
        let serve = || drop(system.checker().threads(threads).serve(address));
        // stateright panics if somebody else took the port in between.
        match catch_unwind(AssertUnwindSafe(serve)) {
            Ok(()) => ServeError::Stopped,
            Err(_) => match TcpListener::bind(address) {
                Err(error) => ServeError::Port(address.port(), error),
                Ok(_) => ServeError::Stopped,
            },
        }
    }
}

/// Makes a folder the current one and removes it, so that nobody can put anything there.
fn enter_empty_folder() -> io::Result<()> {
    let folder = new_folder()?;
    std::env::set_current_dir(&folder)?;
    // Some systems keep a folder that is in use; it is empty all the same.
    let _ = std::fs::remove_dir(&folder);
    Ok(())
}

fn new_folder() -> io::Result<PathBuf> {
    for number in 0..100 {
        let folder = std::env::temp_dir().join(format!("oomspec-{}-{number}", std::process::id()));
        match std::fs::create_dir(&folder) {
            // Left over from another process of this number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
