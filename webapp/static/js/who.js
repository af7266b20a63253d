// The frame of a page says whether somebody is signed in. Public pages are the same for everybody and read no cookie, so
// what the desk pages know is kept in this browser: one word, no name. Without this file the link to sign in is there
// always, and leads who is signed in to their submissions.

const KEY = "p2p-signed-in";
const frame = document.querySelector("[data-who]");

function kept() {
  try { return localStorage.getItem(KEY) === "yes"; } catch { return false; }
}

function keep(is) {
  try { if (is) localStorage.setItem(KEY, "yes"); else localStorage.removeItem(KEY); } catch { /* nothing is kept there */ }
}

function show() {
  const { who } = frame.dataset;
  if (who) keep(who === "in");
  // a page of the desk has these links of its own
  const is = who ? who === "in" : kept();
  frame.querySelector(".who-in").hidden = is;
  for (const name of ["who-mine", "who-out"]) frame.querySelector(`.${name}`).hidden = !is || who === "in";
}

if (frame) {
  show();
  // where one is led after signing out is a public page
  addEventListener("submit", ({ target }) => { if (target.action.endsWith("/sign-out")) keep(false); });
  // also where the browser shows a page that it had kept whole, or another tab signed in or out
  addEventListener("pageshow", (event) => { if (event.persisted && !frame.dataset.who) show(); });
  addEventListener("storage", (event) => { if (event.key === KEY && !frame.dataset.who) show(); });
}
