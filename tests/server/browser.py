"""Somebody who logs in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.jupyter import Server
from tests.server.conftest import BASE, PASSWORD

COOKIE = "workbench-session"


@dataclass
class Browser:
    """A session with cookies, as a browser keeps them."""

    server: Server
    session: requests.Session = field(default_factory=requests.Session)

    def address(self, path: str) -> str:
        return f"{self.server.url}{BASE}{path}"

    def login(self, name: str, password: str = PASSWORD, **more: str) -> requests.Response:
        page = self.session.get(self.address("login"), timeout=30)
        (token,) = re.findall(r'name="_xsrf" value="([^"]+)"', page.text)
        form = {"username": name, "password": password, "_xsrf": token} | more
        return self.session.post(self.address("login"), data=form, allow_redirects=False, timeout=30)

    def send(self, method: str, path: str, *, xsrf: bool = True, **given: Any) -> requests.Response:
        headers = {"X-XSRFToken": self.session.cookies.get("_xsrf")} if xsrf else {}
        return self.session.request(method, self.address(path), headers=headers, timeout=30, **given)
