"""What every engine promises beyond finding the right records."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from search.engine import Hit, IndexDocument, Order, SearchEngine
from search.language import any_word, parse_query

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})


def paper(number: int, text: str = "minutes of the roads committee", **particulars: object) -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], **particulars)  # type: ignore[arg-type]


def ids(engine: SearchEngine, query: str, compartments: frozenset[str] = OPEN) -> Sequence[int]:
    return engine.matching(parse_query(query), compartments=compartments)


def test_an_index_nobody_has_written_answers_with_nothing(engine: SearchEngine) -> None:
    assert ids(engine, "*") == ()
    assert engine.document_count == 0
    assert engine.find(parse_query("roads"), compartments=OPEN).total == 0
    assert engine.suggest_spelling(parse_query("roads"), compartments=OPEN) is None
    assert engine.remove([1]) == 0


def test_a_document_written_again_takes_the_place_of_the_first(engine: SearchEngine) -> None:
    engine.index([paper(1, "roads"), paper(2, "parks")])

    engine.index([paper(1, "payroll")])

    assert ids(engine, "roads") == ()
    assert ids(engine, "payroll") == (1,)
    assert engine.document_count == 2


def test_of_two_documents_of_one_record_in_one_batch_the_last_stays(engine: SearchEngine) -> None:
    engine.index([paper(1, "roads"), paper(1, "parks")])

    assert ids(engine, "*") == (1,)
    assert ids(engine, "parks") == (1,)


def test_a_question_without_a_word_finds_nothing(engine: SearchEngine) -> None:
    engine.index([paper(1)])

    assert engine.matching(any_word("?!"), compartments=OPEN) == ()


def test_when_every_document_is_gone_nothing_is_found(engine: SearchEngine) -> None:
    engine.index([paper(1), paper(2)])
    engine.remove([1, 2])

    found = engine.find(parse_query("NOT payroll"), compartments=OPEN)

    assert (found.total, found.hits) == (0, ())
    assert engine.document_count == 0


def test_a_document_removed_is_gone_and_the_others_stay(engine: SearchEngine) -> None:
    engine.index([paper(1), paper(2), paper(3)])

    assert engine.remove([2, 99]) == 1

    assert ids(engine, "roads") == (1, 3)
    assert engine.document_count == 2


def test_the_generation_changes_with_each_change_and_not_with_reading(engine: SearchEngine) -> None:
    engine.index([paper(1)])
    first = engine.generation
    ids(engine, "roads")

    assert engine.generation == first
    engine.remove([1])
    second = engine.generation
    engine.rebuild([paper(1)])

    assert len({first, second, engine.generation}) == 3


def test_another_reader_sees_what_was_written_since_it_last_read(
    engine: SearchEngine, make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    reader = make_engine(tmp_path / "index")
    engine.index([paper(1)])
    assert ids(reader, "roads") == (1,)

    engine.index([paper(2, "the roads and unheardof words")])
    assert ids(reader, "unheardof") == (2,)
    engine.rebuild([paper(3)])

    assert ids(reader, "roads") == (3,)


def test_two_writers_in_turn_do_not_undo_each_other(
    engine: SearchEngine, make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    other = make_engine(tmp_path / "index")

    engine.index([paper(1, "roads"), paper(2, "roads")])
    other.index([paper(2, "parks")])
    other.remove([1])
    engine.index([paper(1, "payroll"), paper(2, "payroll parks")])

    assert (ids(engine, "roads"), ids(engine, "parks"), ids(engine, "payroll")) == ((), (2,), (1, 2))
    assert engine.document_count == 2


def test_what_may_not_be_seen_changes_no_number(make_engine: Callable[[Path], SearchEngine], tmp_path: Path) -> None:
    seen = [
        paper(
            n,
            "minutes of roads " * n + "lamp",
            title=f"Roads {n}",
            record_type="minutes",
            date_from=date(1970 + n, 1, 1),
        )
        for n in range(1, 9)
    ]
    forbidden = [
        paper(
            n,
            "roads lantern roads roads minutes",
            title="Roads",
            compartment="restricted",
            record_type="letter",
            categories=["failings"],
            people=["Mair Llŷr"],
            batches=["Secret"],
            date_from=date(1990, 1, 1),
        )
        for n in range(20, 40)
    ]
    alone, together = make_engine(tmp_path / "alone"), make_engine(tmp_path / "together")
    alone.index(seen)
    together.index([*forbidden[:10], *seen, *forbidden[10:]])

    for written in [
        "roads",
        "roads OR lantern",
        "NOT parks",
        "minutes w/2 roads",
        "*",
        "lant*",
        "title:roads",
        "lanturn~",
    ]:
        query = parse_query(written)
        assert together.find(query, compartments=OPEN, limit=50) == alone.find(query, compartments=OPEN, limit=50)
    assert together.suggest_spelling(parse_query("lanturn"), compartments=OPEN) is None
    assert together.suggest_spelling(parse_query("lanturn"), compartments=BOTH) == "lantern"
    shown = together.highlight(parse_query("roads"), 20, forbidden[0].pages, compartments=OPEN)
    assert (shown.pages, shown.snippets, shown.marks) == ((), (), {})
    assert together.locate(parse_query("roads"), [20], compartments=OPEN) == {}
    assert together.locate(parse_query("roads"), [20], compartments=BOTH)[20]
    assert together.count(parse_query("roads"), compartments=BOTH) == 28
    assert together.count(parse_query("roads"), compartments=frozenset()) == 0


def test_each_facet_counts_what_asking_for_its_value_finds(
    real_engine: SearchEngine, real_documents: Sequence[IndexDocument]
) -> None:
    found = real_engine.find(parse_query("the"), compartments=OPEN)

    for facet in ("category", "year", "type", "batch", "source", "state"):
        assert found.facets[facet]
        for value, count in ((f.value, f.count) for f in found.facets[facet]):
            assert real_engine.count(parse_query(f'the {facet}:"{value}"'), compartments=OPEN) == count, (facet, value)


def test_a_document_of_an_uncertain_year_counts_in_each_of_its_years(engine: SearchEngine) -> None:
    engine.index(
        [
            paper(1, date_from=date(1970, 1, 1), date_to=date(1972, 12, 31)),
            paper(2, date_from=date(1971, 5, 1)),
            paper(3),
        ]
    )

    years = engine.find(parse_query("*"), compartments=OPEN).facets["year"]

    assert [(year.value, year.count) for year in years] == [("1970", 1), ("1971", 2), ("1972", 1)]


def test_pages_of_hits_follow_one_another_without_gap_or_repeat(real_engine: SearchEngine) -> None:
    query = parse_query("the OR wing")
    for order in Order:
        whole = real_engine.find(query, compartments=OPEN, limit=500, order=order).hits
        pages: list[Hit] = []
        for offset in range(0, len(whole) + 7, 7):
            pages += real_engine.find(query, compartments=OPEN, limit=7, offset=offset, order=order).hits
        assert tuple(pages) == whole


def test_orders_by_date_put_the_undated_last(engine: SearchEngine) -> None:
    engine.index([paper(1), paper(2, date_from=date(1980, 1, 1)), paper(3, date_from=date(1970, 1, 1))])

    def order(wanted: Order) -> list[int]:
        return [hit.record_id for hit in engine.find(parse_query("*"), compartments=OPEN, order=wanted).hits]

    assert order(Order.OLDEST) == [3, 2, 1]
    assert order(Order.NEWEST) == [2, 3, 1]
    assert order(Order.REFERENCE) == [1, 2, 3]


def test_a_title_and_a_name_weigh_more_than_the_text(engine: SearchEngine) -> None:
    filler = "about other matters of the day"
    engine.index(
        [
            paper(1, f"Larkhollow {filler}"),
            paper(2, filler, title="Larkhollow"),
            paper(3, filler, people=["A. Larkhollow"]),
            paper(4, filler),
        ]
    )

    hits = engine.find(parse_query("larkhollow"), compartments=OPEN).hits

    assert {hits[0].record_id, hits[1].record_id} == {2, 3}
    assert hits[2].record_id == 1


def test_nothing_reaches_from_one_persons_name_into_the_next(engine: SearchEngine) -> None:
    engine.index([paper(1, people=["Mair Llŷr", "Ada Quill"])])

    assert ids(engine, 'person:"llŷr ada"') == ()
    assert ids(engine, "person:(llŷr w/100 ada)") == ()
    assert ids(engine, "person:(mair w/1 llŷr)") == (1,)


def test_words_far_into_a_very_long_document_are_found_on_their_page(engine: SearchEngine) -> None:
    pages = [(number, "the same few words " * 100) for number in range(1, 301)]
    pages[249] = (250, "the needle stands here")
    engine.index([IndexDocument(1, pages=pages)])

    located = engine.locate(parse_query('"needle stands"'), [1], compartments=OPEN)[1]

    assert [(page.number, page.count) for page in located] == [(250, 2)]


def test_page_numbers_need_not_begin_at_one(engine: SearchEngine) -> None:
    engine.index([IndexDocument(1, pages=[(7, "roads"), (9, ""), (12, "parks and roads")])])

    located = engine.locate(parse_query("roads"), [1], compartments=OPEN)[1]

    assert [page.number for page in located] == [7, 12]


def test_a_suggestion_changes_only_the_words_nobody_wrote(engine: SearchEngine) -> None:
    engine.index([paper(1, "the committee met; each member was present")])

    def suggestion(written: str) -> str | None:
        return engine.suggest_spelling(parse_query(written), compartments=OPEN)

    assert suggestion("comittee AND (mernber OR present)") == "committee AND (member OR present)"
    assert suggestion("committee") is None
    assert suggestion("xyzzyxyzzy") is None


def test_no_form_of_a_word_is_suggested_that_stands_only_in_what_may_not_be_seen(engine: SearchEngine) -> None:
    # Another form of it may be seen, and is held by as many; the form itself may not.
    engine.index(
        [paper(1, "the tipstaffs tipsta"), paper(2, "the tipstaffs"), paper(3, "tipstaff", compartment="restricted")]
    )

    assert engine.suggest_spelling(parse_query("tipstaf"), compartments=OPEN) == "tipsta"
    assert engine.suggest_spelling(parse_query("tipstaf"), compartments=BOTH) == "tipstaff"
