"""The guard before a real `Session`, without a kernel's threads: order and completeness."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.session import Session

from workbench.kernels.outgoing import guard_session
from workbench.security import MASK, Redactor

KEY = "sk-canary-4Zq81Ab3dE6gH9jK2mN5pQ8rS1tU4vW7x"

patient = settings(deadline=None)


class Wire:
    """Takes what a session sends, and reads it as a client does."""

    def __init__(self) -> None:
        self.reader = Session(key=b"k")
        self.messages: list[tuple[str, Any]] = []
        self.buffers: list[bytes] = []

    def send_multipart(self, frames: list[Any], **_: Any) -> None:
        _, parts = self.reader.feed_identities([bytes(frame) for frame in frames])
        msg = self.reader.deserialize(parts)
        self.messages.append((msg["msg_type"], msg["content"]))
        self.buffers += [bytes(buffer) for buffer in msg["buffers"]]

    def text(self, name: str = "stdout") -> str:
        return "".join(content["text"] for kind, content in self.messages if content.get("name") == name)


class Kernel:
    """A session behind the guard, in the middle of one cell."""

    def __init__(self, *secrets: str) -> None:
        self.session = Session(key=b"k")
        self.wire = Wire()
        self.parent = self.session.msg("execute_request")
        kernel = SimpleNamespace(session=self.session, iopub_socket=self.wire)
        shell = SimpleNamespace(kernel=kernel, get_parent=lambda: self.parent)
        self.undo = guard_session(shell, Redactor({secret: secret for secret in secrets}))

    def send(self, kind: str, content: dict[str, Any], **more: Any) -> Any:
        return self.session.send(self.wire, kind, content, parent=self.parent, **more)

    def print(self, text: str, name: str = "stdout") -> None:
        msg = self.session.msg("stream", {"name": name, "text": text}, parent=self.parent)
        self.session.send(self.wire, msg, ident=b"stream")

    def idle(self) -> None:
        self.send("status", {"execution_state": "idle"})


pieces = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr", "display"]), st.text("abx", max_size=6)), max_size=10
)


@patient
@given(pieces, st.text("ab", min_size=8, max_size=10))
def test_all_text_arrives_and_no_secret(parts: list[tuple[str, str]], secret: str) -> None:
    kernel = Kernel(secret)
    for name, text in parts:
        if name == "display":
            kernel.send("display_data", {"data": {"text/plain": text}, "metadata": {}})
        else:
            kernel.print(text, name)
    kernel.idle()
    for name in ("stdout", "stderr"):
        whole = "".join(text for stream, text in parts if stream == name)
        shown = kernel.wire.text(name)
        assert secret not in shown
        if secret not in whole:
            assert shown == whole
    assert kernel.wire.messages[-1][0] == "status"


@pytest.mark.parametrize("kind", ["display_data", "execute_result", "error", "clear_output", "input_request"])
def test_held_text_goes_before_what_has_a_place(kind: str) -> None:
    kernel = Kernel(KEY)
    kernel.print("text sk-")
    kernel.send(kind, {"prompt": ""})
    assert [name for name, _ in kernel.wire.messages] == ["stream", "stream", kind]
    assert kernel.wire.text() == "text sk-"


def test_a_widget_update_does_not_let_half_a_key_out() -> None:
    kernel = Kernel(KEY)
    kernel.print(KEY[:20])
    kernel.send("comm_msg", {"comm_id": "1", "data": {"method": "update", "state": {"value": 1}}})
    kernel.print(KEY[20:])
    kernel.idle()
    assert kernel.wire.text() == MASK


def test_held_text_goes_where_its_output_widget_took_it() -> None:
    kernel = Kernel(KEY)
    kernel.print("sk-")
    kernel.send("comm_msg", {"comm_id": "1", "data": {"method": "update", "state": {"msg_id": ""}}})
    assert [name for name, _ in kernel.wire.messages] == ["stream", "comm_msg"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("execute_input", {"code": f"key = '{KEY}'", "execution_count": 1}),
        ("execute_reply", {"status": "ok", "payload": [{"source": "page", "data": {"text/plain": KEY}}]}),
        ("inspect_reply", {"status": "ok", "found": True, "data": {"text/plain": KEY}, "metadata": {}}),
        ("complete_reply", {"status": "ok", "matches": [f"'{KEY}'"], "metadata": {}}),
        ("history_reply", {"status": "ok", "history": [[1, 1, KEY]]}),
        ("comm_open", {"comm_id": "1", "data": {"state": {"value": KEY}}}),
        ("input_request", {"prompt": KEY, "password": False}),
        ("error", {"ename": "E", "evalue": KEY, "traceback": [f"\x1b[31m{KEY[:5]}\x1b[0m{KEY[5:]}"]}),
    ],
)
def test_every_kind_of_message_is_cleaned(kind: str, content: dict[str, Any]) -> None:
    kernel = Kernel(KEY)
    sent = kernel.send(kind, content, metadata={"note": KEY})
    assert sent["content"] == content, "the kernel itself reads its reply again"
    assert KEY not in str(kernel.wire.messages)
    assert KEY[5:] not in str(kernel.wire.messages)
    assert MASK in str(kernel.wire.messages)


def test_a_message_packed_beforehand_is_cleaned() -> None:
    kernel = Kernel(KEY)
    packed = kernel.session.pack({"data": {"text/plain": KEY}})
    kernel.session.send(kernel.wire, {**kernel.session.msg("display_data"), "content": packed})
    assert KEY not in str(kernel.wire.messages)


def test_buffers_are_cleaned_and_keep_their_size() -> None:
    kernel = Kernel(KEY)
    kernel.send("comm_msg", {"comm_id": "1", "data": {}}, buffers=[memoryview(KEY.encode()), b"\x00\x01"])
    assert kernel.wire.buffers == [b"*" * len(KEY), b"\x00\x01"]


def test_a_clean_message_goes_out_unchanged() -> None:
    kernel = Kernel(KEY)
    content = {"data": {"text/plain": "nothing", "n": [1, 2.5, None]}, "metadata": {}}
    kernel.send("display_data", content)
    assert kernel.wire.messages == [("display_data", content)]


def test_text_of_a_finished_cell_is_not_kept_back() -> None:
    kernel = Kernel(KEY)
    kernel.idle()
    kernel.print("late sk-")
    assert kernel.wire.text() == "late sk-"


def test_undoing_sends_what_is_held_and_leaves_the_session_as_it_was() -> None:
    kernel = Kernel(KEY)
    kernel.print("sk-")
    kernel.undo()
    assert kernel.wire.text() == "sk-"
    assert not {"send", "serialize"} & set(vars(kernel.session))
