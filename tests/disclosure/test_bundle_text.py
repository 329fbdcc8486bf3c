"""The text of a file as read is printed whole, in its languages, with its tables readable."""

from pathlib import Path

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.bundle_build import build_bundle
from disclosure.bundle_drawing import wrap
from disclosure.bundle_fonts import FontSet
from disclosure.bundle_spec import BundleResult, PageText
from disclosure.bundle_tables import Table, split_blocks
from disclosure.bundle_verify import verify_bundle
from tests.disclosure.bundle_helpers import describe, picture_of, spec_of, words_of

FONTS = FontSet()


def _set(tmp_path: Path, *pages: PageText, attach: bool = True, name: str = "notes.docx") -> BundleResult:
    path = tmp_path / name
    path.write_bytes(b"the original as it was")
    return build_bundle(spec_of(describe(path, pages=pages, attach_original=attach)), tmp_path / "out.pdf")


def test_welsh_is_printed_and_can_be_searched(tmp_path: Path) -> None:
    _set(tmp_path, PageText(1, "Tŷ Gwŷr, dŵr, hŵn, tân, ïon, gẁyl, ŴÂŶ"))

    assert "Tŷ Gwŷr, dŵr, hŵn, tân, ïon, gẁyl, ŴÂŶ" in words_of(tmp_path / "out.pdf", 3)


def test_letters_typed_with_loose_accents_are_joined(tmp_path: Path) -> None:
    _set(tmp_path, PageText(1, "Ty\u0302 Gwy\u0302r"))

    assert "Tŷ Gwŷr" in words_of(tmp_path / "out.pdf", 3)


def test_each_page_says_what_it_is_and_that_the_original_is_attached(tmp_path: Path) -> None:
    _set(tmp_path, PageText(1, "line\n" * 200))

    for page in (3, 4):
        assert "Text of notes.docx as read; the original is attached" in words_of(tmp_path / "out.pdf", page)
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.attachments["ABC000001 notes.docx"].get_file().read_bytes() == b"the original as it was"


def test_it_does_not_say_that_an_original_is_attached_which_is_not(tmp_path: Path) -> None:
    _set(tmp_path, PageText(1, "words"), attach=False)

    assert "the original is not attached" in words_of(tmp_path / "out.pdf", 3)


def test_comments_and_sheets_stand_under_their_own_headings(tmp_path: Path) -> None:
    pages = (PageText(1, "Body text"), PageText(2, "Check the date", heading="Comments"), PageText(3, "", "Sheet 2"))

    result = _set(tmp_path, *pages)

    assert "Comments\r\nCheck the date" in words_of(tmp_path / "out.pdf", 4)
    assert "No text was read here." in words_of(tmp_path / "out.pdf", 5)
    assert result.manifest["documents"][0]["pages_as_read"] == {"1": 3, "2": 4, "3": 5}  # type: ignore[index]


def test_what_no_font_can_show_is_printed_as_its_code_and_counted(tmp_path: Path) -> None:
    result = _set(tmp_path, PageText(1, "一 and 一 and \U0001f600 and \x07"), name="notes-二.docx")

    words = words_of(tmp_path / "out.pdf", 3)
    assert "[U+4E00] and [U+4E00] and [U+1F600] and [U+0007]" in words
    assert result.manifest["characters_not_shown"]["U+4E00"] == 2  # type: ignore[index]
    assert any("shown as their codes" in warning for warning in result.warnings)
    assert verify_bundle(tmp_path / "out.pdf").ok


def test_a_wide_table_turns_the_page_and_a_wider_one_is_told_row_by_row(tmp_path: Path) -> None:
    def table(columns: int) -> str:
        return "\n".join("\t".join(f"value{row}of{column}" for column in range(columns)) for row in range(3))

    _set(tmp_path, PageText(1, table(14)), PageText(2, table(40)))

    assert picture_of(tmp_path / "out.pdf", 3).size == (842, 596)
    assert picture_of(tmp_path / "out.pdf", 4).size == (596, 842)
    assert "value0of39: value2of39" in words_of(tmp_path / "out.pdf", 5) + words_of(tmp_path / "out.pdf", 4)


