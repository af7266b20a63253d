// The field one types a query into: colours, completion, prefixes declared as they are used, a fault marked where it
// is. It stands in a shadow root, because there CodeMirror's style sheets are adopted ones, which the policy of this
// site allows; style elements it forbids.

const { at, language, say } = await import(`./words.js${new URL(import.meta.url).search}`);

const STANDARD = [
  ["rdf:type", say("is a")], ["rdfs:label", say("name")], ["rdfs:comment", say("comment")], ["rdfs:subClassOf", say("narrower class")],
  ["skos:prefLabel", say("name of a concept")], ["skos:altLabel", say("other name")], ["skos:definition", say("definition")],
  ["skos:broader", say("wider concept")], ["skos:inScheme", say("belongs to the list")], ["skos:notation", say("order")],
  ["dcterms:description", say("what it is")], ["dcterms:title", say("title")], ["schema:url", say("where to read it")],
  ["foaf:homepage", say("website")], ["bibo:doi", say("DOI")], ["xsd:integer", say("whole number")], ["xsd:gYear", say("year")], ["xsd:date", say("day")],
].map(([name, label]) => ({ name, kind: "standard", labels: { [language]: label }, says: "" }));

const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ŧ: "t", ı: "i", æ: "ae", œ: "oe", þ: "th", ß: "ss", ς: "σ" };

/** A text without accents and case, as the server folds it. */
export const fold = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").toLowerCase().replace(/[łøđðħŧıæœþßς]/g, (letter) => LETTERS[letter]);

/** An editor in `host`. `words` gives {prefixes, terms} once they are there; `on` has change, run, cancel, tidy. */
export function open(cm, text, host, { value, words, on }) {
  const root = host.attachShadow({ mode: "open" });
  const state = (doc) => cm.EditorState.create({
    doc,
    extensions: [
      cm.lineNumbers(), cm.highlightSpecialChars(), cm.history(), cm.drawSelection(), cm.highlightActiveLine(),
      cm.bracketMatching(), cm.closeBrackets(), cm.indentUnit.of("  "), cm.EditorView.lineWrapping,
      cm.StreamLanguage.define(cm.sparql), cm.syntaxHighlighting(highlighting(cm)), theme(cm),
      cm.autocompletion({
        override: completers(cm, text, words), defaultKeymap: false, icons: false, maxRenderedOptions: 60, closeOnBlur: true,
        addToOptions: [{ render: kindOf, position: 90 }],
      }),
      declaring(cm, text, words), replacing(cm),
      cm.EditorView.contentAttributes.of({
        "aria-label": say("Query"), spellcheck: "false", autocapitalize: "off", autocorrect: "off", "data-query": "",
      }),
      cm.Prec.highest(cm.keymap.of([
        { key: "Mod-Enter", run: () => (on.run(), true) },
        { key: "Shift-Alt-f", run: () => (on.tidy(), true) },
        { key: "Escape", run: () => on.cancel() },
      ])),
      cm.keymap.of([...cm.closeBracketsKeymap, ...cm.completionKeymap, ...cm.defaultKeymap, ...cm.historyKeymap]),
      cm.EditorView.updateListener.of((update) => update.docChanged && on.change(update.state.doc.toString())),
    ],
  });
  const view = new cm.EditorView({ state: state(value), parent: root, root });
  return {
    view,
    get text() { return view.state.doc.toString(); },
    /** Another text that one can undo. */
    set text(next) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 }, annotations: cm.isolateHistory.of("full") });
    },
    /** The state of another tab, with its own undoing; a text begins a new one. */
    swap(next) {
      const last = view.state;
      view.setState(typeof next === "string" ? state(next) : next);
      return last;
    },
    complete() {
      view.focus();
      cm.startCompletion(view);
    },
    focus: () => view.focus(),
    mark: (fault) => mark(cm, view, text, fault),
    clear: () => view.dispatch(cm.setDiagnostics(view.state, [])),
  };
}

