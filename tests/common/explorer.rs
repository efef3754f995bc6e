//! A running `oomspec explore`, and what it answers.
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Stopped when the test ends.
pub struct Running {
    child: Child,
    pub address: String,
    /// Property and link.
    pub links: Vec<(String, String)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn oomspec(protocol: &str, scenario: &str, folder: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    command
        .args(["explore", protocol, "-s", scenario, "--port", &port.to_string()])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts it, and reads the links of so many violations.
pub fn start(protocol: &str, scenario: &str, folder: &Path, violations: usize) -> Running {
    started(oomspec(protocol, scenario, folder, 0), violations)
}

/// The same with a command of one's own.
pub fn started(mut command: Command, violations: usize) -> Running {
    let mut child = command.spawn().expect("the command runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let first = next();
    let address = first.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.expect("an address").to_string();
    let mut links = Vec::new();
    while links.len() < violations {
        let line = next();
        if let Some(property) = line.strip_suffix(" is violated:") {
            links.push((property.to_string(), next().trim().to_string()));
        }
    }
    Running { child, address, links }
}

impl Running {
    /// The TCP ports that the process listens on.
    pub fn ports(&self) -> Vec<u16> {
        let process = format!("/proc/{}", self.child.id());
        let files = std::fs::read_dir(format!("{process}/fd")).expect("a process");
        let mine: Vec<String> = files
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .map(|file| file.display().to_string())
            .collect();
        let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("{process}/net/{table}")));
        let lines = tables.iter().flatten().flat_map(|table| table.lines().skip(1));
        let port = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (address, state, inode) = (words[1], words[3], words[9]);
            let listens = state == "0A" && mine.contains(&format!("socket:[{inode}]"));
            listens.then(|| u16::from_str_radix(address.rsplit(':').next()?, 16).ok())?
        };
        lines.filter_map(port).collect()
    }

    pub fn link(&self, property: &str) -> &str {
        let mut links = self.links.iter();
        let (_, link) = links
            .find(|(name, _)| name == property)
            .expect("a link of this property");
        link
    }

    /// The status and the body of what it answers to a GET.
    pub fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.ask(&format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address));
        (status, body)
    }

    /// The status, the head and the body of an answer.
    pub fn ask(&self, request: &str) -> (u16, String, String) {
        // The links are printed just before it listens.
        let mut stream = (0..100)
            .find_map(|_| {
                TcpStream::connect(&self.address)
                    .inspect_err(|_| std::thread::sleep(Duration::from_millis(20)))
                    .ok()
            })
            .expect("somebody listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a timeout");
        // It may answer and close before all is sent.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        (status.expect("a status"), head.to_string(), body.to_string())
    }
}
