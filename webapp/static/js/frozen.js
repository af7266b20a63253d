// Lists and the search of a copy of the site: the browser makes the choices that a server makes otherwise.

import { find } from "./frozen-search.js";

const number = new Intl.NumberFormat(document.documentElement.lang || "en");

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets the fields of a form as the address says, and gives what they hold then. */
function fromAddress(form) {
  const asked = new URL(location.href).searchParams;
  const chosen = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = asked.get(field.name) ?? "";
    field.value = field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value) ? "" : value;
    chosen[field.name] = field.value.trim();
  }
  return chosen;
}

function keep(form) {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.pushState(null, "", `${location.pathname}${asked.size ? `?${asked}` : ""}`);
}

/** A form whose choices change the page: now, when it is sent, and on the way back. */
function choosing(form, show) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(form);
    show(fromAddress(form));
  });
  addEventListener("popstate", () => show(fromAddress(form)));
  show(fromAddress(form));
}

function filtering(form) {
  const rows = [...document.querySelectorAll("main tbody tr")];
  const count = document.querySelector("main .count");
  const whole = count?.textContent ?? "";
  count?.setAttribute("role", "status");
  choosing(form, (chosen) => {
    const wanted = Object.entries(chosen).filter(([, value]) => value);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !wanted.every(([name, value]) => (row.dataset[name] ?? "").split(" ").includes(value));
      shown += row.hidden ? 0 : 1;
    }
    if (count) count.textContent = wanted.length ? `${number.format(shown)} / ${whole}` : whole;
  });
}

function hit({ page, name, lang, kind, short, countries, excerpt, found_lang: tongue }) {
  const pieces = () => excerpt.map(({ text, found }) => (found ? make("mark", {}, text) : text));
  const isName = excerpt.map(({ text }) => text).join("") === name;
  const link = make("a", lang ? { href: page, lang } : { href: page }, ...(isName ? pieces() : [name]));
  const list = kind === "concept" ? `concept, ${short.split(":")[0].replaceAll("-", " ")}` : kind;
  const head = make("p", {}, link, " ", make("span", { class: "tag" }, list));
  if (countries.length) head.append(" ", make("span", { class: "small" }, countries.join(", ")));
  const item = make("li", {}, head);
  if (!isName) item.append(make("p", { class: "small" }, make("span", tongue ? { lang: tongue } : {}, ...pieces())));
  return item;
}

function searching(form) {
  const MOST = 50;
  const status = make("p", { class: "count", role: "status" });
  const hits = make("ol", { class: "hits" });
  form.after(status, hits);
  choosing(form, async ({ q, kind, country }) => {
    if (!q) {
      status.textContent = "";
      hits.replaceChildren();
      return;
    }
    const found = await find(document.documentElement.dataset.index, q.slice(0, 300), { kind, country, limit: MOST });
    const others = Object.entries(found.instead).map(([word, meant]) => `${word} → ${meant.slice(0, 4).join(", ")}`);
    const shown = found.total > MOST ? `${number.format(MOST)} / ${number.format(found.total)}` : number.format(found.total);
    status.textContent = [shown, ...others].join(" · ");
    hits.replaceChildren(...found.hits.map(hit));
  });
}

const search = document.querySelector("main form.search");
const list = document.querySelector("main form.filters");
if (search) searching(search);
else if (list) filtering(list);
