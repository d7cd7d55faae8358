from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.quantum.drawing.reduced import bloch_vectors

pytest.importorskip("matplotlib", reason="the extra `reports` is not installed")

from matplotlib import pyplot as plt

from workbench.quantum.drawing.plots import agreement, bloch, city, curves, histogram, phase, progress_curve

PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def random_state(qubits, seed):
    rng = np.random.default_rng(seed)
    state = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    return state / np.linalg.norm(state)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 1000), st.booleans())
def test_bloch_vectors_are_the_expectations_of_the_paulis(qubits, seed, mixed):
    state = random_state(qubits, seed)
    other = random_state(qubits, seed + 1)
    density = np.outer(state, state.conj())
    if mixed:
        density = 0.3 * density + 0.7 * np.outer(other, other.conj())
    found = bloch_vectors(density if mixed else state)
    for qubit in range(qubits):
        for axis, pauli in enumerate(PAULIS):
            # q[0] is the most significant bit: the leftmost factor.
            whole = np.kron(np.kron(np.eye(2**qubit), pauli), np.eye(2 ** (qubits - qubit - 1)))
            assert found[qubit, axis] == pytest.approx(np.trace(whole @ density).real, abs=1e-12)


def test_spheres_show_the_vector_of_each_qubit_and_its_length():
    bell = np.array([1, 0, 0, 1j]) / math.sqrt(2)
    state = np.kron(bell, np.array([1, 1j]) / math.sqrt(2))
    figure = bloch(state, ["a", "b", "c"])
    assert [axes.get_title() for axes in figure.axes] == [
        "a\n|r| = 0.000",
        "b\n|r| = 0.000",
        "c\n|r| = 1.000",
    ]
    for axes, vector in zip(figure.axes, bloch_vectors(state), strict=True):
        point = next(one for one in axes.collections if one.get_label() == "vector")
        assert np.ravel(point._offsets3d) == pytest.approx(vector, abs=1e-12)


@pytest.mark.parametrize(
    "state", [np.ones(3), np.ones((2, 4)), np.ones((2, 2, 2)), np.ones(1), np.float64(1)]
)
def test_what_is_no_state_is_refused(state):
    for draw in (bloch, city):
        with pytest.raises(BadInput, match="is no state"):
            draw(state)


def test_plots_of_states_say_how_many_qubits_they_show():
    with pytest.raises(BadInput, match="at most 5 qubits, not 6"):
        city(random_state(6, 0))
    with pytest.raises(BadInput, match="at most 6 qubits, not 7"):
        phase(random_state(7, 0))
    with pytest.raises(BadInput, match="2 qubits need 2 names, not 1"):
        bloch(random_state(2, 0), ["a"])
    with pytest.raises(BadInput, match="Only a pure state"):
        phase(np.eye(2) / 2)


def test_amplitudes_are_as_high_as_their_modulus_and_coloured_by_phase():
    state = np.array([1, 1j, -1, 1j]) / 2
    bars = phase(state).axes[0].patches
    assert [bar.get_height() for bar in bars] == pytest.approx([0.5] * 4)
    colours = [bar.get_facecolor() for bar in bars]
    assert colours[1] == colours[3] and len(set(colours)) == 3


def test_a_city_has_a_tower_for_each_entry_that_is_not_zero():
    real, imaginary = city(np.array([1, 0, 0, 1]) / math.sqrt(2)).axes
    assert real.get_title() == "real part" and imaginary.get_title() == "imaginary part"
    faces = 6
    assert len(real.collections[0].get_facecolor()) == 4 * faces
    assert not imaginary.collections


