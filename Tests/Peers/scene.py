#!/usr/bin/env python3
"""A peer that maps a scene: GeoTIFF in, windows through a network, GeoTIFF of bytes out. Prints one line of JSON.

    scene.py IN OUT --peer torch_fp32_channels_last --window 512             # half overlap, cosine blending
    scene.py IN OUT --peer torch_fp32_channels_last --window 512 --halo 96   # wider windows, cropped

What one writes who knows the trade: batch norms folded, every row of pixels is read once, sums are held for one
row of windows only.
"""
import argparse
import json
import time

import machine


def starts(length, window, step):
    """The first pixels of windows that cover an axis; the last one ends with it."""
    return list(range(0, length - window, step)) + [length - window]


class Rows:
    """Reads bands of rows from top to bottom, each row of pixels once."""

    def __init__(self, source):
        self.source = source
        self.top, self.pixels = 0, None

    def read(self, top, count):
        import numpy as np
        from rasterio.windows import Window
        kept = 0 if self.pixels is None else max(0, self.top + self.pixels.shape[1] - top)
        new = self.source.read(window=Window(0, top + kept, self.source.width, count - kept))
        self.pixels = new if kept == 0 else np.concatenate([self.pixels[:, -kept:], new], axis=1)
        self.top = top
        return self.pixels


class Blending:
    """Windows that overlap by half, weighted by a raised cosine."""

    def __init__(self, width, height, window):
        import numpy as np
        self.input, self.width = window, width
        ramp = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(window) + 0.5) / window)
        # the corner of a scene is seen by the corner of one window only
        self.weight = np.maximum(np.outer(ramp, ramp), 1e-4).astype("float32")
        self.sums = np.zeros((2, window, width), "float32")
        self.tops, self.lefts = starts(height, window, window // 2), starts(width, window, window // 2)

    def take(self, left, probabilities):
        part = self.sums[:, :, left:left + self.input]
        part[0] += probabilities * self.weight
        part[1] += self.weight

    def finished(self, top, next_top):
        """The rows above the next windows, with their first row."""
        count = next_top - top
        rows = self.sums[0, :count] / self.sums[1, :count]
        self.sums[:, :-count] = self.sums[:, count:].copy()
        self.sums[:, -count:] = 0
        return top, rows


class Cropping:
    """Windows read with a halo that is cut off."""

    def __init__(self, width, height, window, halo):
        import numpy as np
        self.input, self.window = window + 2 * halo, window
        # all of one size: at the edges of the scene they are moved inwards, and more is cut off inside
        self.rows = [(y, min(max(y - halo, 0), height - self.input)) for y in range(0, height, window)]
        self.columns = {min(max(x - halo, 0), width - self.input): x for x in range(0, width, window)}
        self.tops, self.lefts = [top for _, top in self.rows], list(self.columns)
        self.result = np.zeros((window, width), "float32")
        self.index = 0

    def take(self, left, probabilities):
        first, top = self.rows[self.index]
        column = self.columns[left]
        cut = probabilities[first - top:first - top + self.window, column - left:column - left + self.window]
        self.result[:cut.shape[0], column:column + cut.shape[1]] = cut
        self.cut_rows = cut.shape[0]

    def finished(self, top, next_top):
        first = self.rows[self.index][0]
        self.index += 1
        return first, self.result[:self.cut_rows]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--peer", default="torch_fp32_channels_last")
    parser.add_argument("--base", type=int, default=32)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--halo", type=int, help="crop instead of blending")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--threads", type=int, default=machine.processors())
    arguments = parser.parse_args()

    import numpy as np
    import rasterio
    from rasterio.windows import Window
    import predictors

    with rasterio.open(arguments.input) as source:
        size = (source.width, source.height, arguments.window)
        windows = Blending(*size) if arguments.halo is None else Cropping(*size, arguments.halo)
        if min(source.width, source.height) < windows.input:
            parser.error(f"a window of {windows.input} pixels is wider than the scene")
        profile = dict(driver="GTiff", width=source.width, height=source.height, count=1, dtype="uint8",
                       crs=source.crs, transform=source.transform, tiled=True, blockxsize=512, blockysize=512,
                       compress="deflate")
        batch = min(arguments.batch, len(windows.lefts))
        shape = (batch, source.count, windows.input, windows.input)
        peer = predictors.build(arguments.peer, f"unet{arguments.base}", shape, arguments.threads)
        # compiling and packing is not timed
        peer.run(peer.prepared(np.zeros(shape, "float32")))
        start = time.perf_counter()
        rows = Rows(source)
        with rasterio.open(arguments.output, "w", **profile) as target:
            for top, next_top in zip(windows.tops, windows.tops[1:] + [source.height]):
                pixels = rows.read(top, windows.input)
                for index in range(0, len(windows.lefts), batch):
                    lefts = windows.lefts[index:index + batch]
                    x = np.zeros(shape, "float32") if len(lefts) < batch else np.empty(shape, "float32")
                    for image, left in zip(x, lefts):
                        np.multiply(pixels[:, :, left:left + windows.input], np.float32(1 / 900), out=image)
                    x -= np.float32(3000 / 900)
                    logits = peer.logits(peer.run(peer.prepared(x)))[:, 0]
                    for left, plane in zip(lefts, logits):
                        windows.take(left, 1 / (1 + np.exp(-plane)))
                first, done = windows.finished(top, next_top)
                target.write(np.rint(done * 255).astype("uint8"), 1,
                             window=Window(0, first, source.width, done.shape[0]))
        seconds = time.perf_counter() - start
    print(json.dumps(dict(seconds=seconds, peak_mib=machine.peak_mebibytes(),
                          windows=len(windows.tops) * len(windows.lefts), input=windows.input)))


if __name__ == "__main__":
    main()
