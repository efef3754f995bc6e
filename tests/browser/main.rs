//! The page of `oomspec explore` in a real browser, as somebody would use it.
//!
//! Needs Chromium on the PATH.

mod chromium;
#[path = "../common/explorer.rs"]
mod explorer;
#[path = "../common/peers.rs"]
mod peers;

use std::path::{Path, PathBuf};
use std::process::Command;

use chromium::{Chromium, Tab};
use explorer::{Running, start};

/// A page of the Explorer in a browser.
struct Visit<'a> {
    chromium: &'a mut Chromium,
    tab: Tab,
}

impl<'a> Visit<'a> {
    /// Opens a link and waits for its state.
    fn to(chromium: &'a mut Chromium, link: &str) -> Self {
        let tab = chromium.open(link, 1500, 950);
        let mut visit = Visit { chromium, tab };
        visit.wait("document.body?.dataset.shown !== undefined");
        visit
    }

    fn wait(&mut self, expression: &str) {
        self.chromium.wait(&self.tab, expression);
    }

    fn is_at(&mut self, counter: &str) {
        self.wait(&format!(
            "document.body.dataset.shown === location.hash && document.querySelector('#counter').textContent === {counter:?}"
        ));
    }

    fn press(&mut self, key: &str) {
        self.chromium.press(&self.tab, key);
    }

    fn click(&mut self, selector: &str) {
        self.chromium.click(&self.tab, selector);
    }

    fn text(&mut self, selector: &str) -> String {
        self.chromium.text(&self.tab, selector)
    }

    fn eval(&mut self, expression: &str) -> serde_json::Value {
        self.chromium.eval(&self.tab, expression)
    }

    /// The texts of some elements.
    fn texts(&mut self, selector: &str) -> Vec<String> {
        let all = self.eval(&format!(
            "[...document.querySelectorAll({selector:?})].map((found) => found.textContent)"
        ));
        serde_json::from_value(all).expect("texts")
    }

    /// The text of the last step among the lanes.
    fn last_step(&mut self) -> String {
        self.texts("#lanes .lanes-row.here text.lanes-over")
            .first()
            .cloned()
            .unwrap_or_default()
    }

    fn screenshots(&mut self, name: &str) {
        for scheme in ["light", "dark"] {
            self.chromium.prefer(&self.tab, scheme);
            self.chromium.screenshot(&self.tab, &format!("{name}-{scheme}"));
        }
        self.chromium.prefer(&self.tab, "light");
    }

    fn has_no_complaints(&self) {
        assert_eq!(self.chromium.complaints, Vec::<String>::new());
    }
}

/// axe, the checker of accessibility, or nothing after saying what is skipped.
fn axe() -> Option<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe.min.js"));
    if text.is_err() {
        let how = "npm pack axe-core && tar xzf axe-core-*.tgz && cp package/axe.min.js target/";
        peers::skip("axe", how);
    }
    text.ok()
}

/// Writes the page of a protocol in a scenario into one file.
fn offline(protocol: &str, scenario: &str, folder: &Path) -> PathBuf {
    let file = folder.join(format!("{protocol}-{scenario}.html"));
    let status = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(["explore", protocol, "-s", scenario, "--html"])
        .arg(&file)
        .status()
        .expect("oomspec");
    assert!(status.success());
    file
}

fn v4_14() -> Running {
    start("v4.14", "foreign-mmput", &std::env::temp_dir(), 5)
}