def test_histogram_shows_counts_their_header_and_the_rest():
    counts = {format(at, "03b"): at + 1 for at in range(8)}
    axes = histogram(counts, bits=["c[0]", "c[1]", "c[2]"], most=4).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [8, 7, 6, 15]
    assert [one.get_text() for one in axes.get_xticklabels()] == ["111", "110", "101", "5 others"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("c[0] c[1] c[2]", "counts")


def test_histogram_marks_what_was_expected():
    axes = histogram({"0": 30, "1": 70}, bits=["c[0]"], expected={"0": 0.25, "1": 0.75}, title="T").axes[0]
    assert [bar.get_height() for bar in axes.patches] == [0.3, 0.7]
    marks = [one for one in axes.collections if one.get_label() == "exact"]
    assert [segment[0][1] for segment in marks[0].get_segments()] == [0.25, 0.75]
    assert axes.get_ylabel() == "probability" and axes.get_title(loc="left") == "T"


def test_one_parameter_gives_a_line_with_its_band():
    frame = pd.DataFrame({"t": [2.0, 0.0, 1.0], "ZZ": [3.0, 1.0, 2.0], "ZZ error": [0.1, 0.2, 0.3]})
    axes = curves(frame, ["t"], ["ZZ"]).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[0, 1], [1, 2], [2, 3]]
    (band,) = axes.collections
    edges = band.get_paths()[0].vertices
    assert edges[:, 1].max() == pytest.approx(3 + 1.96 * 0.1)
    assert edges[:, 1].min() == pytest.approx(1 - 1.96 * 0.2)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("t (rad)", "⟨ZZ⟩")


def test_two_parameters_give_a_map_for_each_observable():
    rows = [(a, b, a + 10 * b, a * b) for a in (0.0, 1.0, 2.0) for b in (0.0, 1.0)]
    frame = pd.DataFrame(rows, columns=["a", "b", "X", "Y"])
    figure = curves(frame, ["a", "b"], ["X", "Y"])
    assert figure.axes[0].collections[0].get_array().tolist() == [[0, 1, 2], [10, 11, 12]]
    assert figure.axes[0].get_xlabel() == "a (rad)" and figure.axes[0].get_ylabel() == "b (rad)"


def test_what_is_no_grid_is_drawn_over_the_number_of_the_point():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0], "X": [5.0, 3.0, 4.0]})
    axes = curves(frame, ["a", "b"], ["X"]).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[0, 5], [1, 3], [2, 4]]
    assert axes.get_xlabel() == "point"


def test_columns_that_are_missing_are_named():
    frame = pd.DataFrame({"a": [0.0], "X": [1.0]})
    with pytest.raises(BadInput, match="no column 'Y'"):
        curves(frame, ["a"], ["Y"])
    with pytest.raises(BadInput, match="nothing to draw"):
        curves(frame, ["a"], [])


def test_progress_keeps_the_best_so_far():
    value, best = progress_curve([3.0, 1.0, 2.0, 0.5]).axes[0].lines
    assert value.get_ydata().tolist() == [3, 1, 2, 0.5]
    assert best.get_ydata().tolist() == [3, 1, 1, 0.5]
    with pytest.raises(BadInput, match="without steps"):
        progress_curve([])


def test_agreement_frames_the_pairs_that_are_too_far_apart():
    apart = [[0, 1e-3, 0], [1e-3, 0, 2e-10], [0, 2e-10, 0]]
    figure = agreement(["qsim", "aer", "stim"], apart, [[1e-9] * 3] * 3, [0.1, 0.2, 0.3])
    matrix, times = figure.axes[:2]
    assert [one.get_text() for one in matrix.texts] == [
        "1e-03 ✗",
        "0 ✓",
        "1e-03 ✗",
        "2e-10 ✓",
        "0 ✓",
        "2e-10 ✓",
    ]
    assert len(matrix.patches) == 2
    assert [bar.get_width() for bar in times.patches] == [0.1, 0.2, 0.3]
    with pytest.raises(BadInput, match="2 engines need"):
        agreement(["a", "b"], apart, apart, [1, 2])


@settings(max_examples=3, deadline=None)
@given(st.integers(1, 2))
def test_figures_are_closed_so_that_a_notebook_shows_them_once(qubits):
    figure = phase(random_state(qubits, 0))
    assert not plt.fignum_exists(figure.number) and not plt.get_fignums()
