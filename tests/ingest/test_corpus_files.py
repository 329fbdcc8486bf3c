"""Every real file beside this checkout ends in exactly one state, with no crash and no hang."""

from pathlib import Path

import pytest

from ingest.limits import ReaderPool
from ingest.walking import walk

_LARGE_BYTES = 400_000
_SCANS_READ_ELSEWHERE = ("forms", "oldbooks")


def _chosen(folder: Path) -> list[Path]:
    """Every file, but of the long scans and of the pages that are all alike only a few."""
    files = [found.path for found in walk([folder])]
    alike = [path for path in files if path.parent.name in _SCANS_READ_ELSEWHERE]
    packages = [path for path in files if path.parent.name == "council" and path.stat().st_size > _LARGE_BYTES]
    legacy = [path for path in files if path.suffix in (".doc", ".xls", ".ppt")]
    left_out = set(alike) - set(alike[::20]) | set(packages) | set(legacy) - set(legacy[:2])
    return [path for path in files if path not in left_out]


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["files/pdf-defects", "files/email", "files/office", "files/council", "files/scans", "ocr"]
)
def test_every_file_ends_in_a_reading_or_a_reason(corpus, tmp_path, part):
    files = _chosen(corpus(part))

    with ReaderPool(2, spool=tmp_path, page_seconds=20, file_seconds=40) as pool:
        for path in files:
            pool.submit(str(path), path)
        results = {result.task_id: result for result in pool.results()}

    assert sorted(results) == sorted(map(str, files))
    for result in results.values():
        assert (result.reading is None) != (result.problem is None)
        if result.reading is not None:
            assert [page.number for page in result.reading.pages] == list(range(1, len(result.reading.pages) + 1))
            assert all(page.text.strip() or (page.unread and page.reason) for page in result.reading.pages)
            assert result.reading.pages or result.reading.members
    codes = {result.problem.code for result in results.values() if result.problem}
    assert codes <= {"encrypted", "damaged", "no-pages", "empty", "bomb", "too-many-pixels"}
