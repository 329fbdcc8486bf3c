"""How text becomes words: one rule for every engine, for the query and for the highlighting."""

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.lang.snowball.english import EnglishStemmer

WORD_LENGTH_LIMIT = 64

UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
"""What word processors and web pages leave in a text and nobody sees: soft hyphens, joiners, marks of direction, places
where a line may break. In a set of a regular expression."""

# Marks are part of a word (a Welsh circumflex may come as its own character), so is what nobody sees inside one.
# Possessive quantifiers: no text can make this go back over what it has read.
_LETTERS = rf"(?:[^\W_]++[\u0300-\u036f{UNSEEN}]*+)++"
_WORD = re.compile(rf"{_LETTERS}(?:['’ʼ][{UNSEEN}]*+{_LETTERS})*+")
_NOT_SEEN = re.compile(f"[{UNSEEN}]++")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]++(?:'[A-Za-z0-9]++)*+")
# A hyphen at the end of a line, as typed, as printed, as a word processor leaves it and as scanning programs write it,
# and then one line break.
_BREAK = re.compile(r"[-\u2010\u00ad\u00ac][ \t\u00a0]*+(?:\r\n|\n|\r)[ \t\u00a0]*+(?=[^\W\d_])")
_HYPHENS = ("-", "\u2010", "\u00ad", "\u00ac")
_ASCII_BREAK = re.compile(r"-[ \t]*+(?:\r\n|\n|\r)[ \t]*+(?=[A-Za-z])")
# The signs that printers set and no word has, each put in place of one that is in ASCII.
_PRINTED_SIGNS = (("’", "'"), ("‘", " "), ("“", " "), ("”", " "), ("–", " "), ("—", " "), ("…", " "), ("£", " "))
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
_NOT_DECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})

# A query cannot hold a quotation mark inside a quoted value.
QUOTES = '"“”„‟«»″＂'
"""What a letter or a word processor may put round a phrase."""
_UNQUOTED = str.maketrans(dict.fromkeys(QUOTES, " "))

# What a scanner reads for what was typed; both sides are written the same way before they are compared.
_CONFUSIONS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("5", "s"), ("1", "l"), ("i", "l"))

MISREAD_PAIRS = tuple(read for read, meant in _CONFUSIONS if len(read) > len(meant))
"""What a scanner reads for one letter; other confusions leave a word as long as it is."""

# For a suggestion, which a person judges, rarer confusions count too.
_RARER_CONFUSIONS = (("1", "i"), ("e", "c"), ("h", "b"), ("li", "h"), ("ri", "n"), ("n", "u"), ("6", "b"), ("8", "b"))

BEGINNING_LENGTH = 4
"""So many letters of how a word begins are enough to tell it from nearly all others."""

_FOLDED_KEPT = 200_000

_APOSTROPHE = ord("'")
_OF_WORDS = (string.ascii_letters + string.digits).encode()
# For each character of ASCII: itself or a space; one or nought.
_PARTED = bytes(code if code in _OF_WORDS or code == _APOSTROPHE else ord(" ") for code in range(256))
_INSIDE = bytes(code in _OF_WORDS for code in range(256))

_stemmer = EnglishStemmer()


class Token(NamedTuple):
    """A word where it stands: folded, with the characters of the text it was read from."""

    word: str
    start: int
    end: int


class Joined(NamedTuple):
    """A word that is broken with a hyphen at the end of a line, whole, with the characters of both its halves.

    `second` is the character that its second half begins at. Where it is the page that breaks it, `over` has the
    characters of the second half on the next page, and `end` is the end of the page's own text.
    """

    word: str
    start: int
    end: int
    second: int
    over: tuple[int, int] | None = None


def fold(text: str) -> str:
    """The word as it is compared: no case, no accents, no apostrophe and no possessive s."""
    if text.isascii():
        plain = text.lower()
    else:
        split = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold()).casefold()
        kept = "".join(c for c in _NOT_SEEN.sub("", split) if not unicodedata.combining(c))
        plain = kept.translate(_NOT_DECOMPOSED)
    if "'" in plain:
        plain = plain.removesuffix("'s").replace("'", "")
    return plain[:WORD_LENGTH_LIMIT]


def plain_signs(text: str) -> str:
    """The text with printers' signs as plain ones: the same words stand at the same characters."""
    if text.isascii():
        return text
    for sign, plain in _PRINTED_SIGNS:
        text = text.replace(sign, plain)
    return text


def _split(plain: str) -> list[str]:
    """The words of the text as they are written, in order."""
    if not plain.isascii():
        return _WORD.findall(plain)
    # What the expression for words of ASCII finds, in a sixth of its time.
    parted = plain.encode().translate(_PARTED).decode()
    if "'" in parted:
        if "''" in parted:
            return _ASCII_WORD.findall(plain)
        parted = f" {parted} ".replace(" '", "  ").replace("' ", "  ")
    return parted.split()


