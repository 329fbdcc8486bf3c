"""A client that checks every page it is given: its HTML, its forms, its script, and that a GET kept nothing."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from types import CodeType
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask, g, has_request_context, request
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from access import users
from access.models import User
from access.policy import OPERATOR, SYSTEM, Role
from access.users import add_user
from records.register import find_record
from retention.tagging import keep_suggestions
from store import clock
from store.archive import Archive
from tests.web.records_to_decide import LAWYER, TEXT, proposal
from web.app import create_app
from web.errors import CandourFlask

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LABELLED = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit", "button"}


class PageReader(HTMLParser):
    """What the checks need to know of a page; faults of its structure as they are met."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.pointers: list[tuple[str, str]] = []
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.forms: list[dict[str, Any]] = []
        self.scripts: list[dict[str, str | None]] = []
        self.lang: str | None = None
        self.title = ""
        self.doctype = False

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower() == "doctype html"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs), attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs), attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.faults.append(f"</{tag}> closes an element that has no end")
        elif not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> does not close the element that is open, at {self.getpos()}")
        if tag == "form":
            self.forms.append({**self._form, "closed": True})

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data

    def _note(self, tag: str, found: dict[str, str | None], attrs: list[tuple[str, str | None]]) -> None:
        if len(found) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice, at {self.getpos()}")
        self._note_attributes(tag, found)
        if tag == "html":
            self.lang = found.get("lang")
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag == "label":
            self.labels.add(found.get("for") or "")
        elif tag == "script":
            self.scripts.append(found)
        elif tag == "img" and found.get("alt") is None:
            self.faults.append("an image has no alt")
        self._note_form(tag, found)

    def _note_attributes(self, tag: str, found: dict[str, str | None]) -> None:
        for name in found:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag}> has {name}=, which the content security policy forbids")
        if found.get("id") is not None:
            self.ids.append(found["id"] or "")
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            self.pointers += [(name, target) for target in (found.get(name) or "").split()]

    def _note_form(self, tag: str, found: dict[str, str | None]) -> None:
        if tag == "form":
            if "form" in self.open:
                self.faults.append("a form stands inside another")
            method, action = (found.get("method") or "get").lower(), found.get("action") or ""
            self._form: dict[str, Any] = {"method": method, "action": action, "token": False}
        if tag in LABELLED and found.get("type") not in UNLABELLED_TYPES:
            self.fields.append(found)
        if tag == "input" and found.get("name") == "csrf_token" and "form" in self.open:
            self._form["token"] = bool(found.get("value"))


def faults_of(app: Flask, response: TestResponse) -> list[str]:
    """Everything wrong with the page; empty for a good one."""
    page = PageReader()
    page.feed(response.text)
    page.close()
    faults = [*page.faults]
    if page.open:
        faults.append(f"never closed: {page.open}")
    if not page.doctype:
        faults.append("no <!DOCTYPE html>")
    if page.lang != "en":
        faults.append("<html> has no lang")
    if not page.title.strip().endswith("Candour") or page.title.strip().startswith("–"):
        faults.append(f"the title says nothing: {page.title!r}")
    if page.headings.count(1) != 1:
        faults.append(f"{page.headings.count(1)} h1 instead of one")
    twice = sorted({found for found in page.ids if page.ids.count(found) > 1})
    if twice:
        faults.append(f"ids used twice: {twice}")
    faults += [f"{name}={target} points at nothing" for name, target in page.pointers if target not in page.ids]
    for field in page.fields:
        if field.get("id") not in page.labels and not field.get("aria-label") and not field.get("aria-labelledby"):
            faults.append(f"the field {field.get('name')} has no label")
    nonces = re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
    faults += [f"a script without this answer's nonce: {s}" for s in page.scripts if s.get("nonce") not in nonces]
    faults += [fault for form in page.forms if (fault := _form_fault(app, form))]
    return faults


def _form_fault(app: Flask, form: dict[str, Any]) -> str | None:
    if form["method"] == "post" and not form["token"]:
        return f"the form to {form['action']!r} has no CSRF token"
    if not form["action"]:
        return "a form does not say where it goes"
    adapter = app.url_map.bind("localhost")
    if not adapter.test(urlsplit(form["action"]).path, method=form["method"].upper()):
        return f"the form to {form['action']!r} goes nowhere"
    return None


