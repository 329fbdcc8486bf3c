"""What kind of record a text is, proposed by the words that name it, from a vocabulary kept as data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ahocorasick_rs import AhoCorasick, MatchKind

from store.errors import InvalidInputError

VOCABULARY = Path(__file__).resolve().parent / "vocabulary" / "record_types.yaml"

_HEAD, _FOOT = 1_600, 400
_HEADING_LINES, _HEADING_LENGTH = 10, 70
_ENOUGH = 6
_STANDS_OUT = 2  # a phrase in the title or a heading counts so many times
_LEADING = re.compile(r"[ \t]*(?:subject|re|our ref|your ref|to|from|cc|dear)\b", re.I)
_SUBJECT = re.compile(r"^[ \t]*(?:subject|re)\s*[:.]", re.I | re.M)


@dataclass(frozen=True)
class RecordType:
    """A kind of record, and the words that say the text is of it."""

    code: str
    title: str
    evidence: str


@dataclass(frozen=True)
class _Kind:
    code: str
    title: str
    weights: Mapping[str, int]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class _Vocabulary:
    kinds: tuple[_Kind, ...]
    phrases: tuple[str, ...]
    matcher: Any


def propose_record_type(title: str, pages: Sequence[tuple[int, str]]) -> RecordType | None:
    """The kind of record the title and the first page name, or nothing where the words are too few to say."""
    vocabulary = _vocabulary()
    head = next((text for _, text in pages if text.strip()), "")
    last = pages[-1][1] if pages else ""
    body = head[:_HEAD] + "\n" + (last[-_FOOT:] if last is not head or len(head) > _HEAD else "")
    headings = "\n".join(_heading_lines(head[:_HEAD]))
    # A memorandum's subject says what it is about, not what it is.
    if not _SUBJECT.search(head[:_HEAD]):
        headings = f"{title}\n{headings}"
    standing = _phrases_in(vocabulary, headings)
    present = standing | _phrases_in(vocabulary, body)
    best, best_score = None, 0
    for kind in vocabulary.kinds:
        if kind.needs and not standing.intersection(kind.needs):
            continue
        score = sum(
            weight * (_STANDS_OUT if phrase in standing else 1)
            for phrase, weight in kind.weights.items()
            if phrase in present
        )
        if score > best_score:
            best, best_score = kind, score
    if best is None or best_score < _ENOUGH:
        return None
    said = sorted(
        (phrase for phrase in best.weights if phrase in present),
        key=lambda phrase: (phrase not in standing, -best.weights[phrase], phrase),
    )
    return RecordType(best.code, best.title, ", ".join(said[:4]))


def record_type_titles() -> dict[str, str]:
    """Every kind of record in the vocabulary: its code and its title, in the vocabulary's order."""
    titles = {kind.code: kind.title for kind in _vocabulary().kinds}
    return {**titles, "other": "Other"}


def _heading_lines(head: str) -> list[str]:
    lines = [line for line in head.split("\n") if line.strip()][:_HEADING_LINES]
    return [
        line
        for line in map(str.strip, lines)
        if len(line) <= _HEADING_LENGTH and not line[0].islower() and (line[-1] not in ".,;" or len(line) < 30)
        if not _LEADING.match(line)
    ]


def _phrases_in(vocabulary: _Vocabulary, text: str) -> set[str]:
    plain = " " + " ".join(text.lower().replace("’", "'").split()) + " "
    found: set[str] = set()
    for number, start, end in vocabulary.matcher.find_matches_as_indexes(plain, overlapping=True):
        phrase = vocabulary.phrases[number]
        after_is_free = not plain[end].isalnum() or not phrase[-1].isalnum()
        if after_is_free and not plain[start - 1].isalnum():
            found.add(phrase)
    return found


@cache
def _vocabulary() -> _Vocabulary:
    kinds = tuple(_kind(entry) for entry in yaml.load(VOCABULARY.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    phrases = tuple(sorted({phrase for kind in kinds for phrase in (*kind.weights, *kind.needs)}))
    return _Vocabulary(kinds, phrases, AhoCorasick(list(phrases), matchkind=MatchKind.Standard))


def _kind(entry: Mapping[str, Any]) -> _Kind:
    unknown = set(entry) - {"code", "title", "phrases", "needs"}
    phrases = entry.get("phrases")
    if unknown or not entry.get("code") or not entry.get("title") or not isinstance(phrases, dict) or not phrases:
        raise InvalidInputError(
            f"{VOCABULARY.name}: the type {entry.get('code')!r} needs a code, a title and phrases, and nothing "
            f"else but needs: correct it."
        )
    for phrase, weight in phrases.items():
        if not isinstance(phrase, str) or phrase != phrase.lower().strip() or weight not in range(1, 6):
            raise InvalidInputError(
                f"{VOCABULARY.name}: the phrase {phrase!r} of {entry['code']} must be in small letters and weigh "
                f"1 to 5: correct it."
            )
    return _Kind(entry["code"], entry["title"], phrases, tuple(entry.get("needs", ())))
