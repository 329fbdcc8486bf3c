"""OpenDocument files under a password: opened with one of those given, after OpenDocument 1.2, part 3 (packages), 3.4.

Each part of the package is deflated and then encrypted by itself: with AES-256 in 1.2 and later, with Blowfish before.
What newer programs write beside that (AES in GCM under a key of Argon2) is named, and opened by nothing here.
"""

import base64
import binascii
import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from ingest.formats.ooxml import MAXIMUM_PART_BYTES, Element, parse_xml, read_part
from ingest.job import ReadingJob
from ingest.reading import UnreadableFile

_M = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_MANIFEST = "META-INF/manifest.xml"
_AES, _BLOWFISH = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", ("Blowfish CFB",)
_SHA256 = "http://www.w3.org/2000/09/xmldsig#sha256"
# What a password costs to try; a file that asks for much more was made to keep its reader busy.
_MOST_ITERATIONS = 2_000_000
_LONGEST_KEY = 64
_CHECKED = 1024
UNLOCKED = "unlocked.odf"
_NEWER = (
    "The document is protected by a password in a way that only newer office programs know, and nothing here opens it "
    "even with the password: ask its holder for a copy without one."
)


@dataclass(frozen=True)
class _Protected:
    """How one part of the package is protected."""

    name: str
    algorithm: str
    vector: bytes
    salt: bytes
    iterations: int
    key_size: int
    start_key: str
    checksum_type: str
    checksum: bytes


def unlock(job: ReadingJob, package: zipfile.ZipFile) -> Path | None:
    """A copy of the package without its protection, in the spool folder; None where nothing of it is protected.

    Raises:
        UnreadableFile: None of the passwords given opens it, it is protected in a newer way, or it is damaged.
    """
    manifest = parse_xml(read_part(package, _MANIFEST) or b"<none/>")
    protected = {each.name: each for each in _protected(manifest)}
    if not protected:
        return None
    first = min(protected.values(), key=lambda each: package.getinfo(each.name).file_size)
    held = _held(package, first.name)
    for password in job.passwords:
        if _opened(first, held, password) is not None:
            job.facts.note("The file is protected by a password and was opened with one of those given.")
            return _copy(job, package, protected, password)
    raise UnreadableFile("encrypted")


def _protected(manifest: Element) -> Iterator[_Protected]:
    for entry in manifest.iter(f"{_M}file-entry"):
        data = entry.find(f"{_M}encryption-data")
        if data is None:
            continue
        algorithm, derivation = data.find(f"{_M}algorithm"), data.find(f"{_M}key-derivation")
        start = data.find(f"{_M}start-key-generation")
        if algorithm is None or derivation is None or derivation.get(f"{_M}key-derivation-name") != "PBKDF2":
            raise UnreadableFile("encrypted", _NEWER)
        if (name := algorithm.get(f"{_M}algorithm-name")) not in (_AES, *_BLOWFISH):
            raise UnreadableFile("encrypted", _NEWER)
        try:
            yield _Protected(
                name=entry.get(f"{_M}full-path") or "",
                algorithm=name,
                vector=base64.b64decode(algorithm.get(f"{_M}initialisation-vector") or ""),
                salt=base64.b64decode(derivation.get(f"{_M}salt") or ""),
                iterations=int(derivation.get(f"{_M}iteration-count") or 0),
                key_size=int(derivation.get(f"{_M}key-size") or 16),
                start_key=(start.get(f"{_M}start-key-generation-name") if start is not None else "") or "SHA1",
                checksum_type=data.get(f"{_M}checksum-type") or "",
                checksum=base64.b64decode(data.get(f"{_M}checksum") or ""),
            )
        except (ValueError, binascii.Error) as error:
            raise UnreadableFile("damaged") from error


def _held(package: zipfile.ZipFile, name: str) -> bytes:
    found = read_part(package, name)
    if found is None:
        raise UnreadableFile("damaged")
    return found


def _opened(part: _Protected, held: bytes, password: str) -> bytes | None:
    """The part's deflated bytes, if this is the password: their checksum says so."""
    if not 1 <= part.iterations <= _MOST_ITERATIONS or not 1 <= part.key_size <= _LONGEST_KEY:
        raise UnreadableFile("damaged")
    start = hashlib.sha256 if part.start_key == _SHA256 else hashlib.sha1
    key = hashlib.pbkdf2_hmac("sha1", start(password.encode()).digest(), part.salt, part.iterations, part.key_size)
    try:
        if part.algorithm == _AES:
            padded = _deciphered(Cipher(AES(key), CBC(part.vector)), held)
            deflated = padded[: -padded[-1]] if padded and 1 <= padded[-1] <= len(padded) else padded
        else:
            deflated = _deciphered(Cipher(Blowfish(key), CFB(part.vector)), held)
    except ValueError as error:  # a key, vector or length that no such cipher has
        raise UnreadableFile("damaged") from error
    digest = hashlib.sha256 if part.checksum_type.lower().endswith("sha256-1k") else hashlib.sha1
    return deflated if part.checksum and digest(deflated[:_CHECKED]).digest() == part.checksum else None


def _deciphered(cipher: Cipher[Any], held: bytes) -> bytes:
    decryptor = cipher.decryptor()
    return decryptor.update(held) + decryptor.finalize()


def _copy(
    job: ReadingJob,
    package: zipfile.ZipFile,
    protected: Mapping[str, _Protected],
    password: str,
) -> Path:
    target = job.spool / UNLOCKED
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in package.infolist():
            if info.is_dir() or info.filename == _MANIFEST:  # which only says what is protected, and how
                continue
            held = _held(package, info.filename)
            part = protected.get(info.filename)
            out.writestr(info.filename, held if part is None else _inflated(part, held, password))
    return target


def _inflated(part: _Protected, held: bytes, password: str) -> bytes:
    deflated = _opened(part, held, password)
    if deflated is None:
        raise UnreadableFile("damaged")
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacking.decompress(deflated, MAXIMUM_PART_BYTES)
    except zlib.error as error:
        raise UnreadableFile("damaged") from error
    if unpacking.unconsumed_tail:
        raise UnreadableFile("bomb")
    return data
