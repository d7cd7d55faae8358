"""Runs as HTML: table rows, everything about one Run, and two Runs side by side."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.files import format_file_size
from workbench.markdown import render_code, render_markdown
from workbench.text import truncate_text
from workbench.wording import amount, duration, money

if TYPE_CHECKING:
    from workbench.runs import Artifact, Run, RunDiff

__all__ = ["comparison", "detail", "row", "static_table"]

PREVIEWS = {"image/png", "image/jpeg", "image/gif", "image/webp"}
PREVIEW_BYTES = 4 * 1024 * 1024
JSON_LENGTH = 20_000
VALUE_LENGTH = 600
LABEL_HEAD, LABEL_TAIL = 34, 38
# Of what two texts begin with alike, so much is shown before the place where they part.
LONG_FACTS = {"Environment", "Digest", "Verified", "Occurrence"}
WIDE = ' class="wb-wide"'


def row(run: Run, *, opened: bool) -> dict[str, Any]:
    """Return the JSON values of one table row.

    Parameters
    ----------
    run : Run
        The Run.
    opened : bool
        Whether its detail is shown.
    """
    return {
        "id": run.id,
        "started": f"{run.started_at:%Y-%m-%d %H:%M:%S}",
        "kind": run.kind,
        "what": _what(run),
        "model": _model(run),
        "status": run.status,
        "duration": duration(run.duration),
        "tokens": f"{run.tokens:,}" if run.tokens else "",
        "cost": money(run.cost),
        "opened": opened,
    }


def _model(run: Run) -> str:
    names = (run.parameters.get("provider"), run.parameters.get("model"))
    return ":".join(str(name) for name in names if name)


def _what(run: Run) -> str:
    """Return the Run's name, else the last thing that was asked, else its first input.

    A long text keeps its end too: a question often stands below the text that it is about.
    """
    text = (
        run.name or _question(run.inputs) or next((v for v in run.inputs.values() if isinstance(v, str)), "")
    )
    line = " ".join(text.split())
    if len(line) <= LABEL_HEAD + LABEL_TAIL:
        return line
    return f"{line[:LABEL_HEAD].rstrip()} … {line[-LABEL_TAIL:].lstrip()}"


def _question(inputs: dict[str, Any]) -> str:
    said = _messages(inputs)
    return str(said[-1]["content"]) if said else ""


def _messages(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the chat messages among the inputs, if that is what they are."""
    found = inputs.get("messages")
    if not isinstance(found, list):
        return []
    said = [each for each in found if isinstance(each, dict) and isinstance(each.get("content"), str)]
    return said if len(said) == len(found) else []


def detail(run: Run, problems: list[str], read: Callable[[Artifact], bytes]) -> str:
    """Return everything about one Run as HTML.

    Parameters
    ----------
    run : Run
        The Run.
    problems : list of str
        What `Runs.verify` says of it; an empty list means sound.
    read : callable
        Gives the bytes of one of its artifacts.
    """
    parts = [
        _error(run),
        f'<dl class="wb-facts">{_facts(run, problems)}</dl>',
        _section("Input", _input(run.inputs)),
        _section("Output", _output(run)),
        _section("Metrics and parameters", _pairs(run.metrics | run.parameters)),
        _section("Artifacts", "".join(_artifact(each, read) for each in run.artifacts)),
        _folded("Environment", _json(run.environment)),
        _folded("Whole record", _json(run.to_dict())),
    ]
    return "".join(parts)


def _error(run: Run) -> str:
    if not run.error:
        return ""
    hint = run.error.get("hint")
    more = f'<p class="wb-hint">{escape(hint)}</p>' if hint else ""
    return f'<div class="wb-error"><div><p>{escape(run.error.get("message", ""))}</p>{more}</div></div>'


def _facts(run: Run, problems: list[str]) -> str:
    tokens = f"{run.tokens_input:,} in, {run.tokens_output:,} out" if run.tokens else "none"
    facts = {
        "Run": _mono(run.id),
        "Status": escape(run.status),
        "Started": f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC",
        "Duration": duration(run.duration),
        "Tokens": tokens,
        "Cost": money(run.cost),
        "Seed": "none" if run.seed is None else str(run.seed),
        "Occurrence": f"{run.occurrence + 1} in execution {_mono(run.execution)}",
        "Part of": _mono(run.parent_id) if run.parent_id else "",
        "Tags": escape(", ".join(run.tags)),
        "Environment": _mono(run.environment_digest),
        "Digest": _mono(run.digest) if run.digest else "",
        "Verified": _verified(run, problems),
    }
    return "".join(
        f"<div{WIDE if name in LONG_FACTS else ''}><dt>{name}</dt><dd>{value}</dd></div>"
        for name, value in facts.items()
        if value
    )


