"""The query language: what a person may write, read into one tree that every engine answers alike.

    children minutes            both words, with their other forms (child, minute)
    "duty of care"              exactly these words, one after the other
    =minute  or  exact:minute   exactly this word, not its other forms
    a AND b, a OR b, NOT c      NOT in capital letters; brackets group; words side by side mean AND
    a w/5 b, a pre/5 b          at most 5 words apart; the second also has a first that stands before it
    foster*, wom?n              any letters, exactly one letter
    counci1~, councillor~2      one or two letters wrong; a scanner's confusions (rn and m) count as one
    title:minutes  date:1974..1979-06  category:failings  has:date  NOT date:none
    person:="Ada Quillfeather"  the whole value; person:"ada quillfeather" finds longer names with these words too

`NOT` binds closest after proximity, then `AND`, then `OR`. A mistake is a sentence that points at the character.
"""

import difflib

from search import language_fields as fields
from search.analysis import WORD_LENGTH_LIMIT, words
from search.habits import OTHER_NAMES, advice_before_brackets, advice_on, range_as_written_here
from search.language_leaves import is_date, leaf, said_better
from search.language_lexer import Kind, Piece, mistake, split_query
from search.language_tree import (
    And,
    AnyOf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Text,
    Word,
)

LANGUAGE_VERSION = "5"
"""Kept beside every search that is evidence: changed whenever a query may mean something else than before."""

CLAUSE_LIMIT = 250
DEPTH_LIMIT = 20
DISTANCE_LIMIT = 100

LONGEST_PHRASE = 12
"""Words within which a single quotation mark is closed that was meant for a phrase."""

LONGEST_DATE = 7
"""Words after the first of the longest date that is told how it is written here: `17 March 1974 to 20 April 1974`."""

_AND_ON = {
    **dict.fromkeys(("later", "after", "afterwards", "onward", "onwards", "since"), "{0}.."),
    **dict.fromkeys(("earlier", "before"), "..{1}"),
}
"""What may follow a date and an `or`, and how it is written."""

_EXACT = "exact"


def parse_query(written: str) -> Query:
    """The query as it was written together with its meaning.

    Raises:
        InvalidInputError: It cannot be read; the sentence points at the character.
    """
    return Query(written, _Reader(written).read())


def any_word(text: str) -> Query:
    """The query that finds documents with any word of a text, as a question in plain language is ranked.

    A word that the text repeats is asked for as often, and counts for as much more.
    """
    return Query(text, Or(tuple(Text(Word(word)) for word in words(text))))


