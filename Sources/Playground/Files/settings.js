// What can be asked for: the cache's options as the server lists them, sampling, and the rest of a request.

import { element } from "./elements.js";
import { field, valuesOf } from "./fields.js";

const sampling = [
  { name: "max_tokens", form: "whole", range: [0], summary: "most tokens to generate" },
  { name: "temperature", form: "number", range: [0, 2], summary: "0 takes the likeliest token" },
  { name: "top_p", form: "number", range: [0, 1], summary: "share of probability kept" },
  { name: "top_k", form: "whole", range: [-1], summary: "likeliest tokens kept" },
  { name: "min_p", form: "number", range: [0, 1], summary: "least share of the likeliest" },
  { name: "seed", form: "whole", summary: "same seed, same text" },
];
const moreSampling = [
  { name: "typical_p", form: "number", range: [0, 1], summary: "share of typical tokens kept" },
  { name: "presence_penalty", form: "number", range: [-2, 2] },
  { name: "frequency_penalty", form: "number", range: [-2, 2] },
  { name: "repetition_penalty", form: "number", range: [0, 10] },
  { name: "min_tokens", form: "whole", range: [0], summary: "until then nothing stops the text" },
  { name: "ignore_eos", form: "flag", summary: "go on after the end token" },
  { name: "stop", form: "lines", placeholder: "none", summary: "texts that end the answer, one a line; \\n is a line end" },
  { name: "stop_token_ids", form: "json", placeholder: "[]", summary: "tokens that end the answer" },
  { name: "logit_bias", form: "json", placeholder: "{}", summary: "added to tokens' logits, by their ids" },
];
const request = [
  { name: "cache_prompt", form: "flag", summary: "share what is computed of the prompt" },
  { name: "speculate", form: "whole", range: [0, 15], summary: "tokens to guess in a step" },
  { name: "priority", form: "whole", range: [-100, 100], summary: "lower goes earlier" },
];
const extra = {
  name: "extra", form: "text", placeholder: '{"session": "name"}', summary: "further fields of the body, as a JSON object",
};

export class Settings {
  // `lists`: the server's policies, allocators and options.
  constructor(form, lists) {
    this.form = form;
    this.lists = lists;
    this.caches = { A: form.querySelector("#cache-a"), B: form.querySelector("#cache-b") };
    for (const [name, root] of Object.entries(this.caches)) this.#fillCache(root, name.toLowerCase());
    this.#fill("#sampling", sampling, moreSampling, "More sampling");
    this.#fill("#request", [], [...request, extra], "Scheduling and other fields");
    form.addEventListener("input", () => this.refresh());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.refresh();
  }

  #fill(selector, fields, more, title) {
    const build = (description) => field(description, "request");
    this.form.querySelector(selector).append(
      element("div", { class: "grid" }, ...fields.map(build)),
      element("details", {}, element("summary", {}, title), element("div", { class: "grid" }, ...more.map(build))));
  }

  #fillCache(root, prefix) {
    const build = (description) => field(description, prefix);
    const names = this.lists.policies.map((policy) => policy.name);
    const [first, more] = [["policy", "budget"], this.lists.options.filter(({ name }) => !["policy", "budget"].includes(name))];
    const main = first.map((name) => {
      const option = this.lists.options.find((option) => option.name === name);
      const form = name === "policy" ? "choice" : "amount";
      return build({ ...option, form, values: names, summary: name === "budget" ? "512, 50% or 64MiB" : "" });
    });
    root.append(
      element("div", { class: "grid" }, ...main),
      element("div", { class: "grid parameters" }),
      element("details", {}, element("summary", {}, "All options"), element("div", { class: "grid" }, ...more.map(build))));
  }

  // Shows what goes with what is chosen: a policy's own parameters, the second cache.
  refresh() {
    this.caches.B.hidden = !this.isComparing;
    this.caches.B.disabled = !this.isComparing;
    for (const [name, root] of Object.entries(this.caches)) this.#showPolicy(root, name.toLowerCase());
  }

  #showPolicy(root, prefix) {
    const select = root.querySelector('[data-field="policy"]');
    const policy = this.lists.policies.find(({ name }) => name === select.value);
    const parameters = root.querySelector(".parameters");
    if (parameters.dataset.policy === select.value) return;
    parameters.dataset.policy = select.value;
    root.querySelector(`#${prefix}-policy-hint`).textContent = policy?.summary ?? "the server's choice";
    parameters.replaceChildren(...(policy?.parameters ?? []).map((parameter) => field({
      name: parameter.name, summary: parameter.summary, form: parameter.is_whole ? "whole" : "number",
      range: parameter.range, placeholder: String(parameter.default_value),
    }, prefix)));
  }

  // Whether every field can be read; the first that cannot is shown.
  get isReadable() {
    this.form.querySelector("input:invalid")?.closest("details")?.setAttribute("open", "");
    return this.form.reportValidity();
  }

  get mode() { return this.form.elements.mode.value; }
  get isComparing() { return this.form.elements.compare.checked; }

  // The fields of a body but for the prompt and the cache; throws if the extra ones are no JSON object.
  get body() {
    const values = {
      ...valuesOf(this.form.querySelector("#sampling")), ...valuesOf(this.form.querySelector("#request")),
    };
    const { extra: text, ...body } = values;
    if (text === undefined) return body;
    const more = parsed(text);
    if (more === null || typeof more !== "object" || Array.isArray(more)) {
      throw new Error(`The further fields are no JSON object: ${text}`);
    }
    return { ...body, ...more };
  }

  // The `kv_cache` of one pane; undefined to say nothing.
  cache(name) {
    const values = valuesOf(this.caches[name]);
    return Object.keys(values).length ? values : undefined;
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}
