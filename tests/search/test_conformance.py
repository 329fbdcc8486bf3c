"""The engine finds the records that a plain reading of every document finds: no more, no fewer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import language_fields as fields
from search.engine import FACETS, IndexDocument
from search.engines.whoosh import WhooshEngine
from search.language import any_word, parse_query
from search.language_tree import And, AnyOf, Fuzzy, Near, Node, Not, Or, Phrase, Placed, Text, Wildcard, Word
from search.plain_scan import PlainScan

OPEN = frozenset({"open"})
EVERY_COMPARTMENT = frozenset({"open", "restricted"})

WORDS = """
wing|wings|=wings|=wing|exact:flow|agency|=agency|agencies|memorandum|the|of|oswald|Oswald|OSWALD|1963|201|zebra
layer|memo|october|heated|heating|stability|defected|queries|government|theoretical|investigation|reported
"""
BOOLEAN = """
wing AND slipstream|wing slipstream|wing OR memorandum|wing AND NOT lift|wing NOT lift|NOT the|NOT zebra|NOT NOT wing
(wing OR body) AND (lift OR drag)|cia OR fbi OR kgb|(cia OR fbi) NOT (mexico OR cuba)|NOT (wing OR memorandum)
wing OR NOT memorandum|oswald AND (mexico OR (cuba AND embassy))|zebra OR unicorn|zebra AND the|and AND the
boundary AND layer AND heat AND transfer|flow OR pressure NOT shock|(((wing)))|a OR b OR c OR d|*|NOT *|* NOT wing
"""
PHRASES = """
"boundary layer"|"lee harvey oswald"|"the wing"|"of the"|"central intelligence agency"|"mach number"|"layer boundary"
"heat transfer" AND "boundary layer"|"heat transfer" OR "mexico city"|NOT "of the"|"memorandum for"|"wing"|"wings"
"boundary lay*"|"b?undary layer"|"in the absence of"|boundary-layer|well-known|10/10/1963|u.s.|"the the"
"""
PROXIMITY = """
boundary w/1 layer|boundary w/3 heat|heat pre/3 transfer|transfer pre/3 heat|oswald w/10 mexico|oswald pre/10 mexico
the w/2 of|wing w/5 wing|"boundary layer" w/5 flow|flow w/5 "boundary layer"|"boundary layer" pre/5 "heat transfer"
(wing OR body) w/3 (lift OR drag)|(cia OR agency) w/5 (oswald OR "soviet union")|heat w/5 transfer w/10 layer
(heat w/5 transfer) pre/20 (boundary w/2 layer)|lay* w/3 bound*|oswold~ w/4 lee|=wings w/8 wing|the w/100 zebra
the w/1 the|"of the" w/3 "of the"|NOT (boundary w/3 heat)|(boundary w/3 heat) AND lift|dat* pre/2 19*
(wing OR (heat w/2 transfer)) w/9 flow
"""
PATTERNS = """
aero*|*ing|w?ng|w??g|mem*dum|*ution*|??ed|ab*|19?3|196*|intell?gence|*zz*|bound* AND lay*|NOT aero*|qu*|th?|wi*|*xyzzy*
"""
MISREAD = """
oswold~|oswald~|osvvald~|memorandurn~|agencv~|agencv~2|boundery~|bondary~2|wlng~|1ayer~|layer~2|mexlco~|zzzzzz~2|flovv~
"""
FIELDS = """
title:wing|title:"boundary layer"|title:(wing OR body)|title:(heat w/4 transfer)|title:aero*|title:=wings|NOT title:wing
file:report|file:pdf|file:report*|reference:mrb|reference:3|person:quillfeather|person:"ada quillfeather"|person:llŷr
person:Llyr|person:"quillfeather jones"|person:(ada w/3 mair)|person:pemb*|place:"tŷ gwŷr"|place:ty|place:hous
place:house|batch:autumn|batch:"returned spring 1999"|box:7|box:"box 3"|source:cellar
source:"county record office"|quillfeather
type:minutes|type:"case file"|type:"CASE  FILE"|type:case|type:*r*|category:failings|category:(duties OR honours)
category:du*|category:nothing|NOT category:failings|read:ocr|read:"text layer"|state:unread|NOT state:decided|has:date
person:="ada quillfeather"|person:="Quillfeather"|place:="TY GWYR"|NOT person:="mair llyr"|box:="Box 3"|source:="cellar"
batch:="returned spring 1999"|type:="case file"|type:="case*"|category:("failings" OR duties)|person:=quillfeather
has:person|has:place|has:review|has:review=responsive|has:privilege|has:category|NOT has:category|mrb|larkhollow|pdf
"""
DATES = """
date:1974|date:1974-05|date:1974-5|date:1970..1979|date:1974-05-01..1974-06-30|date:..1970|date:2000..|date:none
NOT date:none|year:1974|year:1970..1979|year:..1969|year:2005..|NOT year:1974|date:1974-02-29..1975|date:1900..1901
date:(1974 OR 1980)|year:1974 AND wing|wing date:1970..1979 category:failings|has:date NOT year:1970..1999
"""
ALL_KINDS = [
    query
    for block in (WORDS, BOOLEAN, PHRASES, PROXIMITY, PATTERNS, MISREAD, FIELDS, DATES)
    for line in block.strip().splitlines()
    for query in line.split("|")
    if query != "date:1974-02-29..1975"
]


def test_there_are_enough_queries_of_every_kind() -> None:
    assert len(set(ALL_KINDS)) == len(ALL_KINDS) >= 200


@pytest.mark.parametrize("written", ALL_KINDS)
def test_the_engine_finds_what_reading_everything_finds(
    written: str, real_engine: WhooshEngine, oracle: PlainScan
) -> None:
    query = parse_query(written)

    expected = oracle.matching(query, compartments=OPEN)

    assert real_engine.matching(query, compartments=OPEN) == expected
    found = real_engine.find(query, compartments=OPEN, limit=len(expected) + 10)
    assert found.total == len(expected)
    assert sorted(hit.record_id for hit in found.hits) == list(expected)


def test_each_value_of_a_facet_finds_as_many_as_it_was_counted_for(real_engine: WhooshEngine) -> None:
    asked = parse_query("wing OR memorandum")
    facets = real_engine.find(asked, compartments=OPEN, limit=0).facets
    checked = 0
    for name, counted in facets.items():
        for each in counted:
            span = f"{each.value}..{int(each.value) + 9}" if name == fields.DECADE else each.value
            narrowed = f"year:{span}" if name in (fields.YEAR, fields.DECADE) else f'{name}:="{each.value}"'
            query = parse_query(f"(wing OR memorandum) AND {narrowed}")

            assert real_engine.count(query, compartments=OPEN) == each.count, narrowed
            checked += 1
    assert set(facets) == set(FACETS)
    assert checked > 60


def test_values_written_differently_are_one_value_of_a_facet(engine: WhooshEngine) -> None:
    engine.index(
        [
            IndexDocument(1, people=["Mair Llŷr", "MAIR LLYR"]),
            IndexDocument(2, people=["Mair Llŷr"]),
            IndexDocument(3, people=["MAIR  LLŶR"], compartment="restricted"),
            IndexDocument(4, people=["MAIR  LLŶR"], compartment="restricted"),
            IndexDocument(5, people=["MAIR  LLŶR"], compartment="restricted"),
        ]
    )

    counted = engine.find(parse_query("*"), compartments=OPEN).facets[fields.PERSON]

    # Not as it is written in what may not be seen, however often.
    assert [(each.value, each.count) for each in counted] == [("Mair Llŷr", 2)]


def test_the_queries_are_not_idle(real_engine: WhooshEngine) -> None:
    counts = [real_engine.count(parse_query(written), compartments=EVERY_COMPARTMENT) for written in ALL_KINDS]

    # A list of queries that find nothing, or everything, would prove little.
    assert sum(1 for count in counts if 0 < count < 230) > 0.8 * len(counts)


def test_any_word_of_a_question_finds_what_reading_everything_finds(
    real_engine: WhooshEngine, oracle: PlainScan
) -> None:
    query = any_word("What similarity laws must be obeyed when constructing models of heated aircraft?")

    assert real_engine.matching(query, compartments=OPEN) == oracle.matching(query, compartments=OPEN)


def test_pages_told_from_the_index_are_those_told_from_the_text(
    real_engine: WhooshEngine, real_documents: list[IndexDocument]
) -> None:
    by_id = {document.record_id: document for document in real_documents}
    for written in ALL_KINDS[::3]:
        query = parse_query(written)
        found = [hit.record_id for hit in real_engine.find(query, compartments=OPEN, limit=4).hits]
        located = real_engine.locate(query, found, compartments=OPEN)
        for record_id in found:
            shown = real_engine.highlight(query, record_id, by_id[record_id].pages, compartments=OPEN)
            assert shown.pages == located[record_id], written


_LETTERS = st.sampled_from(["ab", "cd", "cde", "fg", "fgs", "hi"])
_WORDS = st.builds(Word, _LETTERS, exact=st.booleans())
_LEAVES = st.one_of(
    _WORDS,
    st.sampled_from([Wildcard("cd*"), Wildcard("?g"), Wildcard("*e"), Wildcard("f*")]),
    st.sampled_from([Fuzzy("cde"), Fuzzy("abcd", 2)]),
)
_PLACED: st.SearchStrategy[Placed] = st.recursive(
    st.one_of(_LEAVES, st.lists(_WORDS, min_size=2, max_size=3).map(lambda parts: Phrase(tuple(parts)))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        st.builds(Near, inner, inner, st.integers(1, 5), st.booleans()),
    ),
    max_leaves=4,
)
_TREES: st.SearchStrategy[Node] = st.recursive(
    st.builds(Text, _PLACED, st.sampled_from([None, "text", "title", "person"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)
_SENTENCES = st.lists(_LETTERS, max_size=9).map(" ".join)
_SMALL = st.builds(
    IndexDocument,
    record_id=st.integers(1, 30),
    title=_SENTENCES,
    people=st.lists(_SENTENCES, max_size=2),
    pages=st.lists(_SENTENCES, max_size=3).map(lambda texts: list(enumerate(texts, start=1))),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    documents=st.lists(_SMALL, min_size=1, max_size=12, unique_by=lambda d: d.record_id),
    trees=st.lists(_TREES, min_size=20, max_size=20),
)
def test_any_tree_over_any_small_documents_agrees(
    documents: list[IndexDocument], trees: list[Node], tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine = WhooshEngine(tmp_path_factory.mktemp("small") / "index")
    engine.index(documents)
    scan = PlainScan(documents)

    for tree in trees:
        assert engine.matching(tree, compartments=OPEN) == scan.matching(tree, compartments=OPEN)
    engine.close()
