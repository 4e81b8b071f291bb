#!/usr/bin/python3
"""Leave one fire out with weak labels: means per catchment of burn probability (network of two
classes) and of expected severity (network of ordered classes, loss w1) against the official USGS
mean dNBR, beside the rasters' own dNBR on the same pixels.

  RSPIPE_DATA=FOLDER /usr/bin/python3 Tests/Experiments/leave_one_fire_out.py [SEED ...]

Needs python3-gdal and numpy. station_2009 is mapped and trained on by nobody: its official columns
conflict. Intervals are bootstrap percentiles (2.5 to 97.5 %), the fires resampled.
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
TRAIN = """  - train: {model: {name: unet, base: 16, depth: 3}, loss: %s,
      optimiser: {name: adamw, learning_rate: 0.003}, epochs: %s, steps: 60, batch: 4,
      window: 96, block: 64, test: 0, %s, seed: %d}
"""
BURNED = """classes: [{name: unburned}, {name: burned}]
stages:
  - align:
  - mask:
  - labels: {weak: {channel: dnbr, low: 0.1, high: 0.27}}
  - indices:
""" + TRAIN + """  - predict:
  - write: {baseline: ""}
"""
# the classes of Key and Benson 2006; grades: dNBR amid each. No jitter: it would change dNBR itself.
SEVERITY = """classes: [{name: unburned}, {name: low}, {name: moderate-low}, {name: moderate-high},
  {name: high}]
stages:
  - align:
  - mask:
  - severity: {labels: dnbr, label_thresholds: [0.1, 0.27, 0.44, 0.66], continuous: true}
  - indices:
""" + TRAIN + """  - predict:
  - expected: {grades: [0, 0.185, 0.355, 0.55, 0.8]}
"""
MEASURES = ["probability", "expected severity", "corrected dNBR", "raw dNBR"]


def scene(fire, role):
    before, after = (f"{DATA}/{fire}/{fire}_{when}.tif" for when in ("before", "after"))
    return (f"  - {{name: {fire}, role: {role}, pre: {{path: {before}, scale: 0.0001}}, "
            f"post: {{path: {after}, scale: 0.0001}}}}\n")


def read(path):
    return gdal.Open(path).ReadAsArray()


def dnbr(fire):
    def nbr(when):
        b = read(f"{DATA}/{fire}/{fire}_{when}.tif") / 1e4
        return (b[3] - b[5]) / (b[3] + b[5] + 1e-5)
    return nbr("before") - nbr("after")


def run(fire, stages, training, seed, folder, name):
    path = f"{folder}/{name}.yaml"
    with open(path, "w") as file:
        others = "".join(scene(other, "train") for other in FIRES if other != fire)
        file.write("scenes:\n" + others + scene(fire, "map") + stages % (*training, seed))
    output = f"{folder}/{name}"
    subprocess.run([RSPIPE, "run", path, "-q", "--set", f"output={output}"], check=True)
    return f"{output}/{fire}"


def catchments(fire, seed, folder):
    """Official mean dNBR and our means for each catchment of a fire left out."""
    burned = run(fire, BURNED, ("[ce, dice]", 4, "weakening: 0.4"), seed, folder, f"{fire}-burned")
    severity = run(fire, SEVERITY, ("[{name: w1, power: 2}, ce]", 8, "jitter: 0, balance: 0"),
                   seed, folder, f"{fire}-severity")
    planes = [read(burned + "_probability.tif"), read(severity + "_severity.tif"),
              read(severity + "_dnbr_corrected.tif"), dnbr(fire)]
    seen = np.all(np.isfinite(planes), axis=0)
    index = read(f"{DATA}/{fire}/{fire}_basins.tif")
    with open(f"{DATA}/{fire}/{fire}_basins.csv") as file:
        for row in csv.DictReader(file):
            mask = (index == int(row["basin_value"])) & seen
            if mask.sum() >= 5:
                yield ([float(FIRES.index(fire)), float(row["usgs_mean_dnbr_over_1000"])]
                       + [float(plane[mask].mean()) for plane in planes])


def ranks(x):
    return np.array([np.mean(np.flatnonzero(np.sort(x) == value)) for value in x])


def correlations(a, b):
    return np.array([np.corrcoef(a, b)[0, 1], np.corrcoef(ranks(a), ranks(b))[0, 1]])


def centred(rows):
    rows = rows.copy()
    for fire in set(rows[:, 0]):
        rows[rows[:, 0] == fire, 1:] -= rows[rows[:, 0] == fire, 1:].mean(axis=0)
    return rows


def interval(rows, column, difference_to=None, draws=2000):
    """Percentiles of both correlations with whole fires drawn anew."""
    random, parts = np.random.default_rng(1), [rows[rows[:, 0] == i] for i in set(rows[:, 0])]
    values = []
    for _ in range(draws):
        drawn = np.concatenate([parts[i] for i in random.integers(len(parts), size=len(parts))])
        value = correlations(drawn[:, 1], drawn[:, column])
        if difference_to is not None:
            value -= correlations(drawn[:, 1], drawn[:, difference_to])
        values.append(value)
    return np.nanpercentile(values, [2.5, 97.5], axis=0).T


def table(rows, title):
    print(f"\n{title}, n = {len(rows)}")
    for column, name in enumerate(MEASURES, start=2):
        line = f"  {name:18}"
        for value, (low, high) in zip(correlations(rows[:, 1], rows[:, column]),
                                      interval(rows, column)):
            line += f"  {value:.3f}" + (f" [{low:.3f}, {high:.3f}]" if high > low else "")
        print(line, flush=True)


seeds = [int(word) for word in sys.argv[1:]] or [1, 2, 3]
results = []
for seed in seeds:
    with tempfile.TemporaryDirectory() as folder:
        results.append(np.array([row for fire in FIRES for row in catchments(fire, seed, folder)]))
    table(results[-1], f"seed {seed}, pooled")
    table(centred(results[-1]), f"seed {seed}, centred per fire")
rows = np.mean(results, axis=0)
table(rows, f"mean of {len(seeds)} seeds, pooled")
low_high = interval(rows, 3, difference_to=5)
print(f"  expected severity less raw dNBR: [{low_high[0][0]:.3f}, {low_high[0][1]:.3f}], "
      f"[{low_high[1][0]:.3f}, {low_high[1][1]:.3f}]")
table(centred(rows), f"mean of {len(seeds)} seeds, centred per fire")
for number, fire in enumerate(FIRES):
    if (rows[:, 0] == number).sum() >= 8:
        table(rows[rows[:, 0] == number], fire)
