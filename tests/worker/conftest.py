"""A compound scan, taken in, and records in an index of either engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from access.policy import OPERATOR
from ingest.separators import separator_sheets
from search import indexing
from search.opening import close_engine
from store.archive import Archive
from tests.worker.compound import LETTER, MINUTES, document_pages, joined
from worker import splitting
from worker.taking_in import take_in


@pytest.fixture
def compound(archive, notice, tmp_path):
    """A scan of a separator, minutes of two pages, a separator, and a letter."""
    sheet = separator_sheets(1)
    content = joined(sheet, document_pages(MINUTES, MINUTES + ", continued"), sheet, document_pages(LETTER))
    (tmp_path / "scan.pdf").write_bytes(content)
    outcome = take_in(archive, [str(tmp_path / "scan.pdf")], batch="Box 14", source="County store", actor=OPERATOR)
    assert outcome.totals.registered == 1
    return "R000001"


@pytest.fixture
def split_compound(archive, compound, officer):
    return splitting.split_by_separators(archive, compound, actor=officer)


@pytest.fixture(params=["whoosh:", "tantivy:"])
def held(archive: Archive, request: pytest.FixtureRequest, make_record: Callable[..., str]) -> Iterator[Archive]:
    """Five records about a ferry, indexed."""
    chosen = replace(archive, settings=replace(archive.settings, search_url=request.param))
    for number in range(5):
        make_record(b"%d" % number, text="ferry")
    indexing.bring_up_to_date(chosen)
    yield chosen
    close_engine(chosen)
