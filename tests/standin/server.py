"""The stand-in's HTTP server: scripts, a journal, and faults of the transport."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.standin.answers import Reply, reply_to
from tests.standin.behaviours import Behaviour, fail
from tests.standin.protocols import PROTOCOLS

__all__ = ["KEYS", "Request", "StandIn"]

KEYS = {name: f"sk-{name}-canary-0123456789abcdef" for name in PROTOCOLS}
"""The keys that `StandIn.settings` hands out. A key that begins with ``wrong`` is refused."""


@dataclass
class Request:
    """One request in the journal.

    ``ended`` is set when the stand-in is done with it, ``abandoned`` says that the client went
    away before that, and ``reply`` is what it was answered, if it was.
    """

    provider: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    reply: Reply | None = None
    status: int = 200
    abandoned: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


class StandIn:
    """Serves every protocol on one port of loopback while its ``with`` block lasts."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._scripts: dict[str, deque[Behaviour]] = {name: deque() for name in PROTOCOLS}
        self._counts: dict[str, int] = dict.fromkeys(PROTOCOLS, 0)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, provider: str) -> str:
        """The provider's base URL, as its SDK wants it."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/{provider}{PROTOCOLS[provider].SUFFIX}"

    def settings(self, *providers: str) -> dict[str, Any]:
        """Keyword arguments of `load_settings` that lead the providers, or all, here."""
        pairs = [
            ((f"{name}_base_url", self.url(name)), (f"{name}_api_key", KEYS[name]))
            for name in providers or PROTOCOLS
        ]
        return dict(pair for both in pairs for pair in both)

    def environment(self, *providers: str) -> dict[str, str]:
        """The same as environment variables, for kernels and subprocesses."""
        return {name.upper(): value for name, value in self.settings(*providers).items()}

    def script(self, provider: str, behaviours: Iterable[Behaviour]) -> None:
        """Treat the provider's next requests so, one behaviour a request; then as usual again."""
        with self._lock:
            self._scripts[provider].extend(behaviours)

    def asked(self, provider: str) -> list[Request]:
        """The provider's requests so far."""
        return [request for request in self.requests if request.provider == provider]

    def reset(self) -> None:
        """Forget scripts, journal and counters."""
        with self._lock:
            self.requests.clear()
            for name in PROTOCOLS:
                self._scripts[name].clear()
                self._counts[name] = 0

    def admit(self, request: Request) -> tuple[Behaviour, int]:
        """Write the request down and decide how it is treated."""
        with self._lock:
            self.requests.append(request)
            script = self._scripts[request.provider]
            behaviour = script.popleft() if script else Behaviour()
            if behaviour.kind != "fail":
                self._counts[request.provider] += 1
            return behaviour, self._counts[request.provider]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: StandIn

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Dropped(Exception):
    """The fault wants the connection gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_POST(self) -> None:
        provider = self.path.split("/")[1]
        if provider not in PROTOCOLS:
            self._send(404, {"nothing": "here"})
            return
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(provider, self.path, headers, body, time.monotonic())
        behaviour, number = self.server.stand_in.admit(request)
        try:
            self._answer(request, self._checked(request, behaviour), number)
        except OSError:
            request.abandoned = True
            self.close_connection = True
        except _Dropped:
            self.close_connection = True
        finally:
            request.ended.set()

    def _checked(self, request: Request, behaviour: Behaviour) -> Behaviour:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = key or request.headers.get("x-api-key", "") or request.headers.get("x-goog-api-key", "")
        if key.startswith("wrong"):
            return fail(401, f"The key {key} is not valid.")
        return behaviour

    def _answer(self, request: Request, behaviour: Behaviour, number: int) -> None:
        protocol = PROTOCOLS[request.provider]
        self.server.stand_in.stopping.wait(behaviour.delay)
        other = protocol.other(request.path, request.body, number)
        ask = protocol.parse(request.path, request.body)
        if ask.model.startswith("no-such"):
            behaviour = fail(404, f"The model {ask.model} does not exist.", code="model_not_found")
        if behaviour.kind == "fail" or (behaviour.kind == "stumble" and not ask.stream):
            request.status = behaviour.status
            message = behaviour.message or f"Scripted error {behaviour.status}."
            extra = {} if behaviour.retry_after is None else {"Retry-After": behaviour.retry_after}
            self._send(behaviour.status, protocol.error(behaviour.status, message, behaviour.code), extra)
        elif other is not None:
            self._send(200, other)
        else:
            request.reply = reply_to(ask, behaviour, number)
            send = self._stream if ask.stream else self._whole
            send(protocol, ask, request.reply, behaviour)

    def _whole(self, protocol: Any, ask: Any, reply: Reply, behaviour: Behaviour) -> None:
        content = json.dumps(protocol.whole(ask, reply)).encode()
        if behaviour.kind == "corrupt":
            content = content[: len(content) // 2]
        promised = len(content) + (100 if behaviour.kind == "cut" else 0)
        self._head(200, "application/json", {"Content-Length": str(promised)})
        self.wfile.write(content)
        if behaviour.kind == "cut":
            raise _Dropped

    def _stream(self, protocol: Any, ask: Any, reply: Reply, behaviour: Behaviour) -> None:
        self._head(200, "text/event-stream", {"Transfer-Encoding": "chunked"})
        told = 0
        for kind, event in protocol.events(ask, reply):
            faulty = kind != "start" and told >= behaviour.after
            told += kind == "text"
            if faulty and behaviour.kind == "truncate":
                break
            if faulty and behaviour.kind == "cut":
                raise _Dropped
            if faulty and behaviour.kind == "stumble":
                self._chunk(protocol.stumble(behaviour.message).encode())
                break
            if faulty and behaviour.kind == "corrupt" and told == behaviour.after + 1:
                head, _, data = event.partition("data: ")
                event = f"{head}data: {data[: len(data) // 2].rstrip()}\n\n"  # noqa: PLW2901
            self._chunk(event.encode())
            if behaviour.pace:
                self.server.stand_in.stopping.wait(behaviour.pace)
        self._chunk(b"")

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _head(self, status: int, media_type: str, extra: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, body: Any, extra: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self._head(status, "application/json", {"Content-Length": str(len(content)), **(extra or {})})
        self.wfile.write(content)
