// The texts of the pages in the language of the browser. English is in the pages themselves; another language is a file beside them.
export let language = "en";
let texts = {}, sentences = [];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const filled = (text, values) => text.replace(/\{(\w+)[^}]*\}/g, (whole, name) => (name in values ? values[name] : whole));

// A text of the pages; its fields in braces get their values.
export const t = (text, values = {}) => filled(texts[text] || text, values);

// A sentence of the service, which is English: the template that it was made from is found again, and what fills it is translated too.
export function translated(sentence, depth = 0) {
  if (texts[sentence] || depth > 3) return texts[sentence] || sentence;
  if (/^-?\d+(\.\d+)?$/.test(sentence)) return new Intl.NumberFormat(language, { maximumFractionDigits: 15, useGrouping: false }).format(sentence);
  for (const { pattern, names, text } of sentences) {
    const found = pattern.exec(sentence);
    if (found) return filled(text, Object.fromEntries(names.map((name, i) => [name, translated(found[i + 1], depth + 1)])));
  }
  return sentence;
}

function template([source, text]) {
  const parts = source.split(/\{(\w+)[^}]*\}/), names = parts.filter((_, i) => i % 2);
  return { pattern: new RegExp(`^${parts.map((part, i) => (i % 2 ? "(.+)" : escaped(part))).join("")}$`, "s"), names, text, fixed: source.length };
}

function translatePage() {
  const nodes = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const text = node.data.trim();
    if (texts[text]) node.data = node.data.replace(text, () => texts[text]);
  }
  for (const name of ["placeholder", "aria-label", "title"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) element.setAttribute(name, t(element.getAttribute(name)));
  }
  document.documentElement.lang = language;
}

// The first language of the browser that there is a file of; English where it comes first, or where there is none.
export async function load() {
  const known = document.documentElement.dataset.languages.split(" ");
  const wanted = navigator.languages.map((name) => name.split("-")[0]).find((name) => name === "en" || known.includes(name));
  if (!wanted || wanted === "en") return;
  const response = await fetch(`static/${wanted}.json`);
  if (!response.ok) return;
  texts = await response.json();
  language = wanted;
  sentences = Object.entries(texts).filter(([source]) => source.includes("{")).map(template).sort((a, b) => b.fixed - a.fixed);
  translatePage();
}
