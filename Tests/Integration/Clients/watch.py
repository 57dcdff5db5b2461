"""Watches the cache of one request with the standard library alone, and adds up what it is told.

In:  {"address": "http://...", "id": "a", "body": {...}, "manner": "all" | "slow" | "leave"}
Out: {"status": 200, "answer": {...}, "resident": 64, "gone": 448, "events": [...], "end": {...}, "most_bytes": 900}
"""

import base64
import http.client
import json
import sys
import threading
import urllib.parse

session = json.load(sys.stdin)
host = urllib.parse.urlsplit(session["address"]).netloc


def connection():
    return http.client.HTTPConnection(host, timeout=60)


def numbers(text):
    value = shift = 0
    for byte in base64.b64decode(text):
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def evicted(text, heads):
    source = numbers(text)
    for head in range(heads if text else 0):
        end = 0
        for _ in range(next(source)):
            start = end + next(source)
            end = start + next(source)
            yield head, range(start, end)


feed = connection()
feed.request("GET", f"/v1/kv/{session['id']}/events")
stream = feed.getresponse()
result = {"status": stream.status, "type": stream.getheader("content-type")}
if stream.status != 200:
    json.dump({**result, **json.load(stream)}, sys.stdout)
    sys.exit()

answer = {}


def ask():
    asked = connection()
    fields = {"content-type": "application/json", "x-request-id": session["id"]}
    asked.request("POST", "/v1/completions", json.dumps(session["body"]), fields)
    answer.update(json.load(asked.getresponse()))


asking = threading.Thread(target=ask)
asking.start()
if session["manner"] == "slow":
    asking.join()

held, events, most = None, [], 0
for line in stream:
    if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
        continue
    most = max(most, len(line))
    event = json.loads(line[6:])
    events.append({name: value for name, value in event.items() if name not in ("tokens", "texts", "evictions")})
    if event.get("type") == "start":
        held = [set() for _ in range(event["layers"] * event["kv_heads"])]
        fed, tokens, text = 0, [], ""
    elif event.get("type") == "delta":
        for head in held:
            head.update(range(fed, event["fed"]))
        fed = event["fed"]
        tokens += event["tokens"]
        text += "".join(event["texts"])
        for head, positions in evicted(event["evictions"], len(held)):
            assert held[head].issuperset(positions), "evicted what it did not hold"
            held[head].difference_update(positions)
    if session["manner"] == "leave" and len(events) == 3:
        stream.close()
        feed.close()
        break

asking.join()
result.update(answer=answer, events=events, most_bytes=most)
if held is not None:
    total = sum(map(len, held))
    result.update(resident=-(-total // len(held)), fed=fed, tokens=len(tokens), text=text)
json.dump(result, sys.stdout)