#[test]
fn the_race_of_v4_14_can_be_seen_and_walked() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));

    // It opens on the error.
    visit.is_at("step 35 of 35");
    let bug = "BUG: use-after-free of struct vm_area_struct `hog_vma` in reapable_vma()";
    assert!(visit.text("#bug").starts_with(bug), "{}", visit.text("#bug"));
    assert!(visit.text("#step").contains(bug));
    assert_eq!(visit.text("#step .here .text").trim(), "if (reapable_vma(vma))");
    assert_eq!(
        visit.texts("#lanes svg .lanes-name"),
        ["oom_reaper", "hog", "allocator", "reader"]
    );
    assert_eq!(
        visit.texts("#lanes .names span"),
        ["oom_reaper", "hog", "allocator", "reader"]
    );
    assert_eq!(visit.last_step(), "reapable_vma()");
    assert!(visit.texts("#lanes text.lanes-bug").concat().contains("use-after-free"));
    assert!(visit.text("#locks").contains("hog_mm.mmap_sem held by oom_reaper"));
    assert_eq!(visit.text("#counterexamples a[aria-current] b"), "NoUseAfterFree");
    assert_eq!(visit.text("#end"), "Nothing steps after an error.");
    visit.screenshots("bug");

    // One step back there is no error yet, and the step that raises it is marked.
    visit.press("ArrowLeft");
    visit.is_at("step 34 of 35");
    assert_eq!(visit.eval("document.querySelector('#bug').hidden"), true);
    assert_eq!(visit.last_step(), "remove_vmas()");
    assert_eq!(
        visit.eval("document.querySelectorAll('#lanes .lanes-row:not(.future) circle').length"),
        34
    );
    assert_eq!(
        visit.eval("document.querySelectorAll('#lanes .lanes-row.future').length"),
        1
    );
    let follows = visit.text("#actions .follows");
    assert!(follows.contains("oom_reaper: ") && follows.contains(bug), "{follows}");
    assert!(
        follows.contains("oom_reaper.h:81") && follows.contains("if (reapable_vma(vma))"),
        "{follows}"
    );
    for place in ["#structs .changed", "#changes li"] {
        let freed = visit.texts(place).concat();
        assert!(freed.contains("hog_vma: struct vm_area_struct freed"), "{freed}");
    }

    // Forth and back, with keys, buttons and the browser's own.
    visit.press("ArrowRight");
    visit.is_at("step 35 of 35");
    visit.eval("history.back()");
    visit.is_at("step 34 of 35");
    visit.eval("history.forward()");
    visit.is_at("step 35 of 35");
    visit.click("#previous");
    visit.is_at("step 34 of 35");
    visit.click("#lanes .lanes-row[data-step='32'] text.lanes-over");
    visit.is_at("step 32 of 35");
    assert_eq!(visit.last_step(), "tsk->signal->oom_mm is NULL");
    visit.screenshots("walk");

    // Each step with its line.
    visit.press("l");
    let lines = visit.texts("#lines li");
    assert_eq!(lines.len(), 32);
    assert!(
        lines[31].contains("reader") && lines[31].contains("tsk->signal->oom_mm"),
        "{}",
        lines[31]
    );
    assert!(
        lines[30].contains("v4.14.c:") && lines[30].contains("set_bit(MMF_OOM_SKIP, &mm->flags);"),
        "{}",
        lines[30]
    );
    visit.screenshots("lines");
    visit.press("l");

    // Somewhere else: a step that is not the counterexample's.
    visit.press("Home");
    visit.is_at("step 0 of 35");
    assert_eq!(visit.eval("document.querySelectorAll('#actions .follows').length"), 1);
    visit.click("#actions button:not(.follows)");
    visit.is_at("step 1");
    assert_eq!(visit.texts("#counterexamples a[aria-current]"), Vec::<String>::new());
    visit.press("1");
    visit.is_at("step 2");
    visit.screenshots("free");
    // What was seen is what "Next" leads to.
    visit.press("Home");
    visit.is_at("initial state");
    visit.press("End");
    visit.is_at("step 2");

    visit.click("#counterexamples li:nth-child(2) a");
    visit.is_at("step 19 of 19");
    visit.has_no_complaints();
}

#[test]
fn a_lasso_opens_where_its_loop_starts() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = start("2017-07-25-no-give-up", "aio-never", &std::env::temp_dir(), 5);
    let mut visit = Visit::to(&mut chromium, explorer.link("OomResolves"));
    visit.is_at("step 20 of 29");
    assert!(
        visit.text("#note").starts_with("and then for ever: the next 9 steps"),
        "{}",
        visit.text("#note")
    );
    assert!(
        visit
            .texts("#lanes .lanes-forever")
            .concat()
            .starts_with("and then for ever")
    );
    assert!(
        visit.text("#waits").contains("hog waits in exit_aio()"),
        "{}",
        visit.text("#waits")
    );
    assert_eq!(visit.text("#counterexamples a[aria-current] .liveness"), "liveness");
    let why = visit.text("#why");
    assert!(
        why.contains("hog waits in exit_aio()") && why.contains("in exit_aio < "),
        "{why}"
    );
    visit.screenshots("loop");
    let start = visit.text("#state");
    for step in 21..=29 {
        visit.press("ArrowRight");
        visit.is_at(&format!("step {step} of 29"));
        assert!(visit.text("#note").starts_with("in the loop"));
    }
    visit.screenshots("loop-end");
    // And again.
    visit.press("ArrowRight");
    visit.is_at("step 20 of 29");
    assert_eq!(visit.text("#state"), start);
    visit.has_no_complaints();
}

