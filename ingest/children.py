"""The parent's side of one child process: start it, speak to it, and say what ended it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.frames import FrameBuffer, write_frame

ROOT = Path(__file__).resolve().parent.parent
_MEMORY_SIGNS = (b"bad_alloc", b"MemoryError", b"out of memory", b"Cannot allocate memory", b"mmap failed")


class Child:
    """One confined process. It is given nothing but its pipes: no environment, no terminal, no other files."""

    def __init__(self, *, memory_bytes: int, folder: Path, writable: Sequence[Path] = ()) -> None:
        self.memory_bytes = memory_bytes
        request_read, self._requests = os.pipe()
        self.replies, reply_write = os.pipe()
        lifeline_read, self._lifeline = os.pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        with_thread = int(threading.current_thread() is threading.main_thread())
        arguments = [request_read, reply_write, lifeline_read, memory_bytes, os.getpid(), with_thread]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                [sys.executable, "-m", "ingest.child", *map(str, arguments), *map(str, [folder, *writable])],
                pass_fds=(request_read, reply_write, lifeline_read),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,  # Ctrl-C goes to the parent, which ends its children itself
            )
        finally:
            for descriptor in (request_read, reply_write, lifeline_read):
                os.close(descriptor)
        os.set_blocking(self.replies, False)
        self._buffer = FrameBuffer()
        self._closed = False
        self.sandbox: dict[str, bool] | None = None

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, message: dict[str, Any]) -> bool:
        """Hand the child a request; False when it is no longer there to take it."""
        try:
            write_frame(self._requests, message)
        except BrokenPipeError:
            return False
        return True

    def receive(self) -> list[dict[str, Any]] | None:
        """The messages that have arrived; None when the child has gone or speaks nonsense."""
        messages: list[dict[str, Any]] = []
        while True:
            try:
                piece = os.read(self.replies, 1 << 20)
            except BlockingIOError:
                return messages
            if not piece:
                # Gone; what it said before is still delivered, and the next call says None.
                return messages or None
            try:
                messages += self._buffer.feed(piece)
            except ValueError:
                return None

    def end(self) -> str:
        """The child is gone and its pipes are closed; says why it ended, as far as can be told."""
        if self._closed:
            return "crashed"
        self._closed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the group that was made for it, and what it started
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        for descriptor in (self._requests, self.replies, self._lifeline):
            os.close(descriptor)
        said = self._last_words()
        self._errors.close()
        if self._process.returncode == -signal.SIGXCPU:
            return "timeout"
        if usage.ru_maxrss * 1024 > self.memory_bytes * 0.6 or any(sign in said for sign in _MEMORY_SIGNS):
            return "memory"
        return "crashed"

    def _last_words(self) -> bytes:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 8192))
        return self._errors.read(8192)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_THREAD_LIMIT": "1",  # one page per process is faster than one page over two cores
        "OPENBLAS_NUM_THREADS": "1",
    }
