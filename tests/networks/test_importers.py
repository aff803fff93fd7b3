"""Networks from elsewhere: the same pictures as before, or one line that says why not."""

from __future__ import annotations

import os
import pickle
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file
from torch import Tensor

from render.errors import StyleError
from render.networks.checkpoint import load_style, save_style
from render.networks.importers import Imported, Layout, Words, import_model
from render.networks.importers.agreement import agreement, picture, run
from render.networks.importers.onnx_file import OnnxFile
from render.networks.importers.transformer_net import reference
from render.networks.metadata import StyleMetadata
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec
from render.target import Size

from .transformer_net import Graph, TransformerNet

pytestmark = pytest.mark.torch

WORDS = Words(style="wave", title="The Great Wave")
NAME = "res1-w8-k9-in-reflect-linear"
State = dict[str, Tensor]


@pytest.fixture(scope="module")
def net() -> TransformerNet:
    return TransformerNet()


def saved(net: TransformerNet, path: Path, change: Callable[[State], Any] | None = None) -> Path:
    state: State = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    changed = change(state) if change else None
    torch.save(state if changed is None else changed, path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(StyleError) as error:
        import_model(path, WORDS)
    text = str(error.value)
    assert str(path) in text and "\n" not in text and len(text) < 600
    return text


def close(imported: Imported, net: TransformerNet) -> bool:
    """Whether the imported network gives the same picture as the one it came from."""
    shown = picture(Size(64, 48))
    with torch.inference_mode():
        return agreement(Path(), net(shown), run(imported.network, shown)).largest < 1.5


@pytest.mark.parametrize(
    ("width", "blocks", "kernel", "name"),
    [
        (8, 1, 9, NAME),
        (4, 0, 3, "res0-w4-in-reflect-linear"),
        (12, 3, 5, "res3-w12-k5-in-reflect-linear"),
        (32, 5, 9, "res5-k9-in-reflect-linear"),
    ],
)
def test_a_state_dict(tmp_path: Path, width: int, blocks: int, kernel: int, name: str) -> None:
    net = TransformerNet(width, blocks, kernel, seed=width)
    imported = import_model(saved(net, tmp_path / "wave.pth"), WORDS)
    assert imported.layout is Layout.TRANSFORMER_NET
    assert imported.network.spec == NetworkSpec.parse(name)
    assert imported.converted is not None and imported.stored is not None
    assert imported.converted.largest < 0.02
    assert imported.converted.largest < imported.stored.largest < 1.5
    assert close(imported, net)
    assert imported.span is not None and imported.span[1] - imported.span[0] > 100


def test_what_the_style_file_says(net: TransformerNet, tmp_path: Path) -> None:
    imported = import_model(saved(net, tmp_path / "a b.pth"), WORDS)
    metadata = imported.metadata
    assert (metadata.style, metadata.title, metadata.artist) == ("wave", "The Great Wave", "")
    assert (metadata.licence, metadata.trained_on) == ("unknown", "unknown")
    assert metadata.settings == {"imported_from": "a b.pth", "layout": Layout.TRANSFORMER_NET.value}
    assert imported.converted is not None
    assert metadata.measured["import_max_difference"] == imported.converted.largest
    assert metadata.measured["import_mean_difference"] == imported.converted.mean
    path = tmp_path / "wave.safetensors"
    save_style(path, imported.network, metadata)
    loaded = load_style(path)
    assert loaded.metadata == metadata
    shown = picture(Size(48, 32))  # what was compared is what is in the file, to the bit
    assert torch.equal(run(loaded.network, shown), run(imported.network, shown))


def test_the_input_s_scale_goes_into_the_first_convolution(
    net: TransformerNet, tmp_path: Path
) -> None:
    """Instance norm hides a wrong factor, but for its epsilon, on pictures that are nearly flat."""
    ours = import_model(saved(net, tmp_path / "a.pth"), WORDS).network.encoder[0].convolution
    assert ours.bias is None
    theirs = net.conv1.conv2d.weight.detach() * 127.5
    assert torch.equal(ours.weight, theirs.half().float())


def test_our_reference_is_the_network_itself(net: TransformerNet) -> None:
    shown = picture(Size(64, 48))
    with torch.inference_mode():
        assert torch.allclose(reference(net.state_dict(), shown), net(shown), atol=1e-3)


def _old(state: State) -> None:
    for name in [n for n in state if re.fullmatch(r"(.*\.)?in\d\.weight", n)]:
        for statistic in ("running_mean", "running_var"):
            state[name.replace("weight", statistic)] = torch.rand(state[name].shape)


WRAPPED: dict[str, Callable[[State], Any]] = {
    "old statistics": _old,
    "state_dict": lambda s: {"epoch": 3, "loss": torch.zeros(1), "state_dict": s},
    "model": lambda s: {"model": s},
    "nested": lambda s: {"model": {"state_dict": s}},
    "module.": lambda s: {f"module.{name}": t for name, t in s.items()},
    "both": lambda s: {"state_dict": {f"net.module.{name}": t for name, t in s.items()}},
    "half": lambda s: {name: t.half() for name, t in s.items()},
    "double": lambda s: {name: t.double() for name, t in s.items()},
}


@pytest.mark.parametrize("how", WRAPPED)
def test_wrapped_state_dicts(net: TransformerNet, tmp_path: Path, how: str) -> None:
    imported = import_model(saved(net, tmp_path / "a.model", WRAPPED[how]), WORDS)
    assert imported.network.spec.name == NAME
    assert close(imported, net)


def test_files_of_old_torch(net: TransformerNet, tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save(net.state_dict(), path, _use_new_zipfile_serialization=False)
    assert path.read_bytes()[:1] == b"\x80"
    assert close(import_model(path, WORDS), net)


def test_a_state_dict_in_safetensors(net: TransformerNet, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(net.state_dict(), path)
    assert close(import_model(path, WORDS), net)


def test_our_own_files_get_new_words(tmp_path: Path) -> None:
    torch.manual_seed(1)
    spec = NetworkSpec.parse("res1-w8")
    network, path = StyleNetwork(spec).eval(), tmp_path / "old.safetensors"
    old = StyleMetadata("old", spec, "T", "A", licence="CC0-1.0", settings={"steps": 3},
                        measured={"content": 1.0})  # fmt: skip
    save_style(path, network, old)
    imported = import_model(path, Words(artist="B", trained_on="photographs"))
    metadata = imported.metadata
    assert (metadata.style, metadata.title, metadata.artist) == ("old", "T", "B")
    assert (metadata.licence, metadata.trained_on) == ("CC0-1.0", "photographs")
    assert metadata.settings == {"steps": 3, "imported_from": "old.safetensors",
                                 "layout": "style of render"}  # fmt: skip
    assert metadata.measured == {"content": 1.0}
    assert imported.network.spec == spec and imported.converted is None
    assert torch.equal(run(imported.network, picture(Size(32, 32))),
                       run(load_style(path).network, picture(Size(32, 32))))  # fmt: skip


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (Path("ran-code"), "yes"))


def _touch(state: State, name: str, change: Callable[[Tensor], Tensor]) -> None:
    state[name] = change(state[name])


REFUSED: dict[str, tuple[Callable[[State], Any], str]] = {
    "code": (lambda s: {**s, "x": _Evil()}, "would run code when loaded .*refused"),
    "code alone": (lambda s: _Evil(), "would run code when loaded .*refused"),
    "a whole module": (lambda s: TransformerNet(), "would run code when loaded .*state_dict"),
    "a list": (lambda s: [1, 2], "a value of type list where tensors"),
    "nothing": (lambda s: {}, "nothing where tensors"),
    "a number": (lambda s: {**s, "epoch": 3}, "'epoch' holds a value of type int"),
    "another layout": (
        lambda s: {"layers.0.weight": torch.zeros(3)},
        r"expected conv1.conv2d.weight, .*; found layers\.0\.weight",
    ),
    "a missing key": (lambda s: s.pop("in4.bias") is None, "expected in4.bias; found nothing"),
    "a missing block": (
        lambda s: {n.replace("res1", "res2"): t for n, t in s.items()},
        r"expected res1.conv1.conv2d.weight, .*; found res2",
    ),
    "another key": (
        lambda s: s.update(extra=torch.zeros(1)),
        "has more than that layout; found extra",
    ),
    "a wrong shape": (
        lambda s: _touch(s, "conv2.conv2d.weight", lambda t: t[:, :4]),
        r"conv2\.conv2d\.weight is of shape \(16, 4, 3, 3\), and \(16, 8, 3, 3\) belongs",
    ),
    "two kernels": (
        lambda s: _touch(s, "deconv3.conv2d.weight", lambda t: t[..., :3, :3]),
        r"deconv3\.conv2d\.weight is of shape",
    ),
    "an even kernel": (
        lambda s: _touch(s, "conv1.conv2d.weight", lambda t: t[..., :4, :4]),
        "kernel 4: must be odd",
    ),
    "NaN": (
        lambda s: s["in1.bias"].fill_(float("nan")) is None,
        "in1.bias holds numbers that are not finite",
    ),
    "infinity": (
        lambda s: s["conv1.conv2d.bias"].fill_(float("inf")) is None,
        "conv1.conv2d.bias holds numbers that are not finite",
    ),
    "integers": (lambda s: _touch(s, "in1.bias", lambda t: t.int()), "int32, not floating point"),
    "too large for half": (
        lambda s: s["conv1.conv2d.weight"].mul_(1e6) is None,
        "too large for half precision",
    ),
    "tracked statistics": (
        lambda s: s.update({"in1.num_batches_tracked": torch.tensor(1)}),
        "keep running statistics",
    ),
    "transposed weights": (
        lambda s: _touch(s, "deconv1.conv2d.weight", lambda t: t.transpose(0, 1)),
        "transposed convolutions, which in half precision shift .*2324",
    ),
    "transposed layers": (
        lambda s: {n.replace("deconv1.conv2d", "deconv1"): t for n, t in s.items()},
        "transposed convolutions, which in half precision shift .*2324",
    ),
    "sparse": (lambda s: _touch(s, "in1.bias", lambda t: t.to_sparse()), "is sparse"),
    "an expanded view": (
        lambda s: _touch(s, "in1.bias", lambda t: torch.zeros(1).expand(1 << 40)),
        "is of shape",
    ),
}


@pytest.mark.parametrize("how", REFUSED)
def test_refused_state_dicts(
    net: TransformerNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    change, words = REFUSED[how]

    def changed(state: State) -> Any:
        made = change(state)
        return None if isinstance(made, bool) else made

    text = refusal(saved(net, tmp_path / "a.pth", changed))
    assert re.search(words, text), text
    assert [p.name for p in tmp_path.iterdir()] == ["a.pth"]


def test_six_blocks_are_one_too_many(tmp_path: Path) -> None:
    text = refusal(saved(TransformerNet(4, 6), tmp_path / "a.pth"))
    assert "blocks 6: must be 0 to 5" in text


def test_names_of_keys_stay_short(tmp_path: Path) -> None:
    torch.save({f"{i}\n" + "x" * 10_000: torch.zeros(1) for i in range(50)}, tmp_path / "a.pth")
    assert "50 in all" in refusal(tmp_path / "a.pth")


def test_a_bare_pickle_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pt").write_bytes(pickle.dumps(_Evil()))
    refusal(tmp_path / "a.pt")
    assert not (tmp_path / "ran-code").exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_refused(tmp_path: Path) -> None:
    module = torch.jit.script(torch.nn.ReLU())  # type: ignore[no-untyped-call]
    torch.jit.save(module, tmp_path / "a.pt")  # type: ignore[no-untyped-call]
    assert "TorchScript" in refusal(tmp_path / "a.pt")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pth", b"", "is no model that render knows"),
        ("a.pth", b"\x80\x02nonsense", "cannot be read as weights"),
        ("a.pth", b"PK\x03\x04nonsense", "cannot be read as weights"),
        ("a.mlmodel", b"\x08\x04 more", "is no model that render knows"),
        ("a.safetensors", b"nonsense and more of it", "is no .safetensors file"),
        ("a.onnx", b"", "is no ONNX model"),
        ("a.onnx", b"\x08\x07nonsense", "is no ONNX model"),
        ("a.onnx", b"PK\x03\x04" * 100, "is no ONNX model"),
    ],
)
def test_what_is_no_model(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)


def test_a_file_cut_short(net: TransformerNet, tmp_path: Path) -> None:
    path = saved(net, tmp_path / "a.pth")
    path.write_bytes(path.read_bytes()[:-2000])
    assert "cannot be read as weights" in refusal(path)
    path = Graph(net).save(tmp_path / "a.onnx")
    path.write_bytes(path.read_bytes()[:-2000])
    refusal(path)


def test_absurd_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    with path.open("wb") as file:
        file.truncate(1 << 33)
    assert "is of 8192 MiB" in refusal(path)
    path.unlink()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(300 << 20), compresslevel=1)
    assert "unpacks to over 256 MiB" in refusal(path)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.pth")
    assert "is a folder" in refusal(tmp_path)
    with pytest.raises(StyleError, match="none"):
        import_model(Path("none\0.pth"), WORDS)


