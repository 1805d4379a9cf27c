// Two charts as SVG, drawn for the width they have: signed bars, and the curve of one column. Attributes only: the page's policy allows no inline style.

import { t } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";

export function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function canvas(holder, height, label) {
  const width = Math.max(240, holder.clientWidth);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": label });
  holder.replaceChildren(svg);
  return [svg, width];
}

function shorten(text, room) {
  const most = Math.max(6, Math.floor(room / 7.2));
  return text.length > most ? text.slice(0, most - 1) + "…" : text;
}

export function ticks(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) || raw;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && found.length < 50; i++) found.push(Math.abs(i * step) < step * 1e-9 ? 0 : i * step);
  return found;
}

// items: [{label, value, text}]
export function signedBars(holder, items, label) {
  if (!items.length) {
    const text = document.createElement("p");
    text.textContent = t("This is the typical row. Change a field to see what moves the answer.");
    holder.replaceChildren(text);
    return;
  }
  const narrow = holder.clientWidth < 440, row = narrow ? 44 : 34, height = items.length * row + 14;
  const [svg, width] = canvas(holder, height, label);
  // On a phone the words stand above their bar, which then has the whole width.
  const left = narrow ? 0 : Math.min(width * 0.42, 12 + 7.2 * Math.max(...items.map((item) => item.label.length)));
  const room = narrow ? 4 : 14 + 7.4 * Math.max(...items.map((item) => item.text.length));
  const low = Math.min(0, ...items.map((item) => item.value)), high = Math.max(0, ...items.map((item) => item.value));
  const start = left + (low < 0 ? room : 10), end = width - (high > 0 ? room : 10);
  const scale = (value) => start + ((value - low) / (high - low || 1)) * (end - start);
  items.forEach((item, i) => {
    const middle = i * row + (narrow ? 33 : row / 2 + 2), x = scale(Math.min(0, item.value)), wide = Math.max(1, Math.abs(scale(item.value) - scale(0)));
    const [thick, at] = narrow ? [14, { x: 0, y: middle - 14 }] : [22, { x: left - 4, y: middle + 4, "text-anchor": "end" }];
    const name = shape("text", at, shorten(item.label, narrow ? width - 90 : left - 8));
    name.append(shape("title", {}, item.label));
    svg.append(name, shape("rect", { x, y: middle - thick / 2, width: wide, height: thick, class: item.value < 0 ? "down" : "up" }));
    const outside = item.value < 0 ? { x: x - 6, y: middle + 4, "text-anchor": "end" } : { x: x + wide + 6, y: middle + 4 };
    svg.append(shape("text", narrow ? { x: width, y: middle - 14, "text-anchor": "end" } : outside, item.text));
  });
  const spans = narrow ? items.map((_, i) => [i * row + 23, i * row + 43]) : [[2, height - 8]];
  for (const [y1, y2] of spans) svg.append(shape("line", { x1: scale(0), x2: scale(0), y1, y2, class: "axis" }));
}

// points: [{value, score}]; levels are drawn as bars, all else as a line over numbers
export function curve(holder, points, options) {
  const height = 290, [svg, width] = canvas(holder, height, options.label);
  const scores = points.map((point) => point.score).concat(options.limit === null ? [] : [options.limit]);
  let low = options.share ? 0 : Math.min(...scores), high = options.share ? Math.max(0.1, ...scores) : Math.max(...scores);
  if (options.share) high = Math.min(1, high * 1.08);
  else { const margin = (high - low || Math.abs(high) || 1) * 0.08; low -= margin; high += margin; }
  const marks = ticks(low, high, 5), left = 16 + 7 * Math.max(...marks.map((mark) => options.format(mark).length));
  const levels = options.levels, right = width - 14, top = 10, bottom = height - (levels ? 76 : 34);
  const y = (score) => bottom - ((score - low) / (high - low || 1)) * (bottom - top);
  for (const mark of marks) {
    svg.append(shape("line", { x1: left, x2: right, y1: y(mark), y2: y(mark), class: "grid" }));
    svg.append(shape("text", { x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, options.format(mark)));
  }
  svg.append(shape("line", { x1: left, x2: left, y1: top, y2: bottom, class: "axis" }));
  if (levels) drawLevels(svg, points, options, { left, right, bottom, y });
  else drawLine(svg, points, options, { left, right, top, bottom, y });
  if (options.limit !== null && options.limit <= high && options.limit >= low) {
    svg.append(shape("line", { x1: left, x2: right, y1: y(options.limit), y2: y(options.limit), class: "limit" }));
    svg.append(shape("text", { x: right, y: y(options.limit) - 5, "text-anchor": "end" }, t("threshold {value}", { value: options.format(options.limit) })));
  }
}

function drawLevels(svg, points, options, { left, right, bottom, y }) {
  const each = (right - left) / points.length, wide = Math.min(46, each * 0.7);
  points.forEach((point, i) => {
    const middle = left + each * (i + 0.5), here = String(point.value) === String(options.here);
    const zero = Math.min(bottom, y(Math.max(0, options.share ? 0 : -Infinity)) || bottom);
    const bar = shape("rect", { x: middle - wide / 2, y: Math.min(y(point.score), zero), width: wide, height: Math.max(1, Math.abs(zero - y(point.score))), class: here ? "up" : "down" });
    bar.append(shape("title", {}, `${point.value}: ${options.format(point.score)}`));
    svg.append(bar);
    const text = shape("text", { x: 0, y: 0, transform: `translate(${middle + 4} ${bottom + 14}) rotate(-32)`, "text-anchor": "end", class: here ? "strong" : "" }, shorten(String(point.value), 92));
    if (each > 13) svg.append(text);
  });
}

function drawLine(svg, points, options, { left, right, top, bottom, y }) {
  const places = points.map((point) => options.place(point.value)), first = places[0], last = places[places.length - 1];
  const x = (place) => left + ((place - first) / (last - first || 1)) * (right - left);
  for (const mark of options.dated ? [first, (first + last) / 2, last] : ticks(first, last, Math.max(2, Math.floor((right - left) / 70)))) {
    const anchor = options.dated ? (mark === first ? "start" : mark === last ? "end" : "middle") : "middle";
    svg.append(shape("text", { x: x(mark), y: bottom + 20, "text-anchor": anchor }, options.name(mark)));
  }
  // Models of trees jump: a step keeps its place when the points lie close together.
  svg.append(shape("polyline", { class: "line", points: points.map((point, i) => `${x(places[i]).toFixed(1)},${y(point.score).toFixed(1)}`).join(" ") }));
  const at = points.findIndex((point) => options.place(point.value) === options.place(options.here));
  if (at >= 0) svg.append(shape("circle", { cx: x(places[at]), cy: y(points[at].score), r: 6, class: "here" }));
  svg.append(shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis" }));
}
