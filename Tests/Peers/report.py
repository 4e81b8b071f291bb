"""Turns what bench.py measured into docs/PERFORMANCE.md."""
from statistics import median

# the part, what it is, and the most that rspipe's time may be of the best peer's, fp32 and bf16
TARGETS = {
    "predict/unet32": ("U-Net base 32, prediction", 0.43, 0.88),
    "predict/unet64": ("U-Net base 64, prediction", 0.38, 0.78),
    "train/unet32": ("U-Net base 32, training step", 0.35, 0.75),
    "predict/segformer_b0": ("SegFormer-B0, prediction", 0.60, 1.0),
    "train/segformer_b0": ("SegFormer-B0, training step", 0.45, 0.65),
    "predict/cgnet": ("CGNet, prediction", 0.70, 1.0),
    "train/cgnet": ("CGNet, training step", 0.45, 0.60),
    "scene/overlap": ("Scene, peer with half-overlap windows", 0.20, 0.40),
    "scene/halo": ("Scene, peer with rspipe's window and halo", 0.40, 0.85),
}
MEMORY_TARGETS = {"scene/overlap": ("Peak memory of the scene", 0.30),
                  "memory/train": ("Peak memory of the training step", 0.65)}
LINEAR = 0.10


def text(results):
    parts = results["parts"]
    lines = ["# Performance", "", "Written by `make bench` (`Tests/Peers/bench.py`); the numbers are in "
             "[PERFORMANCE.json](PERFORMANCE.json).", ""]
    lines += machine(results) + targets(parts)
    for name in TARGETS:
        if name in parts:
            lines += timings(TARGETS[name][0], parts[name], results["machine"]["fma_peak"])
    if "memory/train" in parts:
        lines += memory("Memory of the training step", parts["memory/train"])
    if "linearity" in parts:
        lines += linearity(parts["linearity"])
    if "layers" in parts:
        lines += layers(parts["layers"], results["machine"]["fma_peak"])
    return "\n".join(lines).rstrip() + "\n"


def table(titles, rows):
    """A table whose first column is text and whose others are numbers."""
    lines = ["| " + " | ".join(titles) + " |", "|---|" + "---:|" * (len(titles) - 1)]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows] + [""]


def machine(results):
    about, versions = results["machine"], results["versions"]
    commits = sorted({part["commit"] for part in results["parts"].values()})
    peers = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [
        f"- Machine: {about['model']} (family {about['family']}, model {about['number']}), {about['processors']} CPUs, "
        f"{about['threads']} threads; {', '.join(about['instructions'])}",
        f"- FMA peak: {about['fma_peak']:.0f} GFLOP/s on {about['threads']} threads: fp32 multiply-adds in registers "
        "(`Tests/Peers/fma_peak.c`), the best of all runs",
        f"- Commit: {', '.join(commits)}",
        f"- Peers: {peers}; batch norms folded, same input, same threads",
        "- Times are medians of rounds in which each program has one turn. A ratio is rspipe's time (or memory) over "
        "the peer's: below 1 rspipe is faster. rspipe computes in fp32 throughout.", ""]


def best(part, names, values="seconds"):
    """The name and the value of the least peer; None if none ran."""
    found = {name: middle(part[values][name]) for name in names if name in part[values]}
    return min(found.items(), key=lambda item: item[1]) if found else None


def middle(value):
    return median(value) if isinstance(value, list) else value


def ratio_cell(ours, peer, target):
    if peer is None:
        return "–", f"≤ {target:.2f}"
    ratio = ours / peer[1]
    return f"{ratio:.2f} ({peer[0]})", f"≤ {target:.2f}" + ("" if ratio <= target else " **missed**")


