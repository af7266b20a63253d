// An answer to look at: a table with names instead of addresses, sorted and filtered, drawn as far as one can see it;
// drawings; the text as it came. Everything here is made from one parsed answer; nothing is asked again but names.

const { at, language, number, say, sayMany } = await import(`./words.js${new URL(import.meta.url).search}`);

/** How tall a row of a long table is, in pixels; the style sheet says the same. */
const ROW = 34;
/** Up to this many rows a table is written whole and its cells wrap. */
const WHOLE = 200;
const RAW = 100_000;
const NAMES_AT_ONCE = 3_000;

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(("integer decimal double float int long short byte nonNegativeInteger positiveInteger " +
  "nonPositiveInteger negativeInteger unsignedInt unsignedLong unsignedShort unsignedByte gYear").split(" ").map((n) => XSD + n));

const order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
export const rowsIn = (n) => sayMany("%(count)s row", "%(count)s rows", n);

/** An element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The answer in the body of a response: {kind, columns, rows} or {kind, verdict}, with its text. */
export function parse(body, type) {
  if (!type.includes("json")) return { kind: "triples", columns: ["subject", "predicate", "object"], rows: triples(body), body };
  const json = JSON.parse(body);
  if (typeof json.boolean === "boolean") return { kind: "boolean", verdict: json.boolean, columns: [], rows: [], body };
  const columns = json.head.vars;
  return { kind: "table", columns, rows: json.results.bindings.map((row) => columns.map((c) => row[c] ?? null)), body };
}

const TERM = /\s*(?:<([^>]*)>|(_:[^\s.]+(?:\.[^\s.]+)*)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?)/y;
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
const plain = (text) => text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g,
  (_, four, eight, one) => (one ? ESCAPES[one] ?? one : String.fromCodePoint(parseInt(four ?? eight, 16))));

function triples(body) {
  const rows = [];
  for (const line of body.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    TERM.lastIndex = 0;
    const row = [];
    for (let i = 0; i < 3; i += 1) {
      const match = TERM.exec(line);
      if (!match) break;
      const [, address, blank, text, language, datatype] = match;
      if (address !== undefined) row.push({ type: "uri", value: plain(address) });
      else if (blank) row.push({ type: "bnode", value: blank.slice(2) });
      else row.push({ type: "literal", value: plain(text), "xml:lang": language, datatype });
    }
    if (row.length === 3) rows.push(row);
  }
  return rows;
}

/** Names of things, asked for once each. */
export class Names {
  constructor(prefixes) {
    this.prefixes = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
    this.base = prefixes.p2p?.replace(/ontology\/$/, "") ?? location.origin;
    this.known = new Map();
  }

  short(address) {
    const found = this.prefixes.find(([, start]) => address.startsWith(start));
    const local = found ? address.slice(found[1].length) : "";
    return found && /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u.test(local) ? `${found[0]}:${local}` : address;
  }

  of(address) {
    return this.known.get(address) ?? null;
  }

  /** Asks for the names not yet known among some addresses; calls `told` after each lot. */
  async learn(addresses, signal, told) {
    const wanted = [...addresses].filter((a) => a.startsWith(this.base) && !this.known.has(a));
    for (let start = 0; start < wanted.length; start += NAMES_AT_ONCE) {
      const lot = wanted.slice(start, start + NAMES_AT_ONCE);
      const response = await fetch(at("/sparql/names.json"), {
        method: "POST", signal, headers: { "Content-Type": "application/json" },
        body: JSON.stringify(lot.map((address) => this.short(address))),
      });
      if (!response.ok) return;
      const found = await response.json();
      for (const address of lot) this.known.set(address, found[address] ?? null);
      told();
    }
  }
}

/** Shows answers inside a section of the page. */
export class Answer {
  constructor(host, names, drawings, changed = () => {}) {
    this.changed = changed;
    this.host = host;
    this.names = names;
    this.drawings = drawings;
    this.named = true;
    this.asking = null;
  }

  clear() {
    this.asking?.abort();
    this.host.replaceChildren();
    this.host.hidden = true;
  }

  /** How the answer is looked at, as an address says it: nothing for what is so from the begin. */
  state() {
    if (!this.answer || this.host.hidden) return {};
    const sort = this.sorted ? `${this.sorted.down ? "-" : ""}${this.answer.columns[this.sorted.column]}` : "";
    return Object.fromEntries(Object.entries({ view: this.view === "table" ? "" : this.view, sort, filter: this.needle.trim() })
      .filter(([, value]) => value));
  }

  /** Looks at the answer in the way that an address says, as far as this answer has it. */
  restore({ view, sort, filter }) {
    const column = this.answer.columns.indexOf((sort ?? "").replace(/^-/, ""));
    if (column >= 0) this.sorted = { column, down: sort.startsWith("-") };
    this.needle = filter ?? "";
    if (view === "raw" || this.drawings.some((d) => d.name === view && d.fits(this))) this.view = view;
  }

