"""Objects copied from one PDF to another keep their meaning under their new numbers."""

import io

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.bundle_spec import BundleError
from disclosure.bundle_writer import PdfWriter, number_text, renumber


def test_references_are_raised_and_strings_left_alone() -> None:
    head = b"<< /A 1 0 R /B [2 0 R 30 0 R] /C (see 4 0 R \\) and 5 0 R) /D 1.5 /E 10 >>"

    assert renumber(head, 100) == b"<< /A 101 0 R /B [102 0 R 130 0 R] /C (see 4 0 R \\) and 5 0 R) /D 1.5 /E 10 >>"


def test_an_action_loses_its_name() -> None:
    assert renumber(b"<< /JS (x) /S /JavaScript >>", 0) == b"<< /JS (x) /S /Removed >>"
    assert renumber(b"<< /S /Transparency >>", 0) == b"<< /S /Transparency >>"


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_any_string_survives_being_copied(value: bytes, base: int) -> None:
    pdf = pikepdf.new()
    pdf.Root.CandourForms = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.String(value)))])
    prepared = io.BytesIO()
    pdf.save(prepared, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    out = io.BytesIO()
    writer = PdfWriter(out)
    writer.reserve(base)
    (form,) = writer.adopt(prepared).forms
    pages, root, info = writer.reserve(), writer.reserve(), writer.reserve()
    writer.put(pages, b"<< /Type /Pages /Kids [] /Count 0 >>")
    writer.put(root, b"<< /Type /Catalog /Pages %d 0 R /Kept %d 0 R >>" % (pages, form))
    writer.put(info, b"<< >>")
    writer.finish(root, info, bytes(16))

    with pikepdf.open(io.BytesIO(out.getvalue())) as copied:
        assert bytes(copied.Root.Kept.S) == value
        assert copied.get_warnings() == []


@settings(deadline=None)
@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_numbers_are_written_without_an_exponent(value: float) -> None:
    text = number_text(value).decode()

    assert "e" not in text.lower()
    assert float(text) == pytest.approx(value, abs=1e-4)


def test_an_object_is_written_only_once() -> None:
    writer = PdfWriter(io.BytesIO())
    number = writer.reserve()
    writer.put(number, b"null")

    with pytest.raises(BundleError, match="written twice"):
        writer.put(number, b"null")
