"""A search server with TLS and sign-in: whom it lets in, whom we trust, and what we say when either fails."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from search.engine import IndexDocument
from search.engines.opensearch import OpenSearchEngine, open_engine
from search.engines.opensearch_errors import SearchUnreachableError
from search.engines.opensearch_server import Server, read_place
from search.language import parse_query
from store.errors import CandourError, InvalidInputError
from store.settings import load_settings
from tests.services.certificates import LOOPBACK, make_authority
from tests.services.running_opensearch import ROLE, RunningServer

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("opensearch")]

OPEN = frozenset({"open"})
ROADS = parse_query("roads")


def settings_of(server: RunningServer, folder: Path, *, password: str | None = None, **more: str) -> dict[str, str]:
    secret = folder / "password"
    secret.write_text(f"{server.password if password is None else password}\n", encoding="utf-8")
    return {
        "CANDOUR_DATA": str(folder),
        "CANDOUR_SEARCH_URL": server.url("testsecure"),
        "CANDOUR_SEARCH_PASSWORD_FILE": str(secret),
        "CANDOUR_SEARCH_CA_FILE": str(server.authority.certificate),
        **more,
    }


def refusal(engine: OpenSearchEngine, *, secret: str = "") -> str:
    """What is said instead of an answer: one sentence, without the password and the user's name."""
    with pytest.raises(SearchUnreachableError) as caught:
        engine.count(ROADS, compartments=OPEN)
    said = str(caught.value)
    assert said.count(". ") == 0, said
    assert not secret or secret not in said
    assert "candour@" not in said
    return said


def test_with_the_right_password_and_authority_it_indexes_and_finds(server: RunningServer, tmp_path: Path) -> None:
    engine = open_engine(load_settings(settings_of(server, tmp_path)))

    assert engine.index([IndexDocument(1, pages=[(1, "minutes of the roads committee")])]) == 1
    assert engine.find(ROADS, compartments=OPEN).total == 1
    assert engine.rebuild([IndexDocument(2, pages=[(1, "roads again")]), IndexDocument(3)]) == 2
    assert engine.matching(ROADS, compartments=OPEN) == (2,)
    engine.close()


def test_a_wrong_password_is_refused(server: RunningServer, tmp_path: Path) -> None:
    engine = open_engine(load_settings(settings_of(server, tmp_path, password="not-this-one-9")))

    assert "refuses the user or the password" in refusal(engine, secret="not-this-one-9")


def test_nobody_gets_in_without_a_user(server: RunningServer, tmp_path: Path) -> None:
    url = f"opensearch+https://127.0.0.1:{server.port}/testsecure"
    engine = open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_URL=url)))

    assert "refuses the user or the password" in refusal(engine)


@pytest.mark.parametrize("prefix", ["testsecure", "testnothing"])
def test_a_user_with_rights_to_other_indexes_alone_is_refused(
    server: RunningServer, tmp_path: Path, prefix: str
) -> None:
    elsewhere = {**ROLE, "index_permissions": [{"index_patterns": ["other*"], "allowed_actions": ["indices_all"]}]}
    server.add_user("stranger", "a-Strange-password-1", elsewhere)
    url = server.url(prefix, user="stranger")
    asked = settings_of(server, tmp_path, password="a-Strange-password-1", CANDOUR_SEARCH_URL=url)
    engine = open_engine(load_settings(asked))

    assert "who may not do what was asked" in refusal(engine, secret="a-Strange-password-1")
    with pytest.raises(SearchUnreachableError, match="who may not do what was asked"):
        engine.index([IndexDocument(1)])


def test_a_compartment_that_is_kept_from_the_user_is_told(server: RunningServer, tmp_path: Path) -> None:
    engine = open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_URL=server.url("testpart"))))
    engine.index([IndexDocument(1, pages=[(1, "roads")]), IndexDocument(2, compartment="restricted")])
    patterns = ["testpart.about", f"testpart.in-{b'restricted'.hex()}*"]
    part = {**ROLE, "index_permissions": [{"index_patterns": patterns, "allowed_actions": ["indices_all"]}]}
    server.add_user("partly", "a-Partial-password-1", part)
    url = server.url("testpart", user="partly")
    engine = open_engine(
        load_settings(settings_of(server, tmp_path, password="a-Partial-password-1", CANDOUR_SEARCH_URL=url))
    )

    assert "who may not do what was asked" in refusal(engine, secret="a-Partial-password-1")


