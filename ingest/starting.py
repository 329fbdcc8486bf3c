"""The parent's side of the starter: one for each process that reads files, begun when the first child is wanted."""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ingest.frames import LARGEST_PACKET
from store.errors import CandourError

# One that is ended from outside while it loads costs a second or two; what ends three in a row will go on.
_STARTERS_TRIED = 3
T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent


class StarterGoneError(CandourError):
    """The starter has ended; whoever asks again gets a new one."""

    def __init__(self) -> None:
        super().__init__(
            "The process that starts the readers of files was ended from outside each time it began, so no more is "
            "read and nothing was lost: see whether this machine is short of memory (`candour doctor`), and run the "
            "same command again."
        )


class _Starter:
    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                [sys.executable, "-m", "ingest.starter", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C goes to the parent, which ends its children itself
            )
        self.loaded: set[str | _Call] = set()

    def tell(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._line, [json.dumps(message).encode()], list(descriptors))
        except OSError as error:
            raise StarterGoneError from error

    def ask(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        self.tell(message, descriptors)
        try:
            said = self._line.recv(LARGEST_PACKET)
        except OSError as error:
            raise StarterGoneError from error
        if not said:
            raise StarterGoneError
        answer: dict[str, Any] = json.loads(said)
        return answer

    def end(self) -> None:
        self._line.close()
        self._process.kill()  # it does nothing that could be left half done
        self._process.wait()

    def forget(self) -> None:
        """This process is a copy of the one that began it: the starter is not its own."""
        self._line.close()
        self._process.returncode = 0


def _environment() -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": os.defpath,
        "HOME": "/",
        "OMP_THREAD_LIMIT": "1",  # one page per process is faster than one page over two cores
        "OPENBLAS_NUM_THREADS": "1",
    }


@dataclass(frozen=True)
class _Call:
    function: str
    settings: str  # as JSON, so that the same call is known again


_lock = threading.Lock()
_running: list[_Starter] = []
_wanted: dict[str | _Call, None] = {}


def load(modules: Sequence[str], calls: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> None:
    """The starter is loading these modules, and calling these `module:function`s with their keywords; not waited for.

    Children started after this have it all.
    """
    asked = [_Call(function, json.dumps(settings, sort_keys=True)) for function, settings in calls]
    with _lock:
        _wanted.update(dict.fromkeys([*modules, *asked]))
        _with_starter(_loaded)


def start(*, memory_bytes: int, folder: Path, writable: Sequence[Path], root: str, descriptors: Sequence[int]) -> int:
    """A child works in this folder and speaks over these descriptors: requests, replies, lifeline, errors. Its pid.

    Raises:
        OSError: The system has no room for one more process; those begun before go on.
    """
    message = {
        "kind": "start",
        "memory_bytes": memory_bytes,
        "folder": str(folder),
        "writable": [str(place) for place in writable],
        "root": root,
    }
    with _lock:
        answer = _with_starter(lambda starter: _loaded(starter).ask(message, descriptors))
    if "errno" in answer:
        raise OSError(answer["errno"], os.strerror(answer["errno"]))
    return int(answer["pid"])


def ended(pid: int) -> tuple[int, int]:
    """How this child, which has been killed, ended: its status and its peak in kilobytes. GONE where nobody knows."""
    with _lock:
        answer = _with_starter(lambda starter: starter.ask({"kind": "ended", "pid": pid}))
    return answer["status"], answer["peak_kb"]


def stop() -> None:
    """The starter has ended; the next child gets a new one."""
    with _lock:
        while _running:
            _running.pop().end()


def _with_starter(act: Callable[[_Starter], T]) -> T:
    """What the starter answers; a new one, where it has gone or there was none.

    Raises:
        StarterGoneError: New ones too were ended before they answered.
    """
    for _ in range(_STARTERS_TRIED):
        if not _running:
            _running.append(_Starter())
        try:
            return act(_running[0])
        except StarterGoneError:
            _running.pop().end()
    raise StarterGoneError


def _loaded(starter: _Starter) -> _Starter:
    new = [want for want in _wanted if want not in starter.loaded]
    if new:
        starter.loaded.update(new)
        modules = [want for want in new if isinstance(want, str)]
        calls = [(want.function, json.loads(want.settings)) for want in new if isinstance(want, _Call)]
        starter.tell({"kind": "load", "modules": modules, "calls": calls})
    return starter


def _in_a_copy() -> None:
    global _lock
    _lock = threading.Lock()
    while _running:
        _running.pop().forget()


os.register_at_fork(after_in_child=_in_a_copy)
atexit.register(stop)
