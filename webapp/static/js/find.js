// Suggestions under the boxes that search. Without this file a box is a form that leads to the page of the search.

const { at, language: spoken, number, say, sayMany } = await import(`./words.js${new URL(import.meta.url).search}`);

const WAIT = 140;
const SHOWN = 8;
const LONGEST = 300;
const KEPT = 60;
const TONGUES = ["en", "pt", "el", "pl", "lt", "nl", "fr", "hu"];
const wished = (navigator.languages ?? []).map((code) => code.slice(0, 2).toLowerCase()).find((code) => TONGUES.includes(code)) ?? "en";
// on an English page what is found in the browser's language comes first, on any other what is in that of the page
const language = spoken === "en" ? wished : TONGUES.includes(spoken) ? spoken : "en";

/** Answers that came before, by text; the oldest goes first. */
const known = new Map();

export async function suggestions(text, signal) {
  if (known.has(text)) return known.get(text);
  // a copy of the site has no server to ask, but an index
  const { index } = document.documentElement.dataset;
  if (index) {
    const { find } = await import("./frozen-search.js");
    return find(index, text, { limit: SHOWN });
  }
  const asked = new URLSearchParams({ q: text, lang: language, limit: SHOWN });
  const response = await fetch(at(`/search.json?${asked}`), { signal, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the search answered ${response.status}`);
  const found = await response.json();
  known.set(text, found);
  if (known.size > KEPT) known.delete(known.keys().next().value);
  return found;
}

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Pieces of plain text, those marked that were found. */
const pieces = (excerpt) => excerpt.map(({ text, found }) => (found ? make("mark", {}, text) : text));

function option(hit, id) {
  const isName = hit.excerpt.map(({ text }) => text).join("") === hit.name;
  const name = make("span", { class: "suggested-name", lang: hit.lang || language }, ...(isName ? pieces(hit.excerpt) : [hit.name]));
  const kind = hit.kind_name ?? hit.kind;
  const small = make("span", { class: "small" }, [kind, ...hit.countries].join(" · "));
  if (!isName) small.append(" · ", make("span", { lang: hit.found_lang || language }, ...pieces(hit.excerpt)));
  return make("a", { id, role: "option", href: hit.page, tabindex: "-1", "aria-selected": "false" }, name, small);
}

function offering(input) {
  const form = input.form;
  const list = make("div", { id: `${input.id}-suggestions`, role: "listbox", class: "suggestions", "aria-label": say("Suggestions"), hidden: "" });
  const status = make("span", { class: "hidden", role: "status" });
  input.parentElement.classList.add("finding");
  input.parentElement.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": list.id,
    autocapitalize: "off", spellcheck: "false",
  })) input.setAttribute(name, value);
  let timer = 0;
  let running = null;
  let at = -1;
  let asked = "";

  const options = () => [...list.children];

  function choose(next) {
    const all = options();
    all[at]?.setAttribute("aria-selected", "false");
    at = next;
    if (all[at]) {
      all[at].setAttribute("aria-selected", "true");
      all[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[at].id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    clearTimeout(timer);
    running?.abort();
    running = null;
    choose(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    status.textContent = "";
  }

  function show(found) {
    const all = found.hits.map((hit, number) => option(hit, `${list.id}-${number}`));
    if (found.total > found.hits.length) {
      const rest = make("a", { id: `${list.id}-all`, role: "option", class: "suggested-all", tabindex: "-1", "aria-selected": "false" });
      rest.href = `${form.action}?${new URLSearchParams({ q: found.q })}`;
      rest.textContent = found.complete ? sayMany("All %(count)s found", "All %(count)s found", found.total)
        : say("All more than %(count)s found", { count: number(found.total) });
      all.push(rest);
    }
    list.replaceChildren(...all);
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !all.length;
    input.setAttribute("aria-expanded", String(all.length > 0));
    status.textContent = found.hits.length ? sayMany("%(count)s found; arrows walk through them.", "%(count)s found; arrows walk through them.", found.total)
      : say("Nothing found.");
  }

  async function ask() {
    const text = input.value.trim();
    running?.abort();
    if (text.length < 2 || text.length > LONGEST || !/[\p{L}\p{N}]/u.test(text)) {
      asked = text;
      close();
      return;
    }
    if (text === asked && !list.hidden) return;
    asked = text;
    const mine = running = new AbortController();
    try {
      const found = await suggestions(text, mine.signal);
      if (running === mine && document.activeElement === input) show(found);
    } catch (error) {
      if (error.name !== "AbortError" && running === mine) close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    running?.abort();
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = options();
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        asked = "";
        ask();
        return;
      }
      // one place between the last and the first is the box itself
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((at + 1 + step + all.length + 1) % (all.length + 1)) - 1);
    } else if (event.key === "Enter" && isOpen && all[at]) {
      event.preventDefault();
      all[at].click();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    }
  });
  // the box keeps the focus while a suggestion is pressed
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("blur", () => setTimeout(() => { if (!list.contains(document.activeElement)) close(); }));
  form.addEventListener("submit", close);
  addEventListener("pagehide", close);
}

for (const input of document.querySelectorAll("input[data-find]")) offering(input);
