"""What a scanning supplier says of a batch, in a CSV or JSON file beside it: read strictly, whole or not at all."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from store.errors import InvalidInputError

NOT_CHECKED, PASSED, FAILED = "not checked", "passed", "failed"
RESULTS = (NOT_CHECKED, PASSED, FAILED)
COLOURS = ("", "bitonal", "grey", "colour")
SIDES = ("", "one", "two")
TEXTS = ("pattern", "operator", "device", "software", "original", "checked_by", "exceptions")
NUMBERS = {"dpi": (50, 9600), "sheets": (0, 1_000_000), "sample_size": (0, 1_000_000), "sample_faults": (0, 1_000_000)}
DAYS = ("scanned_from", "scanned_to", "checked_on")
CHOICES = {"colour": COLOURS, "sides": SIDES, "result": RESULTS}
FIELDS = (*TEXTS, *NUMBERS, *DAYS, *CHOICES)
LONGEST = 2000


@dataclass(frozen=True)
class Capture:
    """How some files of a batch were scanned and checked."""

    operator: str
    device: str
    pattern: str = "*"
    software: str = ""
    dpi: int | None = None
    colour: str = ""
    sides: str = ""
    scanned_from: date | None = None
    scanned_to: date | None = None
    sheets: int | None = None
    original: str = ""
    checked_by: str = ""
    checked_on: date | None = None
    sample_size: int | None = None
    sample_faults: int | None = None
    result: str = NOT_CHECKED
    exceptions: str = ""


def read_sidecar(content: bytes) -> list[Capture]:
    """What the file says, one capture for each line or object.

    Raises:
        InvalidInputError: It is neither CSV nor JSON of the known fields, or an entry cannot be used; each is named.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("The file is not written in UTF-8: save it as UTF-8 and try again.") from error
    entries = _from_json(text) if text.lstrip()[:1] in ("{", "[") else _from_csv(text)
    if not entries:
        raise InvalidInputError("The file says nothing of any scan: it has no entry.")
    made, faults = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            made.append(capture_from(entry))
        except InvalidInputError as error:
            faults.append(f"entry {number} {error}")
    if faults:
        raise InvalidInputError(f"Nothing was taken over: {'; '.join(faults[:20])}.")
    return made


def _from_json(text: str) -> list[Mapping[str, str]]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The file begins like JSON and is none: ask for it again.") from error
    listed = loaded if isinstance(loaded, list) else [loaded]
    if not all(isinstance(each, dict) for each in listed):
        raise InvalidInputError("The JSON must be an object of fields, or a list of such objects.")
    plain = (str, int)
    for each in listed:
        if any(
            value is not None and (not isinstance(value, plain) or isinstance(value, bool)) for value in each.values()
        ):
            raise InvalidInputError("A field of the JSON is neither text nor a whole number: mend it.")
    return [{key: "" if value is None else str(value) for key, value in each.items()} for each in listed]


def _from_csv(text: str) -> list[Mapping[str, str]]:
    if "\x00" in text:
        raise InvalidInputError("The file holds bytes that are no text: save it as CSV or JSON.")
    try:
        lines = [cells for cells in csv.reader(io.StringIO(text, newline=""), strict=True) if any(cells)]
    except csv.Error as error:
        raise InvalidInputError(f"The file is not CSV ({error}): save it again.") from error
    if not lines:
        return []
    columns = [cell.strip().lower().replace(" ", "_") for cell in lines[0]]
    if len(set(columns)) != len(columns):
        raise InvalidInputError("The first line names a column twice: each column stands once.")
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(columns):
            raise InvalidInputError(f"Line {number} has {len(cells)} cells where the first names {len(columns)}.")
    return [dict(zip(columns, cells, strict=True)) for cells in lines[1:]]


def capture_from(told: Mapping[str, str]) -> Capture:
    """The capture these fields tell of.

    Raises:
        InvalidInputError: A field is not known or cannot be used, or they contradict each other.
    """
    if unknown := sorted(set(told) - set(FIELDS)):
        raise InvalidInputError(f"has a field that is not known ({unknown[0]}): use {', '.join(FIELDS)}")
    value = {name: " ".join(text.split()) for name, text in told.items()}
    for name, text in value.items():
        if len(text) > LONGEST or not text.isprintable():
            raise InvalidInputError(f"has a {name} that is too long or cannot be shown")
        if name in CHOICES and text and text not in CHOICES[name]:
            raise InvalidInputError(f"has {text!r} as {name}: use {', '.join(filter(None, CHOICES[name]))}")
    numbers = {name: _number(name, value.get(name, "")) for name in NUMBERS}
    days = {name: _day(name, value.get(name, "")) for name in DAYS}
    made = Capture(
        operator=value.get("operator", ""),
        device=value.get("device", ""),
        pattern=value.get("pattern") or "*",
        software=value.get("software", ""),
        colour=value.get("colour", ""),
        sides=value.get("sides", ""),
        original=value.get("original", ""),
        checked_by=value.get("checked_by", ""),
        result=value.get("result") or NOT_CHECKED,
        exceptions=value.get("exceptions", ""),
        dpi=numbers["dpi"],
        sheets=numbers["sheets"],
        sample_size=numbers["sample_size"],
        sample_faults=numbers["sample_faults"],
        scanned_from=days["scanned_from"],
        scanned_to=days["scanned_to"],
        checked_on=days["checked_on"],
    )
    check_capture(made)
    return made


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    low, high = NUMBERS[name]
    if not (text.isascii() and text.isdecimal()) or not low <= int(text) <= high:
        raise InvalidInputError(f"has {text!r} as {name}: give a whole number from {low} to {high}")
    return int(text)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"has {text!r} as {name}: write a day as 2026-03-17") from error


def check_capture(capture: Capture) -> None:
    """Returns only if the capture can be true.

    Raises:
        InvalidInputError: It does not say who scanned with what, or it contradicts itself.
    """
    if not capture.operator or not capture.device:
        raise InvalidInputError("does not say who scanned (operator) and with what (device)")
    if capture.scanned_from and capture.scanned_to and capture.scanned_to < capture.scanned_from:
        raise InvalidInputError("was scanned until before it was begun")
    if capture.result != NOT_CHECKED and not (capture.checked_by and capture.sample_size):
        raise InvalidInputError("gives a result of a check and not by whom (checked_by) on how many (sample_size)")
    if (capture.sample_faults or 0) > (capture.sample_size or 0):
        raise InvalidInputError("has more faults in the sample than pages in it")
    if capture.result == PASSED and capture.sample_faults is None:
        raise InvalidInputError("passed its check without saying how many faults were found (sample_faults)")
