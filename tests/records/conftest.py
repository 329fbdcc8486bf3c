"""An archive that knows where its paper lies."""

import pytest

from records.box_list_applying import apply_list
from store import clock
from tests.records.boxes import GOOD


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def listed(archive, officer):
    with archive.writing() as session:
        apply_list(session, archive.files, GOOD, name="list.csv", actor=officer)
