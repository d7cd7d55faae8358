"""A server that answers as Amazon Braket, S3 and STS do, spoken to by the real SDK."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

ACCOUNT = "123456789012"
ARN = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"


class AwsStandIn:
    """Keeps the tasks that were created, and lets a test decide how they go on."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.authorizations: list[str] = []
        self.fail: dict[str, tuple[int, str]] = {}
        self.lose_answer = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def end(self, status: str, **more: Any) -> None:
        """Let every task have this state."""
        for task in self.tasks.values():
            task.update({"status": status, "endedAt": "2026-11-23T20:05:00Z"} | more)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:  # noqa: PLR0911 - a route each
        path = unquote(path)
        for start, (status, code) in self.fail.items():
            if path.startswith(start):
                return status, {"code": code, "message": "It is not to be."}
        if path.startswith("/device/"):
            return self._device(path.removeprefix("/device/"))
        if path == "/quantum-task" and method == "POST":
            return self._create(json.loads(body))
        if path == "/quantum-tasks":
            return 200, {"quantumTasks": [self._summary(task) for task in self.tasks.values()]}
        if path.startswith("/quantum-task/"):
            return self._task(path.removeprefix("/quantum-task/"))
        if path.endswith("/results.json"):
            return 200, self._results(path.rsplit("/", 2)[-2])
        if method == "POST":
            return 200, self._caller()
        return 200, b""

    def _caller(self) -> bytes:
        return (
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/x</Arn><UserId>X</UserId>"
            f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        ).encode()

    def _device(self, arn: str) -> tuple[int, Any]:
        if arn != ARN:
            return 404, {"code": "ResourceNotFoundException", "message": "There is none."}
        return 200, {
            "deviceArn": arn,
            "deviceName": "Garnet",
            "providerName": "IQM",
            "deviceType": "QPU",
            "deviceStatus": "ONLINE",
            "deviceCapabilities": json.dumps(capabilities()),
            "deviceQueueInfo": [],
        }

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        token = body["clientToken"]
        if token not in self.tokens:
            arn = f"arn:aws:braket:eu-north-1:{ACCOUNT}:quantum-task/task{len(self.tasks)}"
            self.tokens[token] = arn
            self.tasks[arn] = body | {"status": "CREATED", "quantumTaskArn": arn}
        if self.lose_answer:
            return 400, {"code": "ThrottlingException", "message": "It is lost."}
        return 201, {"quantumTaskArn": self.tokens[token]}

    def _summary(self, task: dict[str, Any]) -> dict[str, Any]:
        kept = {name: task[name] for name in ("quantumTaskArn", "status", "deviceArn", "shots")}
        place = {"outputS3Bucket": task["outputS3Bucket"], "outputS3Directory": task["outputS3KeyPrefix"]}
        now = datetime.now(UTC).isoformat()
        more = {name: task[name] for name in ("endedAt", "failureReason") if name in task}
        return kept | place | more | {"createdAt": now, "tags": task.get("tags", {})}

    def _task(self, arn: str) -> tuple[int, Any]:
        arn, cancelled, _ = arn.partition("/cancel")
        task = self.tasks.get(arn)
        if task is None:
            return 404, {"code": "ResourceNotFoundException", "message": "There is none."}
        if cancelled:
            task["status"] = "CANCELLING"
            return 200, {"quantumTaskArn": arn, "cancellationStatus": "CANCELLING"}
        folder = f"{task['outputS3KeyPrefix']}/{arn.rsplit('/', 1)[1]}"
        action = {"actionType": "braket.ir.openqasm.program"}
        more = {"outputS3Directory": folder, "deviceParameters": "{}", "actionMetadata": action}
        return 200, self._summary(task) | more

    def _results(self, name: str) -> Any:
        """Run what was sent on an ideal simulator; the qubits are told in an order of the device's own."""
        from braket.devices import LocalSimulator
        from braket.ir.openqasm import Program

        task = next(task for arn, task in self.tasks.items() if arn.endswith(name))
        source = json.loads(task["action"])["source"]
        result = LocalSimulator().run(Program(source=source), shots=task["shots"]).result()
        order = list(reversed(range(len(result.measured_qubits))))
        return {
            "braketSchemaHeader": {
                "name": "braket.task_result.gate_model_task_result", "version": "1"
            },
            "measurements": [[int(row[at]) for at in order] for row in result.measurements],
            "measuredQubits": [int(result.measured_qubits[at]) for at in order],
            "resultTypes": [],
            "taskMetadata": {
                "braketSchemaHeader": {"name": "braket.task_result.task_metadata", "version": "1"},
                "id": "task", "shots": task["shots"], "deviceId": ARN,
            },
            "additionalMetadata": {
                "action": json.loads(task["action"]),
            },
        }  # fmt: skip

    def _handler(standin) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - self is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _serve(self) -> None:
                standin.authorizations.append(self.headers.get("Authorization") or "")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = standin.answer(self.command, urlsplit(self.path).path, body)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if status >= 400:
                    self.send_header("x-amzn-ErrorType", answer["code"])
                self.send_header(
                    "Content-Type", "text/xml" if isinstance(answer, bytes) else "application/json"
                )
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_HEAD = _serve  # noqa: N815 - the base class's names

        return Handler


def capabilities() -> dict[str, Any]:
    """Return what a gate-model machine of 20 qubits says of itself."""
    header = {"name": "braket.device_schema.iqm.iqm_device_capabilities", "version": "1"}
    qasm = {
        "actionType": "braket.ir.openqasm.program",
        "version": ["1"],
        "supportedOperations": ["rx", "rz", "cnot"],
    }
    graph = {"1": ["2"], "2": ["1", "3"], "3": ["2"]}
    return {
        "braketSchemaHeader": header,
        "service": {
            "braketSchemaHeader": {"name": "braket.device_schema.device_service_properties", "version": "1"},
            "executionWindows": [
                {"executionDay": "Everyday", "windowStartHour": "00:00:00", "windowEndHour": "23:59:59"}
            ],
            "shotsRange": [1, 20000],
            "deviceCost": {"price": 0.00145, "unit": "shot"},
            "updatedAt": "2026-11-20T10:00:00",
        },
        "action": {"braket.ir.openqasm.program": qasm},
        "deviceParameters": {},
        "paradigm": {
            "braketSchemaHeader": {
                "name": "braket.device_schema.gate_model_qpu_paradigm_properties", "version": "1"
            },
            "connectivity": {"fullyConnected": False, "connectivityGraph": graph},
            "qubitCount": 20,
            "nativeGateSet": ["cz", "prx"],
        },
    }  # fmt: skip
