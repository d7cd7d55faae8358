"""The local model, for real: what it answers, that it stops, and that it says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.chat.providers import engine
from workbench.chat.providers.base import ChatRequest, Completion, TextDelta
from workbench.chat.providers.cores import Glance, free_cores
from workbench.chat.providers.local import LocalProvider
from workbench.errors import BadInput, Corrupted, MissingExtra, MissingModel, error_from_dict
from workbench.settings import load_settings

FRANCE = "What is the capital of France?"
STORY = "Write a very long story about a boat."


@pytest.fixture
def provider(local_model: str) -> LocalProvider:
    return LocalProvider(load_settings(workbench_threads=1))


def ask(question: str, **options) -> ChatRequest:
    options = {"model": "smollm2", "max_tokens": 24, **options}
    return ChatRequest(messages=[{"role": "user", "content": question}], **options)


def only_generation() -> engine._Generation:
    (generation,) = engine._running
    return generation


def test_it_answers(provider: LocalProvider):
    answer = provider.complete(ask(FRANCE))
    assert "Paris" in answer.content
    assert (answer.model, answer.finish_reason) == ("smollm2", "stop")
    # the chat template with the system message, and the answer with its end mark
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (33, 8)


def test_it_opens_once_for_everybody(provider: LocalProvider, model_file: Path):
    other = LocalProvider(load_settings(workbench_threads=1))
    provider.complete(ask("Hello."))
    other.complete(ask("Hello."))
    assert [one.path for one in engine._engines.values()].count(model_file.resolve()) == 1


def test_nothing_is_opened_before_the_first_answer(local_model: str):
    code = (
        "import sys; from workbench.settings import load_settings;"
        "from workbench.chat.providers.local import LocalProvider as P;"
        "p = P(load_settings()); p.models(), p.available(); print('xllamacpp' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root()
    )
    assert told.stdout == "False\n"


def test_text_comes_token_by_token(provider: LocalProvider):
    *deltas, last = provider.stream(ask("Count from one to ten in words."))
    assert isinstance(last, Completion)
    assert all(isinstance(delta, TextDelta) and delta.text for delta in deltas)
    assert len(deltas) >= last.usage.output_tokens - 2
    assert "".join(delta.text for delta in deltas) == last.content


def test_the_same_request_gives_the_same_text_whatever_came_between(provider: LocalProvider):
    long = "The boats came down the river with timber and salt. " * 8 + "What did the boats carry?"
    questions = [FRANCE, "Name a city.", "Write one sentence about the sea.", long, "Name a fish."]
    first = [provider.complete(ask(question)).content for question in questions]
    again = [provider.complete(ask(question)).content for question in reversed(questions)]
    assert again[::-1] == first


def test_a_conversation_reads_from_the_cache_what_it_read_before(provider: LocalProvider):
    opening = ask("Tell me about the moon, in three sentences.", max_tokens=40)
    reply = provider.complete(opening)
    messages = [
        *opening.messages,
        {"role": "assistant", "content": reply.content},
        {"role": "user", "content": "And about the sun?"},
    ]
    request = ChatRequest(messages=messages, model="smollm2", max_tokens=24)
    cached = provider.complete(request)
    assert cached.usage.cached_tokens > reply.usage.input_tokens
    provider.complete(ask("Something else altogether."))
    fresh = provider.complete(request)
    assert fresh.usage.cached_tokens < cached.usage.cached_tokens
    assert fresh.content == cached.content


def test_the_number_of_threads_does_not_change_the_text(provider: LocalProvider):
    two = LocalProvider(load_settings(workbench_threads=2))
    question = ask("Name a city.", max_tokens=6)
    assert two.complete(question).content == provider.complete(question).content


def test_a_seed_repeats_what_was_drawn(provider: LocalProvider):
    drawn = provider.complete(ask(STORY, temperature=1.5))
    seed = drawn.details["seed"]
    assert provider.complete(ask(STORY, temperature=1.5, seed=seed)).content == drawn.content
    assert provider.complete(ask(STORY, temperature=1.5, seed=seed + 1)).content != drawn.content


def test_a_given_system_message_stands_alone(provider: LocalProvider):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}]
    given = provider.complete(ChatRequest(messages=messages, model="smollm2", max_tokens=4))
    assert "system" not in given.details
    assert provider.complete(ask("Hello.")).details["system"]


def test_a_schema_is_followed_to_the_letter(provider: LocalProvider):
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["fruit", "animal"]}, "count": {"type": "integer", "maximum": 9}},
        "required": ["kind", "count"],
        "additionalProperties": False,
    }
    value = json.loads(provider.complete(ask("Two apples.", json_schema=schema, max_tokens=80)).content)
    assert value.keys() == {"kind", "count"}
    assert value["kind"] in {"fruit", "animal"}
    assert value["count"] <= 9


def test_closing_the_stream_stops_the_model(provider: LocalProvider):
    before = provider.complete(ask(FRANCE))
    stream = provider.stream(ask(STORY, max_tokens=3000))
    assert all(isinstance(next(stream), TextDelta) for _ in range(3))
    generation = only_generation()
    stream.close()
    generation.thread.join(30)
    assert not generation.thread.is_alive()
    assert generation.chunks.qsize() < 50  # of three thousand
    after = provider.complete(ask(FRANCE))
    assert after.content == before.content
    assert after.usage.output_tokens == before.usage.output_tokens


def test_it_stops_while_it_reads_the_prompt(provider: LocalProvider):
    provider.complete(ask("Hello."))
    shared = next(one for one in engine._engines.values() if one.path.stem.startswith("SmolLM2"))
    body = {"messages": [{"role": "user", "content": "The river town grew. " * 500}], "max_tokens": 4}
    chunks = shared.chat(body, 1)
    progress = next(chunks)["prompt_progress"]
    generation = only_generation()
    chunks.close()
    generation.thread.join(30)
    assert not generation.thread.is_alive()
    assert progress["processed"] < progress["total"]
    assert provider.complete(ask(FRANCE)).usage.input_tokens == 33


def test_an_interrupt_stops_it(provider: LocalProvider):
    provider.complete(ask("Hello."))
    usual = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            provider.complete(ask(STORY, max_tokens=3000))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)
    assert provider.complete(ask(FRANCE)).usage.input_tokens == 33


def test_threads_take_turns(provider: LocalProvider):
    questions = ["Name a city.", "Name a fish.", "Name a tree.", FRANCE]
    alone = [provider.complete(ask(question)) for question in questions]
    together: dict[str, Completion] = {}

    def work(question: str) -> None:
        together[question] = provider.complete(ask(question))

    threads = [threading.Thread(target=work, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[question].content for question in questions] == [answer.content for answer in alone]
    assert [together[question].usage.output_tokens for question in questions] == [
        answer.usage.output_tokens for answer in alone
    ]


def test_waiting_for_a_turn_can_be_given_up(provider: LocalProvider):
    first = provider.stream(ask(STORY, max_tokens=3000))
    next(first)
    busy = only_generation()
    second = shared_chat(busy)
    stopper = threading.Timer(0.3, lambda: [one.stop() for one in list(engine._running) if one is not busy])
    stopper.start()
    assert list(second) == []
    first.close()
    busy.thread.join(30)


def shared_chat(busy: engine._Generation):
    return busy._engine.chat({"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 2}, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_opens_its_own(provider: LocalProvider):
    want = provider.complete(ask(FRANCE)).content
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, provider.complete(ask(FRANCE)).content.encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read().decode()
    assert os.waitpid(child, 0)[1] == 0
    assert told == want == provider.complete(ask(FRANCE)).content


def test_leaving_with_an_answer_half_told_is_clean_and_nothing_chatters(local_model: str):
    code = f"""
