#!/usr/bin/env python3
"""Right: a timer thread sends the whole store to every other node with kv_merge; ties go to the greater value."""
import json
import sys
import threading
import time

lock = threading.RLock()
node_id = None
others = []
store = {}  # key -> (ts, json of the value)
counter = 0


def send(dest, body):
    global counter
    with lock:
        counter += 1
        body["msg_id"] = counter
        sys.stdout.write(json.dumps({"src": node_id, "dest": dest, "body": body}) + "\n")
        sys.stdout.flush()


def reply(msg, body):
    body["in_reply_to"] = msg["body"]["msg_id"]
    send(msg["src"], body)


def on_init(msg, body):
    global node_id, others
    node_id = body["node_id"]
    others = [n for n in body["node_ids"] if n != node_id]
    reply(msg, {"type": "init_ok"})
    if others:
        threading.Thread(target=gossip, daemon=True).start()


def on_write(msg, body):
    key = body["key"]
    ts = time.time()
    if key in store and ts <= store[key][0]:
        ts = store[key][0] + 0.000001  # my clock is behind what I have seen
    store[key] = (ts, json.dumps(body["value"]))
    reply(msg, {"type": "write_ok", "ts": ts})


def on_read(msg, body):
    entry = store.get(body["key"])
    if entry is None:
        reply(msg, {"type": "error", "code": 20, "text": "Key not found"})
        return
    ts, value = entry
    reply(msg, {"type": "kv_read_ok", "key": body["key"], "value": json.loads(value), "ts": ts})


def on_merge(msg, body):
    updated = 0
    for key, entry in body["entries"].items():
        theirs = (entry["ts"], json.dumps(entry["value"]))
        if key not in store or theirs > store[key]:
            store[key] = theirs
            updated += 1
    reply(msg, {"type": "kv_merge_ok", "updated": updated})


def gossip():
    while True:
        time.sleep(0.1)
        with lock:
            entries = {k: {"value": json.loads(v), "ts": ts} for k, (ts, v) in store.items()}
            for other in others:
                send(other, {"type": "kv_merge", "entries": entries})


handlers = {"init": on_init, "write": on_write, "kv_read": on_read, "kv_merge": on_merge}

for line in sys.stdin:
    message = json.loads(line)
    handler = handlers.get(message["body"]["type"])
    if handler:
        with lock:
            handler(message, message["body"])
    else:
        print("ignored", line.strip(), file=sys.stderr)
