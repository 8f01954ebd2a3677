#!/usr/bin/env python3
"""Right: gossips with a message of its own that carries the writer's node ID; ties go to the greater node ID, then the greater value."""
import json
import sys
import threading
import time


class Register:
    """One value with the time and the node of its write."""

    def __init__(self, value, ts, node):
        self.value, self.ts, self.node = value, ts, node

    def rank(self):
        return (self.ts, self.node, json.dumps(self.value, sort_keys=True))


class Node:
    def __init__(self):
        self.id, self.peers, self.next_id = None, [], 0
        self.store, self.lock = {}, threading.Lock()

    def send(self, dest, body):
        body["msg_id"] = self.next_id
        self.next_id += 1
        print(json.dumps({"src": self.id, "dest": dest, "body": body}), flush=True)

    def reply(self, msg, **body):
        self.send(msg["src"], {**body, "in_reply_to": msg["body"]["msg_id"]})

    def merge(self, key, new):
        old = self.store.get(key)
        if old is not None and new.rank() <= old.rank():
            return 0
        self.store[key] = new
        return 1

    def gossip(self):
        while True:
            time.sleep(0.15)
            with self.lock:
                rows = [[k, r.value, r.ts, r.node] for k, r in self.store.items()]
                for peer in self.peers:
                    self.send(peer, {"type": "gossip", "rows": rows})

    def handle(self, msg):
        body = msg["body"]
        kind = body["type"]
        if kind == "init":
            self.id = body["node_id"]
            self.peers = [n for n in body["node_ids"] if n != self.id]
            self.reply(msg, type="init_ok")
            threading.Thread(target=self.gossip, daemon=True).start()
        elif kind == "write":
            register = Register(body["value"], time.time(), self.id)
            self.merge(body["key"], register)
            self.reply(msg, type="write_ok", ts=register.ts)
        elif kind == "kv_read":
            register = self.store.get(body["key"])
            if register is None:
                self.reply(msg, type="error", code=20, text="Key not found")
            else:
                self.reply(msg, type="kv_read_ok", key=body["key"], value=register.value, ts=register.ts)
        elif kind == "kv_merge":
            updated = 0
            for key, e in body["entries"].items():
                updated += self.merge(key, Register(e["value"], e["ts"], e.get("node", "")))
            self.reply(msg, type="kv_merge_ok", updated=updated)
        elif kind == "gossip":
            for key, value, ts, writer in body["rows"]:
                self.merge(key, Register(value, ts, writer))


node = Node()
for line in sys.stdin:
    with node.lock:
        node.handle(json.loads(line))
