"""The passwords people gave for files that need one: tried when such a file is read, and shown nowhere.

They lie in one file among the archive's secrets, readable by its owner alone, a line each. They are written neither
to the log, nor to the audit trail, nor to any record: only how many there are is ever said.
"""

import os
import tempfile
from collections.abc import Iterable

from sqlalchemy.orm import Session

from store import audit
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.settings import Settings

MOST = 500
_LONGEST = 256


def kept_passwords(settings: Settings) -> tuple[str, ...]:
    """Every password that was given, in the order they were."""
    path = settings.file_passwords
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()


def give_passwords(session: Session, settings: Settings, passwords: Iterable[str], *, actor: str) -> int:
    """These are tried from now on, beside those given before; how many of them are new.

    Raises:
        InvalidInputError: One is too long to be a password, or there are more than can be tried in reasonable time.
    """
    before = kept_passwords(settings)
    new = [word for word in dict.fromkeys(passwords) if word and word not in before]
    if any(len(word) > _LONGEST or not word.isprintable() for word in new):
        raise InvalidInputError("One of the lines is no password: give a text file with one password a line.")
    if len(before) + len(new) > MOST:
        raise InvalidInputError(
            f"There would be {len(before) + len(new)} passwords, and more than {MOST} take too long to try on every "
            "file: forget those no longer needed first (`candour passwords forget`)."
        )
    if new:
        _write(settings, (*before, *new))
        audit.record(session, AuditAction.PASSWORDS_GIVEN, actor=actor, subject="archive", detail={"count": len(new)})
    return len(new)


def forget_passwords(session: Session, settings: Settings, *, actor: str) -> int:
    """None is kept any more; how many there were. What they opened stays as it was read."""
    count = len(kept_passwords(settings))
    settings.file_passwords.unlink(missing_ok=True)
    if count:
        audit.record(session, AuditAction.PASSWORDS_FORGOTTEN, actor=actor, subject="archive", detail={"count": count})
    return count


def _write(settings: Settings, passwords: Iterable[str]) -> None:
    folder = settings.file_passwords.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="passwords-")  # 0600 from the start
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{word}\n" for word in passwords))
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, settings.file_passwords)  # noqa: PTH105 - a plain name from mkstemp
