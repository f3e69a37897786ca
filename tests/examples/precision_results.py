"""The precision program on tables that are right: what it writes and prints."""
import csv
import math
import re
from pathlib import Path

from exact import EPS, covariance, inverse, read_groups, residual
from harness import case, check

NUMBERS = "x,y\n1,2\n2,1\n4,7\n"


def check_whole_result(context, table, group, ridge, words):
    """The law of a run that succeeds: --out holds, for every group, a bitwise symmetric matrix with residual < 30 and its correlations."""
    before = context.listing()
    result = context.run(context.precision, table, *words, "--out", "out.csv")
    check(result.returncode == 0 and result.stderr == "", f"exit code {result.returncode}, stderr: {result.stderr}")
    check(context.listing() == sorted(before + ["out.csv"]), f"files left: {context.listing()}")

    groups, columns = read_groups(context.directory / table, group)
    with open(context.directory / "out.csv", newline="", encoding="utf-8") as file:
        records = list(csv.reader(file))
    check(records[0] == ["group", "row", "column", "precision", "partial_correlation"], f"header {records[0]}")
    expected_keys = [[g, i, j] for g in groups for i in columns for j in columns]
    check([r[:3] for r in records[1:]] == expected_keys, "the groups, rows and columns of the output are not those of the table")

    n = len(columns)
    values = [(float(r[3]), float(r[4])) for r in records[1:]]
    for g, (name, rows) in enumerate(groups.items()):
        block = values[g * n * n : (g + 1) * n * n]
        p = [[block[i * n + j][0] for j in range(n)] for i in range(n)]
        check(all(p[i][j] == p[j][i] for i in range(n) for j in range(i)), f"group {name}: not symmetric")
        measure = residual(covariance(rows, ridge), p)
        check(measure < 30, f"group {name}: residual {measure}")
        for i in range(n):
            for j in range(n):
                expected = 1.0 if i == j else -p[i][j] / math.sqrt(p[i][i] * p[j][j])
                got = block[i * n + j][1]
                check(abs(got - expected) <= 8 * EPS, f"group {name}, {columns[i]}, {columns[j]}: partial correlation {got}, not {expected}")
    return result.stdout, groups, columns


def shipped_table(context, table, group, ridge):
    words = ["--group", group] if group else []
    words += ["--ridge", ridge] if ridge else []
    copy = context.write(table, Path(context.data(table)).read_bytes())
    check_whole_result(context, copy, group, float(ridge or 0), words)


case("iris-by-species", shipped_table, "iris.csv", "species", None)
case("iris-by-species-with-ridge", shipped_table, "iris.csv", "species", "0.25")
case("digits-with-ridge", shipped_table, "digits.csv", "digit", "1")
case("digits-with-small-ridge", shipped_table, "digits.csv", "digit", "1e-6")
case("digits-ungrouped-with-ridge", shipped_table, "digits.csv", None, "0.5")


def printed_matrices(context):
    """What iris prints is the exact inverse, rounded once."""
    table = context.data("iris.csv")
    result = context.run(context.precision, table, "--group=species")
    check(result.returncode == 0 and result.stderr == "", result.stderr)
    groups, columns = read_groups(table, "species")
    expected = []
    for name, rows in groups.items():
        p = [[float(v) for v in row] for row in inverse(covariance(rows))]
        r = [[-p[i][j] / math.sqrt(p[i][i] * p[j][j]) if i != j else 1.0 for j in range(4)] for i in range(4)]
        expected.append([f"species = {name} ({len(rows)} rows, 4 columns)"])
        for title, matrix, pattern in (("precision", p, "%.5g"), ("partial correlation", r, "%.4f")):
            expected += [title.split(), columns]
            expected += [[column] + [pattern % v for v in row] for column, row in zip(columns, matrix)]
    got = [[line] if " = " in line else line.split() for line in result.stdout.splitlines()]
    check(got == expected, f"printed:\n{result.stdout}\nexpected:\n{expected}")


case("iris-printed", printed_matrices)


