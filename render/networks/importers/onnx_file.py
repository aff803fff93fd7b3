"""ONNX files: read whole, and the small numbers in them worked out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from render.distribution import installing
from render.errors import StyleError
from render.files.names import file_exists

Array = npt.NDArray[Any]
Node = Any  # onnx.NodeProto: onnx is an extra, and need not be there to check this file

OLDEST = 7
"""The first operator set of which ONNX files are read: those before broadcast in another way."""

_SMALL = 1024  # numbers in whatever has to be worked out: pads, scales
_DEEP = 32
# How exporters write down pads and scales; nothing here makes much of little but ConstantOfShape.
_ARITHMETIC = {
    "Add", "Cast", "Concat", "Constant", "ConstantOfShape", "Div", "Floor", "Gather", "Mul",
    "Reshape", "Slice", "Squeeze", "Sub", "Transpose", "Unsqueeze",
}  # fmt: skip


class OnnxFile:
    """A model's graph, and the values in it that do not depend on the picture."""

    def __init__(self, path: Path, model: Any) -> None:
        self.path = path
        self.graph = model.graph
        self.opset = next(
            (o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), OLDEST
        )
        self._model = model
        self._tensors = {tensor.name: tensor for tensor in self.graph.initializer}
        self._makers: dict[str, Node] = {n: node for node in self.graph.node for n in node.output}
        self._worked_out: dict[str, Array | None] = {}
        self._users: dict[str, list[Node]] = {}
        for node in self.graph.node:
            for name in dict.fromkeys(node.input):
                self._users.setdefault(name, []).append(node)

    @property
    def inputs(self) -> list[str]:
        """What the model is given. Files of before 2019 list their weights there as well."""
        return [i.name for i in self.graph.input if i.name not in self._tensors]

    def source(self, name: str) -> str:
        """Where a value comes from, passing over Identity."""
        for _ in range(len(self._makers)):
            maker = self._makers.get(name)
            if maker is None or maker.op_type != "Identity":
                break
            name = maker.input[0]
        return name

    def users(self, name: str) -> Iterator[Node]:
        """The nodes that work on a value, passing over Identity and those that want its shape."""
        waiting, seen = [name], set()
        while waiting:
            this = waiting.pop()
            if this in seen:
                continue
            seen.add(this)
            for node in self._users.get(this, []):
                if node.op_type == "Identity":
                    waiting.extend(node.output)
                elif node.op_type not in ("Shape", "Size"):
                    yield node

    def weights(self, name: str) -> Array | None:
        """The numbers of an initialiser or a Constant; None when they are computed."""
        from onnx import numpy_helper

        name = self.source(name)
        tensor: Any = self._tensors.get(name)
        if tensor is None:
            maker = self._makers.get(name)
            if maker is None or maker.op_type != "Constant":
                return None
            tensor = self.attributes(maker).get("value")
        if not hasattr(tensor, "dims"):
            return None
        with self._explained():
            array: Array = numpy_helper.to_array(tensor)
        return array

    def small(self, name: str, depth: int = 0) -> Array | None:
        """The few numbers of a value, worked out where they are computed from others; None when
        they depend on the picture, are many, or are computed in an unusual way."""
        name = self.source(name)
        if name not in self._worked_out:
            self._worked_out[name] = self._small(name, depth)
        return self._worked_out[name]

    def _small(self, name: str, depth: int) -> Array | None:
        maker = self._makers.get(name)
        if name in self._tensors:
            few = int(np.prod(list(self._tensors[name].dims), dtype=object)) <= _SMALL
            return self.weights(name) if few else None
        if maker is None or maker.op_type not in _ARITHMETIC or depth > _DEEP:
            return None
        given: dict[str, Array] = {}
        for needed in maker.input:
            if needed:
                value = self.small(needed, depth + 1)
                if value is None:
                    return None
                given[needed] = value
        if maker.op_type == "ConstantOfShape" and not all(
            0 <= int(np.prod(v, dtype=object)) <= _SMALL for v in given.values()
        ):
            return None
        result = self._computed(maker, given)
        return result if result is not None and result.size <= _SMALL else None

    def attributes(self, node: Node) -> dict[str, Any]:
        """A node's attributes by name: numbers, texts (as str), lists, tensors."""
        from onnx import helper

        with self._explained():
            found: dict[str, Any] = {
                str(a.name): helper.get_attribute_value(a) for a in node.attribute
            }
        return {k: v.decode("utf-8", "replace") if isinstance(v, bytes) else v
                for k, v in found.items()}  # fmt: skip

    def _computed(self, node: Node, given: Mapping[str, Array]) -> Array | None:
        from onnx import helper
        from onnx.reference import ReferenceEvaluator

        graph = helper.make_graph(
            [node],
            "constant",
            [helper.make_empty_tensor_value_info(name) for name in given],
            [helper.make_empty_tensor_value_info(name) for name in node.output],
        )
        model = helper.make_model(graph, opset_imports=self._model.opset_import)
        try:
            results: Any = ReferenceEvaluator(model).run(None, dict(given))
        # What a wrong node raises is its operator's own affair.
        except Exception:
            return None
        return np.asarray(results[0])

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # protobuf, numpy and onnx have theirs
            raise _unreadable(self.path, error) from None


