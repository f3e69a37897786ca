#!/usr/bin/env python3
"""Turns the JSON of build/bench/ratios into ratios.json, ratios.md and, for the whole suite, the README's chart (SVG, light and dark)."""
import argparse
import json
import pathlib
import sys

DTYPES = ["float", "double", "cfloat", "cdouble"]
SPELLED = {"float": "float", "double": "double", "cfloat": "complex<float>", "cdouble": "complex<double>"}
REGIMES = {"cache": "batch in cache (400 kB in + out, at least one matrix)", "memory": "batch from memory (192 MB in + out)",
           "single": "one matrix, in cache"}
TASKS = {"inverse": "cholesky_inverse", "cholesky": "cholesky"}
THEMES = {
    "light": {"text": "#1f2328", "faint": "#d8dee4", "muted": "#59636e",
              "lines": {"float": "#0072b2", "double": "#c4500a", "cfloat": "#007a5a", "cdouble": "#a0458a"}},
    "dark": {"text": "#f0f6fc", "faint": "#3d444d", "muted": "#9198a1",
             "lines": {"float": "#5db8f0", "double": "#ff9d57", "cfloat": "#3fcf9f", "cdouble": "#e59ad2"}},
}


def at_their_best(rows):
    """Of the rows measured more than once, with different kernels of a peer or in several runs, one: peers at their best, then the machine. Of
    those whose best peer took at most 2% longer than in any, the one with the lowest limit, which is measured beside the candidates. With the
    wrong results of all."""
    def fastest_peer(row):
        return row["microseconds"][row["best_peer"]] if "best_peer" in row else float("inf")
    measured = {}
    for row in rows:
        measured.setdefault(tuple(row[field] for field in ("task", "dtype", "order", "batch", "regime", "threads")), []).append(row)
    kept = []
    for several in measured.values():
        bound = 1.02 * min(map(fastest_peer, several))
        best = min((row for row in several if fastest_peer(row) <= bound), key=lambda row: row["limit_microseconds"])
        kept.append({**best, "wrong": list(dict.fromkeys(text for row in several for text in row["wrong"]))})
    return kept


def select(rows, **wanted):
    """The rows whose fields have these values, by order."""
    by_order = {row["order"]: row for row in rows if all(row[key] == value for key, value in wanted.items())}
    return [by_order[order] for order in sorted(by_order)]


def brief(x):
    return f"{x:.3g}" if x < 1000 else f"{x:.0f}"


def markdown_table(head, body):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in body])


def table_of_ratios(rows, task, regime):
    chosen = [row for row in rows if row["task"] == task and row["regime"] == regime and row["threads"] == 1]
    orders = sorted({row["order"] for row in chosen})
    body = []
    for dtype in DTYPES:
        by_order = {row["order"]: row for row in select(chosen, dtype=dtype)}
        if by_order:
            cells = [f'{by_order[n]["ratio"]:.1f} ({by_order[n]["share_of_limit"]:.0%})' if n in by_order and "ratio" in by_order[n] else ""
                     for n in orders]
            body.append([SPELLED[dtype]] + cells)
    return markdown_table(["n"] + [str(n) for n in orders], body) if body else ""


def table_of_times(rows):
    names = []
    for row in rows:
        names += [name for name in row["microseconds"] if name not in names]
    body = [[str(row["order"])] + [brief(row["microseconds"][name]) if name in row["microseconds"] else "" for name in names] +
            [brief(row["limit_microseconds"]), f'{row["ratio"] / row["share_of_limit"]:.1f}' if "ratio" in row else ""] for row in rows]
    return markdown_table(["n"] + names + ["limit", "ratio at the limit"], body)


def report(context, rows):
    parts = ["# Measured ratios", "How many times faster cholinv's out form is than the best of its peers, and in brackets its share of the machine's "
             "limit; the first over the second is the ratio that nobody can exceed on this machine. A row measured several times is given as "
             "it was when its best peer was the fastest or within 2% of that and, of those, the machine's limit the lowest. "
             "benchmarks/README.md says what is measured; `benchmarks/run.sh` wrote this page.",
             "\n".join(f"- {key}: {value}" for key, value in context.items())]
    for task, call in TASKS.items():
        for regime, words in REGIMES.items():
            table = table_of_ratios(rows, task, regime)
            if table:
                parts += [f"## {call}, one thread, {words}", table]
    for threads in sorted({row["threads"] for row in rows} - {1}):
        body = []
        for row in rows:
            alone = row["microseconds"].get("cholinv_1")
            if row["threads"] == threads and alone:
                ours = row["microseconds"]["cholinv"]
                body.append([TASKS[row["task"]], SPELLED[row["dtype"]], REGIMES[row["regime"]], str(row["order"]), brief(alone), brief(ours),
                             f"{alone / ours:.2f}", f'{row["ratio"]:.1f}' if "ratio" in row else ""])
        if body:
            parts += [f"## {threads} threads", markdown_table(
                ["", "", "", "n", "one thread, µs", f"{threads} threads, µs", "times faster", f"ratio to the best peer on {threads} threads"], body)]
    parts.append("## Microseconds per matrix, one thread")
    for task, call in TASKS.items():
        for dtype in DTYPES:
            for regime, words in REGIMES.items():
                chosen = select(rows, task=task, dtype=dtype, regime=regime, threads=1)
                if chosen:
                    parts += [f"### {call}<{SPELLED[dtype]}>, {words}", table_of_times(chosen)]
    wrong = [f'- {row["task"]} {row["dtype"]} {row["order"]} {row["regime"]}: {text}' for row in rows for text in row["wrong"]]
    if wrong:
        parts += ["## Wrong results, not timed", "\n".join(wrong)]
    return "\n\n".join(parts) + "\n"


