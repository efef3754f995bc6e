//! `oomspec explore`, from outside: over HTTP, as a browser would.

#[path = "common/explorer.rs"]
mod explorer;

use std::net::{TcpListener, TcpStream};
use std::path::Path;

use serde_json::Value;

use explorer::{Running, oomspec, start};

fn v4_14(folder: &Path) -> Running {
    start("v4.14", "foreign-mmput", folder, 5)
}

fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The path of a link: `/0/1/2`.
fn path(link: &str) -> &str {
    let path = link.split("#/steps").nth(1).expect("steps");
    path.split('?').next().unwrap_or(path)
}

#[test]
fn a_link_opens_on_the_last_state_of_its_counterexample() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let path = path(explorer.link("NoUseAfterFree"));
    // stateright's page shows the state of the last index among the steps that follow the others.
    let (before, last) = path.rsplit_once('/').expect("several steps");
    let (status, body) = explorer.get(&format!("/.states{before}"));
    assert_eq!(status, 200);
    let steps: Vec<Value> = serde_json::from_str(&body).expect("steps");
    let step = steps
        .iter()
        .find(|step| step["actionIndex"].to_string().as_str() == last)
        .expect("the last step");
    let text = |field: &str| step[field].as_str().unwrap_or_default();
    let starts = |field: &str, start: &str| assert!(text(field).starts_with(start), "{}", text(field));
    assert!(
        text("action").contains("<-- BUG: use-after-free of struct"),
        "{}",
        text("action")
    );
    starts("state", "BUG: use-after-free by oom_reaper in");
    starts("outcome", "> BUG: use-after-free");
    assert!(
        text("svg").contains(">BUG: use-after-free of struct"),
        "{}",
        text("svg")
    );
    // Nothing steps after an error.
    assert_eq!(explorer.get(&format!("/.states{path}")), (200, "[]".to_string()));
}

#[test]
fn readme_shows_the_link_of_the_race() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let (_, path) = explorer.link("NoUseAfterFree").split_once("/#/").expect("a path");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    assert!(
        readme.contains(&format!("  http://127.0.0.1:3000/#/{path}\n")),
        "{path}"
    );
}

#[test]
fn a_view_says_what_staterights_interface_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let path = path(explorer.link("NoUseAfterFree"));
    let (status, body) = explorer.get(&format!("/.oomspec/view{path}?of=NoUseAfterFree"));
    assert_eq!(status, 200);
    let view = json(&body);
    assert_eq!(
        view["error"],
        "use-after-free of struct vm_area_struct `hog_vma` in reapable_vma()"
    );
    assert_eq!(view["end"], "Nothing steps after an error.");
    let last = view["steps"].as_array().and_then(|steps| steps.last()).expect("steps");
    assert_eq!(
        (&last["thread"], &last["line"]),
        (&"oom_reaper".into(), &"if (reapable_vma(vma))".into())
    );
    assert!(last["place"].as_str().expect("a place").starts_with("oom_reaper.h:"));
    let locks = view["locks"].as_array().expect("locks").iter();
    let held: Vec<&Value> = locks
        .filter(|lock| lock["holders"][0] == "oom_reaper")
        .map(|lock| &lock["name"])
        .collect();
    assert_eq!(held, ["hog_mm.mmap_sem", "oom_lock"]);
    assert!(!body.contains(env!("CARGO_MANIFEST_DIR")));
}

