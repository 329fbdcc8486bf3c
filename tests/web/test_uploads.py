"""Handing files over in the browser."""

import io
from pathlib import Path

from flask import Flask

from store.archive import Archive
from store.jobs import Job, enqueue, recent_jobs
from web.received import TidyRequest


def jobs(archive: Archive) -> list[Job]:
    with archive.reading() as session:
        return recent_jobs(session)


def uploaded(archive: Archive) -> list[Path]:
    return [path for path in (archive.settings.data / "uploads").rglob("*") if path.is_file()]


def form(*files: tuple[bytes, str]) -> dict[str, object]:
    return {
        "batch": "Box 4",
        "source": "Basement store",
        "files": [(io.BytesIO(content), name) for content, name in files],
    }


def test_files_are_kept_and_a_worker_is_asked_to_take_them_in(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/upload", data=form((b"one", "a.txt"), (b"two", "b.txt")))

    assert answer.location == "/uploads/1"
    (job,) = jobs(archive)
    assert (job.kind, job.asked_by) == ("ingest", "records-officer@example.org")
    (folder,) = job.arguments["paths"]
    assert {path.name: path.read_bytes() for path in Path(folder).iterdir()} == {"a.txt": b"one", "b.txt": b"two"}
    assert (job.arguments["batch"], job.arguments["source"]) == ("Box 4", "Basement store")
    assert job.arguments["upload"] == folder


def test_a_name_that_would_be_a_path_stays_a_name(officer_client, archive: Archive) -> None:
    officer_client.post("/upload", data=form((b"one", "../../../escaped.txt"), (b"two", "/etc/other.txt")))

    uploads = archive.settings.data / "uploads"
    assert sorted(path.name for path in uploaded(archive)) == ["escaped.txt", "other.txt"]
    assert all(uploads in path.parents for path in uploaded(archive))
    assert not list(archive.settings.data.glob("*.txt"))


def test_nothing_is_kept_of_an_upload_that_is_refused(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/upload", data=form((b"one", "a.txt"), (b"two", "a.txt")))

    assert answer.status_code == 400
    assert "Two of the files are called a.txt" in answer.text
    assert uploaded(archive) == []
    assert jobs(archive) == []


def test_what_is_missing_is_said_beside_its_field(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/upload", data={"batch": " ", "source": ""})

    assert answer.status_code == 400
    for sentence in ("Choose at least one file", "Give the batch a name", "Say where the files came from"):
        assert sentence in answer.text
    assert jobs(archive) == []


def test_an_upload_without_the_token_keeps_nothing(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/upload", data=form((b"one", "a.txt")), csrf=False)

    assert answer.status_code == 400
    assert uploaded(archive) == []


def test_progress_looks_again_until_the_work_is_done(officer_client, archive: Archive) -> None:
    officer_client.post("/upload", data=form((b"one", "a.txt")))
    assert 'data-refresh="/uploads/1"' in officer_client.get("/uploads/1").text

    with archive.writing() as session:
        job = session.get_one(Job, 1)
        job.state, job.message = "failed", "The disk is full: free some space and upload again."

    page = officer_client.get("/uploads/1").text
    assert "data-refresh" not in page
    assert "The disk is full: free some space and upload again." in page


def test_work_of_another_kind_is_not_an_upload(officer_client, archive: Archive) -> None:
    with archive.writing() as session:
        number = enqueue(session, "bundle", payload={}, actor="lawyer@example.org").id

    assert officer_client.get(f"/uploads/{number}").status_code == 404


def test_an_upload_that_is_refused_on_the_way_leaves_nothing_open(app: Flask, officer_client, monkeypatch) -> None:
    received = []
    begin = TidyRequest._get_file_stream
    monkeypatch.setattr(
        TidyRequest, "_get_file_stream", lambda *a, **k: received.append(begin(*a, **k)) or received[-1]
    )
    app.config["MAX_CONTENT_LENGTH"] = 2_000_000
    # Written by hand: the client's own encoder leaves a file open itself.
    head = '--edge\r\nContent-Disposition: form-data; name="files"; filename="{}.txt"\r\n\r\n'
    body = b"\r\n".join(head.format(number).encode() + b"x" * 900_000 for number in range(4))

    answer = officer_client.post(
        "/upload",
        input_stream=io.BytesIO(body),
        content_type="multipart/form-data; boundary=edge",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""},
        csrf=False,
    )

    assert answer.status_code == 413
    assert len(received) == 3
    assert all(stream.closed for stream in received)
