"""The documents that a compound scan is made of, and its pages as the archive knows them."""

import io
import textwrap

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from access.policy import OPERATOR
from records.page_versions import find_page

MINUTES = "Minutes of the Social Services Committee held on 4 March 1987 about the homes of the borough"
LETTER = "Notes of the fostering panel held on 9 June 1991 about its register of households"


def document_pages(*texts: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for text in texts:
        for line, words in enumerate(textwrap.wrap(text, 60)):
            canvas.drawString(72, 760 - 16 * line, words)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    for content in files:
        made.pages.extend(pikepdf.open(io.BytesIO(content)).pages)
    made.save(out)
    return out.getvalue()


def page_at(session, reference, number):
    return find_page(session, reference, number, actor=OPERATOR)[1]