GRAPHS: dict[str, dict[str, Any]] = {
    "opset 7": {"opset": 7},
    "opset 8, weights as inputs": {"opset": 8, "numbered": True, "listed": True},
    "opset 9, numbered": {"opset": 9, "numbered": True},
    "opset 9, scales of the shape": {"opset": 9, "sized": True, "size": (224, 224)},
    "opset 9, any size, scales of the shape": {"opset": 9, "sized": True},
    "opset 10": {"opset": 10},
    "opset 11": {"opset": 11},
    "opset 17, numbered, identities": {"opset": 17, "numbered": True, "identities": True},
    "fixed": {"opset": 9, "size": (48, 64)},
    "fixed, no multiple of 4": {"opset": 9, "size": (50, 70)},
}


@pytest.mark.parametrize("how", GRAPHS)
def test_onnx_graphs(net: TransformerNet, tmp_path: Path, how: str) -> None:
    imported = import_model(Graph(net, **GRAPHS[how]).save(tmp_path / "a.onnx"), WORDS)
    assert imported.layout is Layout.ONNX
    assert imported.network.spec.name == NAME
    assert imported.converted is not None and imported.converted.largest < 0.05
    assert close(imported, net)


@pytest.mark.parametrize(("width", "blocks", "kernel"), [(4, 0, 3), (8, 2, 9)])
def test_onnx_of_other_shapes(tmp_path: Path, width: int, blocks: int, kernel: int) -> None:
    net = TransformerNet(width, blocks, kernel)
    imported = import_model(Graph(net, numbered=True).save(tmp_path / "a.onnx"), WORDS)
    assert (imported.network.spec.blocks, imported.network.spec.kernel) == (blocks, kernel)
    assert close(imported, net)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("opset", [9, 11, 17])
