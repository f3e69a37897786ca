"""The precision program on tables whose covariance is singular."""
import csv
import random
import re
from fractions import Fraction
from pathlib import Path

from exact import covariance, first_dependent_column, read_groups
from harness import Failure, case, check
from precision_results import check_whole_result

SEED = 20240229


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
