"""The network of multilingual-e5-small as an ONNX graph, with the adaptation to newcomers' words added to its weights.

Run by ONNX Runtime: the engine of the package that brings the weights cannot add anything to them.
"""

from __future__ import annotations

from typing import Dict, List, Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from components.e5_file import E5File, unpacked
from components.e5_pieces import side_by_side

#: The matrices of a layer, by the names of the model file: query, key, value, attention's output, in and out.
MATRICES = ("q", "k", "v", "ao", "fi", "fo")

#: Texts embedded together: more at once only takes more memory.
BATCH = 64

#: Sets of operators and format of the graph; LayerNormalization came with the 17th.
_OPERATORS, _FORMAT = 17, 9


class Network:
    """Numbers of pieces in, one unit vector a text out."""

    def __init__(self, file: E5File, adaptation: Mapping[str, np.ndarray], threads: int) -> None:
        self._words = file.packed("emb.word", file.width)
        self._places = file.numbers("emb.pos").reshape(-1, file.width) + file.numbers("emb.type")[: file.width]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait by spinning make a busy machine many times slower.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            graph(file, adaptation).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, cut: Sequence[Sequence[int]]) -> np.ndarray:
        """One row a text, of length one. Texts of like length go together, so that little is computed in vain."""
        rows = np.zeros((len(cut), self._places.shape[1]), dtype=np.float32)
        order = sorted(range(len(cut)), key=lambda place: len(cut[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            rows[places] = self._together([cut[place] for place in places])
        return rows

    def _together(self, cut: List[Sequence[int]]) -> np.ndarray:
        numbers, is_there = side_by_side(cut)
        words = unpacked(self._words[numbers]) + self._places[: numbers.shape[1]]
        unseen = ((is_there - 1.0) * 1e9)[:, None, None, :]
        (hidden,) = self._session.run(None, {"words": words, "unseen": unseen})
        pooled = (hidden * is_there[:, :, None]).sum(axis=1)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)


def adapted(file: E5File, layer: int, name: str, adaptation: Mapping[str, np.ndarray]) -> np.ndarray:
    """A matrix of a layer, inputs by rows, with what the adaptation adds to it (two thin matrices, multiplied)."""
    key = f"l{layer}.{name}"
    weights = file.matrix(f"{key}.w", file.inner if name == "fo" else file.width).T
    if f"{key}.A" not in adaptation:
        return weights
    return weights + adaptation[f"{key}.A"].astype(np.float32) @ adaptation[f"{key}.B"].astype(np.float32)


def graph(file: E5File, adaptation: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """`words` (texts × places × width) and `unseen` (0, or a large negative number where a text has ended) to the
    last layer's numbers."""
    made = _Made(file)
    at = made.normalised("words", "emb.ln", "first")
    for layer in range(file.layers):
        weights = {name: adapted(file, layer, name, adaptation) for name in MATRICES}
        at = made.layer(at, layer, weights)
    made.add("Identity", [at], "hidden")
    shape = ["texts", "places", file.width]
    proto = helper.make_graph(
        made.nodes,
        "e5",
        [
            helper.make_tensor_value_info("words", TensorProto.FLOAT, shape),
            helper.make_tensor_value_info("unseen", TensorProto.FLOAT, ["texts", 1, 1, "places"]),
        ],
        [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape)],
        made.constants,
    )
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", _OPERATORS)])
    model.ir_version = _FORMAT
    return model


class _Made:
    """A graph in the making."""

    def __init__(self, file: E5File) -> None:
        self._file = file
        self.nodes: List[onnx.NodeProto] = []
        self.constants: List[onnx.TensorProto] = []
        size = file.width // file.heads
        self._split = self.constant("split", np.array([0, 0, file.heads, size]))
        self._joined = self.constant("joined", np.array([0, 0, file.width]))
        self._scale = self.constant("scale", np.float32(size**-0.5))
        self._root, self._one, self._half = (
            self.constant(name, np.float32(value)) for name, value in (("root", 2**0.5), ("one", 1.0), ("half", 0.5))
        )

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def add(self, operator: str, inputs: List[str], output: str, **settings: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], **settings))
        return output

    def normalised(self, at: str, name: str, output: str) -> str:
        gain, shift = (self.constant(f"{name}.{part}", self._file.numbers(f"{name}.{part}")) for part in "wb")
        return self.add("LayerNormalization", [at, gain, shift], output, axis=-1, epsilon=self._file.epsilon)

    def linear(self, at: str, name: str, weights: np.ndarray) -> str:
        product = self.add("MatMul", [at, self.constant(f"{name}.w", weights)], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.b", self._file.numbers(f"{name}.b"))], f"{name}.out")

    def layer(self, at: str, number: int, weights: Dict[str, np.ndarray]) -> str:
        name = f"l{number}"
        seen = self._attention(at, name, weights)
        once = self.normalised(self.add("Add", [at, seen], f"{name}.sum1"), f"{name}.aln", f"{name}.once")
        inner = self._gelu(self.linear(once, f"{name}.fi", weights["fi"]), name)
        outer = self.linear(inner, f"{name}.fo", weights["fo"])
        return self.normalised(self.add("Add", [once, outer], f"{name}.sum2"), f"{name}.oln", f"{name}.twice")

    def _attention(self, at: str, name: str, weights: Dict[str, np.ndarray]) -> str:
        orders = {"q": [0, 2, 1, 3], "k": [0, 2, 3, 1], "v": [0, 2, 1, 3]}
        heads = {}
        for part, order in orders.items():
            key = f"{name}.{part}"
            apart = self.add("Reshape", [self.linear(at, key, weights[part]), self._split], f"{key}.apart")
            heads[part] = self.add("Transpose", [apart], f"{key}.heads", perm=order)
        likeness = self.add("MatMul", [heads["q"], heads["k"]], f"{name}.likeness")
        scaled = self.add("Mul", [likeness, self._scale], f"{name}.scaled")
        shares = self.add("Softmax", [self.add("Add", [scaled, "unseen"], f"{name}.seen")], f"{name}.shares", axis=-1)
        mixed = self.add("MatMul", [shares, heads["v"]], f"{name}.mixed")
        back = self.add("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
        return self.linear(self.add("Reshape", [back, self._joined], f"{name}.joined"), f"{name}.ao", weights["ao"])

    def _gelu(self, at: str, name: str) -> str:
        # Written as ONNX Runtime recognises it, which then does it in one step.
        error = self.add("Erf", [self.add("Div", [at, self._root], f"{name}.div")], f"{name}.erf")
        gate = self.add("Add", [error, self._one], f"{name}.gate")
        return self.add("Mul", [self.add("Mul", [at, gate], f"{name}.gated"), self._half], f"{name}.gelu")
