#!/usr/bin/env python3
"""Wrong: the remote's messages are compared but never taken over."""
import hashlib
import json
import sys


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.messages = set()

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        msg = {"src": self.node_id, "dest": dest, "body": body}
        print(json.dumps(msg), flush=True)

    def reply(self, request, body):
        body["in_reply_to"] = request["body"]["msg_id"]
        self.send(request["src"], body)

    def compute_digest(self):
        return hashlib.md5(json.dumps(sorted(self.messages)).encode()).hexdigest()


def main():
    node = Node()
    for line in sys.stdin:
        line = line.strip()
        if not line:
            continue
        message = json.loads(line)
        body = message["body"]
        msg_type = body["type"]
        if msg_type == "init":
            node.node_id = body["node_id"]
            node.node_ids = body["node_ids"]
            node.reply(message, {"type": "init_ok"})
        elif msg_type == "broadcast":
            node.messages.add(body["message"])
            node.reply(message, {"type": "broadcast_ok"})
        elif msg_type == "digest":
            node.reply(message, {"type": "digest_ok", "digest": node.compute_digest(), "count": len(node.messages)})
        elif msg_type == "digest_sync":
            if body["remote_digest"] == node.compute_digest():
                node.reply(message, {"type": "digest_sync_ok", "match": True, "transferred": 0})
            else:
                remote = set(body["remote_messages"] or [])
                missing = node.messages - remote
                node.reply(message, {
                    "type": "digest_sync_ok",
                    "match": False,
                    "transferred": len(missing),
                    "local_messages": sorted(node.messages),
                })


if __name__ == "__main__":
    main()
