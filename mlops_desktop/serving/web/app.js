// The form page: everything it shows comes from this service, and nothing is kept.
import { curve, shape, signedBars } from "./charts.js";
import { language, load, t, translated } from "./texts.js";

const SHOWN = 30, BARS = 10;
const $ = (id) => document.getElementById(id);
const number = { format: (value) => new Intl.NumberFormat(language, { maximumSignificantDigits: 5 }).format(value) };
const percent = (share) => new Intl.NumberFormat(language, { style: "percent", maximumSignificantDigits: share > 0.1 ? 3 : 2 }).format(share);
const whole = (share) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: share < 0.01 || share > 0.99 ? 1 : 0 }).format(share);
let schema, fields, last = {}, latest = 0, waiting = 0;

const same = (a, b) => a === b || (a === null && b === undefined);
const labelOf = (name) => schema.columns.find((one) => one.name === name).label;
const shown = (value) => (value === null || value === undefined ? t("missing") : typeof value === "number" ? number.format(value) : String(value));
const score = (value) => (schema.classes.length ? whole(value) : number.format(value));

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

async function ask(path, body, type = "application/json") {
  const response = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": type }, body });
  if (type === "text/csv" && response.ok) return response;
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error([answer.title, answer.detail].filter(Boolean).map((text) => translated(text)).join(" ")), { problem: answer });
  return answer;
}

function fail(error) {
  $("failure").textContent = error.problem ? error.message : t("The service does not answer. Is it still running? Reload the page to try again.");
  $("failure").hidden = false;
}

