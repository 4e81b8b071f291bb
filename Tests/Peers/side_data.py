"""What is learnt side by side: windows of real rasters, the loss, and the score."""
import glob
import os
import warnings

import numpy as np
import rasterio
import torch
from torch.nn import functional

IGNORED = 255
SIDE, BATCH = 64, 4


def read(path):
    """A raster as (H, W, bands)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path) as source:
            return np.moveaxis(source.read(), 0, -1)


def standardised(images, kept):
    """Images whose bands have mean 0 and deviation 1 over the pixels kept; the rest is 0 if it is no number."""
    pixels = np.concatenate([image[keep] for image, keep in zip(images, kept)]).astype("float64")
    mean, deviation = pixels.mean(0), pixels.std(0)
    return [((image - mean) / deviation).astype("float32") for image in images]


class Zion:
    """Landsat 8 and NLCD 2011, grouped; every fourth block is held out and scored."""
    name, scored = "Zion", "mean IoU"
    rows, columns = 5, 6
    groups = [(11,), (21, 22, 23), (31,), (41,), (42,), (43,), (52,), (71,), (81, 82), (90, 95)]
    bands, classes = 4, len(groups)

    def __init__(self, folder):
        folder = os.path.join(folder, "lulc", "zion_landsat8")
        image, codes = read(os.path.join(folder, "zion_shared_b2345.tif")), read(
            os.path.join(folder, "zion_shared_nlcd2011.tif"))[..., 0]
        self.labels = np.full(codes.shape, IGNORED, "uint8")
        for index, group in enumerate(self.groups):
            self.labels[np.isin(codes, group)] = index
        self.labels[(image == 65535).any(-1)] = IGNORED
        height, width = codes.shape
        block = (np.arange(height) * self.rows // height)[:, None], np.arange(width) * self.columns // width
        self.held_out = (block[0] + 2 * block[1]) % 4 == 0
        [self.image] = standardised([image], [~self.held_out & (self.labels != IGNORED)])
        self.image[self.labels == IGNORED] = 0
        self.blocks = [(slice(*self.span(height, self.rows, row)), slice(*self.span(width, self.columns, column)))
                       for row in range(self.rows) for column in range(self.columns) if (row + 2 * column) % 4 == 0]
        share = np.bincount(self.labels[self.labels != IGNORED], minlength=self.classes) / self.labels.size
        self.counted = np.flatnonzero(share > 0.01)

    @staticmethod
    def span(length, parts, index):
        """The pixels whose `pixel * parts // length` is `index`."""
        return -(-index * length // parts), -(-(index + 1) * length // parts)

    def window(self, random):
        """A window that touches nothing held out."""
        while True:
            top, left = (random.integers(size - SIDE + 1) for size in self.labels.shape)
            place = slice(top, top + SIDE), slice(left, left + SIDE)
            if not self.held_out[place].any():
                return self.image[place], self.labels[place]

    def scenes(self):
        return [(self.image[place], self.labels[place]) for place in self.blocks]

    def score(self, confusion):
        return np.mean([iou(confusion, index) for index in self.counted])


class Nepal:
    """Landslide scars in nine patches, scored where they were learnt: too few to hold some out."""
    name, scored = "Nepal", "IoU of scars"
    bands, classes = 3, 2

    def __init__(self, folder):
        paths = sorted(glob.glob(os.path.join(folder, "landslide", "nepal", "tif", "*_image.tif")))
        images, self.labels = map(read, paths), [read(path.replace("_image", "_mask"))[..., 0] for path in paths]
        self.images = standardised(list(images), [labels < 2 for labels in self.labels])
        self.scars = [np.argwhere(labels == 1) for labels in self.labels]

    def window(self, random):
        """A window of any patch; three of four hold a pixel of a scar."""
        index = random.integers(len(self.images))
        image, labels, scars = self.images[index], self.labels[index], self.scars[index]
        corner = [random.integers(size - SIDE + 1) for size in labels.shape]
        if random.random() < 0.75:
            pixel = scars[random.integers(len(scars))]
            corner = [np.clip(at - random.integers(SIDE), 0, size - SIDE) for at, size in zip(pixel, labels.shape)]
        place = tuple(slice(start, start + SIDE) for start in corner)
        return image[place], labels[place]

    def scenes(self):
        return list(zip(self.images, self.labels))

    def score(self, confusion):
        return iou(confusion, 1)


def batches(data, steps, seed):
    """(steps * N, H, W, bands) and (steps * N, H, W)."""
    random = np.random.default_rng(seed)
    windows = [data.window(random) for _ in range(steps * BATCH)]
    return tuple(torch.from_numpy(np.ascontiguousarray(np.stack(part))) for part in zip(*windows))


def cross_entropy(logits, labels):
    return functional.cross_entropy(logits, labels.long(), ignore_index=IGNORED)


def jaccard_metric_loss(logits, labels, smooth=1e-3):
    """JML1 of "Jaccard Metric Losses" (arXiv 2302.05666): sums over the batch, mean over the classes present."""
    kept = (labels != IGNORED)[:, None]
    truth = functional.one_hot((labels * kept[:, 0]).long(), logits.shape[1]).movedim(-1, 1) * kept
    probability = logits.softmax(1) * kept
    predicted, true, distance = (part.sum((0, 2, 3)) for part in (probability, truth, (probability - truth).abs()))
    overlap = (predicted + true - distance) / 2
    return (1 - (overlap + smooth) / (predicted + true - overlap + smooth))[true > 0].mean()


LOSSES = {"ce": cross_entropy, "jml": jaccard_metric_loss}


def iou(confusion, index):
    """Of a class in (reference, predicted) counts; 0 if it is nowhere predicted."""
    return confusion[index, index] / (confusion[index].sum() + confusion[:, index].sum() - confusion[index, index])


@torch.no_grad()
def score(network, data):
    """The score of a network on the whole scenes."""
    network.eval()
    confusion = np.zeros((data.classes, data.classes), "int64")
    for image, labels in data.scenes():
        found = network(torch.from_numpy(image).movedim(-1, 0)[None]).argmax(1)[0].numpy()
        kept = labels != IGNORED
        pairs = labels[kept].astype("int64") * data.classes + found[kept]
        confusion += np.bincount(pairs, minlength=data.classes ** 2).reshape(confusion.shape)
    return data.score(confusion)
