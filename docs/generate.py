"""Write the generated parts of the docs: ``python docs/generate.py``.

A generated part stands between two marker comments; a test holds it equal to what this gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import typer

DOCS = Path(__file__).parent
GROUPS = {
    "Where things lie": ("workbench_home", "max_content_length"),
    "Secrets of the installation": ("session_secret", "encryption_key"),
    "Model providers": ("openai_api_key", "workbench_prices"),
    "Knowledge": ("workbench_embedder", "workbench_embedder"),
    "Runs, users and budgets": ("workbench_replay", "workbench_tiers"),
    "Other domains": ("ibm_quantum_token", "ray_address"),
    "Features": ("enable_quantum", "enable_self_improving"),
}


def settings_tables() -> str:
    """Return every setting, in groups, as the class declares them."""
    from workbench.settings import Settings

    fields = Settings.model_fields
    names = list(fields)
    parts = []
    for title, (first, last) in GROUPS.items():
        rows = names[names.index(first) : names.index(last) + 1]
        parts.append(f"## {title}\n\n| Setting | Default | What it is |\n|---|---|---|")
        parts[-1] += "".join(
            f"\n| `{name.upper()}` | {_default(fields[name])} | {fields[name].description} |" for name in rows
        )
    return "\n\n".join(parts)


def _default(field: Any) -> str:
    if field.default_factory is not None:
        return "see below" if field.annotation is not Path else "the platform's user data folder"
    return "" if field.default is None else f"`{str(field.default).lower()}`"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name, in the order of the help."""
    from workbench.cli.app import app

    root = typer.main.get_command(app)
    yield from _leaves("", root)


def _leaves(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path.strip(), command
        return
    for name, below in command.commands.items():
        yield from _leaves(f"{path} {name}", below)


def command_reference() -> str:
    """Return what each command does and takes."""
    return "\n\n".join(_command(name, command) for name, command in commands())


def _command(name: str, command: click.Command) -> str:
    usage = [f"<{one.name}>" if one.required else f"[{one.name}]" for one in _of(command, "argument")]
    text = " ".join((command.help or "").split())
    part = f"## workbench {name}\n\n`workbench {' '.join([name, *usage])}`\n\n{text}"
    rows = [f"| {_flags(one)} | {_help(one)} |" for one in command.params if _help(one)]
    return part + ("\n\n| | |\n|---|---|\n" + "\n".join(rows) if rows else "")


def _of(command: click.Command, kind: str) -> list[click.Parameter]:
    return [one for one in command.params if one.param_type_name == kind]


def _flags(parameter: click.Parameter) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name}`"
    return ", ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))


def _help(parameter: click.Parameter) -> str:
    return str(getattr(parameter, "help", "") or "")


def openqasm_subset() -> str:
    """Return what of OpenQASM 3 is taken, as the loader declares it."""
    from workbench.quantum.loading import OPENQASM_3

    rows = [
        f"| {what.replace('|', chr(92) + '|')} | {'yes' if taken else 'no'} | {how} |"
        for what, (taken, how) in OPENQASM_3.items()
    ]
    return "\n".join(["| what | taken | how far |", "|---|---|---|", *rows])


def choosing_rule() -> str:
    """Return how the engine is chosen, with the bounds that are in force."""
    from workbench.quantum import choosing as rule
    from workbench.quantum.limits import BOND, DENSE
    from workbench.quantum.noise.on_aer import DENSITY_QUBITS

    small = f"up to {rule.SMALL} qubits and {rule.SHORT} operations"
    rows = {
        f"Clifford, and it acts on measurements, or is sampled on {rule.TABLEAU_FROM} qubits or more":
            "`stim`",
        "it acts on measurements in a way that cannot be deferred": "`aer`, shot by shot",
        f"more than {DENSE} qubits, where bonds of at most 2^{BOND} hold it":
            "`aer`, a matrix product state, with a warning",
        f"{small}, single precision not asked for": "`qiskit`",
        f"{rule.SINGLE_FROM} qubits or more, double precision not asked for": "`qsim`, in single precision",
        "any other state": "`aer`",
        f"sweep of exact expectation values, up to {rule.BROADCAST} qubits": "`pennylane`, as one array",
        "the same, larger": "`aer`, one circuit with many values",
        f"with noise, up to {DENSITY_QUBITS} qubits": "`aer`, the density matrix",
        "with noise, larger or acting on measurements": "`aer`, a trajectory a shot",
        "with Pauli noise, larger, Clifford": "`stim`",
    }  # fmt: skip
    lines = [f"| {what} | {engine} |" for what, engine in rows.items()]
    return "\n".join(["| a circuit | runs on |", "|---|---|", *lines])


PARTS = {
    "settings.md": {"": settings_tables},
    "cli.md": {"": command_reference},
    "circuits.md": {"subset": openqasm_subset, "auto": choosing_rule},
}
MARKED = re.compile(r"(<!-- generated ?(\w*) ?-->\n).*?(<!-- end -->)", re.DOTALL)


def render(name: str) -> str:
    """Return the page with its generated parts as they should be."""
    page = (DOCS / name).read_text()
    return MARKED.sub(lambda match: f"{match[1]}{PARTS[name][match[2]]()}\n{match[3]}", page)


if __name__ == "__main__":
    for name in PARTS:
        (DOCS / name).write_text(render(name))
