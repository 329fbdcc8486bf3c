"""Makes a bundle: one PDF and the manifest beside it, document after document, in memory that does not grow."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from disclosure.bundle_catalogue import Attachment, CatalogueParts, put_attachment, put_catalogue, put_outline
from disclosure.bundle_comments import Comment
from disclosure.bundle_fonts import FontSet
from disclosure.bundle_images import open_picture, put_pictures
from disclosure.bundle_incoming import open_incoming
from disclosure.bundle_index import Cover, Index, Totals
from disclosure.bundle_layer import invisible_text
from disclosure.bundle_manifest import MANIFEST_NAME, Entry, manifest_json, manifest_of, manifest_path
from disclosure.bundle_outline import OutlineItem
from disclosure.bundle_pages import PageBook, place_page
from disclosure.bundle_spec import BundleDocument, BundleError, BundleResult, BundleSpec, PageText, check_spec
from disclosure.bundle_text_pages import TextSetter
from disclosure.bundle_writer import PdfWriter, number_text

_NO_TOTALS = Totals(0, 0, "", "")


def build_bundle(spec: BundleSpec, out: Path, *, progress: Callable[[int, int], None] | None = None) -> BundleResult:
    """The bundle and its manifest stand whole beside each other, or neither does and what was there before remains.

    `progress` is told how many of the documents are done.

    Raises:
        BundleError: A document cannot be included as it was registered; the message names it.
        InvalidInputError: The spec contradicts itself.
    """
    check_spec(spec)
    with _beside(out) as (stream, finished):
        builder = _Builder(spec, stream)
        for done, document in enumerate(spec.documents, start=1):
            builder.add(document)
            if progress is not None:
                progress(done, len(spec.documents))
        manifest, sha256 = builder.finish()
        finished(manifest_json({**manifest, "bundle_file": out.name, "bundle_sha256": sha256}))
    return BundleResult(len(builder.book), len(spec.documents), sha256, manifest, tuple(builder.warnings()))


@contextmanager
def _beside(out: Path) -> Iterator[tuple[BinaryIO, Callable[[bytes], None]]]:
    """A temporary file in the same folder, renamed only when everything in it is on the disk."""
    handle, name = tempfile.mkstemp(prefix=".bundle-", suffix=".part", dir=out.parent)
    temporary, beside = Path(name), Path(name + ".json")
    manifest: list[bytes] = []
    try:
        with os.fdopen(handle, "wb") as stream:
            yield cast("BinaryIO", stream), manifest.append
            stream.flush()
            os.fsync(stream.fileno())
        beside.touch(mode=0o600)
        beside.write_bytes(manifest[0])
        temporary.replace(out)
        beside.replace(manifest_path(out))
    finally:
        temporary.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)


class _Builder:
    """The state of a bundle in the making."""

    def __init__(self, spec: BundleSpec, stream: BinaryIO) -> None:
        self.spec = spec
        self.fonts = FontSet()
        self.writer = PdfWriter(stream)
        self.book = PageBook(self.writer, self.fonts, banner=spec.banner)
        self.entries: list[Entry] = []
        self._index = Index(spec, self.fonts)
        self._cover_pages = len(Cover(spec, FontSet()).pages(_NO_TOTALS))
        self._next = self._cover_pages + len(self._index) + 1
        self._outline: list[OutlineItem] = []
        self._attachments: list[Attachment] = []
        self._layers: list[int] = []
        self._hidden: list[int] = []

    def add(self, document: BundleDocument) -> None:
        """The document's pages stand in the bundle, and its original is attached where that was promised."""
        label = self.spec.label(document)
        entry = Entry(document, label, _checked_size(document, label), self._next)
        title = " ".join((document.title or document.file_name).split())
        self._outline.append(OutlineItem(0, f"{label} {title}", self._next))
        before = self.fonts.missing.copy()
        {"pdf": self._add_pdf, "image": self._add_image, "text": self._add_text}[document.kind](entry)
        if not entry.pages:
            raise BundleError(f"{document.reference} ({label}) gave no page: look at the original, or leave it out.")
        if document.attach_original:
            self._attach(entry)
        entry.missing = self.fonts.missing - before
        if entry.missing:
            count = sum(entry.missing.values())
            entry.warnings.append(f"characters that our fonts lack are shown as their codes, such as [U+4E00]: {count}")
        self.entries.append(entry)

    def finish(self) -> tuple[dict[str, object], str]:
        """Cover, index, bookmarks and catalogue stand in the file; gives the manifest and the bundle's SHA-256."""
        spec = self.spec
        labels = [spec.label(document) for document in sorted(spec.documents, key=lambda item: item.number)]
        totals = Totals(self._next - 1, len(self._attachments), labels[0], labels[-1])
        front = Cover(spec, self.fonts).pages(totals)
        if len(front) != self._cover_pages:
            raise RuntimeError("the cover took another number of pages than was reserved for it")
        front += self._index.pages([entry.first_page for entry in self.entries])
        for page, made in enumerate(front, start=1):
            self.book.put(page, spec.page_size, made.content, links=made.links)
        manifest = manifest_of(
            spec,
            self.entries,
            cover_pages=self._cover_pages,
            index_pages=len(self._index),
            missing=self.fonts.missing,
        )
        data = manifest_json(manifest)
        self._attachments.append(self._attach_manifest(data))
        index_page = self._cover_pages + 1
        items = [OutlineItem(0, "Cover", 1), OutlineItem(0, "Index", index_page), *self._outline]
        outline = put_outline(self.writer, self.book, items)
        self.fonts.write(self.writer)
        parts = CatalogueParts(self.book.finish(), outline, self._attachments, self._layers, self._hidden)
        catalogue, information = put_catalogue(self.writer, spec, self.book, parts)
        sha256 = self.writer.finish(catalogue, information, hashlib.sha256(data).digest()[:16])
        return manifest, sha256

    def warnings(self) -> Iterator[str]:
        """One sentence for each thing a person should look at, naming the document."""
        for entry in self.entries:
            for warning in entry.warnings:
                yield f"{entry.document.reference} ({entry.label}): {warning}."
        if self.fonts.unshaped:
            yield "Some text runs from right to left and is set letter by letter: read it in the attached original."

    def _put(
        self, entry: Entry, size: tuple[float, float], content: bytes, *, picture: int = 0, seal: bytes = b""
    ) -> None:
        entry.pages += 1
        stamp = self.spec.stamp(entry.document, entry.pages)
        shown = [(b"P", picture)] if picture else []
        entry.seals += self.book.put(self._next, size, content, stamp=stamp, pictures=shown, seal=seal)
        self._next += 1

    def _add_pdf(self, entry: Entry) -> None:
        texts = {page.number: page for page in entry.document.pages}
        with open_incoming(entry.document, entry.label) as incoming:
            adopted = self.writer.adopt(incoming.prepared)
            self._layers += adopted.layers
            self._hidden += adopted.hidden
            entry.removed = incoming.removed
            entry.warnings += incoming.warnings
            for item in incoming.outline:
                self._outline.append(OutlineItem(item.depth + 1, item.title, self._next + item.page))
            copied = zip(incoming.pages, adopted.forms, incoming.seals, strict=True)
            for number, (page, form, seal) in enumerate(copied, start=1):
                text = texts.get(number)
                turn = text.turn if text is not None else 0
                placed = place_page(page.box, turn=page.turn + turn, unit=page.unit)
                if placed.shrunk:
                    entry.warnings.append(f"page {number} is larger than readers allow and is shown smaller")
                content = _drawn(placed.matrix)
                if text is not None:
                    content += invisible_text(text, placed.inner, self.fonts)
                self._put(entry, placed.size, content, picture=form, seal=seal)
            self._add_comments(entry, incoming.comments)

    def _add_comments(self, entry: Entry, comments: Sequence[Comment]) -> None:
        if not comments:
            return
        entry.comments = len(comments)
        before = entry.pages
        setter = TextSetter(
            self.fonts,
            page_size=self.spec.page_size,
            headline=f"Notes and comments on the pages of {entry.document.file_name}",
            detail="Made by the readers of the file and kept in it; printed here so that every one can be read.",
        )
        words = "\n\n".join(comment.sentence() for comment in comments)
        for page in setter.pages((PageText(1, words),)):
            self._put(entry, page.size, page.content)
        entry.comment_pages = entry.pages - before
        unseen = sum(not comment.is_drawn for comment in comments)
        if unseen:
            entry.warnings.append(
                f"marks that could not be drawn on its pages are listed after its last page: {unseen}"
            )

    def _add_image(self, entry: Entry) -> None:
        document = entry.document
        texts = {page.number: page for page in document.pages}
        turns = {number: page.turn for number, page in texts.items()}
        with open_picture(document, entry.label) as file:
            if file.note:
                entry.warnings.append(file.note)
            pictures = put_pictures(self.writer, document, file, turns=turns, page=self.spec.page_size)
            for number, picture in enumerate(pictures, start=1):
                content = _drawn(picture.matrix)
                if number in texts:
                    content += invisible_text(texts[number], picture.inner, self.fonts)
                if picture.was_resampled:
                    entry.warnings.append(f"page {number} had more than 300 dots an inch and was made smaller")
                if picture.told_beside:
                    told = " and ".join(picture.told_beside)
                    entry.warnings.append(
                        f"page {number} is a photograph whose file tells {told}; that leaves with it, unseen, "
                        "and can be taken out of the bundle: be sure that whoever gets it may know that"
                    )
                self._put(entry, picture.size, content, picture=picture.number, seal=picture.seal)
        if document.expected_pages is not None and entry.pages != document.expected_pages:
            raise BundleError(
                f"{document.reference} ({entry.label}) has {entry.pages} pictures and {document.expected_pages} pages "
                "were registered: read it in again."
            )

    def _add_text(self, entry: Entry) -> None:
        document = entry.document
        attached = "the original is attached" if document.attach_original else "the original is not attached"
        detail = " · ".join(part for part in (document.title, document.source_location, document.read_note) if part)
        setter = TextSetter(
            self.fonts,
            page_size=self.spec.page_size,
            headline=f"Text of {document.file_name} as read; {attached}",
            detail=detail,
        )
        for page in setter.pages(document.pages or (PageText(1, ""),)):
            if page.begins:
                entry.pages_as_read[page.begins] = self._next
            self._put(entry, page.size, page.content)

    def _attach(self, entry: Entry) -> None:
        document = entry.document
        entry.attached_as = f"{entry.label} {Path(document.file_name.replace(chr(92), '/')).name or 'original'}"
        self._attachments.append(
            put_attachment(
                self.writer,
                entry.attached_as,
                path=document.original,
                data=b"",
                media_type=document.media_type,
                sha256=document.sha256,
                about=f"The original of {entry.label}, record {document.reference}",
            )
        )

    def _attach_manifest(self, data: bytes) -> Attachment:
        about = "What is in this bundle, and the SHA-256 of every original"
        return put_attachment(
            self.writer, MANIFEST_NAME, path=None, data=data, media_type="application/json", sha256="", about=about
        )


def _drawn(matrix: tuple[float, ...]) -> bytes:
    return b"q %s cm /P Do Q\n" % b" ".join(number_text(round(value, 4)) for value in matrix)


def _checked_size(document: BundleDocument, label: str) -> int:
    """The original is there and is still what was registered; gives its size."""
    try:
        with document.original.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
    except OSError as error:
        raise BundleError(
            f"The original of {document.reference} ({label}, {document.file_name}) cannot be opened: check the store."
        ) from error
    if digest != document.sha256:
        raise BundleError(
            f"The stored original of {document.reference} ({label}, {document.file_name}) is not the file that was "
            "registered: stop, and have the store verified."
        )
    return size
