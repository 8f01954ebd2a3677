#!/usr/bin/env python3
"""Wrong: the digest hashes the messages in the order they came in."""
import hashlib
import json
import sys


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.messages = []

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        msg = {"src": self.node_id, "dest": dest, "body": body}
        print(json.dumps(msg), flush=True)

    def reply(self, request, body):
        body["in_reply_to"] = request["body"]["msg_id"]
        self.send(request["src"], body)

    def compute_digest(self):
        return hashlib.md5(json.dumps(self.messages).encode()).hexdigest()


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
            if body["message"] not in node.messages:
                node.messages.append(body["message"])
            node.reply(message, {"type": "broadcast_ok"})
        elif msg_type == "digest":
            node.reply(message, {"type": "digest_ok", "digest": node.compute_digest(), "count": len(node.messages)})
        elif msg_type == "digest_sync":
            if body["remote_digest"] == node.compute_digest():
                node.reply(message, {"type": "digest_sync_ok", "match": True, "transferred": 0})
            else:
                remote = body["remote_messages"] or []
                missing = [m for m in node.messages if m not in remote]
                node.messages += [m for m in remote if m not in node.messages]
                node.reply(message, {
                    "type": "digest_sync_ok",
                    "match": False,
                    "transferred": len(missing),
                    "local_messages": sorted(node.messages),
                })


if __name__ == "__main__":
    main()
