#!/usr/bin/env python3
"""Draws what an example wrote with matplotlib: plot.py gaussian_process|kalman|graphical_model FILE.csv PICTURE.png (or .svg, .pdf)"""
import argparse
import csv
import math

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Ellipse


def gaussian_process(rows, axes):
    """The petals, and the band in which all other petals expect each of them."""
    rows.sort(key=lambda row: float(row["length"]))
    lengths, means, sds = ([float(row[name]) for row in rows] for name in ("length", "loo_mean", "loo_sd"))
    axes.errorbar(lengths, means, [2 * sd for sd in sds], fmt="none", ecolor="lightgray", elinewidth=4,
                  label="predicted from all other flowers, ± 2 sd")
    for species, marker in zip(sorted({row["species"] for row in rows}), "os^"):
        chosen = [row for row in rows if row["species"] == species]
        axes.plot([float(row["length"]) for row in chosen], [float(row["width"]) for row in chosen], marker, markersize=4, label=species)
    surprises = [row for row in rows if abs(float(row["width"]) - float(row["loo_mean"])) > 2 * float(row["loo_sd"])]
    axes.plot([float(row["length"]) for row in surprises], [float(row["width"]) for row in surprises], "o", markersize=11,
              markerfacecolor="none", color="black", label="outside")
    axes.set(xlabel="petal length (cm)", ylabel="petal width (cm)", title="Leave-one-out predictions of a Gaussian process")
    axes.legend(loc="upper left")


def kalman(rows, axes, target="0"):
    """One target: its way, the estimates, and the ellipses (2 sd) of the estimated positions."""
    track = [{name: float(cell) if cell else None for name, cell in row.items()} for row in rows if row["target"] == target]
    axes.plot([row["true_x"] for row in track], [row["true_y"] for row in track], "-", color="black", label="true path")
    axes.plot([row["x"] for row in track], [row["y"] for row in track], "o", color="tab:blue", markersize=3, label="estimate")
    for row in track[2:]:  # the first two are as wide as the picture
        # The information of the position alone: the velocities' share is taken out (Schur complement).
        det = row["i11"] * row["i33"] - row["i13"] ** 2

        def share(a, b, c, d):  # [a b] V^-1 [c d]^T, V the velocities' block
            return (a * (row["i33"] * c - row["i13"] * d) + b * (row["i11"] * d - row["i13"] * c)) / det

        xv, yv = (row["i01"], row["i03"]), (row["i12"], row["i23"])
        xx, xy, yy = row["i00"] - share(*xv, *xv), row["i02"] - share(*xv, *yv), row["i22"] - share(*yv, *yv)
        middle, radius = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
        angle = math.degrees(math.atan2(2 * xy, xx - yy) / 2)  # where most is known: the short axis
        axes.add_patch(Ellipse((row["x"], row["y"]), 4 / math.sqrt(middle + radius), 4 / math.sqrt(middle - radius), angle=angle,
                               facecolor="tab:blue", alpha=0.2))
    axes.set(xlabel="x (m)", ylabel="y (m)", title=f"Target {target}: position and its uncertainty (2 sd), each second")
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend()


def graphical_model(rows, axes):
    """Below the diagonal the partial correlations, above it the correlations."""
    names = list(dict.fromkeys(row[end] for row in rows for end in ("b", "a")))
    names.sort()
    at = {name: i for i, name in enumerate(names)}
    picture = [[math.nan] * len(names) for _ in names]
    for row in rows:
        high, low = max(at[row["a"]], at[row["b"]]), min(at[row["a"]], at[row["b"]])
        picture[high][low], picture[low][high] = float(row["partial_correlation"]), float(row["correlation"])
    image = axes.imshow(picture, cmap="RdBu_r", vmin=-0.6, vmax=0.6)
    first = [i for i, name in enumerate(names) if i == 0 or name[:2] != names[i - 1][:2]]  # of each row of the image
    axes.set_xticks(first, [names[i] for i in first], rotation=90)
    axes.set_yticks(first, [names[i] for i in first])
    axes.set(xlabel="pixel (row r, column c)", ylabel="pixel", title="Handwritten digits: correlations (above the diagonal),\n"
             "partial correlations (below it)")
    axes.figure.colorbar(image, ax=axes, label="correlation", extend="both")


def main():
    examples = {draw.__name__: draw for draw in (gaussian_process, kalman, graphical_model)}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("example", choices=examples)
    parser.add_argument("csv")
    parser.add_argument("picture")
    options = parser.parse_args()
    with open(options.csv, newline="") as file:
        rows = list(csv.DictReader(file))
    figure, axes = plt.subplots(figsize=(7.5, 6), layout="constrained")
    examples[options.example](rows, axes)
    figure.savefig(options.picture, dpi=120)


if __name__ == "__main__":
    main()
