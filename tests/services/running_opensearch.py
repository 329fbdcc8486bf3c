"""A real OpenSearch with its security plugin, fetched from Maven Central and started on the loopback address."""

import json
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.services.certificates import Authority, make_authority

HERE = Path(__file__).parent / "opensearch"
START_SECONDS = 240
USER = "candour"
# What docs/how-to/administrator.md says a server must allow; prefixes of tests begin with "test".
ROLE = {
    "cluster_permissions": ["indices:data/write/bulk"],
    "index_permissions": [{"index_patterns": ["test*"], "allowed_actions": ["indices_all"]}],
}


class CannotStartError(Exception):
    """Why the server cannot be had here."""


@dataclass(frozen=True)
class RunningServer:
    """Where it is, who may ask it for what, and whom to trust."""

    port: int
    password: str
    authority: Authority
    process_id: int
    admin: tuple[Path, Path]

    def url(self, prefix: str, *, host: str = "127.0.0.1", user: str = USER) -> str:
        """The address as `CANDOUR_SEARCH_URL` has it."""
        return f"opensearch+https://{user}@{host}:{self.port}/{prefix}"

    def as_admin(self, method: str, path: str, body: object = None) -> str:
        """What the server answers the owner of the certificate of its administrator."""
        context = ssl.create_default_context(cafile=self.authority.certificate)
        context.load_cert_chain(*self.admin)
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return str(answer.read().decode())

    def add_user(self, name: str, password: str, role: object = None) -> None:
        """The user may do what the role says, or nothing."""
        self.as_admin("PUT", f"/_plugins/_security/api/internalusers/{name}", {"password": password})
        if role:
            self.as_admin("PUT", f"/_plugins/_security/api/roles/{name}", role)
            self.as_admin("PUT", f"/_plugins/_security/api/rolesmapping/{name}", {"users": [name]})


@contextmanager
def running_opensearch() -> Iterator[RunningServer]:
    """A server that answers, until the end of the block; nothing of it is left after.

    Raises:
        CannotStartError: It cannot be fetched or started here.
    """
    if not shutil.which("mvn") or not shutil.which("java"):
        raise CannotStartError("there is no Maven or no Java: on Debian or Ubuntu install maven and the JDK 17")
    folder = Path(tempfile.mkdtemp(prefix="candour-opensearch-"))
    try:
        settings = folder / "data" / "node_1" / "config"
        settings.mkdir(parents=True)
        authority = make_authority(settings)
        authority.sign("node")
        admin = authority.sign("admin")
        port = _free_port()
        command = ["java", "-Xms512m", "-Xmx1g", "-cp", _class_path(folder, settings), str(HERE / "Server.java")]
        command += [str(folder / "data"), str(port), str(_free_port())]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            server = RunningServer(port, secrets.token_urlsafe(18), authority, process.pid, admin)
            _wait_for(server, process, folder / "log")
            server.add_user(USER, server.password, ROLE)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _class_path(folder: Path, settings: Path) -> str:
    """The Java class path of server and plugin, fetched where they are not there yet; the plugin's own settings."""
    found = folder / "classpath"
    asked = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:build-classpath", f"-Dmdep.outputFile={found}"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStartError(f"Maven does not run or finish ({type(error).__name__})") from error
    if done.returncode:
        raise CannotStartError(f"Maven could not fetch it: {done.stdout.strip().splitlines()[:1]}")
    fetched = [Path(each) for each in found.read_text().split(":")]
    jars = [path for path in fetched if path.suffix == ".jar"]
    plugin = folder / "plugin"
    with ZipFile(next(path for path in fetched if path.suffix == ".zip")) as packed:
        packed.extractall(plugin)
    shutil.copytree(plugin / "config", settings / "opensearch-security")
    # The setting under which a server says nothing of what it leaves out, because the user may not see it.
    config = settings / "opensearch-security" / "config.yml"
    written = config.read_text()
    config.write_text(written.replace("  dynamic:\n", "  dynamic:\n    do_not_fail_on_forbidden: true\n", 1))
    known = {_artifact(path) for path in jars}
    return ":".join(map(str, [*jars, *(path for path in sorted(plugin.glob("*.jar")) if _artifact(path) not in known)]))


def _artifact(jar: Path) -> str:
    return re.sub(r"-\d.*", "", jar.name)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(server: RunningServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            # The plugin lets nobody in before it has read its settings, but for the administrator.
            if '"UP"' in server.as_admin("GET", "/_plugins/_security/health"):
                return
        except (OSError, urllib.error.URLError):
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStartError(f"it did not start: {log.read_text(errors='replace')[-300:]}")
        time.sleep(0.5)