def test_a_long_table_repeats_its_head_on_each_page(tmp_path: Path) -> None:
    rows = ["Reference\tHome"] + [f"P{n:03d}\tTŷ Gwŷr" for n in range(120)]

    result = _set(tmp_path, PageText(1, "\n".join(rows)))

    assert result.pages >= 5
    for page in range(3, result.pages + 1):
        assert "Reference" in words_of(tmp_path / "out.pdf", page)


def test_no_row_of_a_table_is_lost(tmp_path: Path) -> None:
    rows = ["Reference\tRemarks"] + [f"P{n:03d}\t" + "long remark " * (n % 90) for n in range(60)]

    result = _set(tmp_path, PageText(1, "\n".join(rows)))

    text = "".join(words_of(tmp_path / "out.pdf", page) for page in range(3, result.pages + 1))
    assert [n for n in range(60) if f"P{n:03d}" not in text] == []
    assert text.count("remark") == sum(n % 90 for n in range(60))


def test_columns_typed_with_spaces_keep_their_places(tmp_path: Path) -> None:
    _set(tmp_path, PageText(1, "Name        Date      Sum\nBeech       1983      12.00\nElm         1984       9.50"))

    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        content = pdf.pages[2].obj.Contents.read_bytes()
    assert "Elm         1984       9.50".encode("utf-16-be") in content


def test_a_table_of_one_tabbed_line_is_only_a_line() -> None:
    assert list(split_blocks("a\tb\nplain")) == ["a\tb\nplain"]
    assert list(split_blocks("x\na\tb\nc\td\ny")) == ["x", Table((("a", "b"), ("c", "d"))), "y"]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="latin-1", categories=["L", "N", "P", "Zs"]), max_size=300))
def test_wrapping_loses_no_letter_and_no_line_is_too_wide(text: str) -> None:
    clean = FONTS.clean(text)

    rows = wrap(clean, FONTS.regular, 9, 120)

    assert "".join("".join(rows).split()) == "".join(clean.split())
    assert all(FONTS.regular.width(row, 9) <= 120.01 for row in rows)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_set(text: str) -> None:
    clean = FONTS.clean(text)

    assert FONTS.regular.has_all(clean.replace("\n", "").replace("\t", ""))


def test_a_hundred_long_titles_fill_several_index_pages_whose_rows_all_lead_home(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"x")
    title = "Correspondence between the Area Officer and the matron concerning the register of placements, part"
    documents = [describe(path, n, title=f"{title} {n}", pages=(PageText(1, f"text {n}"),)) for n in range(1, 121)]

    result = build_bundle(spec_of(*documents), tmp_path / "out.pdf")

    assert result.manifest["index_pages"] >= 6  # type: ignore[operator]
    assert verify_bundle(tmp_path / "out.pdf").failed() == ()


def test_a_request_with_many_paragraphs_continues_on_a_second_cover_page(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"x")
    spec = spec_of(describe(path, pages=(PageText(1, "text"),)))
    request = spec.request
    assert request is not None
    paragraphs = tuple((str(n), "All records of the home named in the annex. " * 4) for n in range(1, 40))
    longer = spec_of(*spec.documents, request=type(request)("INQ/15", None, None, paragraphs))

    result = build_bundle(longer, tmp_path / "out.pdf")

    assert result.manifest["cover_pages"] == 4
    assert verify_bundle(tmp_path / "out.pdf").failed() == ()


def test_a_title_that_names_another_document_does_not_confuse_the_index(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"x")
    first = describe(path, 1, title="Letter enclosing ABC000002, page 7 of 9", pages=(PageText(1, "text"),))
    second = describe(path, 2, title="Reply to ABC000001_001", pages=(PageText(1, "Bundle page 9 ABC000009_001"),))

    build_bundle(spec_of(first, second), tmp_path / "out.pdf")

    assert verify_bundle(tmp_path / "out.pdf").failed() == ()
