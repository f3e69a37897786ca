#!/usr/bin/env python3
"""Runs the example programs: each case is a row of a list, each kind of case one law, the oracle is exact rational arithmetic.

test_examples.py --list            names the cases
test_examples.py CASE... --source DIR --quickstart PROGRAM --precision PROGRAM --cxx COMPILER
"""
import argparse
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing beside the sources

import precision_results  # noqa: E402: each of these registers its cases
import precision_refusals  # noqa: E402
import precision_singular  # noqa: E402
import run_cases  # noqa: E402
from harness import CASES, Context, Failure  # noqa: E402


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
