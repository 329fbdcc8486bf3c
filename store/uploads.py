"""Files handed over in the browser, on their way to an ingest; a person's file name is a name here, never a path."""

import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from store.archive import Archive
from store.errors import InvalidInputError

LONGEST_NAME = 200
# What a person sees before the name of each file that was uploaded.
SHOWN = "uploaded"


def new_upload_folder(archive: Archive) -> Path:
    """An empty folder for one upload, inside the data folder; the paths of its files begin with its name."""
    own = archive.settings.data / "uploads" / secrets.token_hex(8)
    folder = own / SHOWN
    folder.mkdir(parents=True, mode=0o700)
    own.chmod(0o700)
    own.parent.chmod(0o700)
    return folder


def save_upload(folder: Path, name: str, stream: BinaryIO) -> Path:
    """The bytes are in the folder under the last part of the name they came with, cleaned of what a path could use.

    Raises:
        InvalidInputError: Nothing is left of the name, or the folder has a file of it already.
    """
    cleaned = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable()).strip()
    while len(cleaned.encode()) > LONGEST_NAME:
        stem, dot, ending = cleaned.rpartition(".")
        cleaned = f"{stem[:-1]}.{ending}" if dot and len(ending) < 10 else cleaned[:-1]
    if cleaned in ("", ".", ".."):
        raise InvalidInputError("One of the files has no name: give it one and upload it again.")
    target = folder / cleaned
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise InvalidInputError(
            f"Two of the files are called {cleaned}: upload them one after the other, or as a ZIP."
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(stream, file)
    return target


def discard_upload(archive: Archive, folder: Path) -> None:
    """The upload's folder is gone: its bytes are in the file store, or the upload was given up."""
    uploads = (archive.settings.data / "uploads").resolve()
    # Of an upload made before they had a name of their own, the folder itself lies there.
    for own in (folder.resolve(), folder.resolve().parent):
        if own.parent == uploads:
            shutil.rmtree(own, ignore_errors=True)
