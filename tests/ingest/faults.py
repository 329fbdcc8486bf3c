"""Functions that break each limit on purpose; the tests run them in confined children."""

import errno
import json
import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path
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


def open_socket(family: int) -> dict[str, Any]:
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
    except OSError as error:
        return {"error": error.errno}
    return {"error": 0}


def write_to(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("ab") as file:
            file.write(b"tampered")
    except OSError as error:
        return {"error": error.errno}
    return {"error": 0}


def remove(path: str) -> dict[str, Any]:
    try:
        Path(path).rename(path + ".gone")
    except OSError as error:
        return {"error": error.errno}
    return {"error": 0}


def own_folder_and_null() -> dict[str, Any]:
    Path("mine.txt").write_text("words")
    Path("/dev/null").write_text("words")
    Path("mine.txt").rename("moved.txt")
    Path("below").mkdir()
    Path("moved.txt").unlink()
    return {"error": 0}


def leave_the_group() -> dict[str, Any]:
    if os.fork():
        time.sleep(3600)
    try:
        os.setsid()
    except OSError:
        time.sleep(3600)
    return {}


def fork_for_ever() -> dict[str, Any]:
    made = 0
    try:
        while made < 2000:
            if os.fork() == 0:
                time.sleep(3600)
            made += 1
    except OSError:
        pass
    return {"made": made}


def fill_the_disk() -> dict[str, Any]:
    with Path("large").open("wb") as file:
        file.truncate(1)
        file.seek(3 * 1024**3)
        file.write(b"x")
    return {}


def spin() -> dict[str, Any]:
    while True:
        pass


def open_many_files() -> dict[str, Any]:
    held = []
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        return {"error": error.errno, "count": len(held)}


def refuse_to_fork(as_long_as_there_is: str) -> None:
    """For the starter: the system has no room for another process while this file is there."""
    really = os.fork

    def fork() -> int:
        if Path(as_long_as_there_is).exists():
            raise OSError(errno.EAGAIN, "no room")
        return really()

    os.fork = fork


def say(pages: list[Any], known: dict[str, Any], said: list[Any]) -> dict[str, Any]:
    """For a pool's `then`: the child says all this to its parent at once, as if a file had taken it over."""
    frame = sys._getframe()
    while "line" not in frame.f_locals and frame.f_back is not None:
        frame = frame.f_back
    bodies = [json.dumps(message).encode() for message in said]
    os.write(frame.f_locals["line"].replies, b"".join(struct.pack(">I", len(body)) + body for body in bodies))
    return {}
