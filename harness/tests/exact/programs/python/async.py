#!/usr/bin/env python3
"""Coroutines on one event loop, with a pool of threads for what would block it."""

import asyncio
import sys

from chance import chance
from node import GOSSIP_S, Node


async def gossip(node):
    while True:
        await asyncio.sleep(GOSSIP_S)
        if not node.quiet:
            await asyncio.gather(asyncio.to_thread(chance), asyncio.to_thread(chance))
        node.gossip()


async def stdin():
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main():
    node = Node()
    lines = await stdin()
    gossiping = asyncio.create_task(gossip(node))
    line = asyncio.create_task(lines.readline())
    patience_s = 1.0 if node.quiet else 0.07
    while True:
        await asyncio.wait([line], timeout=patience_s)
        if line.done():
            if not line.result():
                break
            node.handle(line.result())
            line = asyncio.create_task(lines.readline())
    gossiping.cancel()


if __name__ == "__main__":
    asyncio.run(main())