// Each widget: {column, element, read(): value, write(value)}
function widget(column, i) {
  const id = `f${i}`, set = () => changed();
  const described = column.description ? `${id}-about` : null;
  const label = make("label", { for: id, title: column.label === column.name ? null : column.name }, column.label, column.unit ? make("span", { class: "unit" }, ` (${column.unit})`) : "");
  const common = { id, name: column.name, "aria-describedby": [described, `${id}-fault`].filter(Boolean).join(" "), "aria-required": column.required ? "true" : null };
  const kinds = { number: numeric, integer: numeric, boolean: flag, date: dated, text: words, id: line };
  const control = (kinds[column.type] || choice)(column, common, set);
  const about = column.description ? [make("p", { class: "about", id: described }, column.description)] : [];
  const fault = make("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const top = make("div", { class: control.switch ? "switch" : "top" }, ...(control.switch ? [control.first, label] : [label, ...(control.beside ? [control.beside] : [])]));
  const element = make("div", { class: "field" }, top, ...about, ...(control.switch ? [] : [control.first]), fault);
  return { column, element, fault, main: control.main, read: control.read, write: control.write };
}

function numeric(column, common, set) {
  const step = column.type === "integer" ? 1 : "any";
  const ranged = column.low !== null && column.high !== null && column.low < column.high;
  const box = make("input", { ...common, type: "number", step, class: ranged ? "beside" : "", placeholder: column.required ? "" : t("missing") });
  const read = () => (box.value === "" ? (box.validity.badInput ? "no number" : null) : Number(box.value));
  if (!ranged) {
    box.addEventListener("input", set);
    return { first: box, main: box, read, write: (value) => { box.value = value ?? ""; } };
  }
  const fine = column.type === "integer" ? Math.max(1, Math.ceil((column.high - column.low) / 1000)) : "any";
  const slide = make("input", { type: "range", min: column.low, max: column.high, step: fine, "aria-label": column.label, tabindex: -1 });
  const write = (value) => { box.value = value ?? ""; slide.value = value ?? (column.low + column.high) / 2; };
  const digits = Math.max(0, 3 - Math.floor(Math.log10(column.high - column.low)));
  slide.addEventListener("input", () => { box.value = column.type === "integer" ? Math.round(slide.value) : String(Number(Number(slide.value).toFixed(Math.min(12, digits)))); set(); });
  box.addEventListener("input", () => { if (box.value !== "") slide.value = box.value; set(); });
  return { first: slide, beside: box, main: box, read, write };
}

function flag(column, common, set) {
  if (!column.required && (column.missing_share > 0 || column.typical === null)) {
    const box = options(column, common, set, ["true", "false"], (text) => (column.words[text === "true" ? 0 : 1] || [])[0] || (text === "true" ? t("yes") : t("no")));
    const read = box.read;
    return { ...box, read: () => (read() === null ? null : read() === "true"), write: (value) => box.write(value === null ? null : String(value)) };
  }
  const box = make("input", { ...common, type: "checkbox", role: "switch" });
  box.addEventListener("change", set);
  return { first: box, main: box, switch: true, read: () => box.checked, write: (value) => { box.checked = Boolean(value); } };
}

function options(column, common, set, values, name = (text) => text) {
  const box = make("select", common);
  if (!column.required) box.append(make("option", { value: "m" }, t("(missing)")));
  values.forEach((value, i) => box.append(make("option", { value: `v${i}` }, name(value))));
  box.addEventListener("change", set);
  const read = () => (box.value.startsWith("v") ? values[Number(box.value.slice(1))] : null);
  return { first: box, main: box, read, write: (value) => { const at = values.indexOf(value === null ? undefined : String(value)); box.value = at >= 0 ? `v${at}` : "m"; } };
}

function choice(column, common, set) {
  return column.levels.length ? options(column, common, set, column.levels) : line(column, common, set);
}

function line(column, common, set) {
  const box = make("input", { ...common, type: "text", placeholder: column.required ? "" : t("missing") });
  box.addEventListener("input", set);
  return { first: box, main: box, read: () => (box.value === "" ? null : box.value), write: (value) => { box.value = value ?? ""; } };
}

function words(column, common, set) {
  const box = make("textarea", { ...common, rows: 3, placeholder: column.required ? "" : t("missing") });
  box.addEventListener("input", set);
  return { first: box, main: box, read: () => (box.value === "" ? null : box.value), write: (value) => { box.value = value ?? ""; } };
}

function dated(column, common, set) {
  const example = column.format || "", zoned = example.endsWith("Z"), bare = (text) => (text || "").replace(/Z$/, "");
  const kind = /^\d\d:\d\d/.test(example) ? "time" : /T/.test(example + (column.typical || "") + (column.low || "")) ? "datetime-local" : "date";
  const cut = (text) => (kind === "date" ? bare(text).slice(0, 10) : kind === "datetime-local" && text && !/T/.test(text) ? `${bare(text)}T00:00` : bare(text));
  const box = make("input", { ...common, type: kind, step: kind === "date" ? null : 1 });
  box.addEventListener("input", set);
  const read = () => (box.value === "" ? null : box.value + (zoned ? "Z" : ""));
  return { first: box, main: box, read, write: (value) => { box.value = cut(value); } };
}

function buildForm() {
  const order = schema.columns.map((column, i) => [column, i]);
  const weight = (column) => (column.used ? 1e9 : 0) + (column.importance ?? 0);
  if (schema.columns.some((column) => column.importance !== null) || schema.columns.some((column) => !column.used)) order.sort((a, b) => weight(b[0]) - weight(a[0]) || a[1] - b[1]);
  fields = order.map(([column, i]) => widget(column, i));
  const used = fields.filter((field) => field.column.used), idle = fields.filter((field) => !field.column.used);
  const form = $("form");
  form.replaceChildren(...used.slice(0, SHOWN).map((field) => field.element));
  fold(form, used.slice(SHOWN), (count) => t("{n} more fields, at typical values", { n: count }));
  fold(form, idle, (count) => t(count === 1 ? "1 field that never changes the answer" : "{n} fields that never change the answer", { n: count }));
  $("filter-row").hidden = fields.length <= 12;
  form.addEventListener("submit", (event) => event.preventDefault());
  const choose = $("what-if-field");
  const tried = used.map((field) => field.column).filter((column) => column.levels.length || column.low !== null || column.type === "boolean");
  choose.append(...tried.map((column) => make("option", { value: column.name }, column.label)));
  choose.value = (tried.find((column) => column.type === "number" || column.type === "integer") || tried[0] || {}).name;
  document.querySelector(".what-if").hidden = !choose.options.length;
}

function fold(form, group, title) {
  if (group.length) form.append(make("details", {}, make("summary", {}, title(group.length)), ...group.map((field) => field.element)));
}

function filter() {
  const wanted = $("filter").value.trim().toLowerCase();
  let found = 0;
  for (const field of fields) {
    const fits = field.column.name.toLowerCase().includes(wanted) || field.column.label.toLowerCase().includes(wanted) || field.column.description.toLowerCase().includes(wanted);
    field.element.hidden = !fits;
    found += fits;
  }
  for (const group of document.querySelectorAll("#form details")) {
    group.open = wanted !== "" && Boolean(group.querySelector(".field:not([hidden])"));
    group.hidden = wanted !== "" && !group.open;
  }
  $("filter-none").hidden = found > 0;
}

const row = () => Object.fromEntries(fields.map((field) => [field.column.name, field.read()]));

function reset() {
  for (const field of fields) field.write(schema.example[field.column.name] ?? null);
  changed();
}

// The address holds what differs from the typical row, so that a link restores an input. It never leaves the browser: it stands behind the #.
function restore() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const field of fields) {
    const text = given.get(field.column.name);
    if (text === null) continue;
    try { field.write(JSON.parse(text)); } catch { field.write(text); }
  }
  changed();
}