#[test]
fn an_expression_has_a_value_in_each_state_of_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let path = path(explorer.link("NoUseAfterFree"));
    let ask = |query: &str| explorer.get(&format!("/.oomspec/values{path}?{query}"));
    // What the command says is what the page says.
    let told = std::process::Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args([
            "eval",
            "pc",
            "v4.14",
            "-s",
            "foreign-mmput",
            "-p",
            "NoUseAfterFree",
            "--format",
            "json",
        ])
        .output()
        .expect("oomspec");
    let told = String::from_utf8(told.stdout).expect("text");
    let told: Vec<Value> = told.lines().map(|line| json(line)["value"].clone()).collect();
    assert_eq!(told.len(), 36);
    let (status, body) = ask("expression=pc");
    assert_eq!((status, json(&body)), (200, Value::Array(told)));
    let (status, body) = ask("expression=1+%2B%201%20%3D+2");
    assert_eq!(status, 200);
    assert!(
        json(&body)
            .as_array()
            .expect("values")
            .iter()
            .all(|value| value == "TRUE")
    );
    let deep = format!("expression={}1", "(".repeat(20_000));
    let wrong = [
        "",
        "expression",
        "expression=",
        "expression=%",
        "expression=%ff%fe",
        "expression=pc%27",
        "expression=nobody",
        "expression=1%20%2B%20TRUE",
        "expression=SUBSET%20(1..1000000)",
        "expression=[]TRUE",
        "expression=1%0A%3D%3D%3D%3D",
        &deep,
    ];
    for wrong in wrong {
        let (status, body) = ask(wrong);
        assert_eq!(status, 400, "{wrong}: {body}");
        assert!(
            json(&body)["error"].as_str().is_some_and(|error| !error.is_empty()),
            "{wrong}"
        );
    }
    assert_eq!(explorer.get("/.oomspec/values/0/99?expression=pc").0, 404);
    // It is still there.
    assert_eq!(ask("expression=pc").0, 200);
}

#[test]
fn a_view_names_who_waits_for_a_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    // On this path the reaper has to wait until the allocator drops oom_lock.
    let path = path(explorer.link("NoUseAfterFree"));
    let indices: Vec<&str> = path.split('/').skip(1).collect();
    let waiters = (1..=indices.len()).find_map(|length| {
        let view = json(
            &explorer
                .get(&format!("/.oomspec/view/{}", indices[..length].join("/")))
                .1,
        );
        let locks = view["locks"].as_array().expect("locks").clone();
        locks.into_iter().find(|lock| lock["waiters"][0].is_object())
    });
    let lock = waiters.expect("a wait");
    assert_eq!(
        (&lock["name"], &lock["holders"]),
        (&"oom_lock".into(), &serde_json::json!(["allocator"]))
    );
    assert_eq!(lock["waiters"][0]["thread"], "oom_reaper");
    let text = lock["waiters"][0]["text"].as_str().expect("a text");
    assert!(text.starts_with("oom_reaper waits in mutex_lock(oom_lock)"), "{text}");
    assert!(text.ends_with("held by allocator"), "{text}");
}

#[test]
fn both_interfaces_offer_the_same_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let path = path(explorer.link("NoStaleKill"));
    let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).skip(1).collect();
    for end in ends {
        let theirs = json(&explorer.get(&format!("/.states{}", &path[..end])).1);
        let ours = json(&explorer.get(&format!("/.oomspec/view{}", &path[..end])).1);
        let (theirs, ours) = (
            theirs.as_array().expect("steps"),
            ours["next"].as_array().expect("steps"),
        );
        assert_eq!(theirs.len(), ours.len());
        for (their, our) in theirs.iter().zip(ours) {
            assert_eq!(their["actionIndex"], our["index"]);
            let action = their["action"].as_str().expect("a text");
            let place = our["place"].as_str().expect("a place");
            assert!(action.starts_with(our["thread"].as_str().expect("a name")), "{action}");
            assert!(action.contains(&format!("[{place}]")), "{action} is at {place}");
        }
    }
}

