"""The evaluator: strict, and right by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from render.errors import ExportError
from render.export.evaluate import evaluate
from render.export.graph import Graph, Image, Input, Operation, Ref
from render.export.operations import OPERATIONS
from render.media.frame import Picture
from render.target import Size

SIZE = Size(4, 2)


def graph(*operations: Operation, colours: str = "RGB", **image: Any) -> Graph:
    return Graph(
        image=Image("image", SIZE, colours, **image),
        output=Image("out", SIZE, "RGB"),
        operations=operations,
        half=False,
        compressed=False,
        metadata={},
        flexible=False,
    )


def operation(kind: str, half: bool = False, **inputs: Input) -> Operation:
    shape = inputs.pop("shape", (1, 3, 2, 4))
    named = {"x": Ref("image"), **inputs}
    return Operation(kind, named, "out", shape, half)  # type: ignore[arg-type]


@pytest.fixture
def picture() -> Picture:
    return np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10


def test_a_picture_goes_in_and_out_in_its_own_order(picture: Picture) -> None:
    assert np.array_equal(evaluate(graph(operation("identity")), picture).picture, picture)
    turned = evaluate(graph(operation("identity"), colours="BGR"), picture).picture
    assert np.array_equal(turned, picture[:, :, ::-1])


def test_what_the_input_declares_is_done_first(picture: Picture) -> None:
    asked = graph(operation("identity"), scale=2.0, bias=(1.0, 0.0, -1.0))
    assert np.array_equal(
        evaluate(asked, picture).picture, picture.astype(np.float32) * 2 + [1, 0, -1]
    )


def test_half_precision_is_rounded_to(picture: Picture) -> None:
    third = operation("mul", half=True, y=np.float32(1 / 3))
    found = evaluate(graph(third), picture).picture
    assert np.array_equal(found, (picture.astype(np.float32) / 3).astype(np.float16))
    assert not np.array_equal(found, picture.astype(np.float32) / 3)


def test_an_overflow_is_the_peak(picture: Picture) -> None:
    found = evaluate(graph(operation("mul", half=True, y=np.float32(1000))), picture)
    assert found.peak == float("inf") and found.where == "mul out"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (operation("einsum"), "einsum: an operation that render does not know"),
        (operation("relu", shape=(1, 3, 2, 5)), r"relu out: makes \(1, 3, 2, 4\), but the model"),
        (operation("add", y=Ref("nothing")), "'nothing' is used before it is made"),
        (operation("slice_by_index", begin=np.array([0]), end=np.array([1])), "cannot be done"),
        (
            operation("slice_axis", axis=np.int32(-1), begin=np.int64(1), end=np.int64(4),
                      shape=(1, 3, 2, 3)),
            r"returns \(1, 3, 2, 3\), but declares 4x2",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(made: Operation, said: str, picture: Picture) -> None:
    with pytest.raises(ExportError, match=said):
        evaluate(graph(made), picture)


def test_a_picture_of_another_size_is_told() -> None:
    with pytest.raises(ExportError, match="the model takes 4x2, the picture is 5x2"):
        evaluate(graph(operation("relu")), np.zeros((2, 5, 3), np.uint8))


def test_multiply_adds_are_counted(picture: Picture) -> None:
    weight = np.ones((3, 3, 1, 1), np.float32)
    found = evaluate(graph(operation("conv", weight=weight, pad_type="valid")), picture)
    assert found.macs == 9 * 8
    assert np.array_equal(found.picture[..., 0], picture.sum(axis=2))


def test_half_pixel_centres() -> None:
    """1, 2 → 1, 1.25, 1.75, 2; with corners aligned 1, 4/3, 5/3, 2."""
    x = torch.tensor([[[[1.0, 2.0]]]])
    factors = {"scale_factor_height": np.float32(1), "scale_factor_width": np.float32(2)}
    centres = OPERATIONS["upsample_bilinear"]({"x": x, **factors, "align_corners": False})
    assert centres.ravel().tolist() == [1.0, 1.25, 1.75, 2.0]
    corners = OPERATIONS["upsample_bilinear"]({"x": x, **factors, "align_corners": True})
    assert corners.ravel().tolist() == pytest.approx([1.0, 4 / 3, 5 / 3, 2.0])


def test_padding_is_before_and_after_the_last_axes() -> None:
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    sides = np.array([0, 0, 0, 0, 0, 0, 2, 1])
    reflected = OPERATIONS["pad"]({"x": x, "pad": sides, "mode": "reflect"})
    assert reflected.ravel().tolist() == [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]


def test_tables_of_few_values() -> None:
    """Of iOS 16: two bits each, the least significant first; of iOS 18: as they are."""
    lut = np.array([0.0, 1.0, 2.0, 4.0], np.float16)
    packed = {"lut": lut, "indices": np.array([0b11_10_01_00], np.uint8), "shape": np.array([4])}
    assert OPERATIONS["constexpr_lut_to_dense"](packed).tolist() == [0.0, 1.0, 2.0, 4.0]
    plain = {"lut": lut.reshape(1, 4, 1), "indices": np.array([3, 0], np.uint8)}
    assert OPERATIONS["constexpr_lut_to_dense"](plain).tolist() == [4.0, 0.0]
    several = {"lut": np.zeros((2, 4, 1), np.float16), "indices": np.array([3, 0], np.uint8)}
    with pytest.raises(ExportError, match="several tables"):
        OPERATIONS["constexpr_lut_to_dense"](several)


def test_scaled_numbers() -> None:
    held = np.array([[2, 4], [6, 8]], np.int8)
    flat = {"quantized_data": held, "zero_point": np.int8(2), "scale": np.float16(0.5)}
    found = OPERATIONS["constexpr_affine_dequantize"]({**flat, "axis": np.int32(0)})
    assert found.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    scale = np.array([[0.5], [0.25]], np.float16)
    blocks = OPERATIONS["constexpr_blockwise_shift_scale"]({"data": held, "scale": scale})
    assert blocks.tolist() == [[1.0, 2.0], [1.5, 2.0]]
