#!/usr/bin/env python3
"""Trains the same networks with rspipe and with PyTorch, from the same weights on the same windows, and compares.

    RSPIPE_DATA=FOLDER make side-by-side      # builds, runs this, writes a section of docs/ACCURACY.md

(a) The first losses, with exact kernels, against a PyTorch run in float64: at most ten times as far as the farthest of
    five PyTorch runs in float32, four of them from weights changed in the last bit, and 1e-6.
(b) Final scores over some seeds, fast kernels against PyTorch in float32: within three standard errors.
(c) Files: a SegFormer of Hugging Face in rspipe, files of rspipe in PyTorch.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import side_data
import side_networks
from side_networks import MODELS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEEDS, STEPS, FIRST = 5, 60, 20
RECIPE = {
    "losses": [{"name": "ce", "settings": {"weight": 0.25}}, {"name": "jml", "settings": {"weight": 0.75}}],
    "optimiser": {"name": "adamw", "settings": {"learning_rate": 0.002, "weight_decay": 0.01}},
    "schedule": {"name": "poly", "settings": {"power": 0.9}},
}


class Training:
    """One training, laid out in a folder for rspipe."""

    def __init__(self, folder, model, data, steps, seed, exact=False):
        self.folder, self.model, self.data, self.steps = folder, MODELS[model], data, steps
        folder.mkdir()
        self.recipe = dict(RECIPE, model=self.model, bands=data.bands, classes=data.classes, steps=steps,
                           total_steps=STEPS, exact=exact)
        (folder / "recipe.json").write_text(json.dumps(self.recipe))
        self.start = side_networks.tensors(side_networks.build(self.model, data.bands, data.classes, seed))
        save_file(self.start, folder / "start.safetensors")
        common = folder.parent / f"{data.name}-{seed}.safetensors"
        if not common.exists():
            images, labels = side_data.batches(data, STEPS, seed)
            save_file({"input": images, "labels": labels}, common)
        self.batches = common
        if steps < STEPS:
            save_file({name: tensor[:steps * side_data.BATCH] for name, tensor in load_file(common).items()},
                      folder / "batches.safetensors")
        else:
            (folder / "batches.safetensors").symlink_to(common)

    def network(self, stored=None):
        """PyTorch's network with the first weights or others."""
        network = side_networks.build(self.model, self.data.bands, self.data.classes)
        return side_networks.restore(network, self.start if stored is None else stored)

    def losses(self):
        return np.array(json.loads((self.folder / "losses.json").read_text()))

    def final(self):
        return load_file(self.folder / "final.safetensors")

    def in_pytorch(self, network):
        """Trains a network, in the precision that it has; returns the losses."""
        type = next(network.parameters()).dtype
        stored = load_file(self.batches)
        settings = self.recipe["optimiser"]["settings"]
        rate, power = settings["learning_rate"], self.recipe["schedule"]["settings"]["power"]
        optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=settings["weight_decay"])
        network.train()
        losses = []
        for step in range(self.steps):
            part = slice(step * side_data.BATCH, (step + 1) * side_data.BATCH)
            logits = network(stored["input"][part].movedim(-1, 1).to(type))
            loss = sum(term["settings"]["weight"] * side_data.LOSSES[term["name"]](logits, stored["labels"][part])
                       for term in self.recipe["losses"])
            optimiser.param_groups[0]["lr"] = rate * (1 - step / STEPS) ** power
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return np.array(losses)


@torch.no_grad()
def changed_in_the_last_bit(network, seed):
    """The network with every weight moved to the next number, up or down."""
    torch.manual_seed(seed)
    for weight in network.parameters():
        weight.copy_(torch.nextafter(weight, torch.where(torch.rand_like(weight) < 0.5, -torch.inf, torch.inf)))
    return network


def compare_losses(training):
    """The largest differences of rspipe's losses and of five PyTorch runs, the limit, and the largest share of it taken.

    Where the limit is missed, the last is the same share with eight more runs in PyTorch, else None.
    """
    true = training.in_pytorch(training.network().double())
    difference = np.abs(training.losses() - true)
    runs = [np.abs(training.in_pytorch(training.network()) - true)]

    def share(seeds):
        runs.extend(np.abs(training.in_pytorch(changed_in_the_last_bit(training.network(), seed)) - true)
                    for seed in seeds)
        # how far apart runs are until a step: a loss may meet the true one by accident
        return (difference / (10 * np.maximum.accumulate(np.max(runs, axis=0)) + 1e-6)).max()

    taken = share(range(4))
    apart = np.max(runs)
    return difference.max(), apart, 10 * apart + 1e-6, taken, share(range(4, 12)) if taken > 1 else None


