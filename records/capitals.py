"""Runs of words that begin with a capital: where names of people, homes and bodies are looked for."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

VOCABULARY = Path(__file__).resolve().parent / "vocabulary"
CAPITAL = "A-ZÀ-ÖØ-ÞŴŶÂÊÎÔÛ"
_WORD = rf"[{CAPITAL}][\w'’\-]*\.?"
# No look-behind in front: a pattern that begins with a set of letters is searched for several times as fast.
_RUN = re.compile(
    rf"{_WORD}(?:(?:(?<=\.)[ ]?|[ ]{{1,2}})"
    rf"(?:(?:ap|ab|ferch|verch|de|van|von|of|the|for|and|&|y|yr|on|at)[ ]{{1,2}})*{_WORD})+"
)
_TOKEN = re.compile(r"[\w'’\-]+\.?|&")
_BARE = re.compile(r"[AI]\.|[^\W_]+(?:['’][^\W\d_]{2,})?")  # "I" begins sentences, "I." is an initial
_TITLE_AT_LINE_END = re.compile(r"([DMCR](?:r|rs|s|iss|llr|ouncillor|ev)\.?)\n(?=[A-Z])")


class Token(NamedTuple):
    """One word of a run: without its full stop, whether it had one, and where it begins."""

    text: str
    stopped: bool
    start: int


class Run(NamedTuple):
    """Words with capitals that stand next to each other on one line."""

    tokens: tuple[Token, ...]
    start: int
    end: int


def joined_titles(text: str) -> str:
    """The text with a title at the end of a line set beside the name that begins the next; no character moves."""
    return _TITLE_AT_LINE_END.sub(r"\1 ", text)


def runs(
    text: str,
    *,
    having: frozenset[str] = frozenset(),
    within: Sequence[tuple[int, int]] = (),
    known: AbstractSet[str] = frozenset(),
) -> Iterator[tuple[Run, bool]]:
    """The runs of two or more words with capitals, in order, and whether each begins within one of the given spans.

    Only those with one of the words `having` are taken apart, and those within the spans: most runs are the beginnings
    of sentences, and a page is read in a fraction of a millisecond. Those already `known` are left out.
    """
    for first, end, run, bare in _found(text):
        inside = bool(within) and any(start <= first < stop for start, stop in within)
        if run in known or (not inside and having.isdisjoint(bare)):
            continue
        tokens = tuple(
            Token(word.group().rstrip("."), word.group()[-1] == ".", first + word.start())
            for word in _TOKEN.finditer(run)
        )
        yield Run(tokens, first, end), inside


@lru_cache(maxsize=64)
def _found(text: str) -> tuple[tuple[int, int, str, tuple[str, ...]], ...]:
    """Where each run begins and ends, its words, and each of them alone; kept, for people and places both ask."""
    return tuple(
        (match.start(), match.end(), match.group(), tuple(_BARE.findall(match.group())))
        for match in _RUN.finditer(text)
        if not match.start() or not text[match.start() - 1].isalnum()
    )


def is_capitals(word: str) -> bool:
    """Whether a word of more than one letter is set in capitals."""
    return len(word) > 1 and word.isupper()


@lru_cache(maxsize=20_000)
def as_name(word: str) -> str:
    """A word in capitals as a name is written: Osterbeck, McBride, O'Neill, Smith-Jones."""
    if not is_capitals(word):
        return word
    parts = re.split(r"([-'’])", word)
    shown = "".join(part[:1] + part[1:].lower() for part in parts)
    shown = re.sub(r"(['’])S$", r"\1s", shown)
    return re.sub(r"^Mc([a-z])", lambda match: "Mc" + match[1].upper(), shown)


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A vocabulary of this package, kept as data."""
    loaded: dict[str, Any] = yaml.load(
        (VOCABULARY / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return loaded