#[test]
fn staterights_own_page_is_beside_it() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    visit.click("#stateright");
    visit.wait("document.title === 'Stateright Explorer' && document.body?.innerText.includes('BUG: use-after-free by oom_reaper')");
    visit.wait("document.querySelectorAll('.path-list li').length === 37");
    visit.screenshots("stateright");
}

#[test]
fn addresses_of_no_path_are_told_and_do_no_harm() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, &format!("http://{}/", explorer.address));
    visit.is_at("initial state");
    for wrong in [
        "/0/99",
        "/x",
        "/0/1/-1",
        "/1",
        "/0/%ff",
        "/0/0?of=<img>",
        "/0/<img src=x onerror=alert(1)>",
    ] {
        visit.eval(&format!("location.hash = {:?}", format!("#/steps{wrong}")));
        visit.wait("document.body.dataset.shown === location.hash");
        let told = visit.eval("!document.querySelector('#notice').hidden");
        assert_eq!(told, !wrong.contains("?of"), "{wrong}");
        visit.eval("location.hash = '#/steps/0/1'");
        visit.is_at("step 1");
        assert_eq!(visit.eval("document.querySelector('#notice').hidden"), true);
    }
    let long = format!("#/steps{}", "/0".repeat(1100));
    visit.eval(&format!("location.hash = {long:?}"));
    visit.wait("document.querySelector('#notice').innerText.includes('longer than 1000 steps')");
}

#[test]
fn the_page_says_why() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    let why = visit.text("#why");
    for part in [
        "oom_reaper uses `hog_vma` at step 35 [oom_reaper.h:81]",
        "holds hog_mm.mmap_sem, by mmap_read_trylock() at step 21",
        "reader frees `hog_vma` at step 34",
        "holds no lock",
        "reader did not take down_write(mmap_sem),",
        "because tsk_is_oom_victim(current) = 0 at step 32 [v4.14.c:76]",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
    // What is to come stays in sight, and can be gone to.
    visit.press("Home");
    visit.is_at("step 0 of 35");
    assert_eq!(
        visit.eval("document.querySelectorAll('#lanes .lanes-row.future').length"),
        35
    );
    visit.click("#lanes .lanes-row[data-step='3'] text.lanes-over");
    visit.is_at("step 3 of 35");
    // The picture that can be saved is the one that is shown.
    let saved = visit.eval("decodeURIComponent(document.querySelector('#save').href.split(',').slice(1).join(','))");
    assert!(saved.as_str().unwrap_or_default().starts_with("<svg"), "{saved}");
    assert_eq!(
        visit.eval("document.querySelector('#save').download"),
        "v4.14-foreign-mmput-NoUseAfterFree.svg"
    );
    visit.eval("document.querySelector('#copy').click()");
    visit.wait("document.querySelector('#copy').textContent !== 'Copy as text'");
    visit.has_no_complaints();
}

#[test]
fn a_file_without_a_server_can_be_stepped_through() {
    let Some(mut chromium) = Chromium::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = offline("v4.14", "foreign-mmput", folder.path());
    assert!(std::fs::metadata(&file).expect("a file").len() < 1_000_000);
    let address = format!("file://{}", file.display());
    let mut visit = Visit::to(&mut chromium, &address);
    visit.is_at("initial state");
    visit.click("#counterexamples li:first-child a");
    visit.is_at("step 35 of 35");
    let bug = "BUG: use-after-free of struct vm_area_struct `hog_vma` in reapable_vma()";
    assert!(visit.text("#bug").starts_with(bug), "{}", visit.text("#bug"));
    assert!(visit.text("#why").contains("reader did not take down_write(mmap_sem),"));
    assert!(visit.text("#locks").contains("hog_mm.mmap_sem held by oom_reaper"));
    assert_eq!(visit.text("#step .here .text").trim(), "if (reapable_vma(vma))");
    let last = visit.text("#state");
    for step in (0..35).rev() {
        visit.press("ArrowLeft");
        visit.is_at(&format!("step {step} of 35"));
    }
    assert_eq!(visit.texts("#actions button").len(), 1);
    visit.click("#actions button");
    visit.is_at("step 1 of 35");
    visit.press("End");
    visit.is_at("step 35 of 35");
    assert_eq!(visit.text("#state"), last);
    // The same as the page that is served.
    let explorer = v4_14();
    let shown = "[...document.querySelectorAll('#state, #step, #why pre, #lanes svg')].map((part) => part.textContent)";
    let here = visit.eval(shown);
    visit.has_no_complaints();
    let mut served = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    served.is_at("step 35 of 35");
    assert_eq!(served.eval(shown), here);
}

