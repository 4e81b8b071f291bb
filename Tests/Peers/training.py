#!/usr/bin/env python3
"""Peers that train: PyTorch. One step is forward, binary cross-entropy, backward, AdamW.

    training.py NAME --side 256 --threads 2      # some steps, then the peak memory of the process in MiB
"""
import argparse

import torch

import machine
import networks

FP32 = ("torch_fp32", "torch_fp32_channels_last", "torch_fp32_compiled")
BF16 = ("torch_bf16", "torch_bf16_compiled")
NAMES = FP32 + BF16


def build(name, network, shape, threads):
    """A function that makes one step on a batch of this shape (N, 12, H, W)."""
    torch.set_num_threads(threads)
    layout = torch.contiguous_format if name == "torch_fp32" else torch.channels_last
    network = networks.build(network).train().to(memory_format=layout)
    if "compiled" in name:
        network = torch.compile(network)
    x = torch.randn(shape).contiguous(memory_format=layout)
    target = torch.randint(0, 2, (shape[0], 1) + shape[2:]).float()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.01)
    loss = torch.nn.BCEWithLogitsLoss()

    def step():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in name):
            logits = network(x)
        loss(logits.float(), target).backward()
        optimiser.step()

    return step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--threads", type=int, default=machine.processors())
    arguments = parser.parse_args()
    step = build(arguments.name, "unet32", (4, 12, arguments.side, arguments.side), arguments.threads)
    for _ in range(3):
        step()
    print(machine.peak_mebibytes())


if __name__ == "__main__":
    main()
