//! Chromium without a window, driven over the DevTools protocol.
//!
//! It reads commands from its file descriptor 3 and answers on 4, which here are its standard input and output: JSON, a NUL
//! behind each. So this needs neither a port nor WebSockets.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};

use crate::peers::{say, skip};

/// How long a page may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser of its own, with a new profile; ended with the test.
pub struct Chromium {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    number: u64,
    /// What pages complained about.
    pub complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

/// A page in it.
pub struct Tab(String);

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, or nothing after saying what is skipped.
fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut programs = std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    if let Some(program) = programs.find(|program| program.is_file()) {
        return Some(program);
    }
    skip("chromium", "on Debian and Ubuntu: apt-get install chromium");
    None
}

impl Chromium {
    /// Starts one, if there is one to start.
    pub fn start() -> Option<Self> {
        let program = program()?;
        let profile = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Some(Chromium {
            commands: child.stdin.take().expect("a pipe"),
            child,
            messages,
            number: 0,
            complaints: Vec::new(),
            _profile: profile,
        })
    }

    /// A page of this size.
    pub fn open(&mut self, url: &str, width: u32, height: u32) -> Tab {
        let target = self.call(None, "Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call(None, "Target.attachToTarget", target);
        let tab = Tab(session["sessionId"].as_str().expect("a session").to_string());
        for domain in ["Runtime.enable", "Log.enable", "Page.enable"] {
            self.call(Some(&tab), domain, json!({}));
        }
        self.resize(&tab, width, height);
        self.call(Some(&tab), "Page.navigate", json!({ "url": url }));
        tab
    }

    pub fn resize(&mut self, tab: &Tab, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call(Some(tab), "Emulation.setDeviceMetricsOverride", size);
    }

    /// Runs no scripts from here on.
    pub fn without_scripts(&mut self, tab: &Tab) {
        self.call(
            Some(tab),
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": true }),
        );
    }

    /// Opens an address, and waits until it is there.
    pub fn go(&mut self, tab: &Tab, url: &str) {
        self.call(Some(tab), "Page.navigate", json!({ "url": url }));
        let start = Instant::now();
        while !self.shown(tab).contains("oomspec") && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The texts that a page lays out, as the browser tells those who read it aloud.
    pub fn shown(&mut self, tab: &Tab) -> String {
        let tree = self.call(Some(tab), "Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        let texts = nodes.iter().filter(|node| node["role"]["value"] == "StaticText");
        texts.filter_map(|node| node["name"]["value"].as_str()).collect()
    }

    /// What the user prefers: `light` or `dark`.
    pub fn prefer(&mut self, tab: &Tab, scheme: &str) {
        self.media(tab, "prefers-color-scheme", scheme);
    }

    /// What a page is told of its medium.
    pub fn media(&mut self, tab: &Tab, feature: &str, value: &str) {
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.call(Some(tab), "Emulation.setEmulatedMedia", media);
    }

    /// The value of an expression of the page.
    pub fn eval(&mut self, tab: &Tab, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call(Some(tab), "Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// The text of an element, as it is shown.
    pub fn text(&mut self, tab: &Tab, selector: &str) -> String {
        let text = self.eval(tab, &format!("document.querySelector({selector:?})?.innerText ?? ''"));
        text.as_str().unwrap_or_default().to_string()
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, tab: &Tab, expression: &str) {
        let start = Instant::now();
        while self.eval(tab, &format!("Boolean({expression})")) != true {
            if start.elapsed() > PATIENCE {
                let shown = self.eval(tab, "location.href + '\\n' + document.body?.innerText");
                panic!(
                    "it never came to {expression}\n{}\n{:?}",
                    shown.as_str().unwrap_or_default(),
                    self.complaints
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key.
    pub fn press(&mut self, tab: &Tab, key: &str) {
        let codes = [
            ("ArrowLeft", 37),
            ("ArrowRight", 39),
            ("Home", 36),
            ("End", 35),
            ("Tab", 9),
            ("Enter", 13),
        ];
        let code = codes.iter().find(|(name, _)| *name == key).map(|(_, code)| *code);
        let text = if key.len() == 1 {
            key
        } else if key == "Enter" {
            "\r"
        } else {
            ""
        };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "text": if kind == "keyUp" { "" } else { text },
                "windowsVirtualKeyCode": code.unwrap_or(0) });
            self.call(Some(tab), "Input.dispatchKeyEvent", event);
        }
    }

    /// Clicks on the middle of an element.
    pub fn click(&mut self, tab: &Tab, selector: &str) {
        let place = self.eval(
            tab,
            &format!(
                "(() => {{ const found = document.querySelector({selector:?}); found.scrollIntoView({{ block: 'nearest' }}); \
                 const {{ x, y, width, height }} = found.getBoundingClientRect(); return [x + width / 2, y + height / 2]; }})()"
            ),
        );
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call(Some(tab), "Input.dispatchMouseEvent", event);
        }
    }

    /// Writes what is seen to `target/browser/`, and says so.
    pub fn screenshot(&mut self, tab: &Tab, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser");
        std::fs::create_dir_all(&folder).expect("a folder");
        let answer = self.call(Some(tab), "Page.captureScreenshot", json!({ "format": "png" }));
        let data = answer["data"].as_str().expect("a picture");
        let picture = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        assert!(
            picture.starts_with(b"\x89PNG") && picture.len() > 5_000,
            "a picture of something"
        );
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file");
        say(&format!("screenshot: target/browser/{name}.png"));
    }

    /// Sends a command and returns its result.
    fn call(&mut self, tab: Option<&Tab>, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut command = json!({ "id": self.number, "method": method, "params": params });
        if let Some(Tab(session)) = tab {
            command["sessionId"] = json!(session);
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        self.commands.write_all(&bytes).expect("Chromium listens");
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("Chromium answers");
            if message["id"] == self.number {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    fn note(&mut self, message: &Value) {
        let wrong = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => message["params"]["entry"]["level"] == "error",
            _ => false,
        };
        if wrong {
            self.complaints.push(message["params"].to_string());
        }
    }
}
