"""A cell that runs within another one."""

from __future__ import annotations

import ast
from typing import Any

__all__ = ["run_cell"]


def run_cell(shell: Any, cell: str) -> Any:
    """Run code in the notebook's variables, so that an error is the outer cell's and shows once.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's shell.
    cell : str
        The code, magics among it.

    Returns
    -------
    object
        The value of its last line, where that is an expression; else ``None``.
    """
    code = shell.transform_cell(cell)
    name = shell.compile.cache(code, shell.execution_count, raw_code=cell)
    tree = shell.transform_ast(shell.compile.ast_parse(code, filename=name))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    # Both run the notebook's own code in its own variables, as IPython does.
    exec(shell.compile(tree, name, "exec"), shell.user_ns)  # noqa: S102
    if last is None:
        return None
    return eval(shell.compile(ast.Expression(last.value), name, "eval"), shell.user_ns)  # noqa: S307