def compare_scores(trainings):
    """Scores of rspipe and of PyTorch, for each seed."""
    pairs = []
    for training in trainings:
        network = training.network()
        training.in_pytorch(network)
        pairs.append([side_data.score(training.network(training.final()), training.data),
                      side_data.score(network, training.data)])
    return np.array(pairs)


@torch.no_grad()
def logits_apart(network, folder):
    """The largest difference of rspipe's logits, and what is allowed of them."""
    image = load_file(folder / "predict.safetensors")["input"].movedim(-1, 1)
    expected = network.eval()(image).movedim(1, -1)
    found = load_file(folder / "logits.safetensors")["logits"]
    return (found - expected).abs().max().item(), 1e-4 * expected.std().item() + 1e-5


class Exchange:
    """SegFormers of Hugging Face with random weights, statistics included."""
    bands, classes = 4, 5

    def __init__(self, root):
        self.saved, self.in_memory = root / "c-published-names", root / "c-names-in-memory"
        torch.manual_seed(1)
        self.network = side_networks.hugging_face(self.bands, self.classes)
        with torch.no_grad():
            for name, tensor in self.network.state_dict().items():
                if tensor.is_floating_point():
                    tensor.add_((torch.rand_like(tensor) if "running_var" in name else torch.randn_like(tensor)) / 20)
        self.network.save_pretrained(self.saved)
        (self.saved / "model.safetensors").rename(self.saved / "start.safetensors")
        self.in_memory.mkdir()
        save_file(self.network.state_dict(), self.in_memory / "start.safetensors")
        recipe = {"model": MODELS["SegFormer-xs"], "bands": self.bands, "classes": self.classes, "steps": 0,
                  "exact": False}
        for folder in (self.saved, self.in_memory):
            (folder / "recipe.json").write_text(json.dumps(recipe))
            save_file({"input": torch.randn(2, 65, 97, self.bands)}, folder / "predict.safetensors")

    def wrapped(self):
        network = side_networks.SegFormer(self.bands, self.classes)
        network.inner = self.network
        return network

    def returned(self):
        """What `from_pretrained` says of rspipe's file, and whether every weight came back as it was."""
        shutil.copy(self.saved / "final.safetensors", self.saved / "model.safetensors")
        network, told = type(self.network).from_pretrained(self.saved, output_loading_info=True)
        is_same = all(torch.equal(tensor, network.state_dict()[name])
                      for name, tensor in self.network.state_dict().items())
        return {key: names for key, names in told.items() if names}, is_same


def run_rspipe(root):
    """Has the Swift half train all that is laid out."""
    command = ["swift", "test", "-c", "release", "--skip-build", "-Xswiftc", "-enable-testing", "--filter",
               "SideBySideTests"]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ, RSPIPE_SIDE_BY_SIDE=str(root)), text=True,
                          capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")


def table(titles, rows):
    return ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"] + \
        ["| " + " | ".join(row) + " |" for row in rows] + [""]


def verdict(passes):
    return "pass" if passes else "**fail**"


def report_losses(trainings):
    rows, notes = [], []
    for (model, data), training in trainings.items():
        difference, apart, limit, share, again = compare_losses(training)
        rows.append([model, data, f"{difference:.1e}", f"{apart:.1e}", f"{limit:.1e}", f"{share:.2f}",
                     verdict(share <= 1)])
        print(*rows[-1], flush=True)
        if again is not None:
            notes += [f"{model} on {data} misses the limit; against thirteen runs of PyTorch instead of five the largest "
                      f"share is {again:.2f}.", ""]
    return table(["network", "data", "rspipe", "PyTorch float32", "limit", "nearest to its limit", ""], rows) + notes


def report_scores(trainings, seeds):
    rows = []
    for (model, data, scored), group in trainings.items():
        pairs = compare_scores(group)
        ours, theirs = pairs.mean(0)
        difference = pairs[:, 0] - pairs[:, 1]
        errors = pairs.std(0, ddof=1) / seeds ** 0.5
        error, paired = np.hypot(*errors), difference.std(ddof=1) / seeds ** 0.5
        rows.append([model, f"{data}, {scored}", f"{ours:.4f} ± {errors[0]:.4f}", f"{theirs:.4f} ± {errors[1]:.4f}",
                     f"{difference.mean():+.4f}", f"{error:.4f}", f"{paired:.4f}",
                     verdict(abs(difference.mean()) <= 3 * error)])
        print(*rows[-1], pairs.round(4).tolist(), flush=True)
    return table(["network", "data", "rspipe", "PyTorch", "difference", "its standard error", "paired", ""], rows)


