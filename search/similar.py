"""More like this: the records that share the words which set one apart, and which words those are.

A word counts for more the oftener the record has it and the fewer others do. Only what the asker may see is counted,
so that no choice of a word tells of anything else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Page, Record
from search import language_fields as fields
from search.analysis import fold, stem, whole_words, words
from search.asking import Asking
from search.hits import Hit, hits_of
from search.language_tree import And, Everything, Not, Or, Query, Text, Word
from store.archive import Archive

TELLING_WORDS = 12
WORDS_TRIED = 120
LEAST_SHARED = 2
_SHORTEST = 4
_TOO_COMMON = 0.3
"""Of the records: a word that more of them have says nothing of any."""


@dataclass(frozen=True)
class Alike:
    """A record that is like another, and the words that made it so, the most telling first."""

    hit: Hit
    words: Sequence[str]


@dataclass(frozen=True)
class Similar:
    """The records most like one; `query` finds all that share any of its telling words, itself among them."""

    query: str
    words: Sequence[str]
    searched: int
    total: int
    alike: Sequence[Alike]


def similar_to(archive: Archive, session: Session, record: Record, *, actor: Actor, limit: int = 20) -> Similar:
    """The records most like this one that this actor may see, each with at least two of its telling words."""
    require(actor, Permission.SEARCH)
    asked = Asking(archive, session, actor)
    searched = asked.count(Everything())
    telling = _telling(asked, whole_words(_pages_of(session, [record.id]).get(record.id, ())), searched)
    if not telling:
        return Similar("", (), searched, 0, ())
    any_of = Query(" OR ".join(telling), Or(tuple(Text(Word(word), fields.TEXT) for word in telling)))
    others = And((any_of.node, Not(Text(Word(fold(record.reference), exact=True), fields.REFERENCE))))
    found = asked.find(others, limit=limit)
    hits = hits_of(asked, any_of, found.hits)
    texts = _pages_of(session, [hit.record.id for hit in hits])
    alike = []
    for hit in hits:
        pages = texts.get(hit.record.id, ())
        # A word is found in another by its halves too.
        held = {stem(word) for word in chain(whole_words(pages), *(words(text) for _, text in pages))}
        shared = [word for word in telling if stem(word) in held]
        if len(shared) >= LEAST_SHARED:
            alike.append(Alike(hit, shared))
    return Similar(f"text:({any_of.written})", telling, searched, found.total, alike)


def _pages_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    rows = session.execute(
        select(Page.record_id, Page.number, Page.text)
        .where(Page.record_id.in_(ids), Page.unread.is_(False))
        .order_by(Page.record_id, Page.number)
    )
    for row in rows:
        found.setdefault(row.record_id, []).append((row.number, row.text))
    return found


def _telling(asked: Asking, text: Sequence[str], searched: int) -> list[str]:
    """The words that set the text apart, one for each stem, in the form it has most."""
    forms: dict[str, Counter[str]] = {}
    for word in text:
        if len(word) >= _SHORTEST and word.isalpha():
            forms.setdefault(stem(word), Counter())[word] += 1
    counted = sorted((-sum(each.values()), each.most_common(1)[0][0]) for each in forms.values())
    weighed = []
    for negative, word in counted[:WORDS_TRIED]:
        held = asked.count(Text(Word(word), fields.TEXT))
        # A word that no other record has finds nothing, however telling it is.
        if 1 < held <= max(searched * _TOO_COMMON, LEAST_SHARED):
            weighed.append((-(1 + log(-negative)) * log(searched / held + 1), word))
    return [word for _, word in sorted(weighed)[:TELLING_WORDS]]
