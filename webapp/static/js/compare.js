// The page that compares: choices are shown at once, the address follows, a role is lit in every picture.

const { at, say } = await import(`./words.js${new URL(import.meta.url).search}`);

const form = document.getElementById("choices");
const shown = () => document.getElementById("compared");
let asked = null;

/** The choices as an address, without those that say nothing. */
function address() {
  const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "" && value !== "wheels"));
  if (!fields.has("year")) fields.delete("undated");
  const said = fields.toString();
  return at(said ? `/compare?${said}` : "/compare");
}

async function show(where, push) {
  asked?.abort();
  asked = new AbortController();
  try {
    const response = await fetch(where, { headers: { Accept: "text/html" }, signal: asked.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("compared");
    if (!response.ok || !fresh) {
      location.assign(where);
      return;
    }
    shown().replaceWith(fresh);
    history[push ? "pushState" : "replaceState"](null, "", where);
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(where);
  }
}

// on a small screen the pictures come first
if (matchMedia("(max-width: 640px)").matches) form.parentElement.open = false;

// a slider beside the field for the year, which stays for those who type
const year = document.getElementById("year");
if (year) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: year.dataset.first, max: year.dataset.last, value: year.value || year.dataset.last });
  slider.setAttribute("aria-label", say("Year"));
  slider.addEventListener("input", () => {
    year.value = slider.value;
    show(address(), false);
  });
  year.addEventListener("input", () => {
    if (year.value) slider.value = year.value;
  });
  year.after(slider);
}

form.addEventListener("change", (event) => {
  if (event.target.type !== "range") show(address(), true);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show(address(), true);
});
addEventListener("popstate", () => location.reload());

/** The family of roles under the pointer: of a legend's entry, an actor, a cell, or the only one of a chord. */
function family(target) {
  const entry = target.closest?.("[data-family]");
  if (entry) return entry.dataset.family;
  const part = target.closest?.(".family, .actor, .code");
  return part?.getAttribute("class").match(/\b(?:of|family)-([a-z-]+)/)?.[1] ?? null;
}

function light(event) {
  const found = family(event.target);
  if (found) shown().dataset.lit = found;
  else delete shown().dataset.lit;
}

for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);
