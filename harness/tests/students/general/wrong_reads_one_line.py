#!/usr/bin/env python3
"""Wrong: answers the first line and ends."""
import json
import sys


class Node:
    def __init__(self):
        self.node_id = None
        self.next_msg_id = 0
        self.counter = 0

    def reply(self, request, body):
        body["in_reply_to"] = request["body"]["msg_id"]
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        print(json.dumps({"src": self.node_id, "dest": request["src"], "body": body}), flush=True)


if __name__ == "__main__":
    node = Node()
    for line in [sys.stdin.readline()]:
        message = json.loads(line)
        body = message["body"]
        if body["type"] == "init":
            node.node_id = body["node_id"]
            node.reply(message, {"type": "init_ok"})
        elif body["type"] == "add":
            node.counter += body["delta"]
            node.reply(message, {"type": "add_ok"})
        elif body["type"] == "read":
            node.reply(message, {"type": "read_ok", "value": node.counter})