@pytest.mark.parametrize("dynamic", [False, True])
def test_onnx_as_torch_exports_it(
    net: TransformerNet, tmp_path: Path, opset: int, dynamic: bool
) -> None:
    axes = {2: "height", 3: "width"}
    torch.onnx.export(
        net, (torch.zeros(1, 3, 32, 48),), tmp_path / "a.onnx", dynamo=False, opset_version=opset,
        input_names=["input1"], output_names=["output1"],
        dynamic_axes={"input1": axes, "output1": axes} if dynamic else None,
    )  # fmt: skip
    assert close(import_model(tmp_path / "a.onnx", WORDS), net)


def test_onnx_with_its_weights_beside_it(net: TransformerNet, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    onnx.save(Graph(net).model(), str(path), save_as_external_data=True, location="a.data",
              size_threshold=0)  # fmt: skip
    assert close(import_model(path, WORDS), net)
    (tmp_path / "a.data").rename(tmp_path / "b.data")
    assert "its weights are in a.data, which is not beside it" in refusal(path)


def test_weights_outside_the_folder(net: TransformerNet, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(1000))
    (tmp_path / "in").mkdir()
    path, model = tmp_path / "in" / "a.onnx", Graph(net).model()
    onnx.save(model, str(path), save_as_external_data=True, location="a.data", size_threshold=0)
    for tensor in model.graph.initializer:
        next(e for e in tensor.external_data if e.key == "location").value = "../secret"
    path.write_bytes(model.SerializeToString())
    assert "outside its folder" in refusal(path)


def _elsewhere() -> TensorProto:
    """A tensor whose numbers are in a file outside of the model's folder."""
    tensor = TensorProto(name="far", data_type=TensorProto.FLOAT, dims=[2])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    return tensor


def _sparse() -> onnx.SparseTensorProto:
    return onnx.SparseTensorProto(values=_elsewhere(), dims=[2])


def _graph(*nodes: onnx.NodeProto) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "inner", [], [])


