"""What a parse may not do to its parent, its neighbours and its machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.knowledge.parsing import samples
from tests.knowledge.parsing.processes import parsers
from workbench.errors import BadInput, Cancelled, NotFound
from workbench.knowledge.parsing import Limits, parse_file, parser_names, warden


def gone(pid, seconds=10.0):
    end = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def settled(count, seconds=10.0):
    """Wait until so many processes parse."""
    end = time.monotonic() + seconds
    while len(parsers()) != count and time.monotonic() < end:
        time.sleep(0.02)
    return len(parsers()) == count


def test_the_parsers_are_registered():
    assert {"pdf", "word", "slides", "sheets", "table", "html", "mail", "text"} <= set(parser_names())


@pytest.mark.parametrize(
    ("deed", "limits", "sentence"),
    [
        ("crash", {}, r"crash \(SIGSEGV\)"),
        ("hang", {"seconds": 1}, "longer than 1 s"),
        ("spin", {"seconds": 1}, "longer than 1 s"),
        ("eat", {"memory_mb": 256}, "more than 256 MB of memory"),
        ("flood", {"characters": 1000}, "more than 1,000 characters"),
        ("quit", {}, "stop with status 5"),
        ("garbage", {}, "nonsense"),
        ("surrogate", {}, "cannot be stored"),
        ("disorder", {}, "out of order"),
        ("fail", {}, "KeyError"),
        ("panic", {}, "PanicException"),
    ],
)
def test_each_failure_is_one_sentence(deed, limits, sentence, villain, tmp_path):
    with pytest.raises(BadInput, match=sentence) as caught:
        villain(deed, **limits)
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)
    (tmp_path / "good.txt").write_text("still read")
    assert parse_file(tmp_path / "good.txt").document.text == "still read"
    assert settled(1)


def test_it_sees_no_secret(villain, monkeypatch):
    warden.stop()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-5c1f77")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:5c1f77@host/x")
    assert "5c1f77" not in villain("secrets").document.text


def test_it_leaves_no_process_and_no_file(villain):
    pid = int(villain("offspring").document.text)
    assert gone(pid)
    name = Path(villain("litter").document.text)
    assert name.is_relative_to(tempfile.gettempdir())
    assert not name.exists() and not name.parent.exists()
    server = parsers()[0]
    folder = name.parents[1]
    assert folder.is_dir()
    warden.stop()
    assert not folder.exists() and gone(server.pid)


def test_it_is_held_by_the_kernel(villain):
    core, data, cpu = map(int, villain("bounds", memory_mb=300, seconds=7).document.text.split())
    assert (core, data, cpu) == (1, 300 << 20, 15)


@pytest.mark.slow
def test_the_largest_output_costs_the_parent_less_than_100_mb(villain):
    villain("bounds")
    before = psutil.Process().memory_info().rss
    found = villain("astral", characters=24_000_000)
    assert len(found.document.text) == 12_000_000
    rows = villain("rows", characters=24_000_000).document
    assert len(rows.blocks) == 2_000_000
    assert rows.text[rows.blocks[-1].start : rows.blocks[-1].end] == "ab"
    assert psutil.Process().memory_info().rss - before < 100 << 20


def test_an_interrupt_kills_the_parse_at_once(villain):
    villain("bounds")
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        villain("hang")
    assert settled(1, 2.0)


def test_a_tick_that_raises_kills_the_parse_at_once(villain, tmp_path):
    villain("bounds")
    begun = time.monotonic()

    def tick():
        if time.monotonic() - begun > 0.3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        parse_file(tmp_path / "stored", "x.hang", tick=tick)
    assert settled(1, 2.0)


def test_many_threads_at_once_each_get_their_own(tmp_path):
    for number in range(24):
        (tmp_path / f"{number}.txt").write_text(f"text of {number}")

    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda n: parse_file(tmp_path / f"{n}.txt").document.text, range(24))
        assert list(found) == [f"text of {number}" for number in range(24)]


def test_a_crash_hurts_no_neighbour(villain, tmp_path):
    data = samples.GOOD["good.pdf"]()
    (tmp_path / "good.pdf").write_bytes(data)
    alone = parse_file(tmp_path / "good.pdf")

    def good(_):
        return parse_file(tmp_path / "good.pdf")

    def bad(_):
        with pytest.raises(BadInput):
            villain("crash")

    with ThreadPoolExecutor(4) as pool:
        bads = [pool.submit(bad, n) for n in range(6)]
        goods = [pool.submit(good, n) for n in range(6)]
        assert all(future.result() == alone for future in goods)
        assert all(future.result() is None for future in bads)


@pytest.mark.slow
def test_a_killed_server_is_replaced(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("read")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    warden.stop()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for _ in range(3):
        assert parse_file(tmp_path / "a.txt").document.text == "read"
        parsers()[0].kill()
    assert parse_file(tmp_path / "a.txt").document.text == "read"
    assert settled(1)
    assert len(list(temporary.iterdir())) == 1
    warden.stop()
    assert not list(temporary.iterdir())


@pytest.mark.slow
def test_a_server_killed_in_the_middle_begins_again(villain, tmp_path):
    villain("bounds")
    server = parsers()[0]
    threading.Timer(0.5, server.kill).start()
    with pytest.raises(BadInput, match="longer than 2 s"):
        villain("hang", seconds=2)
    assert settled(1)


def test_a_fork_of_the_parent_has_a_server_of_its_own(tmp_path):
    (tmp_path / "a.txt").write_text("read")
    parse_file(tmp_path / "a.txt")
    mine = parsers()[0].pid
    pid = os.fork()
    if not pid:
        code = 1
        try:
            same = parse_file(tmp_path / "a.txt").document.text == "read"
            code = 0 if same and parsers()[0].pid != mine else 2
            warden.stop()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert parse_file(tmp_path / "a.txt").document.text == "read"
    assert parsers()[0].pid == mine


def test_all_ends_with_the_parent(villain, tmp_path):
    code = (
        "import threading, time, psutil; from workbench.knowledge.parsing import *\n"
        f"file = ({str(tmp_path / 'stored')!r}, 'x.hang')\n"
        "threading.Thread(target=parse_file, args=file, daemon=True).start()\n"
        "while len(psutil.Process().children(recursive=True)) < 2: time.sleep(.05)\n"
        "print(*(p.pid for p in psutil.Process().children(recursive=True)), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2 and all(gone(pid) for pid in pids)


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(BadInput, match="not a file"):
            parse_file(path, "a.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    with pytest.raises(NotFound):
        parse_file(tmp_path / "link.txt")
    (tmp_path / "real.txt").write_text("read")
    (tmp_path / "good.txt").symlink_to("real.txt")
    assert parse_file(tmp_path / "good.txt").document.text == "read"


@pytest.mark.parametrize(
    "name", ["a b'\"$(x);&.txt", "ü漢😀.txt", "-rf.txt", "a\nb.txt", "x" * 250 + ".txt", "\udcff.txt"]
)
def test_names_do_not_matter(name, tmp_path):
    path = tmp_path / name
    path.write_text("read")
    assert parse_file(path).document.text == "read"
    assert parse_file(path, f"../../{name}" * 100).file_type == "txt"


def test_limits_are_those_of_the_contract():
    assert Limits() == Limits(seconds=120, memory_mb=1024, characters=24_000_000)
