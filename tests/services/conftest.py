"""A real OpenSearch, fetched as a Java dependency and started on the loopback address for these tests alone."""

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch_server import Server, read_place

HERE = Path(__file__).parent / "opensearch"
START_SECONDS = 240


def _skip(why: str) -> None:
    pytest.skip(f"NOT RUN: OPENSEARCH IS NOT TESTED HERE, because {why}")


def _class_path(folder: Path) -> str:
    """The Java class path of the server, fetched where it is not there yet."""
    found = folder / "classpath"
    asked = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:build-classpath", f"-Dmdep.outputFile={found}"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        _skip(f"Maven does not run or finish ({type(error).__name__})")
        raise
    if done.returncode:
        _skip(f"Maven could not fetch it: {done.stdout.strip().splitlines()[:1]}")
    return found.read_text()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a running server."""
    if not shutil.which("mvn") or not shutil.which("java"):
        _skip("there is no Maven or no Java; on Debian and Ubuntu: install maven and a JDK of version 17")
    enable_socket()
    folder = Path(tempfile.mkdtemp(prefix="candour-opensearch-"))
    port = _free_port()
    command = ["java", "-Xms512m", "-Xmx1g", "-cp", _class_path(folder), str(HERE / "Server.java")]
    with (folder / "log").open("wb") as log:
        command += [str(folder / "data"), str(port), str(_free_port())]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                _skip(f"it did not start: {(folder / 'log').read_text(errors='replace')[-300:]}")
            time.sleep(0.5)
        yield f"opensearch+{url}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        disable_socket(allow_unix_socket=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """These tests speak to a server on this machine."""


@pytest.fixture(scope="session")
def make_engine(server_url: str) -> Callable[[Path], OpenSearchEngine]:
    """An engine for each folder, with a prefix of its own."""
    prefixes: dict[Path, str] = {}

    def make(folder: Path) -> OpenSearchEngine:
        prefix = prefixes.setdefault(folder, f"test{secrets.token_hex(5)}")
        server = Server(read_place(f"{server_url}/{prefix}"), password="", authorities=None)
        return OpenSearchEngine(server, folder, wait_seconds=0.2)

    return make
