"""Trains the face detector for development on drawn faces (see README.md in ../model).

    /usr/bin/python3 src/sandbox/faces/training/train.py --data drawn-faces --out detector.onnx

The net's outputs have the names, shapes and meaning of YuNet's, so that one decoder reads both.
"""

import argparse
import json
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

STRIDES = (8, 16, 32)
# Faces of this size (square root of the area, pixels) are learned at this stride; they overlap.
SIZES = {8: (0, 52), 16: (34, 100), 32: (76, 1000)}
CROP = 160
EXPORT_SIDE = 320


def separable(inward, outward, stride=1):
    return nn.Sequential(
        nn.Conv2d(inward, inward, 3, stride, 1, groups=inward, bias=False),
        nn.BatchNorm2d(inward),
        nn.Conv2d(inward, outward, 1, bias=False),
        nn.BatchNorm2d(outward),
        nn.ReLU(inplace=True),
    )


class Head(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.shared = separable(channels, channels)
        self.cls = nn.Conv2d(channels, 1, 1)
        self.obj = nn.Conv2d(channels, 1, 1)
        self.bbox = nn.Conv2d(channels, 4, 1)
        self.kps = nn.Conv2d(channels, 10, 1)
        nn.init.constant_(self.cls.bias, -4.0)
        nn.init.constant_(self.obj.bias, -4.0)

    def forward(self, seen):
        shared = self.shared(seen)
        flat = lambda x: x.flatten(2).transpose(1, 2)  # noqa: E731
        return tuple(flat(part(shared)) for part in (self.cls, self.obj, self.bbox, self.kps))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12), nn.ReLU(inplace=True))
        self.to4 = nn.Sequential(separable(12, 24, 2), separable(24, 24))
        self.to8 = nn.Sequential(separable(24, 48, 2), separable(48, 48), separable(48, 48))
        self.to16 = nn.Sequential(separable(48, 64, 2), separable(64, 64), separable(64, 64))
        self.to32 = nn.Sequential(separable(64, 64, 2), separable(64, 64))
        self.side8 = nn.Conv2d(48, 48, 1)
        self.down16 = nn.Conv2d(64, 48, 1)
        self.side16 = nn.Conv2d(64, 64, 1)
        self.heads = nn.ModuleList([Head(48), Head(64), Head(64)])

    def forward(self, picture):
        at4 = self.to4(self.stem(picture * (1 / 128) - 1))
        at8 = self.to8(at4)
        at16 = self.to16(at8)
        at32 = self.to32(at16)
        at16 = F.relu(self.side16(at16) + F.interpolate(at32, scale_factor=2.0, mode="nearest"))
        at8 = F.relu(self.side8(at8) + F.interpolate(self.down16(at16), scale_factor=2.0, mode="nearest"))
        return [head(seen) for head, seen in zip(self.heads, (at8, at16, at32))]


class Exported(nn.Module):
    """The detector with YuNet's order of outputs and its scores from 0 to 1."""

    def __init__(self, detector):
        super().__init__()
        self.detector = detector

    def forward(self, picture):
        levels = self.detector(picture)
        cls = [level[0].sigmoid() for level in levels]
        obj = [level[1].sigmoid() for level in levels]
        return tuple(cls + obj + [level[2] for level in levels] + [level[3] for level in levels])


def load(folder):
    with open(os.path.join(folder, "data.json"), encoding="utf-8") as file:
        about = json.load(file)
    shape = (about["count"], about["height"], about["width"], 3)
    frames = np.fromfile(os.path.join(folder, "frames.raw"), np.uint8).reshape(shape)
    faces = np.fromfile(os.path.join(folder, "faces.raw"), np.float32)
    return frames, faces.reshape(about["count"], about["faces"], about["numbers"])


SWAPPED = [1, 0, 2, 4, 3]


def resized(frame, factor):
    height, width = frame.shape[:2]
    rows = np.minimum((np.arange(int(height * factor)) + 0.5) / factor, height - 1).astype(int)
    columns = np.minimum((np.arange(int(width * factor)) + 0.5) / factor, width - 1).astype(int)
    return frame[rows][:, columns]


