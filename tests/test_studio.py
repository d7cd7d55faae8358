"""The composition root."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

import workbench
from workbench.errors import BadInput
from workbench.settings import load_settings
from workbench.storage import User
from workbench.studio import Studio, opened, studio, use


def test_there_is_one_default_and_any_number_beside_it(home, tmp_path):
    assert opened() is None
    first = workbench.studio()
    assert workbench.studio() is first is studio() is opened()
    other = Studio(load_settings(workbench_home=tmp_path / "other"))
    assert other.runs is not first.runs
    use(other)
    assert workbench.studio() is other
    first.close()


@pytest.mark.parametrize(
    "first", ["import workbench.studio", "from workbench.studio import Studio", "import workbench"]
)
def test_the_name_works_whatever_was_imported_first(first):
    lines = [first, "import workbench", "one = workbench.studio()"]
    lines += ["print(one.user.username, workbench.studio() is one)"]
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "researcher True\n"


def test_a_service_without_a_studio_uses_the_default_one(studio):
    assert workbench.ChatService().studio is studio
    assert workbench.AIService().studio is studio
    assert studio.chat is studio.chat


def test_the_user_is_made_once_whoever_comes_first(settings):
    studios = [Studio(settings) for _ in range(6)]
    found = []
    threads = [threading.Thread(target=lambda one=one: found.append(one.user_id)) for one in studios]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    with studios[0].database.session() as session:
        assert [user.username for user in session.query(User)] == ["researcher"]
    for one in studios:
        one.close()


def test_the_user_is_named_by_jupyterhub_where_there_is_one(monkeypatch):
    monkeypatch.delenv("WORKBENCH_USER")
    monkeypatch.setenv("JUPYTERHUB_USER", "curie")
    assert workbench.studio().user.username == "curie"


@pytest.mark.parametrize("name", ["x" * 101, " "])
def test_a_bad_user_name_is_refused(settings, name):
    made = Studio(load_settings(workbench_user=name))
    with pytest.raises(BadInput, match="user name"):
        _ = made.user_id
    made.close()


def test_a_home_that_is_a_file_is_one_sentence(tmp_path):
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(BadInput, match=r"WORKBENCH_HOME=.* cannot be written"):
        Studio(load_settings(workbench_home=path))
