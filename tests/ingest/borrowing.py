"""Made-up scans in which what draws has no list of its own, or not all of it, and uses that of its page."""

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

BORROWERS = (
    "font",
    "mask",
    "pattern",
    "form with a list",
    "form in a form",
    "form with a list in a form",
    "letter in a form",
    "note",
)
_SQUARE = b"q 100 0 0 100 50 50 cm /Im0 Do Q"


def borrowing_pdf(borrower: str) -> pikepdf.Pdf:
    """Two pages of one list: the first shows OURS, a dark square, through the borrower, the second SECRET."""
    pdf = pikepdf.new()
    lists = Dictionary(XObject=Dictionary(Im0=_picture(pdf, b"OURS"), Im9=_picture(pdf, b"SECRET")))
    drawn = _BORROWERS[borrower](pdf, lists)
    shared = pdf.make_indirect(lists)
    for content in (drawn, b"q 100 0 0 100 50 50 cm /Im9 Do Q"):
        page = pdf.add_blank_page(page_size=(200, 200))
        page.obj.Resources = shared
        page.obj.Contents = Stream(pdf, content)
    if borrower == "note":
        note = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[0, 0, 200, 200], F=4)
        note.AP = Dictionary(N=_form(pdf, _SQUARE))
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    return pdf


def _picture(pdf: pikepdf.Pdf, mark: bytes) -> Object:
    made = Stream(pdf, (mark * 25)[:100])
    made.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10, ColorSpace=Name.DeviceGray, BitsPerComponent=8
    )
    return pdf.make_indirect(made)


def _form(pdf: pikepdf.Pdf, content: bytes, **entries: object) -> Object:
    made = Stream(pdf, content)
    made.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 200], **entries)
    return pdf.make_indirect(made)


def _font(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    letter = pdf.make_indirect(Stream(pdf, b"1000 0 d0 q 1000 0 0 1000 0 0 cm /Im0 Do Q"))
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=[0, 0, 1000, 1000],
        FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
        CharProcs=Dictionary(a=letter),
        Encoding=Dictionary(Type=Name.Encoding, Differences=[97, Name.a]),
        FirstChar=97,
        LastChar=97,
        Widths=[1000],
    )
    lists.Font = Dictionary(F1=pdf.make_indirect(font))
    return b"BT /F1 100 Tf 50 50 Td (a) Tj ET"


def _mask(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    group = _form(pdf, _SQUARE, Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray))
    lists.ExtGState = Dictionary(G0=Dictionary(SMask=Dictionary(Type=Name.Mask, S=Name.Luminosity, G=group)))
    return b"/G0 gs 0 g 0 0 200 200 re f"


def _pattern(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    made = Stream(pdf, b"q 10 0 0 10 0 0 cm /Im0 Do Q")
    made.stream_dict = Dictionary(
        Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 20, 20], XStep=20, YStep=20
    )
    lists.Pattern = Dictionary(P0=pdf.make_indirect(made))
    return b"/Pattern cs /P0 scn 0 0 200 200 re f"


def _form_with_a_list(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    lists.XObject.Fm0 = _form(pdf, _SQUARE, Resources=Dictionary(ProcSet=[Name.PDF]))
    return b"/Fm0 Do"


def _form_with_a_list_in_a_form(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    inner = _form(pdf, _SQUARE, Resources=Dictionary())
    lists.XObject.Fm0 = _form(pdf, b"/Fm1 Do", Resources=Dictionary(XObject=Dictionary(Fm1=inner)))
    return b"/Fm0 Do"


def _form_in_a_form(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    inner = _form(pdf, _SQUARE)
    lists.XObject.Fm0 = _form(pdf, b"/Fm1 Do", Resources=Dictionary(XObject=Dictionary(Fm1=inner)))
    return b"/Fm0 Do"


def _letter_in_a_form(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    lists.XObject.Fm0 = _form(pdf, _font(pdf, lists))
    return b"/Fm0 Do"


def _note(pdf: pikepdf.Pdf, lists: Object) -> bytes:
    return b""


_BORROWERS = dict(
    zip(
        BORROWERS,
        (
            _font,
            _mask,
            _pattern,
            _form_with_a_list,
            _form_in_a_form,
            _form_with_a_list_in_a_form,
            _letter_in_a_form,
            _note,
        ),
        strict=True,
    )
)
