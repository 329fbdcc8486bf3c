"""Commands on the whole archive: init, audit, backup, restore, doctor."""

from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import fail, json_option, note, say, show_json, table
from store import audit as trail
from store import backup as backups
from store.archive import open_archive
from store.settings import load_settings


@click.command()
@json_option
def init(as_json: bool) -> None:
    """Make the archive, or bring it up to date, and record the retention notice."""
    from retention.notices import current_notice
    from worker.steps import initialise

    opened = open_archive(load_settings())
    initialise(opened)
    with opened.reading() as session:
        notice = current_notice(session)
        result = {
            "data": opened.settings.data,
            "notice": notice.reference,
            "version": notice.version,
            "categories": [category.code for category in notice.categories],
        }
    opened.close()
    if as_json:
        show_json(result)
    else:
        say(f"The archive in {result['data']} is ready; notice {result['notice']} ({result['version']}) is in force.")


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--expect", default="", help="The hash of the head as it was noted elsewhere, to compare with.")
@json_option
def verify(expect: str, as_json: bool) -> int:
    """Prove every event, and say up to where."""
    with archive() as opened, opened.reading() as session:
        verdict = trail.verify(session, opened.audit_head)
    known = not expect or expect == verdict.head
    if as_json:
        show_json({**vars(verdict), "ok": verdict.ok and known, "head_as_expected": known})
    elif verdict.ok and known:
        say(f"All {verdict.events} events are proved, in order, none missing. Head: {verdict.head}")
        if verdict.interrupted:
            note("The last write was interrupted; the trail is whole either way.")
    if not verdict.ok:
        return fail(
            f"The audit trail is not whole: {verdict.problem}. It is proved up to event {verdict.proved_up_to} of "
            f"{verdict.events}; keep this archive as it is and compare it with the last backup.",
            1,
        )
    if not known:
        return fail(
            "The audit trail is whole, but its head is not the one you expected: find out which archive this is.", 1
        )
    return 0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def backup(folder: Path, as_json: bool) -> None:
    """Copy the whole archive to a new FOLDER, with proof."""
    with archive() as opened:
        proof = backups.back_up(opened, folder, actor=OPERATOR.name)
    if as_json:
        show_json({"folder": folder, "verified": True, **vars(proof)})
    else:
        say(
            f"{proof.files} originals ({proof.bytes:,} bytes), {sum(proof.rows.values())} rows and {proof.events} "
            f"audit events are in {folder}, each read back and right. Audit head: {proof.audit_head}"
        )
        note("The backup holds the keys of the audit trail: keep it where only its owner can read it.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def restore(folder: Path, as_json: bool) -> None:
    """Restore the backup in FOLDER into the empty data folder of the settings, with proof."""
    import records.models  # noqa: F401
    from worker.steps import rebuild_index

    opened, proof = backups.restore(folder, load_settings(), actor=OPERATOR.name)
    documents = rebuild_index(opened, actor=OPERATOR)
    result = {"data": opened.settings.data, "verified": True, "indexed": documents, **vars(proof)}
    opened.close()
    if as_json:
        show_json(result)
    else:
        say(
            f"{proof.files} originals and {sum(proof.rows.values())} rows are restored into {result['data']}, each "
            f"proved; the audit trail is whole ({proof.events} events); {documents} records are indexed."
        )


@click.command()
@click.option("--fixity", is_flag=True, help="Read every original again and compare its hash.")
@json_option
def doctor(fixity: bool, as_json: bool) -> int:
    """Check the archive and this machine, and say what to do."""
    from worker.checkup import check_up

    findings = check_up(load_settings(), fixity=fixity)
    bad = [finding for finding in findings if finding.level == "fault"]
    if as_json:
        show_json({"ok": not bad, "findings": [vars(finding) for finding in findings]})
    else:
        table("Doctor", ["", "what", "finding"], [[item.level, item.name, item.sentence] for item in findings])
    return 1 if bad else 0
