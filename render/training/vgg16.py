"""VGG16 as numbers: which convolutions it has, and the bundled file of them up to relu3_3."""

from __future__ import annotations

from pathlib import Path

BUNDLED = Path(__file__).parent / "vgg16_relu3_3_fp16.npz"

# torchvision's numbers of the convolutions in `features`, and their channels.
CONVOLUTIONS = {
    0: (3, 64), 2: (64, 64), 5: (64, 128), 7: (128, 128), 10: (128, 256), 12: (256, 256),
    14: (256, 256), 17: (256, 512), 19: (512, 512), 21: (512, 512),
}  # fmt: skip
POOL_BEFORE = (5, 10, 17)
TAPS = {2: "relu1_2", 7: "relu2_2", 14: "relu3_3", 21: "relu4_3"}

# Of RGB in 0..1, as torchvision trains its networks.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
