//! `oomspec explore`, from outside: over HTTP, as a browser would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running Explorer, stopped when the test ends.
struct Running {
    child: Child,
    address: String,
    links: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn oomspec(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    command
        .args(["explore", "v4.14", "-s", "foreign-mmput", "--port", &port.to_string()])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(folder: &Path) -> Running {
    let mut child = oomspec(folder, 0).spawn().expect("the command runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let first = next();
    let address = first.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.expect("an address").to_string();
    let links = std::iter::from_fn(|| Some(next()))
        .skip_while(|line| !line.contains("/#/steps/"))
        .take(1)
        .map(|line| line.trim().to_string())
        .collect();
    Running { child, address, links }
}

/// The status and the body of an answer.
fn get(address: &str, path: &str) -> (u16, String) {
    // The links are printed just before the server listens.
    let mut stream = (0..100)
        .find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            TcpStream::connect(address).ok()
        })
        .expect("somebody listens");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.expect("a status"), body.to_string())
}

#[test]
fn a_link_opens_on_the_last_state_of_its_counterexample() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = start(folder.path());
    let path = explorer.links[0].split("#/steps").nth(1).expect("steps");
    // The page shows the state of the last index among the steps that follow the others.
    let (before, last) = path.rsplit_once('/').expect("several steps");
    let (status, body) = get(&explorer.address, &format!("/.states{before}"));
    assert_eq!(status, 200);
    let steps: Vec<serde_json::Value> = serde_json::from_str(&body).expect("steps");
    let step = steps
        .iter()
        .find(|step| step["actionIndex"].to_string().as_str() == last)
        .expect("the last step");
    let text = |field: &str| step[field].as_str().unwrap_or_default();
    assert!(
        text("action").contains("<-- BUG: use-after-free of struct"),
        "{}",
        text("action")
    );
    assert!(
        text("state").starts_with("BUG: use-after-free by oom_reaper in"),
        "{}",
        text("state")
    );
    assert!(
        text("outcome").starts_with("> BUG: use-after-free"),
        "{}",
        text("outcome")
    );
    assert!(
        text("svg").contains(">BUG: use-after-free of struct"),
        "{}",
        text("svg")
    );
    // Nothing steps after an error.
    assert_eq!(
        get(&explorer.address, &format!("/.states{path}")),
        (200, "[]".to_string())
    );
}

#[test]
fn a_ui_folder_here_is_not_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("ui")).expect("a folder");
    std::fs::write(folder.path().join("ui/index.htm"), "somebody else's").expect("a file");
    let explorer = start(folder.path());
    let (status, body) = get(&explorer.address, "/");
    assert_eq!(status, 200);
    assert!(body.contains("Stateright Explorer"), "{body}");
}

#[test]
fn wrong_addresses_are_not_found_and_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = start(folder.path());
    for path in [
        "/nothing",
        "/.states/0/99",
        "/.states/7",
        "/.states/x",
        "/ui/index.htm",
        "/../Cargo.toml",
    ] {
        assert_eq!(get(&explorer.address, path).0, 404, "{path}");
    }
    assert_eq!(get(&explorer.address, "/.states/0").0, 200);
}

#[test]
fn a_busy_port_is_an_error_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = busy.local_addr().expect("an address").port();
    let output = oomspec(folder.path(), port).output().expect("the command runs");
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(&format!("port {port} is in use")), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}