class StrictClient(FlaskClient):
    """A browser that refuses a page with a fault, and fills the CSRF token in by itself."""

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if kwargs.get("method") == "POST" and kwargs.pop("csrf", True):
            kwargs["data"] = {"csrf_token": self._token(), **(kwargs.get("data") or {})}
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            faults = faults_of(self.application, response)
            assert not faults, f"{response.request.method} {response.request.path}: " + "; ".join(faults)
            found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
            self.token = found[1] if found else self.token
        return response

    def _token(self) -> str:
        if self.token is None:
            self.get("/sign-in", follow_redirects=True)
        return self.token or ""

    def enter(self, user: User) -> None:
        """The user is signed in, as after the sign-in page (which has its own tests)."""
        with self.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie["signed_in_at"] = clock.now().isoformat()


class CompiledOnce(BytecodeCache):
    """Templates compiled by one application serve the next: each test has an application of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(f"{bucket.key}{bucket.checksum}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[f"{bucket.key}{bucket.checksum}"] = bucket.code


class BuiltOnce(Rule):
    """An address whose builder, which werkzeug compiles at a tenth of a second for all, serves the next application."""

    _kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # All that the builder is compiled from. What it converts with it finds on the rule that it is bound to.
        made_from = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if made_from not in self._kept:
            self._kept[made_from] = super()._compile_builder(append_unknown)
        return self._kept[made_from]


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept at the least cost there is; the cost that people's have stands in `tests/access`."""
    least = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    known = {"SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {f"argon2__{name}": cost for name, cost in least.items()}}
    monkeypatch.setattr(users, "PasswordHasher", partial(PasswordHasher, **least))
    # Told to the sign-in too: a password kept at another cost than its own it would keep anew.
    monkeypatch.setattr(CandourFlask, "default_config", {**CandourFlask.default_config, **known})


@pytest.fixture(scope="session")
def compiled_templates() -> CompiledOnce:
    return CompiledOnce()


@pytest.fixture
def app(
    archive: Archive, compiled_templates: CompiledOnce, quick_passwords: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    monkeypatch.setattr(CandourFlask, "url_rule_class", BuiltOnce)
    made = create_app(archive, testing=True)
    made.jinja_env.bytecode_cache = compiled_templates
    made.test_client_class = StrictClient

    def refuse(session: Session) -> None:
        if has_request_context() and g.get("session") is session and request.method in {"GET", "HEAD"}:
            raise AssertionError(f"a GET tried to commit: {request.path}")

    event.listen(Session, "before_commit", refuse)
    yield made
    event.remove(Session, "before_commit", refuse)


@pytest.fixture
def visitor(app: Flask) -> StrictClient:
    """Somebody who is not signed in."""
    client: StrictClient = app.test_client()  # type: ignore[assignment]
    return client


@pytest.fixture
def client_for(app: Flask, archive: Archive) -> Callable[[Role], StrictClient]:
    """Somebody signed in with a role; their address is role@example.org."""

    def enter(role: Role) -> StrictClient:
        with archive.writing() as session:
            user, _ = add_user(session, f"{role.value}@example.org", role=role, actor=OPERATOR)
        client: StrictClient = app.test_client()  # type: ignore[assignment]
        client.enter(user)
        return client

    return enter


@pytest.fixture
def officer_client(client_for: Callable[[Role], StrictClient]) -> StrictClient:
    return client_for(Role.RECORDS_OFFICER)


@pytest.fixture
def legal_client(client_for: Callable[[Role], StrictClient]) -> StrictClient:
    return client_for(Role.LEGAL)


@pytest.fixture
def leader_client(client_for: Callable[[Role], StrictClient]) -> StrictClient:
    return client_for(Role.LEADER)


@pytest.fixture
def administrator_client(client_for: Callable[[Role], StrictClient]) -> StrictClient:
    return client_for(Role.ADMINISTRATOR)


@pytest.fixture
def decidable(archive: Archive, make_record: Callable[..., str]) -> Callable[..., str]:
    """A record with a suggestion resting on the word “worried”, unless none is wanted."""

    def made(
        content: bytes, *, title: str = "Letter", strength: float = 0.9, text: str = TEXT, open_: bool = True
    ) -> str:
        reference = make_record(content, text=text)
        with archive.writing() as session:
            record = find_record(session, reference, actor=LAWYER)
            record.title = title
            if open_:
                keep_suggestions(session, record, [proposal(strength, text)], actor=SYSTEM)
        return reference

    return made
