// Requests to this server: JSON, event streams, and errors as values that can be shown.

const keyStore = "kvota-key";

// The key lives as long as the tab.
export const apiKey = {
  get: () => sessionStorage.getItem(keyStore) ?? "",
  set: (key) => (key ? sessionStorage.setItem(keyStore, key) : sessionStorage.removeItem(keyStore)),
};

// What the server refused: its own words, the field to blame, a code.
export class ServerError extends Error {
  constructor(status, error) {
    super(error?.message ?? `the server answered ${status} without a reason`);
    this.status = status;
    this.param = error?.param ?? null;
    this.code = error?.code ?? null;
  }
}

// What is beside the page, wherever a proxy put it. A name and password may stand in the page's own address: they are left out, since
// `fetch` refuses such addresses and lines that are copied should not tell them.
export const at = (path) => new URL(path, location.origin + location.pathname);

function headers(more = {}) {
  return apiKey.get() ? { authorization: `Bearer ${apiKey.get()}`, ...more } : more;
}

async function checked(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new ServerError(response.status, body?.error);
}

export async function getJSON(path) {
  const response = await checked(await fetch(at(path), { headers: headers() }));
  return response.json();
}

// An event stream; resolves once the server has begun to answer.
export async function openEvents(path, signal) {
  return checked(await fetch(at(path), { headers: headers(), signal }));
}

// Sends a request under an id that its cache can be watched by.
export async function post(path, body, id, signal) {
  const fields = headers({ "content-type": "application/json", "x-request-id": id });
  return checked(await fetch(at(path), { method: "POST", headers: fields, body: JSON.stringify(body), signal }));
}

// The JSON of each event up to `[DONE]`; a stream that is cut before is an error, as an incomplete answer must not look whole.
export async function* eventsOf(response) {
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new ServerError(response.status, { message: "the stream broke off before its end" });
      text += decoder.decode(value, { stream: true });
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) {
        if (!event.startsWith("data: ")) continue; // a comment, sent as a sign of life
        if (event === "data: [DONE]") return;
        const data = JSON.parse(event.slice(6));
        if (data.error) throw new ServerError(response.status, data.error);
        yield data;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// An id that nobody else has; `crypto.randomUUID` exists on secure origins only.
export function newRequestID() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "page-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
