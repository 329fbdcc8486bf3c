"""The promises a bundle keeps in its structure: labels, links, bookmarks, attachments, and nothing that acts."""

import hashlib
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from disclosure.bundle_manifest import MANIFEST_NAME, number_gaps
from disclosure.bundle_seal import Known, seal_of, seal_of_page
from disclosure.bundle_verify_report import Check, Manifest, verdict

_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/ResetForm",
        "/Rendition", "/Movie", "/Sound", "/Hide", "/Named", "/Thread", "/SetOCGState", "/RichMediaExecute",
        "/GoTo3DView", "/Trans",
    }
)  # fmt: skip
_NEVER_KEYS = ("/JavaScript", "/XFA", "/AcroForm", "/RichMediaContent", "/FFilter")
_CHUNK = 1 << 20
Places = dict[tuple[int, int], int]


def check_structure(pdf: Pdf, manifest: Manifest) -> Iterator[Check]:
    """Each promise that can be read from the objects of the file."""
    pages = len(pdf.pages)
    counted = pages == manifest.pages == manifest.front_pages + sum(item.pages for item in manifest.documents)
    yield Check("page count equals the manifest", ok=counted, detail=f"{pages} pages, {manifest.pages} in the manifest")
    places: Places = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    yield _check_numbers(manifest)
    yield _check_labels(pdf)
    yield _check_links(pdf, manifest, places)
    yield _check_bookmarks(pdf, manifest, places)
    yield _check_opening(pdf, places)
    yield _check_content(pdf, manifest)
    yield _check_still(pdf, manifest)
    yield _check_fonts(pdf)
    yield _check_attachments(pdf, manifest)
    yield _check_title(pdf, manifest)


def _check_numbers(manifest: Manifest) -> Check:
    faults = []
    following = manifest.front_pages + 1
    numbers = [item.number for item in manifest.documents]
    for item in manifest.documents:
        if item.label != f"{manifest.prefix}{item.number:0{manifest.number_width}d}":
            faults.append(f"{item.label} is not number {item.number}")
        if item.first_page != following or item.last_page != following + item.pages - 1 or item.pages < 1:
            faults.append(f"{item.label} is said to stand on pages {item.first_page} to {item.last_page}")
        following = item.last_page + 1
    if len(set(numbers)) != len(numbers):
        faults.append("a number is borne by two documents")
    gaps = [(low, high) for low, high in number_gaps(sorted(set(numbers)))]
    if gaps != list(manifest.gaps):
        faults.append("numbers are absent that the manifest does not name as absent")
    good = "without a gap" if not gaps else f"{len(gaps)} gaps, each named in the manifest"
    return verdict("numbers are unique and gap-free", faults, good)


def _check_labels(pdf: Pdf) -> Check:
    faults = [
        f"page {number} is labelled {page.label}"
        for number, page in enumerate(pdf.pages, start=1)
        if str(page.label) != str(number)
    ]
    return verdict("page labels equal page numbers", faults, f"1 to {len(pdf.pages)}")


def _target(destination: object, places: Places) -> int | None:
    if not isinstance(destination, Array) or not len(destination) or not isinstance(destination[0], Dictionary):
        return None
    return places.get(destination[0].objgen)


def _check_links(pdf: Pdf, manifest: Manifest, places: Places) -> Check:
    found: list[int | None] = []
    faults = []
    for page in list(pdf.pages)[manifest.cover_pages : manifest.front_pages]:
        for note in page.obj.get("/Annots", Array()):
            action = note.get("/A", Dictionary())
            if note.get("/Subtype") != Name.Link or action.get("/S") != Name.GoTo:
                faults.append("an index page carries something that is not a link within the bundle")
                continue
            found.append(_target(action.get("/D"), places))
    expected = [item.first_page for item in manifest.documents]
    if len(found) != len(expected):
        faults.append(f"{len(found)} links for {len(expected)} documents")
    faults += [
        f"the row of {item.label} leads to page {target or 'nowhere'}, not {item.first_page}"
        for item, target in zip(manifest.documents, found, strict=False)
        if target != item.first_page
    ]
    return verdict("each index row leads to its page", faults, f"{len(found)} links")


def _walk(item: Object | None) -> Iterator[tuple[Object, bool]]:
    """Every bookmark, with whether it is at the top."""
    waiting = [(item, True)]
    seen = set()
    while waiting:
        node, top = waiting.pop()
        if not isinstance(node, Dictionary) or node.objgen in seen:
            continue
        seen.add(node.objgen)
        yield node, top
        waiting.append((node.get("/Next"), top))
        waiting.append((node.get("/First"), False))


