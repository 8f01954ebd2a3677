#!/usr/bin/env python3
"""A thread that reads, a thread that answers from a queue, and a new timer thread per gossip."""

import queue
import sys
import threading

from node import GOSSIP_S, Node


def answer(node, lock, lines):
    patience_s = 1.0 if node.quiet else 0.05
    while True:
        try:
            line = lines.get(timeout=patience_s)
        except queue.Empty:
            continue
        with lock:
            node.handle(line)


def gossip(node, lock):
    with lock:
        node.gossip()
    timer = threading.Timer(GOSSIP_S, gossip, (node, lock))
    timer.daemon = True
    timer.start()


def main():
    node = Node()
    lock = threading.Lock()
    lines = queue.Queue()
    threading.Thread(target=answer, args=(node, lock, lines), daemon=True).start()
    gossip(node, lock)
    for line in sys.stdin:
        lines.put(line)


if __name__ == "__main__":
    main()
