// The page to ask in SPARQL. Without this file the form still asks and the server draws the answer; with it there are
// an editor, tabs, a history, and answers one can sort, filter and draw.

const { at, language, say, sayMany } = await import(`./words.js${new URL(import.meta.url).search}`);

const stamp = new URL(import.meta.url).search;
const form = document.querySelector("form.editor");
const field = document.querySelector("#query");

/** What fits into an address; longer queries go in a body. */
const ADDRESS = 6000;
const KEPT = 50;
const LONGEST = 20_000;
const STORE = "p2p-sparql-1";
const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9, application/problem+json;q=0.5";

if (form && field) {
  plainly();
  Promise.all([
    import("/static/vendor/codemirror-6.43.15/codemirror.js"),
    import(`./sparql-text.js${stamp}`), import(`./sparql-editor.js${stamp}`), import(`./sparql-answer.js${stamp}`),
    import(`./sparql-drawing.js${stamp}`), import(`./copy.js${stamp}`),
  ]).then(([cm, text, editor, answer, drawing, copying]) => begin(cm, text, editor, answer, drawing, copying)).catch((error) => {
    // An old browser: the plain field stays, and works.
    console.info("The plain field stays:", error.message);
  });
}

/** The plain field: Ctrl+Enter runs, a fault puts the caret where it is. */
function plainly() {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", () => {
    if (field.value.length > ADDRESS) form.method = "post";
  });
  const line = Number(field.dataset.line);
  if (line) {
    const before = field.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const at = before + Math.max(0, Number(field.dataset.column) - 1);
    field.focus({ preventScroll: true });
    field.setSelectionRange(at, at);
  }
}

/** What is kept in this browser: tabs and history. A browser that keeps nothing loses only them. */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (found && Array.isArray(found.tabs) && Array.isArray(found.history)) return found;
  } catch {
    // Not ours, or forbidden: begin anew.
  }
  return { tabs: [], active: 0, history: [] };
}

