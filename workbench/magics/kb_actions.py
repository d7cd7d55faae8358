"""What ``%kb`` does, action by action."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from IPython.display import display

from workbench.errors import BadInput, Cancelled
from workbench.magics.kb_views import bases_table, files_table, stats_table, told
from workbench.magics.kb_words import check_action, last_used, name_and_words, only_name
from workbench.magics.progress import LiveProgress
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.magics.context import Context
    from workbench.runs import Run
    from workbench.studio import Studio

__all__ = ["KbActions"]


class KbActions:
    """The actions of one shell's ``%kb``.

    Parameters
    ----------
    context : Context
        What the magics share.

    Notes
    -----
    What an action tells of the stored bases is a Run too, so that strict replay tells the same where
    those bases are not.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def studio(self) -> Studio:
        """The process's Studio."""
        return self.context.studio

    def run(self, given: Namespace) -> Any:
        """Do what the line says; return what ``--as`` binds.

        Raises
        ------
        BadInput
            No such action, or an option or a number of words that it does not take.
        """
        action, *words = given.words or ["list"]
        actions: dict[str, Callable[[list[Any], Namespace], Any]] = {
            "create": self._create,
            "add": self._add,
            "list": self._list,
            "files": self._files,
            "remove": self._remove,
            "drop": self._drop,
            "resume": self._resume,
            "reindex": self._reindex,
            "stats": self._stats,
            "verify": self._verify,
        }
        check_action(action, given)
        return actions[action](words, given)

    # making and filling

    def _create(self, words: list[Any], given: Namespace) -> Any:
        name = only_name(words, "create")
        settings = {"chunk_tokens": given.chunk_tokens} if given.chunk_tokens is not None else None
        studio = self.studio

        def compute(_: Any) -> dict[str, Any]:
            found = studio.vectors.find_knowledge_base(studio.user_id, name)
            base_id = found or studio.files.create_knowledge_base(
                studio.user_id, name, given.description, embedder=given.embedder, settings=settings
            )
            return {"made": found is None, "view": studio.vectors.get_knowledge_base(base_id)}

        inputs = {
            "base": name,
            "embedder": given.embedder,
            "settings": settings,
            "description": given.description,
        }
        output = self._recorded("create", name, inputs, compute).output["result"]
        self.context.knowledge_base = name
        _tell_opened(output["view"], given, made=output["made"])
        return output["view"]

    def _add(self, words: list[Any], given: Namespace) -> Any:
        from workbench.knowledge.choosing import uploads_of

        name, items = name_and_words(words, "add", 2)
        base_id = self._base(name)
        uploads = uploads_of(items, recursive=given.recursive)

        def work(progress: LiveProgress) -> Any:
            return self.studio.vectors.add_files(base_id, uploads, progress=progress)

        return self._working(name, work)

    def _resume(self, words: list[Any], _: Namespace) -> Any:
        from workbench.knowledge import AddResult

        name = self._one_or_last(words, "resume")

        def work(progress: LiveProgress) -> Any:
            def compute(_: Any) -> list[dict[str, Any]]:
                return list(self.studio.vectors.resume(self._base(name), progress=progress).files)

            run = self._recorded("resume", name, {"base": name}, compute)
            return AddResult(name, tuple(run.output["result"]), run.id)

        result = self._working(name, work)
        if not result:
            print(f"No file of {name} was waiting.")  # noqa: T201 - what the magic has to say
        return result

    def _reindex(self, words: list[Any], given: Namespace) -> Any:
        name = only_name(words, "reindex")
        shown = LiveProgress(f"Reindexing {name}", live=self.context.live)
        options = {"embedder": given.embedder, "chunk_tokens": given.chunk_tokens}

        def compute(_: Any) -> dict[str, Any]:
            return self.studio.vectors.reindex(self._base(name), **options, progress=shown)

        with self._shown(shown, lambda: _stopped_reindexing(name)):
            run = self._recorded("reindex", name, {"base": name, **options}, compute)
            base: dict[str, Any] = run.output["result"]
            passages = amount(base["total_chunks"], "passage")
            shown.finish({"text/plain": f"{name} is reindexed: {passages}, {told(base)}."})
        return base

    # looking

    def _list(self, words: list[Any], _: Namespace) -> Any:
        import pandas as pd

        if words:
            raise BadInput("%kb list takes no word.", "`%kb files NAME` lists what a base holds.")
        studio = self.studio
        run = self._recorded("list", None, {}, lambda _: studio.vectors.list_knowledge_bases(studio.user_id))
        bases = run.output["result"]
        display(bases_table(bases))
        columns = ["name", "file_count", "total_chunks", "embedder", "dimension", "status", "description"]
        return pd.DataFrame(bases, columns=[*columns, "id"])

    def _files(self, words: list[Any], _: Namespace) -> Any:
        import pandas as pd

        name = self._one_or_last(words, "files")
        files = self._read("files", name, self.studio.vectors.files)
        display(files_table(name, files))
        columns = ["filename", "file_type", "status", "pages", "chunks", "error", "file_id"]
        return pd.DataFrame(files, columns=columns)

    def _stats(self, words: list[Any], _: Namespace) -> Any:
        name = self._one_or_last(words, "stats")
        stats = self._read("stats", name, self.studio.vectors.stats)
        display(stats_table(stats))
        return stats

    def _verify(self, words: list[Any], _: Namespace) -> Any:
        name = self._one_or_last(words, "verify")
        faults = self._read("verify", name, self.studio.vectors.verify)
        sound = f"Sound: {name} is what it says, passages, vectors, counts and indexes."
        print("\n".join(faults) or sound)  # noqa: T201 - what the magic has to say
        return faults

    # taking out

    def _remove(self, words: list[Any], _: Namespace) -> Any:
        from workbench.knowledge.choosing import files_named

        name, wanted = name_and_words(words, "remove", 2)
        vectors = self.studio.vectors

        def compute(_: Any) -> list[str]:
            base_id = self._base(name)
            there = vectors.files(base_id)
            chosen = [file for one in wanted for file in files_named(there, str(one), name)]
            gone = {file["file_id"]: file["filename"] for file in chosen}
            for file_id in gone:
                vectors.remove_file(base_id, file_id)
            return list(gone.values())

        inputs = {"base": name, "files": list(map(str, wanted))}
        gone = self._recorded("remove", name, inputs, compute).output["result"]
        print(f"Out of {name}: {', '.join(gone)}. The uploaded files stay.")  # noqa: T201 - as above
        return gone

    def _drop(self, words: list[Any], given: Namespace) -> Any:
        name = only_name(words, "drop")
        base_id = self._base(name)
        if not given.yes:
            raise BadInput(
                f"{name} would be gone with its passages and index; the uploaded files stay.",
                "Add --yes to drop it.",
            )
        self.studio.vectors.delete_knowledge_base(base_id, self.studio.user_id)
        if self.context.knowledge_base == name:
            self.context.knowledge_base = None
        print(f"{name} is dropped. The uploaded files stay.")  # noqa: T201 - as above

    # inside

    def _one_or_last(self, words: list[Any], action: str) -> str:
        return only_name(words, action) if words else last_used(self.context)

    def _base(self, name: str) -> str:
        from workbench.knowledge.choosing import base_named

        found = base_named(self.studio, name)
        self.context.knowledge_base = name
        return found

    def _recorded(
        self, action: str, name: str | None, inputs: dict[str, Any], compute: Callable[[Any], Any]
    ) -> Run:
        """Do it as a Run of its own; ``cache`` does it again, for bases change."""
        vectors = self.studio.vectors

        def pinned(recorder: Any) -> dict[str, Any]:
            from workbench.knowledge.bases import pin_of

            output = {"result": compute(recorder)}
            if name is None:
                return output
            return output | {"base": pin_of(vectors.bases.get(self._base(name)))}

        run = self.studio.runs.execute(f"kb.{action}", inputs, pinned, name=name, effect=True)
        vectors.bases.note(run)
        return run

    def _read(self, action: str, name: str, read: Callable[[str], Any]) -> Any:
        run = self._recorded(action, name, {"base": name}, lambda _: read(self._base(name)))
        self.context.knowledge_base = name
        return run.output["result"]

    def _working(self, name: str, work: Callable[[LiveProgress], Any]) -> Any:
        """Add files and show the result in the place of the progress."""
        shown = LiveProgress(f"Adding to {name}", live=self.context.live)
        with self._shown(shown, lambda: self._stopped_adding(name)):
            result = work(shown)
            shown.finish(result._repr_mimebundle_())
        return result

    @contextmanager
    def _shown(self, shown: LiveProgress, stopped: Callable[[], Cancelled]) -> Iterator[None]:
        """End a display of progress whatever ends the work; say in a sentence what a stop left."""
        try:
            yield
        except (KeyboardInterrupt, Cancelled):
            shown.finish(None)
            raise stopped() from None
        except BaseException:
            shown.finish(None)
            raise

    def _stopped_adding(self, name: str) -> Cancelled:
        from workbench.knowledge.choosing import quoted

        files = self.studio.vectors.files(self._base(name))
        ready = sum(file["status"] == "ready" for file in files)
        waiting = len(files) - ready
        there = f"{amount(ready, 'file')} of {name} can be searched"
        if waiting:
            return Cancelled(
                f"The adding was stopped: {there}, {waiting:,} wait.", f"`%kb resume {quoted(name)}` goes on."
            )
        return Cancelled(
            f"The adding was stopped: {there}.", "The same line goes on; what was read is not read again."
        )


def _stopped_reindexing(name: str) -> Cancelled:
    return Cancelled(
        f"The reindexing of {name} was stopped; its former index serves as before.",
        "The same line goes on from there.",
    )


def _tell_opened(base: dict[str, Any], given: Namespace, *, made: bool) -> None:
    from workbench.knowledge.choosing import quoted

    name = base["name"]
    if made:
        line = f"{name} is a new knowledge base: {told(base)}. `%kb add {quoted(name)} PATH ...` fills it."
    else:
        held = f"{amount(base['file_count'], 'file')}, {amount(base['total_chunks'], 'passage')}"
        line = f"{name} is there already and is used: {held}, {told(base)}."
        if given.embedder or given.chunk_tokens:
            line += f" `%kb reindex {quoted(name)}` changes its embedder or passages."
    print(line)  # noqa: T201 - what the magic has to say
