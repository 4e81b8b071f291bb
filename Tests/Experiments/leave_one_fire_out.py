#!/usr/bin/python3
"""Leave one fire out with weak labels: correlation of mean burn probability per catchment with the
official USGS mean dNBR, pooled over five fires, beside the rasters' own dNBR on the same pixels.

  RSPIPE_DATA=FOLDER /usr/bin/python3 Tests/Experiments/leave_one_fire_out.py [SEED ...]

Needs python3-gdal and numpy. station_2009 is left out: its official columns conflict.
"""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
FIRES = ["coal_seam_2002", "gladiator_2012", "harris_2007", "waldo_canyon_2012", "topanga_2005"]
DATA = os.path.join(os.environ["RSPIPE_DATA"], "burned")
RSPIPE = os.path.join(os.path.dirname(__file__), "../../.build/release/rspipe")
STAGES = """classes:
  - {value: 0, name: unburned, colour: "#f7f7f7"}
  - {value: 1, name: burned, colour: "#d7301f"}
stages:
  - align:
  - mask:
  - labels: {weak: {channel: dnbr, low: 0.1, high: 0.27}}
  - indices:
  - train: {model: {name: unet, base: 16, depth: 3},
      optimiser: {name: adamw, learning_rate: 0.003}, epochs: 4, steps: 60, batch: 4,
      window: 96, block: 64, test: 0, weakening: 0.4, seed: %d}
  - predict:
  - write: {baseline: ""}
"""


def scene(fire, role):
    before, after = (f"{DATA}/{fire}/{fire}_{when}.tif" for when in ("before", "after"))
    return (f"  - {{name: {fire}, role: {role}, pre: {{path: {before}, scale: 0.0001}}, "
            f"post: {{path: {after}, scale: 0.0001}}}}\n")


def dnbr(fire):
    def nbr(when):
        b = gdal.Open(f"{DATA}/{fire}/{fire}_{when}.tif").ReadAsArray() / 1e4
        return (b[3] - b[5]) / (b[3] + b[5] + 1e-5)
    return nbr("before") - nbr("after")


def catchments(fire, seed, folder):
    """Official mean dNBR, mean probability and mean dNBR of each catchment of a fire left out."""
    path = f"{folder}/{fire}.yaml"
    with open(path, "w") as file:
        others = "".join(scene(other, "train") for other in FIRES if other != fire)
        file.write("scenes:\n" + others + scene(fire, "map") + STAGES % seed)
    output = f"{folder}/{fire}-output"
    subprocess.run([RSPIPE, "run", path, "-q", "--set", f"output={output}"], check=True)
    probability = gdal.Open(f"{output}/{fire}_probability.tif").ReadAsArray()
    index = gdal.Open(f"{DATA}/{fire}/{fire}_basins.tif").ReadAsArray()
    change = dnbr(fire)
    with open(f"{DATA}/{fire}/{fire}_basins.csv") as file:
        for row in csv.DictReader(file):
            mask = (index == int(row["basin_value"])) & np.isfinite(probability)
            if mask.sum() >= 5:
                yield (float(row["usgs_mean_dnbr_over_1000"]), probability[mask].mean(),
                       change[mask].mean())


def correlations(a, b):
    def ranks(x):
        return np.argsort(np.argsort(x)).astype(float)
    return f"{np.corrcoef(a, b)[0, 1]:.3f} / {np.corrcoef(ranks(a), ranks(b))[0, 1]:.3f}"


for seed in [int(word) for word in sys.argv[1:]] or [1, 2, 3]:
    with tempfile.TemporaryDirectory() as folder:
        rows = np.array([row for fire in FIRES for row in catchments(fire, seed, folder)])
    print(f"seed {seed}, n = {len(rows)}: probability {correlations(rows[:, 0], rows[:, 1])}, "
          f"raw dNBR {correlations(rows[:, 0], rows[:, 2])}", flush=True)
