"""What differs between two texts of one paper, word by word: both are kept whole, nothing is left out.

A word that one machine read otherwise than another is told from a word that somebody changed, so that the eye finds
the second; it is never hidden. Where one text has words and the other has nothing, a black bar or something that is
no word, a name may have been taken out of one copy and not of the other: such places are listed for a lawyer.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from records.shingles import letters_of

SAME, READING, CHANGED = "same", "reading", "changed"
# Two words at least so alike are one word read in two ways.
_ONE_WORD, _ONE_PASSAGE = 0.6, 0.7
# Above this many pairs of words the exact alignment takes too much memory for one page.
_EXACTLY = 60_000_000
_TOGETHER = 12
_A_PASSAGE = 3
_WORD = re.compile(r"\S+\s*")
_BLACKED = re.compile(
    r"[█■▇▆▓▮]+|\[\s*\]|[\[(][^\])]{0,30}(?:redact|withheld|removed|delete)[^\])]{0,30}[\])]|redacted"
    r"|\(b\)\s*\(\d\)|x{4,}|_{4,}|\*{4,}|-{5,}|\.{6,}",
    re.I,
)
_LETTERS = re.compile(r"[^\W\d_]")
_VOWELS = re.compile(r"[aeiouyŵŷâêîôûáéíóúàèìòùäëïöü]", re.I)
_SHORT_WORDS = frozenset(
    re.findall(r"\w+", "a an as at be by do go he if in is it me my no of on or so to up us we mr ms dr")
)


@dataclass(frozen=True)
class Piece:
    """A stretch of both texts: the same, the same but read otherwise, or changed; either side may be empty."""

    kind: str
    first: str
    second: str


@dataclass(frozen=True)
class Withheld:
    """Words that stand in one text, and what is in their place in the other: nothing, a black bar, or no word."""

    present_in_first: bool
    words: str
    instead: str
    is_blacked: bool
    before: str
    has_a_name: bool


# What kind of stretch, and where it begins and ends in the first and in the second.
_Block = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class _Unit:
    text: str
    key: str


def difference(first: str, second: str) -> list[Piece]:
    """The two texts in pieces: the first sides joined are the first text exactly, the second sides the second."""
    ours, theirs = _units(first), _units(second)
    pieces: list[Piece] = []
    for kind, our_start, our_end, their_start, their_end in _blocks(ours, theirs):
        block, other = ours[our_start:our_end], theirs[their_start:their_end]
        if kind == SAME:
            pieces.append(Piece(SAME, _text(block), _text(other)))
        else:
            pieces.extend(_told_apart(block, other))
    return _joined(pieces)


def changed_places(pieces: Sequence[Piece]) -> int:
    """How many places somebody seems to have changed, readings apart."""
    return sum(piece.kind == CHANGED for piece in pieces)


def passages_apart(pieces: Sequence[Piece]) -> int:
    """How many passages of some words one text has and the other has not: a note, a sentence, a line taken out.

    One is enough for two papers not to be called the same: what was written on one copy may be all that matters.
    """
    return sum(
        piece.kind == CHANGED and abs(_word_count(piece.first) - _word_count(piece.second)) >= _A_PASSAGE
        for piece in pieces
    ) + sum(place.is_blacked for place in withheld_places(pieces))


def withheld_places(pieces: Sequence[Piece]) -> list[Withheld]:
    """The places where words of one text are blacked out of, absent from or unreadable in the other, in order.

    A whole passage that only one text has is among them: whether it was added or taken out, a person must say.
    """
    found = []
    for number, piece in enumerate(pieces):
        if piece.kind == SAME:
            continue
        for present, other, in_first in ((piece.first, piece.second, True), (piece.second, piece.first, False)):
            blacked = bool(_BLACKED.search(other)) and not _BLACKED.search(present)
            if not _tells(present) or not (blacked or (piece.kind == CHANGED and not _legible(other))):
                continue
            before = pieces[number - 1] if number else Piece(SAME, "", "")
            leading = (before.first if in_first else before.second)[-60:]
            found.append(
                Withheld(
                    present_in_first=in_first,
                    words=" ".join(present.split()),
                    instead=" ".join(other.split()),
                    is_blacked=blacked,
                    before=" ".join(leading.split()),
                    has_a_name=_names_somebody(present),
                )
            )
    return found


def _units(text: str) -> list[_Unit]:
    start = len(text) - len(text.lstrip())
    units = [_Unit(text[:start], "")] if start else []
    for match in _WORD.finditer(text, start):
        units.append(_Unit(match[0], _key(match[0].rstrip())))
    return units


@lru_cache(maxsize=65_536)
def _key(word: str) -> str:
    return letters_of(word) or word


def _text(units: Sequence[_Unit]) -> str:
    return "".join(unit.text for unit in units)


def _blocks(ours: list[_Unit], theirs: list[_Unit]) -> list[_Block]:
    """The longest common row of words, and what lies between."""
    our_keys, their_keys = [unit.key for unit in ours], [unit.key for unit in theirs]
    if len(ours) * len(theirs) <= _EXACTLY:
        found: list[_Block] = [
            (code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end)
            for code in Indel.opcodes(our_keys, their_keys)
        ]
    else:
        found = list(difflib.SequenceMatcher(None, our_keys, their_keys).get_opcodes())
    blocks: list[_Block] = []
    for tag, our_start, our_end, their_start, their_end in found:
        kind = SAME if tag == "equal" else CHANGED
        if blocks and blocks[-1][0] == kind:
            last = blocks.pop()
            our_start, their_start = last[1], last[3]
        blocks.append((kind, our_start, our_end, their_start, their_end))
    return blocks


def _told_apart(ours: Sequence[_Unit], theirs: Sequence[_Unit]) -> list[Piece]:
    """What differs, in pieces: words read otherwise apart from words changed."""
    if not _legible(_text(ours)) and not _legible(_text(theirs)) and not _blacked_either(ours, theirs):
        return [Piece(READING, _text(ours), _text(theirs))]
    our_key, their_key = "".join(unit.key for unit in ours), "".join(unit.key for unit in theirs)
    few = max(len(ours), len(theirs)) <= _TOGETHER
    if few and our_key and their_key and Indel.normalized_similarity(our_key, their_key) >= _ONE_PASSAGE:
        return [Piece(READING, _text(ours), _text(theirs))]
    pairs = _paired(ours, theirs) if len(ours) * len(theirs) <= 4_000 else []
    pieces, our_at, their_at = [], 0, 0
    for our_next, their_next in [*pairs, (len(ours), len(theirs))]:
        between = _text(ours[our_at:our_next]), _text(theirs[their_at:their_next])
        if any(between):
            blacked = _blacked_either(ours[our_at:our_next], theirs[their_at:their_next])
            noise = not blacked and not any(_legible(side) for side in between)
            pieces.append(Piece(READING if noise else CHANGED, *between))
        if our_next < len(ours):
            pieces.append(Piece(READING, ours[our_next].text, theirs[their_next].text))
        our_at, their_at = our_next + 1, their_next + 1
    return pieces


def _blacked_either(ours: Sequence[_Unit], theirs: Sequence[_Unit]) -> bool:
    return bool(_BLACKED.search(_text(ours)) or _BLACKED.search(_text(theirs)))


def _paired(ours: Sequence[_Unit], theirs: Sequence[_Unit]) -> list[tuple[int, int]]:
    """Which of our words is which of theirs, read otherwise: in order, and as much alike as can be."""
    alike = [[_alike(our, their) for their in theirs] for our in ours]
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for row in range(len(ours) - 1, -1, -1):
        for column in range(len(theirs) - 1, -1, -1):
            together = alike[row][column] + best[row + 1][column + 1] if alike[row][column] else 0.0
            best[row][column] = max(best[row + 1][column], best[row][column + 1], together)
    pairs, row, column = [], 0, 0
    while row < len(ours) and column < len(theirs):
        if alike[row][column] and best[row][column] == alike[row][column] + best[row + 1][column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _alike(our: _Unit, their: _Unit) -> float:
    if not our.key or not their.key or min(len(our.key), len(their.key)) < 2:
        return 0.0
    similarity: float = Indel.normalized_similarity(our.key, their.key)
    return similarity if similarity >= _ONE_WORD else 0.0


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            last = joined.pop()
            piece = Piece(piece.kind, last.first + piece.first, last.second + piece.second)
        joined.append(piece)
    return joined


def _word_count(text: str) -> int:
    return sum(_is_word(word) for word in text.split())


def _legible(text: str) -> bool:
    """Whether there is at least one word in it that a person would take for one."""
    return any(_is_word(word) for word in text.split())


def _is_word(word: str) -> bool:
    bare = word.strip(".,;:!?()[]{}'\"“”‘’-_/*~")
    if bare.lower() in _SHORT_WORDS or (bare.isdecimal() and len(bare) >= 2):
        return True
    letters = len(_LETTERS.findall(bare))
    return letters >= 3 and letters >= 0.8 * len(bare) and bool(_VOWELS.search(bare)) and not _BLACKED.fullmatch(bare)


def _tells(text: str) -> bool:
    """Whether a word in it says something: an "and" that a machine missed is not what anybody withheld."""
    return _names_somebody(text) or any(_is_word(word) and len(word) >= 4 for word in text.split())


def _names_somebody(text: str) -> bool:
    return any(len(word) >= 3 and word[:1].isupper() and _is_word(word) for word in text.split())
