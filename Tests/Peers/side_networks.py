"""The networks that are trained side by side, in PyTorch, with the parameter names of Sources/Models."""
import re

import torch
from torch import nn
from torch.nn import functional

from cgnet import CGNet

SEGFORMER_XS = {"hidden_sizes": [16, 32, 64, 128], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 4, 8],
                "decoder_hidden_size": 64}
# What a recipe calls them.
MODELS = {
    "U-Net, base 8": {"name": "unet", "settings": {"base": 8, "depth": 4}},
    "SegFormer-xs": {"name": "segformer", "settings": {"variant": "xs", "drop_path": 0, "dropout": 0}},
    "CGNet, M = N = 2": {"name": "cgnet", "settings": {"second_blocks": 2, "third_blocks": 2}},
}


class Pair(nn.Module):
    """Twice: 3x3 convolution, batch norm, rectifier."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)))


class UNet(nn.Module):
    """Any size: what is lost by pooling is put back by repeating the last row and column."""

    def __init__(self, bands, outputs, base, depth):
        super().__init__()
        widths = [base << level for level in range(depth + 1)]
        self.enc = nn.ModuleList(map(Pair, [bands] + widths[:-2], widths[:-1]))
        self.mid = Pair(widths[-2], widths[-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1])
        self.dec = nn.ModuleList(Pair(2 * width, width) for width in widths[:-1])
        self.head = nn.Conv2d(base, outputs, 1)

    def forward(self, x):
        skips = []
        for pair in self.enc:
            skips.append(pair(x))
            x = functional.max_pool2d(skips[-1], 2)
        x = self.mid(x)
        for skip, up, pair in reversed(list(zip(skips, self.up, self.dec))):
            x = up(x)
            missing = [skip.shape[axis] - x.shape[axis] for axis in (3, 2)]
            x = functional.pad(x, (0, missing[0], 0, missing[1]), mode="replicate")
            x = pair(torch.cat([skip, x], dim=1))
        return self.head(x)


class SegFormer(nn.Module):
    """Hugging Face's, whose logits are enlarged to the image."""

    def __init__(self, bands, outputs):
        super().__init__()
        self.inner = hugging_face(bands, outputs)

    def forward(self, x):
        return functional.interpolate(self.inner(x).logits, x.shape[2:], mode="bilinear", align_corners=False)


def hugging_face(bands, outputs):
    """A SegFormer of Hugging Face without anything random."""
    from transformers import SegformerConfig, SegformerForSemanticSegmentation
    rates = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout_prob", "drop_path_rate")
    return SegformerForSemanticSegmentation(
        SegformerConfig(num_channels=bands, num_labels=outputs, **SEGFORMER_XS, **dict.fromkeys(rates, 0.0)))


def build(model, bands, outputs, seed=0):
    """The network of a recipe, with PyTorch's first weights."""
    torch.manual_seed(seed)
    if model["name"] == "segformer":
        return SegFormer(bands, outputs)
    return {"unet": UNet, "cgnet": CGNet}[model["name"]](bands, outputs, **model["settings"])


# transformers 5 gives tensors new names in memory, and takes and writes the old ones in files.
RENAMED = [
    (r"^inner\.", ""),
    (r"^decode_head\.linear_projections\.", "decode_head.linear_c."),
    (r"^segformer\.stages\.(\d+)\.blocks\.", r"segformer.encoder.block.\1."),
    (r"^segformer\.stages\.(\d+)\.(patch_embeddings|layer_norm)\.", r"segformer.encoder.\2.\1."),
    (r"\.layernorm_before\.", ".layer_norm_1."), (r"\.layernorm_after\.", ".layer_norm_2."),
    (r"\.attention\.q_proj\.", ".attention.self.query."), (r"\.attention\.k_proj\.", ".attention.self.key."),
    (r"\.attention\.v_proj\.", ".attention.self.value."), (r"\.attention\.o_proj\.", ".attention.output.dense."),
    (r"\.sequence_reduction\.sequence_reduction\.", ".self.sr."),
    (r"\.attention\.sequence_reduction\.layer_norm\.", ".attention.self.layer_norm."),
    (r"\.mlp\.fc(\d)\.", r".mlp.dense\1."),
]


def published(name):
    """The name of a tensor in a file."""
    for pattern, replacement in RENAMED:
        name = re.sub(pattern, replacement, name)
    return name


def tensors(network):
    """What a file holds of a network."""
    return {published(name): tensor.detach().clone() for name, tensor in network.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def restore(network, stored):
    """Takes the tensors of a file; none may be missing or left over."""
    names = {published(name): name for name in network.state_dict()}
    # PyTorch itself fills in num_batches_tracked, which only its own files have
    network.load_state_dict({names.get(name, name): tensor for name, tensor in stored.items()}, strict=True)
    return network