def _constant(**value: Any) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["far"], **value)


HIDDEN: dict[str, Callable[[onnx.ModelProto], Any]] = {
    "a weight": lambda m: m.graph.initializer.append(_elsewhere()),
    "a sparse weight": lambda m: m.graph.sparse_initializer.append(_sparse()),
    "a constant": lambda m: m.graph.node.append(_constant(value=_elsewhere())),
    "a sparse constant": lambda m: m.graph.node.append(_constant(sparse_value=_sparse())),
    "a list": lambda m: m.graph.node.append(helper.make_node("If", ["x"], [], a=[_elsewhere()])),
    "a graph in a graph": lambda m: m.graph.node.append(
        helper.make_node("If", ["x"], [], then_branch=_graph(
            helper.make_node("If", ["x"], [], then_branch=_graph(_constant(value=_elsewhere())))
        ))
    ),
    "a function": lambda m: m.functions.append(
        helper.make_function("own", "f", [], ["far"], [_constant(value=_elsewhere())], [])
    ),
    "training": lambda m: m.training_info.add().initialization.CopyFrom(
        _graph(_constant(value=_elsewhere()))
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_numbers_from_outside_are_refused_wherever_they_are_named(
    net: TransformerNet, tmp_path: Path, where: str
) -> None:
    (tmp_path / "secret").write_bytes(bytes(8))
    (tmp_path / "in").mkdir()
    path, model = tmp_path / "in" / "a.onnx", Graph(net).model()
    HIDDEN[where](model)
    path.write_bytes(model.SerializeToString())
    assert "names ../secret, outside its folder" in refusal(path)


def test_weights_that_are_a_pipe_are_not_waited_for(net: TransformerNet, tmp_path: Path) -> None:
    path, model = tmp_path / "a.onnx", Graph(net).model()
    tensor = _elsewhere()
    tensor.external_data[0].value = "a.data"
    model.graph.node.append(_constant(value=tensor))
    path.write_bytes(model.SerializeToString())
    os.mkfifo(tmp_path / "a.data")
    assert "its weights are in a.data, which is not beside it" in refusal(path)


Change = Callable[[Graph], Any]


def _replace(kind: str, number: int, **changes: Any) -> Change:
    """Another operation, or other attributes, in place of the ``number``-th ``kind``."""

    def change(graph: Graph) -> None:
        node = [n for n in graph.nodes if n.op_type == kind][number]
        node.op_type = changes.pop("op_type", node.op_type)
        for name, value in changes.items():
            for old in [a for a in node.attribute if a.name == name]:
                node.attribute.remove(old)
            node.attribute.append(helper.make_attribute(name, value))

    return change


def _clipped(graph: Graph) -> None:
    graph.output = graph.op("Clip", graph.output, min=0.0, max=255.0)


def _other_residual(graph: Graph) -> None:
    add = next(n for n in graph.nodes if n.op_type == "Add")
    add.input[1] = "picture"


def _nan(graph: Graph) -> None:
    graph.weights[0].raw_data = b"\xff" * len(graph.weights[0].raw_data)


def _integers(graph: Graph) -> None:
    graph.weights[0].data_type = TensorProto.INT32


GRAPHS_REFUSED: dict[str, tuple[dict[str, Any], Change, str]] = {
    "transposed": (
        {},
        _replace("Conv", 5, op_type="ConvTranspose"),
        "transposed convolutions, .*2324.*ConvTranspose",
    ),
    "zero padding": ({"mode": "constant"}, lambda g: None, "pads by constant in Pad "),
    "other pads": (
        {},
        _replace("Pad", 1, pads=[0, 0, 2, 2, 0, 0, 2, 2]),
        r"pads by \[0, 0, 2, 2, 0, 0, 2, 2\] in Pad \w+, not 1 all round",
    ),
    "another epsilon": ({"epsilon": 1e-3}, lambda g: None, "adds 0.001 to the variance"),
    "batch norm": (
        {},
        _replace("InstanceNormalization", 1, op_type="BatchNormalization"),
        r"has BatchNormalization \w+ after conv2, where InstanceNormalization belongs",
    ),
    "another activation": (
        {},
        _replace("Relu", 0, op_type="Elu"),
        r"has Elu \w+ after conv1, where Relu belongs",
    ),
    "another stride": ({}, _replace("Conv", 1, strides=[1, 1]), r"has strides \[1, 1\]"),
    "groups": ({}, _replace("Conv", 1, group=2), "has group 2"),
    "its own pads": ({}, _replace("Conv", 1, pads=[1, 1, 1, 1]), r"has pads \[1, 1, 1, 1\]"),
    "linear upsampling": ({}, _replace("Upsample", 0, mode="linear"), "upsamples by linear"),
    "three times": (
        {"opset": 7},
        _replace("Upsample", 0, scales=[1.0, 1.0, 3.0, 3.0]),
        "upsamples by 1, 1, 3, 3",
    ),
    "a clip at the end": ({}, _clipped, r"goes on with Clip \w+ after deconv3"),
    "another sum": (
        {},
        _other_residual,
        r"has Pad \w+ after conv3, where Upsample or Resize belongs",
    ),
    "NaN": ({}, _nan, "not finite"),
    "integers": ({}, _integers, "int32"),
    "an old operator set": ({"opset": 7}, lambda g: setattr(g, "opset", 6), "operator set 6"),
}


@pytest.mark.parametrize("how", GRAPHS_REFUSED)
def test_refused_graphs(net: TransformerNet, tmp_path: Path, how: str) -> None:
    options, change, words = GRAPHS_REFUSED[how]
    graph = Graph(net, **options)
    change(graph)
    text = refusal(graph.save(tmp_path / "a.onnx"))
    assert re.search(words, text), text


def test_a_graph_of_something_else(tmp_path: Path) -> None:
    shape = [1, 3, 8, 8]
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "x"], ["y"], "first")],
        "other",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)])
    onnx.save(model, str(tmp_path / "a.onnx"))
    assert "has Gemm first after the input, where Pad belongs" in refusal(tmp_path / "a.onnx")


