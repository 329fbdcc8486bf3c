"""Commands on people."""

import sys
from typing import Any

import click

from access import users as people
from access.policy import OPERATOR, Role
from cli.opening import archive
from cli.output import json_option, say, show_json, table


@click.group()
def users() -> None:
    """Add people, give them a new link or another role, close their accounts, and list them."""


@users.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What they are here for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")
@json_option
def add(email: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add EMAIL; prints a one-time link with which they set their password."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with archive() as opened:
        with opened.writing() as session:
            user, token = people.add_user(session, email, role=Role(role), actor=OPERATOR)
            if password is not None:
                people.set_password(session, user, password, actor=OPERATOR)
        link = None if password is not None else f"{opened.settings.url}/welcome/{token}"
    if as_json:
        show_json({"email": user.email, "role": role, "link": link})
    elif link:
        say(f"{user.email} is added. Give them this link; it works once, within a week:\n{link}")
    else:
        say(f"{user.email} is added and may sign in.")


@users.command()
@click.argument("email")
@json_option
def link(email: str, as_json: bool) -> None:
    """Make a new one-time link for EMAIL; an earlier one no longer works."""
    with archive() as opened, opened.writing() as session:
        user = people.find_user(session, email)
        token = people.new_invitation(session, user, actor=OPERATOR)
        made = {"email": user.email, "link": f"{opened.settings.url}/welcome/{token}"}
    if as_json:
        show_json(made)
    else:
        say(f"Give {made['email']} this link; it works once, within a week:\n{made['link']}")


@users.command()
@click.argument("email")
@click.argument("to", metavar="ROLE", type=click.Choice([role.value for role in Role]))
@json_option
def role(email: str, to: str, as_json: bool) -> None:
    """Give EMAIL this ROLE and no other; where they are signed in, they no longer are."""
    with archive() as opened, opened.writing() as session:
        user = people.find_user(session, email)
        people.change_role(session, user, role=Role(to), actor=OPERATOR)
        known = user.email
    if as_json:
        show_json({"email": known, "role": to})
    else:
        say(f"{known} is {to} now, and signs in again.")


@users.command()
@click.argument("email")
@click.option("--reopen", is_flag=True, help="Let them sign in again.")
@json_option
def close(email: str, reopen: bool, as_json: bool) -> None:
    """EMAIL can no longer sign in, and is signed out at once; what they did stays under their name."""
    with archive() as opened, opened.writing() as session:
        user = people.find_user(session, email)
        people.set_active(session, user, active=reopen, actor=OPERATOR)
        known = user.email
    if as_json:
        show_json({"email": known, "active": reopen})
    else:
        say(f"{known} may sign in again." if reopen else f"{known} can no longer sign in.")


@users.command(name="list")
@json_option
def list_users(as_json: bool) -> None:
    """List everyone."""
    with archive() as opened, opened.reading() as session:
        rows: list[dict[str, Any]] = [
            {
                "email": user.email,
                "roles": [role.name for role in user.roles],
                "active": user.active,
                "password_set": user.password is not None,
            }
            for user in people.all_users(session)
        ]
    if as_json:
        show_json({"users": rows})
    else:
        table(
            "Users",
            ["email", "role", "may sign in"],
            [[row["email"], ", ".join(row["roles"]), _may(row)] for row in rows],
        )


def _may(row: dict[str, Any]) -> str:
    if not row["active"]:
        return "closed"
    return "yes" if row["password_set"] else "once a password is set"
