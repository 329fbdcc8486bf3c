"""The engine finds the records that a plain reading of every document finds: no more, no fewer."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import language_fields as fields
from search.analysis import keyword
from search.engine import FACET_LIMIT, FACETS, IndexDocument, SearchEngine
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
wing OR NOT memorandum|oswald AND (mexico OR (cuba AND embassy))|zebra OR unicorn|zebra AND the|"and" AND the
wing and lift|wing or lift
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
custodian:clerk|custodian:"gwasanaethau plant"|custodian:="town clerk"|custodian:="Town"|NOT custodian:clerk
has:custodian|custodian:cle*|custodian:(town AND plant)|custodian:clerc~|box:(3 AND 1)|box:"box 3 box"
custodian:(="town clerk" OR ada)
batch:="returned spring 1999"|type:="case file"|type:="case*"|category:("failings" OR duties)|person:=quillfeather
has:person|has:place|has:review|has:review=responsive|has:privilege|has:category|NOT has:category|mrb|larkhollow|pdf
"""
DATES = """
date:1974|date:1974-05|date:1974-3|date:1970..1979|date:1974-05-01..1974-06-30|date:..1970|date:2000..|date:none
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
    written: str, real_engine: SearchEngine, oracle: PlainScan
) -> None:
    query = parse_query(written)

    expected = oracle.matching(query, compartments=OPEN)

    assert real_engine.matching(query, compartments=OPEN) == expected
    found = real_engine.find(query, compartments=OPEN, limit=len(expected) + 10)
    assert found.total == len(expected)
    assert sorted(hit.record_id for hit in found.hits) == list(expected)


def test_each_value_of_a_facet_finds_as_many_as_it_was_counted_for(real_engine: SearchEngine) -> None:
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


def test_values_written_differently_are_one_value_of_a_facet(engine: SearchEngine) -> None:
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


@pytest.mark.parametrize("compartments", [OPEN, EVERY_COMPARTMENT, frozenset({"restricted"}), frozenset({"sealed"})])
def test_counts_and_facets_are_those_of_reading_everything(
    compartments: frozenset[str],
    real_engine: SearchEngine,
    oracle: PlainScan,
    real_documents: Sequence[IndexDocument],
) -> None:
    by_id = {document.record_id: document for document in real_documents}
    for written in ALL_KINDS[::5]:
        query = parse_query(written)
        expected = [by_id[number] for number in oracle.matching(query, compartments=compartments)]

        found = real_engine.find(query, compartments=compartments)

        assert real_engine.count(query, compartments=compartments) == found.total == len(expected), written
        for facet in FACETS:
            shown = [(count.value, count.count) for count in found.facets.get(facet, ())]
            assert shown == facet_by_reading(facet, expected), (written, facet)


def facet_by_reading(facet: str, documents: Sequence[IndexDocument]) -> list[tuple[str, int]]:
    if facet in (fields.YEAR, fields.DECADE):
        size = 10 if facet == fields.DECADE else 1
        spans = [dates for document in documents if (dates := document.dates()) is not None]
        starts = [{year // size * size for year in range(a.year, b.year + 1)} for a, b in spans]
        return sorted(Counter(f"{year:04}" for found in starts for year in found).items())
    alike: dict[str, Counter[str]] = {}
    for document in documents:
        for value in document.whole_values(facet):
            alike.setdefault(keyword(value), Counter())[value] += 1
    named = [(min(spellings, key=lambda v: (-spellings[v], v)), spellings.total()) for spellings in alike.values()]
    return sorted(named, key=lambda item: (-item[1], item[0]))[:FACET_LIMIT]


ODD_DOCUMENTS = [
    IndexDocument(1, reference="A/1", title="Cŵn a’r tŷ", pages=[(1, "Y gw\u0302r o’r tŷ; mae’r plant’s"), (2, "cwn")]),
    IndexDocument(
        2, reference="A/2", people=["Mair Llŷr", "Ada Quill"], pages=[(1, "first part ends"), (2, "here now")]
    ),
    IndexDocument(
        3, reference="A/3", pages=[(1, "ﷺ stood alone"), (4, ""), (9, "page nine")], facts={"note": ["a.b(c)*"]}
    ),
    IndexDocument(4, reference="A-4", pages=[(1, "ﾞ mark ﾞ again"), (2, "soft\u00adhyphen and co-operate")]),
    IndexDocument(
        5, pages=[(1, "x" * 200), (2, "𐐀" * 80)], record_type="Type " * 80, batches=["Ben's [batch] + more?"]
    ),
    IndexDocument(6, pages=[], people=["Quill", "Mair"], places=["Tŷ Mawr", "", "The Old Mill"]),
    IndexDocument(7, pages=[(1, "the the the"), (2, "the end")], date_from=date(1, 1, 1), date_to=date(9999, 12, 31)),
    IndexDocument(
        8,
        title="ends",
        pages=[(1, "a b"), (2, "c d")],
        boxes=["7", "8"],
        custodians=["Ann", "Bob"],
        state="unread",
        facts={"state": ["shut"]},
    ),
    IndexDocument(
        10,
        pages=[(1, "the parlia-\nment building and a well-\nknown co-\noperation"), (2, "an ex-"), (3, "housemaster")],
    ),
    IndexDocument(
        11,
        pages=[(1, "of the gov-  \r\n  ernment\u2010\nment"), (2, "The chair\u00ad\nman’s cwm¬\nnïau")],
        title="com-\nmittee",
    ),
    IndexDocument(
        12,
        pages=[
            (1, "parliament building, the committee"),
            (2, "PARLIA-\nMENT Smith-\nJones par-\n\nish 19-\n74 a-\nbc"),
        ],
    ),
    IndexDocument(
        14,
        pages=[(1, "Mr O'Brien and Mr. O’Neill at 6 o'clock"), (2, "I'm d'Arcy, the prophet ﷺ said")],
        title="O'Brien",
    ),
    IndexDocument(
        15, title="the ferry-\nman", pages=[(1, "by the ferry-\n \n"), (2, "man came"), (3, ""), (4, "of the par-")]
    ),
    IndexDocument(13, compartment="restricted", pages=[(1, "lant-\nern build-\ning the lant-\nern")]),
    IndexDocument(9, pages=[(1, "\u0130stanbul STRASSE straße ﬁnding Æthel")], categories=["Ä b", "c\td"]),
]
ODD = """
cŵn|cwn|gwr|gŵr|tŷ|ty|"o'r tŷ"|plant|=plants|"tŷ mae'r"|title:cŵn|"llŷr ada"|person:(mair w/100 ada)|person:"mair llŷr"
"ends here"|ends pre/1 here|"here now"|ends w/3 now|"alone page"|alone w/100 nine|"alone" w/1 page|stood w/2 page
ﷺ
"mark again"|mark w/1 again|mark w/2 again|mark pre/2 again|softhyphen|soft-hyphen|co-operate|cooperate|"and co operate"
xxxxxx*|x*xx|𐐀𐐀*|*𐐨𐐨|person:"quill mair"|place:"tŷ mawr the"|place:(mawr w/100 old)|place:mill
"the the"|"the the the the"
the w/1 the|the pre/3 the|the pre/4 end|"the the" w/1 the|"the the" w/2 end|date:0001|date:9999-12-31
date:1974|date:none
"a b c"|a pre/3 d|"b c"|box:7|state:shut|state:unread|state:s*|strasse|straße|istanbul|finding|fin*
aethel|category:"a b"
category:"c d"|has:note|has:"note=a.b(c)*"|has:"note=a?b*"|has:note=*|type:"type type*"
box:8|box:"7 8"|custodian:(ann w/50 bob)|custodian:bob|batch:[batch]|batch:more
batch:"ben's batch more"|batch:bens|title:ends NOT d|NOT title:ends|* NOT has:text|reference:"a 4"
reference:a-4|(a w/2 c) w/2 d
(mark OR stood) w/2 (again OR alone)|(mark w/2 again) pre/9 soft*|"first part" w/2 here|"first part" pre/1 "ends here"
fir* w/2 ends
parliament|parliaments|=parliament|=parliaments|parlia|ment|=ment|text:parliament|title:parliament|parliment~|parl*ment
*liament|parlia*|"parliament building"|"the parliament"|"the parliament building"|"parlia ment"|"parlia ment building"
"the parlia ment building"|"parliament ment"|"parliament building and"|parliament w/1 building|the w/1 building
the w/2 building|the w/3 building|parliament pre/2 "and"|building pre/1 parliament|parlia w/1 parliament
ment w/1 parliament|parliament w/4 known|wellknown|"well known"|well-known|known|"a wellknown cooperation"|wellknown*
"wellknown co operation"|cooperation|co-operation|operation|"ex housemaster"|exhousemaster|housemaster
government|governmentment|governments|"the government"|"of the government ment"|ernmentment|"the gov ernment"|gov*
chairman|"the chairman"|chair|chairman's|"chairman cwmniau"|cwmniau|cwmnïau|cwmnia~|committee|title:committee|title:com
smithjones|parish|1974|abc|"ment smith"|"parliament smith"|"parliament smith jones"|lantern|"lantern building"
NOT lantern|lantern OR parliament|NOT parliament|"parl* building"|(parliament OR committee) w/2 (building OR the)
(the w/1 parliament) w/1 building|("the parliament" OR zebra) pre/1 "building and"|"parlament building"
parlament~ w/1 building|(parliament OR parlia OR ment) w/1 building|"building parliament"
parliament building|parlia OR parliament
O'Brien|obrien|"Mr O'Brien"|"Mr O’Neill"|o'neill w/3 clock*|o'clock|o'clo*|=I'm|d'arcy*|darcy~|title:o'brien|brien|o
"parlia ment sat"|ferryman|"the ferryman came"|ferrym*n w/1 came|ferry w/1 man|ferryman~|title:ferryman|man|ferry
ﷺ*|*ﷺ|"ﷺ*"|ﷺ~|sa*wa*|said ﷺ*
"prophet ﷺ"|ﷺ pre/2 sa*|sa* w/2 ﷺ|(ﷺ OR prophet) w/3 said
"th? the"|frist~2 w/2 ends|"part en*"|=ends|ends|end|(end OR ends) w/2 (part OR the)|"the end"|"end"
"""


@pytest.mark.parametrize("written", [query for line in ODD.strip().splitlines() for query in line.split("|")])
def test_odd_writing_and_the_edges_of_pages_and_values_agree(written: str, odd_engine: SearchEngine) -> None:
    query = parse_query(written)
    expected = PlainScan(ODD_DOCUMENTS).matching(query, compartments=OPEN)

    assert odd_engine.matching(query, compartments=OPEN) == expected
    assert odd_engine.find(query, compartments=OPEN).total == len(expected)
    by_id = {document.record_id: document for document in ODD_DOCUMENTS}
    for number in expected:
        shown = odd_engine.highlight(query, number, by_id[number].pages, compartments=OPEN)
        located = odd_engine.locate(query, [number], compartments=OPEN)[number]
        if [page for page, _ in by_id[number].pages] == list(range(1, len(by_id[number].pages) + 1)):
            assert shown.pages == located


_odd: dict[str, SearchEngine] = {}


@pytest.fixture
def odd_engine(
    kind: str, make_engine: Callable[[Path], SearchEngine], tmp_path_factory: pytest.TempPathFactory
) -> SearchEngine:
    if kind not in _odd:
        _odd[kind] = make_engine(tmp_path_factory.mktemp("odd") / "index")
        _odd[kind].index(ODD_DOCUMENTS)
    return _odd[kind]


def test_facets_of_odd_documents_are_those_of_reading_them(odd_engine: SearchEngine) -> None:
    found = odd_engine.find(parse_query("*"), compartments=OPEN)
    seen = [document for document in ODD_DOCUMENTS if document.compartment in OPEN]

    for facet in FACETS:
        shown = [(count.value, count.count) for count in found.facets.get(facet, ())]
        assert shown == facet_by_reading(facet, seen), facet


def test_the_queries_are_not_idle(real_engine: SearchEngine) -> None:
    counts = [real_engine.count(parse_query(written), compartments=EVERY_COMPARTMENT) for written in ALL_KINDS]

    # A list of queries that find nothing, or everything, would prove little.
    assert sum(1 for count in counts if 0 < count < 230) > 0.8 * len(counts)


def test_any_word_of_a_question_finds_what_reading_everything_finds(
    real_engine: SearchEngine, oracle: PlainScan
) -> None:
    query = any_word("What similarity laws must be obeyed when constructing models of heated aircraft?")

    assert real_engine.matching(query, compartments=OPEN) == oracle.matching(query, compartments=OPEN)


def test_pages_told_from_the_index_are_those_told_from_the_text(
    real_engine: SearchEngine, real_documents: list[IndexDocument]
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
_WORDS = st.builds(Word, _LETTERS | st.sampled_from(["abcd", "cdfg", "hifgs"]), exact=st.booleans())
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
_SPACES = st.sampled_from([" ", " ", "-\n"])
_SENTENCES = st.lists(st.tuples(_LETTERS, _SPACES), max_size=9).map(lambda found: "".join(chain.from_iterable(found)))
_SMALL = st.builds(
    IndexDocument,
    record_id=st.integers(1, 30),
    title=_SENTENCES,
    people=st.lists(_SENTENCES, max_size=2),
    pages=st.lists(_SENTENCES, max_size=3).map(lambda texts: list(enumerate(texts, start=1))),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(_SMALL, min_size=1, max_size=12, unique_by=lambda d: d.record_id),
    trees=st.lists(_TREES, min_size=20, max_size=20),
)
def test_any_tree_over_any_small_documents_agrees(
    make_engine: Callable[[Path], SearchEngine],
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[IndexDocument],
    trees: list[Node],
) -> None:
    engine = make_engine(tmp_path_factory.mktemp("small") / "index")
    engine.index(documents)
    scan = PlainScan(documents)

    for tree in trees:
        assert engine.matching(tree, compartments=OPEN) == scan.matching(tree, compartments=OPEN)
    engine.close()
