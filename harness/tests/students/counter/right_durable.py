#!/usr/bin/env python3
"""Right, also across kill: totals are on disk before add_ok; no threads, select wakes the loop for gossip."""
import json
import os
import select
import sys

me, others, totals, last_id = None, [], {}, 0


def send(dest, **body):
    global last_id
    last_id += 1
    line = json.dumps({"src": me, "dest": dest, "body": {**body, "msg_id": last_id}})
    os.write(1, line.encode() + b"\n")


def save():
    with open("totals.tmp", "w") as f:
        json.dump(totals, f)
        f.flush()
        os.fsync(f.fileno())
    os.replace("totals.tmp", "totals.json")


def gossip():
    for other in others:
        send(other, type="gossip", totals=totals)


def handle(msg):
    global me, others
    body = msg["body"]
    if body["type"] == "init":
        me = body["node_id"]
        others = [n for n in body["node_ids"] if n != me]
        if os.path.exists("totals.json"):
            with open("totals.json") as f:
                totals.update(json.load(f))
        send(msg["src"], type="init_ok", in_reply_to=body["msg_id"])
    elif body["type"] == "add":
        totals[me] = totals.get(me, 0) + body["delta"]
        save()
        send(msg["src"], type="add_ok", in_reply_to=body["msg_id"])
    elif body["type"] == "read":
        send(msg["src"], type="read_ok", in_reply_to=body["msg_id"], value=sum(totals.values()))
    elif body["type"] == "gossip":
        before = dict(totals)
        for n, total in body["totals"].items():
            totals[n] = max(total, totals.get(n, 0))
        if totals != before:
            save()


buffer = b""
while True:
    ready, _, _ = select.select([0], [], [], 0.1)
    if not ready:
        gossip()
        continue
    data = os.read(0, 65536)
    if not data:
        break
    buffer += data
    *lines, buffer = buffer.split(b"\n")
    for raw in lines:
        if raw.strip():
            handle(json.loads(raw))
