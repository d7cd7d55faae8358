"""A BERT sentence encoder as an ONNX graph, written down operation by operation.

An exported graph carries the whole generality of its model: masks for padding, positions
computed at run time, three products where one does. This one takes a single text without
padding, so that a vector cannot depend on the texts beside it, and is by a quarter faster than the
export of the same weights; see ``benchmarks/embedding.py``.

With ``small`` weights the products run on 8-bit integers, four at once where a 32-bit one ran:
weights by output column, inputs by text (as asymmetric 8 bits of the text's own range). Two things
keep that close to the original. Input columns with outliers are scaled down and their weights up
(Xiao et al., SmoothQuant, 2023, equation 4). And the first token, which in the lower layers holds
activations five times as large as any other's, is computed apart in 32 bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.embedders.writer import Writer

__all__ = ["BertGraph", "Shape"]

_EPSILON = 1e-12
_STRENGTH = 0.6
_FAR = 1 << 30
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a BERT model.

    Attributes
    ----------
    layers, heads, width : int
        Of the encoder; a head is ``width / heads`` wide.
    longest : int
        Most tokens of a text.
    leading : frozenset of int
        Layers in which the first token has activations far beyond the others'.
    """

    layers: int
    heads: int
    width: int
    longest: int
    leading: frozenset[int] = field(default_factory=frozenset)


