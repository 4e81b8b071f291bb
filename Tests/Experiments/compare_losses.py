#!/usr/bin/env python3
"""Losses on a rare class of known truth: fires of one per cent of a real image, simulated.

  Tests/Experiments/compare_losses.py [--seeds N] [--threads N]

Each loss trains on one fire and maps another that it has not seen, with the same settings; the network sees
the bands of both dates, no index. Prints a Markdown table of
means and deviations over the seeds.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RSPIPE = ROOT / ".build/release/rspipe"
IMAGE = ROOT / "samples/olinda/L7_ETMs.tif"
LOSSES = {
    "CE": "ce", "weighted CE": "{name: ce, class_weight_rule: inverse_frequency}", "Dice": "dice",
    "Jaccard": "jaccard", "JML": "[{name: ce, weight: 0.25}, {name: jml, weight: 0.75}]",
    "focal Tversky": "focal_tversky",
    "weighted Jaccard": "{name: weighted_jaccard, class_weight_rule: inverse_frequency}",
}
NUMBERS = """bands: [blue, green, red, nir, swir1, swir2]
      scale: [0.00160, 0.00180, 0.00166, 0.00380, 0.00224, 0.00212]
      offset: [-0.075, -0.055, -0.035, -0.024, -0.020, -0.019]"""
SCENE = """  - name: %s
    role: %s
    pre:
      path: """ + str(IMAGE) + """
      """ + NUMBERS + """
    post:
      path: %s_post.tif
      """ + NUMBERS + """
    label: %s_truth.tif
"""
STAGES = """classes: [{name: unburned}, {name: burned}]
stages:
  - align: {bands: [blue, green, red, nir, swir1, swir2]}
  - train: {model: {unet: {base: 8, depth: 3}}, loss: %s,
      optimiser: {name: adamw, learning_rate: 0.005}, epochs: 4, steps: 50, batch: 4,
      window: 64, block: 64, test: 0, seed: %d}
  - predict:
  - write: {baseline: ""}
"""


def run(*words):
    return subprocess.run([str(RSPIPE), *map(str, words)], check=True, capture_output=True, text=True).stdout


def scores(loss, seed, folder, threads):
    fires = [folder / f"fire{number}" for number in (seed, seed + 100)]
    for number, fire in zip((seed, seed + 100), fires):
        if not os.path.exists(f"{fire}_post.tif"):
            run("simulate", "--into", IMAGE, "--share", 0.01, "--seed", number, "-q", fire)
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(
        f"output: {folder / 'out'}\nscenes:\n" + SCENE % ("seen", "train", fires[0], fires[0])
        + SCENE % ("unseen", "map", fires[1], fires[1]) + STAGES % (loss, seed))
    run("run", pipeline, "--threads", threads, "--overwrite", "-q")
    found = json.loads(run("evaluate", folder / "out/unseen_classes.tif", f"{fires[1]}_truth.tif", "--json"))
    return found


def burned(found):
    """IoU, precision and recall of the burned class."""
    item = found["classes"][-1]
    return [item[name] if item[name] is not None else 0.0 for name in ("iou", "precision", "recall")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    print("| loss | IoU | precision | recall |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for title, loss in LOSSES.items():
            rows = [burned(scores(loss, seed, pathlib.Path(name), arguments.threads))
                    for seed in range(1, arguments.seeds + 1)]
            cells = [f"{statistics.mean(column):.3f} ± {statistics.stdev(column) if len(column) > 1 else 0:.3f}"
                     for column in zip(*rows)]
            print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
