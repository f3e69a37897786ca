"""The quickstart, examples/run.sh on machines with and without a compiler, and the length of the neighbours' examples."""
import os
import re
import shutil
from fractions import Fraction

from exact import inverse
from harness import case, check

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
        check(calls[: len(before)] == list(before) and sorted(calls[len(before) :]) == sorted(compile_), f"called: {calls}")
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


def broken_example(context, example):
    machine = Machine(context, 0)
    machine.add("c++", COMPILER.replace("\n", f'\ncase "$*" in *{example}.cpp*) exit 7 ;; esac\n', 1))
    result, _ = machine.run()
    check(result.returncode == 7 and "ran " not in result.stdout, f"{result.returncode}: {result.stdout}")


for example in ("quickstart", "precision"):
    case(f"run.sh-broken-{example}", broken_example, example)
case("run.sh-nothing-installs", no_compiler, {}, "no C++17 compiler found, and no package manager known here")
case("run.sh-bad-cxx", no_compiler, {"CXX": "nosuch -flag"}, "CXX is 'nosuch -flag', which does not compile C++17 here")


def honours_cxx(context):
    machine = Machine(context, 0)
    machine.add("c++", COMPILER)
    machine.add("mine", COMPILER)
    machine.check_success(*machine.run(CXX="mine -m64"), "mine -m64")


case("run.sh-honours-cxx", honours_cxx)


def takes_what_is_there(context):
    machine = Machine(context, 0)
    machine.add("clang++", COMPILER)
    machine.add("c++", "#!{bash}\nexit 1\n")
    machine.check_success(*machine.run(), "clang++")


case("run.sh-takes-what-works", takes_what_is_there)


def short_neighbours(context):
    """An example of a neighbour is read in one look: 15 lines at most."""
    sources = sorted((context.source / "examples" / "neighbours").glob("*.cpp"))
    check(len(sources) == 8, f"{len(sources)} examples of neighbours")
    long = [f"{source.name}: {lines} lines" for source in sources if (lines := len(source.read_text().splitlines())) > 15]
    check(not long, f"longer than 15 lines: {long}")


case("neighbours-are-short", short_neighbours)
