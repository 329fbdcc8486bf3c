"""The process that children are copies of: it loads what reading needs once, and opens no stranger's file itself.

A child that had to load all that by itself would take a second or two before its first page. This process does as its
parent says and nothing else: it loads modules of ours, makes copies of itself, and tells how each of them ended. It has
one thread, no file open but its line to the parent, and an environment without anything in it; each copy confines
itself (`ingest.sandbox`) before it looks at a file.
"""

import gc
import importlib
import json
import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from ingest import child
from ingest.frames import GONE, LARGEST_PACKET

DESCRIPTORS = 4  # requests, replies, lifeline, errors


def main(descriptor: int) -> None:
    """Serve the parent until it goes away."""
    with socket.socket(fileno=descriptor) as line:
        while True:
            said, descriptors, _, _ = socket.recv_fds(line, LARGEST_PACKET, DESCRIPTORS)
            if not said:
                return
            request = json.loads(said)
            if request["kind"] == "load":
                _load(request)
            elif request["kind"] == "start":
                _answer(line, _start(line, request, descriptors))
            else:
                _answer(line, _ended(request["pid"]))


def _answer(line: socket.socket, answer: dict[str, Any]) -> None:
    line.sendall(json.dumps(answer).encode())


def _load(request: dict[str, Any]) -> None:
    """The modules are loaded and what they have to get ready is; what fails here fails in the child, which says so."""
    for module in request["modules"]:
        with suppress(Exception):
            importlib.import_module(module)
    for function, settings in request["calls"]:
        module, _, name = function.partition(":")
        with suppress(Exception):
            getattr(importlib.import_module(module), name)(**settings)
    gc.collect()
    gc.freeze()  # what is loaded stays: a copy's collector must not touch, and so copy, every page of it


def _start(line: socket.socket, request: dict[str, Any], descriptors: Sequence[int]) -> dict[str, int]:
    """The pid of a child begun, or the errno where the system has no room for one: no reason to end those there are."""
    sys.stdout.flush()
    try:
        pid = os.fork()
        if pid == 0:
            _be_a_child(line, request, descriptors)
    except OSError as error:
        return {"errno": error.errno or 0}
    finally:
        for each in descriptors:
            os.close(each)
    with suppress(OSError):  # the child does the same: whoever comes first
        os.setpgid(pid, pid)
    return {"pid": pid}


def _be_a_child(line: socket.socket, request: dict[str, Any], descriptors: Sequence[int]) -> NoReturn:
    status = 1
    try:
        starter = os.getppid()
        line.close()
        with suppress(OSError):
            os.setpgid(0, 0)
        requests, replies, lifeline, errors = descriptors
        os.dup2(errors, 2)
        os.close(errors)
        os.chdir(request["folder"])
        os.environ.update(HOME=request["folder"], TMPDIR=request["folder"])  # noqa: TID251 - what it starts sees it
        tempfile.tempdir = None
        sys.path[:0] = [place for place in request["root"].split(os.pathsep) if place not in sys.path]
        child.serve(
            requests,
            replies,
            lifeline,
            memory_bytes=request["memory_bytes"],
            starter=starter,
            writable=[request["folder"], *request["writable"]],
        )
        status = 0
    except BaseException:  # noqa: BLE001 - nothing of the starter may go on in a copy of it
        traceback.print_exc()
    finally:
        os._exit(status)


def _ended(pid: int) -> dict[str, int]:
    """How a child that has been killed ended: the status of wait(2), and the most memory it had, in kilobytes."""
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        return {"status": GONE, "peak_kb": 0}
    return {"status": status, "peak_kb": usage.ru_maxrss}


if __name__ == "__main__":
    os.umask(0o077)
    main(int(sys.argv[1]))
