"""Reports by HTTP: listed, run as who asks, their pages fetched."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest

from tests.server.conftest import Client, home_of, key_of, standing
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = pytest.mark.slow
CELLS = [
    "import workbench\nstudio = workbench.studio()",
    "made = studio.runs.execute('sum', {'n': times}, lambda recorder: sum(range(times)))\nmade.output",
]


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[tuple[Client, Studio]]:
    """A service that has one report, and a user of it."""
    folder = tmp_path_factory.mktemp("reports")
    reports = folder / "notebooks" / "reports"
    reports.mkdir(parents=True)
    (folder / "secret.txt").write_text("the service's own")
    parameters = nbformat.v4.new_code_cell('times = 3  # how many\nsource = "../../secret.txt"  # a file')
    parameters.metadata["tags"] = ["parameters"]
    cells = [parameters, *map(nbformat.v4.new_code_cell, CELLS)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), reports / "sums.ipynb")
    with standing(folder, standin, cwd=folder) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        yield Client(server, key_of(studio, studio.accounts.create("ada").id)), studio
        studio.close()


def test_a_report_runs_as_who_asks_for_it(ada: tuple[Client, Studio]) -> None:
    client, studio = ada
    (listed,) = client.get("api/reports").json()
    assert listed["name"] == "sums"
    assert {"name": "times", "default": 3, "source": "3", "help": "how many"} in listed["parameters"]
    begun = client.post("api/reports/sums", json={"parameters": {"times": 5}})
    run = client.ended(begun)
    assert (run["kind"], run["status"], run["output"]["runs"]) == ("report", "finished", 1)
    made = [one for one in client.get("api/runs").json() if one["parent_id"] == run["id"]]
    assert [client.get(f"api/runs/{one['id']}").json()["output"] for one in made] == [10]
    names = {one["name"]: one for one in run["artifacts"]}
    assert set(names) == {"sums.ipynb", "sums.html"}
    page = client.get(f"api/runs/{run['id']}/artifacts/sums.html")
    assert page.headers["Content-Type"] == "text/html"
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.content == studio.objects.get(names["sums.html"]["digest"])
    assert client.get(f"api/runs/{run['id']}/artifacts/nothing").status_code == 404


def test_nobody_chooses_the_server_s_files_from_elsewhere(ada: tuple[Client, Studio]) -> None:
    client, _ = ada
    refused = client.post("api/reports/sums", json={"parameters": {"source": "/etc/passwd"}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "refused")
    assert "'source'" in refused.json()["error"]["message"]
    unknown = client.post("api/reports/sums", json={"parameters": {"tims": 5}})
    assert (unknown.status_code, unknown.json()["error"]["field"]) == (400, "tims")
    assert client.post("api/reports/..%2F..%2Fsecret", json={}).status_code == 404
    assert client.get("api/runs").json()[0]["status"] == "finished"