def test_numbers_that_would_fill_memory_are_not_worked_out(
    net: TransformerNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    work_out = OnnxFile._computed

    def recorded(self: OnnxFile, node: Any, given: Any) -> Any:
        done.append(node.op_type)
        return work_out(self, node, given)

    monkeypatch.setattr(OnnxFile, "_computed", recorded)
    graph = Graph(net, 11)
    pad = next(node for node in graph.nodes if node.op_type == "Pad")
    many = graph.constant([1 << 20, 1 << 20], TensorProto.INT64)
    pad.input[1] = graph.op("ConstantOfShape", many)
    graph.nodes.sort(key=lambda node: node.op_type not in ("Constant", "ConstantOfShape"))
    assert "how far Pad" in refusal(graph.save(tmp_path / "a.onnx"))
    assert done == ["Constant"]


def test_pictures_that_differ_are_refused(net: TransformerNet, tmp_path: Path) -> None:
    """What cannot be seen in the graph shows in the pictures: scales of the shape, times 4."""
    graph = Graph(net, 9, sized=True)
    for node in [n for n in graph.nodes if n.op_type == "Constant"][1::2]:
        node.attribute[0].t.CopyFrom(helper.make_tensor("", TensorProto.FLOAT, [4], [1, 1, 4, 4]))
    text = refusal(graph.save(tmp_path / "a.onnx"))
    assert "pictures of another size" in text


def test_a_rounding_that_differs_is_refused(net: TransformerNet, tmp_path: Path) -> None:
    """Resize may take the wrong neighbour, which no name says: the pictures do."""
    graph = Graph(net, 11)
    for node in graph.nodes:
        if node.op_type == "Resize":
            del node.attribute[:]
            node.attribute.append(helper.make_attribute("mode", "nearest"))
            node.attribute.append(
                helper.make_attribute("coordinate_transformation_mode", "asymmetric")
            )
            node.attribute.append(helper.make_attribute("nearest_mode", "ceil"))
    assert "it would give other pictures, by up to" in refusal(graph.save(tmp_path / "a.onnx"))


def test_without_onnx(net: TransformerNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Graph(net).save(tmp_path / "a.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(StyleError, match=r"pip install 'live-filter-preview\[onnx\]'"):
        import_model(path, WORDS)


def test_the_test_picture_is_a_picture() -> None:
    shown = picture(Size(128, 96))
    assert shown.shape == (1, 3, 96, 128)
    assert torch.equal(shown, shown.round()) and shown.min() == 0 and shown.max() == 255
    assert 40 < float(shown.std()) < 100
    assert torch.equal(shown, picture(Size(128, 96)))
