"""``%chat`` in a real kernel against the stand-in."""

from __future__ import annotations

from tests.magics.kernel import Kernel
from tests.standin import StandIn, cut, fail, ok

GPT = "-m openai:gpt-4o"


def asked(server: StandIn) -> list[dict[str, str]]:
    return server.requests[-1].body["messages"]


def test_an_answer_streams_and_ends_static(kernel: Kernel, server: StandIn):
    server.script("openai", [ok("# Title\n\n- one\n- **two** <script>alert(1)</script>", pace=0.15)])
    cell = kernel.ok(f"%chat {GPT} --as reply Hello {{1 + 1}}")
    assert asked(server) == [{"role": "user", "content": "Hello 2"}]
    assert cell.updates > 1
    assert len(cell.outputs) == 1
    assert set(cell.outputs[0]) == {"text/html", "text/markdown", "text/plain"}
    assert "<h1>Title</h1>" in cell.html
    assert "<strong>two</strong>" in cell.html
    assert "<script" not in cell.html
    assert "http" not in cell.html
    run_id, cost = kernel.value("reply.run_id"), kernel.value("reply.footer().split(' · ')[2]")
    assert f"run {run_id}" in cell.html
    assert cost in cell.html
    assert kernel.value("reply.run.status") == "finished"


def test_options_reach_the_model(kernel: Kernel, server: StandIn):
    kernel.ok(f'%chat {GPT} --system "Be terse." --temperature 0.5 --max-tokens 7 --seed 3 --no-stream Hi')
    body = server.requests[-1].body
    assert body["messages"][0]["content"] == "Be terse."
    assert body["temperature"] == 0.5
    assert body["seed"] == 3
    assert 7 in body.values()
    assert not body.get("stream")


def test_the_cell_magic_joins_its_line_and_its_cell(kernel: Kernel, server: StandIn):
    kernel.ok(f"%%chat {GPT} Explain:\n\n    x = '{{{{}}}}'\n\nin words\n")
    assert asked(server)[-1]["content"] == "Explain:\n\n    x = '{}'\n\nin words".replace(
        "\n\n    x", "\n    x"
    )


def test_a_question_mark_ends_a_question(kernel: Kernel, server: StandIn):
    questions = ("What is up?", "What's up??", "is x = %d or x = !ls right", "smile :( why?")
    for question in questions:
        kernel.ok(f"if True:\n    %chat {GPT} {question}\nafter = 1")
        assert asked(server)[-1]["content"] == question
    assert "--session" in kernel.inspect("%chat")
    kernel.ok("%chat?")
    assert len(server.requests) == len(questions)


def test_a_variable_goes_in_as_a_summary_and_options_take_values(kernel: Kernel, server: StandIn):
    kernel.ok("import pandas as pd\nsales = pd.DataFrame({'city': ['Oslo', None], 'sum': [1.5, 2.5]})")
    kernel.ok("model = 'openai:gpt-4o-mini'")
    kernel.ok("for city in ('Oslo',):\n    %chat -m {model} Explain @sales for {city}")
    assert server.requests[-1].body["model"] == "gpt-4o-mini"
    sent = asked(server)[-1]["content"]
    assert sent.startswith("Explain DataFrame sales: 2 rows x 2 columns")
    assert "- city: str, 1 missing" in sent
    assert sent.endswith("for Oslo")


def test_a_function_sees_its_own_variables(kernel: Kernel, server: StandIn):
    kernel.ok(f"def ask(inner):\n    %chat {GPT} Look at {{inner}}\nask('this')")
    assert asked(server)[-1]["content"] == "Look at this"


def test_raw_text_goes_out_as_it_stands(kernel: Kernel, server: StandIn):
    kernel.ok(f"x = 1\n%chat {GPT} --raw {{x}} @x {{{{")
    assert asked(server)[-1]["content"] == "{x} @x {{"


def test_a_preview_shows_the_prompt_and_sends_nothing(kernel: Kernel, server: StandIn):
    before = kernel.value("len(__import__('workbench').studio().runs.list())")
    kernel.ok("note = 'x' * 500")
    for flag in ("--dry-run", "--preview"):
        cell = kernel.ok(f"%chat {GPT} {flag} --max-chars 120 --system Terse Read @note now")
        assert "Read xxx" in cell.text
        assert "characters left out] now" in cell.text
        assert "Terse" in cell.text
        assert "@note: str, 120 characters" in cell.text
        assert "openai:gpt-4o" in cell.text
        assert "at most $" in cell.text
    assert server.requests == []
    assert kernel.value("len(__import__('workbench').studio().runs.list())") == before