#[test]
fn counterexamples_are_listed_with_their_reasons() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = start("2017-07-25-no-give-up", "aio-never", folder.path(), 5);
    let summary = json(&explorer.get("/.oomspec/counterexamples").1);
    let all = summary["counterexamples"].as_array().expect("counterexamples");
    let named = |name: &str| {
        all.iter()
            .find(|shown| shown["property"] == name)
            .expect("a counterexample")
    };
    let lasso = named("OomResolves");
    assert_eq!((&lasso["kind"], &lasso["expected"]), (&"liveness".into(), &true.into()));
    assert_eq!(lasso["reason"], "by design: waits for exit_aio() for ever");
    assert_eq!(lasso["words"], "the OOM resolves though exit_aio() blocks");
    assert_eq!(named("NoStaleKill")["kind"], "safety");
    // A link leads to the last state, or to where the loop starts.
    for shown in all {
        let name = shown["property"].as_str().expect("a name");
        let steps = match shown["loop_start"].as_u64() {
            Some(start) => start,
            None => shown["length"].as_u64().expect("a length"),
        };
        assert_eq!(
            path(explorer.link(name)).matches('/').count() as u64,
            steps + 1,
            "{name}"
        );
        assert_eq!(
            shown["path"].as_array().expect("a path").len() as u64,
            1 + shown["length"].as_u64().unwrap()
        );
    }
    // It marks the loop when the picture gets there.
    let link = path(explorer.link("OomResolves"));
    let svg = |query: &str| json(&explorer.get(&format!("/.oomspec/view{link}{query}")).1)["svg"].to_string();
    assert!(svg("?of=OomResolves").contains("and then for ever"));
    assert!(!svg("").contains("and then for ever"));
}

#[test]
fn our_page_is_here_and_staterights_is_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    // stateright prefers a page in `./ui`, if there is one.
    std::fs::create_dir(folder.path().join("ui")).expect("a folder");
    std::fs::write(folder.path().join("ui/index.htm"), "somebody else's").expect("a file");
    let explorer = v4_14(folder.path());
    let page = |path: &str, text: &str, kind: &str| {
        let (status, head, body) = explorer.ask(&format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", explorer.address));
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(text), "{path}: {body}");
        assert!(head.contains(&format!("Content-Type: {kind}")), "{path}: {head}");
    };
    page("/", "<title>oomspec</title>", "text/html");
    page("/page.css", "prefers-color-scheme", "text/css");
    page("/page.js", "/.oomspec/view", "text/javascript");
    page("/stateright/", "Stateright Explorer", "text/html");
    page("/stateright/app.js", "/.states", "text/javascript");
    page("/stateright/app.css", "{", "text/css");
    page("/stateright/knockout-3.5.0.js", "Knockout", "text/javascript");
    page("/.status", "NoUseAfterFree", "application/json");
    let (status, head, _) = explorer.ask(&format!(
        "GET /stateright HTTP/1.0\r\nHost: {}\r\n\r\n",
        explorer.address
    ));
    assert_eq!(status, 301);
    assert!(head.contains("Location: /stateright/"), "{head}");
}

#[test]
fn wrong_addresses_are_not_found_and_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let mut wrong: Vec<String> = [
        "/nothing",
        "/page.html",
        "/ui/index.htm",
        "/../Cargo.toml",
        "/page.css/..",
        "/stateright/../page.css",
        "/stateright/ui",
        "//",
        "http://example.com/",
        "/.oomspec",
        "/.oomspec/view?of=Nothing",
        "/.oomspec/view/0?of=Nothing",
        "/.oomspec/view/0?of=",
    ]
    .map(String::from)
    .to_vec();
    let paths = [
        "/0/99",
        "/7",
        "/x",
        "/0/-1",
        "/0//1",
        "/0/+1",
        "/0/1x",
        "/0/%31",
        "/0/18446744073709551616",
        "x",
    ];
    for base in ["/.states", "/.oomspec/view"] {
        wrong.extend(paths.map(|path| format!("{base}{path}")));
        wrong.push(format!("{base}{}", "/0".repeat(1002)));
        wrong.push(format!("{base}{}", "/0".repeat(20_000)));
    }
    for path in &wrong {
        let (status, body) = explorer.get(path);
        assert_eq!(status, 404, "{}: {body}", &path[..path.len().min(100)]);
        assert!(json(&body)["error"].is_string(), "{body}");
    }
    assert_eq!(explorer.get(&format!("/.states{}", "/0".repeat(1_000_000))).0, 431);
    assert_eq!(explorer.get("/.states/0").0, 200);
    assert_eq!(explorer.get("/.states/").0, 200);
    assert_eq!(explorer.get("/.oomspec/view/0/").0, 200);
}

