"""What AIService refuses, records and costs."""

from __future__ import annotations

import json

import pytest

from workbench.chat.messages import check_messages, check_settings, estimate_tokens
from workbench.errors import BadInput, BudgetExceeded, MissingKey, MissingModel, ReplayMiss, WorkbenchError
from workbench.settings import load_settings
from workbench.studio import Studio, use

ASK = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def make(server):
    """Open a Studio that talks to the stand-in, with more settings."""
    made = []

    def open_one(**more):
        values = {
            "openai_api_key": "sk-test-0123456789abcdef",
            "openai_base_url": server.url("openai"),
        } | more
        studio = Studio(load_settings(**values))
        use(studio)
        made.append(studio)
        return studio

    yield open_one
    for studio in made:
        studio.close()


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "messages is empty"),
        ("Hello", "messages is a str"),
        ([{"role": "user"}], r"messages\[0\] is no dict with 'role' and 'content'"),
        ([{"role": "robot", "content": "x"}], r"messages\[0\] has the role 'robot'"),
        ([{"role": "user", "content": "  "}], r"messages\[0\] has content that is empty"),
        ([{"role": "user", "content": 3}], r"messages\[0\] has content that is a int"),
        ([{"role": "system", "content": "x"}], "only system messages"),
        (
            [{"role": "assistant", "content": "x"}, *ASK],
            r"messages\[0\] has the role 'assistant' out of order",
        ),
        (
            [*ASK, {"role": "system", "content": "x"}, *ASK],
            r"messages\[1\] has the role 'system' out of order",
        ),
        ([*ASK, *ASK], r"messages\[1\] has the role 'user' out of order"),
        ([*ASK, {"role": "assistant", "content": "x"}], "The last message is the assistant's"),
    ],
)
def test_bad_messages_are_named_by_their_index(messages, words):
    with pytest.raises(BadInput, match=words):
        check_messages(messages)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"temperature": 2.1}, "temperature is 2.1; expected a number from 0 to 2"),
        ({"temperature": "hot"}, "temperature is 'hot'"),
        ({"temperature": True}, "temperature is True"),
        ({"top_p": -0.1}, "top_p is -0.1; expected a number from 0 to 1"),
        ({"max_tokens": 0}, "max_tokens is 0; expected a whole number of at least 1"),
        ({"stop": ["a"] * 5}, "stop is"),
        ({"temprature": 1}, "There is no chat setting 'temprature'; the settings are temperature, top_p"),
    ],
)
def test_bad_settings_name_their_range(settings, words):
    with pytest.raises(BadInput, match=words):
        check_settings(settings)


def test_bad_input_reaches_nobody_and_stores_nothing(make, server):
    studio = make()
    calls = [
        lambda: studio.ai.chat_completion([]),
        lambda: studio.ai.chat_completion(ASK, "openai", settings={"temperature": 9}),
        lambda: studio.ai.chat_completion(ASK, "nobody"),
        lambda: studio.ai.chat_completion(ASK, model="unheard-of"),
        lambda: list(studio.ai.stream_chat_completion(ASK, "nobody")),
        lambda: studio.ai.generate_image_openai(" "),
        lambda: studio.ai.generate_image_openai("x", size="3x3"),
        lambda: studio.ai.get_embedding(""),
    ]
    for call in calls:
        with pytest.raises(BadInput) as caught:
            call()
        assert caught.value.message.endswith((".", "?"))
    assert studio.runs.list() == []
    assert server.requests == []


def test_no_key_and_no_model_name_what_provides_them(home):
    studio = Studio(load_settings())
    with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
        studio.ai.chat_completion(ASK, "openai", "gpt-4o")
    with pytest.raises(MissingModel, match="workbench models get smollm2"):
        studio.ai.chat_completion(ASK)
    assert {run.status for run in studio.runs.list()} == {"failed"}
    studio.close()


def test_an_unknown_price_costs_none_and_never_zero(make):
    studio = make()
    result = studio.ai.chat_completion(ASK, "openai", "model-of-tomorrow")
    assert result["cost"] is None
    assert studio.runs.get(result["run_id"]).cost is None
    assert studio.runs.spent().unknown_cost == 1


def test_the_users_price_table_is_laid_over_ours(make, home):
    home.mkdir(parents=True, exist_ok=True)
    prices = {"providers": {"openai": {"models": {"model-of-tomorrow": {"input": 1.0, "output": 2.0}}}}}
    (home / "prices.json").write_text(json.dumps(prices))
    result = make().ai.chat_completion(ASK, "openai", "model-of-tomorrow")
    usage = result["usage"]
    assert result["cost"] == pytest.approx((usage["input_tokens"] + 2 * usage["output_tokens"]) / 1e6)


@pytest.mark.parametrize("setting", ["workbench_budget_user_usd", "workbench_budget_day_usd"])
def test_a_budget_refuses_before_the_call(make, server, setting):
    studio = make(**{setting: 0.0000001})
    with pytest.raises(BudgetExceeded, match=setting.upper()):
        studio.ai.chat_completion(ASK, "openai", "gpt-4o", {"max_tokens": 100})
    assert server.requests == [] and studio.runs.list() == []


