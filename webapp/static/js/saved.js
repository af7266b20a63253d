// The answer of a saved question, to sort, filter and draw. What the server drew stays where it is until the same
// answer has come as data; without this file it stays for good.

const { at } = await import(`./words.js${new URL(import.meta.url).search}`);

const stamp = new URL(import.meta.url).search;
const host = document.querySelector("#answer .answer-shown");
const table = host?.querySelector("table");

if (table) {
  Promise.all([import(`./sparql-answer.js${stamp}`), import(`./sparql-drawing.js${stamp}`)])
    .then(([answering, drawing]) => begin(answering, drawing)).catch((error) => {
      console.info("The plain table stays:", error.message);
    });
}

async function begin(answering, { drawings }) {
  const here = new URL(location.href);
  const looked = Object.fromEntries(["view", "sort", "filter"].map((name) => [name, here.searchParams.get(name) ?? ""]));
  for (const name of Object.keys(looked)) here.searchParams.delete(name);
  const [terms, response] = await Promise.all([
    fetch(at("/sparql/terms.json"), { headers: { Accept: "application/json" } }),
    fetch(here, { headers: { Accept: "application/sparql-results+json" } }),
  ]);
  if (!terms.ok || !response.ok) return;
  const { prefixes } = await terms.json();
  const found = answering.parse(await response.text(), response.headers.get("Content-Type") ?? "");
  if (found.kind !== "table" || !found.rows.length) return;
  found.columns = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const names = new answering.Names(prefixes);
  // Names first, so that nothing changes before a reader's eyes.
  const addresses = new Set(found.rows.flat().filter((term) => term?.type === "uri").map((term) => term.value));
  await names.learn(addresses, undefined, () => {}).catch(() => {});
  const told = host.querySelector(".count").textContent.split(";")[0];
  const answer = new answering.Answer(host, names, drawings, () => {
    const address = new URL(here);
    for (const [name, value] of Object.entries(answer.state())) address.searchParams.set(name, value);
    history.replaceState(null, "", address);
  });
  answer.show(found, { version: response.headers.get("X-P2P-Version") ?? "", state: looked, told });
}
