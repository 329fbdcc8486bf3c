"""Functions that break each limit on purpose; the tests run them in confined children."""

import os
import signal
import socket
import time
from typing import Any


def say_hello(name: str) -> dict[str, Any]:
    return {"hello": name, "environment": sorted(os.environ)}


def sleep_for_ever() -> dict[str, Any]:
    time.sleep(3600)
    return {}


def take_all_memory() -> dict[str, Any]:
    return {"size": len(bytearray(64 * 1024**3))}


def die() -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def reach_out() -> dict[str, Any]:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=2).close()
    except OSError as error:
        return {"error": error.errno}
    return {"error": 0}
