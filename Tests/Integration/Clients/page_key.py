"""Opens the page of a server with keys in a real browser, and prints what it saw as JSON.

In:  {"address": "http://...", "key": "..."}
Out: how many fields for prompts there are without a key, and what the page says with the key as the browser's password alone, then in
its field too.
"""

import json
import sys

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import chromium

session = json.load(sys.stdin)
seen = {}
browser = chromium.start()


def model():
    return browser.find_element(By.ID, "model")


browser.get(session["address"])
seen["prompts"] = len(browser.find_elements(By.ID, "prompt"))
chromium.complaints(browser)

browser.get(session["address"].replace("http://", f"http://any:{session['key']}@"))
wait = WebDriverWait(browser, 30, poll_frequency=0.05)
wait.until(lambda _: model().get_attribute("class") == "away")
seen["opened"] = model().text
browser.find_element(By.ID, "key").send_keys(session["key"], Keys.TAB)
wait.until(lambda _: model().get_attribute("class") == "ready")
seen["ready"] = model().text
seen["console"] = chromium.complaints(browser)
browser.quit()
json.dump(seen, sys.stdout)
