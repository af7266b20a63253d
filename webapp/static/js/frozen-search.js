// The search of a copy of the site: reads an index that was made with the copy. The order of what it finds, and what
// counts as the same word, are those of the server (p2p_graph/reading/search.py, p2p_graph/text.py).

const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ŧ: "t", ı: "i", æ: "ae", œ: "oe", þ: "th", ς: "σ", ß: "ss" };
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\u0300-\u036f\u00ad\u200b-\u200d\u2060]*/gu;
const JOINING = "-\u2010\u2011'’.&/·";
const ONE_SLIP = 5;
const SHOWN = 220;
const BEFORE = 70;
const MATCHES = ["exact", "beginning", "words", "words", "related", "slip"];

/** A text without accents and case, for comparing. */
export function fold(text) {
  const plain = text.toLowerCase().normalize("NFKD").toLowerCase().replace(/[\p{Mn}\p{Cf}]/gu, "");
  return plain.replace(/[łøđðħŧıæœþςß]/g, (letter) => LETTERS[letter]);
}

/** The words of a text: where each begins and ends, what it is when folded, and which stand joined by a hyphen. */
export function words(text) {
  const found = [];
  for (const match of text.matchAll(WORD)) {
    const folded = fold(match[0]).replace(/[^\p{L}\p{N}]/gu, "");
    if (!folded) continue;
    const last = found.at(-1);
    const isJoined = last && match.index - last.end === 1 && JOINING.includes(text[last.end]);
    found.push({ start: match.index, end: match.index + match[0].length, folded, group: isJoined ? last.group : found.length });
  }
  return found;
}

function groups(text) {
  const made = new Map();
  for (const word of words(text)) made.set(word.group, [...(made.get(word.group) ?? []), word.folded]);
  return [...made.values()];
}

/** The words of a text one by one, and also as one those that a hyphen joins. */
function indexed(text) {
  return groups(text).flatMap((parts) => (parts.length > 1 ? [...parts, parts.join("")] : parts));
}

/** How many letters are wrong, missing, too many or swapped with their neighbour; more than `most` is `most + 1`. */
export function slips(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [];
  let last = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] !== other[j - 1]));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return Math.min(last[other.length], most + 1);
}

const fits = (unit, word) => unit.meant.has(word) || unit.parts.some((part) => word === part || (part.length > 1 && word.startsWith(part)))
  || (unit.whole.length > 1 && word.startsWith(unit.whole));

let index = null;

/** The index of this page's language, read and folded once. */
export function load(address) {
  index ??= fetch(address).then((response) => {
    if (!response.ok) throw new Error(`the index answered ${response.status}`);
    return response.json();
  }).then((read) => {
    const root = new URL("..", new URL(address, document.baseURI));
    const things = read.things.map(([kind, file, short, name, language, countries]) => ({
      kind: read.kinds[kind], weight: kind, page: new URL(file, root).href, short, name, language,
      countries: countries ? countries.split(" ") : [], texts: [], links: [],
    }));
    const known = new Set();
    for (const [thing, field, language, text] of read.texts) {
      const found = indexed(text);
      found.forEach((word) => known.add(word));
      things[thing].texts.push({ field: read.fields[field], isName: field < 2, language, text, words: found, compact: field < 2 ? groups(text).flat().join("") : null });
    }
    for (const [thing, field, target] of read.links) things[thing].links.push({ field, target: things[target] });
    return { ...read, things, known: [...known] };
  });
  return index;
}

function unitsOf(text) {
  return groups(text).map((parts) => ({ parts, whole: parts.join(""), meant: new Set([parts.join("")]) }));
}

/** Words that may have been meant in the place of those that are not there. */
function readAnew(units, known) {
  let isOther = false;
  const anew = units.map((unit) => {
    const most = unit.whole.length >= 9 ? 2 : unit.whole.length >= ONE_SLIP && !/^\d+$/.test(unit.whole) ? 1 : 0;
    if (!most || known.some((word) => fits(unit, word))) return unit;
    const near = known.map((word) => [slips(unit.whole, word, most), word]).filter(([far]) => far <= most);
    near.sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1));
    if (!near.length) return unit;
    isOther = true;
    return { ...unit, meant: new Set(near.slice(0, 12).map(([, word]) => word)) };
  });
  return isOther ? anew : null;
}

