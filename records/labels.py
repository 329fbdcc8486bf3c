"""Barcode labels for boxes, files and volumes, on sheets that can be bought."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.custody import way_to
from records.custody_models import Place
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.font_files import BOLD, PLAIN, fitted, register_fonts
from store.leaving import Leaving, leaving

MARGIN = 4 * mm


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels, measured in points from the top left corner of an A4 page."""

    words: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows


SHEETS = {
    "14": Sheet(
        "14 to a sheet, 99.1 by 38.1 mm", 2, 7, 99.1 * mm, 38.1 * mm, 4.65 * mm, 15.15 * mm, 101.6 * mm, 38.1 * mm
    ),
    "24": Sheet(
        "24 to a sheet, 63.5 by 33.9 mm", 3, 8, 63.5 * mm, 33.9 * mm, 7.2 * mm, 12.9 * mm, 66.0 * mm, 33.9 * mm
    ),
}


def print_labels(
    session: Session, places: Sequence[Place], *, sheet: str = "14", skip: int = 0, authority: str = "", actor: Actor
) -> Leaving:
    """A PDF with one label for each place, in order; the first `skip` labels of the first sheet are left free.

    Raises:
        InvalidInputError: There is no place, the sheet is not known, or more is skipped than a sheet has.
    """
    require(actor, Permission.CUSTODY)
    if sheet not in SHEETS:
        raise InvalidInputError(f"There are sheets of {' and '.join(SHEETS)} labels: {sheet!r} is neither.")
    kind = SHEETS[sheet]
    if not places:
        raise InvalidInputError("There is no place to print a label for: choose a box, file or volume.")
    if not 0 <= skip < kind.labels:
        raise InvalidInputError(f"A sheet has {kind.labels} labels, so 0 to {kind.labels - 1} can be left free.")
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle("Labels")
    for number, place in enumerate(places, start=skip):
        if number > skip and number % kind.labels == 0:
            canvas.showPage()
        _draw(canvas, session, place, kind, number % kind.labels, authority)
    canvas.save()
    codes = [place.code for place in places]
    return leaving(session, out.getvalue(), AuditAction.LABELS_PRINTED, subject="labels", places=codes)


def _draw(canvas: Canvas, session: Session, place: Place, kind: Sheet, number: int, authority: str) -> None:
    row, column = divmod(number, kind.columns)
    left = kind.left + column * kind.across + MARGIN
    top = A4[1] - kind.top - row * kind.down - MARGIN
    width = kind.width - 2 * MARGIN
    bottom = top - kind.height + 2 * MARGIN
    around = ", ".join(each.name for each in way_to(session, place)[:-1])
    canvas.setFont(BOLD, 13)
    canvas.drawString(left, top - 11, fitted(f"{place.kind.capitalize()} {place.reference}", BOLD, 13, width))
    canvas.setFont(PLAIN, 7.5)
    lines = [", ".join(each for each in (place.title, place.dates) if each), around, authority]
    for place_of_line, line in enumerate([each for each in lines if each][:3]):
        canvas.drawString(left, top - 22 - 9 * place_of_line, fitted(line, PLAIN, 7.5, width))
    # The code 128 with a quiet zone of its own on both sides; the digits below it are for a person's eyes.
    barcode = Code128(place.code, barHeight=9.5 * mm, barWidth=0.36 * mm)
    barcode.drawOn(canvas, left - 3 * mm, bottom + 8)
    canvas.setFont(PLAIN, 8)
    canvas.drawString(left, bottom, place.code)
