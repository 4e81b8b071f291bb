"""The networks of Sources/Models in PyTorch, with random weights."""
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


class SegFormer(nn.Module):
    """SegFormer-B0 of the library transformers; logits are enlarged to the image's size."""

    def __init__(self, bands, outputs):
        super().__init__()
        from transformers import SegformerConfig, SegformerForSemanticSegmentation
        self.network = SegformerForSemanticSegmentation(SegformerConfig(
            num_channels=bands, num_labels=outputs, drop_path_rate=0.0, classifier_dropout_prob=0.0,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))

    def forward(self, x):
        logits = self.network(pixel_values=x, return_dict=False)[0]
        return nn.functional.interpolate(logits, size=x.shape[-2:], mode="bilinear", align_corners=False)


def activated(inputs, outputs, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
                         nn.BatchNorm2d(outputs, eps=1e-3), nn.PReLU(outputs))


def bent(channels):
    return nn.Sequential(nn.BatchNorm2d(channels, eps=1e-3), nn.PReLU(channels))


class Context(nn.Module):
    """A block of CGNet: near and surrounding pixels, weighted by the whole image."""

    def __init__(self, inputs, outputs, dilation, reduction, halves):
        super().__init__()
        width = outputs if halves else outputs // 2
        self.first = activated(inputs, width, 3, 2) if halves else activated(inputs, width, 1)
        self.near = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.around = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, groups=width, bias=False)
        self.bend = bent(2 * width)
        self.reduce = nn.Conv2d(2 * width, outputs, 1, bias=False) if halves else nn.Identity()
        self.squeeze = nn.Sequential(nn.Linear(outputs, outputs // reduction), nn.ReLU(),
                                     nn.Linear(outputs // reduction, outputs), nn.Sigmoid())
        self.adds = not halves

    def forward(self, x):
        y = self.first(x)
        y = self.reduce(self.bend(torch.cat([self.near(y), self.around(y)], 1)))
        y = y * self.squeeze(y.mean((2, 3)))[:, :, None, None]
        return x + y if self.adds else y


class CGNet(nn.Module):
    """CGNet with 3 and 21 blocks; logits are enlarged to the image's size."""

    def __init__(self, bands, outputs, second=3, third=21):
        super().__init__()
        self.stem = nn.Sequential(activated(bands, 32, 3, 2), activated(32, 32, 3), activated(32, 32, 3))
        self.shrink = nn.AvgPool2d(3, 2, 1)
        self.bend1, self.bend2, self.bend3 = bent(32 + bands), bent(128 + bands), bent(256)
        self.down2 = Context(32 + bands, 64, 2, 8, True)
        self.blocks2 = nn.Sequential(*(Context(64, 64, 2, 8, False) for _ in range(second - 1)))
        self.down3 = Context(128 + bands, 128, 4, 16, True)
        self.blocks3 = nn.Sequential(*(Context(128, 128, 4, 16, False) for _ in range(third - 1)))
        self.head = nn.Conv2d(256, outputs, 1, bias=False)

    def forward(self, x):
        half = self.shrink(x)
        y = self.bend1(torch.cat([self.stem(x), half], 1))
        first = self.down2(y)
        y = self.bend2(torch.cat([self.blocks2(first), first, self.shrink(half)], 1))
        first = self.down3(y)
        y = self.head(self.bend3(torch.cat([first, self.blocks3(first)], 1)))
        return nn.functional.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


def build(name, outputs=1, bands=12):
    """A network whose weights follow from a fixed seed: unet32, unet64, segformer_b0, cgnet."""
    torch.manual_seed(0)
    if name.startswith("unet"):
        return UNet(bands, outputs, int(name[4:]))
    return {"segformer_b0": SegFormer, "cgnet": CGNet}[name](bands, outputs)


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