def report_files(exchange, trainings):
    rows = []
    for title, folder in [("published names (`save_pretrained`)", exchange.saved),
                          ("names in memory (`state_dict`)", exchange.in_memory)]:
        difference, limit = logits_apart(exchange.wrapped(), folder)
        rows.append([f"Hugging Face SegFormer, {title}, in rspipe: logits", f"{difference:.1e}", f"{limit:.1e}",
                     verdict(difference <= limit)])
    told, is_same = exchange.returned()
    rows.append(["the same written by rspipe, `from_pretrained`: weights", "the same" if is_same else "not the same",
                 str(told) if told else "nothing missing or left over", verdict(is_same and not told)])
    for (model, data), training in trainings.items():
        difference, limit = logits_apart(training.network(training.final()), training.folder)
        rows.append([f"{model} trained by rspipe on {data}, `load_state_dict(strict=True)`: logits",
                     f"{difference:.1e}", f"{limit:.1e}", verdict(difference <= limit)])
    return table(["what", "difference", "limit", ""], rows)


def write_section(lines):
    """Replaces the section of the page, or puts it before the last one."""
    page = ROOT / "docs" / "ACCURACY.md"
    parts = page.read_text().split("\n## ")
    section = "\n".join(lines).rstrip() + "\n"
    title = section.split("\n")[0]
    places = [index for index, part in enumerate(parts) if part.startswith(title + "\n")]
    if places:
        parts[places[0]] = section
    else:
        parts.insert(len(parts) - 1, section)
    page.write_text("\n## ".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--keep", type=pathlib.Path, help="a new folder for what is laid out and trained")
    arguments = parser.parse_args()
    if not os.environ.get("RSPIPE_DATA"):
        sys.exit("set RSPIPE_DATA to the folder of real rasters")
    torch.set_num_threads(1)
    begin = time.time()
    sets = [kind(os.environ["RSPIPE_DATA"]) for kind in (side_data.Zion, side_data.Nepal)]
    root = pathlib.Path(tempfile.mkdtemp()) if arguments.keep is None else arguments.keep.resolve()
    root.mkdir(exist_ok=True)
    try:
        first, full, shown = {}, {}, {}
        for model, entry in MODELS.items():
            for data in sets:
                name = f"{entry['name']}-{data.name}"
                first[model, data.name] = Training(root / f"a-{name}", model, data, FIRST, 0, exact=True)
                group = [Training(root / f"b-{name}-{seed}", model, data, STEPS, seed)
                         for seed in range(arguments.seeds)]
                full[model, data.name, data.scored] = group
                shown[model, data.name] = group[0]
                save_file({"input": torch.randn(1, 97, 65, data.bands)}, group[0].folder / "predict.safetensors")
        exchange = Exchange(root)
        run_rspipe(root)
        print(f"rspipe: {time.time() - begin:.0f} s", flush=True)
        tables = report_losses(first), report_scores(full, arguments.seeds), report_files(exchange, shown)
    finally:
        if arguments.keep is None:
            shutil.rmtree(root)
    minutes = (time.time() - begin) / 60
    lines = text(tables, sets, arguments.seeds, minutes)
    write_section(lines)
    print("\n".join(lines))


def text(tables, sets, seeds, minutes):
    trained = "0.25 CE + 0.75 JML, AdamW (rate 0.002, decay 0.01), polynomial fall (power 0.9)"
    return [
        "Training beside PyTorch", "```sh", "RSPIPE_DATA=FOLDER make side-by-side", "```",
        f"`Tests/Peers/side_by_side.py`: the same first weights, windows, order and recipe ({trained}) with rspipe and "
        f"with PyTorch {torch.__version__.split('+')[0]}. **A small budget**: {STEPS} steps of {side_data.BATCH} windows "
        f"of {side_data.SIDE}×{side_data.SIDE} pixels, so that everything takes {minutes:.0f} min on one core; the "
        "scores say that both learn the same, not how well these networks can do. Zion: Landsat 8, NLCD in "
        f"{sets[0].classes} groups, mean over the {len(sets[0].counted)} above 1 % of the pixels, on {len(sets[0].blocks)} "
        f"of {sets[0].rows * sets[0].columns} blocks that no window touched. Nepal: the nine training patches, whole.", "",
        f"The first {FIRST} losses, exact kernels: the largest difference from a PyTorch run in float64, of rspipe and of "
        "the farthest of five PyTorch runs in float32, four of them from weights changed in the last bit. The limit is "
        "ten times the latter, up to the same step, + 1e-6; *nearest to its limit* is the largest share of it that a "
        "step took.", "", *tables[0],
        f"Final scores, fast kernels, means over {seeds} seeds ± standard error. It passes if the difference is within "
        "three of the standard errors of two independent means; *paired* is the standard error of the differences seed "
        "by seed.", "", *tables[1],
        "Files:", "", *tables[2]]


if __name__ == "__main__":
    main()
