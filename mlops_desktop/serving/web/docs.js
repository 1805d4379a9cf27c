// The interface, read from the service's own OpenAPI document, with requests that can be copied.
const $ = (id) => document.getElementById(id);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function example(document, content) {
  const [type, body] = Object.entries(content)[0];
  if (body.examples) return [type, Object.values(body.examples)[0].value];
  if (!body.schema.$ref) return [type, "@FILE"]; // a body that is no text, such as a Parquet file
  const schema = document.components.schemas[body.schema.$ref.split("/").pop()];
  return [type, JSON.stringify(schema.examples[0], null, 1)];
}

function command(base, verb, path, document, operation) {
  if (!operation.requestBody) return `curl ${verb === "get" ? "" : `-X ${verb.toUpperCase()} `}${base}${path}`;
  const [type, body] = example(document, operation.requestBody.content);
  return `curl ${base}${path} -H 'Content-Type: ${type}' --data-binary '${body.trimEnd().replaceAll("'", "'\\''")}'`;
}

function card(base, verb, path, document, operation) {
  const section = make("section", { class: "card" }, make("h2", {}, make("span", { class: "verb" }, verb.toUpperCase()), path), make("p", {}, operation.summary));
  for (const parameter of (operation.parameters || []).filter((one) => one.in === "query")) section.append(make("p", { class: "quiet" }, `?${parameter.name}=${(parameter.schema.enum || [parameter.schema.type]).join(" | ")}: ${parameter.description}`));
  section.append(make("pre", { tabindex: 0 }, command(base, verb, path, document, operation)));
  return section;
}

function kind(property) {
  const types = property.enum ? property.enum.map(String) : [].concat(property.type || []);
  return types.filter((type) => type !== "null").join(", ");
}

function range(property) {
  if (property["x-levels"]) return property["x-levels"].slice(0, 12).join(", ") + (property["x-levels"].length > 12 ? " …" : "");
  const ends = property["x-training-range"];
  return ends ? `${ends[0]} to ${ends[1]}${property["x-unit"] ? ` ${property["x-unit"]}` : ""}` : property["x-unit"] || "";
}

async function start() {
  const document = await (await fetch("openapi.json")).json(), base = location.href.replace(/\/docs\/?([?#].*)?$/, "");
  $("subtitle").textContent = `${document.info.title}, version ${document.info.version}`;
  for (const [path, verbs] of Object.entries(document.paths)) for (const [verb, operation] of Object.entries(verbs)) $("paths").append(card(base, verb, path, document, operation));
  const row = document.components.schemas.Row, rows = Object.entries(row.properties).map(([name, property]) => {
    const cells = [name, kind(property), row.required.includes(name) ? "yes" : "", range(property), property.description || ""];
    return make("tr", {}, ...cells.map((text) => make("td", {}, text)));
  });
  const head = ["Field", "Takes", "Needed", "In the training data", "Meaning"].map((text) => make("th", { scope: "col" }, text));
  $("fields").append(make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

start().catch(() => {
  $("failure").textContent = "The service does not answer. Is it still running?";
  $("failure").hidden = false;
});
