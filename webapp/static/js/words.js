// What scripts say, in the language of the page. The server puts the words of a language into a block of JSON on its pages;
// on an English page there is none, and the texts that stand in the scripts are what is said.

const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

export const language = document.documentElement.lang || "en";
const plural = new Intl.PluralRules(language);

/** A path of this site in the language of the page. */
export const at = (path) => (language === "en" ? path : `/${language}${path}`);

/** A number as the language writes it. */
export const number = (n) => n.toLocaleString(language === "pt" ? "pt-PT" : language === "en" ? "en-GB" : language);

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (hole, name) => (name in values ? String(values[name]) : hole));

/** A text, with values in its holes. The English text is the key. */
export const say = (text, values = {}) => filled(words[text] ?? text, values);

/** How one thing and several are told; the number itself stands in the hole `count`. */
export function sayMany(one, many, n, values = {}) {
  const forms = words[one] ?? { one, other: many };
  return filled(forms[plural.select(n)] ?? forms.other ?? many, { count: number(n), ...values });
}
