"""Lists functions of the library that objects of different settings share: shared_symbols.py NM NAME=OBJECT ...

Every object must share none with another. But those that are built alike or differ in LAPACK or OpenMP alone share kernels and
exceptions, and only those built alike what a call does above the kernels.
"""
import itertools
import re
import subprocess
import sys

CALLS = re.compile(r"\dcholinv_calls(?![a-z])")  # the namespaces whose code LAPACK and OpenMP change


def library_symbols(nm, path):
    # Weak definitions are what the linker merges: W functions, V objects, u the unique ones of GNU.
    listing = subprocess.run([nm, "--defined-only", path], capture_output=True, text=True, check=True).stdout
    fields = (line.split() for line in listing.splitlines())
    return {name for _, kind, name in fields if kind in "WVu" and "7cholinv" in name}


def main(nm, objects):
    symbols = {}
    for argument in objects:
        name, path = argument.split("=", 1)
        symbols[name] = library_symbols(nm, path)
    wrong = []
    for a, b in itertools.combinations(symbols, 2):
        shared = sorted(symbols[a] & symbols[b])
        calls = [symbol for symbol in shared if CALLS.search(symbol)]
        alike = {a, b} == {"native", "native_again"}
        if {a, b} <= {"native", "native_again", "lapack", "openmp"}:
            for name, what in (("6native", "kernels"), ("_ZTIN7cholinv", "exceptions")):
                if not any(name in symbol for symbol in shared):
                    wrong.append(f"{a} and {b} share no {what}")
            if alike and not calls:
                wrong.append(f"{a} and {b} share no calls: the comparison is blind")
            shared = [] if alike else calls
        if shared:
            wrong.append(f"{a} and {b} share {len(shared)} symbols of the library, such as {shared[0]}")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
