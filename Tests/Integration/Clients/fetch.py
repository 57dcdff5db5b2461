"""Runs `kvota fetch` against a server of this script's own that behaves as told; prints what came of it as JSON.

Arguments: the binary, and a scenario of those below.
"""

import hashlib
import http.server
import json
import os
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading

binary, scenario = sys.argv[1:]
body = bytes(hashlib.shake_128(b"kvota").digest(3_000_000))
other = bytes(hashlib.shake_128(b"other").digest(3_000_000))
sha256 = hashlib.sha256(body).hexdigest()
requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        noted = {"method": self.command, "path": self.path, "host": self.headers["host"].split(":")[0]}
        for name in ("range", "if-range", "authorization"):
            noted[name] = self.headers[name]
        requests.append(noted)
        if self.path.startswith("/owner/repository/"):
            return self.redirect()
        if scenario == "missing":
            return self.refuse(404)
        if scenario == "no-head" and self.command == "HEAD":
            return self.refuse(405)
        self.give()

    def refuse(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def redirect(self):
        if scenario == "private" and self.headers["authorization"] != "Bearer hf_secret":
            return self.refuse(401)
        self.send_response(302)
        self.send_header("x-linked-etag", f'"{sha256 if scenario != "wrong" else "0" * 64}"')
        self.send_header("x-linked-size", str(10**15 if scenario == "no-room" else len(body)))
        # Another host for curl, though the same server.
        self.send_header("location", f"http://localhost:{self.server.server_port}/cdn/model.gguf?signature=1")
        self.send_header("content-length", "0")
        self.end_headers()

    def give(self):
        gets = sum(r["method"] == "GET" and "/cdn/" in r["path"] for r in requests)
        content, tag = body, '"first"'
        if scenario == "changed" and gets > 1:
            content, tag = other, '"second"'
        start = 0
        wanted = self.headers["range"]
        knows_ranges = scenario not in ("no-ranges", "no-head")
        if wanted and knows_ranges and self.headers["if-range"] in (None, tag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("content-range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if knows_ranges:
            self.send_header("etag", tag)
        self.send_header("content-length", str(len(content) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        if scenario in ("cut", "changed", "no-ranges", "left") and gets == 1 or scenario in ("hopeless", "left"):
            end = min(start + 1_000_000, len(content)) if scenario != "hopeless" else start
            self.wfile.write(content[start:end])
            self.close_connection = True
            return
        self.wfile.write(content[start:])


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def fetch(folder, source, *arguments, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("HF_")}
    environment |= {"KVOTA_CACHE": str(folder), "HF_ENDPOINT": address} | variables
    run = subprocess.run([binary, "fetch", source, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    return {"status": run.returncode, "output": run.stdout, "errors": run.stderr}


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
hub, plain = "hf://owner/repository/model.gguf", f"{address}/cdn/model.gguf"

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    target = folder / "model.gguf"
    if scenario == "private":
        runs = [fetch(folder, hub, HF_TOKEN="hf_secret")]
    elif scenario == "left":
        # What was begun by one run is gone on with by the next.
        (folder / ".model.gguf.part").write_bytes(body[:1_234_567])
        (folder / ".model.gguf.part-of").write_text(sha256)
        scenario = "good"
        runs = [fetch(folder, hub)]
    elif scenario == "stale":
        (folder / ".model.gguf.part").write_bytes(other[:1_234_567])
        (folder / ".model.gguf.part-of").write_text("1" * 64)
        runs = [fetch(folder, hub)]
    elif scenario == "twice":
        runs = [fetch(folder, hub), fetch(folder, hub)]
    elif scenario == "replaced":
        target.write_bytes(b"an older one")
        runs = [fetch(folder, plain, "--sha256", sha256.upper())]
    elif scenario == "elsewhere":
        inner = folder / "deep" / "folder"
        runs = [fetch(folder, plain, "--output", f"{inner}/named.gguf")]
        target = inner / "named.gguf"
    elif scenario in ("good", "wrong", "no-room"):
        runs = [fetch(folder, hub)]
    else:
        runs = [fetch(folder, plain)]
    print(json.dumps({
        "runs": runs,
        "requests": requests,
        "content": {body: "right", other: "other"}.get(target.read_bytes(), "wrong") if target.exists() else "none",
        "files": sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()),
        "size": len(body),
    }))
