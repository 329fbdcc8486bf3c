"""The files of a scan's parts, made from its bytes in a confined child and compared with it page by page."""

from collections.abc import Sequence
from pathlib import Path

from ingest.limited_call import run_limited
from store.errors import DamagedError

SECONDS_A_PAGE = 4.0
DPI = 50
PROOF = "each page of each part was drawn at {dpi} dots an inch and is the same, dot for dot, as its page of the whole"


def write_parts(path: Path, media_type: str, parts: Sequence[Sequence[int]], *, folder: Path) -> list[Path]:
    """One file for each part in the folder, holding those pages and no other, each drawn and found the same.

    The original is opened for reading only. The same pages of the same bytes give the same file.

    Raises:
        UnreadableFile: The pages cannot be taken out within the limits.
        DamagedError: A page of a part does not look like its page of the whole.
    """
    out = folder / "parts"
    out.mkdir()
    answer = run_limited(
        "ingest.formats.part_writing:write_in_child",
        {
            "path": str(path.resolve()),
            "media_type": media_type,
            "parts": [list(part) for part in parts],
            "folder": str(out.resolve()),
            "dpi": DPI,
        },
        seconds=60 + SECONDS_A_PAGE * sum(len(part) for part in parts),
        folder=folder,
        writable=[out],
    )
    made = [out / name for name in answer["files"]]
    if len(made) != len(parts) or not all(file.is_file() for file in made):
        raise DamagedError("The parts were not all made: nothing was kept.")
    return made
