"""OpenDocument files under a password: one that LibreOffice made, and what the older protection looks like."""

import base64
import hashlib
import io
import os
import shutil
import zipfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher

from ingest.reading import UnreadableFile
from tests.ingest.reading_here import all_text, read_here

MADE = Path(__file__).parent / "made_by_libreoffice_7_4.odt"
WORD = "correct horse"
CONTENT = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    b"<text:p>Notes of the fostering panel</text:p></office:text></office:body></office:document-content>"
)
ENTRY = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    'manifest:full-path="content.xml" manifest:size="{size}"><manifest:encryption-data manifest:checksum-type="SHA1/1K"'
    ' manifest:checksum="{checksum}"><manifest:algorithm manifest:algorithm-name="{algorithm}" '
    'manifest:initialisation-vector="{vector}"/><manifest:key-derivation manifest:key-derivation-name="{derivation}" '
    'manifest:iteration-count="{iterations}" manifest:salt="{salt}"/></manifest:encryption-data></manifest:file-entry>'
    "</manifest:manifest>"
)


def older(path: Path, **changes: object) -> Path:
    """As programs wrote it up to OpenDocument 1.1: Blowfish, eight bits of feedback in blocks, SHA-1."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = packing.compress(CONTENT) + packing.flush()
    salt, vector = os.urandom(16), os.urandom(8)
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha1(WORD.encode()).digest(), salt, 1024, 16)
    encryptor = Cipher(Blowfish(key), CFB(vector)).encryptor()
    told = {
        "size": len(CONTENT),
        "checksum": base64.b64encode(hashlib.sha1(deflated[:1024]).digest()).decode(),
        "algorithm": "Blowfish CFB",
        "vector": base64.b64encode(vector).decode(),
        "derivation": "PBKDF2",
        "iterations": 1024,
        "salt": base64.b64encode(salt).decode(),
    } | changes
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", encryptor.update(deflated) + encryptor.finalize())
        package.writestr("META-INF/manifest.xml", ENTRY.format(**told))
    path.write_bytes(out.getvalue())
    return path


def refusal(path: Path, *passwords: str) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        read_here(path, passwords=passwords)
    return refused.value


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return Path(shutil.copy(MADE, tmp_path))


def test_a_document_that_libreoffice_protected_is_opened_with_its_password_and_says_so(made):
    reading = read_here(made, passwords=("wrong", WORD))

    assert "A letter to the Director about the gate" in all_text(reading)
    assert "opened with one of those given" in " ".join(reading.notes)
    assert WORD not in str(reading)


@pytest.mark.parametrize("passwords", [(), ("wrong",), ("Correct horse", "correct horse ")])
def test_without_the_right_password_it_stays_protected(made, passwords):
    assert refusal(made, *passwords).code == "encrypted"


def test_the_older_protection_is_opened_too(tmp_path):
    path = older(tmp_path / "a.odt")

    assert "Notes of the fostering panel" in all_text(read_here(path, passwords=("wrong", WORD)))
    assert refusal(path, "wrong").code == "encrypted"


def test_the_newer_protection_says_that_no_password_helps_here(tmp_path):
    for changes in (
        {"algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm"},
        {"derivation": "urn:org:documentfoundation:names:experimental:office:manifest:argon2id"},
    ):
        found = refusal(older(tmp_path / "a.odt", **changes), WORD)
        assert found.code == "encrypted"
        assert "nothing here opens it even with the password" in found.sentence


@pytest.mark.parametrize(
    "changes",
    [{"iterations": 10**9}, {"iterations": 0}, {"iterations": "x"}, {"vector": "AAAA"}, {"salt": "not base 64!"}],
)
def test_what_no_program_writes_is_damaged_and_costs_no_time(tmp_path, changes):
    assert refusal(older(tmp_path / "a.odt", **changes), WORD).code == "damaged"


def test_a_checksum_that_is_missing_opens_nothing(tmp_path):
    assert refusal(older(tmp_path / "a.odt", checksum=""), WORD).code == "encrypted"