from workbench.settings import load_settings
from workbench.chat.providers.base import ChatRequest
from workbench.chat.providers.local import LocalProvider
provider = LocalProvider(load_settings(workbench_threads=1))
stream = provider.stream(ChatRequest([{{"role": "user", "content": {STORY!r}}}], "smollm2", max_tokens=3000))
print(type(next(stream)).__name__)
"""
    left = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, timeout=120, check=False, cwd=root(),
    )  # fmt: skip
    assert (left.returncode, left.stdout, left.stderr) == (0, "TextDelta\n", "")


def test_it_listens_nowhere_that_anybody_can_reach(local_model: str):
    # In a process of its own: other tests start real servers in this one.
    code = """
import json, psutil
from workbench.settings import load_settings
from workbench.chat.providers.base import ChatRequest
from workbench.chat.providers.local import LocalProvider
provider = LocalProvider(load_settings(workbench_threads=1))
provider.complete(ChatRequest([{"role": "user", "content": "Hello."}], "smollm2", max_tokens=3))
process = psutil.Process()
listening = [one.laddr for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
own = [one.laddr for one in process.net_connections("unix") if str(one.laddr).endswith("/s.sock")]
print(json.dumps([listening, own]))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, cwd=root()
    )
    listening, own = json.loads(told.stdout)
    assert listening == []
    assert own
    assert not any(Path(address).exists() for address in own)


