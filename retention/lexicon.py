"""Terms: how they are written in the notice file, and how all of them are found on a page in one pass.

How a term is written
    `matron`                 the word itself
    `molest*`                any word that begins so
    `house-parent`           house-parent, house parent or houseparent
    `boy(/s)`                boy or boys;  `(his/her) caravan`  his caravan or her caravan
    `asked ... leave`        up to four words may stand between
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from retention.notice_definition import TermGroup
from retention.wording import SENTENCE_BREAK, Reader, Wording, WordSpans, plain_words
from store.errors import InvalidInputError

LOOK_ALIKES = "look_alikes"
"""The name under which spans that only look alike are found; what lies inside one does not count."""

GAP = "..."
"""In a term: up to four words may stand here."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_MOST_VARIANTS = 2000
_SHORTEST_SPLIT = 8
_SPLIT_PART = 3
_OFTEN = 5


class Hit(NamedTuple):
    """One term found: where in the plain text, in which sentence, and what it means."""

    start: int
    end: int
    sentence: int
    group: int
    term: str


_Meaning = tuple[int, str, re.Pattern[str] | None]
"""The group, the term as written, and what must follow the literal for it to count, if anything."""


@dataclass(frozen=True)
class _Pattern:
    literal: str
    check: str


def expand_term(term: str) -> list[str]:
    """Every wording a term stands for, before gaps and stems.

    Raises:
        InvalidInputError: The brackets do not match, or the term stands for nothing or for far too much.
    """
    if term.count("(") != term.count(")"):
        raise InvalidInputError(f"The term “{term}” has a bracket that is not closed: write choices as (one/other).")
    pieces = _CHOICE.split(term)
    options = [piece.split("/") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    variants: set[str] = set()
    for choice in itertools.islice(itertools.product(*options), _MOST_VARIANTS + 1):
        wording = " ".join("".join(choice).split())
        variants.update((wording, wording.replace("-", "")) if "-" in wording else (wording,))
    if len(variants) > _MOST_VARIANTS:
        raise InvalidInputError(f"The term “{term}” stands for more than {_MOST_VARIANTS} wordings: split it.")
    return sorted(variants)


def _parts(wording: str) -> list[str]:
    """The plain words of a wording, gaps as `...` and stems with their star."""
    parts: list[str] = []
    for piece in wording.replace(GAP, f" {GAP} ").split():
        if piece == GAP:
            parts.append(GAP)
            continue
        words = [word for word in plain_words(piece) if word != SENTENCE_BREAK]
        if words and piece.endswith("*"):
            words[-1] += "*"
        parts.extend(words)
    if not parts or parts[0] == GAP or parts[-1] == GAP:
        raise InvalidInputError(f"The term “{wording}” has no word at its beginning or end: add one or remove it.")
    return parts


def _pattern(parts: list[str]) -> _Pattern:
    """A literal for the automaton, with a check where the term has gaps or stems before its last word."""
    literal = " "
    for index, part in enumerate(parts):
        if part == GAP:
            break
        if part.endswith("*"):
            literal += part[:-1]
            if index == len(parts) - 1:
                return _Pattern(literal, "")
            break
        literal += part + " "
    else:
        return _Pattern(literal, "")
    expression = " "
    for part in parts:
        if part == GAP:
            expression += r"(?:\w+ ){0,4}?"
        elif part.endswith("*"):
            expression += re.escape(part[:-1]) + r"\w* "
        else:
            expression += re.escape(part) + " "
    return _Pattern(literal, expression)


def _split_forms(parts: list[str]) -> list[_Pattern]:
    """A long single word with a stray space in it, as scanned type often reads."""
    word = parts[0]
    if len(parts) > 1 or word.endswith("*") or len(word) < _SHORTEST_SPLIT:
        return []
    places = range(_SPLIT_PART, len(word) - _SPLIT_PART + 1)
    return [_Pattern(f" {word[:at]} {word[at:]} ", "") for at in places]


def _either(checks: list[str]) -> re.Pattern[str] | None:
    return None if "" in checks else re.compile("|".join(sorted(checks)))


class Lexicon:
    """All groups of a notice in one automaton."""

    def __init__(self, groups: Sequence[TermGroup], look_alikes: TermGroup, ordinary_words: frozenset[str]) -> None:
        self.groups = (*groups, look_alikes)
        self.number = {group.name: number for number, group in enumerate(self.groups)}
        self._look_alike = len(self.groups) - 1
        found: dict[str, dict[tuple[int, str], list[str]]] = {}
        words: Counter[str] = Counter()
        whole: set[str] = set()
        stems: set[str] = set()
        for number, group in enumerate(self.groups):
            for term in group.terms:
                term_words: set[str] = set()
                for wording in expand_term(term):
                    parts = _parts(wording)
                    stems.update(part[:-1] for part in parts if part.endswith("*"))
                    term_words.update(part for part in parts if part[-1] not in "*.")
                    if len(parts) == 1 and not parts[0].endswith("*"):
                        whole.add(parts[0])
                    for pattern in (_pattern(parts), *_split_forms(parts)):
                        checks = found.setdefault(pattern.literal, {}).setdefault((number, term), [])
                        if pattern.check not in checks:
                            checks.append(pattern.check)
                words.update(term_words)
        break_literal = f" {SENTENCE_BREAK} "
        literals = [break_literal, *sorted(found)]
        self._meanings: list[tuple[_Meaning, ...]] = [()]
        self._meanings += [
            tuple((number, term, _either(checks)) for (number, term), checks in found[literal].items())
            for literal in literals[1:]
        ]
        self._automaton = AhoCorasick(literals, matchkind=MatchKind.Standard, store_patterns=False)
        self._literals = literals[1:]
        targets = whole | {word for word, count in words.items() if count >= _OFTEN}
        self._reader = Reader(words, targets, stems, ordinary_words)

    @property
    def literals(self) -> list[str]:
        """Every literal looked for, with the spaces that bound it."""
        return list(self._literals)

    def read(self, text: str) -> Wording:
        """The page in the form in which terms are found."""
        return self._reader.read(text)

    def spans(self, wording: Wording) -> WordSpans:
        """The way back from the plain text to the page."""
        return self._reader.spans(wording)

    def find(self, wording: Wording) -> list[Hit]:
        """Every term on the page in order, without those inside a look-alike."""
        text = wording.plain
        hits: list[Hit] = []
        masks: list[tuple[int, int]] = []
        sentence = 0
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if number == 0:
                sentence += 1
                continue
            for group, term, check in self._meanings[number]:
                stop = end
                if check is not None:
                    found = check.match(text, start)
                    if found is None:
                        continue
                    stop = found.end()
                if group == self._look_alike:
                    masks.append((start, _word_end(text, stop)))
                else:
                    hits.append(Hit(start + 1, stop - 1 if text[stop - 1] == " " else stop, sentence, group, term))
        if masks and hits:
            hits = [hit for hit in hits if not any(_is_hidden(hit, start + 1, end) for start, end in masks)]
        return hits


def _is_hidden(hit: Hit, start: int, end: int) -> bool:
    """The hit lies inside the look-alike, or begins within it and only runs on: a guard of honour (honour was)."""
    return (start <= hit.start and hit.end <= end) or start < hit.start < end


def _word_end(text: str, stop: int) -> int:
    return stop if text[stop - 1] == " " else text.find(" ", stop - 1)
