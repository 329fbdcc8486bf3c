"""The child's half of `ingest.separators`: which pages bear a separator's code."""

from pathlib import Path
from typing import Any

import zxingcpp

from ingest.formats.page_pictures import page_picture
from ingest.separators import OURS, PATCH_T

DPI = 130
CODES = frozenset({PATCH_T, OURS})


def read_in_child(path: str, media_type: str, pages: int) -> dict[str, Any]:
    """The numbers of the pages with a separator's code, whichever way up they were scanned."""
    found = []
    for number in range(1, pages + 1):
        picture = page_picture(Path(path), media_type, number, DPI).convert("L")
        codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128 | zxingcpp.BarcodeFormat.QRCode)
        if any(code.text.strip().upper() in CODES for code in codes):
            found.append(number)
    return {"separators": found}