class _Folded(dict[str, str]):
    """Words as they were met and as they are compared; each is folded once, and a text is looked up in one go."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _FOLDED_KEPT:
            self.clear()
        self[word] = folded = fold(word)
        return folded


_folded = _Folded()


def words(text: str) -> list[str]:
    """Every word of the text, folded, in order; the place in the list is the word's position."""
    return fold_each(_split(plain_signs(text)))


def fold_each(written: Iterable[str]) -> list[str]:
    """Words as they are written, each folded."""
    return list(map(_folded.__getitem__, written))


def tokens(text: str) -> list[Token]:
    """Every word of the text with where it stands; the same words as `words` gives, in the same order."""
    whole = plain_signs(text)
    starts, ends = word_bounds(whole).tolist()
    written = [whole[start:end] for start, end in zip(starts, ends, strict=True)]
    return list(map(Token, fold_each(written), starts, ends))


def joined_words(text: str, *, goes_on: bool = False) -> list[Joined]:
    """The words that are broken at the end of a line of the text, in order; their halves are words of it as well.

    Whether the hyphen is the word's own (`well-known`) or only breaks it cannot be told, so both are read. Each half
    has at least two letters and no figure, and the letters at the break are all small or all capitals: `Smith-` and
    `Jones` are two names. Of a word that is broken twice the first two parts are joined; `goes_on` says that the
    text begins with the second part of one.
    """
    plain = plain_signs(text)
    pattern, breaks = (_ASCII_WORD, _ASCII_BREAK) if plain.isascii() else (_WORD, _BREAK)
    first_word = pattern.search(plain) if goes_on else None
    joined: list[Joined] = []
    begin, last = 0, first_word.start() if first_word else -1
    for found in breaks.finditer(plain):
        # No word reaches over a space or a line's end, so the last one before the break begins behind the last of them.
        begin = max(begin, plain.rfind(" ", begin, found.start()), plain.rfind("\n", begin, found.start()))
        before = pattern.findall(plain, begin, found.start() + 1)
        begin = found.end()
        second = pattern.match(plain, begin)
        # A soft hyphen is a part of the word before it, any other stands behind its last letter.
        end = found.start() + (plain[found.start()] == "\u00ad")
        if second is None or not before or not plain.startswith(before[-1], end - len(before[-1])):
            continue
        first = before[-1]
        halves = _folded[first], _folded[second.group()]
        if end - len(first) != last and _are_halves(first, second.group(), halves):
            whole = "".join(halves)[:WORD_LENGTH_LIMIT]
            joined.append(Joined(whole, end - len(first), second.end(), second.start()))
            last = second.start()
    return joined


def joined_in_pages(pages: Sequence[tuple[int, str]]) -> list[list[Joined]]:
    """For each page, given in order with its number, the words that it breaks; the last may go on on the next page.

    A page breaks a word as a line does, where the hyphen is the last sign on it and the next page begins with the
    rest: a number at the foot or a heading between them parts them.
    """
    found: list[list[Joined]] = []
    goes_on = False
    for i, (number, text) in enumerate(pages):
        joined = joined_words(text, goes_on=goes_on)
        after = pages[i + 1][1] if i + 1 < len(pages) and pages[i + 1][0] == number + 1 else ""
        over = _joined_over(text.rstrip(), after, joined, goes_on=goes_on) if after else None
        goes_on = over is not None
        found.append([*joined, over] if over else joined)
    return found


def places_of(text: str, broken: Sequence[Joined]) -> list[int]:
    """The positions of the first halves of words that the text breaks; the second halves stand at the next."""
    if not broken:
        return []
    places: list[int] = np.searchsorted(word_bounds(plain_signs(text))[0], [each.start for each in broken]).tolist()
    return places


def whole_words(pages: Sequence[tuple[int, str]]) -> list[str]:
    """The words of the pages with those that they break whole, in place of their halves."""
    found: list[str] = []
    goes_on = False
    for (_, text), broken in zip(pages, joined_in_pages(pages), strict=True):
        whole = dict(zip(places_of(text, broken), (each.word for each in broken), strict=True))
        second_halves = {place + 1 for place in whole} | ({0} if goes_on else set())
        found += [whole.get(place, word) for place, word in enumerate(words(text)) if place not in second_halves]
        goes_on = bool(broken) and broken[-1].over is not None
    return found


