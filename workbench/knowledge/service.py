"""`VectorService`: knowledge bases, what is in them and what they answer."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from workbench.embedders import get_embedder
from workbench.errors import BadInput, NotFound
from workbench.knowledge.adding import Adding
from workbench.knowledge.answering import Answer, Asking
from workbench.knowledge.bases import Bases, view
from workbench.knowledge.checking import problems
from workbench.knowledge.chunking import chunk_text
from workbench.knowledge.engine import Engines
from workbench.knowledge.places import files_of, unfinished
from workbench.knowledge.reindex import Reindexing
from workbench.knowledge.results import AddResult, Hit, SearchResults
from workbench.knowledge.search import RANKING, Query, checked_query, find
from workbench.runs import Progress, Recorder
from workbench.storage.knowledge import ChunkRow
from workbench.storage.models import File, KnowledgeBase
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["VectorService"]

SEARCH = "knowledge.search"
EMBED = "knowledge.embed"

Base = KnowledgeBase | str


class VectorService:
    """Manages knowledge bases and searches them.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.

    Notes
    -----
    A knowledge base is named by its row or its identifier. Where ``user_id`` is given, somebody else's
    base is not found. Scores are 0 to 1 and mean the same on every index: .7 is where a passage is more
    likely to the point than not.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self.studio = studio or default_studio()
        self.bases = Bases(self.studio)
        self._engines = Engines(self.studio.database, self.studio.settings)
        self._adding = Adding(self.studio, self.bases)
        self._reindexing = Reindexing(self.studio, self.bases, self._engines)

    def close(self) -> None:
        """Let go of the index files and of the threads that write them."""
        self._engines.close()

    # plain pieces

    def create_embeddings(self, text_chunks: list[str], model: str | None = None) -> list[list[float]]:
        """Return one embedding a text.

        Parameters
        ----------
        text_chunks : list of str
            None of them blank.
        model : str, optional
            As in `workbench.embedders.get_embedder`; by default ``WORKBENCH_EMBEDDER``.

        Returns
        -------
        list of list of float
            Vectors of unit length.
        """
        name = model or self.studio.settings.workbench_embedder
        inputs = {"texts": list(text_chunks), "model": name}

        def compute(recorder: Recorder) -> list[list[float]]:
            embedder = get_embedder(name, self.studio.settings)
            recorder.parameter("embedder", f"{embedder.name}:{embedder.model}")
            recorder.parameter("exact", embedder.exact)
            vectors, tokens = embedder.embed_with_usage(text_chunks)
            if embedder.remote:
                recorder.usage(tokens, 0, self.studio.ai.embedding_cost(embedder, tokens))
            return [[float(number) for number in vector] for vector in vectors]

        made: list[list[float]] = self.studio.runs.execute(EMBED, inputs, compute).output
        return made

    def chunk_text(self, text: str, chunk_size: int | None = None, overlap: int | None = None) -> list[str]:
        """Split text into pieces of at most ``chunk_size`` characters; see `workbench.knowledge.chunking`."""
        return chunk_text(text, chunk_size, overlap)

    # bases

    def list_knowledge_bases(self, user_id: str) -> list[dict[str, Any]]:
        """Return the user's knowledge bases, the last changed first."""
        return [view(row) for row in self.bases.all(user_id)]

    def get_knowledge_base(self, knowledge_base: Base, user_id: str | None = None) -> dict[str, Any]:
        """Return one knowledge base as a dict."""
        return view(self.bases.get(knowledge_base, user_id))

    def find_knowledge_base(self, user_id: str, name: str) -> str | None:
        """Return the identifier of the user's newest knowledge base of this name."""
        return self.bases.find(user_id, name)

    def edit_knowledge_base(
        self, knowledge_base: Base, user_id: str, name: str | None = None, description: str | None = None
    ) -> dict[str, Any]:
        """Change name or description; return the base."""
        self.bases.edit(self.bases.get(knowledge_base, user_id), name, description)
        return self.get_knowledge_base(knowledge_base, user_id)

    def delete_knowledge_base(self, knowledge_base: Base, user_id: str | None = None) -> None:
        """Delete a knowledge base with its passages and index files; the uploaded files stay."""
        base = self.bases.get(knowledge_base, user_id)
        self._engines.forget(base.id)
        self.bases.drop(base)

    # filling

    def add_file(self, knowledge_base: Base, file_id: str, *, progress: Progress | None = None) -> str:
        """Add an uploaded file; return its identifier.

        Raises
        ------
        NotFound
            There is no such base or file, or they belong to different users.
        BadInput
            The file cannot be read.
        """
        result = self.add_uploaded(knowledge_base, [file_id], progress=progress)
        for file in result.failed:
            raise BadInput(f"{file['filename']} could not be added: {file['error']}")
        return file_id

    def add_files(
        self, knowledge_base: Base, uploads: Iterable[Any], *, progress: Progress | None = None
    ) -> AddResult:
        """Upload files, read them and add them; one that fails does not keep the others out.

        Parameters
        ----------
        knowledge_base : KnowledgeBase or str
            Where to.
        uploads : iterable
            Paths, open binary files, ``(name, bytes)``, upload values; see `workbench.files.open_upload`.
        progress : callable, optional
            ``progress(done, total, message, metrics)``; what it raises stops the work, and what was
            added until then stays.
        """
        return self._adding.uploads(self.bases.get(knowledge_base), uploads, progress)

    def add_uploaded(
        self, knowledge_base: Base, file_ids: Sequence[str], *, progress: Progress | None = None
    ) -> AddResult:
        """Add files that were uploaded before; one that fails does not keep the others out."""
        return self._adding.files(self.bases.get(knowledge_base), list(file_ids), progress)

    def add_text(self, knowledge_base: Base, text: str, title: str) -> str:
        """Add a text under a title; return its identifier, the ``file_id`` of its passages."""
        return self.add_texts(knowledge_base, [(title, text)])[0]

    def add_texts(
        self,
        knowledge_base: Base,
        items: Sequence[tuple[str, str]],
        *,
        progress: Progress | None = None,
    ) -> list[str]:
        """Add many texts at once, as pairs of title and text; return their identifiers in order."""
        return self._adding.texts(self.bases.get(knowledge_base), list(items), progress)

    def resume(self, knowledge_base: Base, *, progress: Progress | None = None) -> AddResult:
        """Add the files whose addition failed or was interrupted; what was embedded is not embedded again."""
        base = self.bases.get(knowledge_base)
        return self.add_uploaded(base, unfinished(self.studio.database, base), progress=progress)

    def remove_file(self, knowledge_base: Base, file_id: str, user_id: str | None = None) -> None:
        """Take a file out of a knowledge base; the uploaded file stays."""
        self._adding.remove(self.bases.get(knowledge_base, user_id), file_id)

    def files(self, knowledge_base: Base, user_id: str | None = None) -> list[dict[str, Any]]:
        """Return ``file_id``, ``filename``, ``status``, ``error``, ``pages``, ``chunks`` of each file."""
        return files_of(self.studio.database, self.bases.get(knowledge_base, user_id))

    def reindex(
        self,
        knowledge_base: Base,
        *,
        embedder: str | None = None,
        chunk_tokens: int | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Make all passages and vectors anew while the present ones serve.

        Parameters
        ----------
        knowledge_base : KnowledgeBase or str
            Which.
        embedder : str, optional
            Another embedder; see `workbench.embedders.get_embedder`.
        chunk_tokens : int, optional
            Another size of passages, 16 or more.
        progress : callable, optional
            What it raises stops the work; the next call goes on from there.

        Returns
        -------
        dict
            The base as `get_knowledge_base` gives it.
        """
        base = self.bases.get(knowledge_base)
        self._reindexing.run(base, embedder, chunk_tokens, progress)
        return self.get_knowledge_base(base.id)

    # asking

    def search_knowledge_base(
        self,
        knowledge_base: Base,
        query: str,
        limit: int = 5,
        similarity_threshold: float = 0.7,
        *,
        filters: Mapping[str, Any] | None = None,
        user_id: str | None = None,
    ) -> list[dict[str, Any]]:
        """Search a knowledge base for relevant passages.

        Parameters
        ----------
        knowledge_base : KnowledgeBase or str
            Which.
        query : str
            Words or a question.
        limit : int
            Most results, 1 to 1000.
        similarity_threshold : float
            Least score, 0 to 1. .7 keeps what is more likely to the point than not; 0 cuts nothing.
        filters : mapping, optional
            See `workbench.knowledge.filters.checked_filters`.
        user_id : str, optional
            Whose base it must be.

        Returns
        -------
        list of dict
            The best first; see `workbench.knowledge.results.Hit` for the items.
        """
        found = self.search(
            knowledge_base, query, limit, similarity_threshold, filters=filters, user_id=user_id
        )
        return [hit.to_dict() for hit in found]

    def search(
        self,
        knowledge_base: Base,
        query: str,
        limit: int = 5,
        similarity_threshold: float = 0.7,
        *,
        filters: Mapping[str, Any] | None = None,
        user_id: str | None = None,
        record: bool = True,
    ) -> SearchResults:
        """Like `search_knowledge_base`, as an object that a notebook shows.

        Without ``record`` no Run is left, as for a search that is repeated with every key.
        """
        wanted = checked_query(query, limit, similarity_threshold, filters)
        base = self.bases.get(knowledge_base, user_id)

        def compute(recorder: Recorder | None) -> dict[str, Any]:
            return {"hits": self._found(base, wanted, recorder)}

        if not record:
            return _results(wanted.text, base.name, compute(None), None)
        inputs = {"base": base.name, "state": base.state, **wanted.inputs()}
        run = self.studio.runs.execute(SEARCH, inputs, compute, version=RANKING, name=wanted.text[:100])
        return _results(wanted.text, base.name, run.output, run.id)

    def _found(self, base: KnowledgeBase, wanted: Query, recorder: Recorder | None) -> list[dict[str, Any]]:
        if base.fingerprint is None:
            return []
        embedder = self.bases.embedder(base)
        if recorder is not None:
            recorder.parameter("embedder", base.embedder)
            recorder.parameter("exact", embedder.exact)
        with self._engines.of(base) as engine:
            hits = find(engine, base, embedder, wanted)
        now = self.bases.get(base.id)
        # A reindexing that ended in between took the passages that this search went through.
        return hits if now.generation == base.generation else self._found(now, wanted, recorder)

    def ask(
        self,
        knowledge_base: Base,
        question: str,
        *,
        model: str | None = None,
        provider: str | None = None,
        settings: Mapping[str, Any] | None = None,
        limit: int = 8,
        user_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Answer a question from a knowledge base, every claim with the sentence that it rests on.

        Parameters
        ----------
        knowledge_base : KnowledgeBase or str
            Which.
        question : str
            In a sentence; a language model is asked only where the base has something on it.
        model, provider, settings : optional
            As in `AIService.chat_completion`. ``model="none"`` asks no language model: the answer is
            made of the closest sentences. That is also the default where no provider has a key and
            none is set, for the model that comes along is too small to be trusted with an answer.
        limit : int
            Most passages to answer from, 1 to 1000; fewer where the model's context is smaller.
        user_id : str, optional
            Whose base it must be.
        filters : mapping, optional
            See `workbench.knowledge.filters.checked_filters`.

        Returns
        -------
        Answer
            With ``refused`` true where the documents do not say.
        """
        asking = Asking(self.studio)
        return asking.ask(
            asking.question(knowledge_base, question, model, provider, settings, limit, user_id, filters)
        )

    def ask_stream(
        self,
        knowledge_base: Base,
        question: str,
        *,
        model: str | None = None,
        provider: str | None = None,
        settings: Mapping[str, Any] | None = None,
        limit: int = 8,
        user_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """Like `ask`, piece by piece.

        Yields
        ------
        dict
            ``content`` (the model's text, not checked yet) and ``done``; the last one has ``done`` true
            and the checked ``answer``. Closing the generator stops the model.
        """
        asking = Asking(self.studio)
        return asking.stream(
            asking.question(knowledge_base, question, model, provider, settings, limit, user_id, filters)
        )

    def chunk(self, chunk_id: int, user_id: str) -> dict[str, Any]:
        """Return one passage of the user's.

        Raises
        ------
        NotFound
            There is none, or it is somebody else's.
        """
        statement = (
            select(ChunkRow, File.filename)
            .join(File, File.id == ChunkRow.file_id)
            .join(KnowledgeBase, KnowledgeBase.id == ChunkRow.base_id)
            .where(
                ChunkRow.id == chunk_id,
                KnowledgeBase.user_id == user_id,
                ChunkRow.generation == KnowledgeBase.generation,
                ChunkRow.revision.is_not(None),
            )
        )
        with self.studio.database.session() as session:
            found = session.execute(statement).one_or_none()
        if found is None:
            raise NotFound(f"There is no passage {chunk_id}.", "Search again.")
        row, filename = found
        names = ("file_id", "start", "end", "page", "heading", "content", "tokens", "position")
        return {"chunk_id": row.id, "filename": filename} | {name: getattr(row, name) for name in names}

    # looking after

    def stats(self, knowledge_base: Base) -> dict[str, Any]:
        """Return the base with ``index`` (how it answers), ``memory_bytes``, ``words`` and ``state``."""
        base = self.bases.get(knowledge_base)
        if base.fingerprint is None:
            return {**view(base), "index": None, "memory_bytes": 0, "state": base.state}
        with self._engines.of(base) as engine:
            engine.refresh()
            return {
                **view(base),
                "index": engine.vectors.name,
                "memory_bytes": engine.vectors.memory_bytes(),
                "state": base.state,
            }

    def verify(self, knowledge_base: Base) -> list[str]:
        """Read everything of a base again; return what is wrong, nothing when all is sound."""
        base = self.bases.get(knowledge_base)
        if base.fingerprint is None:
            return problems(self.studio.database, base, None)
        with self._engines.of(base) as engine:
            return problems(self.studio.database, base, engine)


def _results(query: str, name: str, output: dict[str, Any], run_id: str | None) -> SearchResults:
    return SearchResults(query, name, tuple(Hit(**hit) for hit in output["hits"]), run_id)
