"""An AccountService with a clock that a test turns, and other processes' views of the same accounts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

from workbench.accounts import AccountService
from workbench.errors import TooMany, Unauthorized
from workbench.studio import Studio

PASSWORD = "correct horse battery staple"
CHROME = "Mozilla/5.0 (X11; Linux x86_64)"
_HOSTS = count(1)


class Clock:
    """Stands still until it is turned."""

    def __init__(self):
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.time

    def forward(self, **span):
        self.time += timedelta(**span)


class House:
    """What a promise is tried on."""

    def __init__(self, studio):
        self.studio = studio
        self.clock = Clock()
        self.accounts = AccountService(studio, now=self.clock)
        self._opened = [self.accounts]

    def again(self):
        """The accounts as another process, or this one after a restart, finds them."""
        studio = Studio(self.studio.settings)
        service = AccountService(studio, now=self.clock)
        self._opened += [service, studio]
        return service

    def close(self):
        for one in self._opened:
            one.close()

    def user(self, name="anna", **given):
        return self.accounts.create(name, **{"password": PASSWORD, **given})

    def actions(self, **given):
        return [entry.action for entry in self.accounts.audit(**given)]

    def attempt(self, name="anna", password="wrong", address=None, accounts=None):
        """Try to log in: the user's name, "wrong", or the seconds to wait."""
        try:
            address = address or elsewhere()
            return (accounts or self.accounts).login(name, password, address=address).username
        except Unauthorized:
            return "wrong"
        except TooMany as error:
            return error.details["retry_after"]


def elsewhere():
    """An address that nobody has come from."""
    number = next(_HOSTS)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def token_of(house, user, **given):
    return house.accounts.open_session(user.id, **{"address": "10.0.0.1", "agent": CHROME, **given})


def at_once(work, each):
    """Do the same work in a thread for each."""
    threads = [threading.Thread(target=work, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
