"""A static file server: GET /NAME answers with the file NAME of the directory `files`."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

FILES = Path("files").resolve()


def find(path):
    """The file that a path names; None if it is not one of those in `files`."""
    name = unquote(urlsplit(path).path).lstrip("/")
    file = (FILES / name).resolve()
    return file if file.is_relative_to(FILES) and file.is_file() else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file = find(self.path)
        body = file.read_bytes() if file else b"there is no such file\n"
        self.send_response(200 if file else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