const all = (units, list) => units.every((unit) => list.some((word) => fits(unit, word)));

/** The best place where a thing has the words: how good it is, and which text of it or of what it belongs to. */
function place(thing, units, compact, language) {
  const rank = (text) => (text.language === language || !text.language ? 0 : 1);
  const best = (list) => [...list].sort((a, b) => rank(a) - rank(b))[0];
  const names = thing.texts.filter((text) => text.isName);
  const exact = best(names.filter((text) => text.compact === compact));
  if (exact) return [0, exact];
  const beginning = best(names.filter((text) => compact && text.compact.startsWith(compact)));
  if (beginning) return [1, beginning];
  const named = best(names.filter((text) => all(units, text.words)));
  if (named) return [2, named];
  const told = best(thing.texts.filter((text) => all(units, text.words)));
  if (told) return [3, told];
  const around = [...thing.texts, ...thing.links.flatMap(({ field, target }) => target.texts.filter((text) => text.isName).map((text) => ({ ...text, field })))];
  if (!all(units, around.flatMap((text) => text.words))) return null;
  const fitting = (text) => units.filter((unit) => text.words.some((word) => fits(unit, word))).length;
  return [4, [...around].sort((a, b) => fitting(b) - fitting(a) || rank(a) - rank(b))[0]];
}

/** A text in pieces, those marked that fit; of a long one the part around the first of them. */
function excerpt(text, units) {
  const marked = words(text).filter((word) => units.some((unit) => fits(unit, word.folded)));
  const first = marked[0]?.start ?? 0;
  const space = (at) => { const found = text.indexOf(" ", at); return found < 0 || found > at + 30 ? at : found + 1; };
  const start = text.length > SHOWN && first > BEFORE ? space(first - BEFORE) : 0;
  const end = text.length > start + SHOWN ? space(start + SHOWN) : text.length;
  const pieces = start ? [{ text: "…", found: false }] : [];
  let at = start;
  for (const word of marked) {
    if (word.start < at || word.end > end) continue;
    if (word.start > at) pieces.push({ text: text.slice(at, word.start), found: false });
    pieces.push({ text: text.slice(word.start, word.end), found: true });
    at = word.end;
  }
  if (end > at) pieces.push({ text: text.slice(at, end), found: false });
  if (end < text.length) pieces.push({ text: "…", found: false });
  return pieces;
}

/** What fits a text, best first, in the shape of the server's /search.json. */
export async function find(address, text, { kind = "", country = "", limit = 20, offset = 0 } = {}) {
  const { things, known, language } = await load(address);
  const compact = groups(text).flat().join("");
  const asked = unitsOf(text);
  const found = new Map();
  const look = (units, isSlip) => {
    for (const thing of things) {
      if (found.has(thing) || (kind && thing.kind !== kind) || (country && !thing.countries.includes(country))) continue;
      const at = place(thing, units, isSlip ? "" : compact, language);
      if (at) found.set(thing, { tier: isSlip ? 5 : at[0], at: at[1], units });
    }
  };
  const anew = asked.length ? readAnew(asked, known) : null;
  if (asked.length) look(asked, false);
  if (anew) look(anew, true);
  const order = [...found].sort(([a, one], [b, other]) => one.tier - other.tier
    || (one.at.language === language ? 0 : 1) - (other.at.language === language ? 0 : 1)
    || a.weight - b.weight || a.name.localeCompare(b.name) || (a.short < b.short ? -1 : 1));
  const hits = order.slice(offset, offset + limit).map(([thing, { tier, at, units }]) => ({
    page: thing.page, short: thing.short, kind: thing.kind, name: thing.name, lang: thing.language,
    countries: thing.countries, match: MATCHES[tier], field: at.field, found_lang: at.language, excerpt: excerpt(at.text, units),
  }));
  const instead = Object.fromEntries((anew ?? []).filter((unit) => !unit.meant.has(unit.whole)).map((unit) => [unit.whole, [...unit.meant]]));
  return { q: text, lang: language, total: order.length, complete: true, limit, offset, instead, hits };
}