def test_a_talk_that_is_too_long_says_by_how_much(provider: LocalProvider):
    with pytest.raises(
        BadInput, match=r"has 6,0\d\d tokens and the local model smollm2 reads 4,096"
    ) as caught:
        provider.complete(ask("word " * 6000))
    assert caught.value.details["context"] == 4096
    assert provider.complete(ask(FRANCE)).content


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ask("Hi.", json_schema={"type": "nonsense"}), "unrecognized type nonsense"),
        (ask("Hi.", json_schema={"properties": {"a": {"$ref": "other.json"}}}), "ref"),
        (ask("\ud800"), "surrogates"),
    ],
    ids=["type", "reference", "text"],
)
def test_a_request_that_cannot_be_answered(provider: LocalProvider, request_: ChatRequest, words: str):
    with pytest.raises(BadInput, match=words) as caught:
        provider.complete(request_)
    assert "\n" not in str(caught.value)
    assert str(error_from_dict(caught.value.to_dict())) == str(caught.value)


def test_any_gguf_goes_by_its_path_or_its_name(model_file: Path, tmp_path: Path):
    (tmp_path / "Tiny-Model.gguf").symlink_to(model_file)
    provider = LocalProvider(load_settings(workbench_models_folder=tmp_path, workbench_threads=1))
    assert provider.models() == ["smollm2", "Tiny-Model"]
    by_name = provider.complete(ask("Hello.", model="tiny-model"))
    by_path = provider.complete(ask("Hello.", model=str(tmp_path / "Tiny-Model.gguf")))
    assert by_name.content == by_path.content
    assert "system" not in by_name.details  # its own template decides


def test_without_weights_it_says_the_command(settings):
    provider = LocalProvider(settings)
    assert "workbench models get smollm2" in (provider.available() or "")
    assert provider.models() == ["smollm2"]
    with pytest.raises(MissingModel, match="workbench models get smollm2"):
        provider.complete(ask("Hello."))


@pytest.mark.parametrize(
    "content", [b"", b"not a model at all", b"GGUF" + b"\xff" * 4096], ids=["empty", "text", "header"]
)
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes):
    (tmp_path / "odd.gguf").write_bytes(content)
    provider = LocalProvider(load_settings(workbench_models_folder=tmp_path, workbench_threads=1))
    with pytest.raises(Corrupted, match=r"odd\.gguf cannot be opened") as caught:
        provider.complete(ask("Hello.", model="odd"))
    assert "\n" not in str(caught.value)


def test_a_file_cut_short(model_file: Path, tmp_path: Path):
    with model_file.open("rb") as whole:
        (tmp_path / "short.gguf").write_bytes(whole.read(3_000_000))
    provider = LocalProvider(load_settings(workbench_models_folder=tmp_path, workbench_threads=1))
    with pytest.raises(Corrupted, match=r"short\.gguf cannot be opened"):
        provider.complete(ask("Hello.", model="short"))


def test_one_flipped_bit_in_the_embedded_model_is_found(model_file: Path, tmp_path: Path):
    weights = bytearray(model_file.read_bytes())
    weights[50_000_000] ^= 1
    (tmp_path / model_file.name).write_bytes(weights)
    provider = LocalProvider(load_settings(workbench_models_folder=tmp_path))
    with pytest.raises(Corrupted, match="workbench models get smollm2"):
        provider.complete(ask("Hello."))


def test_without_llama_it_says_the_extra(local_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (tmp_path / "any.gguf").touch()
    provider = LocalProvider(load_settings(workbench_models_folder=tmp_path, workbench_threads=1))
    assert "autogent-studio[local]" in (provider.available() or "")
    with pytest.raises(MissingExtra, match=r"autogent-studio\[local\]"):
        provider.complete(ask("Hello.", model="any"))


def test_threads_fit_the_cores_that_are_free():
    assert 1 <= free_cores() <= (os.cpu_count() or 1)
    assert Glance(10.0, 7.0).idled(Glance(8.0, 4.0)) == 1.5


def test_an_engine_gives_way_to_other_work_between_answers():
    busy = engine.Engine(Path("any.gguf"), 128)
    busy._server, busy._threads = object(), 64
    now = Glance.take()
    busy._glance = Glance(now.at - 5, now.idle - 2.5)  # half a core idled since
    assert busy._fitting_threads() == 1
    busy._glance = Glance(now.at - 0.1, now.idle)  # too short a look to tell
    assert busy._fitting_threads() == 64


def root() -> str:
    return str(Path(__file__).parents[2])