def test_a_session_goes_on_and_keeps_its_system_prompt(kernel: Kernel, server: StandIn):
    kernel.ok(f"%chat {GPT} --session thesis --system Terse First")
    kernel.ok("%chat --session thesis Second")
    assert [message["content"] for message in asked(server)][::2] == ["Terse", asked(server)[2]["content"]]
    assert [message["role"] for message in asked(server)] == ["system", "user", "assistant", "user"]
    assert server.requests[-1].body["model"] == "gpt-4o"
    preview = kernel.ok("%chat --session thesis --preview Third")
    assert "Second" in preview.text
    refused = kernel.run("%chat --session thesis --system Other Fourth")
    assert refused.ename == "BadInput"
    assert "another system prompt" in refused.evalue
    kernel.ok(f"%chat {GPT} Alone")
    assert len(asked(server)) == 1


def test_a_schema_gives_objects_and_frames(kernel: Kernel, server: StandIn):
    kernel.ok(
        "from pydantic import BaseModel\n"
        "class City(BaseModel):\n    name: str\n    people: int\n"
        "schema = {'type': 'object', 'properties': {'n': {'type': 'integer'}}, 'required': ['n']}"
    )
    table = kernel.ok(f"%chat {GPT} --json list[City] --as cities Cities")
    assert "<table" in table.html
    assert kernel.value("type(cities.value).__name__, list(cities.value.columns)") == (
        "DataFrame ['name', 'people']"
    )
    kernel.ok(f"%chat {GPT} --json City --as city One city")
    assert kernel.value("type(city.value).__name__") == "City"
    kernel.ok(f"%chat {GPT} --json schema --no-stream --as number A number")
    assert kernel.value("list(number.value)") == "['n']"
    assert "follows this JSON Schema" in asked(server)[-1]["content"]


def test_an_answer_that_breaks_its_schema_is_one_sentence_and_kept(kernel: Kernel, server: StandIn):
    kernel.ok("from pydantic import BaseModel\nclass City(BaseModel):\n    name: str\n    people: int")
    server.script("openai", [ok('{"name": "Oslo", "people": "many"}')])
    cell = kernel.run(f"%chat {GPT} --json City --as wrong One city")
    assert (cell.ename, cell.errors) == ("ProviderFailed", 1)
    assert "people: Input should be a valid integer" in cell.evalue
    assert "many" in cell.text
    assert kernel.value("wrong.value, wrong.run.status") == "None finished"
    assert kernel.value("wrong.run_id") in cell.evalue


def test_an_interrupt_keeps_what_came(kernel: Kernel, server: StandIn):
    server.script("openai", [ok("word " * 200, pace=0.1)])
    cell = kernel.finish(kernel.start(f"%chat {GPT} Long"), when_shown=kernel.interrupt)
    assert (cell.ename, cell.errors) == ("Cancelled", 1)
    assert cell.text.startswith("word")
    assert "cancelled · run " in cell.text
    run_id = cell.text.rpartition("run ")[2].rstrip("]")
    assert kernel.value(f"__import__('workbench').studio().runs.get('{run_id}').status") == "cancelled"
    assert kernel.ok(f"%chat {GPT} Again").text


def test_a_failure_is_one_sentence_and_leaves_what_came(kernel: Kernel, server: StandIn, key: str):
    server.script("openai", [fail(401, f"Bad key {key}."), cut(after=3)])
    refused = kernel.run(f"%chat {GPT} Hello")
    assert refused.status == "error"
    assert key not in refused.evalue
    assert refused.outputs == []
    broken = kernel.run(f"%chat {GPT} Hello")
    assert broken.ename == "ProviderFailed"
    assert "failed before its end" in broken.text


def test_mistakes_send_nothing(kernel: Kernel, server: StandIn):
    mistakes = {
        "%chat": "no question",
        f"%chat {GPT} --as 1x Hi": "--as 1x",
        f"%chat {GPT} --as class Hi": "--as class",
        f"%chat {GPT} {{nothere}}": "nothere",
        f"%chat {GPT} --json nothere Hi": "nothere",
        f"%chat {GPT} --max-chars 5 {{1}}": "100 or more",
        f"%chat {GPT} --temperature 3 Hi": "temperature",
        f"%chat {GPT} --max-tokens 0 Hi": "max_tokens",
        "%chat -m nowhere:x Hi": "nowhere",
    }
    for line, says in mistakes.items():
        cell = kernel.run(line)
        assert (cell.ename, cell.errors) == ("BadInput", 1), line
        assert says in cell.evalue
        assert "Traceback" not in cell.evalue
    assert server.requests == []


def test_a_near_miss_is_told_above_the_answer(kernel: Kernel, server: StandIn):
    cell = kernel.ok(f"frame = 1\n%chat {GPT} Look at @frmae")
    assert "did you mean @frame?" in cell.stderr
    assert asked(server)[-1]["content"] == "Look at @frmae"


def test_running_a_cell_again_takes_its_place_again(kernel: Kernel, server: StandIn):
    occurrence = "__import__('workbench').studio().runs.get(again.run_id).occurrence"
    seen = []
    for cell_id in ("a", "b", "a"):
        kernel.ok(f"%chat {GPT} --as again The same question", cell_id)
        seen.append(kernel.value(occurrence))
    assert seen == ["0", "1", "0"]
