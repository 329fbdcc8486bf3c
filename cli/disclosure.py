"""Commands on requests, marks and bundles."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import click

from access.policy import OPERATOR, Actor
from cli.drafts import drafted, link
from cli.opening import actor_of, archive
from cli.output import fail, json_option, note, say, show_json, show_warning, table
from disclosure import marks, production, review
from disclosure.bundle_child import verify_confined
from disclosure.bundle_manifest import manifest_path
from disclosure.bundle_spec import UNREDACTED_FILE_MARK
from inquiry import requests as inquiry_requests
from records.register import find_record
from search.indexing import bring_up_to_date
from store.archive import Archive
from store.errors import CandourError, InvalidInputError, NotFoundError
from store.settings import load_settings
from worker.steps import build_bundle

_PIECE = 2**20


def _day(_context: click.Context, _parameter: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day: write it as 2026-11-30") from error


@click.command()
@click.argument("reference")
@click.argument("kind", type=click.Choice(marks.KINDS))
@click.option("--by", required=True, metavar="EMAIL", help="The lawyer who marks it.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--lift", is_flag=True, help="Lift the mark instead.")
@json_option
def mark(reference: str, kind: str, by: str, reason: str, lift: bool, as_json: bool) -> None:
    """Mark the record REFERENCE privileged or restricted, or lift that mark."""
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        record = find_record(session, reference, actor=OPERATOR)
        if lift:
            standing = [item for item in marks.open_marks(session, record) if item.kind == kind]
            if not standing:
                raise InvalidInputError(f"{record.reference} is not marked {kind}: there is nothing to lift.")
            marks.lift_mark(session, standing[0], reason=reason, actor=actor)
        else:
            marks.mark(session, record, kind=kind, reason=reason, actor=actor)
        result = {
            "record": record.reference,
            "marks": [{"mark": item.id, "kind": item.kind} for item in marks.open_marks(session, record)],
        }
    if as_json:
        show_json(result)
    else:
        say(f"{record.reference}: the mark {kind} is {'lifted' if lift else 'made'}.")


@click.command()
@click.argument("reference")
@click.argument("answer", type=click.Choice(review.ANSWERS_GIVEN))
@click.option("--by", required=True, metavar="EMAIL")
@click.option("--reason", required=True)
@click.option("--paragraph", "paragraphs", multiple=True, metavar="'REQUEST NUMBER'", help="A paragraph it answers.")
@json_option
def relevance(reference: str, answer: str, by: str, reason: str, paragraphs: tuple[str, ...], as_json: bool) -> None:
    """Say whether the inquiry would wish to be given the record REFERENCE; this never changes a hold."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        known = {cited: number for number, cited in inquiry_requests.cited_paragraphs(session).items()}
        unknown = [each for each in paragraphs if each not in known]
        if unknown:
            raise NotFoundError(f"There is no paragraph {unknown[0]!r}: give one as it is cited, such as 'R9-1 2'.")
        review.decide_relevance(
            session,
            record,
            answer=answer,
            reason=reason,
            paragraphs=[known[each] for each in paragraphs],
            actor=actor_of(session, by),
        )
    if as_json:
        show_json({"record": record.reference, "relevance": answer, "paragraphs": list(paragraphs)})
    else:
        say(f"{record.reference} is {answer}.")


@click.group()
def requests() -> None:
    """Log and list the inquiry's requests."""


