"""Makes the sample archive in a folder: ``python -m samples FOLDER``."""

import json
import sys
from pathlib import Path

from samples.make import make_archive
from store.errors import CandourError


def main() -> int:
    """Make the archive and say what is in it."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.stderr.write("Say which folder the archive goes into: python -m samples FOLDER\n")
        return 2
    try:
        folder = make_archive(Path(sys.argv[1]))
    except CandourError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    totals = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["totals"]
    sys.stdout.write(f"{totals['found']} items, {totals['pages']} pages in {folder / 'archive'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
