"""Writes two keys through two replicas and reads them from the third."""
import json
import os
import urllib.request


def ask(peer, method, key, body=None):
    host, port = os.environ["PEER_%s_HOST" % peer], os.environ["PEER_%s_PORT" % peer]
    url = "http://%s:%s/kv/%s" % (host, port, key)
    request = urllib.request.Request(url, body, method=method)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


ask("PEER0", "PUT", "k1", b"alpha")
ask("PEER1", "PUT", "k2", b"beta")
found = ["%s=%s" % (key, ask("PEER2", "GET", key)["value"]) for key in ("k1", "k2")]
with open("result.txt", "w") as file:
    file.write("\n".join(found) + "\n")
