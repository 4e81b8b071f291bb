"""CGNet (Wu et al. 2018, arXiv:1811.08201) in PyTorch, with the parameter names of Sources/Models/CGNet.swift."""
import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-3


class Activation(nn.Module):
    """Batch norm, then a rectifier with a learnt slope for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.bn, self.act = nn.BatchNorm2d(channels, eps=EPSILON), nn.PReLU(channels)

    def forward(self, x):
        return self.act(self.bn(x))


class Bare(nn.Module):
    """A convolution without bias that keeps the size, one level down: `NAME.conv.weight`."""

    def __init__(self, inputs, outputs, kernel, **options):
        super().__init__()
        padding = kernel // 2 * options.get("dilation", 1)
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False, **options)

    def forward(self, x):
        return self.conv(x)


class Activated(Activation):
    """A convolution with norm and rectifier."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(outputs)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)

    def forward(self, x):
        return super().forward(self.conv(x))


class Gate(nn.Module):
    """Weighs channels by what the whole image looks like."""

    def __init__(self, channels, reduction):
        super().__init__()
        inner = channels // reduction
        self.fc = nn.Sequential(nn.Linear(channels, inner), nn.ReLU(), nn.Linear(inner, channels), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean(dim=(2, 3)))[..., None, None]


def context(block, channels, dilation, reduction, width):
    """Adds what both blocks have: the near and the far convolution of `width` channels, and the gate."""
    block.F_loc = Bare(width, width, 3, groups=width)
    block.F_sur = Bare(width, width, 3, groups=width, dilation=dilation)
    block.F_glo = Gate(channels, reduction)


def surroundings(block, x):
    x = block.conv1x1(x)
    return torch.cat([block.F_loc(x), block.F_sur(x)], dim=1)


class Down(Activation):
    """Halves the image; what is named conv1x1 is 3x3, as published."""

    def __init__(self, inputs, channels, dilation, reduction):
        super().__init__(2 * channels)
        self.conv1x1 = Activated(inputs, channels, 3, stride=2)
        context(self, channels, dilation, reduction, width=channels)
        self.reduce = Bare(2 * channels, channels, 1)

    def forward(self, x):
        return self.F_glo(self.reduce(super().forward(surroundings(self, x))))


class Block(nn.Module):
    def __init__(self, channels, dilation, reduction):
        super().__init__()
        self.conv1x1 = Activated(channels, channels // 2, 1)
        context(self, channels, dilation, reduction, width=channels // 2)
        self.bn_prelu = Activation(channels)

    def forward(self, x):
        return x + self.F_glo(self.bn_prelu(surroundings(self, x)))


class CGNet(nn.Module):
    """(N, bands, H, W) to logits (N, outputs, H, W)."""

    def __init__(self, bands, outputs, second_blocks, third_blocks):
        super().__init__()
        self.level1_0, self.level1_1, self.level1_2 = Activated(bands, 32, 3, stride=2), Activated(32, 32, 3), \
            Activated(32, 32, 3)
        self.b1 = Activation(32 + bands)
        self.level2_0 = Down(32 + bands, 64, dilation=2, reduction=8)
        self.level2 = nn.Sequential(*(Block(64, 2, 8) for _ in range(second_blocks - 1)))
        self.bn_prelu_2 = Activation(128 + bands)
        self.level3_0 = Down(128 + bands, 128, dilation=4, reduction=16)
        self.level3 = nn.Sequential(*(Block(128, 4, 16) for _ in range(third_blocks - 1)))
        self.bn_prelu_3 = Activation(256)
        self.classifier = nn.Sequential(Bare(256, outputs, 1))

    def forward(self, image):
        half = functional.avg_pool2d(image, 3, stride=2, padding=1)
        quarter = functional.avg_pool2d(half, 3, stride=2, padding=1)
        x = self.level1_2(self.level1_1(self.level1_0(image)))
        second = self.level2_0(self.b1(torch.cat([x, half], dim=1)))
        x = self.bn_prelu_2(torch.cat([self.level2(second), second, quarter], dim=1))
        third = self.level3_0(x)
        x = self.classifier(self.bn_prelu_3(torch.cat([third, self.level3(third)], dim=1)))
        return functional.interpolate(x, image.shape[2:], mode="bilinear", align_corners=False)
