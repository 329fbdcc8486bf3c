"""The name that a file leaves under: the one it came with, less what a header or a person could be misled by."""

import unicodedata
from pathlib import PurePosixPath

LONGEST = 180


def download_name(name: str) -> str:
    """The name on one line, in the order it is written, naming no folder; its ending stays however long it is.

    A file may come with a line break in its name, which no header can carry, or with a mark that turns the direction
    of writing, so that a program looks like a letter.
    """
    plain = "".join("_" if _misleads(letter) else letter for letter in name).strip(" .") or "file"
    if len(plain) <= LONGEST:
        return plain
    ending = PurePosixPath(plain).suffix[:20]
    return plain[: LONGEST - len(ending)] + ending


def _misleads(letter: str) -> bool:
    return letter in "/\\" or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
