// The page: settings on one side, a prompt and one or two answers on the other.

import { apiKey, at, getJSON } from "./api.js";
import { copy, curlLine } from "./curl.js";
import { element } from "./elements.js";
import { blame, clearBlame } from "./fields.js";
import { Pane } from "./pane.js";
import { Settings } from "./settings.js";
import { restore, save, startTheme } from "./state.js";

const $ = (id) => document.getElementById(id);
const panes = { A: new Pane("A"), B: new Pane("B") };
let settings = null;
let messages = []; // the conversation so far, without the answer that a pane still shows

const shownPanes = () => (settings.isComparing ? [panes.A, panes.B] : [panes.A]);
const isChat = () => settings.mode === "chat";
const endpoint = () => (isChat() ? "v1/chat/completions" : "v1/completions");

function turns() {
  const system = $("system").value.trim();
  return [...(system ? [{ role: "system", content: system }] : []), ...messages];
}

// The body that a pane's request has if it is sent now.
function body(pane, prompt = $("prompt").value) {
  const asked = isChat() ? { messages: [...turns(), { role: "user", content: prompt }] } : { prompt };
  const cache = settings.cache(pane.name);
  return { ...asked, ...settings.body, stream: true, stream_options: { include_usage: true }, ...(cache ? { kv_cache: cache } : {}) };
}

async function run() {
  if (shownPanes().some((pane) => pane.isRunning) || !settings.isReadable) return;
  clearBlame($("settings"));
  keepAnswer();
  const prompt = $("prompt").value;
  let bodies;
  try { bodies = shownPanes().map((pane) => body(pane, prompt)); } catch (error) { return complain(error); }
  showRunning(true);
  showCurl(bodies);
  if (isChat()) {
    messages.push({ role: "user", content: prompt });
    $("prompt").value = "";
  }
  showConversation();
  const errors = await Promise.all(shownPanes().map((pane, index) => pane.run(endpoint(), bodies[index], compare)));
  showRunning(false);
  errors.forEach((error, index) => {
    if (error?.param) blame(settings.caches[shownPanes()[index].name], error.param) || blame($("settings"), error.param);
  });
  if (isChat() && !panes.A.text) {
    messages.pop(); // nothing came: the message can be sent again
    $("prompt").value = prompt;
    showConversation();
  }
  if (settings.isComparing) compareTexts();
}

// The conversation goes on with what pane A said.
function keepAnswer() {
  if (isChat() && messages.at(-1)?.role === "user" && panes.A.text) {
    messages.push({ role: "assistant", content: panes.A.text });
  }
}

function complain(error) {
  panes.A.reset();
  panes.A.error.hidden = false;
  panes.A.error.textContent = error.message;
}

function commonLength(a, b) {
  let index = 0;
  while (index < Math.min(a.length, b.length) && a[index] === b[index]) index += 1;
  return index;
}

function compare() {
  if (!settings.isComparing) return;
  const [a, b] = [panes.A.cache, panes.B.cache];
  const [first, second] = [a.output, b.output];
  const same = commonLength(first, second);
  const differs = same < Math.min(first.length, second.length)
    || (a.isComplete && b.isComplete && first.length !== second.length);
  for (const view of [a, b]) view.mark(differs ? same : null);
}

function compareTexts() {
  const same = commonLength(panes.A.text, panes.B.text);
  if (same === panes.A.text.length && same === panes.B.text.length) return;
  for (const pane of [panes.A, panes.B]) pane.markText(same);
}

function showRunning(isRunning) {
  $("run").disabled = isRunning;
  $("stop").disabled = !isRunning;
  // The focus of a button that is switched off would be lost.
  if (document.activeElement === document.body) $(isRunning ? "stop" : "run").focus({ preventScroll: true });
}

function showConversation() {
  $("conversation").hidden = !isChat() || messages.length === 0;
  $("conversation").replaceChildren(...messages.map(({ role, content }) =>
    element("li", { class: role }, element("b", {}, role === "user" ? "You" : "Model"), element("p", {}, content))));
}

function showPanes() {
  $("panes").replaceChildren(...shownPanes().map((pane) => pane.root));
  $("panes").classList.toggle("two", settings.isComparing);
  $("system-label").hidden = !isChat();
  $("prompt-label").textContent = isChat() ? "Message" : "Prompt";
  showConversation();
}

// For what has been run, or what the form says since.
function showCurl(bodies = null) {
  const url = at(endpoint()).href;
  const lines = shownPanes().map((pane, index) => {
    let text;
    try { text = curlLine(url, bodies?.[index] ?? body(pane), apiKey.get() !== ""); } catch (error) { text = error.message; }
    const code = element("code", {}, text);
    const button = element("button", { type: "button", class: "quiet" }, settings.isComparing ? `Copy ${pane.name}` : "Copy");
    button.addEventListener("click", async () => {
      await copy(text, code);
      button.textContent = "Copied";
    });
    return element("div", { class: "line" }, element("pre", { tabindex: 0, "aria-label": `curl ${pane.name}` }, code), button);
  });
  $("curl-lines").replaceChildren(...lines);
}

function startOver() {
  for (const pane of Object.values(panes)) {
    pane.stop();
    pane.reset();
  }
  messages = [];
  showConversation();
  showCurl();
  $("prompt").focus();
}

function listen() {
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  $("stop").addEventListener("click", stop);
  $("clear").addEventListener("click", startOver);
  $("prompt").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("composer").requestSubmit();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  document.addEventListener("input", (event) => {
    if (event.target.id === "key") return;
    if (["mode", "compare"].includes(event.target.name)) showPanes();
    save($("settings"), $("composer"));
    showCurl();
  });
  $("key").value = apiKey.get();
  $("key").addEventListener("change", () => {
    apiKey.set($("key").value.trim());
    start();
  });
}

function stop() { for (const pane of Object.values(panes)) pane.stop(); }

// Asks the server what it has; again when there is a key.
async function start() {
  try {
    const [models, lists] = await Promise.all([getJSON("v1/models"), getJSON("v1/kv/policies")]);
    $("model").textContent = models.data[0].id;
    $("model").className = "ready";
    if (!settings) {
      settings = new Settings($("settings"), lists);
      restore($("settings"), $("composer"));
      settings.refresh();
      restore($("settings"), $("composer")); // policies' own parameters are there only now
      showPanes();
    }
    showCurl();
    $("run").disabled = false;
  } catch (error) {
    $("model").textContent = error.status === 401 ? "An API key is needed." : error.message;
    $("model").className = "away";
    if (error.status === 503) setTimeout(start, 1000); // the model is being loaded
  }
}

$("run").disabled = true;
startTheme($("theme"));
listen();
start();