  /** Shows an answer with its time and its downloads, and in the way of a state. `told` replaces heading and time. */
  show(answer, { seconds = 0, downloads = null, version, state = {}, told = null }) {
    this.clear();
    Object.assign(this, { answer, version, sorted: null, needle: "", view: "table" });
    this.host.hidden = false;
    const took = seconds < 0.1 ? say("under %(n)s s", { n: number(0.1) }) : `${number(Number(seconds.toFixed(1)))} s`;
    const said = told ?? (answer.kind === "boolean" ? say("Answered in %(time)s", { time: took })
      : answer.kind === "table" ? sayMany("%(count)s row in %(time)s", "%(count)s rows in %(time)s", answer.rows.length, { time: took })
        : sayMany("%(count)s triple in %(time)s", "%(count)s triples in %(time)s", answer.rows.length, { time: took }));
    this.status = make("p", { class: "count", role: "status" }, said);
    this.said = said;
    this.body = make("div", { class: "answer-body" });
    this.tools = make("div", { class: "answer-tools" });
    if (told === null) this.host.append(make("h2", {}, say("Answer")));
    this.host.append(this.status, downloads ?? "");
    if (answer.kind === "boolean") {
      this.host.append(make("p", { class: "verdict" }, answer.verdict ? say("Yes") : say("No")));
      return;
    }
    if (!answer.rows.length) {
      const way = make("a", { href: at("/practices") }, say("what is recorded"));
      this.host.append(make("p", { class: "empty" }, say("No row answers this. Loosen a condition, or look at:"), " ", way));
      return;
    }
    this.numeric = answer.columns.map((_, i) => this.isNumeric(i));
    this.host.append(this.tools, this.body);
    this.restore(state);
    this.prepare();
    this.offer();
    this.draw();
    this.learn();
  }

  isNumeric(i) {
    const filled = this.answer.rows.filter((row) => row[i]);
    return filled.length > 0 && filled.every((row) => NUMBERS.has(row[i].datatype));
  }

  learn() {
    const addresses = new Set();
    for (const row of this.answer.rows) for (const term of row) if (term?.type === "uri") addresses.add(term.value);
    this.asking = new AbortController();
    this.names.learn(addresses, this.asking.signal, () => {
      this.prepare();
      // The table stays where it is, with whatever is scrolled or focused; only its cells are written anew.
      if (this.view === "table" && this.fill) this.fill();
      else this.draw();
    }).catch((error) => {
      // Without names the short addresses stay; the answer is the same.
      if (error.name !== "AbortError") this.status.textContent = say("%(told)s. Names could not be fetched.", { told: this.said });
    });
  }

  words(term) {
    if (!term) return "";
    if (term.type === "bnode") return `_:${term.value}`;
    if (term.type !== "uri") return term.type === "triple" ? JSON.stringify(term.value) : term.value;
    return (this.named && this.names.of(term.value)?.name) || this.names.short(term.value);
  }

  /** Every cell as text, and folded for the filter; then the rows that are shown, in their order. */
  prepare() {
    this.texts = this.answer.rows.map((row) => row.map((term) => this.words(term)));
    this.folded = null;
    this.arrange();
  }

  arrange() {
    const { rows } = this.answer;
    let shown = rows.map((_, i) => i);
    const needle = fold(this.needle.trim());
    if (needle) {
      this.folded ??= this.texts.map((row) => fold(row.join("\n")));
      shown = shown.filter((i) => this.folded[i].includes(needle));
    }
    if (this.sorted) {
      const { column, down } = this.sorted;
      const value = this.numeric[column] ? (i) => Number(rows[i][column]?.value) : (i) => this.texts[i][column];
      const compare = this.numeric[column] ? (a, b) => a - b : order.compare;
      const keys = new Map(shown.map((i) => [i, value(i)]));
      const empty = (i) => !rows[i][column];
      // What is missing stands last, whichever way the rest is turned.
      shown.sort((a, b) => empty(a) - empty(b) || (empty(a) ? 0 : compare(keys.get(a), keys.get(b)) * (down ? -1 : 1)) || a - b);
    }
    this.shown = shown;
    this.status.textContent = needle ? `${this.said}; ${sayMany("%(count)s fits the filter", "%(count)s fit the filter", shown.length)}` : this.said;
  }

