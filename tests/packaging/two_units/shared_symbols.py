"""Lists functions of the library that objects of different settings share: shared_symbols.py NM NAME=OBJECT ...

Every object must share none with another, but native and native_again, built alike, must share some: else this looks at nothing.
"""
import itertools
import subprocess
import sys


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
        if {a, b} == {"native", "native_again"}:
            if not shared:
                wrong.append("native and native_again share nothing: the comparison is blind")
        elif shared:
            wrong.append(f"{a} and {b} share {len(shared)} symbols of the library, such as {shared[0]}")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
