import json

import pytest

from access.policy import OPERATOR
from records.register import visible_records
from store import backup
from store.errors import DamagedError, InvalidInputError, RefusedError
from store.settings import load_settings


def target(tmp_path):
    return load_settings({"CANDOUR_DATA": str(tmp_path / "elsewhere")})


def test_what_was_backed_up_is_restored_and_proved(archive, make_record, tmp_path):
    references = [make_record(b"one"), make_record(b"two")]
    made = backup.back_up(archive, tmp_path / "copy", actor="operator")

    restored, proof = backup.restore(tmp_path / "copy", target(tmp_path), actor="operator")

    assert (proof.files, proof.rows, proof.audit_head) == (made.files, made.rows, made.audit_head)
    with restored.reading() as session:
        assert [record.reference for record in visible_records(session, actor=OPERATOR)] == references
    assert backup.prove(restored).events == made.events + 1  # that it was restored is itself an event
    restored.close()


def test_restoring_never_overwrites_an_archive(archive, make_record, tmp_path):
    make_record()
    backup.back_up(archive, tmp_path / "copy", actor="operator")

    with pytest.raises(RefusedError, match="never overwrites"):
        backup.restore(tmp_path / "copy", archive.settings, actor="operator")


def test_a_backup_inside_the_archive_is_refused_because_it_would_be_lost_with_it(archive):
    with pytest.raises(InvalidInputError, match="inside the archive"):
        backup.back_up(archive, archive.settings.data / "backups" / "today", actor="operator")

    assert not (archive.settings.data / "backups").exists()


def test_a_backup_is_not_mixed_with_another(archive, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "something").touch()

    with pytest.raises(InvalidInputError, match="not empty"):
        backup.back_up(archive, tmp_path / "copy", actor="operator")


def test_a_backup_whose_original_was_changed_is_not_restored(archive, make_record, tmp_path):
    make_record(b"one")
    backup.back_up(archive, tmp_path / "copy", actor="operator")
    (original,) = (tmp_path / "copy" / "originals").glob("??/??/*")
    original.chmod(0o600)
    original.write_bytes(b"two")

    with pytest.raises(DamagedError, match="no longer what was stored"):
        backup.restore(tmp_path / "copy", target(tmp_path), actor="operator")
    assert not target(tmp_path).database_path.exists()


def test_a_backup_whose_database_was_changed_is_not_restored(archive, make_record, tmp_path):
    make_record(b"one")
    backup.back_up(archive, tmp_path / "copy", actor="operator")
    with (tmp_path / "copy" / backup.DATABASE).open("ab") as file:
        file.write(b"x")

    with pytest.raises(DamagedError, match="not the one that was written"):
        backup.restore(tmp_path / "copy", target(tmp_path), actor="operator")


def test_an_archive_with_a_changed_original_is_not_backed_up_as_if_whole(archive, make_record, tmp_path):
    make_record(b"one")
    (original,) = archive.settings.originals.glob("??/??/*")
    original.chmod(0o600)
    original.write_bytes(b"two")

    with pytest.raises(DamagedError):
        backup.back_up(archive, tmp_path / "copy", actor="operator")
    assert not (tmp_path / "copy" / backup.MANIFEST).exists()


def test_a_folder_that_is_no_backup_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="holds no backup"):
        backup.restore(tmp_path, target(tmp_path), actor="operator")


def test_the_backup_of_another_version_is_refused(archive, tmp_path):
    backup.back_up(archive, tmp_path / "copy", actor="operator")
    manifest = tmp_path / "copy" / backup.MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "schema": "9999"}))

    with pytest.raises(RefusedError, match="another version"):
        backup.restore(tmp_path / "copy", target(tmp_path), actor="operator")
