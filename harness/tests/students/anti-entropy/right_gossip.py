#!/usr/bin/env python3
"""Right: nodes ask each other for digests on a timer and sync when they differ; also answers read."""
import hashlib
import json
import sys
import threading
import time

lock = threading.Lock()
state = {"id": None, "peers": [], "seen": [], "msg_id": 0, "bytes_saved": 0}


def emit(dest, body):
    body["msg_id"] = state["msg_id"]
    state["msg_id"] += 1
    sys.stdout.write(json.dumps({"src": state["id"], "dest": dest, "body": body}) + "\n")
    sys.stdout.flush()


def answer(msg, kind, **fields):
    emit(msg["src"], {"type": kind, "in_reply_to": msg["body"]["msg_id"], **fields})


def digest():
    h = hashlib.sha256()
    for m in sorted(state["seen"]):
        h.update(b"%d," % m)
    return h.hexdigest()[:16]


def learn(messages):
    for m in messages:
        if m not in state["seen"]:
            state["seen"].append(m)


def tick():
    while True:
        time.sleep(0.2)
        with lock:
            for peer in state["peers"]:
                emit(peer, {"type": "digest"})


def handle(msg):
    body = msg["body"]
    kind = body["type"]
    if kind == "init":
        state["id"] = body["node_id"]
        state["peers"] = [n for n in body["node_ids"] if n != body["node_id"]]
        answer(msg, "init_ok")
        threading.Thread(target=tick, daemon=True).start()
    elif kind == "broadcast":
        learn([body["message"]])
        answer(msg, "broadcast_ok")
    elif kind == "read":
        answer(msg, "read_ok", messages=state["seen"])
    elif kind == "digest":
        answer(msg, "digest_ok", digest=digest(), count=len(state["seen"]))
    elif kind == "digest_ok":
        if body["digest"] == digest():
            state["bytes_saved"] += len(json.dumps(state["seen"]))
        else:
            emit(msg["src"], {"type": "digest_sync", "remote_digest": digest(), "remote_messages": state["seen"]})
    elif kind == "digest_sync":
        if body["remote_digest"] == digest():
            answer(msg, "digest_sync_ok", match=True, transferred=0)
        elif body.get("remote_messages") is None:
            # They did not send theirs, so there is nothing to compare with yet.
            answer(msg, "digest_sync_ok", match=False, transferred=0)
        else:
            theirs = body["remote_messages"]
            lacked = [m for m in state["seen"] if m not in theirs]
            learn(theirs)
            answer(msg, "digest_sync_ok", match=False, transferred=len(lacked), local_messages=state["seen"])
    elif kind == "digest_sync_ok":
        learn(body.get("local_messages", []))


for line in sys.stdin:
    with lock:
        handle(json.loads(line))
