"""Labels: one for each place, in order, and nothing printed that could not be read."""

import io

import pdfplumber
import pytest

from records import custody
from records.labels import print_labels
from store.errors import InvalidInputError


@pytest.fixture
def boxes(archive, officer):
    with archive.writing() as session:
        return [
            custody.add_place(session, "box", str(number), title="Log books of Tŷ Gwŷr " * 4, actor=officer)
            for number in range(1, 17)
        ]


def pages(content: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return [page.extract_text() for page in pdf.pages]


def test_every_place_has_its_label_and_used_ones_are_left_free(archive, officer, boxes):
    with archive.writing() as session:
        left = print_labels(session, boxes, skip=3, authority="Wenford Council", actor=officer)
    made = pages(left.content)

    assert len(made) == 2
    assert [sum(f"P{number:07d}" in page for page in made) for number in range(1, 17)] == [1] * 16
    assert made[0].count("Box ") == 11
    assert "Tŷ Gwŷr" in made[0]
    assert "…" in made[0]


def test_what_has_no_glyph_is_refused_and_not_printed_as_nothing(archive, officer):
    with archive.writing() as session:
        place = custody.add_place(session, "box", "1", title="書", actor=officer)
        with pytest.raises(InvalidInputError, match="書"):
            print_labels(session, [place], actor=officer)


@pytest.mark.parametrize(("sheet", "skip"), [("15", 0), ("14", 14), ("14", -1)])
def test_a_sheet_that_does_not_exist_is_refused(archive, officer, boxes, sheet, skip):
    with archive.writing() as session, pytest.raises(InvalidInputError):
        print_labels(session, boxes, sheet=sheet, skip=skip, actor=officer)
