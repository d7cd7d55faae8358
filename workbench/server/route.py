"""What the service answers to: one table, from which handlers, refusals and the OpenAPI document are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from workbench.errors import NotFound

if TYPE_CHECKING:
    from workbench.server.sockets import Rooms
    from workbench.studio import Studio

__all__ = ["Call", "Query", "Route", "Routes"]

_NAMED = re.compile(r"\{(\w+)\}")


class Query(BaseModel, extra="forbid"):
    """The parameters after the question mark; one that is not listed is refused."""


@dataclass(slots=True)
class Call:
    """One request that was let in, its parts checked.

    Attributes
    ----------
    studio : Studio
        Where it is answered; its `Studio.user_id` is who asks.
    rooms : Rooms
        Tells those who listen in conversations.
    path : dict
        The named parts of the path.
    query : Query
        As the route declares it.
    body : BaseModel
        As the route declares it.
    upload : FileStorage or None
        What came in a form, as `FileService.upload_file` takes it.
    address : str
        Where the request came from.
    scopes : frozenset of str or None
        What the API key that let the request in is good for; ``None`` where a person logged in.
    next : str or None
        Set by a route that gave one page of a list: the cursor of the next one.
    """

    studio: Studio
    rooms: Rooms
    path: dict[str, str]
    query: Any = None
    body: Any = None
    upload: Any = None
    address: str = ""
    scopes: frozenset[str] | None = None
    next: str | None = None

    @property
    def user_id(self) -> str:
        """Who asks."""
        return self.studio.user_id

    @property
    def sees_all(self) -> bool:
        """Whether an admin asks, who sees everybody's Runs and costs; a key must have the scope for it."""
        return (self.scopes is None or "admin" in self.scopes) and self.studio.user.role == "admin"

    def cut(self, found: list[dict[str, Any]], page: Any) -> list[dict[str, Any]]:
        """Return one page of a whole list."""
        ids = [item["id"] for item in found]
        if page.cursor is not None and page.cursor not in ids:
            raise NotFound(f"There is no {page.cursor!r} in this list.", "Begin again without a cursor.")
        start = ids.index(page.cursor) + 1 if page.cursor is not None else 0
        return self.page(found[start : start + page.limit + 1], page.limit)

    def page(self, found: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        """Return one page of a list that was asked for one item more, and note whether another follows."""
        if len(found) > limit:
            self.next = found[limit - 1]["id"]
        return found[:limit]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    Attributes
    ----------
    method : str
        ``GET``, ``POST``, ``PATCH`` or ``DELETE``.
    path : str
        Under the base URL, with ``{names}``.
    answer : callable
        Takes a `Call` in a thread and returns what ``gives`` describes; its docstring is the
        description.
    scope : str
        What an API key must be good for; nothing in particular when empty.
    gives : type
        Of the answer; anything that pydantic can describe.
    query, body : type of BaseModel, optional
        Of what comes in.
    status : int
        Of a success.
    errors : tuple of int
        Statuses beyond those that every route may give.
    streams : bool
        Whether the answer is an iterator, sent as Server-Sent Events of ``gives``.
    speaks : bool
        Whether it says or takes back something in the conversation of its path, in which one message is
        answered after the other.
    asks : bool
        Whether a model is asked, which may take long: others are not kept waiting for it.
    lasts : bool
        Whether it takes long: it is answered as soon as its Run has begun, and goes on.
    audit : str
        What the audit calls it, such as ``file.delete``; empty where nothing is gone, or the act itself
        is recorded.
    uploads : bool
        Whether the body is a form with a ``file``, which is written to disk as it arrives.
    media : str
        Media type of the answer; of another one than JSON, text is sent as it is.
    attaches : tuple of str
        Media types of the file that the answer is, an `Attachment`.
    """

    method: str
    path: str
    answer: Callable[[Call], Any]
    scope: str
    gives: Any
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    streams: bool = False
    speaks: bool = False
    asks: bool = False
    lasts: bool = False
    audit: str = ""
    uploads: bool = False
    media: str = "application/json"
    attaches: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """The path as a regular expression with named groups."""
        return _NAMED.sub(r"(?P<\1>[^/]+)", self.path)

    @property
    def names(self) -> list[str]:
        """The names in the path, in order."""
        return _NAMED.findall(self.path)


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one noun.

    Parameters
    ----------
    scope : str
        What an API key must be good for.
    """

    scope: str
    all: list[Route] = field(default_factory=list)

    def __iter__(self) -> Iterator[Route]:
        return iter(self.all)

    def add(self, method: str, path: str, gives: Any, **rest: Any) -> Callable[[Any], Any]:
        """Return a decorator that adds a function as a route; see `Route`."""

        def decorated(answer: Callable[[Call], Any]) -> Callable[[Call], Any]:
            self.all.append(Route(method, path, answer, rest.pop("scope", self.scope), gives, **rest))
            return answer

        return decorated

    def get(self, path: str, gives: Any, **rest: Any) -> Callable[[Any], Any]:
        """Add a route that reads."""
        return self.add("GET", path, gives, **rest)

    def post(self, path: str, gives: Any, **rest: Any) -> Callable[[Any], Any]:
        """Add a route that makes or does."""
        return self.add("POST", path, gives, **rest)

    def patch(self, path: str, gives: Any, **rest: Any) -> Callable[[Any], Any]:
        """Add a route that changes."""
        return self.add("PATCH", path, gives, **rest)

    def delete(self, path: str, gives: Any, **rest: Any) -> Callable[[Any], Any]:
        """Add a route that deletes."""
        return self.add("DELETE", path, gives, **rest)
