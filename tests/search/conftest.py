"""Real documents with made-up particulars, indexed once: what the engines and the plain scan are compared on."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from inquiry.requests import add_request
from search.engine import IndexDocument, SearchEngine
from search.engines.tantivy import TantivyEngine
from search.engines.whoosh import WhooshEngine
from search.indexing import bring_up_to_date
from search.language_tree import Asked, Node, meaning
from search.opening import close_engine
from search.plain_scan import PlainScan

OPEN = frozenset({"open"})
EVERY_COMPARTMENT = frozenset({"open", "restricted"})

_TYPES = ("minutes", "memorandum", "Case File", "letter", "report")
_CATEGORIES = ("failings", "duties", "honours", "involved", "allegations")
_PEOPLE = ("Mair Llŷr", "O. Pemberton-Hale", "Ada Quillfeather", "Jones Quillfeather", "Mair Pemberton")
_PLACES = ("Tŷ Gwŷr", "Larkhollow House", "The Grange")
_STATES = ("unread", "suggested", "decided")


def _dates(number: int) -> tuple[date | None, date | None]:
    if number % 11 == 0:
        return None, None
    day = date(1968 + number % 40, 1 + number % 12, 1 + number % 28)
    if number % 5 == 0:
        return date(day.year - day.year % 10, 1, 1), date(day.year - day.year % 10 + 9, 12, 31)
    return day, (day if number % 2 else None)


def _document(number: int, name: str, title: str, text: str) -> IndexDocument:
    first, last = _dates(number)
    pages = [(i + 1, text[start : start + 1_800]) for i, start in enumerate(range(0, max(len(text), 1), 1_800))]
    return IndexDocument(
        record_id=number,
        reference=f"MRB/{number // 50}/{number}",
        title=title,
        file_name=f"{name}_{number}.pdf",
        record_type=_TYPES[number % 5],
        categories=[_CATEGORIES[number % 5], _CATEGORIES[number % 3]] if number % 4 else [],
        people=[_PEOPLE[number % 5], _PEOPLE[number % 4]],
        places=[_PLACES[number % 3]] if number % 2 else [],
        batches=[f"Returned {('autumn', 'spring')[number % 2]} {1998 + number % 3}"],
        sources=[("County record office", "Cellar")[number % 2]],
        boxes=[f"Box {number % 9}", f"Box {number % 4}"],
        custodians=[("Town Clerk", "Gwasanaethau Plant")[number % 2], *(["Town Clerk"] if number % 3 == 0 else [])],
        date_from=first,
        date_to=last,
        read_by=("ocr", "text layer", "both")[number % 3],
        state=_STATES[number % 3],
        compartment="restricted" if number % 7 == 0 else "open",
        pages=pages,
        facts={"review": ["responsive"], "privilege": []} if number % 3 == 0 else {},
    )


@cache
def _real_documents(cran: Path, papers: Path) -> Sequence[IndexDocument]:
    articles = [json.loads(line) for line in cran.read_text(encoding="utf-8").splitlines()[:120]]
    found = [(f"report-{a['id']}", a["title"], a["text"]) for a in articles]
    for path in sorted(papers.glob("*.md"))[:110]:
        text = path.read_text(encoding="utf-8", errors="replace")[:7_000]
        found.append((path.stem, text.strip().split("\n")[0][:80], text))
    return tuple(_document(number, *parts) for number, parts in enumerate(found, start=1))


@pytest.fixture
def real_documents(corpus: Callable[[str], Path]) -> Sequence[IndexDocument]:
    return _real_documents(corpus("ir/cran/docs.jsonl"), corpus("text/versions/jfk/2018"))


MakeEngine = Callable[[Path], SearchEngine]
KINDS: dict[str, MakeEngine] = {
    "whoosh": lambda folder: WhooshEngine(folder, wait_seconds=0.2),
    "tantivy": lambda folder: TantivyEngine(folder, wait_seconds=0.2),
}
_shared: dict[str, object] = {}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
def make_engine(kind: str) -> MakeEngine:
    return KINDS[kind]


@pytest.fixture
def engine(make_engine: MakeEngine, tmp_path: Path) -> SearchEngine:
    return make_engine(tmp_path / "index")


@pytest.fixture
def real_engine(
    kind: str,
    make_engine: MakeEngine,
    real_documents: Sequence[IndexDocument],
    tmp_path_factory: pytest.TempPathFactory,
) -> SearchEngine:
    """The real documents in several segments, some of them written twice, some removed and put back."""
    if kind not in _shared:
        made = make_engine(tmp_path_factory.mktemp("conformance") / "index")
        for start in range(0, len(real_documents), 60):
            made.index(real_documents[start : start + 60])
        made.index(real_documents[30:50])
        made.remove([document.record_id for document in real_documents[100:110]])
        made.index(real_documents[100:110])
        _shared[kind] = made
    return cast(SearchEngine, _shared[kind])


class RememberingScan(PlainScan):
    """Reads everything once for each question, whichever engine it is then asked beside."""

    def __init__(self, documents: Sequence[IndexDocument]) -> None:
        super().__init__(documents)
        self._found: dict[tuple[Node, frozenset[str]], tuple[int, ...]] = {}

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        asked = (meaning(query), compartments)
        if asked not in self._found:
            self._found[asked] = super().matching(query, compartments=compartments)
        return self._found[asked]


@pytest.fixture
def oracle(real_documents: Sequence[IndexDocument]) -> PlainScan:
    if "oracle" not in _shared:
        _shared["oracle"] = RememberingScan(real_documents)
    found = _shared["oracle"]
    assert isinstance(found, PlainScan)
    return found


@pytest.fixture
def held(archive, make_record, lawyer):
    """Four records, one of them unread, and two requests of two paragraphs each."""
    for content, words in ((b"1", "The minibus was late."), (b"2", "The minibus was locked."), (b"3", "A letter.")):
        make_record(content, text=words)
    make_record(b"4", unread=True)
    bring_up_to_date(archive)
    with archive.writing() as session:
        for reference in ("R9-2", "R9-1"):
            add_request(
                session,
                reference,
                kind="rule-9-documents",
                title="Homes",
                received=date(2026, 10, int(reference[-1])),
                due=date(2026, 12, 1),
                paragraphs=[("1", "All registers."), ("2", "All minutes.")],
                actor=lawyer,
            )
    yield archive
    close_engine(archive)
