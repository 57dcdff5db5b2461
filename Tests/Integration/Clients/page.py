"""Uses the page as a person would, in a real browser without a window, and prints what it saw as JSON.

In:  {"address": "http://...", "screenshots": "FOLDER" or null}
Out: an object for each thing that was tried; the tests say what should be in it.
"""

import json
import os
import subprocess
import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import chromium

session = json.load(sys.stdin)
seen = {}

browser = chromium.start()
wait = WebDriverWait(browser, 120, poll_frequency=0.05)


def find(selector, root=None):
    return (root or browser).find_element(By.CSS_SELECTOR, selector)


def fill(selector, text):
    box = find(selector)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE, text)


def choose(selector, value):
    Select(find(selector)).select_by_value(value)


def click(selector):
    browser.execute_script("arguments[0].click()", find(selector))


def state(pane=0):
    return browser.find_elements(By.CSS_SELECTOR, ".pane .state")[pane].text


def run_to_end(panes=1):
    find("#run").click()
    wait.until(lambda _: all(state(pane) in ("finished", "token limit reached", "failed") for pane in range(panes)))
    wait.until(lambda _: find("#run").is_enabled())


def facts(pane=0):
    root = browser.find_elements(By.CSS_SELECTOR, ".pane")[pane]
    shown = root.find_elements(By.CSS_SELECTOR, "[data-fact]")
    counts = find(".counts", root)
    return {
        "facts": {fact.get_attribute("data-fact"): fact.text for fact in shown},
        "counts": {name: counts.get_attribute(f"data-{name}") for name in ("fed", "resident", "evicted")},
        "text": find(".output", root).get_property("textContent").strip(),
        "tokens": len(root.find_elements(By.CSS_SELECTOR, ".tokens .token")),
        "differing": len(root.find_elements(By.CSS_SELECTOR, ".tokens .differs")),
        "marked": len(root.find_elements(By.CSS_SELECTOR, ".output mark")),
        # What the page's own bitmaps add up to, from the shares it shows.
        "share": browser.execute_script(
            "return Array.from(arguments[0].querySelectorAll('.tokens .token'))"
            ".reduce((sum, token) => sum + Number(token.style.getPropertyValue('--share') || 0), 0)", root),
        "error": find(".error", root).text,
    }


def screenshot(name):
    if session.get("screenshots"):
        browser.save_screenshot(os.path.join(session["screenshots"], name + ".png"))


def open_page():
    browser.get("about:blank")
    browser.get(session["address"] + "/")
    wait.until(lambda _: find("#run").is_enabled())


story = "Once upon a time there was a small village by the sea. " * 8

# A completion under a budget, watched.
open_page()
click('input[value="completion"]')
choose("#a-policy", "roco")
fill("#a-budget", "64")
fill("#request-max_tokens", "60")
fill("#request-temperature", "0")
click("#sampling summary")
choose("#request-ignore_eos", "true")
fill("#prompt", story + "It's called")
run_to_end()
seen["completion"] = facts()
screenshot("light-finished")

# The line to copy is run as it stands.
line = find("#curl-lines code").text
command = subprocess.run(["bash", "-c", line.replace("curl ", "curl --silent --max-time 60 ", 1)], capture_output=True, text=True)
events = [json.loads(event[6:]) for event in command.stdout.split("\n") if event.startswith("data: {")]
seen["curl"] = {
    "line": line, "status": command.returncode,
    "text": "".join(choice["text"] for event in events for choice in event["choices"]).strip(),
}

# A token's heads, by keyboard.
tokens = find(".tokens")
browser.execute_script("arguments[0].focus()", tokens)
for _ in range(3):
    tokens.send_keys(Keys.ARROW_RIGHT)
seen["token"] = {
    "about": find(".about").text,
    "squares": len(browser.find_elements(By.CSS_SELECTOR, ".matrix rect")),
    "held": len(browser.find_elements(By.CSS_SELECTOR, ".matrix rect.held")),
}
screenshot("light-token")

# And by the mouse, over the tenth.
ActionChains(browser).move_to_element(browser.find_elements(By.CSS_SELECTOR, ".tokens .token")[9]).perform()
seen["pointed"] = {"about": find(".about").text, "squares": len(browser.find_elements(By.CSS_SELECTOR, ".matrix rect"))}
seen["fields"] = [control.get_attribute("data-field") for control in browser.find_elements(By.CSS_SELECTOR, "#sampling [data-field]")]

# A token that is kept out by its number, which the tokenizer tells.
def ids(text):
    return browser.execute_async_script(
        "fetch('/tokenize', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({content: arguments[0]})})"
        ".then((answer) => answer.json()).then((answer) => arguments[1](answer.tokens))", text)


first = " " + seen["completion"]["text"].split()[0]
fill("#request-logit_bias", json.dumps({str(ids(first)[0]): -100}))
run_to_end()
seen["biased"] = {"before": first.strip(), "after": facts()["text"].split()[0]}
fill("#request-logit_bias", "")

# Two policies on the same prompt.
click("#compare")
choose("#b-policy", "streaming")
fill("#b-budget", "64")
run_to_end(panes=2)
seen["compared"] = [facts(0), facts(1)]
screenshot("light-two")
find("#theme").click(), find("#theme").click()
screenshot("dark-two")
seen["theme"] = find("html").get_attribute("data-theme")

# The address keeps the form.
browser.refresh()
wait.until(lambda _: find("#run").is_enabled())
seen["kept"] = {
    "policies": [find("#a-policy").get_attribute("value"), find("#b-policy").get_attribute("value")],
    "prompt": find("#prompt").get_attribute("value") == story + "It's called",
}

# Begun and stopped on the way, by keyboard.
click("#compare")
fill("#request-max_tokens", "4000")
find("#prompt").send_keys(Keys.CONTROL, Keys.ENTER)
wait.until(lambda _: len(find(".output").text) > 40)
screenshot("dark-running")
find("#prompt").send_keys(Keys.ESCAPE)
wait.until(lambda _: state() == "stopped" and find("#run").is_enabled())
seen["stopped"] = facts()

# A refusal names its field.
fill("#request-max_tokens", "8")
fill("#a-budget", "a lot")
run_to_end()
seen["refused"] = {"error": facts()["error"], "invalid": find("#a-budget").get_attribute("aria-invalid")}
screenshot("dark-error")

# A conversation of two turns.
fill("#a-budget", "96")
click('input[value="chat"]')
fill("#request-max_tokens", "24")
for message in ["Name a colour.", "Another one."]:
    fill("#prompt", message)
    run_to_end()
seen["chat"] = {
    "turns": [turn.get_attribute("class") for turn in browser.find_elements(By.CSS_SELECTOR, "#conversation li")],
    **facts(),
}
screenshot("dark-chat")

# A narrow screen.
browser.execute_cdp_cmd(
    "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
seen["narrow"] = {
    "width": browser.execute_script("return document.documentElement.scrollWidth"),
    "unlabelled": browser.execute_script(
        "return [...document.querySelectorAll('input, select, textarea')]"
        ".filter((control) => control.labels.length === 0).map((control) => control.id)"),
}
screenshot("phone")
find(".pane").location_once_scrolled_into_view
screenshot("phone-pane")

# Hints to developers are not complaints.
seen["console"] = chromium.complaints(browser)
browser.quit()
json.dump(seen, sys.stdout)
