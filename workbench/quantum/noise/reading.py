"""What callers give as noise: words, numbers by name, a device, or a library's own model."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.noise.model import Noise

__all__ = ["RATES", "noise"]

RATES = {"depol": 3 / 4, "depol2": 15 / 16, "damping": 1.0, "dephasing": 1 / 2, "readout": 1.0}
"""Rate to the largest that there is."""
_HINT = (
    "Write 'depol=0.01 readout=0.02' (rates: depol, depol2, damping, dephasing, readout), a device "
    "such as 'fake:manila', or give a noise model of Qiskit Aer, Cirq or Braket."
)


def noise(given: Any) -> Noise | None:
    """Read what a caller gives.

    Parameters
    ----------
    given : None, str, mapping, Noise or a noise model of Qiskit Aer, Cirq or Braket
        A text holds rates parted by spaces or commas, or names a device; a mapping holds rates, or
        what `Noise.to_json` wrote. Rates:

        ``depol``
            Probability, 0 to 3/4, that after a gate on one qubit one of X, Y and Z is done to it,
            each as likely. As in Cirq, Braket and stim; Qiskit's parameter is 4/3 of it.
        ``depol2``
            The same after a gate on k qubits, two or more, 0 to 15/16: one of the 4**k - 1 Pauli
            strings on them. By default as ``depol``.
        ``damping``
            Probability, 0 to 1, that after a gate each of its qubits falls from 1 to 0.
        ``dephasing``
            Probability, 0 to 1/2, that after a gate Z is done to a qubit of it, each on its own.
        ``readout``
            Probability, 0 to 1, that a measured bit is told wrongly; ``0.02:0.05``, or a pair, where
            it is that of telling 0 as 1, and 1 as 0.

    Returns
    -------
    Noise or None
        ``None`` where nothing goes wrong.

    Raises
    ------
    BadInput
        It cannot be read, or a rate is out of its range.
    """
    if given is None or isinstance(given, Noise):
        return given
    if isinstance(given, str):
        return _of_text(given)
    if isinstance(given, Mapping):
        return Noise.from_json(given) if "kind" in given else _of_rates(given)
    return _of_library(given)


def _of_text(text: str) -> Noise | None:
    words = re.sub(r"\s*=\s*", "=", text).replace(",", " ").split()
    if len(words) == 1 and re.fullmatch(r"[a-z]+:\w+", words[0]):
        return _of_device(words[0])
    rates: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise _bad(f"The noise {text!r} cannot be read at {word!r}.")
        if name in rates:
            raise _bad(f"The noise {text!r} names {name} twice.")
        rates[name] = tuple(value.split(":")) if ":" in value else value
    if not rates:
        raise _bad("The noise is an empty text.")
    return _of_rates(rates)


def _of_device(name: str) -> Noise:
    family, _, device = name.partition(":")
    if family != "fake":
        raise BadInput(
            f"The noise of {name!r} is not known here.",
            f"Run the circuit on='{name}' itself, or take the noise of a fake device, such as 'fake:manila'.",
            details={"field": "noise"},
        )
    from workbench.quantum.devices.fake import backend_of

    backend_of(device)
    return Noise("device", {"device": name})


def _of_rates(given: Mapping[str, Any]) -> Noise | None:
    unknown = [name for name in given if name not in RATES]
    if unknown:
        raise _bad(f"There is no noise {unknown[0]!r}.")
    body: dict[str, Any] = {}
    for name in RATES:
        if name in given:
            value = given[name]
            pair = name == "readout" and isinstance(value, list | tuple)
            body[name] = _pair(value) if pair else _rate(name, value)
    if "depol" in body and "depol2" not in body:
        body["depol2"] = body["depol"]
    if "readout" in body and not isinstance(body["readout"], list):
        body["readout"] = [body["readout"]] * 2
    kept = {name: value for name, value in sorted(body.items()) if value not in (0.0, [0.0, 0.0])}
    return Noise("rates", kept) if kept else None


def _pair(values: Any) -> list[float]:
    if len(values) != 2:  # noqa: PLR2004
        raise _bad(f"readout has {len(values)} values; expected one, or those of telling 0 as 1 and 1 as 0.")
    return [_rate("readout", value) for value in values]


def _rate(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= RATES[name]:
        raise _bad(f"{name} is {value!r:.40}; expected a number from 0 to {RATES[name]:g}.")
    return number


def _of_library(given: Any) -> Noise:
    """Read a model by the library that its class comes from."""
    kinds = {base.__module__.partition(".")[0] for base in type(given).__mro__}
    if "qiskit_aer" in kinds:
        from workbench.quantum.noise.aer_model import body_of as of_aer

        return Noise("aer", of_aer(given))
    if "cirq" in kinds:
        return Noise("cirq", {"model": _of_cirq(given)})
    if "braket" in kinds and hasattr(given, "apply"):
        return Noise("braket", {"model": json.loads(json.dumps(given.to_dict()))})
    raise _bad(f"A {type(given).__name__} is no noise that is known here.")


def _of_cirq(given: Any) -> Any:
    import cirq

    try:
        written = cirq.to_json(cirq.NoiseModel.from_noise_model_like(given))
        cirq.read_json(json_text=written)
        return json.loads(written)
    except (AttributeError, TypeError, ValueError) as error:
        raise _bad(f"Cirq cannot write down its {type(given).__name__}, so no Run could keep it.") from error


def _bad(message: str) -> BadInput:
    return BadInput(message, _HINT, details={"field": "noise"})