function begin(cm, text, editing, answering, { drawings }, { copying }) {
  const { make } = answering;
  const asked = new URL(location.href).searchParams;
  const memory = kept();
  const states = new Map();
  let words = null;
  let running = null;
  let ran = null;
  // Graphs that the address of this page names go with the query it names, and with no other.
  let graphs = [...asked].filter(([name]) => name.endsWith("-graph-uri"));
  const fields = (query, more = {}) => new URLSearchParams([["query", query], ...graphs, ...Object.entries(more)]);

  // the parts of the page

  const host = make("div", { class: "query-field" });
  // the list holds no tab itself, it owns them: beside each stands a button, and a list of tabs may hold only tabs
  const owner = make("div", { role: "tablist", "aria-label": say("Queries") });
  const tabs = make("div", { class: "tabs" }, owner);
  const button = form.querySelector("button");
  const stop = make("button", { type: "button", class: "plainly", hidden: true, onclick: () => cancel() }, say("Cancel"));
  const tidy = make("button", { type: "button", class: "plainly", title: "Shift Alt F", onclick: () => order() }, say("Format"));
  const older = make("button", { type: "button", class: "plainly", "aria-expanded": "false", "aria-controls": "history", onclick: () => turn() }, say("History"));
  const keys = make("button", { type: "button", class: "plainly", "aria-haspopup": "dialog", onclick: () => dialog.showModal() }, say("Keys"));
  const busy = make("span", { class: "small busy", role: "status" });
  const linked = make("p", { class: "short-link", role: "status", hidden: true });
  const list = make("div", { id: "history", class: "history", hidden: true });
  const fault = make("section", { class: "fault", role: "alert", hidden: true });
  const section = make("section", { id: "answer", hidden: true });
  const dialog = keysDialog(make);

  const drawn = document.querySelector("#answer");
  const told = document.querySelector("#fault");
  form.querySelector("label").remove();
  field.hidden = true;
  field.before(tabs, host);
  button.after(stop, tidy, older, keys, busy);
  form.after(linked, list, fault, section, dialog);

  // tabs

  const save = () => {
    memory.tabs.forEach((tab) => { if (tab.query.length > LONGEST * 5) tab.query = tab.query.slice(0, LONGEST * 5); });
    try {
      localStorage.setItem(STORE, JSON.stringify(memory));
    } catch {
      // Full or forbidden: the page works, it only remembers nothing.
    }
  };
  let later = 0;
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(save, 250);
  };
  addEventListener("pagehide", save);

  const titled = (query) => query.match(/^#\+ title:\s*(.+)$/m)?.[1].trim() ?? null;
  const fresh = () => {
    const numbers = memory.tabs.map((tab) => Number(tab.title.match(/^\D+ (\d+)$/)?.[1] ?? 0));
    return say("Query %(n)s", { n: Math.max(0, ...numbers) + 1 });
  };
  const add = (query, title = titled(query)) => {
    memory.tabs.push({ title: title ?? fresh(), query });
    return memory.tabs.length - 1;
  };
  const starter = form.dataset.starter || field.value;
  if (asked.get("query")) {
    const query = field.value;
    const same = memory.tabs.findIndex((tab) => tab.query.replaceAll("\r", "") === query);
    memory.active = same >= 0 ? same : add(query);
  } else if (told || drawn) memory.active = add(field.value);
  else if (!memory.tabs.length) memory.active = add(starter);
  memory.active = Math.min(Math.max(0, memory.active), memory.tabs.length - 1);

  const editor = editing.open(cm, text, host, {
    value: memory.tabs[memory.active].query,
    words: () => words,
    on: {
      change(query) {
        memory.tabs[memory.active].query = query;
        field.value = query;
        linked.hidden = true;
        // The address tells the query that was answered; a changed one is no longer that.
        if (ran !== null && ran !== query) {
          ran = null;
          history.replaceState(null, "", at("/sparql"));
        }
        soon();
      },
      run: () => (run(), true),
      cancel: () => cancel(),
      tidy: () => order(),
    },
  });
  field.value = editor.text;

  const draw = () => {
    owner.setAttribute("aria-owns", memory.tabs.map((_, i) => `tab-${i}`).join(" "));
    tabs.replaceChildren(owner, ...memory.tabs.map((tab, i) => {
      const chosen = i === memory.active;
      const name = make("button", {
        type: "button", id: `tab-${i}`, role: "tab", "aria-selected": String(chosen), tabindex: chosen ? "0" : "-1",
        onclick: () => go(i), onkeydown: (event) => walk(event, i), title: tab.title,
      }, tab.title);
      const close = make("button", { type: "button", class: "close", "aria-label": say("Close %(title)s", { title: tab.title }), onclick: () => shut(i) }, "×");
      return make("span", { class: chosen ? "tab chosen" : "tab" }, name, memory.tabs.length > 1 ? close : null);
    }), make("button", { type: "button", class: "more", "aria-label": say("New query"), title: say("New query"), onclick: () => anew("") }, "+"));
  };
  const walk = (event, i) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Delete" && memory.tabs.length > 1) shut(i);
    else if (step) go((i + step + memory.tabs.length) % memory.tabs.length);
    else return;
    event.preventDefault();
    tabs.querySelector('[aria-selected="true"]').focus();
  };
  const show = (tab) => {
    cancel();
    const last = editor.swap(states.get(tab) ?? tab.query);
    field.value = editor.text;
    ran = null;
    graphs = [];
    history.replaceState(null, "", at("/sparql"));
    clean();
    draw();
    save();
    return last;
  };
  const go = (i) => {
    if (i === memory.active) return;
    const left = memory.tabs[memory.active];
    memory.active = i;
    const last = show(memory.tabs[i]);
    if (memory.tabs.includes(left)) states.set(left, last);
  };
  const shut = (i) => {
    const [gone] = memory.tabs.splice(i, 1);
    states.delete(gone);
    if (i === memory.active) {
      memory.active = Math.min(i, memory.tabs.length - 1);
      show(memory.tabs[memory.active]);
    } else if (i < memory.active) memory.active -= 1;
    draw();
    save();
    tabs.querySelector('[aria-selected="true"]').focus();
  };
  const anew = (query, title) => {
    go(add(query, title));
    editor.focus();
  };
  const order = () => {
    const done = text.format(editor.text);
    if (done.trim() !== editor.text.trim()) editor.text = done.trimEnd();
    return true;
  };

  // history

  const turn = (open = list.hidden) => {
    list.hidden = !open;
    older.setAttribute("aria-expanded", String(open));
    if (open) tell();
  };
  const brief = (query) => query.replace(/^\s*(#.*|PREFIX\s.*|BASE\s.*)$/gim, "").replace(/\s+/g, " ").trim().slice(0, 160);
  const tell = () => {
    const rows = memory.history.map((past) => make("li", {},
      make("button", { type: "button", class: "past", onclick: () => { turn(false); anew(past.query, past.title); } },
        make("code", {}, brief(past.query) || past.query.slice(0, 160))),
      make("span", { class: "small" }, `${new Date(past.at).toLocaleString(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "short" })}, ${past.said}`)));
    const forget = make("button", { type: "button", class: "plainly", onclick: () => { memory.history = []; save(); tell(); } }, say("Forget all"));
    list.replaceChildren(rows.length ? make("ol", { class: "plain" }, ...rows)
      : make("p", { class: "empty" }, say("Nothing was asked in this browser yet.")), rows.length ? forget : "");
  };
  const remember = (query, said) => {
    if (query.length > LONGEST) return;
    const title = memory.tabs[memory.active].title;
    memory.history = [{ query, at: Date.now(), said, title }, ...memory.history.filter((past) => past.query !== query)].slice(0, KEPT);
    save();
    if (!list.hidden) tell();
  };

  // running

  // how the answer is looked at: as the address of this page says, for the query that it names
  let looked = Object.fromEntries(["view", "sort", "filter"].filter((name) => asked.get(name)).map((name) => [name, asked.get(name)]));
  const tell_address = (query) => history.replaceState(null, "", ran !== null && query.length <= ADDRESS
    ? at(`/sparql?${fields(query, { run: "1", ...answer.state() })}`) : at("/sparql"));

  let answer = null;
  const clean = () => {
    fault.hidden = true;
    drawn?.remove();
    told?.remove();
    editor.clear();
    answer?.clear();
  };

  const known = fetch(at("/sparql/terms.json"), { headers: { Accept: "application/json" } }).then((r) => (r.ok ? r.json() : null))
    .catch(() => null).then((found) => {
      words = found;
      answer = new answering.Answer(section, new answering.Names(found?.prefixes ?? {}), drawings,
        () => { if (ran !== null) tell_address(ran); });
    });

  const request = (query, signal) => {
    const body = fields(query);
    const options = { signal, headers: { Accept: ACCEPT } };
    return query.length <= ADDRESS ? fetch(at(`/sparql?${body}`), options) : fetch(at("/sparql"), { ...options, method: "POST", body });
  };

  async function run(keep = false) {
    cancel();
    const query = editor.text;
    if (!query.trim()) return;
    const mine = new AbortController();
    running = mine;
    const began = performance.now();
    busy.textContent = "";
    const clock = setInterval(() => {
      if (running === mine) busy.textContent = say("Asking for %(n)s s. Esc cancels.", { n: Math.round((performance.now() - began) / 1000) });
    }, 1000);
    stop.hidden = false;
    form.setAttribute("aria-busy", "true");
    try {
      await known;
      const response = await request(query, mine.signal);
      const body = await response.text();
      const seconds = (performance.now() - began) / 1000;
      if (running !== mine) return;
      if (!keep || !response.ok) clean();
      if (response.ok) succeed(query, response, body, seconds);
      else fail(query, response, body);
    } catch (error) {
      if (running === mine || error.name !== "AbortError") {
        clean();
        if (error.name !== "AbortError") problem({ title: say("No answer came"), detail: say("The server could not be reached, or the connection broke off. Try again.") });
      }
    } finally {
      clearInterval(clock);
      if (running === mine) rest();
    }
  }

  const rest = (said = "") => {
    running = null;
    stop.hidden = true;
    form.removeAttribute("aria-busy");
    busy.textContent = said;
  };
  const cancel = () => {
    if (!running) return false;
    running.abort();
    rest(say("Cancelled."));
    return true;
  };

  const succeed = (query, response, body, seconds) => {
    drawn?.remove();
    const found = answering.parse(body, response.headers.get("Content-Type") ?? "");
    const version = response.headers.get("X-P2P-Version") ?? words?.version ?? "";
    answer.show(found, { seconds, version, downloads: downloads(query, found.kind), state: looked });
    looked = {};
    section.querySelector(".downloads").after(cite(query));
    // Whoever typed on meanwhile has another query before them than the one the address would name.
    ran = editor.text === query ? query : null;
    tell_address(query);
    const rows = found.rows.length;
    remember(query, found.kind === "boolean" ? (found.verdict ? say("yes") : say("no")) : sayMany("%(count)s row", "%(count)s rows", rows));
  };

  const fail = (query, response, body) => {
    let found = {};
    try {
      found = JSON.parse(body);
    } catch {
      // A body that is no problem of ours, from something between us and the server.
    }
    const wait = response.headers.get("Retry-After");
    problem({ title: found.title ?? say("The server said %(status)s", { status: response.status }), detail: found.detail ?? "", wait, line: found.line, column: found.column });
    if (found.line) editor.mark({ line: found.line, column: found.column ?? 1, message: found.detail ?? "" });
    remember(query, say("not answered"));
  };

  const problem = ({ title, detail, wait, line }) => {
    const text = line ? editor.text.split("\n")[line - 1] ?? "" : "";
    fault.replaceChildren(make("h2", {}, title), make("p", {}, detail), text ? make("p", {}, `${say("Line %(number)s:", { number: line })} `, make("code", {}, text)) : "",
      wait && /^\d+$/.test(wait) ? make("p", {}, say("Again in %(wait)s s.", { wait })) : "");
    fault.hidden = false;
  };

  // The same form as on a page without scripts (templates/citing/_button.html).
  const cite = (query) => make("form", { class: "cite", action: at("/cite"), method: "post" },
    ...[...fields(query)].map(([name, value]) => make("input", { type: "hidden", name, value })),
    make("button", {}, say("Cite this answer")),
    make("span", { class: "small" }, say("Keeps it under an address that says later whether it is still the same.")));

  const downloads = (query, kind) => make("p", { class: "downloads" }, ...(words?.formats[kind] ?? []).map(({ name, title }) => {
    const values = fields(query, { format: name });
    // the one title that is more than the name of a format
    const link = make("a", { href: `/sparql?${values}`, download: "" }, name === "csv-excel" ? say("CSV for Excel") : title);
    if (query.length > ADDRESS) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const way = make("form", { method: "post", action: "/sparql", hidden: true },
          ...[...values].map(([key, value]) => make("input", { type: "hidden", name: key, value })));
        document.body.append(way);
        way.submit();
        way.remove();
      });
    }
    return link;
  }));

  // short links

  async function shorten() {
    const query = editor.text;
    const told = (...what) => {
      linked.replaceChildren(...what);
      linked.hidden = false;
    };
    try {
      const response = await fetch("/s", { method: "POST", headers: { Accept: "application/json" },
        body: fields(query, ran === query ? answer.state() : {}) });
      const found = await response.json();
      if (!response.ok) return told(found.detail ?? say("The server said %(status)s", { status: response.status }));
      const button = make("button", { type: "button", class: "plainly" }, say("Copy"));
      told(make("a", { href: found.address }, found.address), " ", button);
      copying(button, () => found.address);
      button.focus();
    } catch {
      told(say("The server could not be reached. Try again."));
    }
  }

  // joining it all

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.hasAttribute("formaction")) shorten();
    else run();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.composedPath().some((e) => e.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName ?? ""));
    if (event.key === "Escape" && !typing && !dialog.open && cancel()) event.preventDefault();
    if (event.key === "?" && !typing && !event.ctrlKey && !event.metaKey && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !typing) run();
  });
  document.querySelectorAll("a[data-example]").forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    anew(new URL(link.href).searchParams.get("query"), link.textContent);
    scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    run();
  }));

  draw();
  save();
  const line = Number(field.dataset.line);
  if (line) editor.mark({ line, column: Number(field.dataset.column), message: told?.querySelector("p")?.textContent ?? "" });
  opened({ make, drawn, told, asked, run, set: (query) => { ran = query; }, editor });
}

