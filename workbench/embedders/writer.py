"""ONNX graphs, written down one operation after another."""

from __future__ import annotations

from typing import Any

__all__ = ["Writer"]

# The first with LayerNormalization, and the oldest file format that knows it.
_OPSET = 17
_FORMAT = 8


class Writer:
    """Collects operations and constants; each method returns the name of what it added."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an operation with one output."""
        (name,) = self.outputs(kind, *inputs, count=1, **attributes)
        return name

    def outputs(self, kind: str, *inputs: str, count: int, **attributes: Any) -> list[str]:
        """Add an operation with several outputs."""
        from onnx import helper

        names = [f"{kind}_{len(self._nodes)}_{output}" for output in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def constant(self, value: Any) -> str:
        """Add an array."""
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def integers(self, *numbers: int) -> str:
        """Add a list of 64-bit integers."""
        import numpy as np

        return self.constant(np.array(numbers, dtype=np.int64))

    def number(self, number: float) -> str:
        """Add one 32-bit number."""
        import numpy as np

        return self.constant(np.float32(number))

    def model(self, tokens: str, outputs: list[str]) -> bytes:
        """Return the graph, serialized: a list of integers in, arrays of 32-bit numbers out."""
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(tokens, TensorProto.INT64, ["tokens"])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET)]
        model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_FORMAT).SerializeToString()
        return model
