"""A compound scan, taken in."""

import pytest

from access.policy import OPERATOR
from ingest.separators import separator_sheets
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
