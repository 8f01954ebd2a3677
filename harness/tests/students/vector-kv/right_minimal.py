#!/usr/bin/env python3
"""Right: the task's three rules against every sibling; a stale write is answered with status rejected."""
import json
import sys

node_id = None
next_msg_id = 0
store = {}  # key -> list of {value, clock}


def reply(msg, body):
    global next_msg_id
    body["in_reply_to"] = msg["body"]["msg_id"]
    body["msg_id"] = next_msg_id
    next_msg_id += 1
    print(json.dumps({"src": node_id, "dest": msg["src"], "body": body}), flush=True)


def dominates(a, b):
    return all(x >= y for x, y in zip(a, b)) and a != b


def put(body):
    clock = body["clock"]
    siblings = store.get(body["key"], [])
    for s in siblings:
        if dominates(s["clock"], clock) or s["clock"] == clock:
            return {"type": "kv_put_ok", "status": "rejected"}
    siblings = [s for s in siblings if not dominates(clock, s["clock"])]
    siblings.append({"value": body["value"], "clock": clock})
    store[body["key"]] = siblings
    if len(siblings) == 1:
        return {"type": "kv_put_ok", "status": "written"}
    return {"type": "kv_put_ok", "status": "conflict", "siblings": len(siblings)}


def main():
    global node_id
    for line in sys.stdin:
        msg = json.loads(line)
        body = msg["body"]
        if body["type"] == "init":
            node_id = body["node_id"]
            reply(msg, {"type": "init_ok"})
        elif body["type"] == "kv_put":
            reply(msg, put(body))
        elif body["type"] == "kv_get":
            reply(msg, {"type": "kv_get_ok", "values": store.get(body["key"], [])})
        elif body["type"] == "kv_resolve":
            store[body["key"]] = [{"value": body["value"], "clock": body["clock"]}]
            reply(msg, {"type": "kv_resolve_ok", "status": "resolved"})


if __name__ == "__main__":
    main()
