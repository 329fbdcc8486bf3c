"""What the browser is told, and which requests are not answered."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from store.archive import open_archive
from store.settings import load_settings
from web.app import create_app


@pytest.fixture
def behind_proxy(tmp_path: Path, empty_database: Path) -> Iterator[FlaskClient]:
    """A client of an archive whose address is https."""
    settings = load_settings({"CANDOUR_DATA": str(tmp_path / "https"), "CANDOUR_URL": "https://candour.example.org"})
    settings.data.mkdir(mode=0o700)
    shutil.copy(empty_database, settings.database_path)
    archive = open_archive(settings)
    yield create_app(archive, testing=True).test_client()
    archive.close()


def test_every_page_carries_the_strict_policy_and_is_not_stored(visitor) -> None:
    headers = visitor.get("/sign-in").headers

    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "style-src 'self'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_no_two_pages_have_the_same_nonce(visitor) -> None:
    first, second = (visitor.get("/help").headers["Content-Security-Policy"] for _ in range(2))

    assert first != second


def test_an_error_page_carries_the_policy_too(visitor) -> None:
    answer = visitor.get("/nowhere")

    assert answer.status_code == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_styles_and_scripts_may_be_stored(visitor) -> None:
    answer = visitor.get("/static/candour.css")

    assert answer.status_code == 200
    assert answer.headers.get("Cache-Control") != "no-store"
    answer.close()


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.example.org", "[broken", "candour@evil.example.org"])
def test_a_request_to_another_name_is_refused(visitor, host: str) -> None:
    answer = visitor.get("/sign-in", headers={"Host": host})

    assert answer.status_code == 400
    assert 'type="password"' not in answer.text


def test_plain_http_from_another_machine_is_refused(visitor) -> None:
    answer = visitor.get("/sign-in", environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert answer.status_code == 400
    assert "plain http" in answer.text


def test_with_https_the_cookie_is_secure_and_the_browser_remembers_it(behind_proxy: FlaskClient) -> None:
    answer = behind_proxy.get("/sign-in", headers={"Host": "candour.example.org", "X-Forwarded-Proto": "https"})

    assert answer.status_code == 200
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-candour=")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("127.0.0.1", {}),
        ("127.0.0.1", {"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.7"}),
        # Only a proxy on this machine is believed: anybody else can write the header.
        ("192.0.2.7", {"X-Forwarded-Proto": "https"}),
    ],
)
def test_with_https_what_comes_in_the_clear_is_refused(
    behind_proxy: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    answer = behind_proxy.get(
        "/sign-in", headers={"Host": "candour.example.org", **headers}, environ_base={"REMOTE_ADDR": address}
    )

    assert answer.status_code == 400
    assert "plain http" in answer.text


def test_a_form_works_over_https_without_a_referrer(behind_proxy: FlaskClient) -> None:
    headers = {"Host": "candour.example.org", "X-Forwarded-Proto": "https"}
    page = behind_proxy.get("/sign-in", headers=headers, base_url="https://candour.example.org")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = behind_proxy.post(
        "/sign-in",
        data={"csrf_token": token, "email": "a@example.org", "password": "b"},
        headers=headers,
        base_url="https://candour.example.org",
    )

    assert answer.status_code == 200
    assert "do not belong together" in answer.text


def test_an_upload_that_is_too_large_is_said_in_words(app: Flask, officer_client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 200

    answer = officer_client.post("/upload", data={"batch": "x" * 1000, "source": "store"})

    assert answer.status_code == 413
    assert "fewer or smaller files" in answer.text


def test_a_wrong_method_is_a_page(visitor: FlaskClient, client_for: Callable[..., FlaskClient]) -> None:
    assert visitor.post("/help").status_code == 405
