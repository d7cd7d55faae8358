"""Who takes part in a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from workbench.server.schemas.common import Body

__all__ = ["Member", "NewMember"]


class NewMember(Body):
    """A user to be let in."""

    username: Annotated[str, Field(min_length=1, max_length=100)]


class Member(BaseModel):
    """Somebody who may read and speak."""

    user_id: str
    username: str
    role: Literal["owner", "member"]
    created_at: datetime
