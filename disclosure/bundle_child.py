"""Building and verifying in a confined child: a bundle opens files nobody here made."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from disclosure.bundle_build import build_bundle
from disclosure.bundle_spec import BundleDocument, BundleResult, BundleSpec, PageText, RequestSpec
from disclosure.bundle_verify import Check, Verification, verify_bundle
from ingest.limited_call import run_limited

MEMORY_BYTES = 4 * 1024**3
SECONDS = 4 * 3600.0


def build_confined(spec: BundleSpec, out: Path, *, scratch: Path) -> BundleResult:
    """As `build_bundle`, in a child that has no network and limited memory."""
    answer = run_limited(
        "disclosure.bundle_child:build",
        {"spec": _plain(asdict(spec)), "out": str(out)},
        memory_bytes=MEMORY_BYTES,
        seconds=SECONDS,
        folder=scratch,
        writable=[out.parent],
    )
    return BundleResult(**{**answer, "warnings": tuple(answer["warnings"])})


def verify_confined(file: Path, *, scratch: Path | None = None) -> Verification:
    """As `verify_bundle`, in a child."""
    answer = run_limited(
        "disclosure.bundle_child:verify",
        {"file": str(file.resolve())},
        memory_bytes=MEMORY_BYTES,
        seconds=SECONDS,
        folder=scratch,
    )
    return Verification(**{**answer, "checks": [Check(**check) for check in answer["checks"]]})


def build(spec: dict[str, Any], out: str) -> dict[str, Any]:
    """The child's side of `build_confined`."""
    answer: dict[str, Any] = _plain(asdict(build_bundle(_spec(spec), Path(out))))
    return answer


def verify(file: str) -> dict[str, Any]:
    """The child's side of `verify_confined`."""
    answer: dict[str, Any] = _plain(asdict(verify_bundle(Path(file))))
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def _spec(values: dict[str, Any]) -> BundleSpec:
    request = values["request"]
    return BundleSpec(
        **{
            **values,
            "documents": tuple(_document(document) for document in values["documents"]),
            "made_at": datetime.fromisoformat(values["made_at"]),
            "page_size": tuple(values["page_size"]),
            "request": RequestSpec(
                reference=request["reference"],
                received=date.fromisoformat(request["received"]) if request["received"] else None,
                due=date.fromisoformat(request["due"]) if request["due"] else None,
                paragraphs=tuple((number, text) for number, text in request["paragraphs"]),
            )
            if request
            else None,
        }
    )


def _document(values: dict[str, Any]) -> BundleDocument:
    pages = tuple(
        PageText(**{**page, "words": tuple(tuple(word) for word in page["words"])}) for page in values["pages"]
    )
    readable = Path(values["readable"]) if values["readable"] else None
    return BundleDocument(**{**values, "original": Path(values["original"]), "readable": readable, "pages": pages})
