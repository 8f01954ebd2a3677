#!/usr/bin/env python3
"""A node for {{workload}}. It answers init, and nothing else yet."""

import json
import sys


class Node:
    def __init__(self):
        self.node_id = None  # who this node is, known after init
        self.node_ids = []  # all nodes, this one too
        self.next_msg_id = 0

    def send(self, dest, body):
        """Sends a message to a client or to another node."""
        body = {**body, "msg_id": self.next_msg_id}
        self.next_msg_id += 1
        message = {"src": self.node_id, "dest": dest, "body": body}
        # Without flush the line stays in a buffer and nobody ever sees it.
        print(json.dumps(message), flush=True)

    def reply(self, request, body):
        """Answers a request; in_reply_to says which one."""
        msg_id = request["body"].get("msg_id")
        self.send(request["src"], {**body, "in_reply_to": msg_id})

    def handle(self, message):
        body = message["body"]
        if body["type"] == "init":
            self.node_id = body["node_id"]
            self.node_ids = body["node_ids"]
            log(f"I am {self.node_id} of {self.node_ids}")
            self.reply(message, {"type": "init_ok"})
        # Add the requests of {{workload}} here, each with an `elif`:
        # {{rpcs}}
        elif "in_reply_to" in body:
            pass  # an answer to something that this node sent
        elif "msg_id" in body:
            text = f"this node does not know {body['type']}"
            self.reply(message, {"type": "error", "code": 10, "text": text})


def log(text):
    """Prints for you to read: stdout belongs to the messages."""
    print(text, file=sys.stderr, flush=True)


def main():
    node = Node()
    for line in sys.stdin:
        if line.strip():
            node.handle(json.loads(line))


if __name__ == "__main__":
    main()
