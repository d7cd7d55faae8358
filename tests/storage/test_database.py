"""Opening, migrating and refusing databases; the specification's way of using them."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from workbench.errors import BadInput, Corrupted, OutdatedDatabase, WorkbenchError
from workbench.settings import load_settings
from workbench.storage import ChatSession, Database, User, db
from workbench.storage.base import Base
from workbench.storage.database import SCHEMA
from workbench.storage.migrate import head


def test_the_migrations_make_exactly_the_models(settings):
    database = Database(settings)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert database.revision() == SCHEMA == head()
    database.close()


def test_many_openings_at_once_migrate_once(settings):
    opened, errors = [], []

    def open_one():
        try:
            opened.append(Database(settings))
        except Exception as error:  # noqa: BLE001 - any error of a thread counts
            errors.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for database in opened:
        database.close()


def test_a_newer_database_is_refused_and_left_alone(settings):
    Database(settings).close()
    path = settings.home / "workbench.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(OutdatedDatabase, match=rf"at schema 9999 and this version .* needs schema {SCHEMA}"):
        Database(settings)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_said_so_and_left_alone(settings):
    path = settings.home / "workbench.db"
    path.write_bytes(b"not a database, but somebody's letter" * 100)
    with pytest.raises(Corrupted, match="not readable"):
        Database(settings)
    assert path.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("nonsense", BadInput, "DATABASE_URL is no database address"),
        (
            "mysql://u:pw-of-nobody@host/name",
            BadInput,
            "names a mysql database; expected sqlite or postgresql",
        ),
        ("sqlite:////proc/nowhere/x.db", WorkbenchError, "its folder cannot be made"),
    ],
)
def test_a_bad_address_is_one_sentence_without_the_address(home, url, error, words):
    with pytest.raises(error, match=words) as caught:
        Database(load_settings(database_url=url))
    assert url not in str(caught.value)
    assert "pw-of-nobody" not in str(caught.value)


def test_a_password_in_the_address_never_shows(home):
    secret = "hunter2-hunter2"
    with pytest.raises(WorkbenchError) as caught:
        Database(load_settings(database_url=f"postgresql://u:{secret}@127.0.0.1:1/nowhere"))
    assert secret not in str(caught.value) and secret not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_sessions_of_the_specification_work_on_the_default_studio(studio):
    user = User(id="u1", email="user@example.com", username="username")
    db.session.add(user)
    db.session.commit()
    assert User.query.filter_by(email="user@example.com").first().username == "username"
    # An open session that only reads holds no lock against others.
    db.session.add(ChatSession(user_id="u1", title="t"))
    db.session.commit()
    db.session.query(User).all()
    studio.runs.execute("other", {}, lambda _: 1)


def test_foreign_keys_are_enforced(studio):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), studio.database.begin() as session:
        session.add(ChatSession(user_id="nobody", title="t"))
