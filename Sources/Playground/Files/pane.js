// One answer: its text, what it took, and its cache.

import { eventsOf, newRequestID, openEvents, post, ServerError } from "./api.js";
import { CacheView } from "./cacheview.js";
import { element, keepingEnd, paced } from "./elements.js";

export class Pane {
  #stop = null;
  #writing = paced(() => this.#write());

  constructor(name) {
    this.name = name;
    this.title = element("span", { class: "title" });
    this.state = element("span", { class: "state", role: "status" });
    this.output = element("div", { class: "output", role: "log", "aria-label": `Answer ${name}`, tabindex: 0 });
    this.error = element("p", { class: "error", role: "alert", hidden: true });
    this.facts = element("dl", { class: "facts" });
    this.cache = new CacheView();
    this.root = element("article", { class: "pane", "aria-label": `Answer ${name}` },
      element("header", {}, element("b", { class: "badge" }, name), this.title, this.state),
      this.output, this.error, this.facts, this.cache.root);
    this.text = "";
  }

  get isRunning() { return this.#stop !== null; }

  stop() { this.#stop?.abort(); }

  reset() {
    this.text = "";
    this.output.textContent = "";
    this.error.hidden = true;
    this.state.textContent = "";
    this.facts.replaceChildren();
    this.cache.reset();
  }

  // Runs a request to its end; throws nothing: what went wrong is shown, and returned.
  async run(path, body, onToken) {
    this.reset();
    const cache = body.kv_cache;
    this.title.textContent = cache?.policy ?? (cache?.budget ? "the recommended policy" : "the server's default");
    if (cache?.budget) this.title.textContent += `, budget ${cache.budget}`;
    const [stop, id] = [new AbortController(), newRequestID()];
    this.#stop = stop;
    this.output.setAttribute("aria-busy", "true");
    this.state.textContent = "waiting";
    const times = { start: performance.now(), first: null, last: null };
    const feed = await this.#watch(id, stop.signal, onToken);
    try {
      const response = await post(path, body, id, stop.signal);
      const usage = await this.#stream(response, times, onToken);
      await feed.end;
      this.state.textContent = this.reason === "length" ? "token limit reached" : "finished";
      this.#showFacts(usage, times);
      return null;
    } catch (error) {
      const shown = this.#fail(error, stop.signal);
      stop.abort(); // nobody waits for a cache that will not come
      return shown;
    } finally {
      this.#writing.flush();
      this.cache.flush();
      this.output.removeAttribute("aria-busy");
      this.#stop = null;
      onToken();
    }
  }

  #fail(error, signal) {
    if (signal.aborted) {
      this.state.textContent = "stopped";
      return null;
    }
    this.state.textContent = "failed";
    this.error.hidden = false;
    this.error.textContent = error.param ? `${error.param}: ${error.message}` : error.message;
    // What the browser itself says of a dead server helps nobody.
    if (!(error instanceof ServerError)) this.error.textContent = `The server cannot be reached (${error.message}).`;
    return error;
  }

  // Follows the cache until its end; resolves to a promise of that end once the server has begun, so that the request can be sent.
  async #watch(id, signal, onToken) {
    let response;
    try {
      response = await openEvents(`v1/kv/${id}/events`, signal);
    } catch (error) {
      this.cache.say(error.code === "kv_events_disabled"
        ? "The live view is off on this server. Start it with --kv-events on."
        : `No live view: ${error.message}`);
      return {};
    }
    this.cache.say("Waiting for the first step.");
    const follow = async () => {
      try {
        for await (const event of eventsOf(response)) {
          this.cache.take(event);
          onToken();
        }
      } catch (error) {
        if (signal.aborted || error.code === "request_ended") {
          if (!this.cache.residency) this.cache.say("Nothing was computed.");
        } else {
          this.cache.say(`The live view broke off: ${error.message}`);
        }
      }
    };
    return { end: follow() };
  }

  async #stream(response, times, onToken) {
    let usage = null;
    for await (const chunk of eventsOf(response)) {
      usage = chunk.usage ?? usage;
      const choice = chunk.choices.find(({ index }) => index === 0); // of several choices the first is shown
      const piece = choice?.delta?.content ?? choice?.text ?? "";
      this.reason = choice?.finish_reason ?? this.reason;
      if (!piece) continue;
      times.last = performance.now();
      times.first ??= times.last;
      this.state.textContent = "generating";
      this.#append(piece);
      onToken();
    }
    return usage;
  }

  #append(piece) {
    this.text += piece;
    this.#writing.schedule();
  }

  #write() { keepingEnd(this.output, () => { this.output.textContent = this.text; }); }

  // Marks where the text begins to differ from another's, `same` characters being alike.
  markText(same) {
    const [before, rest] = [this.text.slice(0, same), this.text.slice(same)];
    const [word] = rest.match(/^\s*\S*/);
    const mark = element("mark", {}, word);
    this.output.replaceChildren(before, mark, rest.slice(word.length));
    this.output.scrollTop = mark.offsetTop - this.output.offsetTop - 12;
  }

  #showFacts(usage, times) {
    const cache = usage?.kv_cache;
    const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
    const generating = times.first ? times.last - times.first : 0;
    const facts = {
      "prompt": usage && `${usage.prompt_tokens} tokens`,
      "cached": usage?.prompt_tokens_details && `${usage.prompt_tokens_details.cached_tokens} tokens`,
      "answer": usage && `${usage.completion_tokens} tokens`,
      "first token": times.first && seconds(times.first - times.start),
      "total": times.last && seconds(times.last - times.start),
      "speed": usage && generating > 0 && `${((usage.completion_tokens - 1) / generating * 1000).toFixed(0)} tokens/s`,
      "policy": cache?.policy,
      "resident": cache && `${cache.resident} slots`,
      "evicted": cache && `${cache.evicted} slots`,
      "peak": cache && `${(cache.peak_bytes / 2 ** 20).toFixed(1)} MiB`,
    };
    const shown = Object.entries(facts).filter(([, fact]) => fact);
    this.facts.replaceChildren(...shown.map(([name, fact]) =>
      element("div", {}, element("dt", {}, name), element("dd", { "data-fact": name }, fact))));
  }
}
