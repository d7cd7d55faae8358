"""The migration that brings accounts keeps what a database held before."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from tests.accounts.house import PASSWORD
from workbench.accounts import AccountService
from workbench.storage.migrate import head, upgrade
from workbench.studio import Studio

ROWS = """
INSERT INTO users
    (id, email, username, is_active, role, preferences, subscription_tier, created_at, updated_at)
VALUES
    ('u1', 'anna@example.org', 'anna', true, 'admin', '{"theme": "dark"}', 'pro',
    '2025-01-01 00:00:00', '2025-01-01 00:00:00');
INSERT INTO chat_sessions (id, user_id, title, settings, is_active, created_at, updated_at)
VALUES ('c1', 'u1', 'Snow', '{}', true, '2025-01-01 00:00:00', '2025-01-01 00:00:00');
INSERT INTO chat_messages (id, session_id, role, content, metadata, tokens_used, created_at)
VALUES ('m1', 'c1', 'user', 'When does it melt?', '{}', 0, '2025-01-01 00:00:00')
"""


def keeps_what_was_there(settings):
    lock = settings.home / "migrate.lock"
    engine = create_engine(settings.database)
    upgrade(engine, lock=lock, to="0002")
    with engine.begin() as connection:
        for statement in ROWS.split(";"):
            connection.execute(text(statement.replace(":", r"\:")))
    upgrade(engine, lock=lock)
    engine.dispose()
    studio = Studio(settings)
    assert studio.database.revision() == head() >= "0003"
    assert studio.database.integrity() == []
    assert studio.chat.get_session("c1", "u1")["messages"][0]["content"] == "When does it melt?"
    accounts = AccountService(studio)
    anna = accounts.find("anna")
    assert (anna.id, anna.role, anna.subscription_tier) == ("u1", "admin", "pro")
    assert anna.preferences == {"theme": "dark"}
    accounts.set_password("anna", PASSWORD)
    assert accounts.login("anna@example.org", PASSWORD, address="10.0.0.1").id == "u1"
    studio.close()


def test_the_migration_keeps_what_was_there(settings):
    keeps_what_was_there(settings)