def augmented(frame, faces, random):
    """A crop of CROP x CROP at another size, mirrored half of the time, in other colours."""
    factor = float(np.exp(random.uniform(np.log(0.6), np.log(1.25))))
    faces = faces[faces[:, 0] > 0, 1:].copy() * factor
    picture = resized(frame, factor)
    height, width = picture.shape[:2]
    out = np.zeros((CROP, CROP, 3), np.float32)
    if random.random() < 0.5:
        out += random.uniform(0, 255)
    left, top = random.integers(-20, max(width - CROP + 20, 1)), random.integers(-20, max(height - CROP + 20, 1))
    if len(faces) and random.random() < 0.75:
        box = faces[random.integers(len(faces))]
        middle_x, middle_y = box[0] + box[2] / 2, box[1] + box[3] / 2
        left = int(middle_x - random.uniform(0.2, 0.8) * CROP)
        top = int(middle_y - random.uniform(0.2, 0.8) * CROP)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + CROP, width), min(top + CROP, height)
    if x1 > x0 and y1 > y0:
        out[y0 - top:y1 - top, x0 - left:x1 - left] = picture[y0:y1, x0:x1]
    faces[:, [0, 4, 6, 8, 10, 12]] -= left
    faces[:, [1, 5, 7, 9, 11, 13]] -= top
    seen = (np.clip(faces[:, 0] + faces[:, 2], 0, CROP) - np.clip(faces[:, 0], 0, CROP)) * (
        np.clip(faces[:, 1] + faces[:, 3], 0, CROP) - np.clip(faces[:, 1], 0, CROP))
    faces = faces[seen > 0.5 * faces[:, 2] * faces[:, 3]]
    if random.random() < 0.5:
        out = out[:, ::-1]
        faces[:, 0] = CROP - faces[:, 0] - faces[:, 2]
        points = faces[:, 4:].reshape(-1, 5, 2)[:, SWAPPED]
        points[:, :, 0] = CROP - points[:, :, 0]
        faces[:, 4:] = points.reshape(-1, 10)
    out = out * random.uniform(0.6, 1.4) * random.uniform(0.85, 1.15, 3) + random.uniform(-20, 20)
    if random.random() < 0.15:
        out = out.mean(2, keepdims=True).repeat(3, 2)
    if random.random() < 0.3:
        x, y, size = random.integers(0, CROP, 2).tolist() + [int(random.integers(8, 40))]
        out[y:y + size, x:x + size] = random.uniform(0, 255, 3)
    return np.clip(out, 0, 255).transpose(2, 0, 1).astype(np.float32), faces


def targets(faces, side):
    """For each stride: which cells answer for a face, and that face (box and landmarks, pixels)."""
    levels = []
    for stride in STRIDES:
        cells = side // stride
        owner = np.zeros((cells * cells,), np.float32)
        values = np.zeros((cells * cells, 14), np.float32)
        ignored = np.zeros((cells * cells,), np.float32)
        rows, columns = np.divmod(np.arange(cells * cells), cells)
        for face in sorted(faces, key=lambda face: -face[2] * face[3]):
            size = float(np.sqrt(face[2] * face[3]))
            away = np.maximum(
                np.abs((columns + 0.5) * stride - face[0] - face[2] / 2) / face[2],
                np.abs((rows + 0.5) * stride - face[1] - face[3] / 2) / face[3])
            near = away < max(0.2, 0.71 * stride / size)
            low, high = SIZES[stride]
            if low <= size < high:
                owner[near] = 1
                values[near] = face
                ignored[(away < 0.36) & ~near] = 1
            else:
                ignored[away < 0.36] = 1
        ignored[owner > 0] = 0
        levels.append((owner, values, ignored))
    return levels


def focal(logits, wanted, weight):
    chance = logits.sigmoid()
    loss = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (loss * (wanted - chance).abs() ** 2 * weight).sum()


