// The page: a path of steps in the address, and a view of the state that it leads to.
//
// What can happen next is asked of stateright's interface (/.states/...), everything else of ours (/.oomspec/...).
"use strict";

const at = (id) => document.getElementById(id);

/** What was found out: counterexamples and the other properties. */
let summary = { counterexamples: [], others: [] };
/** The path shown, as stateright numbers it; its first number is the initial state's. */
let path = [0];
/** The counterexample that the path is a part of. */
let of = null;
/** Where "Next" leads: a longer path that was shown before, or the counterexample's. */
let trail = [0];
/** The expressions whose values are shown. */
let expressions = [];
/** Counts what was asked for, so that a late answer does not show. */
let asked = 0;

/** An element with properties and children. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const span = (className, ...children) => element("span", { className }, ...children);

/** What a file without a server has instead. */
const offline = at("offline") && JSON.parse(at("offline").textContent);

async function ask(url) {
  if (offline) return lookUp(url);
  const answer = await fetch(url).catch(() => null);
  if (!answer) throw new Error("Nobody answers any more: is oomspec still running?");
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error || `The answer is ${answer.status}.`);
  return said;
}

/** An answer from the file: about the counterexamples, and the steps that they take. */
function lookUp(url) {
  if (url === "/.oomspec/counterexamples") return offline.summary;
  const [where, query = ""] = url.split("?");
  const wanted = where.replace(/^.*?(view|states)/, "").split("/").filter(Boolean).map(Number);
  const name = new URLSearchParams(query).get("of");
  const all = offline.summary.counterexamples.filter((shown) => begins(shown.path, wanted));
  const shown = all.find(({ property }) => property === (name ?? of?.property)) ?? all[0];
  if (!offline.summary.counterexamples.length) throw new Error("No property is violated: there is no run to step through.");
  if (!shown) throw new Error("This file has the steps of the counterexamples only: `oomspec explore` has all of them.");
  const { svg, steps, states } = offline.runs[shown.property];
  const made = wanted.length - 1;
  if (where.startsWith("/.states")) {
    const after = steps[made];
    if (!after) return [];
    const bug = after.error ? ` <-- BUG: ${after.error}` : "";
    return [{ action: `${after.thread}: ${after.text} [${after.place}]${bug}`, actionIndex: shown.path[made + 1] }];
  }
  const blocks = [];
  for (const state of states.slice(0, made + 1)) for (const [i, block] of Object.entries(state.blocks)) blocks[i] = block;
  return { ...states[made], svg, steps: steps.slice(0, made), blocks };
}

const begins = (long, short) => short.length <= long.length && short.every((index, i) => index === long[i]);
const equal = (one, other) => one.length === other.length && begins(one, other);
const opens = (shown) => shown.path.slice(0, (shown.loop_start ?? shown.length) + 1);

/** The address of a path, and of the expressions that are shown with it. */
function address(steps, shown, values = expressions) {
  const query = [...(shown ? [["of", shown.property]] : []), ...values.map((value) => ["value", value])];
  const said = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `#/steps/${steps.join("/")}` + (said && `?${said}`);
}

/** Shows a path; stays with the counterexample while the path is a part of it. */
function go(steps, shown = of) {
  location.hash = address(steps, shown && begins(shown.path, steps) ? shown : null);
}