/** Marks a fault from its line and column to the end of the word there, and goes to it. */
function mark(cm, view, text, { line, column, message }) {
  const doc = view.state.doc;
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.from + Math.max(0, column - 1), at.to);
  const word = text.tokens(at.text.slice(from - at.from))[0];
  const to = word && word.at === 0 ? Math.min(from + word.text.length, at.to) : Math.min(from + 1, at.to);
  const start = from === to ? Math.max(at.from, from - 1) : from;
  view.dispatch(
    { selection: { anchor: from }, effects: cm.EditorView.scrollIntoView(from, { y: "center" }) },
    cm.setDiagnostics(view.state, [{ from: start, to, severity: "error", message }]),
  );
  view.focus();
}

/** Adds the declaration of a known prefix in the very change that uses it, so that one undo takes both back. */
function declaring(cm, text, words) {
  return cm.EditorState.transactionFilter.of((change) => {
    if (!change.docChanged || !change.isUserEvent("input") || !words()) return change;
    let colon = false;
    change.changes.iterChanges((a, b, c, d, added) => { colon ||= added.toString().includes(":"); });
    if (!colon) return change;
    const wanted = text.missing(change.newDoc.toString(), words().prefixes);
    return wanted ? [change, { changes: wanted, sequential: true }] : change;
  });
}

/** Typing over a selection, done by us: a browser would write the style of what it replaces into the page, and the
    policy of this site forbids inline styles. */
function replacing(cm) {
  return cm.EditorView.domEventHandlers({
    beforeinput(event, view) {
      const added = event.data ?? event.dataTransfer?.getData("text/plain");
      const [from, to] = chosen(view);
      if (from === to || view.composing || !added || !/^insert(Text|ReplacementText)$/.test(event.inputType)) return false;
      const change = () => view.state.update({
        changes: { from, to, insert: added }, selection: { anchor: from + added.length }, userEvent: "input.type", scrollIntoView: true,
      });
      const taken = view.state.facet(cm.EditorView.inputHandler).some((handle) => handle(view, from, to, added, change));
      if (!taken) view.dispatch(change());
      event.preventDefault();
      return true;
    },
  });
}

/** What is selected; the page is asked first, for the editor hears of a new selection a moment later. */
function chosen(view) {
  const { from, to } = view.state.selection.main;
  const seen = (view.root.getSelection ? view.root : document).getSelection();
  if (!seen || seen.isCollapsed || !view.contentDOM.contains(seen.anchorNode)) return [from, to];
  const ends = [view.posAtDOM(seen.anchorNode, seen.anchorOffset), view.posAtDOM(seen.focusNode, seen.focusOffset)];
  return ends.sort((a, b) => a - b);
}

function kindOf(option) {
  const mark = document.createElement("span");
  mark.className = "cm-kind";
  mark.textContent = option.kind ?? "";
  return mark;
}

