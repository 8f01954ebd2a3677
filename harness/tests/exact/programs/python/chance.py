"""Things that differ whenever a program is started again."""

import os
import random
import tempfile
import threading
import time


def chance():
    began = time.monotonic_ns()
    time.sleep(0.0003)
    handle, temporary = tempfile.mkstemp()
    os.close(handle)
    os.remove(temporary)
    return {
        "nap_ns": time.monotonic_ns() - began,
        "wall_ns": time.time_ns(),
        "cpu_ns": time.process_time_ns(),
        "pid": os.getpid(),
        "thread": threading.get_native_id(),
        "os_random": os.urandom(8).hex(),
        "random": random.random(),
        "hash": hash("the same text"),
        "order": list({"red", "green", "blue", "black", "white"}),
        "address": id(object()),
        "cpus": os.cpu_count(),
        "temporary": temporary,
        "environment": len(os.environ),
    }
