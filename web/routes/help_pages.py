"""Pages anyone may read: help, accessibility, and support for the person reading."""

from flask import Blueprint, render_template

from web.authorisation import public

area = Blueprint("help", __name__)


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
    return render_template("help/support.html")
