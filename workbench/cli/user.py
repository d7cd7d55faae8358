"""``workbench user``: users, their passwords, keys and the audit, for whoever runs the server."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import typer

from workbench.errors import BadInput, NotFound

if TYPE_CHECKING:
    from workbench.accounts import AccountService, ApiKey, AuditEntry

__all__ = ["app"]

app = typer.Typer(
    help="Make users, let them in or keep them out, make and revoke keys.", no_args_is_help=True
)

Role = Literal["user", "admin"]
NAME = typer.Argument(help="Name or email of a user.", show_default=False)
JSON = typer.Option(False, "--json", help="JSON instead of words.")
STDIN = typer.Option(False, "--password-stdin", help="Read the password from standard input, one line.")
TIER = typer.Argument(help="A tier of WORKBENCH_TIERS: free, pro or team by default.", show_default=False)


@app.command()
def add(
    name: str = typer.Argument(help="What to call the user.", show_default=False),
    stdin: bool = STDIN,
    email: str | None = typer.Option(None, help="An address, by which one can log in too."),
    role: Role = typer.Option("user", help="An admin sees everybody's Runs and costs."),
    tier: str = typer.Option("free", help="A tier of WORKBENCH_TIERS."),
) -> None:
    """Make a user; the password is asked for, twice."""
    with _accounts() as accounts:
        user = accounts.create(name, password=_password(stdin), email=email, role=role, tier=tier)
        typer.echo(f"{user.username} is a new {user.role}, tier {user.subscription_tier}.")


@app.command("list")
def list_users(as_json: bool = JSON) -> None:
    """List the users."""
    from workbench.text import format_datetime

    with _accounts() as accounts:
        rows = [
            {
                "name": user.username,
                "email": user.email,
                "role": user.role,
                "tier": user.subscription_tier,
                "state": "on" if user.is_active else "off",
                "password": "yes" if user.password_hash else "none",
                "since (UTC)": format_datetime(user.created_at, "%Y-%m-%d %H:%M"),
            }
            for user in accounts.list()
        ]
    _show(rows, "There is none yet; `workbench user add NAME` makes one.", as_json)


@app.command()
def password(name: str = NAME, stdin: bool = STDIN) -> None:
    """Give a user another password, asked for twice; it ends every login session."""
    with _accounts() as accounts:
        accounts.find(name)
        user = accounts.set_password(name, _password(stdin))
        typer.echo(f"{user.username} has a new password and is signed out everywhere.")


@app.command()
def role(name: str = NAME, role: Role = typer.Argument(help="user or admin.", show_default=False)) -> None:
    """Make a user an admin, or no longer one; it ends every login session."""
    with _accounts() as accounts:
        typer.echo(f"{accounts.set_role(name, role).username} is now {_a(role)}.")


@app.command()
def tier(name: str = NAME, tier: str = TIER) -> None:
    """Give a user the limits of another tier."""
    with _accounts() as accounts:
        typer.echo(f"{accounts.set_tier(name, tier).username} is now on the tier {tier}.")


@app.command()
def off(name: str = NAME) -> None:
    """Keep a user out: no password, session or key of theirs is good any more; nothing is deleted."""
    with _accounts() as accounts:
        typer.echo(f"{accounts.deactivate(name).username} is kept out.")


@app.command()
def on(name: str = NAME) -> None:
    """Let a user in again."""
    with _accounts() as accounts:
        typer.echo(f"{accounts.activate(name).username} can come in.")


@app.command()
def keys(
    name: str = NAME,
    new: str | None = typer.Option(None, metavar="LABEL", help="Make a key and print it, this once."),
    scope: list[str] | None = typer.Option(
        None, help="What the new key is good for, by default all but admin; may be given again."
    ),
    days: float | None = typer.Option(None, min=0, help="The new key ends after so many days."),
    revoke: str | None = typer.Option(None, metavar="PREFIX", help="End the key that begins so."),
    as_json: bool = JSON,
) -> None:
    """List a user's keys, make one, or revoke one."""
    if new is None and (scope or days is not None):
        raise BadInput("--scope and --days are of a new key.", "Add --new LABEL.")
    with _accounts() as accounts:
        user = accounts.find(name)
        if revoke is not None:
            key = accounts.revoke_key(user.id, revoke)
            typer.echo(f"The key {key.prefix} ({key.name}) is revoked.", err=new is not None)
        if new is not None:
            _new_key(accounts, user.id, new, scope, days)
        elif revoke is None:
            found = accounts.keys(user.id)
            rows = [key.to_dict() if as_json else _key_row(key) for key in found]
            _show(rows, f"{user.username} has no keys; `--new LABEL` makes one.", as_json)


