"""What accounts promise on every database and with every place for login sessions."""

from tests.accounts.promises.audit import AUDIT
from tests.accounts.promises.keys import KEYS
from tests.accounts.promises.logins import LOGINS
from tests.accounts.promises.sessions import SESSIONS
from tests.accounts.promises.users import USERS

__all__ = ["PROMISES", "SESSIONS"]

PROMISES = [*USERS, *LOGINS, *SESSIONS, *KEYS, *AUDIT]