def loss_of(level, stride, side, owner, values, ignored):
    cls, obj, bbox, kps = level
    cells = side // stride
    index = torch.arange(cells * cells)
    corner = torch.stack((index % cells, index.div(cells, rounding_mode="floor")), 1).float()
    weight = 1 - ignored
    mine = owner > 0
    total = focal(cls[..., 0], owner, weight)
    overlap = torch.zeros_like(owner)
    if mine.any():
        where = mine.nonzero()[:, 1]
        face = values[mine]
        wanted_size = face[:, 2:4]
        wanted_centre = face[:, 0:2] + wanted_size / 2
        given = bbox[mine]
        centre = (corner[where] + given[:, 0:2]) * stride
        size = given[:, 2:4].clamp(-4, 5).exp() * stride
        low = torch.maximum(centre - size / 2, wanted_centre - wanted_size / 2)
        high = torch.minimum(centre + size / 2, wanted_centre + wanted_size / 2)
        common = (high - low).clamp(min=0).prod(1)
        iou = common / (size.prod(1) + wanted_size.prod(1) - common + 1e-6)
        overlap[mine] = iou.detach()
        scale = wanted_size.prod(1).sqrt()[:, None]
        centre_loss = F.smooth_l1_loss(centre / scale, wanted_centre / scale, reduction="sum", beta=0.05)
        size_loss = F.smooth_l1_loss(given[:, 2:4], (wanted_size / stride).log(), reduction="sum", beta=0.1)
        points = (corner[where].repeat(1, 5) + kps[mine]) * stride
        point_loss = F.smooth_l1_loss(points / scale, face[:, 4:] / scale, reduction="sum", beta=0.03)
        total = total + (1 - iou).sum() + 2 * centre_loss + size_loss + point_loss
    total = total + focal(obj[..., 0], overlap, weight)
    return total, mine.sum()


def batch_of(frames, faces, chosen, random):
    pictures, levels = [], [[], [], []]
    for index in chosen:
        picture, there = augmented(frames[index], faces[index], random)
        pictures.append(picture)
        for level, made in zip(levels, targets(there, CROP)):
            level.append(made)
    stacked = [[torch.from_numpy(np.stack(part)) for part in zip(*level)] for level in levels]
    return torch.from_numpy(np.stack(pictures)), stacked


def train(detector, frames, faces, options):
    random = np.random.default_rng(options.seed)
    optimizer = torch.optim.AdamW(detector.parameters(), lr=options.rate, weight_decay=1e-4)
    started = time.monotonic()
    for step in range(options.steps):
        # The rate rises for a moment and then falls as a cosine.
        done = step / options.steps
        rate = options.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        chosen = random.integers(0, len(frames), options.batch)
        pictures, levels = batch_of(frames, faces, chosen, random)
        detector.train()
        total, count = torch.zeros(()), 0
        for level, stride, made in zip(detector(pictures), STRIDES, levels):
            loss, mine = loss_of(level, stride, CROP, *made)
            total, count = total + loss, count + int(mine)
        total = total / max(count, 1)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
        optimizer.step()
        if step % 50 == 0:
            print(step, round(float(total), 3), f"{time.monotonic() - started:.0f} s", flush=True)
        if step % 500 == 499:
            export(detector, options.out)


def export(detector, path):
    detector.eval()
    names = [f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in STRIDES]
    torch.onnx.export(
        Exported(detector), torch.zeros(1, 3, EXPORT_SIDE, EXPORT_SIDE), path,
        opset_version=13, input_names=["input"], output_names=names)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="drawn-faces")
    parser.add_argument("--out", default="detector.onnx")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    detector = Detector()
    frames, faces = load(os.path.join(options.data, "train"))
    print(sum(p.numel() for p in detector.parameters()), "parameters", len(frames), "frames", flush=True)
    train(detector, frames, faces, options)
    export(detector, options.out)


if __name__ == "__main__":
    main()
