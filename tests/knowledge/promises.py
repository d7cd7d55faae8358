"""What every knowledge base promises, on whatever database: run by the fast tests and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.knowledge.conftest import TEXTS
from tests.knowledge.words import EMBEDDED
from workbench.errors import BadInput, Cancelled, NotFound
from workbench.storage.models import User

QUESTION = "what is the moon made of"


def another_user(studio):
    """Return the identifier of a second user."""
    with studio.database.begin() as session:
        user = User(username="other", email="other@localhost")
        session.add(user)
        session.flush()
        return user.id


def names(studio, base, query=QUESTION, **options):
    """Return the titles that a search finds, whatever their score."""
    found = studio.vectors.search_knowledge_base(base, query, 10, 0, **options)
    return [hit["filename"] for hit in found]


def filled(studio, user_id=None, name="notes"):
    """Return a base that holds `TEXTS`."""
    base = studio.files.create_knowledge_base(user_id or studio.user_id, name)
    ids = studio.vectors.add_texts(base, list(TEXTS.items()))
    return base, dict(zip(TEXTS, ids, strict=True))


def finds_what_was_added_and_says_where(studio):
    base, ids = filled(studio)
    (best, *_) = studio.vectors.search_knowledge_base(base, QUESTION, similarity_threshold=0)
    assert (best["filename"], best["file_id"]) == ("moon", ids["moon"])
    text = studio.files.document(best["file_id"], studio.user_id).text
    assert text[best["start"] : best["end"]] == best["content"]
    assert 0 <= best["score"] <= 1 and best["why"]["terms"]
    kept = studio.vectors.chunk(best["chunk_id"], studio.user_id)
    assert (kept["content"], kept["filename"]) == (best["content"], "moon")
    row = studio.vectors.get_knowledge_base(base)
    assert (row["file_count"], row["total_chunks"], row["status"]) == (3, 3, "ready")
    assert studio.vectors.verify(base) == []


def finds_a_word_and_an_identifier_at_the_default_threshold(studio):
    base = studio.files.create_knowledge_base(studio.user_id, "stations")
    others = [f"Station VS-{number} measures snow, rain, wind and sun all year long." for number in range(30)]
    texts = [
        *others,
        "At VS-0117 a marmot chewed the cable, and nobody noticed before the third week of May.",
    ]
    ids = studio.vectors.add_texts(base, [(f"note {at}", text) for at, text in enumerate(texts)])
    for query in ("VS-0117", "marmots", "what is a marmot?"):
        found = studio.vectors.search_knowledge_base(base, query)
        assert found[0]["file_id"] == ids[-1]
        assert len(found) == 1 and found[0]["score"] >= 0.7
    assert studio.vectors.search_knowledge_base(base, "helicopter") == []


def shows_every_file_that_repeats_a_part_of_a_short_one(studio):
    base = studio.files.create_knowledge_base(studio.user_id, "repeats", settings={"chunk_tokens": 16})
    first, second = (
        f"The {what} lies in the valley and is cold all the year round." for what in ("lake", "bog")
    )
    ids = studio.vectors.add_texts(base, [("both", f"{first}\n\n{second}"), ("one", first), ("two", second)])
    (hit, *_) = found = studio.vectors.search(base, "lake bog valley", 10, 0)
    shown = {place["file_id"] for hit in found for place in (hit.to_dict(), *hit.duplicates)}
    assert shown == set(ids)
    assert hit.file_id == ids[0] and len(hit.duplicates) == 2


def forgets_what_was_taken_out(studio):
    base, ids = filled(studio)
    assert "moon" in names(studio, base)
    studio.vectors.remove_file(base, ids["moon"])
    assert "moon" not in names(studio, base)
    assert studio.files.get_file(ids["moon"], studio.user_id)["processing_status"] == "ready"
    studio.vectors.add_file(base, ids["moon"])
    assert names(studio, base)[0] == "moon"
    studio.files.delete_file(ids["moon"], studio.user_id)
    assert "moon" not in names(studio, base)
    assert studio.vectors.verify(base) == []
    with pytest.raises(NotFound):
        studio.vectors.add_file(base, ids["moon"])


def state_tells_contents_whatever_their_order(studio):
    base, ids = filled(studio)
    full = studio.vectors.stats(base)["state"]
    studio.vectors.remove_file(base, ids["moon"])
    assert studio.vectors.stats(base)["state"] != full
    studio.vectors.add_file(base, ids["moon"])
    assert studio.vectors.stats(base)["state"] == full
    twin = studio.files.create_knowledge_base(studio.user_id, "twin")
    for title, text in reversed(TEXTS.items()):
        studio.vectors.add_text(twin, text, title)
    assert studio.vectors.stats(twin)["state"] == full


def finds_alike_in_whatever_order_texts_came(studio):
    """By their words 120 are equal, more than a side of the search brings; by meaning one lies far."""
    texts = [(f"note {at}", f"it was in the glacier {at}") for at in range(119)]
    texts.append(("far", "rain fog wind hail glacier 119"))
    found = []
    for order, name in ((texts, "forth"), (texts[::-1], "back")):
        base = studio.files.create_knowledge_base(studio.user_id, name)
        studio.vectors.add_texts(base, order)
        hits = studio.vectors.search(base, "was it in the glacier", 10, 0)
        found.append([hit.score for hit in hits])
    assert found[0] == pytest.approx(found[1], abs=1e-4)


def filters_by_file_type_page_and_metadata(studio):
    base, ids = filled(studio)
    pages = b'{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}' % b",".join(
        b'{"cell_type": "markdown", "id": "c%d", "metadata": {}, "source": ["The moon, cell %d."]}' % (n, n)
        for n in range(3)
    )
    book = studio.vectors.add_files(base, [("book.ipynb", pages)]).files[0]["file_id"]
    assert names(studio, base, filters={"file_id": ids["bread"]}) == ["bread"]
    assert sorted(names(studio, base, filters={"filename": ["BR*", "riv?r"]})) == ["bread", "river"]
    assert set(names(studio, base, filters={"file_type": "ipynb"})) == {"book.ipynb"}
    found = studio.vectors.search(base, "moon", 10, 0, filters={"page": 2, "file_id": book})
    assert [(hit.page, "cell 1" in hit.content) for hit in found] == [(2, True)]
    assert names(studio, base, filters={"file_id": "nobody's"}) == []
    with pytest.raises(BadInput, match="filter 'page' takes whole numbers"):
        names(studio, base, filters={"page": "two"})


def keeps_users_apart(studio):
    base, ids = filled(studio)
    other = another_user(studio)
    secret = studio.files.create_knowledge_base(other, "notes")
    (theirs,) = studio.vectors.add_texts(secret, [("moon", TEXTS["moon"] + " Secretly.")])
    for query in (QUESTION, "secretly", "moon"):
        assert theirs not in {hit.file_id for hit in studio.vectors.search(base, query, 50, 0)}
        assert {hit.file_id for hit in studio.vectors.search(secret, query, 50, 0)} == {theirs}
    assert names(studio, base, filters={"file_id": theirs}) == []
    assert studio.vectors.find_knowledge_base(studio.user_id, "notes") == base
    assert [row["id"] for row in studio.vectors.list_knowledge_bases(other)] == [secret]
    (chunk,) = studio.vectors.search(secret, "moon", 1, 0)
    for refused in (
        lambda: studio.vectors.search(secret, QUESTION, user_id=studio.user_id),
        lambda: studio.vectors.chunk(chunk.chunk_id, studio.user_id),
        lambda: studio.vectors.add_file(base, theirs),
        lambda: studio.vectors.add_file(secret, ids["moon"]),
        lambda: studio.vectors.remove_file(secret, theirs, studio.user_id),
        lambda: studio.vectors.files(secret, studio.user_id),
        lambda: studio.vectors.delete_knowledge_base(secret, studio.user_id),
        lambda: studio.vectors.edit_knowledge_base(secret, studio.user_id, name="mine"),
    ):
        with pytest.raises(NotFound):
            refused()
    assert studio.vectors.verify(base) == studio.vectors.verify(secret) == []


def reindexes_beside_what_serves(studio):
    base, ids = filled(studio)
    before = studio.vectors.search_knowledge_base(base, QUESTION, 3, 0)

    def interrupt(*_):
        assert studio.vectors.search_knowledge_base(base, QUESTION, 3, 0) == before
        raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, Cancelled)):
        studio.vectors.reindex(base, embedder="words:other", progress=interrupt)
    assert studio.vectors.search_knowledge_base(base, QUESTION, 3, 0) == before
    assert studio.vectors.get_knowledge_base(base)["embedder"] == "words:words-64"
    studio.vectors.remove_file(base, ids["bread"])
    made = studio.vectors.reindex(base, embedder="words:other", chunk_tokens=16)
    assert (made["embedder"], made["file_count"], made["settings"]["chunk_tokens"]) == ("words:other", 2, 16)
    assert names(studio, base)[0] == "moon" and "bread" not in names(studio, base)
    assert studio.vectors.verify(base) == []


def embeds_equal_text_once_and_goes_on_where_it_was_stopped(studio):
    base = studio.files.create_knowledge_base(studio.user_id, "long")
    # every sentence another one, and more passages than one transaction takes
    text = "\n\n".join(f"Entry {n} tells of {n * 7919 % 10007} birds. " * 12 for n in range(1500))
    told = []

    def stop(done, total, message, metrics):
        told.append(done)
        if len(told) > 1:
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, Cancelled)):
        studio.vectors.add_texts(base, [("birds", text)], progress=stop)
    assert names(studio, base, "birds") == []
    assert [file["status"] for file in studio.vectors.files(base)] == ["pending"]
    assert len(EMBEDDED) == 512
    (file,) = studio.vectors.resume(base).files
    assert file["status"] == "ready" and file["chunks"] > 512
    assert len(EMBEDDED) == len(set(EMBEDDED)) == file["chunks"]
    assert studio.vectors.verify(base) == []
    twin = studio.files.create_knowledge_base(studio.user_id, "twin")
    studio.vectors.add_file(twin, file["file_id"])
    assert len(EMBEDDED) == file["chunks"]


PROMISES = [
    embeds_equal_text_once_and_goes_on_where_it_was_stopped,
    filters_by_file_type_page_and_metadata,
    finds_alike_in_whatever_order_texts_came,
    finds_a_word_and_an_identifier_at_the_default_threshold,
    finds_what_was_added_and_says_where,
    forgets_what_was_taken_out,
    keeps_users_apart,
    reindexes_beside_what_serves,
    shows_every_file_that_repeats_a_part_of_a_short_one,
    state_tells_contents_whatever_their_order,
]
