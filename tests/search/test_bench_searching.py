"""The bench of searching measures no index that is not there."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench._search_set import make_documents
from bench.searching import measure_ours
from search.engines.tantivy import TantivyEngine

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("system", ["candour-opensearch", "opensearch"])
def test_nothing_of_opensearch_can_be_kept(system: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    asked = [sys.executable, "-m", "bench", "searching", f"--system={system}", "--documents=1", f"--keep={kept}"]

    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "OpenSearch keeps nothing" in done.stderr
    assert not kept.exists()


def test_a_kept_index_that_has_become_empty_is_not_measured(tmp_path: Path) -> None:
    measure = measure_ours("Candour on Tantivy", TantivyEngine)
    folder = tmp_path / "laid-down"
    folder.mkdir()
    documents = list(make_documents(["minutes of the roads committee"], 20))
    for _ in range(2):
        _, _, asks = measure(folder, documents, 20)
        assert asks
    shutil.rmtree(folder / "index")

    with pytest.raises(SystemExit, match="holds 0 of the 18 documents"):
        measure(folder, documents, 20)


def test_why_a_bench_does_not_measure_is_said(corpus: Callable[[str], Path], tmp_path: Path) -> None:
    corpus("ir/cran/docs.jsonl")
    asked = [sys.executable, "-m", "bench", "searching", "--system=opensearch", "--documents=1"]
    nothing_to_start = {"PATH": str(tmp_path)}

    done = subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env=nothing_to_start
    )

    assert done.returncode == 1
    assert "OpenSearch was not measured, because there is no Maven" in done.stderr