/** Completion by short name or by label in any language; and of things, and of words with a slip, by the search. */
function completers(cm, text, words) {
  let known = null;
  const here = (context) => /comment|string/.test(cm.syntaxTree(context.state).resolveInner(context.pos, -1).type.name);
  const own = (context) => {
    if (here(context)) return null;
    const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
    if (variable) {
      const found = text.variables(context.state.doc.toString()).filter((name) => name !== variable.text);
      return { from: variable.from, options: found.map((label) => ({ label, kind: "variable" })) };
    }
    const word = context.matchBefore(/[\p{L}\p{N}_][\p{L}\p{M}\p{N}_:.-]*/u);
    if (!context.explicit && (!word || word.text.length < 2)) return null;
    const from = word ? word.from : context.pos;
    const before = context.state.sliceDoc(Math.max(0, from - 200), from);
    const asked = fold(word?.text ?? "");
    if (/\bPREFIX\s+$/i.test(before)) return { from, options: declarations(words(), asked), filter: false };
    if (words()) known ??= prepared([...words().terms, ...STANDARD]);
    // Classes begin with a capital, and stand after `a`.
    const isClass = /(^|[\s;.{\]])a\s+$/.test(before) || /^(\w+:)?\p{Lu}/u.test(word?.text ?? "");
    const found = rank(known ?? [], asked, isClass);
    const options = [...spoken(text, word?.text ?? "", asked), ...found];
    return options.length ? { from, options, filter: false } : null;
  };
  const found = async (context) => {
    const word = context.matchBefore(/[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{2,}/u);
    const before = word && context.state.sliceDoc(Math.max(0, word.from - 1), word.from);
    if (!word || here(context) || /[:?$<@^_.]/.test(before) || text.WORDS.includes(word.text.toUpperCase())) return null;
    const hits = await searched(word.text, context);
    const shown = new Set(rank(known ?? [], fold(word.text), false).map(({ label }) => label));
    const options = hits.filter((hit) => hit.short !== hit.address && !shown.has(hit.short)).map(thing);
    return options.length ? { from: word.from, options, filter: false } : null;
  };
  return [own, found];
}

/** How long one waits for the next letter before the server is asked, in milliseconds. */
const WAIT = 160;

/** What the search finds for a word; nothing where it cannot be asked, or when another letter came first. */
async function searched(word, context) {
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort(), { onDocChange: true });
  if (!context.explicit) await new Promise((done) => setTimeout(done, WAIT));
  if (stop.signal.aborted) return [];
  try {
    const response = await fetch(at(`/search.json?${new URLSearchParams({ q: word, limit: 20 })}`), {
      signal: stop.signal, headers: { Accept: "application/json" },
    });
    return response.ok ? (await response.json()).hits : [];
  } catch {
    return [];
  }
}

const thing = ({ short, name, lang, kind }) => ({
  label: short, kind, detail: lang && lang !== "en" ? `${name} (${lang})` : name,
});

function declarations(words, asked) {
  return Object.entries(words?.prefixes ?? {}).filter(([prefix]) => prefix.startsWith(asked.replace(/:.*/, "")))
    .map(([prefix, address]) => ({ label: `${prefix}:`, detail: address, apply: `${prefix}: <${address}>\n`, kind: "prefix" }));
}

function spoken(text, word, asked) {
  if (!asked || asked.includes(":")) return [];
  const words = text.WORDS.filter((w) => w.toLowerCase().startsWith(asked)).map((label) => ({ label, kind: "keyword" }));
  const calls = text.FUNCTIONS.filter((f) => f.toLowerCase().startsWith(asked))
    .map((label) => ({ label, apply: `${label}(`, kind: "function" }));
  return [...words, ...calls].slice(0, 6);
}

function prepared(terms) {
  return terms.map((term) => ({
    ...term,
    short: fold(term.name),
    local: fold(term.name.slice(term.name.indexOf(":") + 1)),
    spoken: Object.entries(term.labels).map(([language, label]) => ({ language, label, folded: fold(label) })),
  }));
}

const ORDER = { property: 0, class: 1, concept: 2, country: 3, standard: 4 };

