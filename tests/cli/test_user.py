from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable

import pexpect
import pytest

from tests.cli.conftest import Done
from workbench.errors import Unauthorized
from workbench.studio import Studio

Command = Callable[..., Done]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def piped(run: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Call a command with a line on its standard input."""

    def call(*arguments: str, line: str = f"{PASSWORD}\n") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(line))
        return run(*arguments)

    return call


@pytest.fixture
def anna(piped: Command) -> str:
    """A user's name."""
    assert piped("user", "add", "anna", "--password-stdin").returncode == 0
    return "anna"


def test_a_user_is_made_listed_and_changed(run: Command, piped: Command, studio: Studio) -> None:
    assert run("user", "list").stdout.startswith("There is none yet; `workbench user add NAME`")
    options = ("--email", "Anna@example.org", "--role", "admin", "--tier", "pro")
    assert piped("user", "add", "anna", "--password-stdin", *options).stdout == (
        "anna is a new admin, tier pro.\n"
    )
    assert studio.accounts.login("anna@example.org", PASSWORD, address="127.0.0.1").role == "admin"
    assert run("user", "role", "anna", "user").stdout == "anna is now a user.\n"
    assert run("user", "tier", "anna", "team").stdout == "anna is now on the tier team.\n"
    assert run("user", "off", "anna").stdout == "anna is kept out.\n"
    (row,) = json.loads(run("user", "list", "--json").stdout)
    assert (row["name"], row["email"], row["role"], row["tier"], row["state"]) == (
        "anna", "anna@example.org", "user", "team", "off",
    )  # fmt: skip
    assert "anna@example.org" in run("user", "list").stdout
    assert run("user", "on", "anna").stdout == "anna can come in.\n"
    told = "anna has a new password and is signed out everywhere.\n"
    assert piped("user", "password", "anna", "--password-stdin", line="another good one\r\n").stdout == told
    assert studio.accounts.login("anna", "another good one", address="127.0.0.1").username == "anna"
    with pytest.raises(Unauthorized):
        studio.accounts.login("anna", PASSWORD, address="127.0.0.1")


def test_what_cannot_be_is_one_sentence(run: Command, piped: Command, anna: str) -> None:
    for done, says in (
        (run("user", "add", "bob"), "There is no terminal to ask for the password."),
        (piped("user", "add", "bob", "--password-stdin", line="short\n"), "A password must have 12 to 1,024"),
        (piped("user", "add", "bob", "--password-stdin", line=""), "A password must have 12 to 1,024"),
        (piped("user", "add", anna, "--password-stdin"), "There is a user with the name 'anna' already."),
        (piped("user", "add", "bob", "--password-stdin", "--tier", "gold"), "The tier is 'gold'"),
        (run("user", "password", "nobody"), "There is no user 'nobody'."),
        (run("user", "tier", anna, "gold"), "The tier is 'gold'; expected one of free, pro, team."),
        (run("user", "off", "nobody"), "There is no user 'nobody'."),
        (run("user", "keys", anna, "--revoke", "ask_nothing"), "There is no key 'ask_nothing'."),
        (run("user", "keys", anna, "--scope", "chat"), "--scope and --days are of a new key."),
        (run("user", "keys", anna, "--new", "x", "--scope", "fly"), "The scope is 'fly'"),
        (run("user", "keys", anna, "--new", "x", "--scope", "admin"), "Only an admin's key may have"),
        (run("user", "role", anna, "king"), "king"),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr


def test_a_key_is_shown_once_used_and_revoked(run: Command, anna: str, studio: Studio) -> None:
    assert run("user", "keys", anna).stdout == "anna has no keys; `--new LABEL` makes one.\n"
    made = run("user", "keys", anna, "--new", "laptop", "--scope", "chat", "--scope", "runs", "--days", "30")
    secret = made.stdout.strip()
    assert re.fullmatch(r"ask_[\w-]{43}", secret)
    assert "good for chat, runs, until 2" in made.stderr and secret not in made.stderr
    found = studio.accounts.key_user(secret)
    assert found is not None and found[1] == {"chat", "runs"}
    for listed in (run("user", "keys", anna), run("user", "keys", anna, "--json")):
        assert secret[:12] in listed.stdout and secret not in listed.stdout
        assert "laptop" in listed.stdout
    renewed = run("user", "keys", anna, "--revoke", secret[:12], "--new", "laptop")
    assert f"The key {secret[:12]} (laptop) is revoked.\n" in renewed.stderr
    assert "until it is revoked" in renewed.stderr
    assert studio.accounts.key_user(secret) is None
    assert studio.accounts.key_user(renewed.stdout.strip()) is not None
    assert run("user", "keys", anna, "--revoke", renewed.stdout[:12]).stdout.endswith("is revoked.\n")
    assert all(key["revoked_at"] for key in json.loads(run("user", "keys", anna, "--json").stdout))


def test_the_log_names_who_did_what(run: Command, piped: Command, anna: str, studio: Studio) -> None:
    assert piped("user", "add", "bob", "--password-stdin").returncode == 0
    run("user", "keys", anna, "--new", "laptop", "--scope", "chat", "--scope", "runs")
    studio.accounts.login(anna, PASSWORD, address="192.0.2.7")
    entries = json.loads(run("user", "log", "--json").stdout)
    assert [entry["action"] for entry in entries] == ["login", "key.create", "user.create", "user.create"]
    assert entries[1]["actor"].startswith("terminal:")
    assert len(json.loads(run("user", "log", anna, "--json").stdout)) == 3
    assert len(json.loads(run("user", "log", "-n", "1", "--json").stdout)) == 1
    shown = run("user", "log").stdout
    for words in ("192.0.2.7", "key.create", "name=laptop scopes=chat,runs", "terminal:", "bob"):
        assert words in shown
    assert PASSWORD not in shown
    assert run("user", "log", "nobody").stdout == "Nothing is written there.\n"


def test_the_password_is_asked_for_twice_and_not_shown(studio: Studio) -> None:
    terminal = pexpect.spawn(
        sys.executable, ["-m", "workbench.cli", "user", "add", "anna"], encoding="utf-8", timeout=60
    )
    for typed in (PASSWORD, "something else", PASSWORD, PASSWORD):
        terminal.expect("Password: |The same again: ")
        terminal.waitnoecho()
        terminal.sendline(typed)
    terminal.expect("anna is a new user, tier free.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert PASSWORD not in str(terminal.before)
    assert studio.accounts.login("anna", PASSWORD, address="127.0.0.1").username == "anna"
