// Drawings of an answer: bars for one number a row, a network for pairs of things, a map for countries. Each
// takes the rows as the table shows them, filtered and sorted; the table is the same in words.

const { at, number, say, sayMany } = await import(`./words.js${new URL(import.meta.url).search}`);

const BARS = 40;
/** More things than this are a cloud, not a picture. */
const NODES = 120;
/** How strongly all things are drawn to the middle, so that what hangs together with nothing stays in sight. */
const GRAVITY = 1.4;
const COUNTRY = /\/id\/country\/([A-Z]{2})$/;

/** The countries that the map of Europe can tell. */
const EUROPE = new Set(("AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU "
  + "SE SI SK SM TR UA XK").split(" "));

const cut = (text, most) => (text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text);
const many = (n) => sayMany("%(count)s row", "%(count)s rows", n);

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function figure(drawing, caption) {
  const box = document.createElement("figure");
  box.className = "chart";
  const words = document.createElement("figcaption");
  words.className = "small";
  words.textContent = caption;
  box.append(drawing, words);
  return box;
}

/** A name that leads to the page of its thing, where there is one. */
function linked(shown, term, ...children) {
  const page = term?.type === "uri" ? shown.names.of(term.value)?.page : null;
  return page ? svg("a", { href: page }, ...children) : svg("g", {}, ...children);
}

/** The column of the numbers: the last that is one and no year. */
function numbers(shown) {
  const { rows } = shown.answer;
  return shown.numeric.findLastIndex((is, i) => is && rows.some((row) => row[i] && !row[i].datatype?.endsWith("gYear")));
}

const valueAt = (shown, i, column) => Number(shown.answer.rows[i][column]?.value ?? NaN);

function bars(shown) {
  const { columns, rows } = shown.answer;
  const value = numbers(shown);
  const parts = columns.map((_, i) => i).filter((i) => !shown.numeric[i]).slice(0, 3);
  const all = shown.shown.filter((i) => Number.isFinite(valueAt(shown, i, value)));
  const drawn = all.slice(0, BARS);
  const values = drawn.map((i) => valueAt(shown, i, value));
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  const width = Math.max(300, shown.body.clientWidth || 700);
  const left = Math.min(320, Math.round(width * 0.38));
  const room = width - left - 70;
  const at = (x) => left + ((x - low) / span) * room;
  const height = drawn.length * 26 + 4;
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, class: "bars", role: "img",
    "aria-label": say("%(value)s by %(parts)s; the same numbers as in the table", { value: columns[value], parts: parts.map((p) => columns[p]).join(", ") }),
  });
  drawn.forEach((i, n) => {
    const name = parts.map((part) => shown.texts[i][part]).filter(Boolean).join(", ");
    const text = svg("text", { x: left - 10, y: n * 26 + 18, class: "bar-name" }, cut(name, Math.floor(left / 7.6)));
    text.append(svg("title", {}, name));
    const [from, to] = [at(0), at(values[n])].sort((a, b) => a - b);
    drawing.append(linked(shown, rows[i][parts[0]], text),
      svg("rect", { x: from, y: n * 26 + 4, width: Math.max(1, to - from), height: 18, class: "bar" }),
      svg("text", { x: to + 6, y: n * 26 + 18, class: "bar-number" }, number(values[n])));
  });
  const which = all.length > drawn.length ? say("the first %(n)s of %(rows)s, in the order of the table", { n: number(drawn.length), rows: many(all.length) }) : many(all.length);
  return figure(drawing, say("%(value)s by %(parts)s: %(rows)s. Bars begin at nought. Release %(version)s.", {
    value: columns[value], parts: parts.map((p) => columns[p]).join(", "), rows: which, version: shown.version,
  }));
}

// the network

/** The columns whose cells are addresses; triples join their subject to their object. */
function ends(shown) {
  const { rows, kind, columns } = shown.answer;
  if (kind === "triples") return rows.some((row) => row[0].type === "uri" && row[2].type === "uri") ? [0, 2] : null;
  const found = columns.map((_, i) => i).filter((i) => rows.some((row) => row[i]) && rows.every((row) => !row[i] || row[i].type === "uri"));
  return found.length > 1 ? found.slice(0, 2) : null;
}