def read_onnx(path: Path, most: int) -> OnnxFile:
    """The model of a file and of the files beside it that hold its weights; ``most`` bytes in all.

    Raises StyleError when it is none, when it is too large, and when onnx is not installed.
    """
    onnx = _onnx()
    from onnx.external_data_helper import load_external_data_for_model, uses_external_data

    try:
        model = onnx.load(str(path), load_external_data=False)
        beside = [tensor for tensor in _tensors(model) if uses_external_data(tensor)]
        _check_beside(path, beside, most)
        load_external_data_for_model(model, str(path.parent))
    except StyleError:
        raise
    except Exception as error:  # protobuf, numpy and onnx have theirs
        raise _unreadable(path, error) from None
    if not model.graph.node:
        raise _unreadable(path, None)
    file = OnnxFile(path, model)
    if file.opset < OLDEST:
        raise StyleError(
            f"{path}: is of ONNX operator set {file.opset}; export the network again with set "
            f"{OLDEST} or later"
        )
    return file


def _tensors(model: Any) -> Iterator[Any]:
    """Every tensor of a model, wherever one can be: weights, sparse ones, those of nodes, and all
    of these in graphs that nodes hold, in functions and in what training was to begin with."""
    waiting: list[Any] = [model]
    while waiting:
        message = waiting.pop()
        if message.DESCRIPTOR.name == "TensorProto":
            yield message
            continue
        for kind, value in message.ListFields():
            if kind.message_type is not None:
                waiting.extend([value] if hasattr(value, "DESCRIPTOR") else value)


def _onnx() -> ModuleType:
    try:
        import onnx
    except ImportError:
        raise StyleError(
            "reading ONNX files needs the onnx package, which is not installed: "
            f"{installing('onnx')}"
        ) from None
    module: ModuleType = onnx
    return module


def _check_beside(path: Path, tensors: list[Any], most: int) -> None:
    names = {e.value for t in tensors for e in t.external_data if e.key == "location"}
    size = path.stat().st_size
    folder = path.parent.resolve()
    for name in sorted(names):
        file = (folder / name).resolve()
        if not file.is_relative_to(folder):
            raise StyleError(
                f"{path}: names {name[:80]}, outside its folder, as its weights: refused; export "
                "it again"
            )
        if not file_exists(file):
            raise StyleError(
                f"{path}: its weights are in {name[:80]}, which is not beside it; copy both"
            )
        size += file.stat().st_size
    if size > most:
        raise StyleError(
            f"{path}: is of {size >> 20} MiB with its weights, and no style network has over "
            f"{most >> 20}; give the network alone"
        )


def _unreadable(path: Path, error: Exception | None) -> StyleError:
    why = f" ({type(error).__name__})" if error else ""
    return StyleError(f"{path}: is no ONNX model, or a damaged one{why}; copy or export it again")
