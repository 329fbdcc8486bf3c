"""The parts of a bundle that hold its pages together: bookmarks, attachments, labels and metadata."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from disclosure.bundle_outline import OutlineItem
from disclosure.bundle_pages import PageBook
from disclosure.bundle_spec import BundleSpec
from disclosure.bundle_writer import PdfWriter, pdf_bytes, pdf_text

PRODUCER = "Candour"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to the bundle: its name there, and the object that describes it."""

    name: str
    number: int


def put_outline(writer: PdfWriter, book: PageBook, items: Sequence[OutlineItem]) -> int:
    """The bookmarks stand in the file; gives the root of their tree. An orphan moves up to whoever is above it."""
    root = writer.reserve()
    first = writer.reserve(len(items))
    parents: list[int] = []
    children: dict[int, list[int]] = {-1: []}
    path: list[int] = []
    for place, item in enumerate(items):
        del path[item.depth :]
        parent = path[-1] if path else -1
        parents.append(parent)
        children[parent].append(place)
        children[place] = []
        path.append(place)
    for parent, kids in children.items():
        for order, place in enumerate(kids):
            item = items[place]
            below = children[place]
            links = b" /Prev %d 0 R" % (first + kids[order - 1]) if order else b""
            links += b" /Next %d 0 R" % (first + kids[order + 1]) if order + 1 < len(kids) else b""
            if below:
                links += b" /First %d 0 R /Last %d 0 R /Count -%d" % (first + below[0], first + below[-1], len(below))
            title = pdf_text(f"{item.title} (p. {item.page})")
            above = root if parent < 0 else first + parent
            writer.put(
                first + place,
                b"<< /Title %s /Parent %d 0 R%s /Dest %s >>" % (title, above, links, book.destination(item.page)),
            )
    top = children[-1]
    writer.put(
        root,
        b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (first + top[0], first + top[-1], len(top)),
    )
    return root


def put_attachment(
    writer: PdfWriter, name: str, *, path: Path | None, data: bytes, media_type: str, sha256: str, about: str
) -> Attachment:
    """A file stands in the bundle byte for byte: from `path`, or `data` where there is none."""
    stream = writer.reserve(2)
    number = stream + 1
    size = path.stat().st_size if path is not None else len(data)
    subtype = "".join(c if c.isalnum() or c in "-.+_" else f"#{ord(c):02X}" for c in media_type if ord(c) < 128)
    entries = b"/Type /EmbeddedFile /Subtype /%s /Params << /Size %d >>" % (
        (subtype or "application#2Foctet-stream").encode("ascii"),
        size,
    )
    if path is not None:
        writer.put_file(stream, entries, path, sha256=sha256)
    else:
        writer.put_stream(stream, entries, data)
    plain = name.encode("ascii", "replace").replace(b"?", b"_")
    writer.put(
        number,
        b"<< /Type /Filespec /F %s /UF %s /Desc %s /AFRelationship /Source /EF << /F %d 0 R /UF %d 0 R >> >>"
        % (pdf_bytes(plain), pdf_text(name), pdf_text(about), stream, stream),
    )
    return Attachment(name, number)


@dataclass(frozen=True, slots=True)
class CatalogueParts:
    """What the catalogue points to."""

    pages: int
    outline: int
    attachments: Sequence[Attachment]
    layers: Sequence[int]
    hidden: Sequence[int]


def put_catalogue(writer: PdfWriter, spec: BundleSpec, book: PageBook, parts: CatalogueParts) -> tuple[int, int]:
    """The catalogue and the information dictionary stand in the file; gives their numbers."""
    metadata = writer.reserve()
    writer.put_stream(metadata, b"/Type /Metadata /Subtype /XML", _xmp(spec), compress=False)
    # A name tree is searched by the bytes of its keys, so they must stand in that order.
    ordered = sorted(parts.attachments, key=lambda item: item.name.encode("utf-16-be"))
    names = writer.reserve()
    listed = b" ".join(b"%s %d 0 R" % (pdf_text(item.name), item.number) for item in ordered)
    writer.put(names, b"<< /Names [%s] >>" % listed)
    layers = b""
    if parts.layers:
        layers = b" /OCProperties << /OCGs [%s] /D << /BaseState /ON /OFF [%s] /Order [] >> >>" % (
            b" ".join(b"%d 0 R" % number for number in parts.layers),
            b" ".join(b"%d 0 R" % number for number in parts.hidden),
        )
    catalogue = writer.reserve()
    opening = book.destination(1).replace(b" null]", b" 1]")
    writer.put(
        catalogue,
        b"<< /Type /Catalog /Pages %d 0 R /Outlines %d 0 R /PageMode /UseOutlines /PageLayout /SinglePage "
        b"/PageLabels << /Nums [0 << /S /D /St 1 >>] >> /OpenAction %s /Lang (en-GB) "
        b"/ViewerPreferences << /DisplayDocTitle true >> /Names << /EmbeddedFiles %d 0 R >> /AF [%s] "
        b"/Metadata %d 0 R%s >>"
        % (
            parts.pages,
            parts.outline,
            opening,
            names,
            b" ".join(b"%d 0 R" % item.number for item in ordered),
            metadata,
            layers,
        ),
    )
    information = writer.reserve()
    made = _pdf_date(spec.made_at)
    writer.put(
        information,
        b"<< /Title %s /Author %s /Producer %s /CreationDate %s /ModDate %s >>"
        % (pdf_text(spec.title), pdf_text(spec.authority), pdf_text(PRODUCER), made, made),
    )
    return catalogue, information


def _pdf_date(moment: datetime) -> bytes:
    offset = moment.strftime("%z")
    return f"(D:{moment:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}')".encode("ascii")


def _xmp(spec: BundleSpec) -> bytes:
    made = spec.made_at.isoformat(timespec="seconds")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">\n'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(spec.title)}</rdf:li></rdf:Alt></dc:title>\n'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(spec.authority)}</rdf:li></rdf:Seq></dc:creator>\n"
        "<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>\n"
        f"<xmp:CreateDate>{made}</xmp:CreateDate><pdf:Producer>{PRODUCER}</pdf:Producer>\n"
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()
