#!/usr/bin/env python3
"""Wrong: a merge adds the totals up instead of keeping the greater one, so adds count many times."""
import json
import sys
import threading
import time


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.totals = {}  # node -> sum of its adds
        self.lock = threading.Lock()

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        print(json.dumps({"src": self.node_id, "dest": dest, "body": body}), flush=True)

    def reply(self, request, body):
        body["in_reply_to"] = request["body"]["msg_id"]
        self.send(request["src"], body)

    def gossip(self):
        while True:
            time.sleep(0.1)
            with self.lock:
                for other in self.node_ids:
                    if other != self.node_id:
                        self.send(other, {"type": "totals", "totals": self.totals})

    def handle(self, message):
        body = message["body"]
        if body["type"] == "init":
            self.node_id = body["node_id"]
            self.node_ids = body["node_ids"]
            self.totals = {n: 0 for n in self.node_ids}
            self.reply(message, {"type": "init_ok"})
            threading.Thread(target=self.gossip, daemon=True).start()
        elif body["type"] == "add":
            self.totals[self.node_id] += body["delta"]
            self.reply(message, {"type": "add_ok"})
        elif body["type"] == "read":
            self.reply(message, {"type": "read_ok", "value": sum(self.totals.values())})
        elif body["type"] == "totals":
            for n, total in body["totals"].items():
                self.totals[n] = self.totals[n] + total


if __name__ == "__main__":
    node = Node()
    for line in sys.stdin:
        with node.lock:
            node.handle(json.loads(line))
