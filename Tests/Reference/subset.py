"""Copies the part of the full reference folder that the project carries (at most 6 MB).

    python3 subset.py FULL_FOLDER

Files keep their names. Of three of them only some tensors are kept; the values of those are
unchanged. README.md describes the full folder, SUBSET.md what is left out here.
"""

import json
import pathlib
import shutil
import struct
import sys

WHOLE = [
    "README.md", "versions.json", "class_weights.json", "contrast.json", "layers.json",
    "losses.json", "metrics.json", "models.json", "optimisers.json", "traces.json", "vat.json",
    "contrast.safetensors", "layers.safetensors", "unet_base8.safetensors", "vat.safetensors",
]
# One gradient for each loss, or each form of a loss, on the data set of twelve classes.
GRADIENTS_OF_MC_12 = [
    "mc_12/%s/grad" % case for case in (
        "ce_weighted_smooth_0.1", "focal_g1.5_alpha", "poly1_e-0.5_weighted", "w1_gaps",
        "tversky_0.3_0.7/I/present", "jml1/D/present", "jml1/C/present/weighted",
        "dml2/I/present", "lovasz_softmax/C/present", "bag_kl/cells", "mix_0.25ce_0.75jml1")
]
LARGE_BYTES = 20_000


def keep_loss(name, size):
    return not (name.startswith("mc_12/") and name.endswith("/grad")) or name in GRADIENTS_OF_MC_12


def keep_size(name, size):
    return not name.startswith("97x65/")


def keep_trace(name, size):
    return size <= LARGE_BYTES or not name.startswith(("step0/grad/", "final/"))


PARTS = {
    "losses.safetensors": keep_loss,
    "unet_base8.io.safetensors": keep_size,
    "trace_unet_sgd.safetensors": keep_trace,
}


def copy_part(source, target, keep):
    data = source.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    entries, values, end = {}, [], 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, stop = entry["data_offsets"]
        if keep(name, stop - start):
            values.append(data[8 + length + start:8 + length + stop])
            entries[name] = {**entry, "data_offsets": [end, end + stop - start]}
            end += stop - start
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    target.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(values))
    print(f"{target.name}: {len(entries)} of {len(header)} tensors")


def main(full, here):
    for name in WHOLE:
        shutil.copyfile(full / name, here / name)
    for name, keep in PARTS.items():
        copy_part(full / name, here / name, keep)
    print(sum(path.stat().st_size for path in here.iterdir()), "bytes in all")


main(pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent)
