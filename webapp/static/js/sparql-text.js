// What can be known of a query from its text alone: its tokens, the prefixes it uses, and its text put in order.

const KEYWORDS = new Set((
  "base prefix select distinct reduced construct describe ask from named where order by asc desc limit offset filter " +
  "optional graph union minus bind values undef group having as exists not in service silent separator true false"
).split(" "));

export const FUNCTIONS = (
  "str lang langMatches datatype bound sameTerm isIRI isBlank isLiteral isNumeric iri bnode count sum min max avg " +
  "sample group_concat rand abs ceil floor round concat substr strlen replace ucase lcase encode_for_uri contains " +
  "strstarts strends strbefore strafter year month day hours minutes seconds timezone tz now md5 sha1 sha256 sha512 " +
  "coalesce if strlang strdt regex"
).split(" ");

export const WORDS = [...KEYWORDS].filter((word) => !["true", "false", "by", "separator", "service", "silent"].includes(word))
  .map((word) => ({ order: "ORDER BY", group: "GROUP BY" })[word] ?? word.toUpperCase());

const TOKEN = new RegExp([
  /(?<space>\s+)/,
  /(?<comment>#[^\n\r]*)/,
  /(?<text>"""(?:(?:""?)?(?:[^"\\]|\\[^]))*"""|'''(?:(?:''?)?(?:[^'\\]|\\[^]))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')/,
  /(?<address><[^<>"{}|^`\\\s]*>)/,
  /(?<variable>[?$][\p{L}\p{N}_]+)/,
  /(?<name>(?:[\p{L}][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*)?:(?:(?:[\p{L}\p{N}_:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?#@%])(?:(?:[\p{L}\p{N}_:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?#@%])|\.(?=[\p{L}\p{N}_:%\\-]))*)?|_:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]|\.(?=[\p{L}\p{N}_-]))*)/,
  /(?<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)/,
  /(?<number>(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?)/,
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)/,
  /(?<mark>\^\^|&&|\|\||!=|<=|>=|[^])/,
].map((part) => part.source).join("|"), "gu");

/** Every token but white space: its kind, text, place, and how many line ends stand before it. */
export function tokens(text) {
  const found = [];
  let lines = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    if (kind === "space") lines += match[0].split("\n").length - 1;
    else {
      found.push({ kind, text: match[0], at: match.index, lines });
      lines = 0;
    }
  }
  return found;
}

/** The prefixes a query declares, those it uses, and the place after its last declaration. */
export function prefixes(text) {
  const declared = new Set();
  const used = new Set();
  let end = 0;
  const all = tokens(text);
  let prologue = true;
  all.forEach((token, i) => {
    if (token.kind === "word" && !/^(prefix|base)$/i.test(token.text)) prologue = false;
    if (token.kind === "address" && prologue) end = token.at + token.text.length;
    if (token.kind !== "name" || token.text.startsWith("_:")) return;
    const prefix = token.text.slice(0, token.text.indexOf(":"));
    const before = all[i - 1];
    if (before && before.kind === "word" && /^prefix$/i.test(before.text)) declared.add(prefix);
    else used.add(prefix);
  });
  return { declared, used, end };
}

/** Where the declarations of known prefixes that are used and not yet declared go, and what they are; or null. */
export function missing(text, known) {
  const { declared, used, end } = prefixes(text);
  const wanted = [...used].filter((prefix) => known[prefix] && !declared.has(prefix));
  if (!wanted.length) return null;
  const lines = wanted.map((prefix) => `PREFIX ${prefix}: <${known[prefix]}>`).join("\n");
  // Saved questions begin with a head of comments: declarations go after it.
  const head = end ? 0 : (text.match(/^(?:[ \t]*#[^\n]*\n)*/) ?? [""])[0].length;
  return end ? { from: end, insert: `\n${lines}` } : { from: head, insert: `${lines}\n` };
}

/** The variables of a query, in their order. */
export function variables(text) {
  return [...new Set(tokens(text).filter((token) => token.kind === "variable").map((token) => token.text))];
}

const CLAUSES = /^(select|construct|describe|ask|where|from|order|group|having|limit|offset|values)$/i;
const same = (a, b) => a.length === b.length && a.every((token, i) => token.text.toLowerCase() === b[i].text.toLowerCase());

/** A query in order: a clause a line, two spaces for each brace, keywords in capitals. What it says stays the same. */
export function format(text) {
  const all = tokens(text);
  const out = new Sheet();
  all.forEach((token, i) => out.take(token, all[i - 1], all[i + 1]));
  const done = out.text();
  return same(tokens(done), all) ? done : text;
}

/** Lines in the making. */
class Sheet {
  constructor() {
    this.lines = [];
    this.line = "";
    this.depth = 0;
    this.round = 0;
    this.more = false;
    this.braces = [];
    this.prologue = true;
  }

  text() {
    this.end();
    return `${this.lines.join("\n").replace(/\n{3,}/g, "\n\n").trim()}\n`;
  }

  end() {
    if (this.line.trim()) this.lines.push(this.line.trimEnd());
    this.line = "";
  }

  gap() {
    this.end();
    if (this.lines.length && this.lines.at(-1) !== "") this.lines.push("");
  }

  add(word, glue = false) {
    if (!this.line) this.line = "  ".repeat(Math.max(0, this.depth + (this.more ? 1 : 0))) + word;
    else this.line += (glue ? "" : " ") + word;
  }

  take(token, before, after) {
    const word = token.text;
    const low = word.toLowerCase();
    if (token.lines > 1 && !this.line) this.gap();
    if (token.kind === "comment") {
      if (token.lines || !before) this.end();
      this.add(word);
      this.end();
      return;
    }
    if (token.kind === "word") this.word(word, low, before);
    else if (word === "{") this.open(after);
    else if (word === "}") this.close();
    else if (word === "." && !this.round) this.stop(after);
    else if (word === ";" && !this.round) {
      this.add(";");
      if (after?.kind !== "comment" || after.lines) this.end();
      this.more = true;
    } else this.plain(token, before, after);
    if (token.kind === "address" && this.prologue && !this.round && /^(prefix|base)\b/i.test(this.line.trim())) this.end();
  }

  word(word, low, before) {
    const isClause = CLAUSES.test(word);
    if (low === "prefix" || low === "base") {
      this.end();
      this.more = false;
    } else if (isClause && !this.round) {
      if (this.prologue && this.lines.length && !this.line) this.gap();
      this.end();
      this.more = false;
      this.prologue = false;
    } else if (/^(optional|filter|minus|bind|graph|union)$/.test(low) && !this.round) {
      if (low !== "union") {
        this.end();
        this.more = false;
      } else if (!this.line && this.lines.at(-1)?.trim() === "}") this.line = this.lines.pop();
      this.prologue = false;
    }
    const shown = KEYWORDS.has(low) && low !== "true" && low !== "false" ? word.toUpperCase() : word;
    this.add(shown, this.glued(before));
  }

  open(after) {
    const isList = /\bVALUES\b[^{]*$/.test(this.line);
    this.add("{");
    this.braces.push(isList || after?.text === "}");
    if (isList || after?.text === "}") return;
    this.end();
    this.more = false;
    this.depth += 1;
  }

  close() {
    const isList = this.braces.pop();
    if (isList) {
      this.add("}", this.line.endsWith("{"));
      this.end();
      return;
    }
    this.end();
    this.more = false;
    this.depth = Math.max(0, this.depth - 1);
    this.add("}");
    this.end();
  }

  stop(after) {
    if (!this.line && this.lines.length && !this.lines.at(-1).trimStart().startsWith("#")) this.line = this.lines.pop();
    this.add(".");
    if (after?.kind !== "comment" || after.lines) this.end();
    this.more = false;
  }

  glued(before) {
    return this.line !== "" && ["(", "[", "!", "^", "/", "^^", "|"].includes(before?.text);
  }

  plain(token, before, after) {
    const word = token.text;
    if (word === "(" || word === "[") {
      const low = before?.kind === "word" ? before.text.toLowerCase() : "";
      const call = word === "(" && low !== "" && (!KEYWORDS.has(low) || low === "asc" || low === "desc");
      this.round += 1;
      this.add(word, call || this.glued(before));
      return;
    }
    if (word === ")" || word === "]") {
      this.round = Math.max(0, this.round - 1);
      this.add(word, true);
      if (!this.round && /^(FILTER|BIND)\b/.test(this.line.trim()) && (after?.kind !== "comment" || after.lines)) this.end();
      return;
    }
    const path = ["*", "+", "?"].includes(word) && !this.round && ["name", "address", "mark"].includes(before?.kind);
    const tight = [",", "/", "^^", "|"].includes(word) || token.kind === "language" || path;
    this.add(word, tight || this.glued(before));
  }
}
