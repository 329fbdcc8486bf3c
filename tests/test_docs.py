"""What the documents say is what the code does."""

import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

from cli.main import AREAS
from ingest import kinds
from ingest.reading import SENTENCES as REASONS
from store.settings import Settings

ROOT = Path(__file__).parent.parent
PATHS = "/(work|root|farm)/[a-z.]"
REGISTRIES = r"pypi\.org|registry\.npmjs|files\.pythonhosted"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_and_no_other():
    written = set(re.findall(r"`CANDOUR_([A-Z_]+)`", text("docs/settings.md")))
    read = {field.name.upper() for field in fields(Settings)}
    assert written == read


def test_every_command_is_documented():
    guide = text("docs/commands.md")
    assert [name for name in AREAS if f"candour {name}" not in guide] == []


def test_every_reason_for_quarantine_is_explained():
    guide = text("docs/how-to/records-officer.md")
    assert [code for code in REASONS if f"`{code}`" not in guide] == []


def test_every_dependency_has_its_reason_and_licence():
    declared = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    names = {re.split(r"[<>=;\[ ]", line)[0] for line in declared}
    decisions = text("docs/decisions/README.md")
    assert [name for name in sorted(names) if name not in decisions] == []


def test_the_readme_is_short_and_its_links_lead_somewhere():
    readme = text("README.md")
    assert len(readme.splitlines()) < 150
    for target in re.findall(r"\]\(([^)#]+)", readme):
        assert (ROOT / target).exists(), target


def test_no_tracked_file_names_a_machine_path_or_a_package_registry():
    found = subprocess.run(
        ["git", "grep", "-nIE", f"{PATHS}|{REGISTRIES}", "--", ":!tests/test_docs.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""


def test_every_kind_of_file_that_is_known_is_in_the_list_of_them():
    guide = text("docs/how-to/formats.md")
    known = [kind for kind in vars(kinds).values() if isinstance(kind, kinds.Identified)]
    assert [kind.label for kind in known if kind != kinds.UNKNOWN and kind.label not in guide] == []