def _check_bookmarks(pdf: Pdf, manifest: Manifest, places: Places) -> Check:
    faults = []
    count = 0
    first_pages = []
    outline = pdf.Root.get("/Outlines", Dictionary())
    for node, top in _walk(outline.get("/First")):
        count += 1
        title = str(node.get("/Title", ""))
        page = _target(node.get("/Dest"), places)
        if page is None:
            faults.append(f"“{title[:60]}” leads nowhere")
        elif not title.endswith(f" (p. {page})"):
            faults.append(f"“{title[:60]}” leads to page {page}")
        if top and page is not None:
            first_pages.append(page)
    expected = [1, manifest.cover_pages + 1, *(item.first_page for item in manifest.documents)]
    if first_pages != expected:
        faults.append("the bookmarks at the top are not the cover, the index and each document in order")
    return verdict("each bookmark leads to the page in its title", faults, f"{count} bookmarks")


def _check_opening(pdf: Pdf, places: Places) -> Check:
    opening = pdf.Root.get("/OpenAction")
    parts = list(opening) if isinstance(opening, Array) else []
    good = len(parts) == 5 and parts[1] == Name.XYZ and parts[4] == 1 and _target(opening, places) == 1
    return verdict("opens at 100 % on the first page", [] if good else ["its opening view is another"], "zoom 1")


def _check_content(pdf: Pdf, manifest: Manifest) -> Check:
    pages = list(pdf.pages)
    faults = []
    for item in manifest.documents:
        known: Known = {}
        seals = b"".join(_page_seal(page.obj, known) for page in pages[item.first_page - 1 : item.last_page])
        if hashlib.sha256(seals).hexdigest() != item.content_sha256:
            faults.append(f"a page of {item.label} shows something else")
    return verdict("each document's pages show what was put there", faults, f"{len(manifest.documents)} documents")


def _page_seal(page: Object, known: Known) -> bytes:
    shown = page.get("/Resources", Dictionary()).get("/XObject", Dictionary()).get("/P")
    return seal_of_page(page["/Contents"].read_bytes(), seal_of(shown, known) if isinstance(shown, Stream) else b"")


def _check_still(pdf: Pdf, manifest: Manifest) -> Check:
    faults = []
    for number, page in enumerate(pdf.pages, start=1):
        in_index = manifest.cover_pages < number <= manifest.front_pages
        if "/Annots" in page.obj and not in_index:
            faults.append(f"page {number} carries annotations")
    for item in pdf.objects:
        fault = _active(item)
        if fault:
            faults.append(f"object {item.objgen[0]} has {fault}")
    return verdict("nothing acts: no scripts, actions, forms or links outside", faults, "no action found")


def _active(item: Object) -> str:
    if not isinstance(item, (Dictionary, Stream)):
        return ""
    action = item.get("/S")
    if isinstance(action, Name) and str(action) in _ACTIONS:
        return str(action)
    for key in _NEVER_KEYS:
        if key in item:
            return key
    events = item.get("/AA")
    # A page may well name one of its fonts AA: events are known by what they hold.
    if isinstance(events, Dictionary) and any("/S" in part for part in events.values() if isinstance(part, Dictionary)):
        return "/AA"
    # A stream whose data lies in another file would be fetched from wherever it says.
    if isinstance(item, Stream) and "/F" in item:
        return "data outside the file"
    return ""


def _check_fonts(pdf: Pdf) -> Check:
    fonts = pdf.pages[0].obj.get("/Resources", Dictionary()).get("/Font", Dictionary())
    faults = []
    for name, font in fonts.items():
        descendant = font["/DescendantFonts"][0]
        if "/FontFile2" not in descendant["/FontDescriptor"]:
            faults.append(f"{font['/BaseFont']} is not embedded")
        glyphs = descendant["/CIDToGIDMap"].read_bytes()
        shown = [int(code) for code in list(descendant["/W"])[::2]]
        missing = [code for code in shown if not any(glyphs[2 * code : 2 * code + 2])]
        faults += [f"{name} has no glyph for U+{code:04X}" for code in missing]
    if not fonts:
        faults.append("the cover has no font")
    return verdict("our fonts are embedded and no glyph is missing", faults, f"{len(fonts)} fonts")


def _check_attachments(pdf: Pdf, manifest: Manifest) -> Check:
    faults = []
    expected = {item.attached_as: item for item in manifest.documents if item.attached_as}
    names = set(pdf.attachments)
    for name, item in expected.items():
        if name not in names:
            faults.append(f"the original of {item.label} is not attached")
            continue
        digest = hashlib.sha256(pdf.attachments[name].get_file().read_bytes()).hexdigest()
        if digest != item.sha256:
            faults.append(f"the original attached for {item.label} is not the one in the manifest")
    faults += [
        f"{name} is attached and not in the manifest" for name in sorted(names - set(expected) - {MANIFEST_NAME})
    ]
    return verdict("each original promised is attached and unaltered", faults, f"{len(expected)} originals")


def _check_title(pdf: Pdf, manifest: Manifest) -> Check:
    title = str(pdf.docinfo.get("/Title", ""))
    faults = [] if title == manifest.title else [f"the title is “{title[:80]}”"]
    if str(pdf.Root.get("/Lang", "")) != "en-GB":
        faults.append("the language is not en-GB")
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        if str(metadata.get("dc:title", "")) != manifest.title:
            faults.append("the title in the metadata differs")
    return verdict("title and language are set", faults, manifest.title)