#[test]
fn a_file_without_scripts_can_be_read() {
    let Some(mut chromium) = Chromium::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = offline("2017-07-25-no-give-up", "aio-never", folder.path());
    let tab = chromium.open("about:blank", 900, 900);
    chromium.without_scripts(&tab);
    chromium.go(&tab, &format!("file://{}", file.display()));
    let shown = chromium.shown(&tab);
    for part in [
        "2017-07-25-no-give-up in aio-never: OomResolves is violated",
        "hog waits in exit_aio()",
        "-- and then for ever:",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    chromium.screenshot(&tab, "no-scripts");
}

#[test]
fn a_save_that_fixes_a_race_is_seen_at_once() {
    let Some(mut chromium) = Chromium::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("mine.c");
    let fixed = "/**\n * Mine.\n *\n * @protocol mine\n * @after v4.15\n */\n#include \"v4.15.c\"\n";
    let broken = format!(
        "{fixed}\nvoid exit_mmap(struct mm_struct *mm)\n{{\n\trelease_secondary(mm);\n\tmunlock_all(mm);\n\tunmap_vmas(mm);\n\t\
         set_bit(MMF_OOM_SKIP, &mm->flags);\n\tfree_pgtables(mm);\n\tremove_vmas(mm);\n}}\n"
    );
    std::fs::write(&mine, &broken).expect("a file");
    let mut command = explorer::oomspec("mine.c", "foreign-mmput", folder.path(), 0);
    command.arg("--watch");
    let explorer = explorer::started(command, 1);
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.wait("!document.querySelector('#bug').hidden");
    assert!(
        visit.text("#about").starts_with("mine (mine.c) in foreign-mmput"),
        "{}",
        visit.text("#about")
    );
    assert!(
        visit
            .eval("document.title")
            .to_string()
            .contains("mine.c in foreign-mmput")
    );
    let card = "#counterexamples a[data-property='NoUseAfterFree'] .badges";
    assert!(visit.text(card).contains("new against v4.15"), "{}", visit.text(card));

    // What cannot be read is told, and the page stays as it was.
    std::fs::write(&mine, format!("{broken}junk(")).expect("a file");
    visit.wait("document.querySelector('#news.wrong')?.innerText.includes('is never closed')");
    assert_eq!(visit.eval("document.querySelector('#bug').hidden"), false);

    std::fs::write(&mine, fixed).expect("a file");
    visit.wait("document.querySelector('#news:not(.wrong)')?.innerText.includes('violated before')");
    let news = visit.text("#news");
    for part in [
        "mine.c has changed",
        "NoUseAfterFree in foreign-mmput: violated before, true now.",
        "reader waits in down_write(mmap_sem)",
        "+\tif (test_bit(MMF_OOM_VICTIM, &mm->flags)) {",
    ] {
        assert!(news.contains(part), "{part}: {news}");
    }
    visit.wait("document.querySelector('#counter').textContent === 'initial state'");
    assert_eq!(
        visit.texts("#counterexamples a[data-property='NoUseAfterFree']"),
        Vec::<String>::new()
    );
    visit.chromium.screenshot(&visit.tab, "watch");
    std::fs::write(&mine, &broken).expect("a file");
    visit.wait("document.querySelector('#counterexamples a[data-property=NoUseAfterFree]')");
    visit.has_no_complaints();
}

/// axe finds nothing to complain about: on the page that is served, of a race and of a lasso, and in the file, at three widths and in
/// both themes.
#[test]
fn nothing_is_in_the_way_of_a_screen_reader() {
    let (Some(axe), Some(mut chromium)) = (axe(), Chromium::start()) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = offline("v4.14", "mlocked", folder.path());
    let (race, lasso) = (
        v4_14(),
        start("2017-07-25-no-give-up", "aio-never", &std::env::temp_dir(), 5),
    );
    let pages = [
        race.link("NoUseAfterFree").to_string(),
        lasso.link("OomResolves").to_string(),
        format!("http://{}/", race.address),
        format!("file://{}", file.display()),
    ];
    let mut all = Vec::new();
    for page in pages {
        let mut visit = Visit::to(&mut chromium, &page);
        if page.contains("NoUseAfterFree") {
            visit.eval("location.hash += '&value=pc&value=nothing'");
            visit.wait("document.querySelectorAll('#rows li').length === 2");
        }
        visit.eval(&format!("{axe}; 0"));
        for width in [1500, 900, 400] {
            visit.chromium.resize(&visit.tab, width, 900);
            for scheme in ["light", "dark"] {
                visit.chromium.prefer(&visit.tab, scheme);
                let found = visit.eval(
                    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(' | ')}`))",
                );
                if found != serde_json::json!([]) {
                    all.push(format!("{page} at {width}, {scheme}: {found}"));
                }
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn nothing_is_wider_than_the_window() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    for (width, height) in [
        (1920, 1080),
        (1280, 800),
        (1000, 800),
        (600, 900),
        (400, 800),
        (380, 700),
    ] {
        visit.chromium.resize(&visit.tab, width, height);
        let too_wide =
            visit.eval("document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth");
        assert_eq!(too_wide, false, "{width}");
        visit.chromium.screenshot(&visit.tab, &format!("width-{width}"));
    }
}

#[test]
fn marks_are_seen_where_colours_are_forced() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    visit.eval("location.hash += '&value=pc'");
    visit.wait("document.querySelectorAll('#rows li').length === 1");
    let lines = "['nav a[aria-current]', '.tabs [aria-pressed=true]', '.spans [aria-current]', '.excerpt .here']
        .map((marked) => getComputedStyle(document.querySelector(marked)).outlineStyle).join(' ')";
    assert_eq!(visit.eval(lines), "none none none none");
    visit.chromium.media(&visit.tab, "forced-colors", "active");
    assert_eq!(visit.eval("matchMedia('(forced-colors: active)').matches"), true);
    assert_eq!(visit.eval(lines), "solid solid solid solid");
    let own = "getComputedStyle(document.querySelector('#lanes')).forcedColorAdjust";
    assert_eq!(visit.eval(own), "none", "the picture keeps its colours");
    visit.chromium.screenshot(&visit.tab, "forced-colors");
}

#[test]
fn arrows_say_what_led_to_what_and_the_lanes_fit() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    visit.chromium.resize(&visit.tab, 1500, 1000);
    visit.wait("document.getElementById('lanes').scrollWidth <= document.getElementById('lanes').clientWidth");
    let arrows = "document.querySelectorAll('#lanes .lanes-arrow[data-step]').length";
    let dim = "document.querySelectorAll('#lanes .lanes-arrow.future').length";
    let lasts = visit.eval("document.querySelectorAll('#lanes .lanes-use[data-step=\"35\"]').length");
    assert_eq!(lasts, 1, "the last step uses what was freed");
    assert_eq!(visit.eval(dim), 0, "all of it has happened");
    let all = visit.eval(arrows);
    visit.press("Home");
    visit.is_at("step 0 of 35");
    assert_eq!(visit.eval(dim), all, "nothing has happened yet");
    let legend =
        visit.eval("[...document.querySelectorAll('#lanes .lanes-legend')].map(text => text.textContent).join('; ')");
    assert_eq!(
        legend,
        "write, read; unlock, lock; wake, run; free, use; held shared (to read)"
    );
}

#[test]
fn the_box_shows_any_expression_at_every_step() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, explorer.link("NoUseAfterFree"));
    visit.is_at("step 35 of 35");
    let show = |visit: &mut Visit, expression: &str| {
        visit.eval(&format!("document.querySelector('#expression').value = {expression:?}"));
        visit.eval("document.querySelector('#expression').focus()");
        visit.press("Enter");
    };
    // Letters and arrows are for the box while it has the focus.
    show(&mut visit, "mm_struct.hog_mm.flags");
    visit.wait("document.querySelectorAll('#rows li').length === 1");
    visit.press("ArrowLeft");
    visit.is_at("step 35 of 35");
    show(
        &mut visit,
        "[t \\in DOMAIN held |-> \"hog_mm.mmap_sem\" \\in held[t]].oom_reaper",
    );
    visit.wait("document.querySelectorAll('#rows li').length === 2");
    assert_eq!(visit.text("#rows li:nth-child(2) .value"), "TRUE");
    let spans = visit.texts("#rows li:nth-child(2) .spans button");
    assert!(
        spans.len() >= 2 && spans[0].ends_with("FALSE") && spans[1].ends_with("TRUE"),
        "{spans:?}"
    );
    assert_eq!(visit.texts("#rows .future"), Vec::<String>::new());
    visit.screenshots("values");

    // A value leads to the first step that has it.
    visit.eval("document.querySelector('#rows li:nth-child(2) .spans button:first-child').focus()");
    visit.press("Enter");
    visit.is_at("step 0 of 35");
    visit.wait("document.querySelector('#rows li:nth-child(2) .value').textContent === 'FALSE'");
    assert_ne!(visit.texts("#rows .future"), Vec::<String>::new());

    assert_eq!(
        visit.eval(
            "document.activeElement.closest('.spans') !== null && document.activeElement.textContent.endsWith('FALSE')"
        ),
        true,
        "the focus stays with the value"
    );
    visit.click("#last");
    visit.is_at("step 35 of 35");
    visit.wait("document.querySelector('#rows li:nth-child(2) .value').textContent === 'TRUE'");
    // The rows take some of the lanes' room, and what happens now stays in sight.
    visit.wait(
        "document.querySelector('#lanes .lanes-row.here').getBoundingClientRect().bottom <= document.querySelector('#lanes').getBoundingClientRect().bottom",
    );

    // They stay with the address, for other counterexamples too.
    visit.eval("window.isOld = true; location.reload()");
    visit.wait("!window.isOld && document.querySelectorAll('#rows li').length === 2");
    visit.click("#counterexamples li:nth-child(2) a");
    visit.is_at("step 19 of 19");
    visit.wait("document.querySelectorAll('#rows li').length === 2");

    // What has no value is said with its place, and nothing else changes.
    show(&mut visit, "mm_struct.hog_mm.flogs");
    visit.wait("!document.querySelector('#no-value').hidden");
    assert!(visit.text("#no-value").contains("flogs"), "{}", visit.text("#no-value"));
    assert_eq!(visit.texts("#rows li").len(), 2);
    visit.click("#rows li:first-child .of button");
    visit.wait("document.querySelectorAll('#rows li').length === 1");
    assert!(visit.text("#rows code").contains("held"));
}

#[test]
fn all_can_be_reached_with_the_keyboard() {
    let Some(mut chromium) = Chromium::start() else { return };
    let explorer = v4_14();
    let mut visit = Visit::to(&mut chromium, &format!("http://{}/", explorer.address));
    visit.is_at("initial state");
    let mut reached = Vec::new();
    for _ in 0..40 {
        visit.press("Tab");
        let focused = visit.eval("document.activeElement.closest('[id]')?.id + ' ' + document.activeElement.tagName");
        reached.push(focused.as_str().unwrap_or_default().to_string());
    }
    for wanted in [
        "counterexamples A",
        "start A",
        "as-lines BUTTON",
        "lanes DIV",
        "expression INPUT",
        "actions BUTTON",
        "all INPUT",
        "stateright A",
    ] {
        assert!(
            reached.iter().any(|focused| focused == wanted),
            "{wanted} is not among {reached:?}"
        );
    }
    visit.eval("document.querySelector('#actions button').focus()");
    visit.press("Enter");
    visit.is_at("step 1");
    // The next choice has the focus, so that one can go on.
    assert_eq!(visit.eval("document.activeElement.closest('ol').id"), "actions");
    visit.press("Enter");
    visit.is_at("step 2");
}

#[test]
fn two_browsers_at_once_see_their_own_states() {
    let (Some(mut one), Some(mut other)) = (Chromium::start(), Chromium::start()) else {
        return;
    };
    let explorer = v4_14();
    let mut left = Visit::to(&mut one, explorer.link("NoUseAfterFree"));
    let mut right = Visit::to(&mut other, explorer.link("NoStaleKill"));
    for step in 1..=10 {
        left.press("ArrowLeft");
        right.press("ArrowLeft");
        left.is_at(&format!("step {} of 35", 35 - step));
        right.is_at(&format!("step {} of 32", 32 - step));
    }
    left.has_no_complaints();
    right.has_no_complaints();
}
