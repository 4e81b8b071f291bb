#!/usr/bin/env python3
"""Measures rspipe beside PyTorch, ONNX Runtime and OpenVINO, and writes docs/PERFORMANCE.md.

    bench.py [--threads N] [--rounds N] [--quick] [--only REGEX]

In every round rspipe and each peer have one turn, so that what else the machine does meets all of them. A part is one
piece of work; those left out by --only keep what was measured before (docs/PERFORMANCE.json). --quick tries everything
on tiny images, and leaves docs/ alone.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import machine
import report
import rspipe

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# the runtimes' threads spin for a while after their work
REST = 0.25
# times rspipe's, and in seconds
FAR_BEHIND, LONG = 5, 10
NETWORKS = ("unet32", "unet64", "segformer_b0", "cgnet")


class Bench:
    """The parts of the comparison. A part gives seconds by program, and what else there is to know."""

    def __init__(self, arguments):
        self.program, self.threads = arguments.program, arguments.threads
        self.rounds = arguments.rounds or (2 if arguments.quick else 7)
        self.scene_rounds = arguments.rounds or (1 if arguments.quick else 3)
        self.side, self.training_side, self.scene_side = (128, 64, 1024) if arguments.quick else (512, 256, 3072)
        self.linear_sides = (256, 512, 1024) if arguments.quick else (1024, 4096, 16384)
        self.folder = ROOT / ".bench" / "scenes"
        self.parts = {
            **{f"predict/{name}": lambda name=name: self.predict(name) for name in NETWORKS},
            **{f"train/{name}": lambda name=name: self.train(name) for name in NETWORKS if name != "unet64"},
            "memory/train": self.training_memory,
            "scene/overlap": lambda: self.scene(crops=False), "scene/halo": lambda: self.scene(crops=True),
            "linearity": self.linearity, "layers": self.layers,
        }

    def interleaved(self, turns, rounds):
        """Times each turn once a round; a peer that does not run here is told, not hidden."""
        seconds, errors = {name: [] for name in turns}, {}
        for index in range(rounds):
            names = list(turns)
            shift = index % len(names)
            for name in names[shift:] + names[:shift]:
                if name in errors:
                    continue
                time.sleep(REST)
                try:
                    seconds[name].append(turns[name]())
                except Exception as error:
                    if name == "rspipe":
                        raise
                    errors[name] = short(error)
        return dict(seconds={name: times for name, times in seconds.items() if name not in errors}, errors=errors)

    def warmed(self, turns):
        """One turn of each that does not count; peers far behind are told and left out, to save hours."""
        seconds = {name: turn() for name, turn in turns.items()}
        limit = max(FAR_BEHIND * seconds["rspipe"], LONG)
        # it may have been something else that was slow
        seconds |= {name: turns[name]() for name, taken in seconds.items() if taken > limit}
        slow = {name: f"left out: {taken:.1f} s where rspipe takes {seconds['rspipe']:.1f} s"
                for name, taken in seconds.items() if taken > limit}
        return {name: turn for name, turn in turns.items() if name not in slow}, slow

    def predict(self, network):
        import numpy as np
        import predictors
        shape = (1, 12, self.side, self.side)
        x = np.random.default_rng(0).standard_normal(shape, dtype="float32")
        errors, turns = {}, {}
        with rspipe.Server(self.program, self.threads, self.side) as server:
            turns["rspipe"] = lambda: server.seconds(f"predict/{network}")
            for name in predictors.NAMES:
                try:
                    peer = predictors.checked(name, predictors.build(name, network, shape, self.threads), network, x)
                    turns[name] = timed(peer.run, peer.prepared(x))
                except Exception as error:
                    errors[name] = short(error)
            turns, slow = self.warmed(turns)
            result = self.interleaved(turns, self.rounds)
        gmac = rspipe.measure(self.program, self.threads, "--work", "predict", "--only", f"{network}$", "--size",
                              self.side, "--repeat", 1)[0]["gmac"]
        result["errors"] |= errors | slow
        return result | dict(side=self.side, gmac=gmac, fp32=predictors.FP32, bf16=predictors.BF16)

    def train(self, network):
        import training
        shape = (4, 12, self.training_side, self.training_side)
        errors, turns = {}, {}
        with rspipe.Server(self.program, self.threads, self.training_side) as server:
            turns["rspipe"] = lambda: server.seconds(f"train/{network}")
            for name in training.NAMES:
                try:
                    step = training.build(name, network, shape, self.threads)
                    step()
                    turns[name] = timed(step)
                except Exception as error:
                    errors[name] = short(error)
            turns, slow = self.warmed(turns)
            result = self.interleaved(turns, self.rounds)
        gmac = rspipe.measure(self.program, self.threads, "--work", "train", "--only", f"{network}$", "--size",
                              self.training_side, "--repeat", 1)[0]["gmac"]
        result["errors"] |= errors | slow
        return result | dict(side=self.training_side, gmac=gmac, fp32=training.FP32, bf16=training.BF16)

    def training_memory(self):
        """Each in a process that does nothing else."""
        fp32, bf16 = ("torch_fp32", "torch_fp32_channels_last"), ("torch_bf16",)
        ours = rspipe.measure(self.program, self.threads, "--work", "train", "--only", "unet32$", "--size",
                              self.training_side, "--repeat", 2)[0]["peak_mib"]
        mebibytes = {"rspipe": ours}
        for name in fp32 + bf16:
            mebibytes[name] = float(self.script("training.py", name, "--side", self.training_side))
        return dict(mebibytes=mebibytes, side=self.training_side, fp32=fp32, bf16=bf16)

    def scene(self, crops):
        fp32, bf16 = ("torch_fp32_channels_last", "openvino_fp32"), ("torch_bf16", "openvino_bf16")
        ours = ["--work", "scene", "--size", self.scene_side, "--folder", self.folder]
        # makes the scene; its facts are those of later runs
        facts = rspipe.measure(self.program, self.threads, *ours)[0]["scene"]
        mebibytes, errors, turns, window = {}, {}, {}, {}

        def turn(name, run):
            def seconds():
                found = run()
                mebibytes[name] = max(mebibytes.get(name, 0), found["peak_mib"])
                window[name] = found.get("input", facts["window"] + 2 * facts["halo"])
                return found["seconds"]
            turns[name] = seconds

        def own():
            found = rspipe.measure(self.program, self.threads, *ours)[0]
            return dict(seconds=found["median_s"], peak_mib=found["peak_mib"])

        turn("rspipe", own)
        for name in fp32 + bf16:
            # the same window, or the usual 512
            options = ["--window", facts["window"], "--halo", facts["halo"]] if crops else ["--window", 512]
            batch = 1 if name.startswith("openvino") else 4
            turn(name, lambda name=name, options=options, batch=batch: json.loads(self.script(
                "scene.py", self.folder / f"scene_{self.scene_side}.tif", self.folder / "peer.tif", "--peer", name,
                "--batch", batch, *options)))
        result = self.interleaved(turns, self.scene_rounds)
        return result | dict(side=self.scene_side, mebibytes=mebibytes, input=window, fp32=fp32, bf16=bf16)

    def linearity(self):
        found = {}
        for side in self.linear_sides:
            options = ["--work", "scene", "--size", side, "--base", 4, "--folder", self.folder]
            rspipe.measure(self.program, self.threads, *options)
            runs = [rspipe.measure(self.program, self.threads, *options)[0]
                    for _ in range(1 if side > 8192 else self.scene_rounds)]
            found[side] = dict(seconds=[run["median_s"] for run in runs],
                               mebibytes=max(run["peak_mib"] for run in runs))
            if side > 8192:
                (self.folder / f"scene_{side}.tif").unlink()
        return dict(scenes=found)

    def layers(self):
        return dict(layers=rspipe.measure(self.program, self.threads, "--work", "layers", "--size", self.side,
                                          "--repeat", self.rounds))

    def script(self, name, *options):
        """The last line that a peer in its own process prints."""
        run = subprocess.run([sys.executable, str(HERE / name), *map(str, options), "--threads", str(self.threads)],
                             capture_output=True, text=True, env=os.environ | threads_environment(self.threads))
        if run.returncode != 0:
            raise RuntimeError((run.stderr.strip().splitlines() or [f"status {run.returncode}"])[-1])
        return run.stdout.strip().splitlines()[-1]


def timed(run, *inputs):
    def seconds():
        start = time.perf_counter()
        run(*inputs)
        return time.perf_counter() - start
    return seconds


def short(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:200]


def threads_environment(threads):
    return {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True).stdout.strip()
    changed = " with changes" if git("status", "--porcelain", "Sources", "Package.swift") else ""
    return git("rev-parse", "--short=10", "HEAD") + changed


def versions():
    from importlib.metadata import version
    return {name: version(name) for name in ("torch", "onnxruntime", "openvino")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=machine.processors())
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", metavar="REGEX")
    parser.add_argument("--program", default=str(ROOT / ".build/release/rspipe"))
    arguments = parser.parse_args()
    # read when the runtimes are loaded
    os.environ.update(threads_environment(arguments.threads))
    target = ROOT / (".bench/quick" if arguments.quick else "docs")
    target.mkdir(parents=True, exist_ok=True)
    stored = target / "PERFORMANCE.json"
    results = json.loads(stored.read_text()) if stored.exists() else dict(parts={})
    bench = Bench(arguments)
    bench.folder.mkdir(parents=True, exist_ok=True)
    chosen = [name for name in bench.parts if re.search(arguments.only, name)]
    if not chosen:
        parser.error(f"--only leaves nothing of {', '.join(bench.parts)}")
    about = machine.description(arguments.threads)
    earlier = results.get("machine", {})
    if about | dict(fma_peak=0) == earlier | dict(fma_peak=0):
        # the machine may have been busy this time
        about["fma_peak"] = max(about["fma_peak"], earlier["fma_peak"])
    results["machine"] = about
    results["versions"] = versions()
    for name in chosen:
        start = time.perf_counter()
        print(f"{name} …", end=" ", flush=True)
        results["parts"][name] = bench.parts[name]() | dict(commit=commit(), threads=arguments.threads)
        # after every part, so that an interruption costs one
        stored.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        (target / "PERFORMANCE.md").write_text(report.text(json.loads(stored.read_text())))
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
    print(target / "PERFORMANCE.md")


if __name__ == "__main__":
    main()