/** Places for nodes, always the same for the same answer: from a circle, pushed apart and pulled together. */
function arranged(nodes, ties, width, height) {
  const place = nodes.map((_, i) => {
    const turn = (i * 2.399963) % (2 * Math.PI);
    const far = Math.sqrt((i + 0.5) / nodes.length);
    return { x: Math.cos(turn) * far, y: Math.sin(turn) * far };
  });
  const far = Math.sqrt(3 / nodes.length);
  for (let round = 0; round < 260; round += 1) {
    const push = place.map((p) => ({ x: -p.x * GRAVITY, y: -p.y * GRAVITY }));
    for (let i = 0; i < place.length; i += 1) {
      for (let j = i + 1; j < place.length; j += 1) {
        const [dx, dy] = [place[i].x - place[j].x, place[i].y - place[j].y];
        const force = (far * far) / (dx * dx + dy * dy + 1e-4);
        push[i].x += dx * force; push[i].y += dy * force;
        push[j].x -= dx * force; push[j].y -= dy * force;
      }
    }
    for (const [a, b] of ties) {
      const [dx, dy] = [place[a].x - place[b].x, place[a].y - place[b].y];
      const pull = Math.hypot(dx, dy) / far;
      push[a].x -= dx * pull; push[a].y -= dy * pull;
      push[b].x += dx * pull; push[b].y += dy * pull;
    }
    const step = 0.12 * (1 - round / 260) + 0.004;
    place.forEach((p, i) => {
      const size = Math.hypot(push[i].x, push[i].y) || 1;
      p.x += (push[i].x / size) * Math.min(size, step);
      p.y += (push[i].y / size) * Math.min(size, step);
    });
  }
  const spread = (axis, room, edge) => {
    const [low, high] = [Math.min(...place.map((p) => p[axis])), Math.max(...place.map((p) => p[axis]))];
    for (const p of place) p[axis] = high - low < 1e-6 ? room / 2 : edge + ((p[axis] - low) / (high - low)) * (room - 2 * edge);
  };
  spread("x", width, width < 600 ? 50 : 90);
  spread("y", height, 26);
  return place;
}

const longest = (width) => (width < 600 ? 16 : 30);

/** The things whose names stand free of one another, those with the most ties first; the others show on hover. */
function unobstructed(all, place, width) {
  const boxes = [];
  const named = new Set();
  for (const one of [...all].sort((a, b) => b.degree - a.degree || a.n - b.n)) {
    const half = Math.min(one.text.length, longest(width)) * 3.4;
    const { x, y } = place[one.n];
    const box = [x - half, y - 26, x + half, y - 6];
    const hits = boxes.some(([l, t, r, b]) => box[0] < r && l < box[2] && box[1] < b && t < box[3]);
    if (hits || box[0] < 0 || box[2] > width) continue;
    boxes.push(box);
    named.add(one);
  }
  return named;
}

