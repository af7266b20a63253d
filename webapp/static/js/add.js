// The form of a practice: what is typed is kept in the browser and as a draft, names are suggested while they are typed.
// Without this file every step still works by its button.

const WAIT = 250;
const IDLE = 3000;
const START = "p2p-add:";
const UNKEPT = new Set(["form_key", "once", "do", "draft"]);

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function later(wait, act) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}

const pairs = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !UNKEPT.has(name));
/** Answers, not what the page presets: names with a point are fields, and those that were typed have some length. */
const typed = (form) => pairs(form).filter(([name, value]) => /^practice\.(label|description)@|^tie-\d+\.(participant|function)$|\.label@/.test(name) && value.trim());

const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing is kept there */ } },
};

// Keeping

function keeping(form) {
  const key = START + (form.dataset.of || "new");
  const state = form.querySelector("[data-state]");
  const draft = form.elements.namedItem("draft");
  const formKey = form.elements.namedItem("form_key");

  function keep() {
    if (typed(form).length && store.set(key, JSON.stringify(pairs(form))) && !formKey) state.textContent = form.dataset.kept;
  }

  async function keepDraft() {
    if (!formKey || !typed(form).length) return;
    try {
      const response = await fetch(form.dataset.draftAt, {
        method: "POST", body: new URLSearchParams([...new FormData(form)]), headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(String(response.status));
      draft.value = (await response.json()).draft;
      state.textContent = form.dataset.keptDraft;
    } catch {
      state.textContent = form.dataset.kept;
    }
  }

  const soon = later(WAIT, keep);
  const idle = later(IDLE, keepDraft);
  form.addEventListener("input", () => { soon(); idle(); });
  form.addEventListener("submit", keep);
  addEventListener("pagehide", keep);

  if (typed(form).length) keep();
  else offer(form, key);
}

/** What was typed before a session, a browser or a server ended. */
function offer(form, key) {
  let before;
  try { before = JSON.parse(store.get(key) ?? "null"); } catch { before = null; }
  if (!Array.isArray(before) || !before.length) return;
  const take = make("button", { type: "button", class: "add-more" }, form.dataset.take);
  const leave = make("button", { type: "button", class: "add-quiet" }, form.dataset.leave);
  const note = make("div", { class: "note add-before", role: "status" }, make("span", {}, form.dataset.foundBefore), take, leave);
  form.before(note);
  take.addEventListener("click", () => {
    const again = make("form", { method: "post", action: form.action, hidden: "" });
    const formKey = form.elements.namedItem("form_key");
    if (formKey) again.append(make("input", { type: "hidden", name: "form_key", value: formKey.value }));
    for (const [name, value] of [...before, ["do", "back"]]) again.append(make("input", { type: "hidden", name, value }));
    document.body.append(again);
    again.submit();
  });
  leave.addEventListener("click", () => { store.drop(key); note.remove(); });
}

// Suggestions

async function suggested(form, kind, text, signal) {
  const country = form.elements.namedItem("practice.inCountry")?.value ?? "";
  const response = await fetch(`${form.dataset.suggestAt}?${new URLSearchParams({ q: text, kind, country })}`, { signal, headers: { Accept: "application/json" } });
  return response.ok ? response.json() : [];
}

function suggesting(form, input, kind, chosen) {
  const list = make("ul", { id: `${input.id}-names`, role: "listbox", "aria-label": form.dataset.isOne, hidden: "" });
  input.after(make("div", { class: "add-names" }, list));
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  let at = -1;
  let running = null;

  function choose(next) {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = next;
    const option = list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    running?.abort();
    running = null;
    choose(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function take(one) {
    input.value = one.name;
    close();
    chosen(one);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const ask = later(WAIT, async () => {
    running?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    const mine = running = new AbortController();
    try {
      const found = await suggested(form, kind, text, mine.signal);
      if (running !== mine || document.activeElement !== input) return;
      if (!found.length || (found.length === 1 && found[0].name === input.value)) return close();
      list.replaceChildren(...found.map((one, number) => {
        const more = [one.countries.join(", "), one.also === one.name ? "" : one.also].filter(Boolean).join(" · ");
        const option = make("li", { id: `${list.id}-${number}`, role: "option", "aria-selected": "false" }, one.name, make("span", { class: "small" }, more));
        option.addEventListener("click", () => take(one));
        option.take = () => take(one);
        return option;
      }));
      at = -1;
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  });

  input.addEventListener("input", () => { chosen(null); ask(); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") choose(at <= 0 ? last : at - 1);
    else if (event.key === "Enter" && at >= 0) list.children[at].take();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("blur", () => setTimeout(close));
}

/** A name of an organisation that is chosen stands for the known one; typing on makes it another. */
function knowing(form, input) {
  const name = `${input.name.split(".")[0]}.known`;
  suggesting(form, input, "organisation", (one) => {
    const radios = form.querySelectorAll(`input[type="radio"][name="${name}"]`);
    for (const radio of radios) radio.checked = one !== null && radio.value === one.address;
    let hidden = form.querySelector(`input[type="hidden"][name="${name}"]`);
    if (!hidden && one && ![...radios].some((radio) => radio.checked)) {
      hidden = make("input", { type: "hidden", name });
      input.after(hidden);
    }
    if (hidden) hidden.value = one ? one.address : "";
    input.closest(".add-entry")?.classList.toggle("is-known", one !== null);
  });
}

function similar(form) {
  const place = form.querySelector("[data-similar]");
  if (!place || form.dataset.of) return;
  const show = later(WAIT * 2, async (text) => {
    const found = text.length > 3 ? await suggested(form, "practice", text).catch(() => []) : [];
    const near = found.filter((one) => one.degree >= 0.6);
    place.replaceChildren();
    if (!near.length) return;
    const links = near.map((one) => make("li", {}, make("a", { href: one.page }, one.name), one.countries.length ? ` · ${one.countries.join(", ")}` : ""));
    place.append(make("p", {}, form.dataset.alike), make("ul", { class: "plain" }, ...links));
  });
  form.addEventListener("input", ({ target }) => { if (target.name?.startsWith("practice.label@")) show(target.value.trim()); });
}

// Small things

/** The boxes that are ticked say what was typed of each group and organisation. */
function naming(form) {
  const heads = new Map([...form.querySelectorAll("[data-entry]")].map((span) => [span.dataset.entry, span.textContent.split(":")[0]]));
  form.addEventListener("change", ({ target }) => {
    const key = target.name?.split(".")[0];
    if (!heads.has(key)) return;
    const entry = document.getElementById(key);
    const label = [...entry.querySelectorAll(`[name^="${key}.label@"]`)].map((input) => input.value.trim()).find(Boolean);
    const roles = [...entry.querySelectorAll(`[name="${key}.role"]`)].filter((select) => select.value).map((select) => select.selectedOptions[0].textContent);
    const text = label || roles.join(", ");
    for (const span of form.querySelectorAll(`[data-entry="${key}"]`)) span.textContent = text ? `${heads.get(key)}: ${text}` : heads.get(key);
  });
}

/** A field that takes several has another empty choice when the last one is used. */
function growing(form) {
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("select[data-many]") || !target.value || target.nextElementSibling?.matches("select")) return;
    const next = target.cloneNode(true);
    next.value = "";
    const number = target.parentElement.querySelectorAll("select").length + 1;
    next.id = `${target.id.replace(/-\d+$/, "")}-${number}`;
    next.setAttribute("aria-label", `${target.parentElement.querySelector("label").firstChild.textContent.trim()} ${number}`);
    target.after(next);
  });
}

function pasting(form) {
  const key = `${START}paste`;
  const text = form.elements.namedItem("text");
  if (!text.value) text.value = store.get(key) ?? "";
  text.addEventListener("input", later(WAIT, () => (text.value.trim() ? store.set(key, text.value) : store.drop(key))));
}

for (const form of document.querySelectorAll("form[data-add]")) {
  keeping(form);
  similar(form);
  naming(form);
  growing(form);
  for (const input of form.querySelectorAll("input[data-named]")) suggesting(form, input, input.dataset.named || "practice organisation", () => {});
  for (const input of form.querySelectorAll('input[name^="organisation-"][name*=".label@"]')) knowing(form, input);
  document.getElementById(form.dataset.focus ?? "")?.focus();
}
for (const form of document.querySelectorAll("form[data-paste]")) pasting(form);
document.querySelector("[data-focus].add-faults")?.focus();
// what was sent is kept here no longer
if (document.querySelector("[data-sent]")) store.drop(`${START}new`);
