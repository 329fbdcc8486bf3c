"""How text becomes words: one rule for every engine, for the query and for the highlighting."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whoosh.lang.snowball.english import EnglishStemmer

WORD_LENGTH_LIMIT = 64

# Marks are part of a word (a Welsh circumflex may come as its own character), so is the soft hyphen that a
# word processor leaves inside one. Possessive quantifiers: no text can make this go back over what it has read.
_WORD = re.compile(r"(?:[^\W_]++[\u0300-\u036f\u00ad]*+)++(?:['’ʼ](?:[^\W_]++[\u0300-\u036f\u00ad]*+)++)*+")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]++(?:'[A-Za-z0-9]++)*+")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
_NOT_DECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})

# A query cannot hold a quotation mark inside a quoted value.
_UNQUOTED = str.maketrans({'"': " ", "“": " ", "”": " "})

# What a scanner reads for what was typed; both sides are written the same way before they are compared.
_CONFUSIONS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("5", "s"), ("1", "l"), ("i", "l"))

# For a suggestion, which a person judges, rarer confusions count too.
_RARER_CONFUSIONS = (("1", "i"), ("e", "c"), ("h", "b"), ("li", "h"), ("ri", "n"), ("n", "u"), ("6", "b"), ("8", "b"))

_stemmer = EnglishStemmer()


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands: folded, with the characters of the text it was read from."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """The word as it is compared: no case, no accents, no apostrophe and no possessive s."""
    if text.isascii():
        plain = text.lower()
    else:
        split = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold()).casefold()
        kept = "".join(c for c in split if not unicodedata.combining(c) and c != "\u00ad")
        plain = kept.translate(_NOT_DECOMPOSED)
    if "'" in plain:
        plain = plain.removesuffix("'s").replace("'", "")
    return plain[:WORD_LENGTH_LIMIT]


def _word_pattern(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _WORD


def words(text: str) -> list[str]:
    """Every word of the text, folded, in order; the place in the list is the word's position."""
    found = _word_pattern(text).findall(text)
    # Nearly every word is plain letters: those are only put in lower case, which is what `fold` would do.
    return [
        word.lower() if word.isascii() and "'" not in word and len(word) <= WORD_LENGTH_LIMIT else fold(word)
        for word in found
    ]


def word_places(text: str) -> list[tuple[int, int]]:
    """The characters, as (start, end), of every word that `words` gives, in the same order."""
    return [found.span() for found in _word_pattern(text).finditer(text)]


def tokens(text: str) -> Iterator[Token]:
    """Every word of the text with where it stands; the same words as `words` gives, in the same order."""
    for found in _word_pattern(text).finditer(text):
        yield Token(fold(found.group()), found.start(), found.end())


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
    kept = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(kept.translate(_NOT_DECOMPOSED).split())


def as_misread(word: str) -> str:
    """The word with the letters that scanners confuse written alike: `mernber` and `member` come out the same."""
    for read, meant in _CONFUSIONS:
        word = word.replace(read, meant)
    return word


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