// Another link to this page in the same tab: the browser loads nothing, so the form follows by itself.
function follow() {
  for (const field of fields) field.write(schema.example[field.column.name] ?? null);
  restore();
}

function remember(sent) {
  const differs = fields.map((field) => field.column.name).filter((name) => !same(sent[name], schema.example[name] ?? null));
  const text = new URLSearchParams(differs.map((name) => [name, JSON.stringify(sent[name])])).toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}

function changed() {
  clearTimeout(waiting);
  waiting = setTimeout(update, 40);
}

async function update() {
  const turn = ++latest, sent = row();
  try {
    const answer = await ask("v1/predict", JSON.stringify({ rows: [sent] }));
    if (turn !== latest) return;
    $("failure").hidden = true;
    last.row = sent;
    remember(sent);
    showFaults([]);
    showAnswer(answer.predictions[0]);
    await Promise.all([why(turn, sent), whatIf(turn, sent)]);
  } catch (error) {
    if (turn !== latest) return;
    if (error.problem && error.problem.errors) showFaults(error.problem.errors);
    else fail(error);
  }
}

function showFaults(errors) {
  for (const field of fields) {
    const own = errors.filter((error) => error.field === field.column.name);
    field.fault.textContent = own.map((error) => translated(error.detail)).join(" ");
    field.fault.hidden = !own.length;
    if (own.length) field.main.setAttribute("aria-invalid", "true");
    else field.main.removeAttribute("aria-invalid");
  }
  const items = errors.map((error) => make("li", { class: "error" }, translated(error.detail)));
  $("warnings").replaceChildren(...items);
  if (errors.length) $("answer").replaceChildren(make("p", { class: "quiet" }, t("No answer until the marked fields are put right.")));
}

