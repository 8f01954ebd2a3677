"""A replica of a quorum store, N=3, W=2, R=2, or one with a flaw (the variable FLAW)."""
import json
import os
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FLAW = os.environ.get("FLAW", "")
NAME = os.path.basename(os.getcwd())
PEERS = [
    (os.environ[key], os.environ[key[:-4] + "PORT"])
    for key in sorted(os.environ)
    if key.startswith("PEER_") and key.endswith("_HOST")
]
store, lock = {}, threading.Lock()


def keep(key, entry):
    with lock:
        if entry["version"] > store.get(key, {"version": [0, ""]})["version"]:
            store[key] = entry


def ask(peer, method, key, entry=None):
    body = json.dumps(entry).encode() if entry else None
    url = "http://%s:%s/internal/%s" % (peer[0], peer[1], key)
    request = urllib.request.Request(url, body, method=method)
    with urllib.request.urlopen(request, timeout=1) as answer:
        return json.load(answer)


def ask_all(method, key, entry=None):
    """What those peers say that can be reached."""
    answers = []
    for peer in PEERS:
        try:
            answers.append(ask(peer, method, key, entry))
        except OSError:
            pass
    return answers


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        key = self.path.split("/")[-1]
        mine = store.get(key, {"version": [0, ""], "value": None})
        if self.path.startswith("/internal/"):
            return self.answer(200, mine)
        theirs = [] if FLAW == "read-one" else ask_all("GET", key)
        if not theirs and FLAW != "read-one":
            return self.answer(503, {"error": "no read quorum"})
        newest = max([mine] + theirs, key=lambda entry: entry["version"])
        self.answer(200 if newest["value"] is not None else 404, newest)

    def do_PUT(self):
        key = self.path.split("/")[-1]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/internal/"):
            keep(key, json.loads(body))
            return self.answer(200, {})
        if FLAW == "exits":
            os._exit(3)
        known = [store.get(key, {"version": [0, ""]})] + ask_all("GET", key)
        newest = max(entry["version"] for entry in known)
        entry = {"version": [newest[0] + 1, NAME], "value": body.decode()}
        keep(key, entry)
        written = 1 if FLAW == "write-one" else 1 + len(ask_all("PUT", key, entry))
        if written >= 2 or FLAW == "write-one":
            return self.answer(200, entry)
        self.answer(503, {"error": "no write quorum"})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


port = 1 if FLAW == "fixed-port" else int(os.environ["PORT"])
if FLAW == "no-port":
    threading.Event().wait()
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
