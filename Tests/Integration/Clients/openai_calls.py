"""Makes the calls that stdin describes with the openai package and prints what came of them as JSON.

In:  {"address": "http://...", "key": "none", "authority": "ca.pem", "socket": "/path", "together": false,
      "calls": [{"endpoint": "chat", "arguments": {...}, "closeAfter": 3}]}
Out: one element a call: the response, {"events": [...]} of a stream, or {"error": "BadRequestError", ...}.
"""

import importlib
import json
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

import openai

# The package's own httpx, under whatever name it comes.
base = next(each for each in openai.DefaultHttpxClient.__mro__ if each.__name__ == "Client")
httpx = importlib.import_module(base.__module__.split(".")[0])

session = json.load(sys.stdin)
authority, socket = session.get("authority"), session.get("socket")
# Without retries: a test wants to see the first answer.
client = openai.OpenAI(
    base_url=session["address"] + "/v1",
    api_key=session["key"],
    max_retries=0,
    timeout=60,
    http_client=openai.DefaultHttpxClient(
        verify=ssl.create_default_context(cafile=authority) if authority else True,
        transport=httpx.HTTPTransport(uds=socket) if socket else None,
    ),
)
methods = {
    "completions": client.completions.create,
    "chat": client.chat.completions.create,
    "model": lambda model: client.models.retrieve(model),
    "models": lambda: client.models.list(),
}


def streamed(stream, close_after):
    events = []
    with stream:
        for event in stream:
            events.append(event.model_dump(exclude_unset=True))
            if len(events) == close_after:
                break
    return {"events": events}


def made(call):
    arguments = call["arguments"]
    try:
        answer = methods[call["endpoint"]](**arguments)
        if arguments.get("stream"):
            return streamed(answer, call.get("closeAfter"))
        return answer.model_dump(exclude_unset=True)
    except openai.APIStatusError as error:
        return {
            "error": type(error).__name__,
            "status": error.status_code,
            "message": error.body.get("message") if isinstance(error.body, dict) else error.message,
            "type": error.type,
            "param": error.param,
            "code": error.code,
            "request_id": error.request_id,
        }
    except Exception as error:
        # The connection broke, or an event of the stream was an error.
        return {"error": type(error).__name__, "message": str(error)}


if session["together"]:
    with ThreadPoolExecutor(len(session["calls"])) as threads:
        answers = list(threads.map(made, session["calls"]))
else:
    answers = [made(call) for call in session["calls"]]
json.dump(answers, sys.stdout)
