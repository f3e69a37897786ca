"""The precision program on tables, options and output files that are not right."""
import os
import resource
import stat
import subprocess
from pathlib import Path

from harness import case, check
from precision_results import NUMBERS

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
