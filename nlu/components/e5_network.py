"""The network of multilingual-e5-small as an ONNX graph, with the adaptation to newcomers' words added to its weights.

Run by ONNX Runtime: the engine of the package that brings the weights cannot add anything to them. Where the adaptation
says how large the numbers become, matrices are multiplied in whole numbers of eight bits, which takes half the time on
processors of ten years ago and a third on newer ones. Before that, what is large in the inputs of a matrix is made
smaller and its weights larger by as much, so that little is lost by rounding (SmoothQuant, arXiv 2211.10438).
"""

from __future__ import annotations

from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from components.e5_file import E5File, unpacked

#: The matrices of a layer, by the names of the model file: query, key, value, attention's output, in and out.
MATRICES = ("q", "k", "v", "ao", "fi", "fo")

#: The matrices that are multiplied at once, by name: query, key and value see the same numbers.
PRODUCTS: Mapping[str, Tuple[str, ...]] = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}

#: How much of a large input is moved into the weights (0 nothing, 1 all).
MOVED = 0.65
#: The largest whole number of a weight. Seven bits and not eight: products of eight overflow on older processors.
LARGEST = 63

#: Sets of operators, those of ONNX Runtime itself, and format of the graph.
_OPERATORS, _FORMAT, _OWN = 17, 9, "com.microsoft"


class Network:
    """Numbers of pieces in, one unit vector a text out."""

    def __init__(
        self, file: E5File, adaptation: Mapping[str, np.ndarray], threads: int, peaks: Mapping[str, np.ndarray] = {}
    ) -> None:
        """`adaptation` and `peaks` as `Adaptation` has them; without peaks, nothing is rounded."""
        self._words = file.packed("emb.word", file.width)
        self._places = file.numbers("emb.pos").reshape(-1, file.width) + file.numbers("emb.type")[: file.width]
        self._session = _session(graph(file, adaptation, peaks), threads)

    def vectors(self, cut: Sequence[Sequence[int]]) -> np.ndarray:
        """One row a text, of length one. Each text on its own: how it is rounded depends on no other."""
        rows = np.zeros((len(cut), self._places.shape[1]), dtype=np.float32)
        for row, pieces in enumerate(cut):
            (rows[row],) = self._session.run(["mean"], {"words": self._shown(pieces)})[0]
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def peaks(self, cut: Sequence[Sequence[int]]) -> Dict[str, np.ndarray]:
        """The largest number each input takes, one text in twenty left aside; by `l<layer>.<product>`."""
        names = [one.name for one in self._session.get_outputs() if one.name != "mean"]
        seen = [self._session.run(names, {"words": self._shown(pieces)}) for pieces in cut]
        return {
            name: np.quantile([np.abs(inputs[at]).max(axis=(0, 1)) for inputs in seen], 0.95, axis=0)
            for at, name in enumerate(names)
        }

    def _shown(self, pieces: Sequence[int]) -> np.ndarray:
        return (unpacked(self._words[np.asarray(pieces)]) + self._places[: len(pieces)])[None]


def adapted(file: E5File, layer: int, name: str, adaptation: Mapping[str, np.ndarray]) -> np.ndarray:
    """A matrix of a layer, inputs by rows, with what the adaptation adds to it (two thin matrices, multiplied)."""
    key = f"l{layer}.{name}"
    weights = file.matrix(f"{key}.w", file.inner if name == "fo" else file.width).T
    if f"{key}.A" not in adaptation:
        return weights
    return weights + adaptation[f"{key}.A"].astype(np.float32) @ adaptation[f"{key}.B"].astype(np.float32)


