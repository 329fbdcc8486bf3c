"""The pieces that a query is written in, read once from left to right."""

import re
from dataclasses import dataclass, replace
from enum import Enum

from search.analysis import QUOTES, UNSEEN
from store.errors import InvalidInputError

QUERY_LENGTH_LIMIT = 2_000
SHOWN_BEFORE, SHOWN_AFTER = 40, 25

# Read as signs they would make `NOT` a word, and ask for what was to be left out.
_NOT_SEEN = re.compile(f"[{UNSEEN}]++")
_SPACE = re.compile(r"\s++")
_BARE = re.compile(rf"[^\s(){QUOTES}]++")
_PROXIMITY = re.compile(r"(w|pre)/(\d{1,9})", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*+):")


class Kind(Enum):
    """What a piece is."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "w/"
    FIELD = "field:"
    QUOTED = "quoted"
    BARE = "bare"
    END = "end"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a query and the character it starts at, counted from 1 as a person would."""

    kind: Kind
    text: str
    at: int
    glued: bool = False
    """Nothing stands between this piece and the one before it."""
    whole: bool = False
    """A quoted piece with = before it: the whole value, not words of it."""


class QueryMistakeError(InvalidInputError):
    """The query cannot be read; `at` is the character it is about, counted from 1."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


def mistake(at: int, what: str) -> QueryMistakeError:
    """The sentence that tells a person where the query went wrong."""
    return QueryMistakeError(at, f"At character {at}: {what}.")


def seen(query: str) -> str:
    """The query without the characters that nobody can see."""
    return _NOT_SEEN.sub("", query)


def pointed_at(query: str, at: int) -> tuple[str, str]:
    """The part of the query round the character, on one line, and the line below with a caret under the character."""
    query = seen(query)
    place = min(max(at - 1, 0), len(query))
    begin = max(place - SHOWN_BEFORE, 0)
    end = place + SHOWN_AFTER
    lead, tail = "…" if begin else "", "…" if end < len(query) else ""
    # One character each, so that the caret stands where it should whatever was typed.
    part = "".join(" " if c.isspace() or not c.isprintable() else c for c in query[begin:end])
    return f"{lead}{part}{tail}", f"{' ' * (len(lead) + place - begin)}^"


def split_query(query: str) -> list[Piece]:
    """The pieces of the query as it is seen, with an end piece after the last; every character is looked at once.

    Raises:
        InvalidInputError: It is too long, or a quotation mark is left open.
    """
    if len(query) > QUERY_LENGTH_LIMIT:
        raise InvalidInputError(
            f"The search is {len(query):,} characters long and {QUERY_LENGTH_LIMIT:,} is the most: shorten it,"
            " or split it into several."
        )
    query = seen(query)
    pieces: list[Piece] = []
    place = 0
    spaced = True
    while place < len(query):
        if space := _SPACE.match(query, place):
            place, spaced = space.end(), True
            continue
        after_field = not spaced and bool(pieces) and pieces[-1].kind is Kind.FIELD
        piece, place = _value_at(query, place) if after_field else _piece_at(query, place, glued=not spaced)
        pieces.append(piece)
        spaced = False
    pieces.append(Piece(Kind.END, "", len(query) + 1))
    return pieces


def _piece_at(query: str, place: int, *, glued: bool) -> tuple[Piece, int]:
    character = query[place]
    if character == "=" and query[place + 1 : place + 2] in QUOTES and place + 1 < len(query):
        quoted, end = _quoted_at(query, place + 1, glued=glued)
        return replace(quoted, whole=True), end
    if character in "()":
        return Piece(Kind.OPEN if character == "(" else Kind.CLOSE, character, place + 1, glued), place + 1
    if character in QUOTES:
        return _quoted_at(query, place, glued=glued)
    bare = _BARE.match(query, place)
    if bare is None:
        raise mistake(place + 1, f"“{character}” cannot be read")
    return _bare_piece(bare.group(), place, glued=glued)


def _value_at(query: str, place: int) -> tuple[Piece, int]:
    """What stands directly after a field's colon: never a field or an operator, whatever it looks like."""
    bare = _BARE.match(query, place)
    if bare is None or bare.group() == "=":
        return _piece_at(query, place, glued=True)
    return Piece(Kind.BARE, bare.group(), place + 1, glued=True), bare.end()


def _quoted_at(query: str, place: int, *, glued: bool) -> tuple[Piece, int]:
    end = next((i for i in range(place + 1, len(query)) if query[i] in QUOTES), -1)
    if end < 0:
        raise mistake(place + 1, "this quotation mark is not closed; add one after the last word of the phrase")
    return Piece(Kind.QUOTED, query[place + 1 : end], place + 1, glued), end + 1


def _bare_piece(text: str, place: int, *, glued: bool) -> tuple[Piece, int]:
    # In small letters too: read as words they would ask for a paper in which “or” stands. `not` is a word in so many
    # sentences that only its capitals leave something out (`_Reader` refuses the others).
    if text == "NOT" or text.upper() in ("AND", "OR"):
        return Piece(Kind[text.upper()], text, place + 1, glued), place + len(text)
    if _PROXIMITY.fullmatch(text):
        return Piece(Kind.NEAR, text.lower(), place + 1, glued), place + len(text)
    if field := _FIELD.match(text):
        return Piece(Kind.FIELD, field.group(1), place + 1, glued), place + field.end()
    return Piece(Kind.BARE, text, place + 1, glued), place + len(text)