def printed_strongest(context):
    """A wide table prints the three strongest partial correlations per group; --full prints the matrices."""
    table = context.write("wide.csv", Path(context.data("digits.csv")).read_bytes())
    stdout, groups, _ = check_whole_result(context, table, "digit", 1.0, ["--group", "digit", "--ridge", "1"])
    with open(context.directory / "out.csv", newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    for name, rows in groups.items():
        pairs = [(r["row"], r["column"], float(r["partial_correlation"])) for r in records if r["group"] == name]
        position = {column: i for i, (column, _) in enumerate(dict.fromkeys((p[0], None) for p in pairs))}
        pairs = sorted((p for p in pairs if position[p[0]] < position[p[1]]), key=lambda p: -abs(p[2]))[:3]
        line = "  strongest partial correlations:" + "".join(f"  {i}~{j} {v:.4f}" for i, j, v in pairs)
        check(f"digit = {name} ({len(rows)} rows, 64 columns)\n{line}\n" in stdout, f"no such lines:\n{line}\nin:\n{stdout}")
    full = context.run(context.precision, table, "--group", "digit", "--ridge", "1", "--full")
    check(full.returncode == 0 and full.stdout.count("\n") == 10 * (1 + 2 * 66), "--full does not print all of it")


case("digits-printed", printed_strongest)


def help_text(context):
    for word in ("--help", "-h"):
        result = context.run(context.precision, word)
        check(result.returncode == 0 and result.stderr == "", result.stderr)
        for option in ("--group", "--ridge", "--out", "--full", "--help", "exit code"):
            check(option in result.stdout, f"{option} is not in the help")


case("help", help_text)


# One and the same table in other spellings: name, bytes, group column.
ROWS = "1.5,2,a\n2.5,1,b\n4,7.25,a\n-1,3,b\n0.5,-2,a\n3,3,b\n"
SPELLINGS = [
    ("plain", "x,y,g\n" + ROWS, "g"),
    ("no-last-newline", ("x,y,g\n" + ROWS).rstrip("\n"), "g"),
    ("crlf", ("x,y,g\n" + ROWS).replace("\n", "\r\n"), "g"),
    ("byte-order-mark", b"\xef\xbb\xbf" + ("x,y,g\n" + ROWS).encode(), "g"),
    ("byte-order-mark-before-quotes", b'\xef\xbb\xbf"x",y,g\r\n' + ROWS.encode(), "g"),
    ("blank-lines", "\n\nx,y,g\n\n" + ROWS.replace("\n", "\n  \n") + "\n\n", "g"),
    ("quoted-cells", "\"x\",\"y\",\"g\"\n" + re.sub(r"[^,\n]+", r'"\g<0>"', ROWS), "g"),
    ("blanks-around-cells", "x , y,\tg\n" + ROWS.replace(",", " ,\t "), "g"),
    ("text-in-quotes", 'x,y,"the ""group"", named"\n' + ROWS.replace("a", '"a, ""b"" \nc"'), 'the "group", named'),
    ("group-column-first", "g,x,y\na,1,2\na,2,1\na,4,7\n", "g"),
    ("group-column-amid", "x,g,y\n1,a b,2\n2,a b,1\n4,a b,7\n", "g"),
    ("utf-8-names", "größe,y,g\n1,2,ä\n2,1,ä\n4,7,ä\n", "g"),
    ("exponents-and-signs", "x,y\n+1e0,2E-0\n.2e+1,1.\n400e-2,+7\n", None),
    ("one-column", "x\n1\n2\n4\n", None),
    ("large-offset", "x,y\n1000000001,2\n1000000002,1\n1000000004,7\n", None),
    ("small-scale", "x,y\n1e-120,2\n2e-120,1\n4e-120,7\n", None),
]


def spelling(context, content, group):
    table = context.write("table.csv", content)
    check_whole_result(context, table, group, 0.0, ["--group", group] if group else [])


for row in SPELLINGS:
    case("spelling-" + row[0], spelling, *row[1:])
