"""The parent's side of one child process: start it, speak to it, and say what ended it."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest import starting
from ingest.child_messages import understood
from ingest.frames import GONE, FrameBuffer, write_frame

ROOT = Path(__file__).resolve().parent.parent
_MEMORY_SIGNS = (b"bad_alloc", b"MemoryError", b"out of memory", b"Cannot allocate memory", b"mmap failed")


class Child:
    """One confined process. It is given nothing but its pipes: no environment, no terminal, no other files.

    Raises OSError, and leaves nothing open, where the system has no room for one more process.
    """

    def __init__(self, *, memory_bytes: int, folder: Path, writable: Sequence[Path] = ()) -> None:
        self.memory_bytes = memory_bytes
        request_read, self._requests = os.pipe()
        self.replies, reply_write = os.pipe()
        lifeline_read, self._lifeline = os.pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        try:
            self.pid = starting.start(
                memory_bytes=memory_bytes,
                folder=folder.resolve(),
                writable=[place.resolve() for place in writable],
                root=str(ROOT),
                descriptors=(request_read, reply_write, lifeline_read, self._errors.fileno()),
            )
        except (OSError, starting.StarterGoneError):
            for descriptor in (self._requests, self.replies, self._lifeline):
                os.close(descriptor)
            self._errors.close()
            raise
        finally:
            for descriptor in (request_read, reply_write, lifeline_read):
                os.close(descriptor)
        os.set_blocking(self.replies, False)
        self._buffer = FrameBuffer()
        self._closed = False
        self._spoke_nonsense = False
        self.sandbox: dict[str, bool] | None = None

    def send(self, message: dict[str, Any]) -> bool:
        """Hand the child a request; False when it is no longer there to take it."""
        try:
            write_frame(self._requests, message)
        except BrokenPipeError:
            return False
        return True

    def receive(self) -> list[dict[str, Any]] | None:
        """The messages that have arrived, as `understood`; None when the child has gone or speaks nonsense."""
        messages: list[dict[str, Any]] = []
        while not self._spoke_nonsense:
            try:
                piece = os.read(self.replies, 1 << 20)
            except BlockingIOError:
                return messages
            if not piece:
                break
            try:
                # One by one: those before one that is refused stand.
                for message in self._buffer.feed(piece):
                    messages.append(understood(message))
            except ValueError:
                self._spoke_nonsense = True
                self._kill()  # so that the pipe ends, and whoever waits for it asks again
        # What it said before is still delivered, and the next call says None.
        return messages or None

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # the group that was made for it, and what it started

    def end(self) -> str:
        """The child is gone and its pipes are closed; says why it ended, as far as can be told."""
        if self._closed:
            return "crashed"
        self._closed = True
        self._kill()
        status, peak_kb = starting.ended(self.pid)
        for descriptor in (self._requests, self.replies, self._lifeline):
            os.close(descriptor)
        said = self._last_words()
        self._errors.close()
        if status == GONE:
            return "crashed"
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return "timeout"
        if peak_kb * 1024 > self.memory_bytes * 0.6 or any(sign in said for sign in _MEMORY_SIGNS):
            return "memory"
        return "crashed"

    def _last_words(self) -> bytes:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 8192))
        return self._errors.read(8192)
