"""How a document is laid down in Whoosh: folded words with their positions, and one row of facts."""

import json
import struct
from collections.abc import Generator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Format

from search import language_fields as fields
from search.analysis import words
from search.engine import VALUE_GAP, IndexDocument
from search.engines.broken_words import JOINED, joined_in

SCHEMA_VERSION = 6
"""Raised whenever the analysis of words or the layout changes, so that an old index asks to be rebuilt."""

VALUE_FIELDS = (*fields.VALUE_FIELDS, *fields.KEYWORD_FIELDS)
"""Fields whose whole values are kept in columns, to be counted and matched."""

ROW = "row"
PAGES = "pages"


class PackedPositions(Format):
    """The positions of a word in a document, each as its distance from the one before, in four bytes."""


def encode_positions(positions: list[int]) -> bytes:
    """The positions, in order, as bytes."""
    if len(positions) == 1:
        return positions[0].to_bytes(4, "little")
    steps = [b - a for a, b in pairwise(positions)]
    return struct.pack(f"<{len(positions)}I", positions[0], *steps)


class WordsField(FieldType):
    """A field given as words with their positions: the analysis is ours, done once, outside Whoosh."""

    def __init__(self) -> None:
        # No analyzer: `index` takes words, not text.
        super().__init__(PackedPositions(), None, scorable=False, stored=False)  # type: ignore[arg-type]

    def index(self, value: Mapping[str, list[int]], **_: Any) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """Each word with how often and where it stands."""
        for word, positions in value.items():
            yield word.encode(), len(positions), float(len(positions)), encode_positions(positions)


def make_schema() -> Schema:
    """The schema of a new index. It is pickled into the index, so the classes above are part of its format."""
    words_fields = (*fields.WORD_FIELDS, JOINED)
    return Schema(**{name: WordsField() for name in words_fields}, **{ROW: STORED, PAGES: STORED})


def lay_down(document: IndexDocument) -> tuple[dict[str, Any], set[str]]:
    """The document as Whoosh takes it, and every word that stands in it."""
    laid: dict[str, Any] = {}
    lengths: list[int] = []
    seen: set[str] = set()
    starts: list[int] = []
    text_lengths: list[int] = []
    for name in fields.WORD_FIELDS:
        places: dict[str, list[int]] = {}
        position = length = 0
        for value in document.word_values(name):
            if name == fields.TEXT:
                starts.append(position)
            found = words(value)
            if name == fields.TEXT:
                text_lengths.append(len(found))
            for place, word in enumerate(found, start=position):
                if word in places:
                    places[word].append(place)
                else:
                    places[word] = [place]
            length += len(found)
            position += len(found) + (0 if name == fields.TEXT else VALUE_GAP)
        lengths.append(length)
        if places:
            laid[name] = places
            seen |= places.keys()
    joined: dict[str, list[int]] = {}
    for place, word in joined_in(document, text_lengths).items():
        joined.setdefault(word, []).append(place)
    if joined:
        laid[JOINED] = joined
        seen |= joined.keys()
    laid[ROW] = _row(document, lengths)
    numbers = [number for number, _ in document.pages]
    laid[PAGES] = np.array([numbers, starts], dtype="<i4").tobytes()
    return laid, seen


def _row(document: IndexDocument, lengths: list[int]) -> bytes:
    dates = document.dates()
    values = {name: document.whole_values(name) for name in VALUE_FIELDS}
    row = {
        "id": document.record_id,
        "in": document.compartment,
        "ref": document.reference,
        "dates": [day.toordinal() for day in dates] if dates else None,
        "lengths": lengths,
        "values": {name: found for name, found in values.items() if found},
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
