// Form fields from descriptions, and requests' values from fields. An empty field is not sent: the server's default holds.
//
// A description: { name, summary, form: "text" | "whole" | "number" | "flag" | "choice" | "lines" | "json", values, range, placeholder }.

import { element } from "./elements.js";

export function field(description, prefix) {
  const id = `${prefix}-${description.name}`;
  const hint = element("small", { id: `${id}-hint`, class: "hint" }, description.summary ?? "");
  const control = controlOf(description, { id, name: id, "aria-describedby": hint.id });
  control.dataset.field = description.name;
  control.dataset.form = description.form;
  return element("div", { class: "field" }, element("label", { for: id }, description.name), control, hint);
}

function controlOf(description, attributes) {
  const { form, range, values, placeholder = "default" } = description;
  if (form === "flag" || form === "choice") {
    const choices = form === "flag" ? ["true", "false"] : values;
    const shown = choices.map((value) => element("option", { value }, value));
    return element("select", attributes, element("option", { value: "" }, placeholder), ...shown);
  }
  if (form === "lines") return element("textarea", { ...attributes, rows: 2, placeholder, spellcheck: false });
  const isNumber = form === "whole" || form === "number";
  return element("input", {
    ...attributes, placeholder, spellcheck: false,
    type: isNumber ? "number" : "text",
    step: isNumber ? (form === "whole" ? 1 : "any") : null,
    min: range?.[0] ?? null, max: range?.[1] ?? null,
  });
}

// The values of all fields in `root` that say something, as a request has them.
export function valuesOf(root) {
  const values = {};
  for (const control of root.querySelectorAll("[data-field]")) {
    const text = control.value.trim();
    if (text !== "") values[control.dataset.field] = valueOf(text, control.dataset.form);
  }
  return values;
}

function valueOf(text, form) {
  switch (form) {
    case "whole": case "number": return Number(text);
    case "flag": return text === "true";
    case "lines": return text.split("\n").map((line) => line.replaceAll("\\n", "\n"));
    case "json": return fromJSON(text);
    // A budget is 512, 0.5, "50%" or "64MiB".
    case "amount": return /^\d*\.?\d+$/.test(text) ? Number(text) : text;
    default: return text;
  }
}

function fromJSON(text) {
  try { return JSON.parse(text); } catch { throw new Error(`This is no JSON: ${text}`); }
}

// Points at the field that an error names, such as `kv_cache.budget`; false if there is none here.
export function blame(root, param) {
  const name = param?.split(".").at(-1)?.replace(/\[.*$/, "");
  const control = name && root.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!control) return false;
  control.setAttribute("aria-invalid", "true");
  control.closest("details")?.setAttribute("open", "");
  return true;
}

export function clearBlame(root) {
  for (const control of root.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}
