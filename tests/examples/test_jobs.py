#!/usr/bin/env python3
"""Runs one of the examples that do a user's job and holds its CSV against the textbook's other way to the same numbers, which inverts
nothing: test_jobs.py gaussian_process|kalman|graphical_model PROGRAM SOURCE_DIRECTORY
"""
import csv
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def close(got, expected, tolerance, what):
    check(abs(got - expected) <= tolerance * max(1, abs(expected)), f"{what}: {got!r}, expected {expected!r}")  # false for NaN


def run(program, *arguments):
    with tempfile.TemporaryDirectory(prefix="cholinv-jobs-") as directory:
        out = Path(directory) / "out.csv"
        result = subprocess.run([program, *arguments, out], capture_output=True, text=True)
        check(result.returncode == 0 and result.stderr == "", f"exit code {result.returncode}: {result.stderr}")
        with open(out, newline="") as file:
            rows = list(csv.DictReader(file))
        alone = subprocess.run([program, *arguments], capture_output=True, text=True, cwd=directory)
        check(alone.returncode == 0 and alone.stdout == result.stdout, "without a file name it prints something else")
        check([path.name for path in Path(directory).iterdir()] == ["out.csv"], "without a file name it writes a file")
        missing = subprocess.run([program, *arguments, Path(directory) / "nowhere" / "out.csv"], capture_output=True, text=True)
        check(missing.returncode == 2 and "cannot write" in missing.stderr, f"no such directory: {missing.returncode}, {missing.stderr}")
    return rows, result.stdout