function rank(terms, asked, isClass) {
  const found = [];
  for (const term of terms) {
    let score = -1;
    let said = term.spoken.find((each) => each.language === "en") ?? term.spoken[0];
    if (term.short.startsWith(asked)) score = 0;
    else if (term.local.startsWith(asked)) score = 1;
    else if (!asked.includes(":")) {
      for (const each of term.spoken) {
        const begins = each.folded.startsWith(asked) ? 2 : each.folded.split(/[\s(/-]+/).some((w) => w.startsWith(asked)) ? 3 : 9;
        if (begins < 9 && (score < 0 || begins < score)) [score, said] = [begins, each];
      }
      if (score < 0 && asked.length > 2 && term.local.includes(asked)) score = 4;
    }
    if (score < 0) continue;
    const kind = isClass && term.kind === "class" ? -5 : ORDER[term.kind];
    found.push([score * 10 + kind, term, said]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1].name.localeCompare(b[1].name));
  return found.slice(0, 80).map(([, term, said]) => ({
    label: term.name,
    detail: said ? (said.language && said.language !== "en" ? `${said.label} (${said.language})` : said.label) : "",
    kind: term.kind,
    info: term.says || term.spoken.length > 1 ? () => card(term) : undefined,
  }));
}

/** What a term means, and what it is called in every language. */
function card(term) {
  const box = document.createElement("div");
  if (term.says) box.appendChild(document.createElement("p")).textContent = term.says;
  const names = box.appendChild(document.createElement("p"));
  names.className = "cm-names";
  for (const { language, label } of [...term.spoken].sort((a, b) => (b.language === "en") - (a.language === "en") || a.language.localeCompare(b.language))) {
    const name = names.appendChild(document.createElement("span"));
    name.lang = language;
    name.textContent = `${language} ${label}`;
  }
  return box;
}

function highlighting(cm) {
  const t = cm.tags;
  return cm.HighlightStyle.define([
    { tag: t.keyword, color: "var(--code-keyword)", fontWeight: "600" },
    { tag: t.standard(t.variableName), color: "var(--code-call)" },
    { tag: [t.local(t.variableName)], color: "var(--code-variable)" },
    { tag: [t.atom], color: "var(--code-name)" },
    { tag: [t.string], color: "var(--code-text)" },
    { tag: [t.comment], color: "var(--soft)", fontStyle: "italic" },
    { tag: [t.meta, t.operator, t.bracket], color: "var(--soft)" },
  ]);
}

function theme(cm) {
  return cm.EditorView.theme({
    "&": { color: "var(--p2p-ink)", backgroundColor: "var(--p2p-paper)", fontSize: ".84rem", borderRadius: "4px", border: "1px solid var(--strong-line)" },
    "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
    ".cm-scroller": { fontFamily: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace', lineHeight: "1.55", minHeight: "15.5em", maxHeight: "62vh", overflow: "auto" },
    ".cm-content": { padding: "10px 0", caretColor: "var(--p2p-ink)" },
    ".cm-gutters": { backgroundColor: "var(--p2p-paper)", color: "var(--soft)", border: "none", paddingLeft: "4px" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--tint) 60%, transparent)" },
    ".cm-cursor": { borderLeftColor: "var(--p2p-ink)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 24%, transparent) !important" },
    "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--strong-line)" },
    "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--fault)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--fault) 1.5px", textUnderlineOffset: "3px", backgroundColor: "color-mix(in srgb, var(--fault) 14%, transparent)" },
    ".cm-tooltip": { backgroundColor: "var(--p2p-paper)", color: "var(--p2p-ink)", border: "1px solid var(--strong-line)", borderRadius: "4px", overflow: "hidden" },
    ".cm-diagnostic": { fontFamily: "inherit", padding: "6px 10px" },
    ".cm-diagnostic-error": { borderLeft: "3px solid var(--fault)" },
    ".cm-tooltip-autocomplete > ul": { fontFamily: "inherit !important", fontSize: ".84rem", maxHeight: "17em !important", maxWidth: "min(42rem, 92vw) !important" },
    ".cm-tooltip-autocomplete > ul > li": { display: "flex", alignItems: "baseline", gap: "12px", padding: "4px 10px !important", lineHeight: "1.4" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent) !important", color: "var(--accent-ink) !important" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected] span": { color: "inherit" },
    ".cm-completionLabel": { fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace', fontSize: ".94em" },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
    ".cm-completionDetail": { fontStyle: "normal", color: "var(--soft)", marginLeft: "0", overflow: "hidden", textOverflow: "ellipsis" },
    ".cm-kind": { marginLeft: "auto", color: "var(--soft)", fontSize: ".85em", paddingLeft: "12px" },
    ".cm-tooltip.cm-completionInfo": { padding: "8px 12px", maxWidth: "22rem", fontSize: ".84rem", lineHeight: "1.45" },
    ".cm-completionInfo p": { margin: "0 0 6px" },
    "@media (max-width: 700px)": { ".cm-tooltip.cm-completionInfo, .cm-kind": { display: "none" } },
    ".cm-names": { color: "var(--soft)", display: "flex", flexWrap: "wrap", gap: "0 12px" },
  });
}
