"""The U-Net of Sources/Models/UNet.swift in PyTorch, with random weights."""
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def pair(inputs, outputs):
    """Twice: 3x3 convolution without bias, batch norm, rectifier."""
    layers = []
    for width in (inputs, outputs):
        layers += [nn.Conv2d(width, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """(N, bands, H, W) to logits (N, outputs, H, W); H and W are multiples of 2 ** depth."""

    def __init__(self, bands, outputs, base, depth=4):
        super().__init__()
        widths = [base << level for level in range(depth)]
        self.encoders = nn.ModuleList(map(pair, [bands] + widths, widths))
        self.bottom = pair(widths[-1], base << depth)
        self.ups = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in reversed(widths))
        self.decoders = nn.ModuleList(pair(2 * width, width) for width in reversed(widths))
        self.head = nn.Conv2d(base, outputs, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        skips = []
        for encoder in self.encoders:
            skips.append(encoder(x))
            x = self.pool(skips[-1])
        x = self.bottom(x)
        for up, decoder in zip(self.ups, self.decoders):
            x = decoder(torch.cat([skips.pop(), up(x)], 1))
        return self.head(x)


def unet(base, outputs=1, bands=12):
    """A U-Net whose weights follow from a fixed seed."""
    torch.manual_seed(0)
    return UNet(bands, outputs, base)


def folded(network):
    """The network for prediction: every batch norm is part of the convolution before it."""
    network.eval()
    for block in network.modules():
        if isinstance(block, nn.Sequential):
            for index in range(len(block) - 1):
                if isinstance(block[index + 1], nn.BatchNorm2d):
                    block[index] = fuse_conv_bn_eval(block[index], block[index + 1])
                    block[index + 1] = nn.Identity()
    return network
