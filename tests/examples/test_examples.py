#!/usr/bin/env python3
"""Runs the example programs: each case is a row of a list, each kind of case one law, the oracle is exact rational arithmetic.

test_examples.py --list            names the cases
test_examples.py CASE... --source DIR --quickstart PROGRAM --precision PROGRAM --cxx COMPILER
"""
import argparse
import csv
import math
import os
import random
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from fractions import Fraction
from operator import mul
from pathlib import Path

EPS = 2.0**-52
SEED = 20240229


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


# ---- the oracle: exact rational arithmetic --------------------------------------------------------------------------


def as_integers(matrix):
    scale = math.lcm(*(x.denominator for row in matrix for x in row))
    return [[x.numerator * (scale // x.denominator) for x in row] for row in matrix], scale


def covariance(rows, ridge=0.0):
    """Exact covariance (divisor rows - 1) of rows of Fractions, plus ridge on the diagonal; sums of integers are quick."""
    x, scale = as_integers(rows)
    count, columns = len(x), list(zip(*x))
    total = [sum(column) for column in columns]
    divisor = scale * scale * count * (count - 1)
    a = [[Fraction(0)] * len(columns) for _ in columns]
    for i, p in enumerate(columns):
        for j in range(i + 1):
            a[i][j] = a[j][i] = Fraction(count * sum(map(mul, p, columns[j])) - total[i] * total[j], divisor)
        a[i][i] += Fraction(ridge)
    return a


def first_dependent_column(a):
    """The first column that the columns before it determine, or None: elimination without pivoting meets its exact zero."""
    a = [row[:] for row in a]
    for k in range(len(a)):
        if a[k][k] == 0:
            return k
        for i in range(k + 1, len(a)):
            factor = a[i][k] / a[k][k]
            if factor:
                a[i] = [x - factor * y for x, y in zip(a[i], a[k])]
    return None


def inverse(a):
    """Exact inverse by Gauss-Jordan elimination of a positive definite matrix."""
    n = len(a)
    work = [row[:] + [Fraction(i == j) for j in range(n)] for i, row in enumerate(a)]
    for k in range(n):
        pivot = work[k][k]
        work[k] = [x / pivot for x in work[k]]
        for i in range(n):
            if i != k and work[i][k]:
                factor = work[i][k]
                work[i] = [x - factor * y for x, y in zip(work[i], work[k])]
    return [row[n:] for row in work]


def residual(a, x):
    """LAPACK's measure ||I - A X||_1 / (n ||A||_1 ||X||_1 eps), the product formed exactly."""
    n = len(a)
    a, a_scale = as_integers(a)
    x, x_scale = as_integers([[Fraction(v) for v in row] for row in x])
    one = a_scale * x_scale
    columns = list(zip(*x))
    norm = lambda m: max(sum(map(abs, column)) for column in zip(*m))
    error = [[(one if i == j else 0) - sum(map(mul, a[i], columns[j])) for j in range(n)] for i in range(n)]
    return float(Fraction(norm(error), n * norm(a) * norm(x))) / EPS


def double(text):
    return Fraction(float(text))


def read_groups(path, group=None, number=double):
    """{group: rows of Fractions} and the numeric columns' names, by Python's own CSV reader; `number` reads a cell."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        records = [r for r in csv.reader(file, skipinitialspace=True) if r and any(cell.strip() for cell in r)]
    header = [cell.strip() for cell in records[0]]
    at = header.index(group) if group is not None else None
    groups = {}
    for record in records[1:]:
        name = record[at].strip() if at is not None else "all"
        groups.setdefault(name, []).append([number(c) for i, c in enumerate(record) if i != at])
    return groups, [c for i, c in enumerate(header) if i != at]


# ---- running --------------------------------------------------------------------------------------------------------


class Context:
    def __init__(self, options, directory):
        self.source = Path(options.source).resolve()
        self.quickstart = os.path.abspath(options.quickstart)
        self.precision = os.path.abspath(options.precision)
        self.cxx = options.cxx
        self.directory = Path(directory)

    def data(self, name):
        return str(self.source / "examples" / "data" / name)

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, *words, **keywords):
        return subprocess.run([str(w) for w in words], cwd=self.directory, capture_output=True, encoding="utf-8", errors="replace", timeout=600, **keywords)

    def listing(self):
        return sorted(os.listdir(self.directory))


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


# ---- the cases ------------------------------------------------------------------------------------------------------

CASES = {}


def case(name, law, *arguments):
    assert name not in CASES, name
    CASES[name] = (law, arguments)


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
NUMBERS = "x,y\n1,2\n2,1\n4,7\n"
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

# Bad input: name, table (None: no such file), further words, line (None: the message has no line number), what the message says.
BAD = [
    ("missing-file", None, [], None, "cannot read: No such file"),
    ("empty-file", "", [], 1, "the file is empty"),
    ("only-blank-lines", "\n\r\n \n", [], 1, "the file is empty"),
    ("only-byte-order-mark", b"\xef\xbb\xbf", [], 1, "the file is empty"),
    ("header-only", "x,y\n", [], 1, "no row follows the header"),
    ("short-row", NUMBERS + "1\n", [], 5, "1 cell; the header has 2"),
    ("long-row", "x,y\n1,2,3\n2,1\n", [], 2, "3 cells; the header has 2"),
    ("trailing-comma", "x,y\n1,2\n2,1,\n", [], 3, "3 cells; the header has 2"),
    ("ragged-after-blank-lines", "x,y\n\n\n1,2\n\n5\n", [], 6, "1 cell"),
    ("ragged-with-crlf", "x,y\r\n1,2\r\n5\r\n", [], 3, "1 cell"),
    ("ragged-after-line-in-quotes", 'g,x,y\n"a\nb",1,2\n"c",1\n', ["--group", "g"], 4, "2 cells"),
    ("text", NUMBERS + "3,many\n", [], 5, "column 'y': 'many' is not a finite number"),
    ("text-in-grouped-table", "x,g\n1,a\nb,b\n", ["--group", "g"], 3, "column 'x': 'b' is not a finite number"),
    ("label-without-group-option", "x,g\n1,a\n2,b\n", [], 2, "column 'g': 'a' is not a finite number; if it names a group: --group g"),
    ("text-in-later-row", "x,g\n1,1\n2,b\n", [], 3, "column 'g': 'b' is not a finite number\n"),
    ("empty-cell", "x,y\n1,2\n,3\n", [], 3, "column 'x': an empty cell"),
    ("quoted-empty-cell-alone", 'x\n1\n""\n2\n', [], 3, "an empty cell"),
    ("only-commas", "x,y\n1,2\n,\n", [], 3, "an empty cell"),
    ("nan", "x,y\n1,2\nnan,3\n", [], 3, "'nan' is not a finite number"),
    ("nan-upper-case", "x,y\n1,2\n3,NAN\n", [], 3, "'NAN' is not a finite number"),
    ("nan-with-payload", "x,y\n1,2\n3,nan(1)\n", [], 3, "'nan(1)' is not a finite number"),
    ("infinity", "x,y\n1,2\n3,-Infinity\n", [], 3, "'-Infinity' is not a finite number"),
    ("inf", "x,y\n1,2\n3,inf\n", [], 3, "'inf' is not a finite number"),
    ("overflow", "x,y\n1,2\n3,1e999\n", [], 3, "'1e999' is not a finite number"),
    ("hexadecimal", "x,y\n1,2\n3,0x10\n", [], 3, "'0x10' is not a finite number"),
    ("digits-then-text", "x,y\n1,2\n3,4cm\n", [], 3, "'4cm' is not a finite number"),
    ("two-points", "x,y\n1,2\n3,4.5.6\n", [], 3, "'4.5.6' is not a finite number"),
    ("two-signs", "x,y\n1,2\n3,--4\n", [], 3, "'--4' is not a finite number"),
    ("sign-only", "x,y\n1,2\n3,-\n", [], 3, "'-' is not a finite number"),
    ("half-an-exponent", "x,y\n1,2\n3,4e\n", [], 3, "'4e' is not a finite number"),
    ("decimal-comma", 'x,y\n1,2\n3,"4,5"\n', [], 3, "'4,5' is not a finite number"),
    ("blank-inside-number", "x,y\n1,2\n3,4 5\n", [], 3, "'4 5' is not a finite number"),
    ("semicolons", "x;y\n1;2\n3;4\n", [], 2, "'1;2' is not a finite number"),
    ("zero-byte", b"x,y\n1,2\n3,4\x005\n", [], 3, "a zero byte; the table should be UTF-8 text"),
    ("line-end-inside-cell", 'x,y\n1,2\n3,"4\n5"\n', [], 3, "'4?5' is not a finite number"),
    ("very-long-cell", "x,y\n1,2\n3,x" + "ü" * 100000 + "\n", [], 3, "ü...' is not a finite number"),
    ("utf-16", "x,y\n1,2\n".encode("utf-16"), [], 1, "a zero byte; the table should be UTF-8 text"),
    ("latin-1-cell", "x,y\n1,2\n3,\xfc\n".encode("latin-1"), [], 3, "is not a finite number"),
    ("control-characters", "x,y\n1,2\n3,\x1b[31m\n", [], 3, "'?[31m' is not a finite number"),
    ("unclosed-quote", 'x,y\n1,2\n3,"4\n5,6\n7,8\n', [], 3, "a quoted cell begins here and never ends"),
    ("unclosed-quote-second-line", 'x,y\n"1\n","4\n5,6\n', [], 3, "a quoted cell begins here and never ends"),
    ("text-after-quote", 'x,y\n1,2\n"3"4,5\n', [], 3, "text follows the closing quote"),
    ("duplicate-column", "x,y,x\n1,2,3\n", [], 1, "two columns are named 'x'"),
    ("nameless-column", "x,,y\n1,2,3\n", [], 1, "column 2 has no name"),
    ("no-such-group-column", NUMBERS, ["--group", "z"], 1, "no column is named 'z'; the names are: x, y"),
    ("no-such-group-column-of-many", ",".join(f"column{i}" for i in range(999)) + "\n", ["--group", "z"], 1, "column1, column2"),
    ("no-numeric-column", "g\na\nb\n", ["--group", "g"], 1, "no column besides the group column"),
    ("empty-group", "x,g\n1,a\n2,a\n3,\n", ["--group", "g"], 4, "column 'g': the name of the group is empty"),
    ("one-row", "x,y\n1,2\n", [], 2, "the table has only this row; a covariance needs 2 or more"),
    ("one-row-in-a-group", "x,g\n1,a\n2,b\n3,a\n", ["--group", "g"], 3, "group 'b' has only this row; a covariance needs 2 or more"),
    ("one-row-despite-ridge", "x,g\n1,a\n2,b\n3,a\n", ["--group", "g", "--ridge", "1"], 3, "group 'b' has only this row"),
    ("covariance-overflows", "x,y\n1,2\n2,1e200\n4,-1e200\n", [], 2, "column 'y': the covariance leaves the range of a double"),
    ("deviation-overflows", "x,y\n1,2\n2,1.7e308\n4,-1.7e308\n", [], 2, "column 'y': the covariance leaves the range of a double"),
    ("covariance-of-second-group-overflows", "x,g\n1,a\n2,a\n1,b\n1e200,b\n", ["--group=g"], 4, "group g = 'b': column 'x': the covariance"),
    ("precision-overflows", "x\n0\n1e-155\n2e-155\n", [], 2, "column 'x': the precision leaves the range of a double"),
    ("ridge-text", NUMBERS, ["--ridge", "much"], None, "--ridge is 'much'; it should be a finite number, 0 or more"),
    ("ridge-negative", NUMBERS, ["--ridge", "-1"], None, "--ridge is '-1'"),
    ("ridge-infinite", NUMBERS, ["--ridge", "inf"], None, "--ridge is 'inf'"),
    ("ridge-empty", NUMBERS, ["--ridge="], None, "--ridge is ''"),
    ("unknown-option", NUMBERS, ["--rigde=1"], None, "unknown option '--rigde=1'"),
    ("option-without-value", NUMBERS, ["--group"], None, "--group needs a value"),
    ("two-tables", NUMBERS, ["other.csv"], None, "'other.csv' is another"),
]


def bad_input(context, content, words, line, text):
    """Exit code 2, one line that says where and what, no output: a file there stays as it is, a file not there stays away."""
    name = "table.csv"
    if content is not None:
        context.write(name, content)
    for old in (None, b"what was there before\n"):
        if old is not None:
            context.write("out.csv", old)
        before = context.listing()
        result = context.run(context.precision, name, "--out", "out.csv", *words)
        check(result.returncode == 2, f"exit code {result.returncode}, stderr: {result.stderr}")
        check(result.stdout == "", f"stdout: {result.stdout}")
        check(result.stderr.count("\n") == 1 and result.stderr.endswith("\n"), f"not one line: {result.stderr!r}")
        check(len(result.stderr.encode()) < 400, f"a long line: {result.stderr!r}")
        where = f"precision: {name}:{line}: " if line is not None else "precision: "
        check(result.stderr.startswith(where) and text in result.stderr, f"stderr: {result.stderr!r}; expected {where!r} and {text!r}")
        check(context.listing() == before, f"files left: {context.listing()}")
        check(old is None or (context.directory / "out.csv").read_bytes() == old, "the old output file changed")


for row in BAD:
    case("bad-" + row[0], bad_input, *row[1:])


def usage(context, words, text):
    result = context.run(context.precision, *words)
    check(result.returncode == 2 and result.stdout == "" and result.stderr.count("\n") == 1, f"{result.returncode}: {result.stderr!r}")
    check(text in result.stderr, f"stderr: {result.stderr!r}; expected {text!r}")


case("usage-no-table", usage, [], "no table given; see --help")
case("usage-empty-name", usage, [""], "no table given; see --help")
case("usage-out-empty", usage, ["t.csv", "--out="], "--out is empty")
case("usage-directory", usage, ["."], ".: cannot read: Is a directory")

# Output that cannot be written: name, what is made of out.csv beforehand, text.
UNWRITABLE = [
    ("missing-directory", "nowhere/out.csv", lambda d: None, "nowhere/out.csv: cannot write: No such file"),
    ("directory", "out.csv", lambda d: (d / "out.csv").mkdir(), "out.csv: cannot write: not a regular file"),
    ("pipe", "out.csv", lambda d: os.mkfifo(d / "out.csv"), "out.csv: cannot write: not a regular file"),
    ("device", "out.csv", lambda d: (d / "out.csv").symlink_to("/dev/null"), "out.csv: cannot write: not a regular file"),
    ("the-table-itself", "table.csv", lambda d: None, "table.csv: cannot write: it is the table itself"),
    ("link-to-the-table", "out.csv", lambda d: (d / "out.csv").symlink_to("table.csv"), "out.csv: cannot write: it is the table itself"),
    ("no-space", "out.csv", lambda d: None, "out.csv: cannot write: File too large"),
    ("no-space-for-old-file", "out.csv", lambda d: (d / "out.csv").write_text("old"), "out.csv: cannot write: File too large"),
]


def unwritable(context, out, prepare, text):
    """Exit code 2, one line, nothing printed, nothing left behind."""
    table = context.write("table.csv", Path(context.data("iris.csv")).read_bytes())
    prepare(context.directory)

    def contents():
        return {p.name: p.read_bytes() if p.is_file() else stat.S_IFMT(p.lstat().st_mode) for p in context.directory.iterdir()}

    def no_space():  # a file may not grow beyond 500 bytes, and the program is told so by an error instead of a signal
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    before = contents()
    keywords = {"preexec_fn": no_space, "restore_signals": False} if "too large" in text else {}
    result = context.run(context.precision, table, "--group", "species", "--out", out, **keywords)
    check(result.returncode == 2 and result.stdout == "" and result.stderr.count("\n") == 1, f"{result.returncode}: {result.stderr!r}")
    check(text in result.stderr, f"stderr: {result.stderr!r}; expected {text!r}")
    check(contents() == before, f"files left: {context.listing()}")


for row in UNWRITABLE:
    case("unwritable-" + row[0], unwritable, *row[1:])


def stdout_full(context):
    with open("/dev/full", "w") as full:
        result = subprocess.run([context.precision, context.data("iris.csv"), "--group=species"], stdout=full, stderr=subprocess.PIPE, text=True)
    check(result.returncode == 2 and "standard output: cannot write: No space left" in result.stderr, f"{result.returncode}: {result.stderr!r}")


case("unwritable-stdout", stdout_full)


def replaces_output(context):
    """An old output file is replaced; a symbolic link stays a link and its target gets the result."""
    table = context.write("table.csv", NUMBERS)
    fresh = context.run(context.precision, table, "--out", "fresh.csv")
    context.write("target.csv", "old" * 10000)
    (context.directory / "link.csv").symlink_to("target.csv")
    linked = context.run(context.precision, table, "--out", "link.csv")
    check(fresh.returncode == 0 and linked.returncode == 0, fresh.stderr + linked.stderr)
    check((context.directory / "link.csv").is_symlink(), "the link is gone")
    check((context.directory / "target.csv").read_bytes() == (context.directory / "fresh.csv").read_bytes(), "another content")
    check(context.listing() == ["fresh.csv", "link.csv", "table.csv", "target.csv"], f"files left: {context.listing()}")


case("replaces-output", replaces_output)


# ---- singular covariances -------------------------------------------------------------------------------------------


def first_line(path, group, name):
    """The line on which a group begins; the tables here have one record per line."""
    with open(path, newline="") as file:
        records = list(csv.reader(file))
    return 2 if group is None else 1 + next(i for i, r in enumerate(records) if i and r[records[0].index(group)] == name)


def singular(context, table, group, ridge=None):
    """Exit code 1; a line for every singular group names the first dependent column, the last line what to do, and doing so helps.

    The oracle takes the decimals of the table as exact, not as the doubles nearest to them.
    """
    groups, columns = read_groups(context.directory / table, group, number=Fraction)
    words = ["--group", group] if group else []
    before = context.listing()
    result = context.run(context.precision, table, *words, *(["--ridge", ridge] if ridge else []), "--out", "out.csv")
    expected = []
    for name, rows in groups.items():
        column = first_dependent_column(covariance(rows))
        if column is None:
            continue
        constant = [len({r[j] for r in rows}) == 1 for j in range(len(columns))]
        line = f"precision: {table}:{first_line(context.directory / table, group, name)}: " + (f"group {group} = '{name}': " if group else "")
        line += f"the covariance is singular: column '{columns[column]}' is "
        if constant[column]:
            line += "constant" + (f" ({sum(constant)} such columns)" if sum(constant) > 1 else "")
        else:
            line += "a linear combination of the columns before it"
            line += f" ({len(rows)} rows are too few for {len(columns)} columns)" if len(rows) <= len(columns) else ""
        expected.append(line)
    check(expected, "the case is wrong: nothing is singular")
    lines = result.stderr.splitlines()
    check(result.returncode == 1 and result.stdout == "", f"exit code {result.returncode}, stdout {result.stdout!r}, stderr {result.stderr}")
    check(lines[:-1] == expected, "stderr:\n" + result.stderr + "expected:\n" + "\n".join(expected))
    check(context.listing() == before, f"files left: {context.listing()}")

    advice = re.search(r"add a ridge, for instance --ridge (\S+), or take", lines[-1])
    check(advice, f"no advice: {lines[-1]}")
    check(float(advice[1]) > float(ridge or 0), f"the proposed ridge is not larger: {lines[-1]}")
    check_whole_result(context, table, group, float(advice[1]), words + ["--ridge", advice[1]])


def singular_table(context, content, group, ridge):
    context.write("table.csv", content)
    singular(context, "table.csv", group, ridge)


def singular_digits(context):
    context.write("digits.csv", Path(context.data("digits.csv")).read_bytes())
    singular(context, "digits.csv", "digit")


def singular_random(context, seed):
    """Columns planted as combinations of two others, or as copies, among independent ones: the first of them is to be named."""
    rng = random.Random(seed)
    n = rng.randrange(4, 25)
    planted = {}
    for column in sorted(rng.sample(range(1, n), rng.randrange(1, n // 2 + 1))):
        others = rng.sample(range(column), min(2, column))
        weights = [1] if rng.random() < 0.3 else [rng.choice((-7, -2, 3, 11)) for _ in others]
        planted[column] = list(zip(weights, others))
    lines = [",".join(f"c{j}" for j in range(n))]
    for _ in range(n + rng.randrange(5, 200)):
        row = [rng.randrange(-500, 500) for _ in range(n)]
        for column, terms in planted.items():
            row[column] = sum(weight * row[j] for weight, j in terms) + 3
        lines.append(",".join(f"{x}e-2" for x in row))
    context.write("table.csv", "\n".join(lines) + "\n")
    try:
        singular(context, "table.csv", None)
    except Failure as failure:
        raise Failure(f"seed {seed}, {n} columns, planted {planted}: {failure}")


SINGULAR = [
    ("constant-first", "c,x\n5,1\n5,2\n5,4\n", None, None),
    ("constant-last", "x,c\n1,0.1\n2,0.1\n4,0.1\n", None, None),
    ("constant-in-one-group", "x,c,g\n1,2,a\n2,1,a\n4,7,a\n1,3,b\n2,3,b\n4,3,b\n", "g", None),
    ("constant-tenths", "c,x\n" + "".join(f"0.1,{i}\n" for i in range(7)), None, None),
    ("all-constant", "a,b\n1,2\n1,2\n1,2\n", None, None),
    ("equal-columns", "x,y,z\n1,1,3\n2,2,1\n4,4,1\n7,7,5\n", None, None),
    ("sum-of-columns", "x,y,z\n1,1,2\n2,3,5\n4,1,5\n7,2,9\n", None, None),
    ("decimal-combination", "x,y,z\n0.1,0.7,0.31\n0.2,0.3,0.29\n0.4,0.1,0.43\n0.7,0.6,0.88\n0.9,0.2,0.96\n", None, None),
    ("two-rows", "x,y\n1,1\n2,5\n", None, None),
    ("too-few-rows", "a,b,c,d\n1,2,3,5\n2,1,7,4\n4,4,4,1\n", None, None),
    ("ridge-zero", "x,y\n1,1\n2,2\n4,4\n", None, "0"),
    ("ridge-too-small", "x,y\n1,1\n2,2\n4,4\n", None, "1e-30"),
    ("two-groups", "x,y,g\n1,1,a\n2,2,a\n4,4,a\n1,1,b\n2,5,b\n3,3,c\n4,5,c\n9,1,c\n", "g", None),
]
for row in SINGULAR:
    case("singular-" + row[0], singular_table, *row[1:])
case("singular-digits", singular_digits)
for number in range(12):
    case(f"singular-random-{number}", singular_random, SEED + number)


def variance_underflows(context):
    context.write("table.csv", "x\n0\n1e-200\n3e-200\n")
    result = context.run(context.precision, "table.csv")
    check(result.returncode == 1 and result.stdout == "", f"{result.returncode}: {result.stderr}")
    check("column 'x' varies too little for its variance to be a double" in result.stderr, result.stderr)


case("singular-variance-underflows", variance_underflows)


# ---- quickstart and run.sh ------------------------------------------------------------------------------------------

MATRIX = [["0.9935", "-0.6353", "1.5806"], ["-0.6353", "0.8769", "-1.7183"], ["1.5806", "-1.7183", "10.6618"]]


def quickstart_lines():
    """What quickstart should print of the 3 x 3 matrix: the exact inverse rounded once, and the identity."""
    exact = inverse([[Fraction(x) for x in row] for row in MATRIX])
    return [[f"{float(x):.4f}" for x in row] + ["|"] + [f"{float(i == j):.4f}" for j in range(3)] for i, row in enumerate(exact)]


def check_quickstart(output):
    lines = [line.split() for line in output.splitlines()]
    for expected in quickstart_lines():
        check(expected in lines, f"no line {expected} in:\n{output}")
    # [[2, i], [-i, 3]], [[1, 1/2], [1/2, 1]], [[4, 1-2i], [1+2i, 5]]: adjugates over determinants 5, 3/4, 15, by hand
    batch = [
        ["0.6000+0.0000i 0.0000-0.2000i", "0.0000+0.2000i 0.4000+0.0000i"],
        ["1.3333+0.0000i -0.6667+0.0000i", "-0.6667+0.0000i 1.3333+0.0000i"],
        ["0.3333+0.0000i -0.0667+0.1333i", "-0.0667-0.1333i 0.2667+0.0000i"],
    ]
    identity = ["1.0000+0.0000i 0.0000+0.0000i", "0.0000+0.0000i 1.0000+0.0000i"]
    expected = [(row + " | " + one).split() for matrix in batch for row, one in zip(matrix, identity)]
    got = [line for line in lines if line and line[0].endswith("i")]
    check(got == expected, f"the batch is {got}, expected {expected}")


def quickstart(context):
    result = context.run(context.quickstart)
    check(result.returncode == 0 and result.stderr == "", result.stderr)
    check_quickstart(result.stdout)


case("quickstart", quickstart)


def run_sh(context):
    """The whole of examples/run.sh with this build's compiler."""
    environment = {**os.environ, "CXX": context.cxx, "TMPDIR": str(context.directory)}
    result = context.run(context.source / "examples" / "run.sh", env=environment)
    check(result.returncode == 0 and result.stderr == "", f"{result.returncode}: {result.stderr}")
    check_quickstart(result.stdout)
    for heading in ("species = setosa (50 rows, 4 columns)", "digit = 9 (180 rows, 64 columns)"):
        check(heading in result.stdout, f"no {heading} in:\n{result.stdout}")
    check(context.listing() == [], f"files left: {context.listing()}")


case("run.sh", run_sh)

COMPILER = """#!{bash}
echo "{name} $*" >>"{log}"
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then printf '#!{bash}\\necho "ran %s $*"\\n' "${{2##*/}}" >"$2"; chmod +x "$2"; fi
  shift
done
"""
MANAGER = """#!{bash}
echo "{name} $*" >>"{log}"
case " $* " in *" {package} "*) mv "{bin}/.later" "{bin}/{compiler}" ;; esac
"""
SUDO = """#!{bash}
echo sudo >>"{log}"
exec "$@"
"""

# A machine without a compiler: package manager, user id, is there sudo, the compiler it brings, package, what is called.
INSTALLS = [
    ("apt-get", 0, False, "c++", "g++", ["apt-get update", "apt-get install -y --no-install-recommends g++"]),
    ("apt-get", 0, True, "c++", "g++", ["apt-get update", "apt-get install -y --no-install-recommends g++"]),
    ("apt-get", 1000, True, "c++", "g++", ["sudo", "apt-get update", "sudo", "apt-get install -y --no-install-recommends g++"]),
    ("apt-get", 1000, False, "c++", "g++", ["apt-get update", "apt-get install -y --no-install-recommends g++"]),
    ("dnf", 1000, True, "c++", "gcc-c++", ["sudo", "dnf install -y gcc-c++"]),
    ("apk", 0, False, "c++", "g++", ["apk add g++"]),
    ("pacman", 1000, True, "c++", "gcc", ["sudo", "pacman -Sy --noconfirm gcc"]),
    ("zypper", 1000, True, "g++", "gcc-c++", ["sudo", "zypper --non-interactive install gcc-c++"]),
    ("brew", 1000, True, "clang++", "gcc", ["brew install gcc"]),
]


class Machine:
    """A PATH that holds the few programs run.sh needs and stubs that write down how they are called."""

    def __init__(self, context, user):
        self.context = context
        self.bin = context.directory / "bin"
        self.log = context.directory / "log"
        self.temporary = context.directory / "tmp"
        self.bin.mkdir()
        self.temporary.mkdir()
        for tool in ("bash", "env", "dirname", "mktemp", "rm", "mv", "chmod"):
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.add("id", "#!{bash}\necho " + str(user) + "\n")

    def add(self, name, script, file=None, **values):
        path = self.bin / (file or name)
        path.write_text(script.format(bash=shutil.which("bash"), name=name, log=self.log, bin=self.bin, **values))
        path.chmod(0o755)

    def run(self, **environment):
        environment = {"PATH": str(self.bin), "TMPDIR": str(self.temporary), **environment}
        result = self.context.run(self.bin / "bash", self.context.source / "examples" / "run.sh", env=environment)
        check(os.listdir(self.temporary) == [], f"files left: {os.listdir(self.temporary)}")
        calls = self.log.read_text().splitlines() if self.log.exists() else []
        return result, [re.sub(re.escape(str(self.temporary)) + "/[^/]*/", "TMP/", call) for call in calls if "probe" not in call]

    @staticmethod
    def check_success(result, calls, compiler, before=()):
        check(result.returncode == 0 and result.stderr == "", f"{result.returncode}: {result.stderr}")
        compile_ = [f"{compiler} -std=c++17 -O2 -I include examples/{e}.cpp -o TMP/{e}" for e in ("quickstart", "precision")]
        check(calls == list(before) + compile_, f"called: {calls}")
        ran = [line for line in result.stdout.splitlines() if line.startswith("ran ")]
        expected = ["ran quickstart ", "ran precision examples/data/iris.csv --group species"]
        expected += ["ran precision examples/data/digits.csv --group digit --ridge 1"]
        check(ran == expected, f"ran: {ran}")


def installs_compiler(context, manager, user, sudo, compiler, package, calls):
    machine = Machine(context, user)
    machine.add(compiler, COMPILER, file=".later")
    machine.add(manager, MANAGER, compiler=compiler, package=package)
    if sudo:
        machine.add("sudo", SUDO)
    machine.check_success(*machine.run(), compiler, calls)


for row in INSTALLS:
    case(f"run.sh-installs-with-{row[0]}-as-{'root' if row[1] == 0 else 'user'}{'-sudo' if row[2] else ''}", installs_compiler, *row)


def no_compiler(context, environment, text):
    result, calls = Machine(context, 0).run(**environment)
    check(result.returncode == 1 and calls == [] and text in result.stderr and result.stderr.count("\n") == 1, f"{result.returncode}: {result.stderr}")


case("run.sh-nothing-installs", no_compiler, {}, "no C++17 compiler found, and no package manager known here")
case("run.sh-bad-cxx", no_compiler, {"CXX": "nosuch -flag"}, "CXX is 'nosuch -flag', which does not compile C++17 here")


def honours_cxx(context):
    machine = Machine(context, 0)
    machine.add("c++", COMPILER)
    machine.add("mine", COMPILER)
    machine.check_success(*machine.run(CXX="mine -m64"), "mine -m64")


def takes_what_is_there(context):
    machine = Machine(context, 0)
    machine.add("clang++", COMPILER)
    machine.add("c++", "#!{bash}\nexit 1\n")
    machine.check_success(*machine.run(), "clang++")




def short_neighbours(context):
    """An example of a neighbour is read in one look: 15 lines at most."""
    sources = sorted((context.source / "examples" / "neighbours").glob("*.cpp"))
    check(len(sources) == 8, f"{len(sources)} examples of neighbours")
    long = [f"{source.name}: {lines} lines" for source in sources if (lines := len(source.read_text().splitlines())) > 15]
    check(not long, f"longer than 15 lines: {long}")


case("neighbours-are-short", short_neighbours)
case("run.sh-honours-cxx", honours_cxx)
case("run.sh-takes-what-works", takes_what_is_there)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--list", action="store_true")
    for option in ("source", "quickstart", "precision", "cxx"):
        parser.add_argument("--" + option)
    options = parser.parse_args()
    if options.list:
        print("\n".join(CASES))
        return 0
    failed = 0
    for name in options.cases or CASES:
        law, arguments = CASES[name]
        with tempfile.TemporaryDirectory(prefix="cholinv-examples-") as directory:
            try:
                law(Context(options, directory), *arguments)
                print(f"ok      {name}", flush=True)
            except Failure as failure:
                failed += 1
                print(f"FAILED  {name}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
