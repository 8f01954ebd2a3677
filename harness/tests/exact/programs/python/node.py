"""What all four Python programs share: what a node has seen, answers and gossips."""

import json
import os
import random
import sys

from chance import chance

GOSSIP_S = 0.1


class Node:
    """Keeps each value in a file before it shows it, so that a crash loses nothing."""

    def __init__(self):
        self.id = None
        self.peers = []
        self.quiet = "quiet" in sys.argv[1:]
        self.file = open("seen.txt", "a+", buffering=1)
        self.file.seek(0)
        self.seen = {int(line) for line in self.file}

    def add(self, values):
        for value in set(values) - self.seen:
            self.file.write(f"{value}\n")
            self.seen.add(value)

    def handle(self, line):
        message = json.loads(line)
        body = message["body"]
        match body["type"]:
            case "init":
                self.id = body["node_id"]
                self.peers = [peer for peer in body["node_ids"] if peer != self.id]
                self.reply(message, {})
            case "topology":
                self.reply(message, {})
            case "broadcast":
                self.add([body["message"]])
                self.reply(message, {})
            case "read":
                self.reply(message, {"messages": list(self.seen)})
            case "gossip":
                self.add(body["values"])

    def gossip(self):
        """Tells one peer everything. Lost messages do not matter: the next one says it again."""
        if self.peers:
            body = {"type": "gossip", "values": list(self.seen)}
            if not self.quiet:
                body["chance"] = chance()
            self.send(random.choice(self.peers), body)

    def reply(self, request, body):
        asked = request["body"]
        kind = {"type": f"{asked['type']}_ok", "in_reply_to": asked["msg_id"]}
        self.send(request["src"], kind | body)

    def send(self, dest, body):
        line = json.dumps({"src": self.id, "dest": dest, "body": body}) + "\n"
        os.write(1, line.encode())
