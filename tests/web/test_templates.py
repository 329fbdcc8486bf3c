"""Every template compiles, and every page has one heading of the first rank."""

import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html"))
# Pieces that pages are made of, and the frame around them.
PIECES = {"layout.html", "batches/arithmetic.html", "batches/rows.html"}
PAGES = [name for name in TEMPLATES if "{% extends" in (ROOT / "templates" / name).read_text()]
PAGES = [name for name in PAGES if name not in PIECES]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_one_h1_and_a_title(name: str) -> None:
    source = (ROOT / "templates" / name).read_text()

    assert len(re.findall(r"<h1[ >]", source)) == 1
    assert "{% block title %}" in source


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_switches_escaping_off_or_styles_inline(name: str) -> None:
    source = (ROOT / "templates" / name).read_text()

    assert not re.search(r"\|\s*safe\b|autoescape|\sstyle=|\son[a-z]+=", source)


def test_nothing_of_another_service_is_served() -> None:
    for path in (ROOT / "static").rglob("*.css"):
        assert not re.search(r"crest|crown|GDS Transport|url\(|@import", path.read_text()), path.name


def test_the_assets_are_the_ones_the_decision_records() -> None:
    words = (ROOT / "docs" / "decisions" / "assets.md").read_text()

    recorded = dict(re.findall(r"`(static/[\w./-]+)` \| `([0-9a-f]{64})`", words))

    assert "static/govuk/govuk-frontend.min.css" in recorded
    for name, digest in recorded.items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == digest, name
