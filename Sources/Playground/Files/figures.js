// The two figures of the cache view: who holds a token, and how the cache has filled.

import { svg } from "./elements.js";

const cell = 10;

// Layers from left to right, heads from top to bottom; a full square holds the token, a hollow one has given it up.
export function matrix(residency, position) {
  const { layers, kvHeads } = residency;
  const [width, height] = [layers * cell + 34, kvHeads * cell + 16];
  const squares = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < kvHeads; head++) {
      const isHeld = residency.isHeld(position, layer * kvHeads + head);
      const inset = isHeld ? 1 : 1.75;
      squares.push(svg("rect", {
        class: isHeld ? "held" : "gone", x: 34 + layer * cell + inset, y: head * cell + inset,
        width: cell - 2 * inset, height: cell - 2 * inset, rx: 1.5,
      }));
    }
  }
  const label = (x, y, text, anchor) => svg("text", { x, y, "text-anchor": anchor }, text);
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMinYMin", class: "matrix", "aria-hidden": "true" },
    ...squares,
    label(30, kvHeads * cell / 2 + 3, "heads", "end"),
    label(34, height - 3, "layer 0", "start"),
    label(width, height - 3, `${layers - 1}`, "end"));
}

// Slots of a head against tokens fed: what it holds, and what it has given up.
export class Plot {
  #points = [];

  constructor() {
    this.resident = svg("polyline", { class: "resident" });
    this.evicted = svg("polyline", { class: "evicted" });
    this.most = svg("text", { x: 0, y: 9 });
    this.fed = svg("text", { x: 300, y: 78, "text-anchor": "end" });
    this.root = svg("svg", { viewBox: "0 0 300 80", preserveAspectRatio: "xMinYMin", class: "plot", "aria-hidden": "true" },
      svg("path", { class: "axis", d: "M0 66H300" }), this.evicted, this.resident, this.most, this.fed,
      svg("text", { x: 0, y: 78 }, "0 tokens fed"));
  }

  add(delta) {
    this.#points.push([delta.fed, delta.resident, delta.evicted]);
    // Half as many points look the same at this size.
    if (this.#points.length > 600) this.#points = this.#points.filter((_, index, all) => (all.length - 1 - index) % 2 === 0);
  }

  draw() {
    if (this.#points.length === 0) return;
    const fed = this.#points.at(-1)[0];
    const most = Math.max(1, ...this.#points.map(([, resident, evicted]) => Math.max(resident, evicted)));
    const line = (index) => ["0,66", ...this.#points.map((point) =>
      `${(300 * point[0] / Math.max(1, fed)).toFixed(1)},${(66 - 52 * point[index] / most).toFixed(1)}`)].join(" ");
    this.resident.setAttribute("points", line(1));
    this.evicted.setAttribute("points", line(2));
    this.most.textContent = `${most} slots a head`;
    this.fed.textContent = `${fed}`;
  }
}
