#!/usr/bin/env python3
"""An interval timer whose signal says when to gossip, and a shell started at every fifth."""

import os
import select
import signal
import subprocess
import sys

from node import GOSSIP_S, Node

SCRIPT = "echo $$ $(date +%s.%N); sleep 0.02"


def alarms():
    """A pipe that gets a byte at every SIGALRM."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, GOSSIP_S, GOSSIP_S)
    return reading


def main():
    node = Node()
    alarm = alarms()
    rest = b""
    ticks = 0
    while True:
        readable, _, _ = select.select([0, alarm], [], [])
        if alarm in readable:
            os.read(alarm, 64)
            ticks += 1
            if ticks % 5 == 0 and not node.quiet:
                said = subprocess.run(["sh", "-c", SCRIPT], capture_output=True, check=True)
                print(said.stdout.decode().strip(), file=sys.stderr)
            node.gossip()
        if 0 in readable:
            data = os.read(0, 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                node.handle(line)


if __name__ == "__main__":
    main()
