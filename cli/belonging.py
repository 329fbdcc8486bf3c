"""Commands on what belongs together: the family of a record, and decisions that disagree."""

from typing import Any

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, say, show_json
from disclosure.agreement import Stand, disagreeing_groups, stands_of
from records.families import family_tree
from records.register import find_record


@click.command()
@click.argument("reference")
@json_option
def family(reference: str, as_json: bool) -> None:
    """Show the family of REFERENCE as a tree, with what was decided on each member and how many holds it has."""
    with archive() as opened, opened.reading() as session:
        tree = family_tree(session, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)
        stands = stands_of(session, [member.record for member in tree])
    rows = [{"depth": member.depth, **_stand(stands[member.record.id])} for member in tree]
    if as_json:
        show_json({"family": rows})
        return
    for row in rows:
        say(f"{'    ' * row['depth']}{row['record']}  {row['title']}: {_words(row)}")


@click.command()
@json_option
def disagreements(as_json: bool) -> None:
    """List families and records that are alike, on which people decided differently."""
    with archive() as opened, opened.reading() as session:
        groups = disagreeing_groups(session, actor=OPERATOR)
    if as_json:
        show_json(
            {
                "groups": [
                    {
                        "kind": group.kind,
                        "records": [_stand(each) for each in group.stands],
                        "disagreements": group.disagreements,
                    }
                    for group in groups
                ]
            }
        )
        return
    for group in groups:
        said = "alike" if group.kind == "alike" else "a family"
        say(f"{', '.join(each.record.reference for each in group.stands)} ({said})")
        for sentence in group.disagreements:
            say(f"    {sentence}")
    if not groups:
        say("No decisions disagree among families and records that are alike.")


def _stand(known: Stand) -> dict[str, Any]:
    return {
        "record": known.record.reference,
        "title": known.record.title,
        "categories": known.has,
        "rejected": known.has_not,
        "outside_the_notice": known.clearance is not None,
        "relevance": known.relevance or "undecided",
        "open_suggestions": known.open_suggestions,
        "holds": known.holds,
    }


def _words(row: dict[str, Any]) -> str:
    said = [*row["categories"], *(f"not {code}" for code in row["rejected"])]
    said += ["outside the notice"] if row["outside_the_notice"] else []
    return f"{', '.join(said) or 'not decided yet'}; {row['holds']} holds"
