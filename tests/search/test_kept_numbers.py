from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import language_fields as fields
from search.engine import IndexDocument
from search.engines import kept_numbers
from search.engines.errors import IndexUnreadableError
from search.engines.kept_numbers import batches, holding, page_hits
from search.engines.packed_numbers import pack, unpack
from search.engines.tantivy_schema import joined_of, tokens_of
from search.engines.vocabulary import Vocabulary
from search.language import parse_query
from search.language_tree import Near, Phrase, Placed, Text, Wildcard, Word
from search.plain_scan import field_words, stretches

_WORDS = st.sampled_from(["road", "roads", "park", "parking", "gate", "the"])
_SPACES = st.sampled_from([" ", " ", "-\n"])
_TEXT = st.lists(st.tuples(_WORDS, _SPACES), max_size=8).map(lambda found: "".join(chain.from_iterable(found)))
_DOCUMENTS = st.lists(st.tuples(st.lists(_TEXT, max_size=3), st.lists(_TEXT, max_size=3)), min_size=1, max_size=6)
_LEAF = st.one_of(
    _WORDS.map(Word), _WORDS.map(lambda w: Word(w, exact=True)), st.just(Wildcard("pa*")), st.just(Word("roadpark"))
)
_PLACED = st.recursive(
    _LEAF | st.lists(_LEAF, min_size=2, max_size=3).map(lambda parts: Phrase(tuple(parts))),
    lambda inner: st.builds(Near, inner, inner, st.integers(1, 4), ordered=st.booleans()),
    max_leaves=4,
)


def kept(folder: Path, documents: list[IndexDocument]) -> tuple[list[bytes], Vocabulary]:
    vocabulary = Vocabulary(folder)
    tokens = [tokens_of(document) for document in documents]
    joined = [joined_of(document, each) for document, each in zip(documents, tokens, strict=True)]
    vocabulary.add({token for each in tokens for values in each.values() for value in values for token in value})
    vocabulary.add({word for each in joined for word in each.values()})
    numbers = vocabulary.numbers
    packed = [
        pack(
            [n for n, _ in document.pages],
            [[[numbers[t] for t in value] for value in v] for v in each.values()],
            {place: numbers[word] for place, word in broken.items()},
        )
        for document, each, broken in zip(documents, tokens, joined, strict=True)
    ]
    return packed, vocabulary


@pytest.mark.parametrize(("at_once", "bytes_at_once"), [(1, 10**6), (2, 10**6), (100, 10**6), (100, 150)])
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_documents=_DOCUMENTS, placed=_PLACED)
def test_what_is_held_is_what_reading_each_word_finds(
    at_once: int,
    bytes_at_once: int,
    given_documents: list[tuple[list[str], list[str]]],
    placed: Placed,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_numbers, "_READ_AT_ONCE", at_once)
    monkeypatch.setattr(kept_numbers, "_BYTES_AT_ONCE", bytes_at_once)
    documents = [
        IndexDocument(i, pages=[(n + 3, text) for n, text in enumerate(pages)], people=people)
        for i, (pages, people) in enumerate(given_documents)
    ]
    packed, vocabulary = kept(tmp_path_factory.mktemp("kept"), documents)
    words = [field_words(document) for document in documents]

    for field in (fields.TEXT, fields.PERSON, fields.BOX):
        expected = [i for i, each in enumerate(words) if stretches(placed, each[field])]
        assert holding(placed, field, packed, vocabulary).tolist() == expected

    hits = page_hits([Text(placed)], dict(enumerate(packed)), vocabulary)
    assert [i for i, found in hits.items() if found] == holding(placed, fields.TEXT, packed, vocabulary).tolist()


def test_words_are_counted_on_their_pages_and_empty_pages_between_are_passed_over(tmp_path: Path) -> None:
    pages = [(2, "the road"), (3, ""), (4, "road and road"), (9, "park")]
    packed, vocabulary = kept(tmp_path, [IndexDocument(7, pages=pages), IndexDocument(8)])
    parts = [Text(Word("road")), Text(Word("park", exact=True))]

    found = page_hits(parts, {7: packed[0], 8: packed[1]}, vocabulary)

    assert [(page.number, page.count) for page in found[7]] == [(2, 1), (4, 2), (9, 1)]
    assert found[8] == ()
    assert unpack(packed, fields.TEXT).pages.tolist() == [2, 3, 4, 9]


def test_a_phrase_runs_over_pages_and_is_counted_on_both(tmp_path: Path) -> None:
    packed, vocabulary = kept(tmp_path, [IndexDocument(1, pages=[(1, "the park"), (2, "gate")])])
    query = parse_query('"park gate"').node
    assert isinstance(query, Text)

    assert [(p.number, p.count) for p in page_hits([query], {1: packed[0]}, vocabulary)[1]] == [(1, 1), (2, 1)]


def test_bytes_that_were_not_packed_and_words_without_a_name_are_damage(tmp_path: Path) -> None:
    packed, vocabulary = kept(tmp_path, [IndexDocument(1, pages=[(1, "park gate")])])

    for damaged in (b"", packed[0][:9], packed[0] + b"x", b"\xff\xff\xff\xff" + packed[0][4:]):
        with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
            unpack([damaged], fields.TEXT)
        with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
            unpack([packed[0], damaged, packed[0]], fields.BOX)
    with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
        holding(Word("park"), fields.TEXT, packed, Vocabulary(tmp_path / "lost"))
    assert holding(Word("park"), fields.TEXT, packed, vocabulary).tolist() == [0]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.sampled_from([0, 1, 2, 5, 127, 255])), min_size=1, max_size=4),
    cut=st.integers(0, 40),
    field=st.sampled_from([fields.TEXT, fields.PERSON, fields.CUSTODIAN]),
)
def test_spoilt_bytes_are_damage_or_words_of_their_own_document_and_never_those_of_another(
    changes: list[tuple[int, int]], cut: int, field: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = ["park gate the road park-\ning", "the gate"]
    documents = [IndexDocument(i, pages=[(1, text)], people=["park road"]) for i, text in enumerate(texts)]
    packed, _ = kept(tmp_path_factory.mktemp("kept"), documents)
    spoilt = bytearray(packed[0])
    for place, byte in changes:
        spoilt[place % len(spoilt)] = byte
    whole = unpack([packed[1]], field)
    try:
        found = unpack([bytes(spoilt[: len(spoilt) - cut]), packed[1]], field)
    except IndexUnreadableError:
        return
    of_second = found.lengths[found.owners == 1]
    assert of_second.tolist() == whole.lengths.tolist()
    words = int(of_second.sum())
    assert [p[len(p) - words :].tolist() for p in found.planes] == [p.tolist() for p in whole.planes]


def test_however_many_long_documents_are_read_the_memory_taken_is_bounded() -> None:
    long = bytes(1_000_000)

    read = list(batches((long for _ in range(200)), len))

    assert sum(map(len, read)) == 200
    assert max(sum(map(len, batch)) for batch in read) < 40_000_000
