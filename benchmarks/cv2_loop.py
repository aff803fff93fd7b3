"""What people write first: cv2 reads, torch stylizes, cv2 writes. A peer of `peers.py`.

python benchmarks/cv2_loop.py CLIP STYLE.safetensors WIDTHxHEIGHT PACE FRAMES OUTPUT.mp4
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import torch

from render.networks.checkpoint import load_style

clip, style, size, pace, frames, output = sys.argv[1:]
width, height = map(int, size.split("x"))
network = load_style(Path(style)).network.eval()
video = cv2.VideoCapture(clip)
wanted = [int(n * Fraction(pace)) for n in range(int(frames))]
writer = cv2.VideoWriter(output, cv2.VideoWriter.fourcc(*"mp4v"), 15, (1920, 1080))
for number in range(wanted[-1] + 1):
    there, picture = video.read()
    if not there:
        break
    if number not in wanted:
        continue
    small = cv2.cvtColor(cv2.resize(picture, (width, height)), cv2.COLOR_BGR2RGB)
    with torch.inference_mode():
        result = network(torch.from_numpy(small).permute(2, 0, 1)[None].float())
    shown = result[0].permute(1, 2, 0).clamp(0, 255).byte().numpy()
    shown = cv2.resize(cv2.cvtColor(np.ascontiguousarray(shown), cv2.COLOR_RGB2BGR), (1920, 1080))
    writer.write(shown)
writer.release()
