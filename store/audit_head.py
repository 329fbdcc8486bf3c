"""The end of the audit trail, kept outside the database in a small file sealed with a key.

The file is written twice around a commit: first with both the end before and the end after, then
with the end after alone. Whatever moment a crash takes, it names only honest ends.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import DamagedError
from store.settings import secret_from


@dataclass(frozen=True)
class Tail:
    """The last event of the trail: its number and its hash."""

    sequence: int
    hash: str


NOTHING = Tail(0, "0" * 64)


@dataclass(frozen=True)
class HeadState:
    """What the file says, or why it cannot be believed."""

    last: Tail = NOTHING
    next: Tail | None = None
    problem: str | None = None
    exists: bool = True

    @property
    def ends(self) -> tuple[Tail, ...]:
        """The ends of the trail that are honest now."""
        return (self.last,) if self.next is None else (self.last, self.next)


@dataclass(frozen=True)
class AuditHead:
    """The head of one archive's trail."""

    file: Path
    key_file: Path
    _key: list[bytes] = field(default_factory=list, repr=False, compare=False)

    def read(self) -> HeadState:
        """What the file says; its `problem` is set where it is missing or its seal is broken."""
        try:
            held = json.loads(self.file.read_bytes())
            body = {"last": held["last"], "next": held["next"]}
            sealed = hmac.compare_digest(self._seal(body), held["seal"])
            following = Tail(**held["next"]) if held["next"] else None
            state = HeadState(Tail(**held["last"]), following)
        except FileNotFoundError:
            return HeadState(problem="the head of the audit trail is missing from outside the database", exists=False)
        except (ValueError, KeyError, TypeError):
            return HeadState(problem="the head of the audit trail cannot be read: it was changed")
        if not sealed:
            return HeadState(problem="the head of the audit trail was changed: its seal does not fit the key")
        return state

    def announce(self, before: Tail, after: Tail) -> None:
        """The head names both ends: the trail may stop at either until `settle`.

        Raises:
            DamagedError: The trail does not end where the head says; going on would hide that.
        """
        with self._locked():
            state = self.read()
            fresh = not state.exists and before == NOTHING
            if not fresh and (state.problem or before not in state.ends):
                raise DamagedError(
                    "Nothing was written, because the audit trail does not end where its sealed head says it does: "
                    "run `candour audit verify` and, if it fails, restore the last good backup."
                )
            self._write({"last": vars(before), "next": vars(after)})

    def settle(self, tail: Tail) -> None:
        """The head names this end alone, unless a later writer has already moved it on."""
        with self._locked():
            state = self.read()
            newest = max(end.sequence for end in state.ends)
            if newest <= tail.sequence:
                self._write({"last": vars(tail), "next": None})

    def _seal(self, body: dict[str, object]) -> str:
        if not self._key:
            self._key.append(secret_from(self.key_file))
        return hmac.new(self._key[0], json.dumps(body, sort_keys=True).encode(), hashlib.sha256).hexdigest()

    def _write(self, body: dict[str, object]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.file.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({**body, "seal": self._seal(body)}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