#[test]
fn other_methods_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let ask = |method: &str, path: &str| {
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: 0\r\n\r\n",
            explorer.address
        );
        let (status, head, _) = explorer.ask(&request);
        (status, head.contains("Allow: "))
    };
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        for path in ["/", "/.states/0", "/.oomspec/view/0", "/stateright/", "/nothing"] {
            assert_eq!(ask(method, path), (405, true), "{method} {path}");
        }
    }
    assert_eq!(ask("GET", "/.runtocompletion"), (405, true));
    assert_eq!(ask("POST", "/.runtocompletion"), (200, false));
    assert_eq!(ask("HEAD", "/"), (200, false));
}

#[test]
fn other_sites_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let port = explorer.address.rsplit(':').next().expect("a port");
    let ask = |headers: &str| {
        explorer
            .ask(&format!("GET /.status HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
            .0
    };
    for host in [
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        String::new(),
    ] {
        assert_eq!(ask(&format!("Host: {host}\r\n")), 403, "{host}");
    }
    assert_eq!(ask(""), 403);
    assert_eq!(ask(&format!("Host: localhost:{port}\r\n")), 200);
    assert_eq!(
        ask(&format!("Host: localhost:{port}\r\nOrigin: http://evil.example\r\n")),
        403
    );
    assert_eq!(ask(&format!("Host: localhost:{port}\r\nOrigin: null\r\n")), 403);
    assert_eq!(
        ask(&format!(
            "Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
        )),
        200
    );
}

#[test]
fn no_port_is_open_besides_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let port: u16 = explorer.address.rsplit(':').next().unwrap().parse().expect("a port");
    let ask = |method: &str, path: &str, headers: &str| {
        let request = format!("{method} {path} HTTP/1.0\r\n{headers}Content-Length: 0\r\n\r\n");
        explorer.ask(&request).0
    };
    // Nor is another opened when stateright searches.
    assert_eq!(
        ask("POST", "/.runtocompletion", &format!("Host: {}\r\n", explorer.address)),
        200
    );
    assert_eq!(explorer.get("/.states/0").0, 200);
    assert_eq!(explorer.ports(), [port]);
    let foreign = [
        "Host: evil.example\r\n".to_string(),
        format!("Host: {}\r\nOrigin: http://evil.example\r\n", explorer.address),
        String::new(),
    ];
    for headers in foreign {
        for path in ["/.runtocompletion", "/.status", "/.states/0", "/stateright/", "/"] {
            assert_eq!(ask("POST", path, &headers), 403, "{headers}");
            assert_eq!(ask("GET", path, &headers), 403, "{headers}");
        }
    }
}

#[test]
fn garbage_does_not_end_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    assert_eq!(explorer.get("/.status").0, 200);
    for garbage in [
        &b"\0\0\0\0"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\xff\xfe / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET /",
    ] {
        use std::io::Write;
        let mut stream = TcpStream::connect(&explorer.address).expect("somebody listens");
        stream.write_all(garbage).expect("a request");
        // And away.
        drop(stream);
    }
    assert_eq!(explorer.get("/.oomspec/view/0").0, 200);
}

#[test]
fn many_browsers_get_the_same_answers_while_some_say_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let path = path(explorer.link("NoUseAfterFree"));
    let asked = [
        format!("/.oomspec/view{path}"),
        format!("/.states{}", &path[..20]),
        "/".to_string(),
    ];
    let alone = asked.clone().map(|path| explorer.get(&path));
    // These connect and never ask.
    let _silent: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(&explorer.address).expect("somebody listens"))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                for (path, alone) in asked.iter().zip(&alone) {
                    assert_eq!(&explorer.get(path), alone);
                }
            });
        }
    });
}

#[test]
fn a_busy_port_is_an_error_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = busy.local_addr().expect("an address").port();
    let output = oomspec("v4.14", "foreign-mmput", folder.path(), port)
        .output()
        .expect("the command runs");
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(&format!("port {port} is in use")), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn nobody_else_can_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let explorer = v4_14(folder.path());
    let (host, port) = explorer.address.rsplit_once(':').expect("a port");
    assert_eq!(host, "127.0.0.1");
    // Another address of the same machine: would be reached if it listened on all.
    let other = std::net::SocketAddr::from(([127, 0, 0, 2], port.parse().expect("a port")));
    assert!(TcpStream::connect(other).is_err());
}
