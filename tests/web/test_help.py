"""The pages that help whoever reads."""

from store.archive import Archive


def test_the_support_page_says_where_the_authority_puts_its_contacts(visitor) -> None:
    page = visitor.get("/support").text

    assert "<code>support.txt</code>" in page


def test_the_authoritys_own_contacts_are_shown_as_text_and_never_as_markup(visitor, archive: Archive) -> None:
    words = "Counselling: room 4, weekdays.\n\n<script>alert(1)</script>"
    (archive.settings.data / "support.txt").write_text(words)

    page = visitor.get("/support").text

    assert "Counselling: room 4, weekdays." in page
    assert "&lt;script&gt;alert(1)" in page
    assert "support.txt" not in page