class _Reader:
    """Recursive descent over the pieces; the depth and the number of clauses are counted as it goes."""

    def __init__(self, written: str) -> None:
        self._pieces = split_query(written)
        self._next = 0
        self._clauses = 0
        self._depth = 0

    def read(self) -> Node:
        if self._piece.kind is Kind.END:
            raise mistake(1, "the search is empty; write a word to look for, or * for every document")
        node = self._read_or(None)
        if self._piece.kind is Kind.CLOSE:
            raise mistake(self._piece.at, "this bracket closes nothing; remove it, or add the one that opens")
        return node

    @property
    def _piece(self) -> Piece:
        return self._pieces[self._next]

    def _take(self) -> Piece:
        piece = self._pieces[self._next]
        self._next += 1
        return piece

    def _read_or(self, field: str | None) -> Node:
        parts = [self._read_and(field)]
        while self._piece.kind is Kind.OR:
            self._take()
            parts.append(self._read_and(field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _read_and(self, field: str | None) -> Node:
        parts = [self._read_not(field)]
        while self._piece.kind not in (Kind.OR, Kind.CLOSE, Kind.END):
            if self._piece.kind is Kind.AND:
                self._take()
            parts.append(self._read_not(field))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _read_not(self, field: str | None) -> Node:
        negated = False
        while self._piece.kind is Kind.NOT:
            self._take()
            negated = not negated
        node = self._read_near(field)
        return Not(node) if negated else node

    def _read_near(self, field: str | None) -> Node:
        start = self._piece
        node = self._read_one(field)
        chained = 0
        while self._piece.kind is Kind.NEAR:
            operator = self._take()
            chained += 1
            if chained > DEPTH_LIMIT:
                raise mistake(operator.at, f"more than {DEPTH_LIMIT} distances in a row; use fewer")
            right_start = self._piece
            right = self._read_one(field)
            node = _near(node, start, operator, right, right_start)
        return node

    def _read_one(self, field: str | None) -> Node:
        piece = self._take()
        if piece.kind is Kind.OPEN:
            return self._read_group(piece, field)
        if piece.kind is Kind.FIELD:
            return self._read_field(piece, field)
        if piece.kind in (Kind.BARE, Kind.QUOTED):
            self._require_ours(piece, field)
            if field in fields.DATE_FIELDS:
                self._require_whole_date(piece, field)
            return self._count(piece, leaf(piece, field))
        raise mistake(*self._expected(piece))

    def _require_whole_date(self, piece: Piece, field: str) -> None:
        """Returns only if the words after the piece are no part of its date: `date:1 May 1974`, `date:1974 to 1979`."""
        texts = [piece.text]
        between = piece.text.lower() == "between"
        for each in self._pieces[self._next : self._next + LONGEST_DATE]:
            if each.kind is not Kind.BARE and not (between and each.kind is Kind.AND):
                break
            texts.append(each.text)
        longer = [" ".join(texts[:count]) for count in range(len(texts), 1, -1)]
        if is_date(field, piece.text):
            longer = [text for text in longer if range_as_written_here(text)]
        told = said_better(field, *longer)
        if told is not None:
            raise mistake(piece.at, told)

    def _require_ours(self, piece: Piece, field: str | None) -> None:
        """Returns only if the piece is no sign of another search program, which would be read as a word here."""
        after_quoted = self._next > 1 and piece.glued and self._pieces[self._next - 2].kind is Kind.QUOTED
        if piece.kind is not Kind.BARE or field in (*fields.KEYWORD_FIELDS, *fields.DATE_FIELDS):
            return
        if after_quoted and piece.text.startswith("~"):
            raise mistake(piece.at, "~ stands after one word; for words near one another write w/5 between them")
        if piece.text.lower() == "not" and field is None:
            raise mistake(
                piece.at,
                f"“{piece.text}” leaves something out only in capital letters: write NOT; to look for the word itself "
                f'put it in quotation marks, alone or with the words beside it: "{piece.text}"',
            )
        if self._is_quoted_singly(piece):
            raise mistake(
                piece.at,
                "a phrase stands in double quotation marks; in single ones its words would be looked for wherever "
                'they stand: write "duty of care" for ‘duty of care’',
            )
        if piece.text == "BUT" and self._piece.kind is Kind.NOT:
            raise mistake(piece.at, "“BUT NOT” is written NOT alone")
        told = advice_on(piece.text)
        if told is None and self._piece.kind is Kind.OPEN and self._piece.glued:
            told = advice_before_brackets(piece.text)
        if told is not None:
            raise mistake(piece.at, told)

    def _is_quoted_singly(self, piece: Piece) -> bool:
        """Whether the piece opens a single quotation mark that one of the next words closes."""
        if not piece.text.startswith(("'", "‘", "‚")) or piece.text.endswith(("'", "’")):
            return False
        for each in self._pieces[self._next : self._next + LONGEST_PHRASE]:
            if each.kind not in (Kind.BARE, Kind.AND, Kind.OR) or each.text.startswith(("'", "‘")):
                return False
            if each.text.endswith(("'", "’")):
                return True
        return False

    def _expected(self, piece: Piece) -> tuple[int, str]:
        before = self._pieces[self._next - 2] if self._next > 1 else None
        if piece.kind is Kind.NEAR and before is not None and before.kind is Kind.NOT:
            return before.at, (
                f"“{before.text} {piece.text}” cannot be asked; to leave out every record in which the two stand so "
                f"near, write: ward NOT (ward {piece.text} clinic)"
            )
        if before is not None and before.kind in (Kind.AND, Kind.OR, Kind.NOT, Kind.NEAR):
            return before.at, f"“{before.text}” needs something to look for after it"
        if piece.kind is Kind.CLOSE:
            return piece.at, "there is nothing inside these brackets; put words in them or remove them"
        if piece.kind is Kind.END:
            return piece.at, "the search stops too soon; something to look for is missing"
        return piece.at, (
            f"“{piece.text}” needs something to look for before it;"
            " to look for the word itself put it in quotation marks"
        )

    def _read_group(self, opening: Piece, field: str | None) -> Node:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise mistake(opening.at, f"brackets inside brackets go more than {DEPTH_LIMIT} deep; use fewer")
        node = self._read_or(field)
        if self._piece.kind is not Kind.CLOSE:
            raise mistake(opening.at, "this bracket is not closed; add one where the group ends")
        self._take()
        self._depth -= 1
        return node

    def _read_field(self, piece: Piece, outer: str | None) -> Node:
        name = piece.text.lower()
        if name == _EXACT:
            return self._read_exact(piece, outer)
        if name not in fields.QUERY_FIELDS:
            raise mistake(piece.at, _unknown_field(piece.text))
        if outer is not None:
            raise mistake(piece.at, f"“{name}:” stands inside “{outer}:”; close the brackets before it")
        if self._piece.kind not in (Kind.OPEN, Kind.BARE, Kind.QUOTED):
            raise mistake(piece.at, f"“{name}:” needs a value after it")
        value = self._piece
        node = self._read_one(name)
        if name in fields.DATE_FIELDS and value.kind is not Kind.OPEN:
            self._require_no_date_without_field(name, value)
        return node

    def _require_no_date_without_field(self, field: str, value: Piece) -> None:
        """Returns only if no `or 1975`, and no `or later`, follows the date: they would be looked for as words."""
        if self._piece.kind not in (Kind.OR, Kind.AND):
            return
        after = self._pieces[self._next + 1]
        onwards = _AND_ON.get(after.text.lower()) if after.kind is Kind.BARE and value.text != fields.NO_DATE else None
        if onwards and self._pieces[self._next + 2].kind in (Kind.END, Kind.CLOSE, Kind.AND, Kind.OR):
            first, last = value.text.partition("..")[0], value.text.rpartition("..")[2]
            raise mistake(
                after.at,
                f"“{after.text}” would be looked for as a word; write {field}:{onwards.format(first, last)}, or put it "
                "in quotation marks if it is a word",
            )
        if self._piece.kind is Kind.AND:
            return
        if after.kind is Kind.BARE and is_date(field, after.text):
            raise mistake(
                after.at,
                f"“{after.text}” has no field before it and would be looked for as a word; write "
                f"{field}:({value.text} OR {after.text}), or put it in quotation marks if it is a word",
            )

    def _read_exact(self, piece: Piece, field: str | None) -> Node:
        if self._piece.kind not in (Kind.BARE, Kind.QUOTED):
            raise mistake(piece.at, "“exact:” needs a word after it")
        value = self._take()
        return self._count(value, leaf(Piece(Kind.QUOTED, value.text, value.at), field))

    def _count(self, piece: Piece, node: Node) -> Node:
        self._clauses += len(node.placed.parts) if isinstance(node, Text) and isinstance(node.placed, Phrase) else 1
        if self._clauses > CLAUSE_LIMIT:
            raise mistake(piece.at, f"the search has more than {CLAUSE_LIMIT} words; split it into several")
        return node


def _unknown_field(name: str) -> str:
    close = difflib.get_close_matches(name.lower()[:WORD_LENGTH_LIMIT], fields.QUERY_FIELDS, n=1)
    close = [OTHER_NAMES[name.lower()]] if name.lower() in OTHER_NAMES else close
    guess = f"did you mean “{close[0]}:”?" if close else f"the fields are {', '.join(fields.QUERY_FIELDS)}."
    shown = name if len(name) <= WORD_LENGTH_LIMIT else f"{name[:20]}…"
    return f"there is no field “{shown}:”; {guess} To look for the word itself put it in quotation marks"


def _near(left: Node, left_at: Piece, operator: Piece, right: Node, right_at: Piece) -> Text:
    name, _, number = operator.text.partition("/")
    distance = int(number)
    if not 1 <= distance <= DISTANCE_LIMIT:
        raise mistake(operator.at, f"“{operator.text}”: the distance must be between 1 and {DISTANCE_LIMIT} words")
    first, second = _placed(left, left_at), _placed(right, right_at)
    if first.field != second.field:
        field = first.field or second.field
        raise mistake(
            operator.at, f"a distance is measured in one field; write {field}:(… {operator.text} …) for both sides"
        )
    return Text(Near(first.placed, second.placed, distance, ordered=name == "pre"), first.field)


def _placed(node: Node, at: Piece) -> Text:
    """The node as something a distance can be measured from."""
    if isinstance(node, Text):
        return node
    if isinstance(node, Or):
        parts = [_placed(part, at) for part in node.parts]
        if len({part.field for part in parts}) == 1:
            return Text(AnyOf(tuple(part.placed for part in parts)), parts[0].field)
    raise mistake(
        at.at,
        "a distance can be measured only from a word, a phrase, or words with OR between them in brackets; for two "
        "words that both stand near a third write (ward w/5 nurse) AND (ward w/5 doctor)",
    )