/** The path and the counterexample that the address names. */
function read() {
  const [where, query = ""] = location.hash.split("?");
  const numbers = where.replace(/^#\/?(steps)?\/?/, "").split("/").filter((part) => part !== "");
  const steps = numbers.length ? numbers : ["0"];
  if (!steps.every((number) => /^\d+$/.test(number))) return null;
  const read = steps.map(Number);
  const said = new URLSearchParams(query);
  const name = said.get("of");
  const named = summary.counterexamples.find((shown) => shown.property === name && begins(shown.path, read));
  const opened = name ? undefined : summary.counterexamples.find((shown) => equal(opens(shown), read));
  return { path: read, of: named ?? opened ?? null, expressions: said.getAll("value") };
}

/** Shows what the address names. */
async function show() {
  const number = ++asked;
  const wanted = read();
  if (!wanted) return complain("This address names no path: it is #/steps/0 and the number of each step.");
  const names = wanted.path.join("/");
  const query = wanted.of ? `?of=${encodeURIComponent(wanted.of.property)}` : "";
  const next = ask(`/.states/${names}`).catch((error) => error);
  try {
    const [view, steps] = await Promise.all([ask(`/.oomspec/view/${names}${query}`), next]);
    if (number !== asked) return;
    ({ path, of, expressions } = wanted);
    trail = of ? of.path : begins(trail, path) ? trail : path;
    render(view, steps);
  } catch (error) {
    if (number === asked) complain(error.message);
  }
}

function complain(message) {
  at("notice").replaceChildren(message + " ", element("a", { href: "#/steps/0" }, "From the start"));
  at("notice").hidden = false;
  document.body.dataset.shown = location.hash;
}

function render(view, next) {
  at("notice").hidden = true;
  renderToolbar();
  renderWhy(view);
  renderLanes(view);
  renderLines(view);
  renderStep(view);
  renderActions(view, next);
  renderState(view);
  renderValues();
  // The panels have their heights now.
  reveal();
  for (const link of document.querySelectorAll("#list a")) {
    const here = of ? link.dataset.property === of.property : link.id === "start" && path.length === 1;
    link.toggleAttribute("aria-current", here);
    const shown = summary.counterexamples.find(({ property }) => property === link.dataset.property);
    link.href = shown ? address(opens(shown), shown) : address([0]);
  }
  at("stateright").href = `stateright/#/steps/${path.join("/")}`;
  const what = of ? `${of.property} \u00b7 ` : "";
  document.title = `${at("counter").textContent} \u00b7 ${what}${summary.file} in ${summary.scenario}`;
  document.body.dataset.shown = location.hash;
}

function renderToolbar() {
  const made = path.length - 1;
  at("counter").textContent = of ? `step ${made} of ${of.length}` : made ? `step ${made}` : "initial state";
  at("first").disabled = at("previous").disabled = made === 0;
  at("next").disabled = !following();
  at("last").disabled = equal(path, trail);
  const loop = of?.loop_start ?? null;
  const note = at("note");
  note.hidden = loop === null || made < loop;
  if (loop === of?.length) note.textContent = "and then for ever: nothing moves";
  else if (made === loop) note.textContent = `and then for ever: the next ${of.length - loop} steps, which lead back here`;
  else note.textContent = `in the loop that goes on for ever (steps ${loop + 1} to ${of?.length})`;
}

/** Why the property is violated whose counterexample this is, and what to take along. */
function renderWhy(view) {
  const why = at("why");
  why.hidden = !of;
  if (!of) return;
  why.querySelector("summary").textContent = `Why ${of.property} is violated: ${of.wrong}`;
  why.querySelector("pre").textContent = of.why || of.words;
  const name = `${summary.protocol}-${summary.scenario}-${of.property}`.replace(/[^A-Za-z0-9._-]+/g, "-");
  at("save").download = `${name}.svg`;
  at("save").href = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(view.svg)}`;
  at("copy").textContent = "Copy as text";
}

/** Puts the printed diagram where it can be pasted from. */
async function copy() {
  try {
    await navigator.clipboard.writeText(of.text);
    at("copy").textContent = "Copied";
  } catch {
    // Without the right to do so: select it.
    at("why").querySelector("pre").textContent = of.text;
    getSelection().selectAllChildren(at("why").querySelector("pre"));
    at("copy").textContent = "Selected: copy it";
  }
}

/** The path that "Next" leads to. */
function following() {
  if (trail.length > path.length) return trail.slice(0, path.length + 1);
  const loops = of && of.loop_start !== null && of.loop_start < of.length && equal(path, of.path);
  return loops ? of.path.slice(0, of.loop_start + 1) : null;
}

function renderLanes(view) {
  const panel = at("lanes");
  const { scrollLeft } = panel;
  panel.innerHTML = view.svg;
  const svg = panel.firstElementChild;
  const names = [...svg.querySelectorAll(".lanes-name")].map((name) => {
    const made = span("", name.textContent);
    made.dataset.x = name.getAttribute("x");
    return made;
  });
  panel.prepend(element("div", { className: "names", ariaHidden: "true" }, ...names));
  fit();
  panel.scrollLeft = scrollLeft;
  const whole = of ? of.path : path;
  for (const arrow of panel.querySelectorAll(".lanes-arrow[data-step]")) {
    arrow.classList.toggle("future", Number(arrow.dataset.step) >= path.length);
  }
  for (const row of panel.querySelectorAll(".lanes-row")) {
    const step = Number(row.dataset.step);
    row.classList.toggle("future", step >= path.length);
    row.classList.toggle("here", step === path.length - 1);
    row.classList.toggle("wrong", step === path.length - 1 && Boolean(view.error));
    row.addEventListener("click", () => go(whole.slice(0, step + 1)));
    // The arrows go on stepping.
    row.addEventListener("mousedown", (event) => event.preventDefault());
  }
}

/** Makes the lanes as wide as the panel, if they would be a little wider: letters stay large enough to read. */
function fit() {
  const panel = at("lanes");
  const [head, svg] = [panel.querySelector(".names"), panel.querySelector("svg")];
  if (!head || !panel.clientWidth) return;
  const { width, height } = svg.viewBox.baseVal;
  const scale = Math.min(1, Math.max(0.8, (panel.clientWidth - 12) / width));
  svg.setAttribute("width", width * scale);
  svg.setAttribute("height", height * scale);
  svg.style.marginTop = `${-32 * scale}px`;
  head.style.width = `${width * scale}px`;
  for (const name of head.children) name.style.left = `${name.dataset.x * scale}px`;
}

/** Scrolls so that the last step can be seen. */
function reveal() {
  fit();
  at("lines").scrollTop = at("lines").scrollHeight;
  const panel = at("lanes");
  const row = panel.querySelector(".lanes-row.here");
  if (!row) panel.scrollTop = 0;
  const texts = row ? row.querySelectorAll("text:not(.lanes-number)") : [];
  const text = texts[texts.length - 1];
  if (!text || panel.hidden) return;
  const room = panel.getBoundingClientRect();
  // Some of what comes next stays in sight; the names of the lanes cover the top.
  const [top, bottom] = [row.getBoundingClientRect().top - room.top - 60, row.getBoundingClientRect().bottom - room.bottom + 60];
  if (bottom > 0) panel.scrollTop += bottom;
  else if (top < 0) panel.scrollTop += top;
  const seen = text.getBoundingClientRect();
  if (seen.right > room.right - 10) panel.scrollLeft += seen.right - room.right + 24;
  else if (seen.left < room.left + 60) panel.scrollLeft -= room.left + 90 - seen.left;
}

/** A line of the listing: where it is, what it says. */
function line({ place, line }) {
  return element("div", { className: "line" }, span("place", place), span("text", line));
}

function renderLines(view) {
  const loop = () => element("li", { className: "loop" }, "and then for ever:");
  const items = view.steps.flatMap((step, i) => {
    const link = element(
      "a",
      { href: address(path.slice(0, i + 2), of) },
      span("number", i + 1),
      span("thread", step.thread),
      element("div", {}, span("said", step.text), step.error ? span("said", ` BUG: ${step.error}`) : "", line(step)),
    );
    const item = element("li", { className: step.error ? "wrong" : "" }, link);
    item.classList.toggle("here", i === view.steps.length - 1);
    return i === of?.loop_start ? [loop(), item] : [item];
  });
  if (of?.loop_start === view.steps.length) items.push(loop());
  if (!items.length) items.push(element("li", { className: "loop" }, "no step yet"));
  at("lines").replaceChildren(...items);
}

function renderStep(view) {
  const section = at("step");
  const step = view.steps[view.steps.length - 1];
  section.classList.toggle("wrong", Boolean(view.error));
  if (!step) {
    const hint = summary.counterexamples.length
      ? "Choose a counterexample on the left, or take a step on the right."
      : "Take a step on the right.";
    section.replaceChildren(element("h2", {}, "The initial state"), element("p", {}, hint));
    return;
  }
  const [file] = step.place.split(":");
  const lines = view.excerpt.map(({ number, text, here }) =>
    element("div", { className: here ? "here" : "" }, span("number", number), span("text", text || " ")),
  );
  section.replaceChildren(
    element("h2", {}, `Step ${view.steps.length}, in ${file}`),
    element("p", {}, span("thread", step.thread, ": "), span("said", step.text)),
    ...(step.error ? [element("p", { className: "bug" }, `BUG: ${step.error}`)] : []),
    element("pre", { className: "excerpt" }, ...lines),
  );
}

/** The steps that can be made, as stateright has them, with the lines that they stand on. */
function renderActions(view, next) {
  const list = at("actions");
  const focused = list.contains(document.activeElement);
  if (next instanceof Error) {
    list.replaceChildren(element("li", { className: "bug" }, next.message));
    return;
  }
  const after = following();
  const items = next.map(({ action, actionIndex }, i) => {
    const known = view.next.find(({ index }) => index === actionIndex);
    const [said, bug] = action.split(" <-- BUG: ");
    const text = known ? said.replace(`${known.thread}: `, "").replace(` [${known.place}]`, "") : said;
    const label = element(
      "div",
      {},
      known ? span("thread", known.thread, ": ") : "",
      span("said", text),
      bug ? span("said bug", ` BUG: ${bug}`) : "",
      known ? line(known) : "",
    );
    const button = element("button", { type: "button" }, element("kbd", {}, i < 9 ? i + 1 : ""), label);
    const loops = after !== null && after.length <= path.length;
    const follows = after !== null && !loops && after[path.length] === actionIndex;
    button.classList.toggle("follows", follows);
    button.classList.toggle("looping", follows && of?.loop_start != null && path.length > of.loop_start);
    if (follows) button.title = "This is what happens next on this path";
    button.addEventListener("click", () => go([...path, actionIndex]));
    return element("li", {}, button);
  });
  list.replaceChildren(...items);
  if (focused) (list.querySelector("button") ?? at("previous")).focus();
  at("end").hidden = !view.end;
  at("end").textContent = view.end ?? "";
}

function renderState(view) {
  const bug = at("bug");
  const step = view.steps[view.steps.length - 1];
  bug.hidden = !view.error;
  if (view.error) {
    const where = element("small", {}, `by ${step.thread}, `, element("code", {}, step.place));
    bug.replaceChildren(`BUG: ${view.error}`, where);
  }
  at("locks").replaceChildren(...[...view.locks].sort((a, b) => busy(b) - busy(a)).map(lock));
  at("waiting").hidden = view.waits.length === 0;
  at("waits").replaceChildren(...view.waits.map((text) => element("li", {}, text)));
  at("threads").replaceChildren(...view.blocks.filter(({ kind }) => kind === "thread").map(block));
  const structs = view.blocks.filter(({ kind }) => kind !== "thread");
  at("changed").hidden = !step || Boolean(view.error);
  at("changes").replaceChildren(...structs.flatMap(changes));
  if (!at("changes").children.length) at("changes").append(element("li", { className: "none" }, "no struct"));
  const all = at("all").checked;
  const shown = structs.filter((shape) => all || !shape.untouched || shape.lines.some(({ changed }) => changed));
  at("structs").replaceChildren(...shown.map(block));
  const rest = structs.length - shown.length;
  at("hidden-structs").textContent = rest ? `${rest} more are as they were at the start.` : "";
  at("all").onchange = () => renderState(view);
}

const busy = ({ holders, waiters }) => (waiters.length ? 2 : 0) + (holders.length ? 1 : 0);

function lock({ name, holders, waiters }) {
  const state = holders.length ? [span("held", "held by "), holders.join(", ")] : [span("free", "free")];
  const waiting = waiters.map(({ text }) => span("waiter", text));
  return element("li", {}, element("code", {}, name), " ", ...state, ...waiting);
}

/** What the last step changed in a struct, a line each. */
function changes({ name, lines }) {
  const inside = (line) => line.text.startsWith(" ");
  const marked = lines.filter((line) => line.changed);
  // Of a struct that is all new, the name is enough.
  const told = marked.some((line) => !inside(line)) ? marked.filter((line) => !inside(line)).slice(0, 1) : marked;
  return told.map((line) => {
    const text = inside(line) ? `${name}.${line.text.trim().replace(/,$/, "")}` : line.text;
    return element("li", {}, text, line.was === undefined ? "" : span("was", `  /* was ${line.was} */`));
  });
}

/** A thread or a struct, with what the last step changed marked. */
function block({ lines, untouched }) {
  const shown = lines.map(({ text, changed, was }) =>
    element("span", { className: changed ? "changed" : "" }, text, was === undefined ? "" : span("was", `  /* was ${was} */`)),
  );
  return element("pre", { className: untouched ? "untouched" : "" }, ...shown);
}

/** What is known of values: by path and expression, what was answered. */
let known = new Map();

/** The values of an expression along the run that is shown. */
async function valuesOf(expression) {
  const asks = `${(of ? of.path : trail).join("/")}?expression=${encodeURIComponent(expression)}`;
  if (!known.has(asks)) known.set(asks, await ask(`/.oomspec/values/${asks}`));
  return known.get(asks);
}

/** Each expression with its values, side by side in the order of the steps. */
async function renderValues() {
  if (offline) return;
  const number = asked;
  const rows = await Promise.all(expressions.map((expression) => valuesOf(expression).catch((error) => error)));
  if (number !== asked) return;
  const list = at("rows");
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...rows.map((values, i) => row(expressions[i], values)));
  // What was pressed is another button now.
  const pressed = list.children[focused];
  (pressed?.querySelector("[aria-current]") ?? pressed?.querySelector("button"))?.focus();
  for (const here of list.querySelectorAll("[aria-current]")) {
    here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 40;
  }
  // They took some of the room of the panels.
  reveal();
}

function row(expression, values) {
  const away = element("button", { type: "button", title: "Show it no more" }, "\u00d7");
  away.setAttribute("aria-label", `Show ${expression} no more`);
  away.addEventListener("click", () => {
    location.hash = address(path, of, expressions.filter((other) => other !== expression));
    at("expression").focus();
  });
  const head = element("div", { className: "of" }, element("code", {}, expression), away);
  if (values instanceof Error) return element("li", {}, head, element("pre", { className: "bug" }, values.message));
  const made = path.length - 1;
  const starts = values.flatMap((value, step) => (step && value === values[step - 1] ? [] : [step]));
  const whole = of ? of.path : trail;
  const spans = starts.map((start, i) => {
    const last = (starts[i + 1] ?? values.length) - 1;
    const steps = start === last ? start : `${start}\u2013${last}`;
    const button = element("button", { type: "button", title: values[start] }, element("small", {}, steps), values[start]);
    button.classList.toggle("future", start > made);
    if (start <= made && made <= last) button.setAttribute("aria-current", "step");
    button.addEventListener("click", () => go(whole.slice(0, start + 1)));
    return button;
  });
  return element("li", {}, head, element("div", { className: "spans" }, ...spans), element("pre", { className: "value" }, values[made]));
}

/** Shows the values of what was typed, if it has any. */
async function watchValue(event) {
  event.preventDefault();
  const expression = at("expression").value.trim();
  if (!expression) return;
  const wrong = at("no-value");
  wrong.hidden = true;
  try {
    await valuesOf(expression);
    at("expression").value = "";
    if (!expressions.includes(expression)) location.hash = address(path, of, [...expressions, expression]);
  } catch (error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
  }
}

function renderSummary() {
  const { protocol, file, scenario, distinct, incomplete } = summary;
  at("about").replaceChildren(
    element("b", {}, protocol), ` (${file}) in `, element("b", {}, scenario),
    element("small", {}, ` \u00b7 ${distinct.toLocaleString("en")} distinct states${incomplete ? `, incomplete: ${incomplete}` : ""}`),
  );
  const card = (shown) => {
    const expected = shown.expected ? "expected" : "not expected";
    const link = element(
      "a",
      { className: "card", href: address(opens(shown), shown) },
      element("b", {}, shown.property),
      element("p", {}, shown.words),
      element(
        "div",
        { className: "badges" },
        span(`badge ${shown.kind}`, shown.kind),
        span("badge", `${shown.length} steps`),
        span(`badge ${shown.expected ? "" : "unexpected"}`, expected),
        shown.new_against ? span("badge unexpected", `new against ${shown.new_against}`) : "",
      ),
      element("small", {}, shown.reason ?? shown.wrong),
    );
    link.dataset.property = shown.property;
    return element("li", {}, link);
  };
  at("counterexamples").replaceChildren(...summary.counterexamples.map(card));
  if (!summary.counterexamples.length) at("counterexamples").append(element("li", {}, "No property is violated."));
  const marks = { holds: "\u2713", vacuous: "(\u2713)", incomplete: "?", "n/a": "\u2013" };
  const said = { holds: "hold", vacuous: "hold vacuously", incomplete: "are not decided", "n/a": "are n/a after an error" };
  const others = summary.others.map(({ property, words, verdict }) =>
    element("li", {}, `${marks[verdict] ?? verdict} `, element("code", {}, property), ` ${words}`),
  );
  const count = (verdict) => summary.others.filter((other) => other.verdict === verdict).length;
  const counts = Object.keys(said).filter(count).map((verdict) => `${count(verdict)} ${said[verdict]}`);
  at("others").querySelector("summary").textContent = `Other properties: ${counts.join(", ")}`;
  at("others").querySelector("ul").replaceChildren(...others);
}

/** Shows the path as lanes or as lines of the listing. */
function choose(lanes) {
  at("lanes").hidden = !lanes;
  at("lines").hidden = lanes;
  at("as-lanes").setAttribute("aria-pressed", lanes);
  at("as-lines").setAttribute("aria-pressed", !lanes);
  reveal();
}

const moves = {
  first: () => go(path.slice(0, 1)),
  previous: () => path.length > 1 && go(path.slice(0, -1)),
  next: () => following() && go(following()),
  last: () => go(trail),
};

/** True if a key is for the panel that has the focus: it can be scrolled that way. */
function scrolls({ key, target }) {
  const panel = target.closest?.("[tabindex='0']");
  if (!panel) return false;
  if (key === "ArrowLeft" || key === "ArrowRight") return panel.scrollWidth > panel.clientWidth;
  return (key === "Home" || key === "End") && panel.scrollHeight > panel.clientHeight;
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || scrolls(event)) return;
  if (event.target.id === "expression") return;
  const keys = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" };
  const digit = /^[1-9]$/.test(event.key) && at("actions").querySelectorAll("button")[event.key - 1];
  if (event.key in keys) moves[keys[event.key]]();
  else if (event.key.toLowerCase() === "l") choose(at("lanes").hidden);
  else if (digit) digit.click();
  else return;
  event.preventDefault();
}

for (const [id, move] of Object.entries(moves)) at(id).addEventListener("click", move);
at("copy").addEventListener("click", copy);
at("as-lanes").addEventListener("click", () => choose(true));
at("as-lines").addEventListener("click", () => choose(false));
at("expression-form").addEventListener("submit", watchValue);
addEventListener("keydown", press);
addEventListener("hashchange", show);
addEventListener("resize", reveal);

/** The number of the last news that were shown. */
let heard = 0;

/** Looks whether the listing was saved; shows what came out, or what is wrong with it. */
async function look() {
  const news = await ask("/.oomspec/news").catch(() => null);
  if (!news || news.number === heard) return;
  heard = news.number;
  at("news").hidden = false;
  at("news").classList.toggle("wrong", news.wrong);
  at("news").querySelector("pre").textContent = news.text;
  // What was shown last stays.
  if (news.wrong) return;
  summary = await ask("/.oomspec/counterexamples");
  known = new Map();
  renderSummary();
  const same = of && summary.counterexamples.find(({ property }) => property === of.property);
  of = null;
  const hash = same ? address(opens(same), same) : "#/steps/0";
  if (location.hash === hash) await show();
  else location.hash = hash;
}

at("stateright").hidden = at("values").hidden = Boolean(offline);

try {
  summary = await ask("/.oomspec/counterexamples");
  renderSummary();
  await show();
  if (summary.watched) setInterval(look, 500);
} catch (error) {
  complain(error.message);
}