def _joined_over(before: str, after: str, joined: Sequence[Joined], *, goes_on: bool) -> Joined | None:
    """The word that the end of the page breaks; the second half of another one is not broken again."""
    if not before.endswith(_HYPHENS):
        return None
    found, second = tokens(before), next(iter(tokens(after)), None)
    if not found or second is None or after[: second.start].strip():
        return None
    first = found[-1]
    if first.start <= (joined[-1].second if joined else found[0].start if goes_on else -1):
        return None
    # A soft hyphen is a part of the word before it, any other stands behind its last letter.
    if first.end != len(before) - (before[-1] != "\u00ad"):
        return None
    halves = first.word, second.word
    if not _are_halves(before[first.start : first.end], after[second.start : second.end], halves):
        return None
    whole = "".join(halves)[:WORD_LENGTH_LIMIT]
    return Joined(whole, first.start, len(before), second.start, (second.start, second.end))


def _are_halves(first: str, second: str, folded: tuple[str, str]) -> bool:
    one, other = folded
    if len(one) < 2 or len(other) < 2 or not (one.isalpha() and other.isalpha()):
        return False
    if not (first.isalpha() and second.isalpha()):
        first, second = "".join(filter(str.isalpha, first)), "".join(filter(str.isalpha, second))
    before, after = first[-2:], second[:2]
    return (before[-1:].islower() and after.islower()) or (before.isupper() and after.isupper())


def beginnings(word: str, *, stemmed: bool) -> frozenset[str]:
    """What every word that is this one, or has its stem, begins with: one of these; nothing where it may be anything.

    A word begins as its stem does, but for an e that the stem was given or a y that became i (`hope` of `hoping`,
    `die` of `dying`), which `skies` has the other way round, and for `abl` of `ability`. Its first letter it keeps.
    """
    root = stem(word) if stemmed else word
    if stemmed and root.endswith(("e", "i", "y", "bl")):
        root = root[:1] + root[1:-2]
    begin = root[:BEGINNING_LENGTH]
    return frozenset({begin}) if begin.isascii() and begin.isalnum() else frozenset()


def word_bounds(plain: str) -> NDArray[np.int64]:
    """The characters at which the words of a text in plain signs begin, in order, and those they end before."""
    if not plain.isascii():
        return np.array([found.span() for found in _WORD.finditer(plain)], dtype=np.int64).reshape(-1, 2).T
    characters = plain.encode()
    inside = np.zeros(len(characters) + 2, dtype=np.bool_)
    inside[1:-1] = np.frombuffer(characters.translate(_INSIDE), dtype=np.bool_)
    if _APOSTROPHE in characters:
        apostrophes = np.flatnonzero(np.frombuffer(characters, dtype=np.uint8) == _APOSTROPHE) + 1
        # Of several in a row none is inside a word, so each is judged by the letters beside it alone.
        inside[apostrophes[inside[apostrophes - 1] & inside[apostrophes + 1]]] = True
    # Where a word begins, where it ends, where the next begins.
    return np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2).T


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem that a folded word shares with its other forms; a word with a figure in it is its own stem."""
    if not word.isascii() or not word.isalpha():
        return word
    return str(_stemmer.stem(word))  # type: ignore[no-untyped-call]


@lru_cache(maxsize=100_000)
def keyword(text: str) -> str:
    """A whole value as it is compared: case, accents, spacing and quotation marks do not matter."""
    if text.isascii():
        return " ".join(text.lower().replace('"', " ").split())
    split = unicodedata.normalize("NFKD", text.translate(_UNQUOTED).casefold())
    kept = "".join(c for c in _NOT_SEEN.sub("", split) if not unicodedata.combining(c))
    return " ".join(kept.translate(_NOT_DECOMPOSED).split())


def as_misread(word: str) -> str:
    """The word with the letters that scanners confuse written alike: `mernber` and `member` come out the same."""
    for read, meant in _CONFUSIONS:
        word = word.replace(read, meant)
    return word


def misread_alike(found: Sequence[str]) -> list[str]:
    """Each of the words as `as_misread` gives it, all in one go."""
    # No word holds a line break, so no confusion reaches from one word into the next.
    return as_misread("\n".join(found)).split("\n") if found else []


def misreadings(word: str) -> list[str]:
    """The words that a scanner may have read for this one, or read this one for: one confusion in one place."""
    found: dict[str, None] = {}
    for one, other in (*_CONFUSIONS, *_RARER_CONFUSIONS):
        for read, meant in ((one, other), (other, one)):
            place = word.find(meant)
            while place >= 0:
                found[word[:place] + read + word[place + len(meant) :]] = None
                place = word.find(meant, place + 1)
    found.pop(word, None)
    return list(found)


@lru_cache(maxsize=1_000)
def wildcard_pattern(pattern: str) -> re.Pattern[str]:
    """The folded pattern as a regular expression: `*` any characters, `?` exactly one."""
    # Each piece between two stars is taken at its first place and never reconsidered (an atomic group): for
    # patterns of this kind that is always right, and no pattern can make the match go back and forth.
    first, *rest = ("".join("." if c == "?" else re.escape(c) for c in piece) for piece in pattern.split("*"))
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)
