"""Commands on statements to the inquiry: draft, write, submit, sign, seal, verify, compare, export."""

from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import actor_of, archive, write_out
from cli.output import json_option, say, show_json, table
from disclosure import statement_approval as approving
from disclosure import statement_sealing as sealing
from disclosure import statements as drafting
from disclosure.statement_drawing import draw_now
from disclosure.statement_facts import DRAWN_OTHERWISE, NOT_COMPARABLE, TITLES, Difference, differences
from disclosure.statements import KINDS, STATES, find_statement
from store.errors import DamagedError
from store.papers import form_of

BY = click.option("--by", required=True, metavar="EMAIL", help="Whoever does it.")


@click.group()
def statements() -> None:
    """Draw, sign and seal the search and disclosure statement, and prove it."""


@statements.command()
@click.option("--kind", type=click.Choice(list(KINDS)), default="interim")
@click.option("--request", "wanted", default="", metavar="REFERENCE", help="Only for this request.")
@BY
@json_option
def draft(kind: str, wanted: str, by: str, as_json: bool) -> None:
    """Draw the next statement from the register as it is now."""
    with archive() as opened:
        with opened.reading() as session:
            drawn = draw_now(session, wanted)
        with opened.writing() as session:
            made = drafting.draft_statement(session, drawn, kind=kind, actor=actor_of(session, by))
            missing = drafting.faults_of(made)
    if as_json:
        show_json({"statement": made.reference, "label": made.label, "missing": missing, "facts": made.facts_sha256})
        return
    say(f"{made.reference} is drafted: {made.title}.")
    for each in missing:
        say(f"  still missing: {each}")


@statements.command("list")
@json_option
def list_statements(as_json: bool) -> None:
    """List every statement and how it stands."""
    with archive() as opened, opened.reading() as session:
        listed = drafting.statements(session, actor=OPERATOR)
    if as_json:
        names = ("reference", "label", "scope", "state", "as_of", "signatory", "office", "sha256")
        show_json({"statements": [{name: getattr(each, name) for name in names} for each in listed]})
        return
    rows = [(e.reference, e.label, e.scope or "every request", STATES[e.state], e.signatory) for e in listed]
    table("Statements to the inquiry", ("Statement", "Label", "For", "State", "Signatory"), rows)


@statements.command()
@click.argument("number")
@json_option
def show(number: str, as_json: bool) -> None:
    """Show the figures of statement NUMBER, and what still has to be written."""
    with archive() as opened, opened.reading() as session:
        found = find_statement(session, number, actor=OPERATOR)
        facts, missing, written = drafting.facts_of(found), drafting.faults_of(found), drafting.texts_of(found)
        subjects = drafting.subjects_of(found)
    if as_json:
        show_json(
            {
                "statement": found.reference,
                "state": found.state,
                "figures": {figure.code: figure.value for _, figure in facts.figures()},
                "written": written,
                "subjects": subjects,
                "missing": missing if found.state == "draft" else [],
            }
        )
        return
    rows = [
        (TITLES[section.code], figure.code, figure.words, f"{figure.value:,}") for section, figure in facts.figures()
    ]
    table(f"{found.title}: {STATES[found.state].lower()}", ("Section", "Code", "What", "Number"), rows, right=(3,))


@statements.command()
@click.argument("number")
@click.argument("subject")
@click.argument("words")
@BY
@json_option
def write(number: str, subject: str, words: str, by: str, as_json: bool) -> None:
    """Say WORDS on SUBJECT: a section, a figure that has to be explained, or `changed`."""
    with archive() as opened, opened.writing() as session:
        found = find_statement(session, number, actor=OPERATOR)
        drafting.write_text(session, found, subject, words, actor=actor_of(session, by))
    if as_json:
        show_json({"statement": found.reference, "subject": subject})
    else:
        say(f"{found.reference} says it on {subject}.")


@statements.command()
@click.argument("number")
@BY
@json_option
def redraw(number: str, by: str, as_json: bool) -> None:
    """Give the draft NUMBER the figures of now; what was written stays."""
    with archive() as opened:
        with opened.reading() as session:
            drawn = draw_now(session, find_statement(session, number, actor=OPERATOR).scope)
        with opened.writing() as session:
            found = find_statement(session, number, actor=OPERATOR)
            told = drafting.draw_again(session, found, drawn, actor=actor_of(session, by))
    _told(told, as_json, statement=found.reference)


@statements.command()
@click.argument("number")
@BY
@json_option
def submit(number: str, by: str, as_json: bool) -> None:
    """Submit the draft NUMBER for approval."""
    with archive() as opened, opened.writing() as session:
        found = find_statement(session, number, actor=OPERATOR)
        approving.submit(session, found, actor=actor_of(session, by))
    _stands(found.reference, found.state, as_json)


@statements.command("send-back")
@click.argument("number")
@click.option("--why", required=True, help="What is to be changed.")
@BY
@json_option
def send_back(number: str, why: str, by: str, as_json: bool) -> None:
    """Send statement NUMBER back to be changed."""
    with archive() as opened, opened.writing() as session:
        found = find_statement(session, number, actor=OPERATOR)
        approving.send_back(session, found, why=why, actor=actor_of(session, by))
    _stands(found.reference, found.state, as_json)


@statements.command()
@click.argument("number")
@click.option("--why", required=True, help="Why it is never made.")
@BY
@json_option
def withdraw(number: str, why: str, by: str, as_json: bool) -> None:
    """Withdraw statement NUMBER before it is sealed; its number stays."""
    with archive() as opened, opened.writing() as session:
        found = find_statement(session, number, actor=OPERATOR)
        approving.withdraw(session, found, why=why, actor=actor_of(session, by))
    _stands(found.reference, found.state, as_json)


