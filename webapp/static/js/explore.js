// The explorer: each step is an address. What it leads to is fetched and shown in place, back and forth are undo and redo.

const { at, say } = await import(`./words.js${new URL(import.meta.url).search}`);

// the parts carry the stamp of this one, so that no browser mixes parts of two versions
const stamp = new URL(import.meta.url).search;
const [{ Picture }, { saveImage }] = await Promise.all([import(`./explore-picture.js${stamp}`), import(`./explore-save.js${stamp}`)]);

const body = document.body;
const explored = () => document.getElementById("explored");
const picture = () => document.getElementById("picture");
let view = null;
let asked = null;

body.classList.add("with-script");

// where one is among the steps, and the last of them

const step = () => history.state?.step ?? 0;
let last = Math.max(step(), Number(sessionStorage.getItem("explorer-last") ?? 0));
if (history.state?.step === undefined) {
  last = 0;
  history.replaceState({ step: 0 }, "");
}

function remember(where) {
  last = step() + 1;
  sessionStorage.setItem("explorer-last", String(last));
  history.pushState({ step: last }, "", where);
}

/** An address without what does not change the picture. */
function sceneOf(where) {
  const url = new URL(where, location.href);
  for (const name of ["card", "q", "page"]) url.searchParams.delete(name);
  return url.searchParams.toString();
}

/** Where one began: as long as that stays, so do the places. */
function placesOf(where) {
  const { searchParams } = new URL(where, location.href);
  return ["at", "to", "depth"].map((name) => searchParams.get(name) ?? "").join(" ");
}

let shownAt = location.href;

async function go(where, push = true) {
  asked?.abort();
  asked = new AbortController();
  const focused = document.activeElement?.id;
  const inPicture = Boolean(document.activeElement?.closest?.("#picture"));
  const open = new Set([...document.querySelectorAll("#explored details[open][id]")].map((details) => details.id));
  const isSame = sceneOf(where) === sceneOf(shownAt);
  if (isSame) view?.choose(new URL(where, location.href).searchParams.get("card"));
  explored()?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(where, { headers: { Accept: "text/html" }, signal: asked.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("explored");
    if (!response.ok || !fresh || !explored()) {
      location.assign(where);
      return;
    }
    show(fresh, page.title, where, isSame, open);
    if (push) remember(where);
    refresh();
    focusAgain(focused, inPicture);
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(where);
  }
}

function show(fresh, title, where, isSame, open) {
  for (const details of fresh.querySelectorAll("details[id]")) if (open.has(details.id)) details.open = true;
  const stage = document.getElementById("stage");
  const stays = placesOf(where) === placesOf(shownAt) ? view?.frame : null;
  const old = picture();
  if (isSame && old && fresh.querySelector("#picture")) {
    fresh.querySelector("#picture").replaceWith(old);
  } else {
    view?.end?.();
    view = null;
  }
  // what fills the screen stays there
  if (document.fullscreenElement && document.fullscreenElement === stage && fresh.querySelector("#stage")) {
    // it may not leave the page for a moment, so all around it is changed instead
    const inner = fresh.querySelector("#stage");
    stage.className = inner.className;
    stage.replaceChildren(...inner.childNodes);
    const around = [...fresh.childNodes];
    const at = around.findIndex((node) => node.contains(inner));
    for (const node of [...explored().childNodes]) if (!node.contains(stage)) node.remove();
    stage.before(...around.slice(0, at));
    stage.after(...around.slice(at + 1));
  } else {
    explored().replaceWith(fresh);
  }
  document.title = title;
  shownAt = new URL(where, location.href).href;
  if (!view) mount(stays);
}

function focusAgain(id, inPicture) {
  const there = id ? document.getElementById(id) : null;
  if (there) there.focus({ preventScroll: true });
  else if (inPicture) view?.focus?.(view.current);
}

/** Makes a picture one can move about in. */
async function mount(frame = null) {
  const place = picture();
  if (!place) return;
  const block = document.getElementById("scene");
  if (block) view = new Picture(place, JSON.parse(block.textContent), frame);
  else {
    const { Crowd } = await import(`./explore-crowd.js${stamp}`);
    view = await Crowd.over(place, (id) => go(withCard(id)));
  }
  view.choose(new URL(location.href).searchParams.get("card"));
  // the benchmark reads when the picture could be used
  requestAnimationFrame(() => performance.mark("picture"));
}

function withCard(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("card", id);
  else url.searchParams.delete("card");
  return url.pathname + url.search;
}

// tools above the picture

const TOOLS = [
  ["undo", say("Undo"), say("Undo"), () => history.back()],
  ["redo", say("Redo"), say("Redo"), () => history.forward()],
  ["nearer", say("Zoom in"), "+", () => view?.zoom(1.3)],
  ["farther", say("Zoom out"), "−", () => view?.zoom(1 / 1.3)],
  ["whole", say("Show all"), say("All"), () => view?.whole()],
  ["full", say("Full screen"), say("Full screen"), () => full()],
  ["keys", say("Keys"), "?", () => keys()],
];

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.getElementById("stage")?.requestFullscreen?.();
}

