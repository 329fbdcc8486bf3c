"""The file store: write-once, kept by its hash, and never a path made from a person's name for a file."""

import io
import os

import pytest

from store import uploads
from store.errors import InvalidInputError, NotFoundError
from store.settings import load_settings


def test_bytes_are_stored_once_and_cannot_be_written_to(archive):
    with archive.writing() as session:
        first, new = archive.files.put(session, archive.files.take_bytes(b"a page"))
        again, newer = archive.files.put(session, archive.files.take_bytes(b"a page"))

    assert (new, newer) == (True, False)
    assert first.sha256 == again.sha256
    path = archive.files.original(first.sha256)
    assert path.read_bytes() == b"a page"
    assert path.stat().st_mode & 0o777 == 0o400


def test_many_stored_at_once_each_say_whether_their_bytes_are_new(archive):
    with archive.writing() as session:
        archive.files.put(session, archive.files.take_bytes(b"known"))

    with archive.writing() as session:
        taken = [archive.files.take_bytes(content) for content in (b"known", b"new", b"new", b"other")]
        stored = archive.files.put_all(session, taken)

    assert [is_new for _, is_new in stored] == [False, True, False, True]
    assert [archive.files.original(row.sha256).read_bytes() for row, _ in stored] == [
        b"known",
        b"new",
        b"new",
        b"other",
    ]
    assert not any(each.path.exists() for each in taken)
    with archive.reading() as session:
        assert archive.files.reconcile(session) == ([], [])


def test_taking_a_file_leaves_it_as_it_was(archive, tmp_path):
    source = tmp_path / "memo.txt"
    source.write_bytes(b"a memorandum")
    before = source.stat()

    spooled = archive.files.take(source)

    assert spooled.size == 12
    assert source.read_bytes() == b"a memorandum"
    assert source.stat().st_mtime_ns == before.st_mtime_ns


def test_a_link_is_not_followed_and_a_pipe_does_not_wait(archive, tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError):
        archive.files.take(tmp_path / "link")
    with pytest.raises(InvalidInputError, match="not an ordinary file"):
        archive.files.take(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab" * 31, "AB" * 32, "/" * 64])
def test_only_a_hash_is_a_key(archive, name):
    with pytest.raises(InvalidInputError):
        archive.files.path(name)


@pytest.mark.parametrize("name", ["../up.jpg", "a/b", "", ".hidden", "x" * 200])
def test_a_derivative_has_a_plain_name(archive, name):
    with pytest.raises(InvalidInputError):
        archive.files.derivative("ab" * 32, name)


def test_what_is_not_there_is_said_so(archive):
    with pytest.raises(NotFoundError, match="candour doctor"):
        archive.files.original("ab" * 32)


def test_rows_and_files_are_compared_both_ways(archive):
    with archive.writing() as session:
        kept, _ = archive.files.put(session, archive.files.take_bytes(b"kept"))
    stray = archive.files.path("cd" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"stray")
    archive.files.original(kept.sha256).rename(archive.settings.data / "moved-away")

    with archive.reading() as session:
        assert archive.files.reconcile(session) == ([kept.sha256], ["cd" * 32])


def test_sweeping_the_spool_leaves_the_work_of_other_processes(archive):
    left = archive.files.take_bytes(b"left by an interrupted ingest").path
    with archive.files.scratch() as other:
        (other / "bundle.pdf").touch()
        archive.files.sweep_spool()
        assert (other / "bundle.pdf").exists()
    assert not left.exists()


def test_the_data_folder_is_its_owners_alone(archive):
    for folder in (archive.settings.data, archive.settings.originals, archive.settings.spool):
        assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("memo.txt", "memo.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\clerk\\Tŷ Gwŷr.doc", "Tŷ Gwŷr.doc"),
        ("a\x00b\n.txt", "ab.txt"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_an_uploaded_files_name_is_a_name_and_never_a_path(archive, given, kept):
    folder = uploads.new_upload_folder(archive)

    saved = uploads.save_upload(folder, given, io.BytesIO(b"content"))

    assert saved == folder / kept
    assert saved.read_bytes() == b"content"
    assert folder.name == "uploaded"  # what a person sees before the name
    uploads.discard_upload(archive, folder)
    assert list((archive.settings.data / "uploads").iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "/", "\x00"])
def test_an_upload_without_a_name_is_refused(archive, name):
    with pytest.raises(InvalidInputError, match="no name"):
        uploads.save_upload(uploads.new_upload_folder(archive), name, io.BytesIO(b""))


def test_two_uploads_of_one_name_do_not_overwrite_each_other(archive):
    folder = uploads.new_upload_folder(archive)
    uploads.save_upload(folder, "memo.txt", io.BytesIO(b"first"))
    with pytest.raises(InvalidInputError, match="Two of the files"):
        uploads.save_upload(folder, "memo.txt", io.BytesIO(b"second"))
    assert (folder / "memo.txt").read_bytes() == b"first"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CANDOUR_DATABASE_URL": "postgresql://x"}, "sqlite"),
        ({"CANDOUR_SEARCH_URL": "lucene:"}, "whoosh:"),
        ({"CANDOUR_SEARCH_URL": "opensearch+http://search.example.org/papers"}, "opensearch\\+https"),
        ({"CANDOUR_SEARCH_URL": "opensearch+https://me:hidden@search.example.org/x"}, "CANDOUR_SEARCH_PASSWORD_FILE"),
        ({"CANDOUR_PORT": "x"}, "CANDOUR_PORT"),
        ({"CANDOUR_URL": "http://candour.example.org"}, "https"),
        (
            {"CANDOUR_URL": "ftp://x", "CANDOUR_PROCESSES": "0"},
            "CANDOUR_PROCESSES.*CANDOUR_URL|CANDOUR_URL.*CANDOUR_PROCESSES",
        ),
    ],
)
def test_every_fault_of_the_settings_is_said_at_once(environment, words):
    with pytest.raises(InvalidInputError, match=words):
        load_settings(environment)


def test_a_password_in_the_search_servers_address_is_not_repeated():
    with pytest.raises(InvalidInputError) as caught:
        load_settings({"CANDOUR_SEARCH_URL": "opensearch+https://me:hidden@search.example.org/x"})
    assert "hidden" not in str(caught.value)


def test_plain_http_is_allowed_on_this_machine_and_https_anywhere():
    assert load_settings({"CANDOUR_URL": "http://localhost:9000"}).url == "http://localhost:9000"
    assert load_settings({"CANDOUR_URL": "https://candour.example.org"}).url.startswith("https")
