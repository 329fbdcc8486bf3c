"""Whatever small archive is made and whatever is asked, every engine answers as a plain reading does."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.beside import read_with_beside
from search.engine import FACETS, Highlights, Hit, IndexDocument, Order, SearchEngine
from search.highlighting import highlight_pages
from search.language import parse_query
from search.language_tree import Query
from search.plain_scan import PlainScan, pages_told
from store.errors import InvalidInputError
from tests.conftest import CORPUS
from tests.search.conftest import KINDS, MakeEngine
from tests.search.made_cases import MADE_FROM, SIGHTS, Material, Questions, read_material, some_documents
from tests.search.test_conformance import facet_by_reading


class Compared:
    """One small archive in an engine, written in several goes, and all that the engine says of it."""

    def __init__(self, engine: SearchEngine, documents: Sequence[IndexDocument], random: Random) -> None:
        self.engine = engine
        self.by_id = {document.record_id: document for document in documents}
        self._scan = PlainScan(documents)
        self._write(list(documents), random)

    def _write(self, documents: list[IndexDocument], random: Random) -> None:
        """As it comes to pass in life: some were there before, with other words and in another compartment."""
        cut = random.randint(0, len(documents))
        known = [each.record_id for each in documents if random.random() < 0.3]
        earlier = [
            IndexDocument(number, compartment=random.choice(("open", "restricted")), pages=[(1, "word earlier")])
            for number in known
        ]
        if earlier:
            self.engine.index(earlier)
        self.engine.index([IndexDocument(99, pages=[(1, "gone the word")]), *documents[:cut]])
        self.engine.remove([99])
        self.engine.index(documents[cut:])

    def check(self, query: Query, sight: frozenset[str], random: Random) -> None:
        """The engine's answers are those of reading everything; fails with the question that was not so answered."""
        engine, written = self.engine, (query.written, sorted(sight))
        expected = self._scan.matching(query, compartments=sight)
        assert engine.matching(query, compartments=sight) == expected, written
        assert engine.count(query, compartments=sight) == len(expected), written
        found = engine.find(query, compartments=sight, limit=50)
        assert found.total == len(expected), written
        assert sorted(hit.record_id for hit in found.hits) == list(expected), written
        self._check_order(query, sight, found.hits, random)
        seen = [self.by_id[number] for number in expected]
        for facet in FACETS:
            shown = [(count.value, count.count) for count in found.facets.get(facet, ())]
            assert shown == facet_by_reading(facet, seen), (written, facet)
        self._check_pages(query, sight)

    def _check_order(self, query: Query, sight: frozenset[str], ranked: Sequence[Hit], random: Random) -> None:
        ids = [hit.record_id for hit in ranked]
        for order in (Order.OLDEST, Order.NEWEST, Order.REFERENCE):
            hits = self.engine.find(query, compartments=sight, limit=50, order=order).hits
            expected = sorted(ids, key=lambda number: _key(self.by_id[number], order))
            assert [hit.record_id for hit in hits] == expected, (query.written, order)
        offset, limit = random.randint(0, 5), random.randint(1, 4)
        page = self.engine.find(query, compartments=sight, limit=limit, offset=offset).hits
        assert page == tuple(ranked[offset : offset + limit]), (query.written, offset, limit)

    def _check_pages(self, query: Query, sight: frozenset[str]) -> None:
        located = self.engine.locate(query, self.by_id, compartments=sight)
        assert set(located) == {i for i, document in self.by_id.items() if document.compartment in sight}
        for number, document in self.by_id.items():
            shown = self.engine.highlight(query, number, document.pages, compartments=sight)
            told = [(page.number, page.count) for page in located.get(number, ())]
            expected = pages_told(query, document) if document.compartment in sight else []
            assert told == expected, (query.written, number)
            assert [(page.number, page.count) for page in shown.pages] == expected, (query.written, number)
            for page, marks in shown.marks.items():
                text = dict(document.pages)[page]
                assert all(text[start:end].strip() for start, end in marks), (query.written, number, page)
            assert [each.page for each in shown.snippets] == [page for page, _ in expected][:3], (query.written, number)
            self._check_pages_alone(query, number, shown)

    def _check_pages_alone(self, query: Query, number: int, shown: Highlights) -> None:
        """Each page is marked alike whether the whole record is read or only what lies beside the page."""
        texts = {page: (number, page, text) for page, text in self.by_id[number].pages}
        for page, marks in shown.marks.items():
            some = read_with_beside(query, {number: [page]}, lambda asked: [texts[n] for _, n in asked if n in texts])
            assert highlight_pages(query, some[number]).marks.get(page) == marks, (query.written, number, page)


