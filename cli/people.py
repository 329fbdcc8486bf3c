"""Commands on people."""

import sys

import click

from access import users as people
from access.policy import OPERATOR, Role
from cli.opening import archive
from cli.output import json_option, say, show_json, table


@click.group()
def users() -> None:
    """Add people and list them."""


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


@users.command(name="list")
@json_option
def list_users(as_json: bool) -> None:
    """List everyone."""
    with archive() as opened, opened.reading() as session:
        rows = [
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
        table("Users", ["email", "role", "active"], [[row["email"], row["roles"], row["active"]] for row in rows])
