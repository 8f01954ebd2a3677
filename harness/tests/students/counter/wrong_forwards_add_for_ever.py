#!/usr/bin/env python3
"""Wrong: an add is passed on as an add, which the others pass on again, for ever."""
import json
import sys


class Node:
    def __init__(self):
        self.node_id = None
        self.node_ids = []
        self.next_msg_id = 0
        self.counter = 0

    def send(self, dest, body):
        body["msg_id"] = self.next_msg_id
        self.next_msg_id += 1
        print(json.dumps({"src": self.node_id, "dest": dest, "body": body}), flush=True)

    def reply(self, request, body):
        body["in_reply_to"] = request["body"]["msg_id"]
        self.send(request["src"], body)


if __name__ == "__main__":
    node = Node()
    for line in sys.stdin:
        message = json.loads(line)
        body = message["body"]
        if body["type"] == "init":
            node.node_id = body["node_id"]
            node.node_ids = body["node_ids"]
            node.reply(message, {"type": "init_ok"})
        elif body["type"] == "add":
            node.counter += body["delta"]
            for other in node.node_ids:
                if other != node.node_id:
                    node.send(other, {"type": "add", "delta": body["delta"]})
            node.reply(message, {"type": "add_ok"})
        elif body["type"] == "read":
            node.reply(message, {"type": "read_ok", "value": node.counter})
