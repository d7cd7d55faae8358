from __future__ import annotations

import io
from pathlib import Path

import pytest

from workbench.errors import BadInput, NotFound
from workbench.knowledge.choosing import base_named, files_named, filters_of, quoted, uploads_of

FILES = [
    {"file_id": "1", "filename": "Report.pdf"},
    {"file_id": "2", "filename": "notes.txt"},
    {"file_id": "3", "filename": "notes.txt"},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.txt", "a.txt", ".hidden", "deep/c.txt", "deep/.git/d.txt", "[odd].txt"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docs"


def names(items: list[object], *, recursive: bool = False) -> list[str]:
    return [Path(one).name for one in uploads_of(items, recursive=recursive)]


def test_a_folder_is_its_files_in_order_without_hidden_ones(folder: Path):
    assert names(["docs"]) == ["[odd].txt", "a.txt", "b.txt"]
    assert names([folder], recursive=True) == ["[odd].txt", "a.txt", "b.txt", "c.txt"]


def test_patterns_and_paths_give_each_file_once(folder: Path):
    assert names(["docs/b.txt", "docs/*.txt", folder / "a.txt"]) == ["b.txt", "[odd].txt", "a.txt"]
    assert names(["docs/**/c.*"]) == ["c.txt"]
    assert names(["docs/[odd].txt"]) == ["[odd].txt"]


def test_values_stand_for_files(folder: Path):
    import pandas as pd

    frame = pd.DataFrame({"path": ["docs/a.txt", "docs/b.txt"]})
    assert names([frame["path"]]) == ["a.txt", "b.txt"]
    pair, stream = ("x.txt", b"text"), io.BytesIO(b"text")
    widget = ({"name": "y.txt", "content": b"text"},)
    assert uploads_of([pair, [pair], stream, widget, {"z.txt": b"text"}]) == [
        pair,
        pair,
        stream,
        widget[0],
        ("z.txt", b"text"),
    ]


@pytest.mark.parametrize(
    ("item", "error", "said"),
    [
        ("nothing.txt", NotFound, "There is no file or folder 'nothing.txt'"),
        ("nothing*.txt", NotFound, "No file matches 'nothing*.txt'"),
        ("docs/deep/empty", NotFound, "holds no files"),
        ("x" * 5000, BadInput, "cannot be looked at"),
        (b"bytes", BadInput, "A bytes is no file"),
        (None, BadInput, "A NoneType is no file"),
        ([], BadInput, "No file is named"),
    ],
)
def test_what_is_no_file_is_told(folder: Path, item: object, error: type[Exception], said: str):
    (folder / "deep/empty").mkdir()
    with pytest.raises(error) as caught:
        uploads_of([item])
    assert said in str(caught.value)


def test_a_table_is_asked_for_its_column():
    import pandas as pd

    with pytest.raises(BadInput, match="column of paths"):
        uploads_of([pd.DataFrame({"path": []})])


def test_a_link_that_leads_round_ends(folder: Path):
    (folder / "deep" / "round").symlink_to(folder)
    assert names([folder], recursive=True) == ["[odd].txt", "a.txt", "b.txt", "c.txt"]


def test_files_go_by_name_id_or_pattern():
    assert [file["file_id"] for file in files_named(FILES, "Report.pdf", "b")] == ["1"]
    assert [file["file_id"] for file in files_named(FILES, "2", "b")] == ["2"]
    assert [file["file_id"] for file in files_named(FILES, "NOTES*", "b")] == ["2", "3"]
    with pytest.raises(BadInput, match=r"2 files named 'notes.txt'.*: 2, 3"):
        files_named(FILES, "notes.txt", "b")
    with pytest.raises(NotFound, match=r"Did you mean Report.pdf\?"):
        files_named(FILES, "Reprt.pdf", "b")
    with pytest.raises(NotFound, match="It is empty"):
        files_named([], "x", "b")


def test_a_base_goes_by_its_name(studio):
    with pytest.raises(NotFound, match="`workbench kb create 'a\"b'` makes one"):
        base_named(studio, 'a"b', "workbench kb")
    made = studio.files.create_knowledge_base(studio.user_id, "my papers")
    assert base_named(studio, "my papers") == made
    assert base_named(studio, made) == made
    with pytest.raises(NotFound, match='Did you mean "my papers"'):
        base_named(studio, "my paper")


def test_names_are_quoted_where_they_must_be():
    assert [quoted(name) for name in ("a", "a b", 'a"b')] == ["a", '"a b"', "'a\"b'"]


def test_filters_hold_what_is_given():
    assert filters_of(None, None, None) is None
    assert filters_of(["a*"], [".PDF", "md"], [2]) == {
        "filename": ["a*"],
        "file_type": ["pdf", "md"],
        "page": [2],
    }