def test_rights_that_are_taken_away_are_missed_at_once(server: RunningServer, tmp_path: Path) -> None:
    both = frozenset({"open", "restricted"})
    owner = open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_URL=server.url("testtaken"))))
    owner.index([IndexDocument(1, pages=[(1, "roads")]), IndexDocument(2, compartment="restricted")])
    password, url = "a-Short-lived-pass-1", server.url("testtaken", user="fleeting")
    server.add_user("fleeting", password, ROLE)
    asked = settings_of(server, tmp_path, password=password, CANDOUR_SEARCH_URL=url)
    engine = open_engine(load_settings(asked))
    assert engine.find(ROADS, compartments=both).total == 1

    left = ["testtaken.about", f"testtaken.in-{b'restricted'.hex()}*"]
    part = {**ROLE, "index_permissions": [{"index_patterns": left, "allowed_actions": ["indices_all"]}]}
    server.add_user("fleeting", password, part)

    # What the server itself answers: nothing was found, and no word of what it left out.
    names = ["testtaken.about", *owner._compartments.aliases().values()]
    answer = engine._server.search(names, {"query": {"match_all": {}}})
    assert answer["_shards"] == {"total": 2, "successful": 2, "skipped": 0, "failed": 0}
    for ask in (
        lambda: engine.find(ROADS, compartments=both),
        lambda: engine.count(ROADS, compartments=both),
        lambda: engine.matching(ROADS, compartments=both),
    ):
        with pytest.raises(SearchUnreachableError, match="who may not do what was asked"):
            ask()


def test_where_nothing_is_indexed_yet_nothing_is_found(server: RunningServer, tmp_path: Path) -> None:
    engine = open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_URL=server.url("testempty"))))

    assert engine.count(ROADS, compartments=OPEN) == 0


def test_a_server_that_nobody_we_trust_has_signed_is_refused(server: RunningServer, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path, "stranger")
    for authorities in (str(stranger.certificate), ""):
        asked = settings_of(server, tmp_path, CANDOUR_SEARCH_CA_FILE=authorities)

        said = refusal(open_engine(load_settings(asked)), secret=server.password)

        assert "is not trusted, and was sent nothing" in said


@contextmanager
def listening(folder: Path, known_as: tuple[x509.GeneralName, ...]) -> Iterator[tuple[Path, int, list[bytes]]]:
    """Something that speaks TLS under a certificate of these names; the authority to trust, the port, what it heard."""
    authority = make_authority(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("listener", known_as=known_as))
    heard: list[bytes] = []
    waiting = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = waiting.accept()
                with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as spoken:
                    heard.append(spoken.recv(4096))

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield authority.certificate, int(waiting.getsockname()[1]), heard
    finally:
        waiting.shutdown(socket.SHUT_RDWR)
        waiting.close()
        listener.join()


def test_a_certificate_for_another_name_is_refused_and_no_password_is_sent(tmp_path: Path) -> None:
    def ask(known_as: tuple[x509.GeneralName, ...], folder: Path) -> tuple[str, bytes]:
        folder.mkdir()
        with listening(folder, known_as) as (authorities, port, heard):
            place = read_place(f"opensearch+https://candour@127.0.0.1:{port}/papers")
            engine = OpenSearchEngine(Server(place, password="s3cret", authorities=authorities), folder / "index")
            with pytest.raises(CandourError) as caught:
                engine.count(ROADS, compartments=OPEN)
            engine.close()
        return str(caught.value), b"".join(heard)

    said, heard = ask((x509.DNSName("search.example.org"),), tmp_path / "other")
    assert "is not trusted, and was sent nothing" in said
    assert heard == b""
    # The same listener under the right name hears everything: the silence above is not the listener's.
    said, heard = ask(LOOPBACK, tmp_path / "right")
    assert "cannot be reached" in said
    assert b"authorization: basic" in heard.lower()


def test_a_file_that_is_not_there_is_named_by_its_setting(server: RunningServer, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    with pytest.raises(InvalidInputError, match="CANDOUR_SEARCH_PASSWORD_FILE"):
        open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_PASSWORD_FILE=gone)))
    with pytest.raises(InvalidInputError, match="CANDOUR_SEARCH_CA_FILE"):
        open_engine(load_settings(settings_of(server, tmp_path, CANDOUR_SEARCH_CA_FILE=gone)))
