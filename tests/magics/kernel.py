"""A real IPython kernel that tests drive as a front end does."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

__all__ = ["Cell", "Kernel"]

SECONDS = 90


@dataclass
class Cell:
    """What one execution left: its outputs, as a notebook would save them."""

    status: str = ""
    ename: str = ""
    evalue: str = ""
    stdout: str = ""
    stderr: str = ""
    outputs: list[dict[str, str]] = field(default_factory=list)
    updates: int = 0
    errors: int = 0
    _shown: dict[str, int] = field(default_factory=dict)

    @property
    def html(self) -> str:
        return "".join(output.get("text/html", "") for output in self.outputs)

    @property
    def text(self) -> str:
        return "\n".join(output.get("text/plain", "") for output in self.outputs)

    def take(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            setattr(self, content["name"], getattr(self, content["name"]) + content["text"])
        elif kind in {"display_data", "execute_result"}:
            self._shown[content.get("transient", {}).get("display_id", "")] = len(self.outputs)
            self.outputs.append(content["data"])
        elif kind == "update_display_data":
            self.updates += 1
            self.outputs[self._shown[content["transient"]["display_id"]]] = content["data"]
        elif kind == "error":
            self.errors += 1
            self.ename, self.evalue = content["ename"], content["evalue"]


class Kernel:
    """One kernel; ``environment`` is laid over this process's."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env={**os.environ, **environment})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def start(self, code: str, cell_id: str | None = None) -> str:
        """Send a cell; return the message's identifier."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        message = self.client.session.msg(
            "execute_request", {**content, "allow_stdin": False, "stop_on_error": False}
        )
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, sent: str, when_shown: Any = None, holding: str = "") -> Cell:
        """Collect what the cell gives; ``when_shown`` is called once a text that holds this is displayed."""
        cell = Cell()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            message = self._next()
            if message is None or message["parent_header"].get("msg_id") != sent:
                continue
            cell.take(message["msg_type"], message["content"])
            if when_shown is not None and cell.outputs and holding in cell.text:
                when_shown()
                when_shown = None
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        cell.status = self._reply(sent)["status"]
        return cell

    def run(self, code: str, cell_id: str | None = None) -> Cell:
        return self.finish(self.start(code, cell_id))

    def ok(self, code: str, cell_id: str | None = None) -> Cell:
        """Run a cell that must not fail."""
        cell = self.run(code, cell_id)
        assert cell.status == "ok", f"{cell.ename}: {cell.evalue}\n{cell.stderr}"
        return cell

    def value(self, expression: str) -> str:
        return self.ok(f"print({expression}, end='')").stdout

    def complete(self, code: str) -> list[str]:
        reply = self._reply(self.client.complete(code))
        return list(reply["matches"])

    def inspect(self, code: str) -> str:
        reply = self._reply(self.client.inspect(code))
        return str(reply["data"].get("text/plain", ""))

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def _next(self) -> Any:
        try:
            return self.client.get_iopub_msg(timeout=1)
        except Empty:
            return None

    def _reply(self, sent: str) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            message = self.client.get_shell_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == sent:
                return dict(message["content"])
        raise TimeoutError(sent)