function bar(share, classes, limit) {
  const svg = shape("svg", { viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  svg.append(shape("rect", { width: 1000, height: 10, class: "track" }), shape("rect", { width: Math.max(2, 1000 * share), height: 10, class: `fill ${classes}` }));
  if (limit !== undefined) svg.append(shape("rect", { x: 1000 * limit - 1, y: -3, width: 2, height: 16, fill: "currentColor" }));
  return svg;
}

function showAnswer(answer) {
  const parts = [];
  if (!schema.classes.length) {
    parts.push(make("div", { class: "hero" }, make("span", { class: "headline" }, number.format(answer.prediction)), make("span", { class: "outcome" }, schema.target)));
  } else if (schema.positive !== null) {
    const share = answer.probabilities[String(schema.positive)], yes = answer.prediction === schema.positive;
    const outcome = make("div", {}, make("div", { class: yes ? "outcome positive" : "outcome" }, `${schema.target}: ${answer.prediction}`), make("div", { class: "quiet" }, t("probability of “{name}”", { name: schema.positive })));
    parts.push(make("div", { class: "hero" }, make("span", { class: "headline" }, whole(share)), outcome), make("div", { class: "bar" }, bar(share, yes ? "positive" : "", answer.threshold)));
    parts.push(make("div", { class: "ends" }, make("span", {}, percent(0)), make("span", {}, t("answers “{name}” from {share}", { name: schema.positive, share: percent(answer.threshold) })), make("span", {}, percent(1))));
  } else {
    const share = (name) => answer.probabilities[String(name)];
    parts.push(make("div", { class: "hero" }, make("span", { class: "headline" }, String(answer.prediction)), make("div", { class: "quiet" }, t("{target}, with probability {share}", { target: schema.target, share: whole(share(answer.prediction)) }))));
    const sorted = [...schema.classes].sort((a, b) => share(b) - share(a)).slice(0, 8);
    parts.push(make("dl", { class: "classes" }, ...sorted.flatMap((name) => [make("dt", {}, String(name)), make("dd", {}, bar(share(name), same(name, answer.prediction) ? "chosen" : "")), make("dd", { class: "share" }, percent(share(name)))])));
  }
  $("answer").replaceChildren(...parts);
  $("warnings").replaceChildren(...answer.warnings.map((warning) => make("li", {}, translated(warning.detail))));
}

async function why(turn, sent) {
  const answer = await ask("v1/explain", JSON.stringify({ rows: [sent] }));
  if (turn !== latest) return;
  last.why = answer.explanations[0];
  drawWhy();
}

function drawWhy() {
  const found = last.why, signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + (schema.classes.length ? percent(Math.abs(value)).replace(/\s?%/, ` ${t("pts")}`) : number.format(Math.abs(value)));
  const about = schema.classes.length ? t("the probability of “{name}”", { name: found.about }) : schema.target;
  $("why-text").textContent = t("How each field moves {about} from a typical row's {base} to this one's {answer}. The parts add up.", { about, base: score(found.base), answer: score(found.answer) });
  const moved = found.contributions.filter((part) => part.contribution !== 0);
  const items = moved.slice(0, BARS).map((part) => ({ label: `${labelOf(part.field)} = ${shown(last.row[part.field])}`, value: part.contribution, text: signed(part.contribution) }));
  const rest = moved.slice(BARS).reduce((sum, part) => sum + part.contribution, 0);
  if (moved.length > BARS) items.push({ label: t("{n} other fields", { n: moved.length - BARS }), value: rest, text: signed(rest) });
  signedBars($("why-chart"), items, t("Contributions: {list}", { list: items.map((item) => `${item.label} ${item.text}`).join(", ") }));
  const rows = found.contributions.map((part) => [labelOf(part.field), shown(last.row[part.field]), signed(part.contribution) || "0"]);
  $("why-table").replaceChildren(table([t("Field"), t("Value"), t("Contribution")], rows));
}

function table(head, rows) {
  const cell = (name, text, i, all) => make(name, { class: i === all.length - 1 ? "n" : null, scope: name === "th" ? "col" : null }, text);
  return make("table", {}, make("thead", {}, make("tr", {}, ...head.map((text, i, all) => cell("th", text, i, all)))), make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((text, i, all) => cell("td", text, i, all))))));
}

async function whatIf(turn, sent) {
  const field = $("what-if-field").value;
  if (!field) return;
  const answer = await ask("v1/what-if", JSON.stringify({ row: sent, field, points: 61 }));
  if (turn !== latest || field !== $("what-if-field").value) return;
  last.curve = answer;
  drawCurve();
}

