"""An answer as a notebook shows it."""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs import Run

__all__ = ["ChatReply"]


@dataclass(frozen=True, slots=True)
class ChatReply:
    """One answer of a model.

    Attributes
    ----------
    content : str
        Markdown text.
    provider, model : str
        Who answered.
    tokens_used : int
        Input plus output.
    cost : float or None
        US dollars; ``None`` when the price is not known.
    usage : dict
        The split of the tokens.
    finish_reason : str
        Why it ended: ``stop``, ``length``, ``content_filter`` or ``other``.
    run_id : str
        The Run that recorded it.
    session_id : str or None
        The chat session it belongs to.
    value : object
        The validated object, where a schema was asked for.
    """

    content: str
    provider: str
    model: str
    tokens_used: int
    cost: float | None
    usage: dict[str, int]
    finish_reason: str
    run_id: str
    session_id: str | None = None
    value: Any = field(default=None, compare=False)

    @classmethod
    def of(cls, result: dict[str, Any], *, content: str | None = None, value: Any = None) -> Self:
        """Return the reply of a service's result dict.

        Parameters
        ----------
        result : dict
            What `AIService.chat_completion` returned, or the last dict of a stream.
        content : str, optional
            The whole text, for a stream's last dict does not hold it.
        value : object, optional
            The validated object.
        """
        names = ("provider", "model", "tokens_used", "cost", "usage", "finish_reason", "run_id")
        return cls(
            content=result["content"] if content is None else content,
            session_id=result.get("session_id"),
            value=value,
            **{name: result[name] for name in names},
        )

    @property
    def run(self) -> Run:
        """The Run that recorded the answer."""
        from workbench.studio import studio

        return studio().runs.get(self.run_id)

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the answer and its figures."""
        import pandas as pd

        row = self._recorded() | {"value": self.value}
        usage = row.pop("usage")
        return pd.DataFrame([row | usage]).set_index("run_id")

    def to_json(self) -> str:
        """Return the reply as JSON text, without ``value`` and ``session_id``."""
        return json.dumps(self._recorded(), ensure_ascii=False, indent=2)

    def _recorded(self) -> dict[str, Any]:
        """Return what the Run holds; a session's identifier differs from home to home."""
        body = asdict(self)
        del body["value"], body["session_id"]
        return body

    def footer(self) -> str:
        """Return the one line of figures under an answer."""
        from workbench.wording import money

        price = "cost unknown" if self.cost is None else "free" if self.cost == 0 else money(self.cost)
        parts = [f"{self.provider}:{self.model}", f"{self.tokens_used} tokens", price, f"run {self.run_id}"]
        if self.finish_reason == "length":
            parts.append("cut at max_tokens")
        return " · ".join(parts)

    def __str__(self) -> str:
        return self.content

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.markdown import render_markdown

        foot = (
            f'<div style="font-size:0.8em;opacity:0.65;margin-top:0.6em">{html.escape(self.footer())}</div>'
        )
        return {
            "text/plain": f"{self.content}\n\n[{self.footer()}]",
            "text/markdown": f"{self.content}\n\n<sub>{html.escape(self.footer())}</sub>",
            "text/html": f"<div>{render_markdown(self.content)}{foot}</div>",
        }
