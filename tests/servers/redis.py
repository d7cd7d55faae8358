"""A Redis that a test starts, stops, and finds again as it was."""

from __future__ import annotations

import shutil
import subprocess

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry


class RedisServer:
    """One server; it keeps what it holds when it is stopped."""

    PROGRAM = shutil.which("redis-server")

    def __init__(self, folder):
        self.folder = folder
        self.url = f"unix://{folder / 'redis.sock'}"
        # Asks until the server has come up.
        self.client = Redis.from_url(self.url, retry=Retry(ConstantBackoff(0.02), 500))
        self.start()

    def start(self):
        place = ["--port", "0", "--unixsocket", "redis.sock", "--dir", str(self.folder)]
        command = [self.PROGRAM, *place, "--save", "3600 1", "--daemonize", "no"]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        assert self.client.ping()

    def stop(self):
        self.client.close()
        self.process.terminate()
        self.process.wait(timeout=60)
