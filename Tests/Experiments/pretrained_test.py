#!/usr/bin/python3
"""The shipped model on real fires that it was not trained on: mean burn probability per catchment
against the official USGS mean dNBR, beside the rasters' own dNBR on the same pixels.

  RSPIPE_DATA=FOLDER /usr/bin/python3 Tests/Experiments/pretrained_test.py [OUTPUT_FOLDER]

Needs python3-gdal and numpy.
"""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
DATA = os.path.join(os.environ["RSPIPE_DATA"], "burned")
FIRES = ["waldo_canyon_2012", "gladiator_2012", "harris_2007"]


def read(path):
    return gdal.Open(path).ReadAsArray()


def correlation(a, b):
    return np.corrcoef(a, b)[0, 1]


def ranks(x):
    return np.array([np.mean(np.flatnonzero(np.sort(x) == value)) for value in x])


folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
scenes = ", ".join(
    "{name: %s, role: map, pre: {path: %s, scale: 0.0001}, post: {path: %s, scale: 0.0001}}"
    % (fire, *(f"{DATA}/{fire}/{fire}_{when}.tif" for when in ("before", "after")))
    for fire in FIRES)
subprocess.run(
    [f"{ROOT}/.build/release/rspipe", "run", f"{ROOT}/pipelines/burned_area_map.yaml", "-q",
     "--overwrite", "--set", f"scenes=[{scenes}]", "--set", f"output={folder}"], check=True)
rows = []
for number, fire in enumerate(FIRES):
    probability, change = read(f"{folder}/{fire}_probability.tif"), read(f"{folder}/{fire}_dnbr.tif")
    index = read(f"{DATA}/{fire}/{fire}_basins.tif")
    with open(f"{DATA}/{fire}/{fire}_basins.csv") as file:
        for row in csv.DictReader(file):
            mask = (index == int(row["basin_value"])) & np.isfinite(probability)
            if mask.sum() >= 5:
                rows.append([number, float(row["usgs_mean_dnbr_over_1000"]),
                             probability[mask].mean(), change[mask].mean()])
rows = np.array(rows)
for title, part in [("three fires", rows), (FIRES[0], rows[rows[:, 0] == 0])]:
    print(f"{title}, n = {len(part)}")
    for column, name in ((2, "probability"), (3, "raw dNBR")):
        print(f"  {name:12} {correlation(part[:, 1], part[:, column]):.3f} "
              f"{correlation(ranks(part[:, 1]), ranks(part[:, column])):.3f}")