def targets(parts):
    rows = []
    for name, (title, fp32, bf16) in TARGETS.items():
        if name not in parts:
            continue
        part, ours = parts[name], median(parts[name]["seconds"]["rspipe"])
        # a scene's time is told against the usual PyTorch script too
        for suffix, start in [("", ""), (", PyTorch", "torch")] if name.startswith("scene") else [("", "")]:
            peers = [[peer for peer in part[kind] if peer.startswith(start)] for kind in ("fp32", "bf16")]
            rows.append([title + suffix, *ratio_cell(ours, best(part, peers[0]), fp32),
                         *ratio_cell(ours, best(part, peers[1]), bf16)])
    for name, (title, target) in MEMORY_TARGETS.items():
        if name not in parts:
            continue
        part = parts[name]
        peer = best(part, part["fp32"], "mebibytes")
        rows.append([title, *ratio_cell(part["mebibytes"]["rspipe"], peer, target), "", ""])
    if not rows:
        return []
    return ["## Ratios to the best peer", ""] + table(["work", "fp32", "target", "bf16", "target"], rows)


def timings(title, part, peak):
    ours = median(part["seconds"]["rspipe"])
    lines = [f"## {title}", ""]
    has_memory = "mebibytes" in part
    if "gmac" in part:
        rate = 2 * part["gmac"] / ours
        lines += [f"{part['side']} × {part['side']} pixels, 12 bands, {part['gmac']:.2f} G multiply-adds: rspipe "
                  f"computes {rate:.0f} GFLOP/s, {100 * rate / peak:.0f} % of the FMA peak. Winograd's algorithm saves "
                  "multiplications: it may exceed 100 %.", ""]
    else:
        mpx = part["side"] ** 2 / 1e6 / ours
        lines += [f"{part['side']} × {part['side']} pixels, 12 bands of 16 bits, DEFLATE, from file to file: rspipe "
                  f"maps {mpx:.2f} Mpx/s.", ""]
    rows = []
    for name, times in sorted(part["seconds"].items(), key=lambda item: (item[0] != "rspipe", median(item[1]))):
        row = [name, f"{1000 * median(times):.0f}", f"{1000 * min(times):.0f}", len(times),
               f"{ours / median(times):.2f}"]
        if has_memory:
            row += [part["input"].get(name, "–"), f"{part['mebibytes'][name]:.0f}",
                    f"{part['mebibytes']['rspipe'] / part['mebibytes'][name]:.2f}"]
        rows.append(row)
    titles = ["program", "median ms", "least ms", "rounds", "rspipe / it"]
    titles += ["computed window", "peak MiB", "memory ratio"] if has_memory else []
    lines += table(titles, rows)
    for name, error in part["errors"].items():
        lines += [f"{name} has no time: `{error}`", ""]
    return lines


def memory(title, part):
    ours = part["mebibytes"]["rspipe"]
    rows = [[name, f"{value:.0f}", f"{ours / value:.2f}"] for name, value in sorted(part["mebibytes"].items(), key=lambda item: (item[0] != "rspipe", item[1]))]
    return [f"## {title}", "", f"Batch of 4 × {part['side']} × {part['side']}; each in a process of its own.", ""] + \
        table(["program", "peak MiB", "rspipe / it"], rows)


def linearity(part):
    scenes = {int(side): found for side, found in part["scenes"].items()}
    per_pixel = {side: median(found["seconds"]) / side ** 2 for side, found in scenes.items()}
    first = per_pixel[min(per_pixel)]
    rows = [[f"{side}²", f"{median(found['seconds']):.2f}", f"{1e9 * per_pixel[side]:.1f}",
             f"{per_pixel[side] / first - 1:+.0%}", f"{found['mebibytes']:.0f}"]
            for side, found in sorted(scenes.items())]
    return ["## Scenes of growing size", "", f"U-Net base 4. Time per pixel is to stay within {LINEAR:.0%}, memory "
            "to stay flat.", ""] + table(["pixels", "s", "ns per pixel", "against the smallest", "peak MiB"], rows)


def layers(part, peak):
    rows = []
    for layer in part["layers"]:
        counts = layer["gmac"] > 0
        rows.append([layer["name"].removeprefix("layers/"), f"{1000 * layer['min_s']:.2f}",
                     f"{layer['gflops']:.0f}" if counts else "–", f"{layer['gflops'] / peak:.0%}" if counts else "–",
                     f"{layer['gb_per_s']:.1f}"])
    return ["## Layers of rspipe", "", "The fastest of some repetitions; 'backward' is by weights and by input. GB/s "
            "counts inputs and outputs once.", ""] + \
        table(["layer", "ms", "GFLOP/s", "of the FMA peak", "GB/s"], rows)