function network(shown) {
  const { rows, columns } = shown.answer;
  const [from, to] = ends(shown);
  const nodes = new Map();
  const ties = new Map();
  const node = (i, column) => {
    const term = rows[i][column];
    if (!nodes.has(term.value)) nodes.set(term.value, { n: nodes.size, term, text: shown.texts[i][column], degree: 0, side: column });
    return nodes.get(term.value);
  };
  let pairs = 0;
  for (const i of shown.shown) {
    if (rows[i][from]?.type !== "uri" || rows[i][to]?.type !== "uri") continue;
    const [a, b] = [node(i, from), node(i, to)];
    pairs += 1;
    if (a === b) continue;
    a.degree += 1;
    b.degree += 1;
    const key = [a.n, b.n].sort((x, y) => x - y).join(" ");
    ties.set(key, (ties.get(key) ?? 0) + 1);
  }
  const all = [...nodes.values()];
  if (all.length > NODES || !all.length) {
    const words = document.createElement("p");
    words.className = "empty";
    words.textContent = all.length ? say("%(n)s things are too many for a picture; up to %(most)s are drawn. Filter the rows.", { n: number(all.length), most: NODES })
      : say("No row has both ends of a pair.");
    return words;
  }
  const width = Math.max(300, shown.body.clientWidth || 700);
  const height = Math.min(680, 260 + all.length * 9);
  const joined = [...ties].map(([key, n]) => [...key.split(" ").map(Number), n]);
  const place = arranged(all, joined, width, height);
  const most = Math.max(1, ...joined.map(([, , n]) => n));
  const named = unobstructed(all, place, width);
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, class: "pairs", role: "group",
    "aria-label": say("Network of %(one)s and %(other)s; the same pairs as in the table", { one: columns[from], other: columns[to] }),
  });
  for (const [a, b, n] of joined) {
    drawing.append(svg("line", { x1: place[a].x, y1: place[a].y, x2: place[b].x, y2: place[b].y, "stroke-width": 1 + 4 * ((n - 1) / most) }));
  }
  for (const one of all) {
    const { x, y } = place[one.n];
    const size = 4 + Math.min(5, Math.sqrt(one.degree));
    const shape = one.side === from ? svg("circle", { cx: x, cy: y, r: size }) : svg("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size, rx: 2 });
    const text = svg("text", { x, y: y - size - 4, class: named.has(one) ? "name" : "name waiting" }, cut(one.text, longest(width)));
    drawing.append(linked(shown, one.term, svg("title", {}, one.text), shape, text));
  }
  return figure(drawing, say(
    "Circles: %(one)s. Squares: what stands only in: %(other)s. %(rows)s, %(things)s; a wider line is more rows. Release %(version)s.",
    { one: columns[from], other: columns[to], rows: many(pairs), things: sayMany("%(count)s thing", "%(count)s things", all.length), version: shown.version },
  ));
}

// the map

function country(shown) {
  const { rows, columns } = shown.answer;
  return columns.findIndex((_, i) => {
    const codes = rows.map((row) => row[i]?.value.match(COUNTRY)?.[1]);
    // One row a country: with more, one number would hide the others.
    return codes.every(Boolean) && new Set(codes).size === codes.length && codes.some((code) => EUROPE.has(code));
  });
}

/** The map is drawn on the server from the numbers, as on other pages; the table has the same. */
function map(shown) {
  const { rows, columns } = shown.answer;
  const [where, value] = [country(shown), numbers(shown)];
  const known = new Map(shown.shown.map((i) => [rows[i][where].value.match(COUNTRY)[1], i]));
  const fields = new URLSearchParams();
  for (const [code, i] of known) {
    const n = valueAt(shown, i, value);
    if (EUROPE.has(code) && Number.isFinite(n)) fields.set(code, n);
  }
  if ((shown.body.clientWidth || 700) < 560) fields.set("size", "narrow");
  const box = document.createElement("div");
  box.className = "on-map";
  fetch(at(`/europe.svg?${fields}`)).then(async (response) => {
    const drawing = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
    if (!response.ok || drawing.tagName !== "svg") throw new Error(String(response.status));
    drawing.querySelector("title").textContent = say("%(value)s by country; the same numbers as in the table", { value: columns[value] });
    box.append(document.importNode(drawing, true));
  }).catch(() => {
    box.textContent = say("The map could not be drawn; the table has the same numbers.");
  });
  const away = [...known].filter(([code]) => !EUROPE.has(code)).map(([, i]) => `${shown.texts[i][where]} ${shown.texts[i][value]}`);
  const rest = away.length ? ` ${say("Not on the map: %(places)s.", { places: away.join("; ") })}` : "";
  return figure(box, `${say("%(value)s by country, %(rows)s: the larger, the stronger the shade; pale countries have no row.", {
    value: columns[value], rows: many(known.size),
  })}${rest} ${say("Borders: Natural Earth. Release %(version)s.", { version: shown.version })}`);
}

export const drawings = [
  { name: "bars", title: say("Bars"), fits: (shown) => numbers(shown) >= 0 && shown.numeric.includes(false), draw: bars },
  { name: "network", title: say("Network"), fits: (shown) => ends(shown) !== null, draw: network },
  { name: "map", title: say("Map"), fits: (shown) => numbers(shown) >= 0 && country(shown) >= 0, draw: map },
];
