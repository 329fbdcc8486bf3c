"""What a part of a message says once its base64 is undone: around holes, in several pieces, with words behind it."""

import base64
import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
# Of a line of base64; a damaged one may hold zeros, words have spaces between them.
_LINE = re.compile(r"[A-Za-z0-9+/=\0]*")
_PIECE = re.compile(r"[^=]+(?:=[=\s]*)?")


@dataclass(frozen=True)
class Undone:
    """The bytes, the words that stand behind them without being encoded, and whether something is lost."""

    content: bytes
    behind: str
    is_lossy: bool


def undo_base64(encoded: str) -> Undone:
    """What the base64 says, piece by piece where several stand one behind the other, each filled up at its end.

    A program that encodes a text in portions leaves such pieces, and a list's own words may stand behind base64 without
    being encoded. Without the equals signs that fill up an incomplete group something was cut off (RFC 2045, 6.8);
    where the cut left whole groups, nothing of this tells.
    """
    with suppress(ValueError):  # nearly always all of it is as it should be
        return Undone(base64.b64decode("".join(encoded.split()), validate=True), behind="", is_lossy=False)
    encoded, behind = _divided(encoded)
    found, is_lossy, is_aligned = [], bool(behind and " " not in behind), True
    pieces = _PIECE.findall(encoded)
    for number, piece in enumerate(pieces, 1):
        found.append(_rescued(piece, is_aligned=is_aligned))
        is_aligned = number == len(pieces) or len("".join(piece.split())) % 4 == 0
        is_lossy |= _is_lossy(piece) or not is_aligned
    return Undone(b"".join(found), behind, is_lossy)


def _divided(encoded: str) -> tuple[str, str]:
    """The base64, and what stands behind its end and is none."""
    place = encoded.find("=")
    begin = encoded.rfind("\n", 0, place) + 1
    if place < 0 or not _LINE.fullmatch(encoded[begin:].partition("\n")[0].strip()):
        return _divided_by_lines(encoded)
    for line in encoded[place:].splitlines(keepends=True):
        if not _LINE.fullmatch(line.strip()):
            return encoded[:place], encoded[place:].strip()
        place += len(line)
    return encoded, ""


def _divided_by_lines(encoded: str) -> tuple[str, str]:
    """The same where no equals sign ends the base64: its lines are of one length, but for the last."""
    lines = encoded.splitlines(keepends=True)
    whole = max((len(line.strip()) for line in lines if _LINE.fullmatch(line.strip())), default=0)
    ends = 0
    for number, line in enumerate(lines, 1):
        if _LINE.fullmatch(line.strip()) and whole and len(line.strip()) == whole:
            ends = number
    if ends < len(lines) and _LINE.fullmatch(lines[ends].strip()):
        ends += 1
    behind = "".join(lines[ends:])
    return ("".join(lines[:ends]), behind.strip()) if ends and " " in behind.strip() else (encoded, "")


def _is_lossy(piece: str) -> bool:
    """Whether it has signs that are none, or not the end that it must have. White space says nothing."""
    signs = "".join(piece.split())
    whole = signs.rstrip("=")
    left = len(whole) % 4
    return left == 1 or bool(left and whole == signs) or bool(_NOT_BASE64.search(whole))


def _rescued(piece: str, *, is_aligned: bool) -> bytes:
    """What the base64 still says around what is lost of it.

    Its lines are whole groups of four signs, so that after a hole the end of the line tells where a group begins; also
    at its beginning, where it is not aligned because what stood before it was broken off.
    """
    found = []
    for number, stretch in enumerate(re.split("\0+", piece)):
        line, _, rest = stretch.partition("\n")
        line = line.strip()
        signs = _NOT_BASE64.sub("", (line if is_aligned and number == 0 else line[len(line) % 4 :]) + rest)
        found.append(base64.b64decode(signs[: len(signs) - (len(signs) % 4 == 1)] + "=="))
    return b"".join(found)


def ends_inside_a_letter(content: bytes, charset: str) -> bool:
    """Whether the bytes end in the middle of a letter of this charset: what follows was cut off."""
    try:
        # Refuses codecs of Python that are none of letters; and what some charsets begin may end with the text.
        content.decode(charset)
        return False
    except UnicodeError:
        reading = codecs.getincrementaldecoder(charset)()
    except (LookupError, ValueError):
        return False
    try:
        reading.decode(content)
        return bool(reading.getstate()[0])
    except UnicodeError:
        return False