def test_a_budget_counts_what_was_spent(make):
    studio = make(workbench_budget_user_usd=0.011)
    ask = {"max_tokens": 1000}
    studio.ai.chat_completion(ASK, "openai", "gpt-4o", ask)
    with studio.database.write() as connection:
        connection.exec_driver_sql("UPDATE usage SET cost = 0.005")
    with pytest.raises(BudgetExceeded, match=r"stands at \$0\.0050 of \$0\.011\."):
        studio.ai.chat_completion(ASK, "openai", "gpt-4o", ask)
    studio.ai.chat_completion(ASK, "openai", "gpt-4o", {"max_tokens": 10})


def test_a_session_budget_counts_one_session(make):
    studio = make(workbench_budget_session_usd=0.011)
    one, two = (studio.chat.create_session(studio.user_id, title, "gpt-4o") for title in "ab")
    ask = {"max_tokens": 1000}
    studio.chat.chat_completion(one, "Hello", settings=ask)
    with studio.database.write() as connection:
        connection.exec_driver_sql("UPDATE usage SET cost = 0.005")
    with pytest.raises(BudgetExceeded, match="this chat session"):
        studio.chat.chat_completion(one, "Hello", settings=ask)
    studio.chat.chat_completion(two, "Hello", settings=ask)


def test_an_unknown_price_is_refused_when_there_is_a_budget(make):
    studio = make(workbench_budget_user_usd=100.0)
    with pytest.raises(BudgetExceeded, match="price of openai:model-of-tomorrow is not known"):
        studio.ai.chat_completion(ASK, "openai", "model-of-tomorrow")


def test_a_recorded_answer_needs_no_budget(make):
    studio = make()
    lived = studio.ai.chat_completion(ASK, "openai", "model-of-tomorrow")
    studio.close()
    studio = make(workbench_budget_user_usd=1.0, workbench_replay="cache")
    assert studio.ai.chat_completion(ASK, "openai", "model-of-tomorrow") == lived


def test_a_tier_caps_tokens_a_day(make):
    studio = make(workbench_tiers={"free": {"tokens_per_day": 50}})
    with pytest.raises(BudgetExceeded, match="today's count stands at 0 of 50"):
        studio.ai.chat_completion(ASK, "openai", "gpt-4o", {"max_tokens": 100})


def test_the_estimate_lies_above_the_real_count(make):
    studio = make()
    for text in ("Hello", "word " * 500, "\u91cf\u5b50\u8ba1\u7b97" * 50, "0123456789" * 20):
        result = studio.ai.chat_completion([{"role": "user", "content": text}], "openai", "gpt-4o")
        assert estimate_tokens([{"role": "user", "content": text}]) >= result["usage"]["input_tokens"]


def test_strict_replay_needs_no_key_and_no_default_provider(make, home):
    studio = make()
    lived = [studio.ai.chat_completion(ASK) for _ in range(2)]
    assert lived[0]["content"] != lived[1]["content"]
    studio.close()
    replaying = Studio(load_settings(workbench_replay="strict"))
    assert [replaying.ai.chat_completion(ASK) for _ in range(2)] == lived
    assert replaying.runs.spent().cost == 0
    with pytest.raises(ReplayMiss, match=r"messages\[0\].content \('Hello' -> 'Bye'\)"):
        replaying.ai.chat_completion([{"role": "user", "content": "Bye"}])
    replaying.close()


def test_streamed_and_whole_answers_replay_each_other(make):
    studio = make()
    whole = studio.ai.chat_completion(ASK, "openai", "gpt-4o")
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        chunks = list(studio.ai.stream_chat_completion(ASK, "openai", "gpt-4o"))
    assert "".join(chunk["content"] for chunk in chunks) == whole["content"]
    assert chunks[-1]["run_id"] == whole["run_id"] and chunks[-1]["done"]


def test_a_stopped_stream_is_cancelled_and_its_cost_estimated(make):
    studio = make()
    stream = studio.ai.stream_chat_completion(ASK, "openai", "gpt-4o")
    next(stream)
    stream.close()
    (run,) = studio.runs.list()
    assert (run.status, run.parameters["usage"]) == ("cancelled", "estimated")
    assert run.cost > 0 and run.tokens > 0


def test_images_are_artifacts(make):
    studio = make()
    result = studio.ai.generate_image_openai("A robot", n=2)
    run = studio.runs.get(result["run_id"])
    assert [item.media_type for item in run.artifacts] == ["image/png"] * 2
    assert studio.runs.artifact_bytes(run.artifacts[0]).startswith(b"\x89PNG")
    assert "data:image/png;base64," in result._repr_html_()
    assert result["cost"] > 0


def test_every_error_is_one_sentence_and_a_next_step(make):
    studio = make(workbench_budget_user_usd=0.0)
    for call in (
        lambda: studio.ai.chat_completion(ASK, "openai", "gpt-4o"),
        lambda: studio.ai.chat_completion(ASK, "anthropic", "claude-sonnet-5-5"),
        lambda: studio.ai.chat_completion(ASK, "nobody"),
    ):
        with pytest.raises(WorkbenchError) as caught:
            call()
        assert caught.value.hint
        assert "Traceback" not in str(caught.value)
