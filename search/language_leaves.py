"""What one piece of a query asks for: a word, a pattern, a phrase, a whole value or a date."""

import re

from search import language_fields as fields
from search.analysis import WORD_LENGTH_LIMIT, fold, keyword
from search.habits import date_as_written_here
from search.language_lexer import Kind, Piece, mistake
from search.language_tree import (
    Everything,
    Fuzzy,
    Keyword,
    Node,
    Phrase,
    Placed,
    Text,
    Undated,
    Wildcard,
    Word,
)

_PARTS = re.compile(r"[^\W_*?]++[\u0300-\u036f\u00ad'’ʼ]*+|[*?'’ʼ\u0300-\u036f\u00ad]++")
_FUZZY = re.compile(r"(.*?)~(\d?)", re.DOTALL)
_FUZZY_LENGTHS = {1: 3, 2: 5}


def leaf(piece: Piece, field: str | None) -> Node:
    """What one piece asks for, in the field or wherever words are looked for.

    Raises:
        QueryMistakeError: It asks for nothing that can be looked for.
    """
    if field in fields.DATE_FIELDS:
        return _date(piece, field)
    if field in fields.KEYWORD_FIELDS or (piece.whole and field in fields.VALUE_FIELDS):
        return _keyword(piece, field)
    if piece.text == "*" and field is None:
        return Everything()
    if piece.kind is Kind.QUOTED:
        return Text(_phrase(_words(piece, piece.text, exact=True)), field)
    return Text(_bare(piece), field)


def _date(piece: Piece, field: str) -> Node:
    if piece.text.lower() == fields.NO_DATE:
        return Undated()
    try:
        return fields.read_dates(field, piece.text.strip())
    except fields.BadDateError as error:
        raise mistake(piece.at, said_better(field, piece.text) or error.advice) from error


def said_better(field: str, *texts: str) -> str | None:
    """How the date that was given in other words is written; of several the longest that is one."""
    for text in texts:
        better = date_as_written_here(text)
        if better and is_date(field, better):
            return f"write {field}:{better} for “{_short(text)}”"
    return None


def is_date(field: str, value: str) -> bool:
    """Whether the field takes this as a date or a range of dates."""
    try:
        fields.read_dates(field, value)
    except fields.BadDateError:
        return False
    return True


def _keyword(piece: Piece, field: str) -> Keyword:
    value = keyword(piece.text)
    if not value:
        raise mistake(piece.at, f"“{field}:” needs a value after it")
    return Keyword(field, value, exact=piece.whole)


def _bare(piece: Piece) -> Placed:
    text = piece.text
    if text.startswith("-") and text.strip("-"):
        raise mistake(piece.at, f"to leave a word out write NOT before it: NOT {_short(text.lstrip('-'))}")
    if "~" in text and (match := _FUZZY.fullmatch(text)):
        return _fuzzy(piece, match.group(1), int(match.group(2) or 1))
    exact = text.startswith("=")
    return _phrase(_words(piece, text.removeprefix("="), exact=exact))


def _fuzzy(piece: Piece, text: str, edits: int) -> Fuzzy:
    parts = _words(piece, text.removeprefix("="), exact=True)
    if len(parts) != 1 or not isinstance(parts[0], Word):
        raise mistake(piece.at, "~ works on one whole word without * or ?")
    word = parts[0].text
    if edits not in _FUZZY_LENGTHS:
        raise mistake(piece.at, "~ allows one letter wrong, or two: write ~ or ~1 or ~2")
    if len(word) < _FUZZY_LENGTHS[edits]:
        raise mistake(piece.at, f"~{edits} needs a word of at least {_FUZZY_LENGTHS[edits]} letters")
    return Fuzzy(word, edits)


def _phrase(parts: list[Word | Wildcard]) -> Placed:
    return parts[0] if len(parts) == 1 else Phrase(tuple(parts))


def _words(piece: Piece, text: str, *, exact: bool) -> list[Word | Wildcard]:
    """The words and patterns in the text, in order; at least one."""
    found = [_word(piece, part, exact=exact) for part in _split_words(text)]
    if not found:
        raise mistake(piece.at, f"“{_short(piece.text)}” has no letter or figure in it to look for; take it out")
    return found


def _split_words(text: str) -> list[str]:
    """Runs of letters, figures, wildcards and inner apostrophes."""
    if text.isalnum():
        return [text]
    runs: list[str] = []
    end = -1
    for match in _PARTS.finditer(text):
        if match.start() == end:
            runs[-1] += match.group()
        else:
            runs.append(match.group())
        end = match.end()
    stripped = (run.strip("'’ʼ\u00ad") for run in runs)
    return [run for run in stripped if run]


def _word(piece: Piece, text: str, *, exact: bool) -> Word | Wildcard:
    if len(text) > WORD_LENGTH_LIMIT:
        raise mistake(
            piece.at, f"this word has {len(text):,} characters and {WORD_LENGTH_LIMIT} is the most; shorten it with *"
        )
    folded = fold(text)
    if "*" not in text and "?" not in text:
        if not folded:
            raise mistake(piece.at, f"“{_short(piece.text)}” has no letter or figure in it to look for")
        return Word(folded, exact)
    if len(folded) - folded.count("*") - folded.count("?") < 2:
        raise mistake(piece.at, f"“{_short(text)}” matches almost anything; give at least two letters beside * and ?")
    return Wildcard(re.sub(r"\*+", "*", folded))


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"