@requests.command()
@click.argument("reference")
@click.option("--kind", type=click.Choice(list(inquiry_requests.KINDS)), default="rule-9-documents")
@click.option("--title", default="")
@click.option("--received", callback=_day, required=True, help="Such as 2026-11-02.")
@click.option("--due", callback=_day, required=True)
@click.option("--paragraph", "paragraphs", multiple=True, required=True, help="One numbered paragraph: '1: All ...'.")
@click.option("--by", default="", metavar="EMAIL", help="The lawyer who logs it.")
@json_option
def add(
    reference: str,
    kind: str,
    title: str,
    received: date,
    due: date,
    paragraphs: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Log the request REFERENCE with its paragraphs."""
    numbered = [_numbered(text, position) for position, text in enumerate(paragraphs, start=1)]
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by) if by else OPERATOR
        request = inquiry_requests.add_request(
            session, reference, kind=kind, title=title, received=received, due=due, paragraphs=numbered, actor=actor
        )
    if as_json:
        show_json({"request": request.reference, "due": request.due, "paragraphs": len(numbered)})
    else:
        say(f"Request {request.reference} is logged, due {request.due:%-d %B %Y}.")


def _numbered(text: str, position: int) -> tuple[str, str]:
    number, colon, rest = text.partition(":")
    if colon and len(number) <= 12 and rest.strip():
        return number.strip(), rest.strip()
    return str(position), text


@requests.command(name="list")
@json_option
def list_requests(as_json: bool) -> None:
    """List the requests, the soonest due first."""
    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "request": item.reference,
                "kind": item.kind,
                "title": item.title,
                "received": item.received,
                "due": item.due,
                "status": item.status,
                "paragraphs": [{"number": line.number, "text": line.text} for line in item.paragraphs],
            }
            for item in inquiry_requests.all_requests(session)
        ]
    if as_json:
        show_json({"requests": rows})
    else:
        columns = ["request", "title", "received", "due", "status"]
        table("Requests", columns, [[row[column] for column in columns] for row in rows])


@click.group()
def bundle() -> None:
    """Build a bundle, or verify one by reading it back."""


@bundle.command()
@click.option("--title", required=True)
@click.option("--prefix", required=True, help="The authority's prefix, such as ABC.")
@click.option("--request", "request_reference", default="", help="The request it answers.")
@click.option("--query", default="", help="Every record this finds, in order of date.")
@click.option("--records", "references", default="", help="Records in order: R000001,R000002")
@click.option("--by", default="", metavar="EMAIL", help="Who builds it; needed for restricted records.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@json_option
def build(
    title: str,
    prefix: str,
    request_reference: str,
    query: str,
    references: str,
    by: str,
    out: Path,
    as_json: bool,
) -> None:
    """Build one PDF from the records, prove it by reading it back, and write it to FILE."""
    chosen = [item.strip() for item in references.split(",") if item.strip()]
    if bool(chosen) == bool(query):
        raise InvalidInputError("Say which records: give either --query or --records.")
    with archive() as opened:
        bring_up_to_date(opened)
        with opened.reading() as session:
            actor: Actor = actor_of(session, by) if by else OPERATOR
        built = build_bundle(
            opened,
            title=title,
            prefix=prefix,
            references=chosen,
            query=query,
            request=request_reference,
            actor=actor,
        )
        file = _write_out(opened, built, out)
    result = {
        "bundle": built.bundle.id,
        "file": file,
        "file_name": built.file_name,
        "sha256": built.bundle.sha256,
        "pages": built.result.pages,
        "documents": built.result.documents,
        "verified": built.verification.ok,
        "warnings": list(built.result.warnings),
    }
    if as_json:
        show_json(result)
    else:
        say(f"{built.result.documents} documents, {built.result.pages} pages, read back and right: {file}")
        for warning in built.result.warnings:
            show_warning(f"  {warning}")
        if file != out:
            note(f"The file's name says that nothing in it is redacted; {out} is a link to it.")


def _write_out(opened: Archive, built: production.Built, out: Path) -> Path:
    """The bundle and its manifest stand whole at `out`, under a name that says that nothing is redacted.

    Where the name asked for does not say it, the file is written beside under one that does, and the
    name asked for is a link to it: whoever follows the link or lists the folder is told.
    """
    if out.is_dir():
        file = out / built.file_name
    elif UNREDACTED_FILE_MARK in out.name:
        file = out
    else:
        file = out.with_name(f"{out.stem}-{UNREDACTED_FILE_MARK}{out.suffix or '.pdf'}")
    if not file.parent.is_dir():
        raise InvalidInputError(f"There is no folder {file.parent}: make it first; the bundle itself is kept.")
    original = opened.files.original(built.bundle.sha256)
    manifest = production.manifest_bytes(built)
    with (
        drafted(manifest_path(file), lambda: [manifest]) as put_manifest,
        drafted(file, partial(_read, original)) as put_bundle,
    ):
        # The bundle last: where it stands, so does what proves it.
        put_manifest()
        put_bundle()
    if file != out and not out.is_dir():
        link(out, file.name)
    return file


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from-elsewhere", is_flag=True, help="Another archive built it: do not look for it in this one.")
@json_option
def verify(file: Path, from_elsewhere: bool, as_json: bool) -> int:
    """Read the bundle FILE back and check everything it promises, and that this archive built it, if there is one."""
    if not file.is_file():
        raise InvalidInputError(f"There is no file {file}: check the name.")
    verification = verify_confined(file)
    if not from_elsewhere and load_settings().database_path.exists():
        try:
            with archive() as opened, opened.reading() as session:
                verification = verification.with_check(production.check_built_here(session, file))
        except CandourError as error:
            # What the bundle promises of itself is shown all the same: it holds without any archive.
            verification = verification.with_note(f"It could not be compared with the archive here: {error}")
    if as_json:
        show_json(
            {
                "file": file,
                "ok": verification.ok,
                "checks": [
                    {"name": check.name, "ok": check.ok, "detail": check.detail} for check in verification.checks
                ],
                "notes": list(verification.notes),
            }
        )
    else:
        for check in verification.checks:
            say(f"{'right' if check.ok else 'WRONG':6} {check.name}: {check.detail}")
        for words in verification.notes:
            note(words)
    if verification.ok:
        return 0
    wrong = "; ".join(check.name for check in verification.checks if not check.ok)
    return fail(f"The bundle is not what it says it is ({wrong}): do not send it; build it again.", 1)
