"""Opens the page of a server with keys in a real browser, and prints what it saw as JSON.

In:  {"address": "http://...", "key": "..."}
Out: the page's words without a key, with the key as the browser's password alone, and with the key in its field too.
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


def text(selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


browser.get(session["address"])
seen["stranger"] = {"text": text("body"), "fields": len(browser.find_elements(By.CSS_SELECTOR, "#prompt"))}
chromium.complaints(browser)

browser.get(session["address"].replace("http://", f"http://any:{session['key']}@"))
wait = WebDriverWait(browser, 30, poll_frequency=0.05)
wait.until(lambda _: browser.find_element(By.ID, "model").get_attribute("class") == "away")
seen["opened"] = text("#model")
box = browser.find_element(By.ID, "key")
box.send_keys(session["key"], Keys.TAB)
wait.until(lambda _: browser.find_element(By.ID, "model").get_attribute("class") == "ready")
seen["ready"] = text("#model")
seen["console"] = chromium.complaints(browser)
browser.quit()
json.dump(seen, sys.stdout)
