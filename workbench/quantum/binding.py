"""Numbers for the parameters of a lowered circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import Branch, Gate, Lowered, Op, While

__all__ = ["bind"]


def bind(lowered: Lowered, values: Mapping[str, Any]) -> Lowered:
    """Return the circuit with every parameter given.

    Parameters
    ----------
    lowered : Lowered
        With ``parameters`` not bound.
    values : mapping of str to float or ndarray
        By parameter, radians where they are angles; arrays of one value a point compute a sweep at
        once. Names that the circuit does not have are left alone.

    Returns
    -------
    Lowered
        Without parameters; angles that depend on arrays are arrays.

    Raises
    ------
    BadInput
        Naming the parameters that have no value, or whose value is no finite number.
    """
    import numpy as np

    missing = [name for name in lowered.parameters if name not in values]
    if missing:
        raise BadInput(
            f"Parameters without a value: {', '.join(missing)}.",
            "Give each a number with bind, or an array with sweep.",
            details={"field": "bind", "missing": missing},
        )
    for name in lowered.parameters:
        if not np.all(np.isfinite(values[name])):
            raise BadInput(f"The value of {name} is not finite.", details={"field": "bind"})
    if not lowered.parameters:
        return lowered
    return replace(lowered, ops=_bound(lowered.ops, values), parameters=())


def _bound(ops: tuple[Op, ...], values: Mapping[str, Any]) -> tuple[Op, ...]:
    return tuple([_one(op, values) for op in ops])


def _one(op: Op, values: Mapping[str, Any]) -> Op:
    if isinstance(op, Gate) and any(isinstance(angle, Expression) for angle in op.angles):
        return replace(op, angles=tuple(_angle(angle, values) for angle in op.angles))
    if isinstance(op, Branch):
        return replace(op, then=_bound(op.then, values), otherwise=_bound(op.otherwise, values))
    if isinstance(op, While):
        return replace(op, body=_bound(op.body, values))
    return op


def _angle(angle: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(angle, Expression):
        return angle
    value = angle.value(values)
    return value if getattr(value, "ndim", 0) else float(value)
