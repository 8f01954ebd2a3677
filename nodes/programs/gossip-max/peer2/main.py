"""Gossip of a maximum: whoever meets tells the other one the greatest number that it knows."""

import http.client
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INTERVAL_S = 0.1
SILENCE_S = 1


class Greatest:
    """The greatest number that was heard of."""

    def __init__(self, number):
        self.number = number
        self.lock = threading.Lock()

    def hear(self, number):
        """Takes a number; the greatest so far."""
        with self.lock:
            self.number = max(self.number, number)
            return self.number


GREATEST = Greatest(int(os.environ["NUMBER"]))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/max":
            self.answer(200, str(GREATEST.number))
        else:
            self.answer(404, "there is only /max")

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        number = int(self.rfile.read(length))
        # The answer tells the other one what it may not know.
        self.answer(200, str(GREATEST.hear(number)))

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def meet(host, port):
    """Tells a peer the greatest number, and hears of its."""
    connection = http.client.HTTPConnection(host, port, timeout=SILENCE_S)
    try:
        connection.request("PUT", "/max", str(GREATEST.number))
        GREATEST.hear(int(connection.getresponse().read()))
    finally:
        connection.close()


def gossip(host, port):
    """Meets one peer again and again: it may be unreachable now and not later."""
    while True:
        try:
            meet(host, port)
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(INTERVAL_S)


def peers():
    """Where the others are."""
    hosts = [name for name in os.environ if name.startswith("PEER_") and name.endswith("_HOST")]
    return [(os.environ[name], int(os.environ[name.replace("_HOST", "_PORT")])) for name in hosts]


# One thread for each, so that a peer that does not answer holds up nobody else.
for peer in peers():
    threading.Thread(target=gossip, args=peer, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
