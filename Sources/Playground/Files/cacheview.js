// The live view of one cache: every token shaded by the share of heads that hold it, and two figures.

import { element, keepingEnd, paced } from "./elements.js";
import { matrix, Plot } from "./figures.js";
import { Residency } from "./residency.js";

export class CacheView {
  #news = [];
  #drawing = paced(() => this.#draw());
  #selected = null;

  constructor() {
    this.counts = element("p", { class: "counts" }, "Run something to see its cache.");
    this.tokens = element("div", {
      class: "tokens", role: "listbox", tabindex: 0, "aria-label": "Tokens; arrow keys move between them",
    });
    this.about = element("p", { class: "about" }, "Point at a token to see who holds it.");
    this.matrix = element("div", { class: "figure" });
    this.plot = element("div", { class: "figure" });
    this.root = element("section", { class: "cache", "aria-label": "KV cache" },
      this.counts, legend(), this.tokens,
      element("div", { class: "figures" },
        element("div", {}, this.about, this.matrix),
        element("div", {}, element("p", { class: "about" },
          element("span", { class: "key resident" }, "held"), " ", element("span", { class: "key evicted" }, "given up"), ", by a head on average"), this.plot)));
    this.#listen();
    this.reset();
  }

  reset() {
    this.#news = [];
    this.ids = [];
    this.promptTokens = 0;
    this.residency = null;
    this.isComplete = false;
    this.#selected = null;
    this.tokens.replaceChildren();
    this.figure = new Plot();
    this.plot.replaceChildren(this.figure.root);
    this.matrix.replaceChildren();
    this.about.textContent = "Point at a token to see who holds it.";
  }

  say(text) { this.counts.textContent = text; }

  // Takes an event of the feed, to be drawn soon.
  take(event) {
    this.#news.push(event);
    this.#drawing.schedule();
  }

  // Draws what has come so far.
  flush() { this.#drawing.flush(); }

  // Marks the first token that differs from another view's; null takes the mark away.
  mark(index) {
    this.tokens.querySelector(".differs")?.classList.remove("differs");
    if (index !== null) this.tokens.children[this.promptTokens + index]?.classList.add("differs");
  }

  get output() { return this.ids.slice(this.promptTokens); }

  #draw() {
    const changed = new Set();
    let last = null;
    keepingEnd(this.tokens, () => {
      for (const event of this.#news.splice(0)) {
        if (event.type === "start") {
          this.residency = new Residency(event.layers, event.kv_heads);
          this.promptTokens = event.prompt_tokens;
        } else if (event.type === "delta") {
          this.#append(event);
          for (const position of this.residency.apply(event)) changed.add(position);
          this.figure.add(event);
        } else if (event.type === "end") {
          this.isComplete = true;
        }
        last = event;
      }
      for (const position of changed) this.#shade(position);
    });
    if (!last || !this.residency) return;
    this.#say(last);
    this.figure.draw();
    // Until somebody chooses one, a token from the middle of the prompt, whose state changes.
    this.#show(this.#selected ?? Math.floor(this.promptTokens / 2));
  }

  #append(delta) {
    const made = delta.tokens.map((id, index) => {
      const [position, text] = [this.ids.length + index, delta.texts[index]];
      const token = element("span", { class: "token waiting", role: "option", id: `${this.tokens.id}-${position}` }, shown(text));
      if (position === this.promptTokens) token.classList.add("first");
      token.dataset.position = position;
      return token;
    });
    this.ids.push(...delta.tokens);
    this.tokens.append(...made);
  }

  #say({ fed = this.residency.fed, resident, evicted, budget }) {
    if (resident === undefined) return;
    const allowed = budget ? ` of ${budget}` : "";
    this.counts.textContent = `${fed} tokens fed; each head holds ${resident}${allowed} and gave up ${evicted}`;
    Object.assign(this.counts.dataset, { fed, resident, evicted });
  }

  #shade(position) {
    const token = this.tokens.children[position];
    if (!token) return;
    const held = this.residency.held[position];
    token.classList.remove("waiting");
    token.classList.toggle("lost", held === 0);
    token.style.setProperty("--share", (held / this.residency.heads).toFixed(3));
  }

  #show(position) {
    if (!this.residency) return;
    const held = this.residency.held[position];
    const where = held === undefined ? "not in the cache yet" : `held by ${held} of ${this.residency.heads} heads`;
    this.about.textContent = `${JSON.stringify(this.tokens.children[position]?.textContent ?? "")} at ${position}: ${where}`;
    this.matrix.replaceChildren(matrix(this.residency, position));
  }

  #select(position) {
    const token = this.tokens.children[position];
    if (!token) return;
    this.tokens.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
    token.setAttribute("aria-selected", "true");
    this.tokens.setAttribute("aria-activedescendant", token.id);
    this.#selected = position;
    this.#show(position);
  }

  #listen() {
    this.tokens.id = `tokens-${Math.random().toString(36).slice(2)}`;
    const positionOf = (event) => event.target.closest?.(".token")?.dataset.position;
    this.tokens.addEventListener("pointerover", (event) => {
      if (positionOf(event) !== undefined) this.#show(Number(positionOf(event)));
    });
    this.tokens.addEventListener("pointerleave", () => {
      if (this.#selected !== null) this.#show(this.#selected);
    });
    this.tokens.addEventListener("click", (event) => {
      if (positionOf(event) !== undefined) this.#select(Number(positionOf(event)));
    });
    this.tokens.addEventListener("focus", () => { if (this.#selected === null) this.#select(0); });
    this.tokens.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -1e9, End: 1e9 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const to = Math.min(Math.max((this.#selected ?? 0) + steps[event.key], 0), this.ids.length - 1);
      this.#select(to);
      this.tokens.children[to]?.scrollIntoView({ block: "nearest" });
    });
  }
}

// Line ends and spaces are seen, and a piece of a character takes its place.
function shown(text) {
  if (text === "") return "\u00b7";
  return text.replaceAll("\n", "\u21b5\n");
}

function legend() {
  const sample = (share, text) => {
    const token = element("span", { class: `token${share === 0 ? " lost" : ""}` }, text);
    token.style.setProperty("--share", share);
    return token;
  };
  return element("p", { class: "legend" }, "Held by ", sample(1, "all"), sample(0.5, "half"), sample(0, "none"), " of the heads; ",
    element("span", { class: "token waiting" }, "not fed yet"));
}