class BertGraph:
    """Writes the graph: ``ids`` of one text in, one ``vector`` of unit length out.

    Parameters
    ----------
    weights : dict of str to array
        As Hugging Face names those of a ``BertModel``.
    shape : Shape
        The model's measures.
    ranges : dict of str to array, optional
        The largest input of each column of each product, as a probing model tells them: makes a graph of
        8-bit integers.
    """

    def __init__(self, weights: dict[str, Any], shape: Shape, ranges: dict[str, Any] | None = None) -> None:
        self._weights = weights
        self._shape = shape
        self._ranges = ranges
        self._graph = Writer()
        self._probes: dict[str, str] = {}
        self._probing = False

    @classmethod
    def read(cls, file: Path, shape: Shape, ranges: dict[str, Any] | None = None) -> BertGraph:
        """Take the weights from a ``model.safetensors``."""
        from safetensors.numpy import load_file

        weights = {name.removeprefix("bert."): value for name, value in load_file(file).items()}
        return cls(weights, shape, ranges)

    def model(self, *, probing: bool = False) -> bytes:
        """Return the graph, serialized.

        Parameters
        ----------
        probing : bool
            Give, after the vector, the largest input of each column of each product too, in
            the order of `probed`.
        """
        self._graph, self._probes, self._probing = Writer(), {}, probing
        hidden = self._embedded()
        for layer in range(self._shape.layers):
            hidden = self._layer(hidden, layer)
        mean = self._graph.op("ReduceMean", hidden, axes=[0], keepdims=0)
        vector = self._graph.op("LpNormalization", mean, axis=0, p=2)
        return self._graph.model("ids", [vector, *self._probes.values()])

    @property
    def probed(self) -> list[str]:
        """The products' names, in the order of what a probing model gives."""
        return list(self._probes)

    def _embedded(self) -> str:
        words = self._weights["embeddings.word_embeddings.weight"]
        kinds = self._weights["embeddings.token_type_embeddings.weight"]
        places = self._weights["embeddings.position_embeddings.weight"][: self._shape.longest] + kinds[0]
        rows = self._graph.op("Gather", self._graph.constant(words), "ids")
        until = self._graph.op("Shape", "ids")
        at = self._graph.op(
            "Slice", self._graph.constant(places), self._graph.integers(0), until, self._graph.integers(0)
        )
        return self._normal(self._graph.op("Add", rows, at), "embeddings.LayerNorm")

    def _layer(self, hidden: str, layer: int) -> str:
        name = f"encoder.layer.{layer}."
        seen = self._dense(self._attention(hidden, layer), name + "attention.output.dense", layer)
        hidden = self._normal(self._graph.op("Add", hidden, seen), name + "attention.output.LayerNorm")
        wide = self._gelu(self._dense(hidden, name + "intermediate.dense", layer))
        narrow = self._dense(wide, name + "output.dense", layer)
        return self._normal(self._graph.op("Add", hidden, narrow), name + "output.LayerNorm")

    def _attention(self, hidden: str, layer: int) -> str:
        heads, width = self._shape.heads, self._shape.width // self._shape.heads
        parts = self._dense(hidden, f"encoder.layer.{layer}.attention.self", layer)
        shaped = self._graph.op("Reshape", parts, self._graph.integers(-1, 3, heads, width))
        turned = self._graph.op("Transpose", shaped, perm=[1, 2, 0, 3])
        query, key, value = (
            self._graph.op("Squeeze", part, self._graph.integers(0))
            for part in self._graph.outputs("Split", turned, count=3, axis=0)
        )
        likeness = self._graph.op("MatMul", query, self._graph.op("Transpose", key, perm=[0, 2, 1]))
        seen = self._graph.op("MatMul", self._graph.op("Softmax", likeness, axis=-1), value)
        flat = self._graph.op("Transpose", seen, perm=[1, 0, 2])
        return self._graph.op("Reshape", flat, self._graph.integers(-1, self._shape.width))

    def _matrix(self, name: str) -> tuple[Any, Any]:
        """Return a product's matrix and addend; query, key and value are one, the query scaled."""
        import numpy as np

        if not name.endswith("attention.self"):
            return self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"]
        scale = np.float32((self._shape.width // self._shape.heads) ** -0.5)
        kinds = (("query", scale), ("key", np.float32(1)), ("value", np.float32(1)))
        return (
            np.concatenate([self._weights[f"{name}.{kind}.weight"].T * by for kind, by in kinds], axis=1),
            np.concatenate([self._weights[f"{name}.{kind}.bias"] * by for kind, by in kinds]),
        )

    def _dense(self, rows: str, name: str, layer: int) -> str:
        matrix, addend = self._matrix(name)
        if self._ranges is None and not self._probing:
            return self._product(rows, matrix, addend)
        apart = name.endswith(f"{layer}.output.dense") and layer in self._shape.leading
        rest = self._graph.op("Slice", rows, *map(self._graph.integers, (1, _FAR, 0))) if apart else rows
        if self._probing:
            size = self._graph.op("Abs", rest)
            self._probes[name] = self._graph.op("ReduceMax", size, axes=[0], keepdims=0)
        if self._ranges is None:
            return self._product(rows, matrix, addend)
        if not apart:
            return self._small(rows, name, matrix, addend)
        first = self._graph.op("Slice", rows, *map(self._graph.integers, (0, 1, 0)))
        parts = self._product(first, matrix, addend), self._small(rest, name, matrix, addend)
        return self._graph.op("Concat", *parts, axis=0)

    def _product(self, rows: str, matrix: Any, addend: Any) -> str:
        return self._graph.op(
            "Add", self._graph.op("MatMul", rows, self._graph.constant(matrix)), self._graph.constant(addend)
        )

    def _small(self, rows: str, name: str, matrix: Any, addend: Any) -> str:
        import numpy as np
        from onnx import TensorProto

        # A column of the wide layer has its outliers in single tokens, which no fixed scale meets.
        if not name.endswith(".output.dense") or name.endswith("attention.output.dense"):
            largest = np.maximum(self._ranges[name], _LEAST)  # type: ignore[index]
            weight = np.maximum(np.abs(matrix).max(axis=1), _LEAST)
            scale = (largest**_STRENGTH / weight ** (1 - _STRENGTH)).astype(np.float32)
            rows = self._graph.op("Mul", rows, self._graph.constant(1 / scale))
            matrix = matrix * scale[:, None]
        step = np.abs(matrix).max(axis=0) / 127
        whole = self._graph.constant(np.rint(matrix / step).astype(np.int8))
        bytes_, each, zero = self._graph.outputs("DynamicQuantizeLinear", rows, count=3)
        none = self._graph.constant(np.zeros(matrix.shape[1], np.int8))
        sums = self._graph.op(
            "Cast", self._graph.op("MatMulInteger", bytes_, whole, zero, none), to=TensorProto.FLOAT
        )
        scaled = self._graph.op("Mul", sums, self._graph.op("Mul", each, self._graph.constant(step)))
        return self._graph.op("Add", scaled, self._graph.constant(addend))

    def _gelu(self, rows: str) -> str:
        """Write the exact form, by the error function, as the runtime knows it when it fuses."""
        inner = self._graph.op("Erf", self._graph.op("Div", rows, self._graph.number(2**0.5)))
        doubled = self._graph.op("Mul", rows, self._graph.op("Add", inner, self._graph.number(1)))
        return self._graph.op("Mul", doubled, self._graph.number(0.5))

    def _normal(self, rows: str, name: str) -> str:
        scale, addend = (self._graph.constant(self._weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self._graph.op("LayerNormalization", rows, scale, addend, axis=-1, epsilon=_EPSILON)
