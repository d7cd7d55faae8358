"""What pages of conversations promise, whatever database they come from."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import itemgetter

import pytest

from workbench.errors import NotFound
from workbench.storage.models import ChatSession


def hold_each_conversation_once_as_it_is(studio):
    chat, accounts = studio.chat, studio.accounts
    carl, dora = (accounts.create(name).id for name in ("carl", "dora"))
    given = {"system_prompt": "Be\nbrief.", "settings": {"stop": ["\N{SNOWMAN}", '"'], "temperature": 0.5}}
    made = [
        chat.create_session(owner, f"{number} \N{SNOWMAN}", "gpt-4o", **given)
        for number, owner in enumerate([carl, dora] * 4)
    ]
    for talk in made[1::2]:
        chat.add_member(talk, dora, "carl")
    hidden = chat.create_session(dora)
    # Three moments, so that pages begin and end among conversations of the same one.
    with studio.database.begin() as session:
        for number, talk in enumerate(made):
            moment = datetime(2026, 1, 1 + number // 3, microsecond=500 * (number // 3), tzinfo=UTC)
            session.get_one(ChatSession, talk).updated_at = moment
    heads = [chat.describe_session(talk, carl) for talk in made]
    wanted = sorted(heads, key=itemgetter("updated_at", "id"), reverse=True)
    for limit in (1, 2, 3, 8, 9):
        listed, cursor = [], None
        while page := chat.list_sessions(carl, limit, cursor):
            listed += page
            cursor = page[-1]["id"]
        assert listed == wanted
    for cursor in (hidden, "nowhere"):
        with pytest.raises(NotFound):
            chat.list_sessions(carl, 5, cursor)
