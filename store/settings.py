"""The environment, read once into typed, frozen settings whose defaults are safe."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from store.errors import InvalidInputError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SCANNER_FAILURES = ("refuse", "wait")
ENGINES = ("whoosh:", "tantivy:", "opensearch+https://user@host:9200/prefix")


@dataclass(frozen=True)
class Settings:
    """Where this archive lives and how it is served.

    Each field is set by one environment variable, `CANDOUR_` and the field's name in capitals;
    `docs/settings.md` lists them.
    """

    data: Path
    database_url: str
    search_url: str
    search_password_file: Path
    search_ca_file: Path | None
    audit_key_file: Path
    audit_head_file: Path
    secret_key_file: Path
    notice_file: Path
    url: str
    host: str
    port: int
    processes: int
    page_seconds: int
    file_seconds: int
    reader_memory_mb: int
    authority: str
    clamd: str
    clamd_failure: str

    @property
    def originals(self) -> Path:
        """The folder of the write-once bytes."""
        return self.data / "originals"

    @property
    def derivatives(self) -> Path:
        """The folder of what can be made again from the originals."""
        return self.data / "derivatives"

    @property
    def spool(self) -> Path:
        """The folder of bytes on their way in."""
        return self.data / "spool"

    @property
    def file_passwords(self) -> Path:
        """The passwords given for protected files, where any were."""
        return self.data / "secrets" / "file-passwords"

    @property
    def index(self) -> Path:
        """The folder of the search index."""
        return self.data / "index"

    @property
    def signatures(self) -> Path:
        """The folder of the pages' sketches, by which pages that are alike are found."""
        return self.data / "signatures"

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix("sqlite:///"))


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, with every fault listed at once.

    Raises:
        InvalidInputError: One or more variables cannot be used.
    """
    values = os.environ if environment is None else environment
    faults: list[str] = []
    data = Path(values.get("CANDOUR_DATA", "var")).expanduser().absolute()
    database_url = values.get("CANDOUR_DATABASE_URL", f"sqlite:///{data / 'candour.sqlite3'}")
    if not database_url.startswith("sqlite:///"):
        faults.append(
            "CANDOUR_DATABASE_URL must begin with sqlite:///: "
            "the rules that keep held rows are proved on SQLite alone so far"
        )
    search_url = values.get("CANDOUR_SEARCH_URL", "whoosh:")
    faults += _search_faults(search_url)
    host = values.get("CANDOUR_HOST", "127.0.0.1")
    port = _number(values, "CANDOUR_PORT", 8000, faults, at_most=65535)
    url = values.get("CANDOUR_URL", f"http://{host}:{port}")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        faults.append(
            "CANDOUR_URL must begin with https:// when it is not this machine's own address: "
            "sign-ins and files would travel in the clear"
        )
    elif parts.scheme not in {"http", "https"}:
        faults.append("CANDOUR_URL must begin with https:// or, on this machine alone, http://")
    clamd = values.get("CANDOUR_CLAMD", "")
    if clamd and not clamd.startswith("unix:/") and not _is_local_port(clamd):
        faults.append(
            "CANDOUR_CLAMD must be unix:/path/to/clamd.ctl or tcp://127.0.0.1:PORT: another machine would be sent "
            "every file in the clear"
        )
    clamd_failure = values.get("CANDOUR_CLAMD_FAILURE", "refuse")
    if clamd_failure not in SCANNER_FAILURES:
        faults.append(f"CANDOUR_CLAMD_FAILURE must be {' or '.join(SCANNER_FAILURES)}")
    secrets_folder = data / "secrets"
    settings = Settings(
        data=data,
        database_url=database_url,
        search_url=search_url,
        search_password_file=Path(values.get("CANDOUR_SEARCH_PASSWORD_FILE", secrets_folder / "search.password")),
        search_ca_file=Path(values["CANDOUR_SEARCH_CA_FILE"]) if values.get("CANDOUR_SEARCH_CA_FILE") else None,
        audit_key_file=Path(values.get("CANDOUR_AUDIT_KEY_FILE", secrets_folder / "audit.key")),
        audit_head_file=Path(values.get("CANDOUR_AUDIT_HEAD_FILE", secrets_folder / "audit.head")),
        secret_key_file=Path(values.get("CANDOUR_SECRET_KEY_FILE", secrets_folder / "web.key")),
        notice_file=Path(values.get("CANDOUR_NOTICE_FILE", Path(__file__).parent.parent / "retention_categories.yaml")),
        url=url,
        host=host,
        port=port,
        processes=_number(values, "CANDOUR_PROCESSES", os.cpu_count() or 1, faults, at_most=256),
        page_seconds=_number(values, "CANDOUR_PAGE_SECONDS", 60, faults),
        file_seconds=_number(values, "CANDOUR_FILE_SECONDS", 3600, faults),
        reader_memory_mb=_number(values, "CANDOUR_READER_MEMORY_MB", 2048, faults),
        authority=values.get("CANDOUR_AUTHORITY", "The authority"),
        clamd=clamd,
        clamd_failure=clamd_failure,
    )
    if faults:
        raise InvalidInputError(f"Candour cannot start: {'; '.join(faults)}.")
    return settings


def _is_local_port(place: str) -> bool:
    parts = urlsplit(place)
    try:
        return parts.scheme == "tcp" and parts.hostname in LOOPBACK and bool(parts.port)
    except ValueError:
        return False


def _search_faults(url: str) -> list[str]:
    """What is wrong with the address of the search engine; a password in it is not repeated."""
    if url.partition(":")[0] in ("whoosh", "tantivy"):
        return []
    parts = urlsplit(url.removeprefix("opensearch+"))
    if not url.startswith("opensearch+") or parts.scheme not in ("http", "https"):
        return [f"CANDOUR_SEARCH_URL must be one of {', '.join(ENGINES)}"]
    faults = []
    if parts.password is not None:
        faults.append(
            "CANDOUR_SEARCH_URL must not hold the password, which every list of processes would show: put it in the"
            " file that CANDOUR_SEARCH_PASSWORD_FILE names"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        faults.append(
            "CANDOUR_SEARCH_URL must begin with opensearch+https:// when the server is not on this machine: the text of"
            " every file would travel in the clear"
        )
    return faults


def _number(values: Mapping[str, str], name: str, default: int, faults: list[str], *, at_most: int = 1_000_000) -> int:
    text = values.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= at_most:
        faults.append(f"{name} must be a whole number from 1 to {at_most}, not {text!r}")
        return default
    return int(text)


def secret_from(path: Path) -> bytes:
    """The secret in the file, made on first use and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()
