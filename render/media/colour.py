"""RGB pictures → what encoders take: YUV, BT.709, limited range.

By swscale, in this process: a picture that several previews show is converted once, and half the
bytes go through the pipe. The flags decide how exact it is; without them chroma is a little off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt

from render.media.frame import Picture
from render.target import Size

# Pictures of grids take tens of milliseconds each, which decoding and coding would wait for.
_CONVERTERS = 3


def even(size: Size) -> Size:
    """``size`` with even sides: 4:2:0 encoders (x264, x265, SVT-AV1) refuse odd ones."""
    return Size(size.width + size.width % 2, size.height + size.height % 2)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A picture in YUV.

    Attributes:
        size: even. data: bytes, contiguous: luma, then each chroma plane. pixels: ffmpeg's name of
        their format, such as ``yuv420p``.
    """

    size: Size
    data: npt.NDArray[np.uint8]
    pixels: str = "yuv420p"


class ToYUV:
    """Converts pictures of one size; odd sides are made even by repeating the last pixels."""

    def __init__(self, size: Size, pixels: str = "yuv420p") -> None:
        import av
        import av.filter

        self._size, self._pixels = even(size), pixels
        self._graph = av.filter.Graph()
        self._graph.threads = 1  # the cores are the network's
        source = self._graph.add_buffer(
            width=self._size.width,
            height=self._size.height,
            format=av.VideoFormat("rgb24"),
            time_base=Fraction(1, 1000),
        )
        chain: list[Any] = [
            source,
            self._graph.add(
                "scale",
                "out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int",
            ),
            self._graph.add("format", pixels),
            self._graph.add("buffersink"),
        ]
        self._graph.link_nodes(*chain).configure()
        self._count = 0

    def convert(self, picture: Picture) -> Planes:
        """RGB uint8 of the size given."""
        import av

        height, width = picture.shape[:2]
        if width % 2 or height % 2:
            picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts = self._count
        self._count += 1
        self._graph.push(frame)
        converted: Any = self._graph.pull()
        return Planes(self._size, np.concatenate(list(_planes(converted))), self._pixels)


class Converting:
    """Converts pictures of one size in threads of its own, a few at a time, and gives them back in
    their order."""

    def __init__(self, size: Size, pixels: str = "yuv420p") -> None:
        self._size, self._pixels = size, pixels
        self._pool = ThreadPoolExecutor(_CONVERTERS, thread_name_prefix="colours")
        self._free: SimpleQueue[ToYUV] = SimpleQueue()
        self._waiting: deque[Future[Planes]] = deque()

    def add(self, picture: Picture) -> Iterator[Planes]:
        """Take one more, RGB uint8, which may be written over afterwards; those that are due."""
        self._waiting.append(self._pool.submit(self._convert, picture.copy()))
        while len(self._waiting) > _CONVERTERS:
            yield self._waiting.popleft().result()

    def rest(self) -> Iterator[Planes]:
        """Those that were added and not given back."""
        while self._waiting:
            yield self._waiting.popleft().result()

    def _convert(self, picture: Picture) -> Planes:
        # swscale serves one thread at a time.
        try:
            colours = self._free.get_nowait()
        except Empty:
            colours = ToYUV(self._size, self._pixels)
        planes = colours.convert(picture)
        self._free.put(colours)
        return planes

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _planes(frame: Any) -> Iterator[npt.NDArray[np.uint8]]:
    """Each plane's bytes, without what lies between its lines. PyAV's own `to_ndarray` repeats the
    chroma of formats with 10 bits."""
    for plane, component in zip(frame.planes, frame.format.components, strict=True):
        line = plane.width * -(-component.bits // 8)
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        yield lines[: plane.height, :line].ravel()