@statements.command()
@click.argument("number")
@click.option("--signatory", required=True, help="The name of the person who signs, as it is to be printed.")
@click.option("--office", required=True, help="The office they hold.")
@click.option("--acknowledge", default="", metavar="DIGEST", help="The digest that `compare NUMBER now` gave.")
@BY
@json_option
def sign(number: str, signatory: str, office: str, acknowledge: str, by: str, as_json: bool) -> None:
    """Approve and sign statement NUMBER, as somebody who had no hand in it."""
    with archive() as opened:
        with opened.reading() as session:
            now = draw_now(session, find_statement(session, number, actor=OPERATOR).scope)
        with opened.writing() as session:
            found = find_statement(session, number, actor=OPERATOR)
            approving.sign(
                session,
                found,
                now,
                signatory=signatory,
                office=office,
                acknowledging=acknowledge,
                actor=actor_of(session, by),
            )
    _stands(found.reference, found.state, as_json)


@statements.command()
@click.argument("number")
@BY
@json_option
def seal(number: str, by: str, as_json: bool) -> None:
    """Seal the signed statement NUMBER with its documents: it never changes again."""
    with archive() as opened:
        with opened.reading() as session:
            actor, signed = actor_of(session, by), find_statement(session, number, actor=OPERATOR)
            made = sealing.make_seal(session, signed, authority=opened.settings.authority, actor=actor)
        with opened.writing() as session:
            found = find_statement(session, number, actor=OPERATOR)
            sealing.seal(session, opened.files, found, made, actor=actor)
    if as_json:
        show_json(
            {
                "statement": found.reference,
                "sha256": found.sha256,
                "docx": found.word_sha256,
                "pdf": found.pdf_sha256,
            }
        )
    else:
        say(f"{found.reference} is sealed: {found.sha256}.")


@statements.command()
@click.argument("number")
@json_option
def verify(number: str, as_json: bool) -> None:
    """Prove that the sealed statement NUMBER is whole, count it again, and say what differs now."""
    with archive() as opened, opened.reading() as session:
        found = find_statement(session, number, actor=OPERATOR)
        proof = sealing.prove(session, opened.files, found, actor=OPERATOR)
    if as_json:
        show_json(
            {
                "statement": found.reference,
                "whole": proof.is_whole,
                "faults": list(proof.faults),
                "differ": None if proof.differ is None else [vars(each) for each in proof.differ],
            }
        )
    elif proof.is_whole and proof.differ is None:
        say(f"{found.reference} is exactly what was sealed; {DRAWN_OTHERWISE}.")
    elif proof.is_whole and proof.differ is not None:
        say(f"{found.reference} is exactly what was sealed; {len(proof.differ)} things differ from the register now.")
        _table(proof.differ)
    if not proof.is_whole:
        raise DamagedError(
            f"{found.reference} is not what was sealed: {' '.join(proof.faults)} Send it to nobody, and compare it "
            "with a backup."
        )


@statements.command()
@click.argument("number")
@click.argument("other")
@json_option
def compare(number: str, other: str, as_json: bool) -> None:
    """List what differs between statement NUMBER and statement OTHER, or `now`: the register."""
    with archive() as opened, opened.reading() as session:
        found = find_statement(session, number, actor=OPERATOR)
        if other == "now":
            told = approving.changed_since(session, found)
        else:
            against = find_statement(session, other, actor=OPERATOR)
            told = differences(drafting.facts_of(found), drafting.facts_of(against))
    _told(told, as_json, statement=found.reference, digest=approving.digest_of(told) if told else "")


@statements.command()
@click.argument("number")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .docx or .pdf file.")
@click.option("--by", default="", metavar="EMAIL", help="Whoever takes it away.")
@json_option
def export(number: str, out: Path, by: str, as_json: bool) -> None:
    """Write statement NUMBER as a Word document or a PDF; of a sealed one, the very bytes that were sealed."""
    form = form_of(out)
    with archive() as opened:
        with opened.reading() as session:
            actor = actor_of(session, by) if by else OPERATOR
            found = find_statement(session, number, actor=actor)
            authority = opened.settings.authority
            made = sealing.take_document(session, opened.files, found, form=form, authority=authority, actor=actor)
        write_out(opened, made, out, actor=actor)
    if as_json:
        show_json({"statement": found.reference, "file": out, "form": form, "state": found.state})
    else:
        say(f"{found.title}, {STATES[found.state].lower()}: {out}")


def _stands(reference: str, state: str, as_json: bool) -> None:
    if as_json:
        show_json({"statement": reference, "state": state})
    else:
        say(f"{reference} is {STATES[state].lower()}.")


def _told(told: list[Difference] | None, as_json: bool, **said: str) -> None:
    if as_json:
        show_json({**said, "differences": None if told is None else [vars(each) for each in told]})
        return
    if told is None:
        say(f"{said['statement']}: {NOT_COMPARABLE}")
        return
    say(f"{len(told)} differences.{' Digest: ' + said['digest'] if said.get('digest') else ''}")
    _table(told)


def _table(told: list[Difference] | tuple[Difference, ...]) -> None:
    if told:
        rows = [(TITLES[each.section], each.what, each.before, each.after) for each in told]
        table("What differs", ("Section", "What", "Before", "Now"), rows)
