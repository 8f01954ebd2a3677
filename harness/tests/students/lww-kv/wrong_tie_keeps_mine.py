#!/usr/bin/env python3
"""Wrong: on equal timestamps every node keeps its own value, so nodes differ for ever."""
import json
import sys
import time


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.store = {}  # key -> {value, ts}

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        print(json.dumps({"src": self.node_id, "dest": dest, "body": body}), flush=True)

    def reply(self, req, body):
        body["in_reply_to"] = req["body"]["msg_id"]
        self.send(req["src"], body)


def main():
    node = Node()
    for line in sys.stdin:
        line = line.strip()
        if not line:
            continue
        msg = json.loads(line)
        body = msg["body"]
        t = body["type"]
        if t == "init":
            node.node_id = body["node_id"]
            node.node_ids = body["node_ids"]
            node.reply(msg, {"type": "init_ok"})
        elif t == "write":
            ts = time.time()
            node.store[body["key"]] = {"value": body["value"], "ts": ts}
            node.reply(msg, {"type": "write_ok", "ts": ts})
        elif t == "kv_read":
            k = body["key"]
            if k in node.store:
                e = node.store[k]
                node.reply(msg, {"type": "kv_read_ok", "key": k, "value": e["value"], "ts": e["ts"]})
            else:
                node.reply(msg, {"type": "error", "code": 20, "text": "Key not found"})
        elif t == "kv_merge":
            updated = 0
            for k, e in body["entries"].items():
                if k not in node.store or e["ts"] > node.store[k]["ts"]:
                    node.store[k] = {"value": e["value"], "ts": e["ts"]}
                    updated += 1
            node.reply(msg, {"type": "kv_merge_ok", "updated": updated})


if __name__ == "__main__":
    main()