def _verified(run: Run, problems: list[str]) -> str:
    if run.status == "running":
        return "not yet: it is still running"
    if run.status == "submitted" and not problems:
        return "not yet: it was sent off, and its end is not recorded"
    if problems:
        return f'<span class="wb-bad">no: {escape("; ".join(problems))}</span>'
    objects = f", {amount(len(run.artifacts), 'artifact')} too" if run.artifacts else ""
    return f'<span class="wb-good">yes: the record matches its digest{objects}</span>'


def _mono(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _section(title: str, body: str) -> str:
    return f"<section><h4>{title}</h4>{body}</section>" if body else ""


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"


def _input(inputs: dict[str, Any]) -> str:
    messages = _messages(inputs)
    if not messages:
        return _json(inputs) if inputs else ""
    rest = {
        name: value for name, value in inputs.items() if name != "messages" and value not in (None, {}, [])
    }
    said = "".join(
        f'<div class="wb-said"><span>{escape(str(each.get("role", "")))}</span>'
        f"<p>{escape(each['content'])}</p></div>"
        for each in messages
    )
    return said + (_pairs(rest) if rest else "")


def _output(run: Run) -> str:
    output = run.output
    if isinstance(output, dict) and isinstance(output.get("content"), str):
        output = output["content"]
    if output is None:
        output = "".join(str(chunk) for _, chunk in run.chunks) or None
    if output is None:
        return ""
    body = render_markdown(output) if isinstance(output, str) else _json(output)
    return f'<div class="wb-prose">{body}</div>'


def _pairs(values: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><th>{escape(str(name))}</th><td>{_value(value)}</td></tr>" for name, value in values.items()
    )
    return f'<div class="wb-table"><table>{rows}</table></div>' if rows else ""


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(truncate_text(text, VALUE_LENGTH))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    left = len(text) - JSON_LENGTH
    if left > 0:
        return f"<pre>{escape(text[:JSON_LENGTH])}\n… {left:,} more characters</pre>"
    return render_code(text, "json")


def _artifact(artifact: Artifact, read: Callable[[Artifact], bytes]) -> str:
    size = format_file_size(artifact.size)
    line = (
        f"<p>{escape(artifact.name)} · {escape(artifact.media_type)} · {size} · {_mono(artifact.digest)}</p>"
    )
    return f'<div class="wb-artifact">{line}{_preview(artifact, read)}</div>'


def _preview(artifact: Artifact, read: Callable[[Artifact], bytes]) -> str:
    if artifact.media_type not in PREVIEWS or artifact.size > PREVIEW_BYTES:
        return ""
    try:
        data = base64.b64encode(read(artifact)).decode("ascii")
    except WorkbenchError as error:
        return f'<p class="wb-bad">{escape(str(error))}</p>'
    return f'<img alt="{escape(artifact.name)}" src="data:{artifact.media_type};base64,{data}">'


def comparison(diff: RunDiff) -> str:
    """Return two Runs' differences as HTML, a row a place."""
    names = "".join(f"<th>{_mono(name)}</th>" for name in (diff.left, diff.right))
    if not diff.items:
        return f"<p>The two Runs do not differ: {_mono(diff.left)} and {_mono(diff.right)}.</p>"
    rows = "".join(
        f"<tr><th>{escape(item.path)}</th><td>{_value(left)}</td><td>{_value(right)}</td></tr>"
        for item in diff.items
        for left, right in [item.parting()]
    )
    head = f"<thead><tr><th>Differs in</th>{names}</tr></thead>"
    return f'<div class="wb-table"><table>{head}<tbody>{rows}</tbody></table></div>'


def static_table(summary: str, charts: str, rows: list[dict[str, Any]], pager: dict[str, Any]) -> str:
    """Return the panel's present page as HTML that needs no script, no kernel and no network.

    Parameters
    ----------
    summary, charts : str
        As `workbench.widgets.summary` makes them.
    rows : list of dict
        As `row` makes them.
    pager : dict
        ``total`` counts the Runs selected.
    """
    if not rows:
        return '<div class="wb-static"><p>No Runs yet.</p></div>'
    names = ("started", "kind", "what", "model", "status", "duration", "tokens", "cost")
    head = "".join(f'<th style="text-align:left">{name}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(each[name])}</td>' for name in names) + "</tr>"
        for each in rows
    )
    tiles = summary.replace("</span>", ": </span>").replace("<small>", " <small>")
    more = f"<p><small>{len(rows):,} of {amount(pager['total'], 'Run')}, times in UTC</small></p>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wb-static">{tiles}<div>{charts}</div>{table}{more}</div>'
