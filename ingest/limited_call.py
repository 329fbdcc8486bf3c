"""One function run on untrusted bytes in a confined child of its own: an answer, or the reason why there is none."""

import selectors
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest import starting
from ingest.children import Child
from ingest.reading import UnreadableFile
from store.errors import DamagedError

DEFAULT_MEMORY_BYTES = 2 * 1024**3
DEFAULT_PAGE_SECONDS = 60.0
START_SECONDS = 120.0  # that a child may take before it says it is ready


def run_limited(
    function: str,
    payload: dict[str, Any],
    *,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    seconds: float = DEFAULT_PAGE_SECONDS,
    folder: Path | None = None,
    writable: Sequence[Path] = (),
) -> dict[str, Any]:
    """Run `module:function` with the payload as its keywords in a confined child of its own, and return its answer.

    The payload and the answer are plain values that JSON can carry. Beside a folder of its own, gone afterwards, the
    child may write in the folders named `writable` and nowhere else.

    Raises:
        UnreadableFile: The function refused the file, or broke a limit (timeout, memory, crashed).
        DamagedError: The function broke one of our own rules; the sentence says which.
    """
    starting.load([function.partition(":")[0]])
    with tempfile.TemporaryDirectory(prefix="limited-", dir=folder) as place:
        child = Child(memory_bytes=memory_bytes, folder=Path(place), writable=writable)
        code: str | None = None
        try:
            child.send({"kind": "call", "function": function, "payload": payload, "seconds": seconds})
            message = _await_answer(child, seconds)
            if message is None:
                code = "timeout"
        except EOFError:
            message = None
        finally:
            ended = child.end()
    if message is None:
        raise UnreadableFile(code or ended)
    if message["kind"] == "returned":
        value: dict[str, Any] = message["value"]
        return value
    if message["code"] == "refused":
        raise DamagedError(message["sentence"])
    raise UnreadableFile(message["code"], message["sentence"])


def _await_answer(child: Child, seconds: float) -> dict[str, Any] | None:
    deadline = time.monotonic() + seconds + START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(child.replies, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            messages = child.receive()
            if messages is None:
                raise EOFError
            for message in messages:
                if message["kind"] != "ready":
                    return message
                deadline = time.monotonic() + seconds
    return None
