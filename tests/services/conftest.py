"""A real OpenSearch for these tests alone, with TLS and sign-in as it should be run."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch_server import Server, read_place
from tests.services.running_opensearch import CannotStartError, RunningServer, running_opensearch


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """A running server."""
    enable_socket()
    try:
        with running_opensearch() as running:
            yield running
    except CannotStartError as error:
        pytest.skip(f"NOT RUN: OPENSEARCH IS NOT TESTED HERE, because {error}")
    finally:
        disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """These tests speak to a server on this machine."""


@pytest.fixture(scope="session")
def make_engine(server: RunningServer) -> Callable[[Path], OpenSearchEngine]:
    """An engine for each folder, with a prefix of its own."""
    prefixes: dict[Path, str] = {}

    def make(folder: Path) -> OpenSearchEngine:
        prefix = prefixes.setdefault(folder, f"test{secrets.token_hex(5)}")
        there = Server(
            read_place(server.url(prefix)), password=server.password, authorities=server.authority.certificate
        )
        return OpenSearchEngine(there, folder, wait_seconds=0.2)

    return make
