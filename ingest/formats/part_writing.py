"""The child's half of `ingest.part_files`: pages taken out of a PDF or TIFF without loss, and compared."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageChops

from ingest import kinds
from ingest.formats.page_pictures import page_picture
from ingest.formats.page_resources import Done, keep_used_resources
from ingest.reading import UnreadableFile
from store.errors import DamagedError

ORIENTATION = 274


def write_in_child(path: str, media_type: str, parts: list[list[int]], folder: str, dpi: int) -> dict[str, Any]:
    """A file for each part in the folder; `ingest.part_files.write_parts` calls it in a child."""
    whole = Path(path)
    names = []
    for place, pages in enumerate(parts, start=1):
        is_pdf = media_type == kinds.PDF.media_type
        target = Path(folder) / f"part-{place:04d}.{'pdf' if is_pdf else 'tiff'}"
        if is_pdf:
            _pdf_part(whole, pages, target)
        elif media_type == "image/tiff":
            _tiff_part(whole, pages, target)
        else:
            raise UnreadableFile("unsupported", "Only a PDF or a TIFF can be split.")
        _compare(whole, pages, target, media_type, dpi)
        names.append(target.name)
    return {"files": names}


def _pdf_part(whole: Path, pages: Sequence[int], target: Path) -> None:
    with pikepdf.open(whole) as source, pikepdf.new() as made:
        for number in pages:
            page = source.pages[number - 1]
            _cut_ties(page)
            made.pages.append(page)
        # Resources shared by all pages would carry the pictures of the other documents along, unseen.
        looked_into: Done = {}
        if not all(keep_used_resources(page, looked_into) for page in made.pages):
            raise DamagedError(
                "What a page is drawn with cannot be told, so a part could carry pictures of another: nothing was "
                "split."
            )
        made.save(target, deterministic_id=True, linearize=False)
    with pikepdf.open(target) as made:
        found = sum(
            1
            for each in made.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == pikepdf.Name.Page
        )
        if len(made.pages) != len(pages) or found != len(pages):
            raise DamagedError("A part would carry pages of another with it, so nothing was split.")


def _cut_ties(page: pikepdf.Page) -> None:
    """What leads from the page to other pages of the whole is left behind; what is on the page stays."""
    for key in ("/B", "/StructParents", "/PieceInfo", "/AA", "/Metadata"):
        if key in page.obj:
            del page.obj[key]
    if "/Annots" not in page.obj:
        return
    kept = pikepdf.Array()
    for note in page.obj.Annots:
        is_link = note.get("/Subtype") == pikepdf.Name.Link
        if is_link and "/A" in note and note.A.get("/S") == pikepdf.Name.URI and "/Dest" not in note:
            is_link = False
        if is_link:
            continue
        # A field's parent leads to the fields of other pages, and to what was typed in them.
        for key in ("/P", "/Parent", "/Kids", "/Dest", "/A", "/AA", "/StructParent"):
            if key in note and not (key == "/A" and note.get("/Subtype") == pikepdf.Name.Link):
                del note[key]
        kept.append(note)
    page.obj.Annots = kept


def _tiff_part(whole: Path, pages: Sequence[int], target: Path) -> None:
    frames = []
    with Image.open(whole) as source:
        for number in pages:
            source.seek(number - 1)
            frame = source.copy()
            frame.encoderinfo = {
                "compression": "group4" if frame.mode == "1" else "tiff_adobe_deflate",
                "dpi": source.info.get("dpi", (200, 200)),
            }
            turned = source.tag_v2.get(ORIENTATION) if hasattr(source, "tag_v2") else None
            if turned:
                frame.encoderinfo["tiffinfo"] = {ORIENTATION: turned}
            frames.append(frame)
    first, *rest = frames
    first.save(target, "TIFF", save_all=True, append_images=rest, **first.encoderinfo)


def _compare(whole: Path, pages: Sequence[int], target: Path, media_type: str, dpi: int) -> None:
    for place, number in enumerate(pages, start=1):
        before = page_picture(whole, media_type, number, dpi).convert("RGB")
        after = page_picture(target, media_type, place, dpi).convert("RGB")
        if before.size != after.size or ImageChops.difference(before, after).getbbox() is not None:
            raise DamagedError(f"Page {number} does not look the same in its part, so nothing was split.")