def solve(a, b):
    """a x = b by Gaussian elimination with partial pivoting."""
    a = [row[:] + [value] for row, value in zip(a, b)]
    n = len(a)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(a[i][k]))
        a[k], a[pivot] = a[pivot], a[k]
        for i in range(k + 1, n):
            factor = a[i][k] / a[k][k]
            a[i][k:] = [x - factor * y for x, y in zip(a[i][k:], a[k][k:])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (a[i][n] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x


def gaussian_process(program, source):
    """The model is refitted without the flower: mean k^T K^-1 y and variance k(0) + noise^2 - k^T K^-1 k."""
    table = source / "examples" / "data" / "iris.csv"
    rows, text = run(program, table)
    with open(table, newline="") as file:
        flowers = [(row["species"], float(row["petal_length"]), float(row["petal_width"])) for row in csv.DictReader(file)]
    check([(row["species"], float(row["length"]), float(row["width"])) for row in rows] == flowers, "the flowers are not those of the table")
    scale, noise, density = map(float, re.search(r"Best: length scale (\S+) cm, noise (\S+) cm, log density (\S+)", text).groups())
    prior = sum(width for _, _, width in flowers) / len(flowers)

    def kernel(a, b):
        return math.exp(-(((a[1] - b[1]) / scale) ** 2) / 2)

    for left_out in (0, 60, 106, 134, 149):
        others = [flower for i, flower in enumerate(flowers) if i != left_out]
        k = [[kernel(a, b) + (noise**2 if i == j else 0) for j, b in enumerate(others)] for i, a in enumerate(others)]
        cross = [kernel(flower, flowers[left_out]) for flower in others]
        weights = solve(k, cross)
        mean = prior + sum(w * (flower[2] - prior) for w, flower in zip(weights, others))
        variance = 1 + noise**2 - sum(w * c for w, c in zip(weights, cross))
        close(float(rows[left_out]["loo_mean"]), mean, 1e-9, f"mean without flower {left_out}")
        close(float(rows[left_out]["loo_sd"]), math.sqrt(variance), 1e-9, f"standard deviation without flower {left_out}")

    total = 0
    for row in rows:
        sd = float(row["loo_sd"])
        total -= math.log(2 * math.pi * sd**2) / 2 + ((float(row["width"]) - float(row["loo_mean"])) / sd) ** 2 / 2
    close(density, total / len(rows), 1e-8, "log density of the best model")
    table = [float(x) for x in re.findall(r"-?\d\.\d{4}\b", text.split("Best:")[0])]
    check(len(table) == 25 and abs(max(table) - density) < 1e-4, f"the best of {table} is not {density}")


def kalman(program, source):
    """The same measurements through the covariance filter, one scalar at a time: gain P h / (h^T P h + r^2). P times information is I."""
    rows, _ = run(program)
    check(len(rows) == 200 * 30, f"{len(rows)} rows")
    tracks = {}
    for row in rows:
        tracks.setdefault(row["target"], []).append(row)
    q, sensors = 0.05, [(0, 0.5), (60, 1), (120, 2)]
    noise = [[q / 3, q / 2, 0, 0], [q / 2, q, 0, 0], [0, 0, q / 3, q / 2], [0, 0, q / 2, q]]
    f = [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]]
    four = range(4)

    def product(a, b):
        return [[sum(a[i][k] * b[k][j] for k in four) for j in four] for i in four]

    total = 0
    for target, track in tracks.items():
        x, p = [0.0] * 4, [[float(i == j) * (20, 2, 20, 2)[i] ** 2 for j in four] for i in four]
        for row in track:
            x = [sum(f[i][j] * x[j] for j in four) for i in four]
            p = product(product(f, p), list(zip(*f)))
            p = [[p[i][j] + noise[i][j] for j in four] for i in four]
            for k, (degrees, sd) in enumerate(sensors):
                if row[f"z{k}"] == "":
                    continue
                h = [math.cos(math.radians(degrees)), 0, math.sin(math.radians(degrees)), 0]
                ph = [sum(p[i][j] * h[j] for j in four) for i in four]
                s = sum(h[i] * ph[i] for i in four) + sd**2
                innovation = float(row[f"z{k}"]) - sum(h[i] * x[i] for i in four)
                x = [x[i] + ph[i] / s * innovation for i in four]
                p = [[p[i][j] - ph[i] * ph[j] / s for j in four] for i in four]
            where = f"target {target}, step {row['step']}"
            for name, value in zip(("x", "vx", "y", "vy"), x):
                close(float(row[name]), value, 1e-8, f"{where}, {name}")
            information = [[float(row[f"i{min(i, j)}{max(i, j)}"]) for j in four] for i in four]
            identity = product(p, information)
            for i in four:
                for j in four:
                    close(identity[i][j], float(i == j), 1e-8, f"{where}, P times information ({i}, {j})")
            total += float(row["error2"])
    # Chi-squared with 4 degrees of freedom: the mean of 200 independent tracks, each 30 correlated times, has an sd below 0.2.
    close(total / len(rows), 4, 0.1, "mean of error^T information error")
    heard = [sum(row[f"z{k}"] != "" for row in rows) / len(rows) for k in range(3)]
    check(all(abs(got - share) < 0.05 for got, share in zip(heard, (0.6, 0.6, 0.9))), f"sensors heard: {heard}")


def graphical_model(program, source):
    """The definition by regression: the correlation of what is left of two pixels after least squares on all others."""
    table = source / "examples" / "data" / "digits.csv"
    rows, _ = run(program, table)
    pixels = list(dict.fromkeys(row[end] for row in rows for end in ("b", "a")))
    check(len(rows) == len(pixels) * (len(pixels) - 1) // 2 > 1000, f"{len(rows)} pairs of {len(pixels)} pixels")
    with open(table, newline="") as file:
        images = list(csv.DictReader(file))
    groups = {}
    for image in images:
        groups.setdefault(image["digit"], []).append([float(image[pixel]) for pixel in pixels])
    centred = []
    for group in groups.values():
        mean = [sum(column) / len(group) for column in zip(*group)]
        centred += [[x - m for x, m in zip(image, mean)] for image in group]
    columns = list(zip(*centred))

    def dot(a, b):
        return sum(x * y for x, y in zip(a, b))

    gram = [[dot(a, b) for b in columns] for a in columns]
    ranked = sorted(rows, key=lambda row: float(row["partial_correlation"]))
    for row in (ranked[0], ranked[1], ranked[len(ranked) // 2], ranked[-2], ranked[-1]):
        a, b = pixels.index(row["a"]), pixels.index(row["b"])
        others = [i for i in range(len(pixels)) if i not in (a, b)]
        left = []
        for target in (a, b):
            beta = solve([[gram[i][j] for j in others] for i in others], [gram[i][target] for i in others])
            left.append([image[target] - sum(w * image[i] for w, i in zip(beta, others)) for image in centred])
        expected = dot(*left) / math.sqrt(dot(left[0], left[0]) * dot(left[1], left[1]))
        close(float(row["partial_correlation"]), expected, 1e-9, f"{row['a']} and {row['b']}, partial correlation")
        close(float(row["correlation"]), gram[a][b] / math.sqrt(gram[a][a] * gram[b][b]), 1e-9, f"{row['a']} and {row['b']}, correlation")
    edges = [row for row in rows if row["edge"] == "1"]
    strength = [abs(float(row["partial_correlation"])) for row in edges]
    check(len(edges) > 0 and min(strength) > 0.09, f"{len(edges)} edges, the weakest {min(strength, default=None)}")
    check(all(row["edge"] == "1" for row in rows if abs(float(row["partial_correlation"])) > 0.4), "a strong pair is no edge")


if __name__ == "__main__":
    laws = {law.__name__: law for law in (gaussian_process, kalman, graphical_model)}
    laws[sys.argv[1]](Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