def out_of_line(rows):
    """Orders at which a flop costs a quarter more than at the best smaller order: what a smooth curve would not do."""
    lines = []
    for task in TASKS:
        for dtype in DTYPES:
            best = 0
            for row in select(rows, task=task, dtype=dtype, regime="cache", threads=1):
                rate = row.get("gflops", 0)
                if rate < 0.8 * best:
                    lines.append(f'{task} {dtype} n = {row["order"]}: {rate:.2f} GF/s, after {best:.2f} at a smaller order')
                best = max(best, rate)
    return lines


def draw(rows, path, theme):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "cholinv", "font.family": "sans-serif", "font.size": 10,
                         "text.color": theme["text"], "axes.labelcolor": theme["muted"], "xtick.color": theme["muted"],
                         "ytick.color": theme["muted"]})
    panels = [regime for regime in ("cache", "memory") if any(row["regime"] == regime and row["task"] == "inverse" for row in rows)]
    widths = [len({row["order"] for row in rows if row["regime"] == regime and row["task"] == "inverse"}) + 2 for regime in panels]
    figure, axes = plt.subplots(1, len(panels), figsize=(9, 3.8), sharey=True, squeeze=False, layout="constrained", width_ratios=widths)
    titles = {"cache": "Times faster: batch in cache, from order 256 one matrix", "memory": "Times faster: batch from memory"}
    for axis, regime in zip(axes[0], panels):
        for dtype in DTYPES:
            chosen = [row for row in select(rows, task="inverse", dtype=dtype, regime=regime, threads=1) if "ratio" in row]
            axis.plot([row["order"] for row in chosen], [row["ratio"] for row in chosen], color=theme["lines"][dtype], linewidth=2,
                      marker="o", markersize=4, label=SPELLED[dtype])
        orders = sorted({row["order"] for row in rows if row["regime"] == regime and row["task"] == "inverse"} - {3})
        axis.axhline(1, color=theme["muted"], linewidth=1, linestyle=(0, (4, 3)))
        axis.set_xscale("log", base=2)
        axis.set_yscale("log", base=2)
        axis.set_xticks(orders, [str(n) for n in orders])
        axis.minorticks_off()
        axis.grid(axis="y", color=theme["faint"], linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(length=0)
        axis.set_title(titles[regime], loc="left", fontsize=10, color=theme["text"])
        axis.set_xlabel("order n")
        for spine in axis.spines.values():
            spine.set_visible(False)
    low, high = axes[0][0].get_ylim()
    axes[0][0].set_ylim(min(low, 0.9), high * 1.1)
    ticks = [tick for tick in (1, 2, 4, 8, 16, 32, 64, 128) if tick <= high * 1.1]
    axes[0][0].set_yticks(ticks, [f"{tick}×" for tick in ticks])
    axes[0][0].annotate("best of OpenBLAS, libtorch, Eigen", (axes[0][0].get_xlim()[0], 1), xytext=(4, 4), textcoords="offset points", fontsize=8,
                        color=theme["muted"])
    axes[0][0].legend(loc="upper right", frameon=False)
    figure.savefig(path, transparent=True, metadata={"Date": None})
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="JSON files of build/bench/ratios")
    parser.add_argument("--to", type=pathlib.Path, required=True, help="the directory to write to")
    parser.add_argument("--suite", default="full", choices=["full", "quick", "sweep", "chosen"])
    options = parser.parse_args()

    seen, rows = {}, []
    for file in options.files:
        content = json.loads(file.read_text())
        for key, value in content["context"].items():
            seen.setdefault(key, {})[value] = None
        rows += [{**row, "blas_kernels": content["context"]["blas_kernels"]} for row in content["rows"]]
    rows = at_their_best(rows)
    context = {key: " or ".join(values) for key, values in seen.items() if key != "threads"}
    if not rows:
        sys.exit("plot.py: the files have no rows")
    options.to.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row) for row in rows)
    (options.to / "ratios.json").write_text(f'{{"context": {json.dumps(context, indent=1)},\n"rows": [\n{lines}\n]}}\n')
    text = report(context, rows)
    (options.to / "ratios.md").write_text(text)
    print("\n" + text.split("## Microseconds per matrix")[0])
    if options.suite == "sweep":
        print("\n".join(out_of_line(rows)) or "No order falls out of line.")
    for name, theme in THEMES.items():
        draw(rows, options.to / f"ratios-{name}.svg", theme)
    print(f"plot.py: wrote {options.to}/ratios.json, ratios.md, ratios-light.svg and ratios-dark.svg")


if __name__ == "__main__":
    main()