  offer() {
    const views = [["table", say("Table")], ...this.drawings.filter((d) => d.fits(this)).map((d) => [d.name, d.title]), ["raw", say("Raw")]];
    const buttons = views.map(([view, title]) => make("button", {
      type: "button", class: "plainly", "aria-pressed": String(view === this.view),
      onclick: (event) => {
        this.view = view;
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === event.currentTarget));
        this.draw();
        this.changed();
      },
    }, title));
    const filter = make("input", {
      type: "search", placeholder: say("Filter rows"), "aria-label": say("Filter rows"), autocomplete: "off",
      oninput: (event) => {
        this.needle = event.target.value;
        this.arrange();
        this.draw();
        this.changed();
      },
    });
    filter.value = this.needle;
    const addresses = make("input", {
      type: "checkbox",
      onchange: (event) => {
        this.named = !event.target.checked;
        this.prepare();
        this.draw();
      },
    });
    addresses.checked = !this.named;
    this.tools.append(make("div", { class: "views", role: "group", "aria-label": say("View") }, ...buttons), filter,
      make("label", { class: "tick" }, addresses, say("addresses")));
  }

  draw() {
    this.fill = null;
    const at = this.body.querySelector(".answer-table")?.scrollTop ?? 0;
    if (this.view === "raw") this.body.replaceChildren(this.raw());
    else if (this.view === "table") this.table(at);
    else this.body.replaceChildren(this.drawings.find((d) => d.name === this.view).draw(this));
  }

  raw() {
    const { body } = this.answer;
    const cut = body.length > RAW ? `${body.slice(0, RAW)}\n${say("… and %(n)s more characters; the downloads hold all", { n: number(body.length - RAW) })}` : body;
    return make("pre", { class: "raw", tabindex: "0" }, cut);
  }

  // the table

  table(at) {
    const { columns } = this.answer;
    const long = this.shown.length > WHOLE;
    const heads = columns.map((name, i) => this.head(name, i));
    const rows = make("tbody");
    const table = make("table", { "aria-rowcount": this.shown.length + 1 },
      make("caption", { class: "hidden" }, say("Answer")), make("thead", {}, make("tr", { "aria-rowindex": 1 }, ...heads)), rows);
    const region = make("div", { class: `table answer-table${long ? " long" : ""}`, role: "region", "aria-label": say("Answer"), tabindex: "0" }, table);
    this.body.replaceChildren(region);
    if (!long) {
      this.fill = () => rows.replaceChildren(...this.shown.map((i, n) => this.row(i, n)));
      this.fill();
      return;
    }
    const group = table.insertBefore(make("colgroup"), table.tHead);
    let first = -1;
    const place = (anew = false) => {
      const seen = Math.ceil(region.clientHeight / ROW);
      const start = Math.max(0, Math.min(Math.floor(region.scrollTop / ROW) - 8, this.shown.length - seen - 16));
      // In steps of eight, so that little is drawn anew as rows come and go.
      const next = start - (start % 8);
      if (next === first && !anew) return;
      first = next;
      const end = Math.min(this.shown.length, first + seen + 24);
      const space = (height) => {
        const cell = make("td", { colspan: columns.length });
        cell.style.height = `${height}px`;
        return make("tr", { class: "space", "aria-hidden": "true" }, cell);
      };
      const drawn = [];
      if (first) drawn.push(space(first * ROW));
      for (let n = first; n < end; n += 1) drawn.push(this.row(this.shown[n], n));
      if (end < this.shown.length) drawn.push(space((this.shown.length - end) * ROW));
      rows.replaceChildren(...drawn);
    };
    this.fill = () => {
      this.widths(table, group);
      place(true);
    };
    let waiting = false;
    region.addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        place();
      });
    }, { passive: true });
    this.fill();
    region.scrollTop = at;
    place();
  }

  /** Fixed widths for a long table, from a sample of its rows: nothing moves while one scrolls. */
  widths(table, group) {
    const step = Math.max(1, Math.floor(this.shown.length / 300));
    const widest = this.body.clientWidth < 600 ? 22 : 44;
    const sizes = this.answer.columns.map((name, c) => {
      let most = name.length + 3;
      for (let n = 0; n < this.shown.length; n += step) most = Math.max(most, this.texts[this.shown[n]][c].length);
      return Math.max(7, Math.min(widest, most)) + 3;
    });
    group.replaceChildren(...sizes.map((size) => {
      const column = make("col");
      column.style.width = `${size}ch`;
      return column;
    }));
    table.style.minWidth = `${sizes.reduce((a, b) => a + b, 0) * 0.86}ch`;
  }

  head(name, i) {
    const down = this.sorted?.column === i ? this.sorted.down : null;
    const sort = make("button", {
      type: "button", class: "sort",
      onclick: () => {
        this.sorted = down === null ? { column: i, down: false } : down ? null : { column: i, down: true };
        this.arrange();
        this.draw();
        this.body.querySelectorAll(".sort")[i]?.focus();
        this.changed();
      },
    }, name, make("span", { "aria-hidden": "true", class: "arrow" }, down === null ? "" : down ? "↓" : "↑"));
    const sorted = down === null ? "none" : down ? "descending" : "ascending";
    return make("th", { scope: "col", class: this.numeric[i] ? "number" : undefined, "aria-sort": sorted }, sort);
  }

  row(i, n) {
    const cells = this.answer.rows[i].map((term, c) => {
      const cell = make("td", { class: this.numeric[c] ? "number" : undefined });
      if (term) cell.append(this.value(term, this.texts[i][c]));
      if (this.texts[i][c].length > 40) cell.title = this.texts[i][c];
      return cell;
    });
    return make("tr", { "aria-rowindex": n + 2 }, ...cells);
  }

  value(term, text) {
    if (term.type === "uri") {
      const page = this.names.of(term.value)?.page;
      if (page) return make("a", { href: page, title: this.names.short(term.value) }, text);
      if (/^https?:\/\//.test(term.value) && !term.value.startsWith(this.names.base)) {
        return make("a", { href: term.value, rel: "noreferrer", class: "out" }, text);
      }
    }
    return make("span", { lang: term["xml:lang"] }, text);
  }
}
