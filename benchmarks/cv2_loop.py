"""What people write first: cv2 reads, torch stylizes, cv2 writes. A peer of `peers.py`.

python benchmarks/cv2_loop.py CLIP STYLE.safetensors WIDTHxHEIGHT STEP FRAMES OUTPUT.mp4
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from render.networks.checkpoint import load_style

clip, style, size, step, frames, output = sys.argv[1:]
width, height = map(int, size.split("x"))
network = load_style(Path(style)).network.eval()
video = cv2.VideoCapture(clip)
fps = video.get(cv2.CAP_PROP_FPS) / int(step)
writer = cv2.VideoWriter(output, cv2.VideoWriter.fourcc(*"mp4v"), fps, (1920, 1080))
for number in range(int(frames) * int(step)):
    there, picture = video.read()
    if not there:
        break
    if number % int(step):
        continue
    small = cv2.cvtColor(cv2.resize(picture, (width, height)), cv2.COLOR_BGR2RGB)
    with torch.inference_mode():
        result = network(torch.from_numpy(small).permute(2, 0, 1)[None].float())
    shown = result[0].permute(1, 2, 0).clamp(0, 255).byte().numpy()
    shown = cv2.resize(cv2.cvtColor(np.ascontiguousarray(shown), cv2.COLOR_RGB2BGR), (1920, 1080))
    writer.write(shown)
writer.release()
