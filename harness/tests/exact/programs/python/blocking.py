#!/usr/bin/env python3
"""One loop that waits in select until a line arrives or the next gossip is due."""

import os
import select
import time

from node import GOSSIP_S, Node


def main():
    node = Node()
    rest = b""
    due = time.monotonic() + GOSSIP_S
    while True:
        wait = max(0.0, due - time.monotonic())
        readable, _, _ = select.select([0], [], [], wait)
        if readable:
            data = os.read(0, 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                node.handle(line)
        if time.monotonic() >= due:
            node.gossip()
            due += GOSSIP_S


if __name__ == "__main__":
    main()
