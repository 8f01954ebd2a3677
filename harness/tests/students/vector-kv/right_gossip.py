#!/usr/bin/env python3
"""Right: nodes send each other all their siblings; a stale write and a missing key are answered with errors."""
import json
import sys
import threading
import time
from itertools import zip_longest


def compare(a, b):
    """before, after, equal or concurrent; missing entries count as 0."""
    less = any(x < y for x, y in zip_longest(a, b, fillvalue=0))
    more = any(x > y for x, y in zip_longest(a, b, fillvalue=0))
    if less and more:
        return "concurrent"
    return "before" if less else "after" if more else "equal"


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.store = {}
        self.lock = threading.Lock()

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        print(json.dumps({"src": self.node_id, "dest": dest, "body": body}), flush=True)

    def reply(self, req, body):
        body["in_reply_to"] = req["body"]["msg_id"]
        self.send(req["src"], body)

    def add(self, key, version):
        """Takes a version over; tells the siblings there are then, or None when it is stale."""
        versions = self.store.get(key, [])
        relations = [compare(version["clock"], v["clock"]) for v in versions]
        if "before" in relations or "equal" in relations:
            return None
        kept = [v for v, r in zip(versions, relations) if r == "concurrent"]
        self.store[key] = kept + [version]
        return len(kept) + 1

    def gossip(self):
        while True:
            time.sleep(0.1)
            with self.lock:
                for other in self.node_ids:
                    if other != self.node_id:
                        self.send(other, {"type": "sync", "store": self.store})

    def handle(self, msg):
        body = msg["body"]
        t = body["type"]
        if t == "init":
            self.node_id = body["node_id"]
            self.node_ids = body["node_ids"]
            self.reply(msg, {"type": "init_ok"})
            threading.Thread(target=self.gossip, daemon=True).start()
        elif t == "sync":
            for key, versions in body["store"].items():
                for version in versions:
                    self.add(key, version)
        elif t == "kv_put":
            count = self.add(body["key"], {"value": body["value"], "clock": body["clock"]})
            if count is None:
                self.reply(msg, {"type": "error", "code": 22, "text": "stale write"})
            elif count == 1:
                self.reply(msg, {"type": "kv_put_ok", "status": "written"})
            else:
                self.reply(msg, {"type": "kv_put_ok", "status": "conflict", "siblings": count})
        elif t == "kv_get":
            if body["key"] in self.store:
                self.reply(msg, {"type": "kv_get_ok", "values": self.store[body["key"]]})
            else:
                self.reply(msg, {"type": "error", "code": 20, "text": "Key not found"})
        elif t == "kv_resolve":
            self.add(body["key"], {"value": body["value"], "clock": body["clock"]})
            self.reply(msg, {"type": "kv_resolve_ok", "status": "resolved"})
        else:
            self.reply(msg, {"type": "error", "code": 10, "text": "not supported: " + t})


node = Node()
for line in sys.stdin:
    with node.lock:
        node.handle(json.loads(line))