/** A page opened with a query: what the server drew stays until the same answer is there to sort and draw. */
function opened({ make, drawn, told, asked, run, set, editor }) {
  if (drawn) {
    set(editor.text);
    const [visit] = performance.getEntriesByType("navigation");
    // What took the server long is not asked twice unless somebody wants it.
    if (visit && visit.responseStart - visit.requestStart < 2000) run(true);
    else drawn.querySelector("h2").after(make("p", {}, make("button", { type: "button", class: "plainly", onclick: () => run(true) }, say("Sort, filter, draw: asks again"))));
  } else if (!told && asked.get("run") === "1" && asked.get("query")) run();
}

function keysDialog(make) {
  const rows = [
    [["Ctrl", "Enter"], say("run the query (on a Mac: ⌘ Enter)")], [["Esc"], say("cancel the query that runs; else close what is open")],
    [["Ctrl", "Space"], say("complete: a term by its short name, or by its label in any language")],
    [["Shift", "Alt", "F"], say("format")], [["Ctrl", "Z"], say("undo, also a prefix that was declared for you")],
    [["←"], say("and → on a tab: the tabs beside it; Delete closes it")], [["?"], say("these keys, outside the field")],
  ];
  const close = make("button", { type: "button", class: "plainly" }, say("Close"));
  const dialog = make("dialog", { class: "keys", "aria-label": say("Keys") }, make("h2", {}, say("Keys")),
    make("dl", {}, ...rows.map(([keys, what]) => make("div", {}, make("dt", {}, ...keys.map((key) => make("kbd", {}, key))), make("dd", {}, what)))), close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}
