"""Pages anyone may read: help, accessibility, and support for the person reading."""

from flask import Blueprint, render_template

from web.authorisation import public
from web.context import current_archive

area = Blueprint("help", __name__)
# The authority's own contacts, as plain text in the data folder; an empty line begins a new paragraph.
SUPPORT_FILE = "support.txt"


@area.get("/help")
@public
def help_page() -> str:
    """How to do the main things."""
    return render_template("help/help.html")


@area.get("/accessibility")
@public
def accessibility() -> str:
    """How far these pages can be used by everyone."""
    return render_template("help/accessibility.html")


@area.get("/support")
@public
def support() -> str:
    """What to do when what is read is hard to read."""
    file = current_archive().settings.data / SUPPORT_FILE
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    return render_template("help/support.html", paragraphs=paragraphs, file_name=SUPPORT_FILE)
