"""The notebook's magics.

They are ``%chat``, ``%kb``, ``%search``, ``%ask``, ``%circuit``, ``%qjobs``, ``%runs``, ``%replay`` and
``%workbench``. ``%load_ext workbench`` installs them and opens nothing: the Studio, its database and
every heavy library load with the first magic that needs them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]

_ATTRIBUTE = "_workbench_extension"
_NAMES = ("ask", "chat", "circuit", "kb", "qjobs", "replay", "runs", "search", "workbench")


class _Extension:
    """What one shell has installed, so that it can be taken away again."""

    def __init__(self, shell: Any) -> None:
        from workbench.kernels.redaction import install
        from workbench.magics.admin import AdminMagics
        from workbench.magics.chat import ChatMagics
        from workbench.magics.circuits import CircuitMagics
        from workbench.magics.completion import Completion
        from workbench.magics.context import Context
        from workbench.magics.knowledge import KnowledgeMagics
        from workbench.magics.questions import ChatLine
        from workbench.magics.runs import RunsMagics
        from workbench.security import Redactor
        from workbench.settings import load_settings

        self.context = Context(shell)
        # First of all: from here on no secret leaves the kernel.
        install(shell, Redactor.from_settings(load_settings()))
        self.completion = Completion(self.context)
        shell.input_transformer_manager.token_transformers.append(ChatLine)
        shell.Completer.custom_matchers.append(self.completion.offer)
        for magics in (ChatMagics, KnowledgeMagics, CircuitMagics, RunsMagics, AdminMagics):
            shell.register_magics(magics(shell, self.context))
        shell.events.register("pre_run_cell", self.context.pre_run_cell)

    def remove(self, shell: Any) -> None:
        from workbench.magics.questions import ChatLine

        shell.events.unregister("pre_run_cell", self.context.pre_run_cell)
        shell.input_transformer_manager.token_transformers.remove(ChatLine)
        shell.Completer.custom_matchers.remove(self.completion.offer)
        for kind in ("line", "cell"):
            for name in _NAMES:
                shell.magics_manager.magics[kind].pop(name, None)


def load_ipython_extension(shell: Any) -> None:
    """Install the magics; IPython calls this for ``%load_ext workbench``.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's shell.

    Raises
    ------
    BadInput
        A setting is not valid.
    """
    if getattr(shell, _ATTRIBUTE, None) is None:
        setattr(shell, _ATTRIBUTE, _Extension(shell))


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics away; secrets stay hidden as long as the kernel lives.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's shell.
    """
    extension = getattr(shell, _ATTRIBUTE, None)
    if extension is not None:
        extension.remove(shell)
        setattr(shell, _ATTRIBUTE, None)