const KEYS = [
  [say("arrows"), say("walk from actor to actor")],
  ["Enter", say("open its card")],
  ["e", say("show its other ties")],
  ["+ − 0", say("nearer, farther, all")],
  ["Ctrl+Z", say("undo")],
  ["Ctrl+Shift+Z", say("redo")],
  ["f", say("full screen")],
  ["Esc", say("close the card")],
];

function keys() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  const heading = document.createElement("h2");
  heading.textContent = say("Keys in the picture");
  const list = document.createElement("dl");
  for (const [key, words] of KEYS) {
    const term = document.createElement("dt");
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
  const form = Object.assign(document.createElement("form"), { method: "dialog" });
  form.append(Object.assign(document.createElement("button"), { textContent: say("Close") }));
  dialog.append(heading, list, form);
  dialog.addEventListener("close", () => dialog.remove());
  (document.fullscreenElement ?? body).append(dialog);
  dialog.showModal();
}

/** What only a browser can make: an image, and the page on paper. */
function offer() {
  const downloads = document.getElementById("downloads");
  if (!downloads || downloads.querySelector("button")) return;
  for (const [label, act] of [["PNG", (button) => saveImage(downloads.dataset.image, button)], [say("PDF, by printing"), () => print()]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", () => act(button));
    downloads.append(button);
  }
}

function refresh() {
  offer();
  const tools = document.getElementById("tools");
  if (!tools) return;
  if (!tools.children.length) {
    for (const [id, label, sign, act] of TOOLS) {
      const button = Object.assign(document.createElement("button"), { type: "button", id: `tool-${id}`, textContent: sign, title: label });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      tools.append(button);
    }
    if (!document.fullscreenEnabled) document.getElementById("tool-full").remove();
  }
  document.getElementById("tool-undo").disabled = step() === 0;
  document.getElementById("tool-redo").disabled = step() >= last;
}

// what is clicked, chosen, typed

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a");
  const href = link?.getAttribute("href") ?? "";
  if (!link?.closest("#explored") || !href.startsWith(at("/explore?")) || link.hasAttribute("download")) return;
  event.preventDefault();
  go(href);
});

function submitted(form) {
  const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  if (!fields.has("since") && !fields.has("until")) fields.delete("undated");
  return at(`/explore?${fields}`);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#explored form.facets, #explored form.sizes");
  if (form) go(submitted(form));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#explored") || form.getAttribute("action") !== at("/explore")) return;
  event.preventDefault();
  go(submitted(form));
});

document.addEventListener("keydown", (event) => {
  if (!explored() || event.target.closest?.("input, select, textarea, dialog")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    if (event.shiftKey ? step() < last : step() > 0) history.go(event.shiftKey ? 1 : -1);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const close = document.querySelector("#beside .card-close");
  if (event.key === "Escape" && close && !document.fullscreenElement) {
    go(close.getAttribute("href"));
  } else if (event.target.closest?.("#picture") && view && act(event)) {
    event.preventDefault();
  }
});

/** A key in the picture; whether it meant something. */
function act(event) {
  if (view.key(event)) return true;
  const tool = { "+": "nearer", "=": "nearer", "-": "farther", 0: "whole", f: "full", "?": "keys" }[event.key];
  if (tool) TOOLS.find(([id]) => id === tool)[3]();
  else if (event.key === "e" && view.current !== undefined) grow(view.walk.actors[view.current]);
  else return false;
  return true;
}

/** Opens an actor whose ties are not all shown. */
function grow(actor) {
  if (!actor.more) return;
  const url = new URL(withCard(actor.id), location.href);
  url.searchParams.append("open", actor.id);
  go(url.pathname + url.search);
}

addEventListener("popstate", () => {
  if (!location.pathname.endsWith("/explore")) return;
  if (explored()) go(location.href, false);
  else location.reload();
});

// a file that was taken away holds the address of its picture

const file = document.getElementById("saved-file");
if (file) {
  document.querySelector(".reopen").hidden = false;
  file.addEventListener("change", async () => {
    const text = new TextDecoder("latin1").decode(await file.files[0].arrayBuffer());
    const found = text.match(/\/explore\?[A-Za-z0-9_.~%=&;+-]+/);
    if (found) location.assign(at(found[0].replaceAll("&amp;", "&")));
    else document.getElementById("saved-told").textContent = say("No address of a picture is in this file.");
  });
}

refresh();
mount();
