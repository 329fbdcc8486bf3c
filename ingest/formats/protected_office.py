"""Office files under a password: opened with one of those given, and read as what they then are."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from ingest.formats import registry
from ingest.formats.compound_files import is_cut_off
from ingest.identify import identify
from ingest.job import ReadingJob, Yielded
from ingest.reading import UnreadableFile

# What Excel itself uses where a workbook is protected against changes and not against reading; it is published.
_EXCELS_OWN = "VelvetSweatshop"
_DAMAGE = (
    FileFormatError, ParseError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error,
    AssertionError,  # how it checks the old formats
)  # fmt: skip
_ALSO_DAMAGED = (
    "The file is protected by a password, and it is cut off or damaged as well, so that the password alone would not "
    "help; ask its holder for another copy."
)
UNLOCKED = "unlocked"


def read_protected_office(job: ReadingJob) -> Iterator[Yielded]:
    """The file as it reads without its password.

    Raises:
        UnreadableFile: None of the passwords given opens it, or it is damaged.
    """
    opened = unlock(job)
    if opened is None:
        raise UnreadableFile("damaged")
    kind = identify(opened, name=job.name)
    if kind.media_type == job.media_type:
        raise UnreadableFile("damaged")
    job.facts.metadata["without its password"] = kind.label
    yield from registry.read(kind, replace(job, path=opened, media_type=kind.media_type))


def unlock(job: ReadingJob) -> Path | None:
    """A copy without the password, in the spool folder; None where the file is not protected, or no Office file.

    Raises:
        UnreadableFile: It is protected and none of the passwords given opens it, or it is damaged as well.
    """
    with job.path.open("rb") as source:
        try:
            protected = msoffcrypto.OfficeFile(source)
            if not protected.is_encrypted():
                return None
        except (*_DAMAGE, DecryptionError):
            return None
        for password in (_EXCELS_OWN, *job.passwords):
            target = job.spool / UNLOCKED
            with target.open("wb") as out:
                if not _opens(protected, password, out):
                    continue
            if password != _EXCELS_OWN:
                job.facts.note("The file is protected by a password and was opened with one of those given.")
            return target
    if is_cut_off(job.path):
        raise UnreadableFile("damaged", _ALSO_DAMAGED)
    raise UnreadableFile("encrypted")


def _opens(protected: msoffcrypto.OfficeFile, password: str, out: BinaryIO) -> bool:
    try:
        # Of the new formats the password is checked only when that is asked for; of the old ones always.
        protected.load_key(password=password, **({"verify_password": True} if protected.format == "ooxml" else {}))
        protected.decrypt(out)
    except (DecryptionError, InvalidKeyError):
        return False
    # The old formats check a password loosely, and stumble over what a wrong one makes of the file.
    except _DAMAGE:
        return False
    return True