function drawCurve() {
  const { field, kind, points, about } = last.curve, column = schema.columns.find((one) => one.name === field);
  const share = schema.classes.length > 0, dated = kind === "date";
  const place = dated ? (text) => Date.parse(/^\d\d:/.test(text) ? `1970-01-01T${text}` : text) : Number;
  $("what-if-text").textContent = t("{field} changes and everything else stays the same; {answer}", { field: `${column.label}${column.unit ? ` (${column.unit})` : ""}`, answer: share ? t("probability of “{name}”", { name: about }) : schema.target });
  curve($("what-if-chart"), points, {
    levels: kind === "level" || kind === "boolean", share, dated, place, here: last.row[field], limit: schema.positive === null ? null : schema.threshold ?? 0.5,
    format: score, name: dated ? (at) => new Date(at).toISOString().slice(0, 10) : (at) => number.format(at),
    label: t("{field} against the answer: {list}", { field: column.label, list: points.map((point) => `${shown(point.value)} ${score(point.score)}`).slice(0, 12).join(", ") }),
  });
  $("what-if-table").replaceChildren(table([column.label, share ? t("Probability of “{name}”", { name: about }) : schema.target], points.map((point) => [shown(point.value), score(point.score)])));
}

// What the service notes about a file: English sentences in one header, of which each is translated where that is known.
function showNotes(header) {
  const sentences = header ? decodeURIComponent(header).split(/(?<=\.) (?=[\p{Lu}\d“])/u) : [];
  $("batch-notes").replaceChildren(...sentences.map((one) => make("li", {}, translated(one))));
}

async function batch(file) {
  const text = $("batch-text");
  text.textContent = t("Answering {file} …", { file: file.name });
  $("download").hidden = true;
  showNotes(null);
  try {
    // The bytes as they are: the service finds their encoding, also by the levels that it knows.
    const response = await ask("v1/predict/csv", await file.arrayBuffer(), "text/csv"), answers = await response.text();
    const lines = answers.trimEnd().split("\n"), refused = lines.slice(1).filter((one) => /^,/.test(one)).length;
    const link = $("download");
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([answers], { type: "text/csv" }));
    link.download = file.name.replace(/\.\w+$/, "") + "_answers.csv";
    link.hidden = false;
    showNotes(response.headers.get("x-model-notes"));
    text.textContent = t(refused ? "{file}: {n} rows answered, {refused} of them refused (see the column “error”)." : "{file}: {n} rows answered.", { file: file.name, n: number.format(lines.length - 1), refused });
  } catch (error) {
    text.textContent = error.problem ? `${file.name}: ${error.message}` : t("{file} could not be sent: the service does not answer.", { file: file.name });
  }
}

function listen() {
  addEventListener("hashchange", follow);
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("prediction").focus(); });  // the part behind # is the input's
  $("reset").addEventListener("click", reset);
  $("filter").addEventListener("input", filter);
  $("what-if-field").addEventListener("change", () => whatIf(latest, last.row || row()).catch(fail));
  $("file").addEventListener("change", (event) => { if (event.target.files[0]) batch(event.target.files[0]); event.target.value = ""; });
  const drop = $("drop");
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, (event) => { event.preventDefault(); if (name === "drop" || !event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => { if (event.dataTransfer.files[0]) batch(event.dataTransfer.files[0]); });
  let timer = 0;
  addEventListener("resize", () => { clearTimeout(timer); timer = setTimeout(() => { if (last.why) drawWhy(); if (last.curve) drawCurve(); }, 80); });
}

async function start() {
  await load();
  schema = await ask("v1/schema");
  const name = schema.model.name || schema.target;
  document.title = t("{name}: prediction", { name });
  $("title").textContent = name;
  $("subtitle").textContent = t("Predicts {target}. Try the model on any input and ask what would change the answer.", { target: schema.target });
  $("pill").textContent = t("version {version}", { version: schema.model.version });
  $("identity").textContent = t("{name} · version {version} · {n} fields · runs on this service alone, nothing is sent elsewhere", { name, version: schema.model.version, n: schema.columns.length });
  buildForm();
  listen();
  reset();
  restore();
}

start().catch(fail);
