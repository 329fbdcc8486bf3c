"""Web pages as text: what a person would see, without scripts, and nothing is fetched."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ingest.formats.plain import MAXIMUM_TEXT_BYTES, decode_text, miss_zeros, text_pages
from ingest.job import ReadingJob, Yielded
from ingest.reading import UnreadableFile

_UNSEEN = frozenset({"script", "style", "noscript", "template", "object", "applet"})
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "hr",
        "tr",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "form",
    ]
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


class _TextOfPage(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.title = ""
        self._unseen = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "title":
            self._in_title = True
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        words = dict(attrs)
        if tag == "img" and words.get("alt"):
            self.pieces.append(f" {words['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self.pieces.append(data)


def html_text(markup: str) -> tuple[str, str]:
    """The text a person would see, and the title."""
    parser = _TextOfPage()
    parser.feed(markup)
    parser.close()
    text = "".join(parser.pieces)
    lines = [re.sub(r"[ \t\xa0\r]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), parser.title.strip()


def read_html(job: ReadingJob) -> Iterator[Yielded]:
    """The page's text."""
    if job.path.stat().st_size > MAXIMUM_TEXT_BYTES:
        raise UnreadableFile("too-large")
    data = job.path.read_bytes()
    markup, encoding = _decoded(data)
    job.facts.note(encoding)
    miss_zeros(job, markup)
    text, title = html_text(markup)
    job.facts.title = title or None
    yield from text_pages(text, reason="the file is a web page")


def _decoded(data: bytes) -> tuple[str, str]:
    declared = _CHARSET.search(data[:4096])
    if declared:
        name = declared[1].decode("ascii")
        try:
            return data.decode(name), f"The text is {name.lower()}, as it declares."
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(data)
