"""The sample archive is what its truth says it is."""

import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageOps

from samples.make import MODULES, digests, is_whole, make_archive, source_digest
from samples.papers import PASSWORD
from store.errors import RefusedError

pytestmark = pytest.mark.slow

CATEGORIES = {"involved", "allegations", "failings", "duties", "honours"}
LOOK_ALIKES = {
    "Parks/Box 1/1972 children's playground equipment.pdf": "playground",
    "Z drive/Communications/1995 In Touch newsletter.pdf": "in touch",
    "Borough Engineer/Box 5/1969 minor works programme.pdf": "Minor works",
    "Parks/Box 1/1976 allotments and the drought.pdf": "grandson of the",
    "Establishment/Box 3/1973 staff canteen.pdf": "canteen",
    "Treasurer/Box 2/1982 parking permits.pdf": "abuse of residents' permits",
    "Establishment/Box 3/1985 equal opportunities table.pdf": "SEX AND GRADE",
    "Public Works/Box 4/1986 child car seats.pdf": "child seat",
    "Leisure/Box 1/1983 honours board golf club.pdf": "honours board",
    "Establishment/Box 3/1984 recruitment trainee accountants.pdf": "honours degree",
    "Public Works/Box 4/1979 Town Hall boiler.pdf": "Failings of the Town Hall boiler",
    "Treasurer/Box 2/1980 overcharging allegation.pdf": "allegation was looked",
}
INDIRECT = {
    "over-familiar with": "allegations",
    "arrangement whereby lads": "failings",
    "resigned before": "failings",
    "agreed reference": "failings",
    "matter was not": "failings",
    "unwise behaviour": "allegations",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def truth(made: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((made / "truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def documents(truth: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {document["path"]: document for document in truth["documents"]}


def members_of(path: str, data: bytes) -> dict[str, bytes]:
    """Every item found in the bytes of a file, by its path, itself first."""
    found = {path: data}
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                found |= members_of(f"{path}!/{name}", archive.read(name))
    elif path.endswith(".eml"):
        for part in message_from_bytes(data, policy=policy.default).iter_attachments():
            found |= members_of(f"{path}!/{part.get_filename()}", payload_of(part))
    return found


def payload_of(part: EmailMessage) -> bytes:
    """An attachment's bytes; of a message attached whole, the message's."""
    content = part.get_content()
    if isinstance(content, EmailMessage):
        return content.as_bytes()
    return content.encode() if isinstance(content, str) else bytes(content)


@pytest.fixture(scope="module")
def items(made: Path) -> dict[str, bytes]:
    archive = made / "archive"
    found: dict[str, bytes] = {}
    for path in sorted(path for path in archive.rglob("*") if path.is_file()):
        found |= members_of(path.relative_to(archive).as_posix(), path.read_bytes())
    return found


@pytest.mark.long
def test_two_runs_make_the_same_bytes(made: Path, tmp_path: Path) -> None:
    assert digests(make_archive(tmp_path)) == digests(made)


def test_a_whole_archive_is_left_alone_and_a_changed_one_is_made_again(made: Path) -> None:
    version = json.loads((made / "version.json").read_text(encoding="utf-8"))
    stray = made / "archive" / "stray.txt"

    assert is_whole(made, version)
    stray.write_text("not ours", encoding="utf-8")
    assert not is_whole(made, version)
    stray.unlink()
    assert not is_whole(made, {**version, "source": "another"})
    assert version["source"] == source_digest()


def test_every_module_that_makes_the_archive_counts_in_its_version() -> None:
    asking = "import sys, samples.make; print(*sorted(name for name in sys.modules if name.startswith('samples.')))"

    loaded = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True).stdout.split()

    assert {name.removeprefix("samples.") for name in loaded} == set(MODULES)


def test_a_folder_that_holds_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    theirs = tmp_path / "archive" / "theirs.txt"
    theirs.parent.mkdir()
    theirs.write_text("somebody's work", encoding="utf-8")

    with pytest.raises(RefusedError, match="choose another folder"):
        make_archive(tmp_path)
    assert theirs.read_text(encoding="utf-8") == "somebody's work"


def test_the_truth_names_every_item_and_no_other(items: dict[str, bytes], documents: dict[str, dict[str, Any]]) -> None:
    assert set(items) == set(documents)


def test_found_is_registered_and_duplicates_and_quarantined(truth: dict[str, Any]) -> None:
    totals = truth["totals"]
    states = Counter(document["expected_state"] for document in truth["documents"])

    assert totals["found"] == totals["registered"] + totals["duplicate"] + totals["quarantined"]
    assert states == {state: totals[state] for state in ("registered", "duplicate", "quarantined")}
    assert totals["pages"] == sum(len(document["pages"]) for document in truth["documents"]) >= 250


def test_the_archive_is_of_the_size_promised(made: Path, documents: dict[str, dict[str, Any]]) -> None:
    size = sum(path.stat().st_size for path in (made / "archive").rglob("*") if path.is_file())

    assert size < 40_000_000
    assert len(documents) >= 80
    assert max(len(document["pages"]) for document in documents.values()) == 60


def test_only_a_loose_file_whose_bytes_come_earlier_is_a_duplicate(
    items: dict[str, bytes], documents: dict[str, dict[str, Any]]
) -> None:
    held: set[bytes] = set()
    for path, data in items.items():
        repeated = data in held and "!/" not in path
        assert (documents[path]["expected_state"] == "duplicate") == repeated, path
        held.add(data)


@pytest.mark.parametrize("order", [str, str.casefold, partial(str.split, sep="/")])
def test_the_first_copy_comes_first_however_the_folder_is_walked(
    documents: dict[str, dict[str, Any]], order: Any
) -> None:
    duplicates = [document for document in documents.values() if document["expected_state"] == "duplicate"]

    assert len(duplicates) >= 3
    for document in duplicates:
        assert order(document["duplicate_of"]) < order(document["path"])


def test_page_counts_are_those_of_the_files(items: dict[str, bytes], documents: dict[str, dict[str, Any]]) -> None:
    for path, data in items.items():
        if documents[path]["expected_state"] == "quarantined":
            continue
        pages = len(documents[path]["pages"])
        if path.endswith(".pdf"):
            with pypdfium2.PdfDocument(data) as pdf:
                assert len(pdf) == pages, path
        elif path.endswith((".tif", ".jpg")):
            with Image.open(io.BytesIO(data)) as image:
                assert getattr(image, "n_frames", 1) == pages, path


def test_a_text_layer_says_what_the_truth_says_and_a_scan_has_none(
    items: dict[str, bytes], documents: dict[str, dict[str, Any]]
) -> None:
    layers = Counter[str]()
    for path, data in items.items():
        if not path.endswith(".pdf") or documents[path]["expected_state"] == "quarantined":
            continue
        with pypdfium2.PdfDocument(data) as pdf:
            for page, said in zip(pdf, documents[path]["pages"], strict=True):
                layer = page.get_textpage().get_text_bounded().split()
                if said["read_by"] == "layer":
                    assert layer == said["text"].split(), path
                    layers["sound"] += 1
                else:
                    assert layer != said["text"].split(), path
                    layers["poor" if layer else "none"] += 1

    assert layers["poor"] == 2
    assert layers["none"] > 100


def test_the_damaged_pdf_cannot_be_opened(items: dict[str, bytes]) -> None:
    data = items["Z drive/LSCB/2013 missing report (bad copy).pdf"]

    assert data.startswith(b"%PDF")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data)
    with pytest.raises(pikepdf.PdfError):
        pikepdf.open(io.BytesIO(data))


def test_the_locked_pdf_needs_its_password(items: dict[str, bytes]) -> None:
    data = items["Z drive/LSCB/2013 CSE panel minutes (locked).pdf"]

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(data))
    with pypdfium2.PdfDocument(data, password=PASSWORD) as pdf:
        assert "SEXUAL EXPLOITATION PANEL" in pdf[0].get_textpage().get_text_bounded()


def test_the_photograph_stands_upright_only_by_its_exif(items: dict[str, bytes]) -> None:
    with Image.open(io.BytesIO(items["Social Services/Box 9/1974 rota visit report February.jpg"])) as photo:
        upright = ImageOps.exif_transpose(photo)

        assert photo.getexif()[0x0112] == 6
        assert photo.width > photo.height
        assert upright is not None
        assert upright.height > upright.width


def test_every_condition_the_reader_must_meet_is_there(truth: dict[str, Any]) -> None:
    conditions = truth["totals"]["conditions"]

    assert set(conditions) >= {
        "clean-text", "scan", "fax", "low-resolution", "stamped", "upside-down", "handwritten", "photo",
    }  # fmt: skip
    assert conditions["handwritten"] == 2


def test_every_category_occurs_several_times_and_many_records_have_none(truth: dict[str, Any]) -> None:
    counts = truth["totals"]["categories"]
    several = [document for document in truth["documents"] if len(document["categories"]) > 1]

    assert set(counts) == CATEGORIES
    assert min(counts.values()) >= 5
    assert len(several) >= 20
    assert truth["totals"]["without_category"] >= 30


@pytest.mark.parametrize(("path", "words"), LOOK_ALIKES.items())
def test_a_look_alike_says_the_words_and_has_no_category(
    documents: dict[str, dict[str, Any]], path: str, words: str
) -> None:
    text = " ".join(" ".join(page["text"] for page in documents[path]["pages"]).split())

    assert words.casefold() in text.casefold()
    assert documents[path]["categories"] == []


@pytest.mark.parametrize(("words", "category"), INDIRECT.items())
def test_indirect_wording_has_its_category(documents: dict[str, dict[str, Any]], words: str, category: str) -> None:
    saying = [
        document
        for document in documents.values()
        if words in " ".join(" ".join(page["text"] for page in document["pages"]).split())
    ]

    assert saying
    assert all(category in document["categories"] for document in saying)


def test_near_duplicates_differ_from_the_draft_they_come_from(
    items: dict[str, bytes], documents: dict[str, dict[str, Any]]
) -> None:
    later = [document for document in documents.values() if document["near_duplicate_of"]]

    assert len(later) >= 3
    for document in later:
        draft = documents[document["near_duplicate_of"]]
        assert document["pages"] != draft["pages"]
        assert items[document["path"]] != items[draft["path"]]


def test_encodings_and_welsh_letters_survive(items: dict[str, bytes]) -> None:
    assert "Tŷ Llwyngwŷr" in items["Z drive/Wales/2004 llythyr Plas Gwernhwr.txt"].decode("utf-8")
    note = items["Z drive/Wales/2005 note of call.txt"]
    with pytest.raises(UnicodeDecodeError):
        note.decode("utf-8")
    assert "£3,500" in note.decode("cp1252")


def test_the_minutes_carry_a_comment_and_a_tracked_change_and_the_register_a_hidden_sheet(
    items: dict[str, bytes],
) -> None:
    with zipfile.ZipFile(io.BytesIO(items["Z drive/ACPC/2002 procedures sub-group minutes.docx"])) as minutes:
        assert b"third set of minutes" in minutes.read("word/comments.xml")
        body = minutes.read("word/document.xml")
        assert b"<w:ins " in body
        assert b"<w:del " in body
    with zipfile.ZipFile(io.BytesIO(items["Z drive/Placements/2003 register of placements.xlsx"])) as register:
        assert b'state="hidden"' in register.read("xl/workbook.xml")


def test_people_and_homes_are_named(documents: dict[str, dict[str, Any]]) -> None:
    letter = documents["Z drive/Wales/2004 llythyr Plas Gwernhwr.txt"]

    assert documents["Social Services/Box 14/Fostering - Bellathorne 1979-1982.pdf"]["people"] == [
        "Stanley Bellathorne",
        "Enid Bellathorne",
        "Donna Sallowby",
    ]
    assert letter["people"] == ["Siân Tanrhŵd", "Emrys Llwydgarth"]
    assert letter["homes"] == ["Tŷ Llwyngwŷr", "Plas Gwernhŵr"]
