"""Did you mean: a word spelt otherwise, or one that a scanner read for another, asked for as well.

Every suggestion is asked first, of what the asker may see: none is made that finds nothing more, and none that only
a record out of sight could have caused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search import language_fields as fields
from search.analysis import misreadings, tokens
from search.asking import Asking
from search.language import parse_query
from search.language_lexer import Kind, Piece, seen, split_query
from search.language_tree import Or, Query, Text, Word
from store.errors import InvalidInputError

FEW = 20
SHOWN = 3
WORDS_TRIED = 8
LOOSENED = 5
"""How far apart the words of a phrase may stand when it is offered again loosened."""
_SHORTEST = 4
_OTHER_FIELDS = frozenset({*fields.KEYWORD_FIELDS, *fields.DATE_FIELDS, "exact"})


@dataclass(frozen=True, slots=True)
class Meant:
    """A query that finds more: `more` records than the one that was asked.

    Where a word of the archive may be a misreading, or what was typed may be one, `read` is that word and `word` the
    one it may stand for.
    """

    query: str
    more: int
    word: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A word of the query where it stands, and another that may have been read for it."""

    piece: Piece
    field: str | None
    start: int
    end: int
    word: str
    read: str


def what_was_meant(asked: Asking, written: str, total: int) -> list[Meant]:
    """What may have been meant, where a query found nothing or only few; the most likely first."""
    if total > FEW:
        return []
    written = seen(written)  # where a piece of it stands is counted in that
    query = parse_query(written)
    meant = []
    spelling = asked.spelling(query)
    if spelling and (more := _more(asked, spelling, total)):
        meant.append(Meant(spelling, more))
    others = [_without_question_mark(written), *([] if total else [_with_phrases_loosened(written)])]
    meant += [Meant(other, more) for other in others if other and (more := _more(asked, other, total))]
    trials = [each for each in _trials(written) if not spelling or each.read not in spelling]
    misread = []
    for trial in _held(asked, trials):
        wider = _widened(written, trial)
        if more := _more(asked, wider, total):
            misread.append(Meant(wider, more, trial.word, trial.read))
    return meant + sorted(misread, key=lambda each: (-each.more, each.query))[:SHOWN]


def _without_question_mark(written: str) -> str | None:
    """A question as it is asked of people: its mark would stand for a letter more."""
    begun = written.rstrip()
    last = split_query(begun)[-2]
    if last.kind is Kind.BARE and last.text.endswith("?") and last.text[:-1].isalnum():
        return begun[:-1]
    return None


def _with_phrases_loosened(written: str) -> str | None:
    """The words of each phrase, in every form, near one another instead of one directly after the other."""
    loosened, end = "", 0
    for piece, field in _text_pieces(written):
        found = [token.word for token in tokens(piece.text)] if piece.kind is Kind.QUOTED else []
        # Elsewhere than in the text such words stand in names and references, which are looked for as they are.
        if len(found) < 2 or field not in (None, fields.TEXT, fields.TITLE) or not set("*?").isdisjoint(piece.text):
            continue
        loosened += f"{written[end : piece.at - 1]}({f' w/{LOOSENED} '.join(map(_plain_word, found))})"
        end = piece.at + len(piece.text) + 1
    return f"{loosened}{written[end:]}" if loosened else None


def _plain_word(word: str) -> str:
    """A word as it may stand alone: one that is a sign of the language in quotation marks."""
    return f'"{word}"' if word in ("and", "or", "not") else word


def _more(asked: Asking, written: str, total: int) -> int:
    try:
        return max(asked.count(parse_query(written)) - total, 0)
    except InvalidInputError:
        return 0  # it grew too long, which is no fault of whoever asked


def _held(asked: Asking, trials: Sequence[_Trial]) -> list[_Trial]:
    """Those whose word stands somewhere that may be seen; the many that do not are ruled out together."""
    if not trials:
        return []
    words = tuple(Text(Word(each.read, exact=True), each.field) for each in trials)
    if not asked.count(Query("", Or(words))):
        return []
    if len(trials) == 1:
        return list(trials)
    half = len(trials) // 2
    return _held(asked, trials[:half]) + _held(asked, trials[half:])


def _widened(written: str, trial: _Trial) -> str:
    """The query that finds the other word as well, in the same place."""
    piece = trial.piece
    begin = piece.at - 1
    if piece.kind is Kind.QUOTED:
        end = begin + len(piece.text) + 2
        other = f'"{piece.text[: trial.start]}{trial.read}{piece.text[trial.end :]}"'
    else:
        end = begin + len(piece.text)
        other = f"={trial.read}"
    return f"{written[:begin]}({written[begin:end]} OR {other}){written[end:]}"


def _trials(written: str) -> list[_Trial]:
    found: list[_Trial] = []
    tried = 0
    for piece, field in _text_pieces(written):
        for token in tokens(piece.text):
            if len(token.word) < _SHORTEST:
                continue
            tried += 1
            if tried > WORDS_TRIED:
                return found
            found += [
                _Trial(piece, field, token.start, token.end, token.word, read) for read in misreadings(token.word)
            ]
    return found


def _text_pieces(written: str) -> Iterator[tuple[Piece, str | None]]:
    """The words and phrases that are looked for in text, with the field they are looked for in."""
    pieces = split_query(written)
    within: list[str | None] = [None]
    for place, piece in enumerate(pieces):
        before = pieces[place - 1] if place else piece
        field = before.text.lower() if before.kind is Kind.FIELD else within[-1]
        if piece.kind is Kind.OPEN:
            within.append(field)
        elif piece.kind is Kind.CLOSE and len(within) > 1:
            within.pop()
        elif piece.kind in (Kind.BARE, Kind.QUOTED) and not piece.whole and field not in _OTHER_FIELDS:
            is_one_word = piece.kind is Kind.QUOTED or piece.text.removeprefix("=").isalnum()
            if is_one_word:
                yield piece, field
