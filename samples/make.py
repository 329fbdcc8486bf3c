"""Makes the whole archive, and beside it the truth about it."""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from samples import mail, office, papers
from samples.papers import Made
from samples.people import HOMES, PEOPLE, names_in
from samples.spec import Spec, read_specs
from store.errors import RefusedError

Truth = dict[str, Any]

STATES = ("registered", "duplicate", "quarantined")
# The code on which the archive's bytes depend; a change to any other leaves a made archive as it is.
MODULES = ("layout", "mail", "make", "office", "papers", "people", "spec", "typist", "wear")

MAKERS: dict[str, Callable[[Spec], Made]] = {
    "scan": papers.make_scan,
    "tiff": papers.make_tiff,
    "photo": papers.make_photo,
    "text-pdf": papers.make_text_pdf,
    "mixed": papers.make_mixed,
    "poor-layer": papers.make_poor_layer,
    "damaged": papers.make_damaged,
    "locked": papers.make_locked,
    "docx": office.make_docx,
    "xlsx": office.make_xlsx,
    "txt": office.make_txt,
    "rtf": office.make_rtf,
}
CONTAINERS: dict[str, Callable[[Spec, Callable[[Spec], bytes]], Made]] = {"eml": mail.make_eml, "zip": mail.make_zip}


def make_archive(folder: Path) -> Path:
    """The archive is in ``folder/archive`` and its truth in ``folder/truth.json``, just as this version makes them.

    Raises:
        RefusedError: ``folder/archive`` holds something which this code did not make.
    """
    version = folder / "version.json"
    if version.is_file() and is_whole(folder, json.loads(version.read_text(encoding="utf-8"))):
        return folder
    archive = clear_place(folder, version)
    specs = read_specs()
    made = make_all(specs)
    documents: list[Truth] = []
    for spec in specs:
        target = archive / spec.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made[spec.path].data)
        documents += truths(spec, spec.path, made)
    write_json(folder / "truth.json", {"documents": documents, "totals": totals(documents)})
    write_json(version, {"source": source_digest(), "files": digests(folder)})
    return folder


def clear_place(folder: Path, version: Path) -> Path:
    """An empty place for the archive; only an archive which this code began is ever taken away."""
    archive = folder / "archive"
    if archive.exists() and not version.is_file():
        raise RefusedError(
            f"The sample archive cannot be made in {folder}: its sub-folder archive holds something else; "
            "choose another folder."
        )
    shutil.rmtree(archive, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    # Kept from the start, so that a run stopped in the middle is known as ours by the next.
    write_json(version, {"source": None, "files": {}})
    return archive


def make_all(specs: list[Spec]) -> dict[str, Made]:
    """Every file by its path: first those that stand alone, several at a time, then those that hold or copy them."""
    alone = [spec for spec in leaves(specs) if spec.copy_of is None]
    with ProcessPoolExecutor(max_workers=min(4, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        made = dict(zip((spec.path for spec in alone), pool.map(make_one, alone, chunksize=1), strict=True))
    for spec in (spec for spec in leaves(specs) if spec.copy_of):
        made[spec.path] = made[str(spec.copy_of)]
    for spec in specs:
        make_container(spec, made)
    return made


def leaves(specs: list[Spec]) -> Iterator[Spec]:
    """The papers that hold no others, the longest first so that the work is shared evenly."""
    found: list[Spec] = []
    waiting = list(specs)
    while waiting:
        spec = waiting.pop()
        if spec.make in CONTAINERS:
            waiting += spec.inside
        else:
            found.append(spec)
    yield from sorted(found, key=lambda spec: (-len(spec.text), spec.path))


def make_one(spec: Spec) -> Made:
    """One paper that holds no others."""
    return MAKERS[spec.make](spec)


def make_container(spec: Spec, made: dict[str, Made]) -> None:
    """The mail or ZIP, and first whatever mail or ZIP is inside it."""
    if spec.make not in CONTAINERS:
        return
    for inner in spec.inside:
        make_container(inner, made)
    made[spec.path] = CONTAINERS[spec.make](spec, lambda inner: made[inner.path].data)


def truths(spec: Spec, path: str, made: dict[str, Made]) -> Iterator[Truth]:
    """The truth of a file and of each item inside it."""
    pages = made[spec.path].pages
    words = "\n".join(page.text for page in pages) or spec.text
    readings = Counter(page.read_by for page in pages)
    yield {
        "path": path,
        "title": spec.title,
        "date": spec.date,
        "record_type": spec.type,
        "pages": [{"number": number, **asdict(page)} for number, page in enumerate(pages, start=1)],
        "comments": [comment["text"] for comment in spec.extra.get("comments", [])],
        "categories": sorted(spec.categories),
        "people": names_in(words, PEOPLE),
        "homes": names_in(words, HOMES),
        "duplicate_of": spec.copy_of,
        "near_duplicate_of": spec.near,
        "expected_state": spec.state,
        "read_by": ("ocr" if "ocr" in readings else readings.most_common(1)[0][0]) if pages else None,
        "sha256": hashlib.sha256(made[spec.path].data).hexdigest(),
    }
    if spec.make in CONTAINERS:
        for inner in spec.inside:
            yield from truths(inner, f"{path}!/{inner.path}", made)


def totals(documents: list[Truth]) -> Truth:
    """The figures of the archive: items by state, pages by condition, records by category."""
    conditions = Counter(page["condition"] for document in documents for page in document["pages"])
    return {
        "found": len(documents),
        **{state: sum(document["expected_state"] == state for document in documents) for state in STATES},
        "pages": sum(conditions.values()),
        "conditions": dict(sorted(conditions.items())),
        "categories": dict(sorted(Counter(code for document in documents for code in document["categories"]).items())),
        "without_category": sum(not document["categories"] for document in documents),
    }


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of the archive and of its truth."""
    files = [folder / "truth.json", *sorted(path for path in (folder / "archive").rglob("*") if path.is_file())]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def source_digest() -> str:
    """One digest of the words, the code and the typefaces from which the archive is made."""
    here = Path(__file__).parent
    whole = hashlib.sha256()
    code = [here / f"{module}.py" for module in MODULES]
    words_and_faces = [path for path in here.rglob("*") if path.suffix in (".yaml", ".otf", ".ttf")]
    for path in sorted(code + words_and_faces):
        whole.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def is_whole(folder: Path, version: Truth) -> bool:
    """The folder holds exactly what this version of the code made: nothing missing, changed or added."""
    if not (folder / "truth.json").is_file() or version.get("source") != source_digest():
        return False
    return version.get("files") == digests(folder)


def write_json(path: Path, value: Truth) -> None:
    """Keep the value as readable JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
