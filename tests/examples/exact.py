"""The oracle of the examples: exact rational arithmetic."""
import csv
import math
from fractions import Fraction
from operator import mul

EPS = 2.0**-52


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
