"""Makes the openai package's clients, with two retries, run into errors, and counts on the way to the server how often each is sent.

In:  {"address": "http://...", "model": "...", "key": "...", "reader": "a key that may only read", "statuses": [400, ...]}
Out: {"sync": {"400": {"error": "BadRequestError", "status": 400, "attempts": 1, "waits": []}, ...}, "async": {...}}

For 409 the session "busy" has to be in use, for 429 the server to be full, for 503 to be stopping.
"""

import asyncio
import collections
import contextvars
import http.client
import json
import operator
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai

session = json.load(sys.stdin)
attempts = collections.Counter()


class Recorder(BaseHTTPRequestHandler):
    """Passes a request on, and its answer back."""

    protocol_version = "HTTP/1.1"

    def forward(self):
        name = self.headers["x-request-id"]
        attempts[name] += 1
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        server = http.client.HTTPConnection(urllib.parse.urlsplit(session["address"]).netloc, timeout=20)
        # What is to be too slow lacks its last byte.
        server.request(self.command, self.path, body[:-1] if name.endswith("408") else body, dict(self.headers))
        answer = server.getresponse()
        content = answer.read()
        server.close()
        self.send_response_only(answer.status)
        for field in answer.getheaders():
            self.send_header(*field)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = forward

    def log_message(self, *_):
        pass


asked = {"model": session["model"], "prompt": "The sea is", "max_tokens": 4}
long = "a" * 9000
mistakes = {
    400: {"temperature": 3},
    401: {"extra_headers": {"Authorization": "Bearer sk-nobody-0123456789abcdef"}},
    403: {"extra_headers": {"Authorization": f"Bearer {session['reader']}"}},
    404: {"model": "gpt-4"},
    409: {"extra_body": {"session": "busy"}},
    413: {"prompt": 10 * long},
    415: {"extra_headers": {"Content-Type": "text/plain"}},
    417: {"extra_headers": {"Expect": "miracles"}},
    431: {"extra_headers": {"x-long": long}},
}
others = {405: ("models.delete", {"model": session["model"]}), 414: ("models.retrieve", {"model": long})}

# The waits between attempts are told, not waited.
waits = contextvars.ContextVar("waits")


async def skip(seconds):
    waits.get().append(seconds)


time.sleep = lambda seconds: waits.get().append(seconds)
openai._base_client.anyio.sleep = skip


def prepared(client, kind, status):
    """The call that is to come to this status, and the name by which it is counted."""
    method, arguments = others.get(status, ("completions.create", asked | mistakes.get(status, {})))
    name = f"{kind}-{status}"
    headers = arguments.get("extra_headers", {}) | {"x-request-id": name}
    return operator.attrgetter(method)(client), arguments | {"extra_headers": headers}, name


def told(error, name):
    return {"error": type(error).__name__, "status": error.status_code, "attempts": attempts[name], "waits": waits.get()}


def synchronous(client, status):
    waits.set([])
    method, arguments, name = prepared(client, "sync", status)
    try:
        method(**arguments)
    except openai.APIStatusError as error:
        return told(error, name)


async def asynchronous(client, status):
    waits.set([])
    method, arguments, name = prepared(client, "async", status)
    try:
        await method(**arguments)
    except openai.APIStatusError as error:
        return told(error, name)


async def main():
    recorder = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    options = {"base_url": f"http://127.0.0.1:{recorder.server_port}/v1", "api_key": session["key"], "max_retries": 2, "timeout": 30}
    statuses = session["statuses"]
    with ThreadPoolExecutor(len(statuses)) as threads:
        client, loop = openai.OpenAI(**options), asyncio.get_running_loop()
        first = [loop.run_in_executor(threads, synchronous, client, status) for status in statuses]
        client = openai.AsyncOpenAI(**options)
        second = await asyncio.gather(*(asynchronous(client, status) for status in statuses))
        return {"sync": dict(zip(statuses, await asyncio.gather(*first))), "async": dict(zip(statuses, second))}


json.dump(asyncio.run(main()), sys.stdout)
