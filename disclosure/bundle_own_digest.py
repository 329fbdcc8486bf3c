"""The digest of the whole file that a bundle carries in its own last lines, so that any changed byte is noticed.

It is no proof against whoever makes a new one; the manifest beside, the archive and the audit trail are. It finds
what damage, a careless program or a small forgery did to a file that travels alone.
"""

import hashlib
import re
from pathlib import Path

from disclosure.bundle_verify_report import Check

MARK = b"%Candour-SHA-256-of-the-rest "
_NAME = "unchanged by its own digest"
_END = re.compile(re.escape(MARK) + rb"([0-9a-f]{64})\nstartxref\n[0-9]+\n%%EOF\n\Z")
_DIGITS = 64
_CHUNK = 1 << 20


def check_own_digest(file: Path) -> Check | None:
    """Whether every byte is as it was made; None where the file carries no digest, as when it was saved again."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(0, size - 4096))
        tail = stream.read()
    ending = _END.search(tail)
    if ending is None:
        if not _contains(file, MARK):
            return None
        return Check(_NAME, ok=False, detail="bytes were added or changed after its end")
    digits_at = size - len(tail) + ending.start(1)
    ok = _digest_without(file, digits_at) == ending[1].decode()
    return Check(_NAME, ok=ok, detail="every byte" if ok else "a byte of it was changed")


def _digest_without(file: Path, digits_at: int) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        left = digits_at
        while left and (chunk := stream.read(min(left, _CHUNK))):
            digest.update(chunk)
            left -= len(chunk)
        stream.seek(digits_at + _DIGITS)
        digest.update(stream.read())
    return digest.hexdigest()


def _contains(file: Path, wanted: bytes) -> bool:
    kept = b""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if wanted in kept + chunk:
                return True
            kept = chunk[-len(wanted) :]
    return False
