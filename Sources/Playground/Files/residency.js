// Which head holds which token, kept up to date from the events of `/v1/kv/{request}/events`.

export class Residency {
  constructor(layers, kvHeads) {
    this.layers = layers;
    this.kvHeads = kvHeads;
    this.heads = layers * kvHeads;
    this.fed = 0;
    this.gone = []; // for each position nothing, or a byte for each head: 1 where it is given up
    this.held = []; // for each position how many heads hold it
  }

  // Takes a delta; returns the positions whose state has changed.
  apply(delta) {
    const changed = new Set();
    for (let position = this.fed; position < delta.fed; position++) {
      this.held[position] = this.heads;
      changed.add(position);
    }
    this.fed = delta.fed;
    for (const [head, start, length] of evictions(delta.evictions, this.heads)) {
      for (let position = start; position < start + length; position++) {
        this.gone[position] ??= new Uint8Array(this.heads);
        if (this.gone[position][head]) continue;
        this.gone[position][head] = 1;
        this.held[position] -= 1;
        changed.add(position);
      }
    }
    return changed;
  }

  // Tokens that a head holds on average, rounded up, as the server counts them.
  get resident() {
    const total = this.held.reduce((sum, held) => sum + held, 0);
    return Math.ceil(total / this.heads);
  }

  isHeld(position, head) { return position < this.fed && !this.gone[position]?.[head]; }
}

// Base64 of LEB128 numbers: for each head the number of runs, then the gap before each run and its length.
export function* evictions(text, heads) {
  if (!text) return;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  let at = 0;
  const number = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  for (let head = 0; head < heads; head++) {
    let end = 0;
    for (let runs = number(); runs > 0; runs--) {
      const start = end + number();
      const length = number();
      yield [head, start, length];
      end = start + length;
    }
  }
}
