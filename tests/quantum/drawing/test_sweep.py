from __future__ import annotations

import base64
import re
import struct
import zlib
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from workbench.quantum.drawing.sweep import sweep_svg

SVG = "{http://www.w3.org/2000/svg}"


def curve(points: int = 50) -> pd.DataFrame:
    theta = np.linspace(0, np.pi, points)
    return pd.DataFrame({"theta": theta, "Z0": np.cos(theta), "X<0>": np.sin(theta)})


def grid(rise: float) -> pd.DataFrame:
    a, b = np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0], indexing="ij")
    return pd.DataFrame({"a": a.ravel(), "b": b.ravel(), "E": (a + 10 * b).ravel() + rise})


def picture(svg: str) -> np.ndarray:
    """The first picture in an SVG, rows from the top."""
    data = base64.b64decode(re.search(r"base64,([^\"]+)", svg)[1])
    width, height = struct.unpack(">II", data[16:24])
    length = struct.unpack(">I", data[33:37])[0]
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8)
    return rows.reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


def test_each_observable_is_a_curve_within_the_frame():
    tree = ET.fromstring(sweep_svg(curve(), ["theta"]))
    lines = tree.findall(f".//{SVG}polyline")
    assert len(lines) == 2
    width, height = (float(tree.get(name)) for name in ("width", "height"))
    for line in lines:
        points = [tuple(map(float, one.split(","))) for one in line.get("points").split()]
        assert len(points) == 50
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    said = [text.text for text in tree.iter(f"{SVG}text")]
    assert {"Z0", "X<0>", "theta (rad)"} <= set(said)
    # cos falls, so its curve goes down the page
    down = [float(one.split(",")[1]) for one in lines[0].get("points").split()]
    assert down == sorted(down)


def test_errors_are_a_band_and_many_points_are_thinned():
    frame = curve(5000)
    frame["Z0 error"] = 0.1
    tree = ET.fromstring(sweep_svg(frame, ["theta"]))
    assert len(tree.findall(f".//{SVG}polygon")) == 1
    assert all(len(line.get("points").split()) <= 1250 for line in tree.findall(f".//{SVG}polyline"))


@pytest.mark.parametrize("values", [[1.0, 1.0], [0.0, 0.0], [1e-14, -1e-14]])
def test_a_curve_that_does_not_move_is_drawn_flat(values: list[float]):
    tree = ET.fromstring(sweep_svg(pd.DataFrame({"t": [0.0, 1.0], "Z": values}), ["t"]))
    line = tree.find(f".//{SVG}polyline").get("points").split()
    assert abs(float(line[0].split(",")[1]) - float(line[1].split(",")[1])) < 0.1


def test_a_grid_is_a_map_with_its_least_and_greatest_at_the_ends_of_the_colours():
    colours = picture(sweep_svg(grid(1.0), ["a", "b"]))
    assert colours.shape == (2, 3, 3)
    assert colours[1, 0].tolist() == [68, 1, 84]
    assert colours[0, 2].tolist() == [253, 231, 37]


def test_a_map_of_both_signs_has_white_at_nought():
    frame = grid(0.0)
    frame["E"] = [-4.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    colours = picture(sweep_svg(frame, ["a", "b"]))
    assert colours[0, 0].tolist() == [247, 247, 247]
    assert colours[1, 0].tolist() == [33, 102, 172]
    assert colours[0, 2].tolist() == [178, 24, 43]


def test_what_would_not_be_read_is_left_out():
    assert sweep_svg(curve(1), ["theta"]) == ""
    assert sweep_svg(curve()[["theta"]], ["theta"]) == ""
    assert sweep_svg(grid(0.0).iloc[:-1], ["a", "b"]) == ""
    assert sweep_svg(grid(0.0), ["a"]).count("<polyline") == 2
    many = pd.DataFrame({f"p{at}": [0.0, 1.0] for at in range(3)} | {"E": [0.0, 1.0]})
    assert sweep_svg(many, ["p0", "p1", "p2"]) == ""