def graph(file: E5File, adaptation: Mapping[str, np.ndarray], peaks: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """`words` (1 × places × width) to `mean`, the mean over the places of the last layer's numbers (1 × width).

    Without peaks the inputs of each product are outputs too, under its name.
    """
    made = _Made(file, peaks)
    at = made.add("LayerNormalization", ["words", *made.both("emb.ln")], "first", axis=-1, epsilon=file.epsilon)
    for layer in range(file.layers):
        at = made.layer(at, f"l{layer}", {name: adapted(file, layer, name, adaptation) for name in MATRICES})
    made.add("ReduceMean", [at], "mean", axes=[1], keepdims=0)
    outputs = {"mean": [1, file.width], **{name: [1, "places", "inputs"] for name in made.inputs if not peaks}}
    model = helper.make_model(
        helper.make_graph(
            made.nodes,
            "e5",
            [helper.make_tensor_value_info("words", TensorProto.FLOAT, [1, "places", file.width])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            made.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPERATORS), helper.make_opsetid(_OWN, 1)],
    )
    model.ir_version = _FORMAT
    return model


class _Made:
    """A graph in the making."""

    def __init__(self, file: E5File, peaks: Mapping[str, np.ndarray]) -> None:
        self._file, self._peaks = file, peaks
        self.nodes: List[onnx.NodeProto] = []
        self.constants: List[onnx.TensorProto] = []
        #: Names of what each product is given.
        self.inputs: List[str] = []
        self._parts = self.constant("parts", np.array([file.width] * 3))

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, inputs: List[str], output: str, *others: str, **settings: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output, *others], **settings))
        return output

    def both(self, name: str) -> List[str]:
        """Gain and shift of a normalisation."""
        return [self.constant(f"{name}.{part}", self._file.numbers(f"{name}.{part}")) for part in "wb"]

    def layer(self, at: str, name: str, weights: Dict[str, np.ndarray]) -> str:
        bias = {part: self._file.numbers(f"{name}.{part}.b") for part in MATRICES}
        # Attention only mixes places, so what it sees can be made smaller where it comes from.
        smaller = self._smaller(f"{name}.ao", weights["ao"])
        weights["v"], bias["v"] = weights["v"] * smaller, bias["v"] * smaller
        weights["ao"] = weights["ao"] / smaller[:, None]
        heads = [f"{name}.{part}" for part in "qkv"]
        self.add("Split", [self._product(at, f"{name}.qkv", weights, bias), self._parts], *heads, axis=-1)
        mixed = self.add("MultiHeadAttention", heads, f"{name}.mixed", domain=_OWN, num_heads=self._file.heads)
        once = self._sum(at, self._product(mixed, f"{name}.ao", weights, bias, is_smaller=True), f"{name}.aln")
        inner = self.add("Gelu", [self._product(once, f"{name}.fi", weights, bias)], f"{name}.gelu", domain=_OWN)
        return self._sum(once, self._product(inner, f"{name}.fo", weights, bias), f"{name}.oln")

    def _sum(self, one: str, other: str, name: str) -> str:
        """The sum of both, normalised."""
        inputs = [one, other, *self.both(name)]
        return self.add("SkipLayerNormalization", inputs, f"{name}.out", domain=_OWN, epsilon=self._file.epsilon)

    def _product(
        self,
        at: str,
        name: str,
        weights: Mapping[str, np.ndarray],
        bias: Mapping[str, np.ndarray],
        is_smaller: bool = False,
    ) -> str:
        parts = PRODUCTS[name.split(".")[1]]
        matrix = np.concatenate([weights[part] for part in parts], axis=1)
        constant = self.constant(f"{name}.b", np.concatenate([bias[part] for part in parts]))
        if not self._peaks:
            self.inputs.append(self.add("Identity", [at], name))
            product = self.add("MatMul", [at, self.constant(f"{name}.w", matrix)], f"{name}.product")
            return self.add("Add", [product, constant], f"{name}.out")
        if not is_smaller:
            smaller = self._smaller(name, matrix)
            at = self.add("Mul", [at, self.constant(f"{name}.smaller", smaller)], f"{name}.even")
            matrix = matrix / smaller[:, None]
        step = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / LARGEST
        whole = self.constant(f"{name}.w", np.round(matrix / step).astype(np.int8))
        zero = self.constant(f"{name}.zero", np.zeros(len(step), dtype=np.int8))
        inputs = [at, whole, self.constant(f"{name}.step", step.astype(np.float32)), zero, constant]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=_OWN)

    def _smaller(self, name: str, matrix: np.ndarray) -> np.ndarray:
        """What the inputs of a product are multiplied with."""
        if not self._peaks:
            return np.ones(len(matrix), dtype=np.float32)
        peaks = np.maximum(self._peaks[name].astype(np.float32), 1e-5)
        return np.maximum(np.abs(matrix).max(axis=1), 1e-5) ** (1 - MOVED) / peaks**MOVED


def _session(model: onnx.ModelProto, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait by spinning make a busy machine many times slower.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