@app.command()
def log(
    name: str | None = typer.Argument(None, help="Only what happened to this user.", show_default=False),
    limit: int = typer.Option(50, "-n", "--limit", min=1, help="At most so many, newest first."),
    as_json: bool = JSON,
) -> None:
    """Show the audit: logins, changes of users and keys, deletions, admin acts."""
    with _accounts() as accounts:
        # Who is gone can still be asked for by their identifier.
        user_id = _known(accounts, name) or name if name else None
        found = accounts.audit(limit, user_id=user_id)
        names = {one: _name(accounts, one) for entry in found for one in (entry.user_id, entry.actor) if one}
    rows = [entry.to_dict() if as_json else _entry_row(entry, names) for entry in found]
    _show(rows, "Nothing is written there.", as_json)


# inside


@contextmanager
def _accounts() -> Iterator[AccountService]:
    """Open the accounts; the audit names who sits at this terminal, for nobody has logged in."""
    from workbench.studio import studio

    accounts = studio().accounts
    with accounts.origin(f"terminal:{getpass.getuser()}"):
        yield accounts


def _password(stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput(
            "There is no terminal to ask for the password.", "Pipe it in and add --password-stdin."
        )
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return given


def _new_key(
    accounts: AccountService, user_id: str, label: str, scopes: Sequence[str] | None, days: float | None
) -> None:
    from workbench.storage.base import utcnow

    expires = utcnow() + timedelta(days=days) if days is not None else None
    secret, key = accounts.create_key(user_id, label, scopes=scopes or None, expires=expires)
    typer.echo(secret)
    end = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "until it is revoked"
    told = f"It is good for {', '.join(key.scopes)}, {end}; it is kept nowhere, so keep it now."
    typer.echo(told, err=True)


def _show(rows: list[dict[str, Any]], none: str, as_json: bool) -> None:
    from workbench.cli.show import table

    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not rows:
        typer.echo(none)
    else:
        table("", list(rows[0]), ([*row.values()] for row in rows))


def _key_row(key: ApiKey) -> dict[str, str]:
    def day(time: Any) -> str:
        return f"{time:%Y-%m-%d %H:%M}" if time else ""

    return {
        "key": key.prefix,
        "name": key.name,
        "scopes": " ".join(key.scopes),
        "made (UTC)": day(key.created_at),
        "ends": day(key.expires_at),
        "last used": day(key.used_at),
        "revoked": day(key.revoked_at),
    }


def _entry_row(entry: AuditEntry, names: dict[str, str]) -> dict[str, str]:
    details = " ".join(f"{name}={_word(value)}" for name, value in entry.details.items())
    return {
        "time (UTC)": f"{entry.time:%Y-%m-%d %H:%M:%S}",
        "action": entry.action,
        "object": entry.object,
        "user": names.get(entry.user_id or "", ""),
        "by": names.get(entry.actor or "", ""),
        "from": entry.address or "",
        "details": details,
    }


def _word(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _known(accounts: AccountService, who: str) -> str | None:
    try:
        return accounts.find(who).id
    except NotFound:
        return None


def _name(accounts: AccountService, user_id: str) -> str:
    try:
        return accounts.find(user_id).username
    except NotFound:
        return user_id


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeio" else f"a {role}"
