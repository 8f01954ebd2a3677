"""Downloads the files that names.txt names, and writes to result.txt what became of each."""

import http.client
import os
import time
from pathlib import Path
from urllib.parse import quote

HOST = os.environ["PEER_SERVER_HOST"]
PORT = int(os.environ["PEER_SERVER_PORT"])
SILENCE_S = 5
PATIENCE_S = 20


def fetch(name):
    """Status and body of an answer that came whole."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=SILENCE_S)
    try:
        connection.request("GET", "/" + quote(name))
        response = connection.getresponse()
        # It raises IncompleteRead if there is less than the Content-Length.
        return response.status, response.read()
    finally:
        connection.close()


def fetch_patiently(name):
    """The same, tried again for as long as there is hope."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return fetch(name)
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main():
    downloads = Path("downloads")
    downloads.mkdir(exist_ok=True)
    lines = []
    for name in Path("names.txt").read_text().splitlines():
        status, body = fetch_patiently(name)
        if status == 200:
            (downloads / name).write_bytes(body)
            lines.append(f"{name} 200 {len(body)}")
        else:
            lines.append(f"{name} {status}")
    Path("result.txt").write_text("\n".join(lines) + "\n")


main()