def _key(document: IndexDocument, order: Order) -> tuple[bool, int, str, int]:
    dates = document.dates()
    if order is Order.REFERENCE:
        return False, 0, document.reference, document.record_id
    day = 0 if dates is None else dates[0].toordinal() if order is Order.OLDEST else -dates[1].toordinal()
    return dates is None, day, "", document.record_id


def one_archive(seed: int, engine: SearchEngine, material: Material, *, questions: int) -> int:
    """The answers to so many questions are compared; how many of them found something and not everything."""
    random = Random(seed)
    documents = some_documents(random, material)
    compared = Compared(engine, documents, random)
    asked = Questions(random, documents)
    told = 0
    for _ in range(questions):
        try:
            query = parse_query(asked.ask())
        except InvalidInputError:
            continue
        sight = random.choice(SIGHTS)
        compared.check(query, sight, random)
        told += 0 < compared.engine.count(query, compartments=sight) < len(documents)
    engine.close()
    return told


def leaves_no_trace(seed: int, make_engine: MakeEngine, folder: Path, material: Material, *, questions: int) -> None:
    """What is said of some compartments is what would be said if the records of the others were not there."""
    random = Random(seed)
    documents = some_documents(random, material)
    asked = Questions(random, documents)
    sight = random.choice(SIGHTS)
    alone, together = make_engine(folder / "alone"), make_engine(folder / "together")
    together.index(documents[:2])
    together.rebuild(documents)
    alone.index([document for document in documents if document.compartment in sight])
    for _ in range(questions):
        try:
            query = parse_query(asked.ask())
        except InvalidInputError:
            continue
        written = (seed, query.written, sorted(sight))
        for order in (Order.RELEVANCE, random.choice(list(Order))):
            found = [each.find(query, compartments=sight, limit=50, order=order) for each in (alone, together)]
            # An engine that nobody has written to says nothing of any facet, instead of that there is none.
            found = [replace(each, facets={n: c for n, c in each.facets.items() if c}) for each in found]
            assert found[0] == found[1], written
        spelled = [each.suggest_spelling(query, compartments=sight) for each in (alone, together)]
        assert spelled[0] == spelled[1], written
    alone.close()
    together.close()


@pytest.fixture(scope="module")
def material() -> Material:
    missing = [CORPUS / part for part in MADE_FROM if not (CORPUS / part).exists()]
    if missing:
        pytest.skip(f"CORPUS MISSING: {missing[0].name} is not beside this checkout")
    return read_material(CORPUS)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_question_about_any_small_archive_is_answered_as_reading_answers_it(
    kind: str, material: Material, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    one_archive(seed, KINDS[kind](tmp_path_factory.mktemp("made") / "index"), material, questions=25)


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_records_that_may_not_be_seen_leave_no_trace_in_any_answer(
    kind: str, material: Material, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    leaves_no_trace(seed, KINDS[kind], tmp_path_factory.mktemp("trace"), material, questions=25)


@pytest.mark.long
def test_ten_thousand_questions_are_answered_as_reading_answers_them(
    kind: str, material: Material, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = sum(
        one_archive(seed, KINDS[kind](tmp_path_factory.mktemp("made") / "index"), material, questions=100)
        for seed in range(100)
    )

    for seed in range(40):
        leaves_no_trace(seed, KINDS[kind], tmp_path_factory.mktemp("trace"), material, questions=50)
    # Questions that find nothing, or everything, would prove little.
    assert told > 2_000
