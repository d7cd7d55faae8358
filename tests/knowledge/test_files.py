"""Uploads: stored once, told by their content, deleted with all that came of them."""

from __future__ import annotations

import io

import pytest

from workbench.errors import BadInput, BudgetExceeded, NotFound, TooLarge
from workbench.runs.identity import owner
from workbench.settings import TIERS, TierLimits, load_settings
from workbench.storage.models import File, User
from workbench.studio import Studio

NOTE = b"# Snow\n\nThe last snow melts in May.\n"


@pytest.fixture
def other(studio):
    with studio.database.begin() as session:
        user = User(username="other", email="other@localhost")
        session.add(user)
        session.flush()
        return user.id


def _objects(studio):
    return sorted(path for path in studio.settings.uploads_folder.rglob("*") if path.is_file())


def test_upload_read_and_give_back(studio):
    given = studio.files.upload_file(studio.user_id, ("notes.md", NOTE))
    assert given["filename"] == given["original_filename"] == "notes.md"
    assert (given["file_type"], given["file_size"]) == ("md", len(NOTE))
    assert given["processing_status"] == "ready" and given["is_processed"] and given["error"] is None
    assert "The last snow melts in May." in studio.files.document(given["id"], studio.user_id).text
    assert studio.files.content(given["id"], studio.user_id) == NOTE
    assert studio.runs.get(given["run_id"]).kind == "file.upload"
    (listed,) = studio.files.get_user_files(studio.user_id)
    assert listed["id"] == given["id"]


def test_the_same_file_again_is_the_same_file_and_another_name_shares_its_bytes(studio):
    first = studio.files.upload_file(studio.user_id, ("notes.md", NOTE))
    again = studio.files.upload_file(studio.user_id, ("notes.md", NOTE))
    copy = studio.files.upload_file(studio.user_id, ("copy.md", NOTE))
    assert (first["duplicate"], again["duplicate"], copy["duplicate"]) == (False, True, False)
    assert again["id"] == first["id"] != copy["id"]
    assert len(_objects(studio)) == 1
    assert studio.files.delete_file(first["id"], studio.user_id) is True
    assert studio.files.content(copy["id"], studio.user_id) == NOTE
    assert studio.files.document(copy["id"], studio.user_id).text
    studio.files.delete_file(copy["id"], studio.user_id)
    assert _objects(studio) == []
    back = studio.files.upload_file(studio.user_id, ("notes.md", NOTE))
    assert back["processing_status"] == "ready" and not back["duplicate"]


def test_what_cannot_be_read_is_kept_and_says_why(studio):
    given = studio.files.upload_file(studio.user_id, ("paper.pdf", b"\x89PNG\r\n\x1a\n" + bytes(64)))
    assert given["processing_status"] == "failed" and not given["is_processed"]
    assert given["error"].startswith("The file is a PNG picture, but its name says a PDF document")
    assert studio.files.content(given["id"], studio.user_id).startswith(b"\x89PNG")
    with pytest.raises(NotFound, match="text is not there"):
        studio.files.document(given["id"], studio.user_id)


def test_a_file_that_is_too_large_leaves_nothing(home):
    studio = Studio(load_settings(max_content_length=1000))
    with pytest.raises(TooLarge, match=r"larger than the 1000 B .* MAX_CONTENT_LENGTH"):
        studio.files.upload_file(studio.user_id, ("big.txt", b"x" * 1001))
    assert studio.files.upload_file(studio.user_id, ("fits.txt", b"x " * 500))["processing_status"] == "ready"
    assert len(studio.files.get_user_files(studio.user_id)) == len(_objects(studio)) == 1
    studio.close()


def test_a_stream_that_breaks_off_leaves_nothing(studio):
    class Cut(io.RawIOBase):
        name = "cut.txt"
        given = 0

        def readable(self):
            return True

        def read(self, size=-1):
            self.given += 1
            if self.given > 1:
                raise ConnectionResetError(104, "Connection reset by peer")
            return b"words " * 1000

    with pytest.raises(BadInput, match=r"could not be read to its end: Connection reset"):
        studio.files.upload_file(studio.user_id, Cut())
    assert studio.files.get_user_files(studio.user_id) == []
    assert _objects(studio) == []


def test_the_tiers_storage_is_not_passed(home):
    tiers = TIERS | {"free": TierLimits(storage_bytes=100)}
    studio = Studio(load_settings(workbench_tiers=tiers))
    studio.files.upload_file(studio.user_id, ("one.txt", b"a word " * 10))
    with pytest.raises(BudgetExceeded, match=r"70 B of 100 B.* storage_bytes"):
        studio.files.upload_file(studio.user_id, ("two.txt", b"other words " * 10))
    with pytest.raises(BudgetExceeded):
        studio.files.add_texts(studio.user_id, [("two", "other words " * 10)])
    assert len(studio.files.get_user_files(studio.user_id)) == len(_objects(studio)) == 1
    studio.close()


@pytest.mark.parametrize("call", ["get_file", "document", "content", "delete_file", "process_file"])
def test_somebody_elses_file_is_not_there(studio, other, call):
    mine = studio.files.upload_file(studio.user_id, ("notes.md", NOTE))
    with pytest.raises(NotFound, match="There is no file"):
        getattr(studio.files, call)(mine["id"], other)
    assert studio.files.get_user_files(other) == []
    assert studio.files.get_file(mine["id"], studio.user_id)["processing_status"] == "ready"


def test_a_file_whose_reader_died_can_be_read(studio):
    given = studio.files.upload_file(studio.user_id, ("notes.md", NOTE), process=False)
    assert given["processing_status"] == "pending"
    host, pid, _ = owner().rsplit(":", 2)
    with studio.database.begin() as session:
        row = session.get(File, given["id"])
        row.processing_status, row.meta = "processing", {"reader": f"{host}:{pid}:1"}
    again = Studio(studio.settings)
    assert again.files.get_file(given["id"], again.user_id)["processing_status"] == "pending"
    assert again.files.process_file(given["id"], again.user_id)["processing_status"] == "ready"
    again.close()


def test_strict_replay_stores_nothing_and_names_a_changed_file(studio, tmp_path):
    path = tmp_path / "notes.md"
    path.write_bytes(NOTE)
    first = studio.files.upload_file(studio.user_id, path)
    studio.runs.begin_execution()
    studio.files.delete_file(first["id"], studio.user_id)
    with studio.runs.replay("strict"):
        assert studio.files.upload_file(studio.user_id, path) == first
        path.write_bytes(NOTE + b"More.\n")
        with pytest.raises(LookupError, match=r"inputs\.digest"):
            studio.files.upload_file(studio.user_id, path)
    assert _objects(studio) == []
