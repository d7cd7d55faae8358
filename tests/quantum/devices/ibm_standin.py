"""A server that answers as IBM Quantum does, spoken to by the real SDK through an HTTP proxy.

The SDK composes its hosts (``iam.…``, ``quantum.…``, ``api.global-search-tagging.…``) from one URL and
drops the port, so the stand-in poses as the proxy for ``http://ibm.test``.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/0123456789abcdef:11111111-2222-3333-4444-5555::"
TOKEN = "sesame-open-sesame-open"


def snapshot(kind: str) -> dict[str, Any]:
    """Return the recorded configuration or properties of a real five-qubit machine."""
    from qiskit_ibm_runtime import fake_provider

    folder = Path(fake_provider.__file__).parent / "backends" / "manila"
    return json.loads((folder / f"{kind}_manila.json").read_text())


class IbmStandIn:
    """Keeps the jobs that were posted, and lets a test decide how they go on."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.fail: dict[str, int] = {}
        self.lose_answer = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def end(self, state: str, **more: Any) -> None:
        """Let every job have this state."""
        for job in self.jobs.values():
            job["state"] = {"status": state, **more}

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path.removeprefix("/api/v1")
        self.calls.append((method, path))
        if host.startswith("iam."):
            return self._iam(body)
        if "search" in host:
            item = {"crn": CRN, "service_plan_unique_id": "plan", "name": "bench", "tags": []}
            return 200, {"items": [item | {"doc": {"extensions": {"allocation": 600}}}]}
        if host.startswith("globalcatalog."):
            plan = {"overview_ui": {"en": {"display_name": "Pay-As-You-Go"}}}
            return 200, plan | {"metadata": {"pricing": {"type": "paygo"}}}
        for start, status in self.fail.items():
            if path.startswith(start):
                return status, {"errors": [{"code": 1234, "message": "It is not to be.", "solution": ""}]}
        return self._runtime(method, path, parse_qs(parts.query), body)

    def _iam(self, body: str) -> tuple[int, Any]:
        if TOKEN not in body:
            return 400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
        # An access token is a JWT whose times the SDK reads.
        import base64
        import time

        def part(value: dict[str, Any]) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        now = int(time.time())
        token = ".".join([part({"alg": "none"}), part({"iat": now, "exp": now + 3600}), part({})])
        return 200, {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "expiration": now + 3600,
        }

    def _runtime(  # noqa: PLR0911 - a route each
        self, method: str, path: str, query: dict[str, list[str]], body: str
    ) -> tuple[int, Any]:
        if path == "/backends":
            return 200, {"devices": [{"name": "ibm_manila", "status": {"name": "online"}}]}
        if path.startswith("/backends/"):
            kind = path.rsplit("/", 1)[1]
            return 200, self._backend(kind)
        if path == "/instances/usage":
            return 200, {
                "usage_limit_reached": False,
                "usage_consumed_seconds": 5,
                "usage_limit_seconds": 600,
            }
        if path == "/jobs" and method == "POST":
            return self._post(json.loads(body))
        if path == "/jobs":
            tagged = [job for job in self.jobs.values() if set(query.get("tags", [])) <= set(job["tags"])]
            return 200, {"jobs": tagged, "count": len(tagged), "limit": 10, "offset": 0}
        _, _, which, *rest = path.split("/")
        job = self.jobs.get(which)
        if job is None:
            return 404, {"errors": [{"code": 1291, "message": "Job not found.", "solution": ""}]}
        return self._job(job, rest[0] if rest else "")

    def _backend(self, kind: str) -> Any:
        if kind == "status":
            return {"state": True, "status": "active", "length_queue": 3, "backend_version": "1.0.0"}
        body = snapshot({"configuration": "conf", "properties": "props"}[kind])
        return body | {"backend_name": "ibm_manila"}

    def _post(self, body: dict[str, Any]) -> tuple[int, Any]:
        which = f"job{len(self.jobs)}"
        self.jobs[which] = {
            "id": which,
            "backend": body["backend"],
            "program": {"id": body["program_id"]},
            "created": "2026-11-23T20:00:00.000Z",
            "tags": body.get("tags", []),
            "params": body["params"],
            "state": {"status": "Queued"},
            "status": "Queued",
        }
        return 200, {"id": which, "backend": body["backend"]}

    def _job(self, job: dict[str, Any], what: str) -> tuple[int, Any]:
        if what == "results":
            return 200, sampled(job["params"])
        if what == "metrics":
            return 200, {"usage": {"quantum_seconds": 2, "qpu_charge_time_seconds": 2.5, "status": "final"}}
        if what == "cancel":
            if job["state"]["status"] not in ("Queued", "Running"):
                return 409, {"errors": [{"code": 1289, "message": "It has ended.", "solution": ""}]}
            job["state"] = {"status": "Cancelled"}
            return 204, None
        return 200, {name: value for name, value in job.items() if name != "params"}

    def _handler(standin) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - self is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, answer = standin.answer(self.command, self.path, body)
                if standin.lose_answer and self.command == "POST" and self.path.endswith("/jobs"):
                    # One of those after which the SDK does not try again for a quarter of a minute.
                    status = 529
                data = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the base class's names

        return Handler


def sampled(params: dict[str, Any]) -> Any:
    """Run what was posted on an ideal simulator, and encode the result as the service does."""
    from qiskit.primitives import StatevectorSampler
    from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder

    told = json.loads(json.dumps(params), cls=RuntimeDecoder)
    pubs = [tuple(pub) for pub in told["pubs"]]
    result = StatevectorSampler(seed=1).run([(pub[0], None, pub[2]) for pub in pubs]).result()
    return json.loads(json.dumps(result, cls=RuntimeEncoder))
