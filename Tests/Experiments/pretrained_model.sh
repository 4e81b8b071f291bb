#!/bin/bash
# Makes samples/models/burned_area.safetensors: trained on three simulated scenes and, with weak
# labels, on two real fires (the others are for tests).
#
#   RSPIPE_DATA=FOLDER bash Tests/Experiments/pretrained_model.sh OUTPUT_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
rspipe=.build/release/rspipe
data=$RSPIPE_DATA/burned
folder=$1
mkdir -p "$folder"
scenes=""
for seed in 11 12 13; do
  [ -e "$folder/$seed"_truth.tif ] || "$rspipe" simulate --seed "$seed" -q "$folder/$seed"
  scenes+="
  - {name: simulated$seed, role: train, pre: ${seed}_pre.tif, post: ${seed}_post.tif, label: ${seed}_truth.tif}"
done
for fire in coal_seam_2002 topanga_2005; do
  scenes+="
  - {name: $fire, role: train, pre: {path: $data/$fire/${fire}_before.tif, scale: 0.0001}, post: {path: $data/$fire/${fire}_after.tif, scale: 0.0001}}"
done
cat > "$folder/pretrained.yaml" <<YAML
scenes:$scenes
classes:
  - {value: 0, name: unburned, colour: "#f7f7f7"}
  - {value: 1, name: burned, colour: "#d7301f"}
stages:
  - align:
  - mask:
  - labels: {weak: {channel: dnbr, low: 0.1, high: 0.27}}
  - indices: {channels: [dnbr, dnbr2, dndvi]}
  - train:
      model: {name: unet, base: 16, depth: 3}
      loss: [{name: ce, weight: 0.5}, {name: dice, weight: 0.5}]
      optimiser: {name: adamw, learning_rate: 0.003}
      epochs: 12
      steps: 150
      batch: 4
      window: 96
      block: 64
      test: 0
      weakening: 0.4
      card:
        provenance: >-
          Three scenes simulated by rspipe (seeds 11, 12, 13; exact truth) and two real fires, Coal Seam 2002
          and Topanga 2005 (Landsat-7 Collection 2 surface reflectance, USGS, public domain; medians of 120
          days before and after), with weak labels: dNBR below 0.1 unburned, from 0.27 on burned.
        limits: >-
          Landsat or Sentinel-2 surface reflectance of about 30 m, bands blue, green, red, nir, swir1, swir2,
          before and after; western United States shrub and forest. Not tested on grassland, peat, cropland
          fires or other continents. Its score on simulated scenes says nothing about yours: compare with a
          map of your own before publishing hectares.
        licence: Apache-2.0
YAML
"$rspipe" run "$folder/pretrained.yaml" --overwrite --set output="$folder/out"
ls -l "$folder/out/model.safetensors"
