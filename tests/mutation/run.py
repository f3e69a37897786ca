#!/usr/bin/env python3
"""Breaks the kernels in each way that mutants.py lists, and shows that the test programs notice: tests/mutation/run.py

Builds them first, by the preset mutants. The programs only declare the kernels, so of each mutant one unit is compiled and linked with
their objects and the oracles. Prints who noticed, and exits with 1 if a mutant survives or does not compile."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from mutants import MUTANTS

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = "-DCHOLINV_FIRST_LEVEL_WAITS=true"  # for kernels and programs alike: what only some processors like is done on any
# Those that notice most come first.
PROGRAMS = ["test_agreement", "test_layout", "test_same_bits", "test_nonfinite", "test_cholesky", "test_lapack_types", "test_pointers",
            "test_paths", "test_spans", "test_overlap", "test_tensor", "test_misuse", "test_calls", "test_resources", "test_environment",
            "test_large"]


def broken(path, old, new):
    """The text of a header with one place changed."""
    text = (ROOT / "include/cholinv/detail" / path).read_text()
    if text.count(old) != 1:
        sys.exit(f"{path} should have {old!r} once; it has it {text.count(old)} times")
    return text.replace(old, new)


def main():
    texts = [broken(*mutant) for mutant in MUTANTS]  # all are checked before any is compiled
    build = ROOT / "build/mutants"
    subprocess.run(["cmake", "--preset", "mutants", "-D", f"CMAKE_CXX_FLAGS={FLAGS}"], cwd=ROOT, check=True)
    subprocess.run(["cmake", "--build", build, "--target", *PROGRAMS], check=True)
    objects = {p: [build / f"tests/CMakeFiles/{p}.dir/{p}.cpp.o", build / "tests/libcholinv_test_support.a"] for p in PROGRAMS}
    isas = subprocess.run(["ctest", "--test-dir", build, "--print-labels"], capture_output=True, text=True, check=True).stdout
    isas = [isa for isa in ("avx512", "avx2", "baseline") if f"isa-{isa}" in isas]
    survivors = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        shutil.copytree(ROOT / "include", scratch / "include")
        verdict = outcome(scratch, objects, isas)
        if verdict != "SURVIVES":
            sys.exit(f"the kernels as they are do not pass: {verdict}")
        for number, ((path, old, new), text) in enumerate(zip(MUTANTS, texts), 1):
            start = time.monotonic()
            shutil.rmtree(scratch / "include", ignore_errors=True)
            shutil.copytree(ROOT / "include", scratch / "include")
            (scratch / "include/cholinv/detail" / path).write_text(text)
            verdict = outcome(scratch, objects, isas)
            if verdict.startswith("SURVIVES"):
                survivors.append(number)
            print(f"{number:2} {path}: {old!r} -> {new!r}: {verdict} ({time.monotonic() - start:.0f} s)", flush=True)
    print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} noticed; survivors: {survivors or 'none'}")
    return 1 if survivors else 0


def outcome(scratch, objects, isas):
    compiler = os.environ.get("CXX", "c++")
    kernels = scratch / "kernels.o"
    command = [compiler, "-std=c++17", "-O1", FLAGS, "-DCHOLINV_INSTANTIATE", "-I", scratch / "include", "-c", ROOT / "cmake/kernels.cpp",
               "-o", kernels]
    if subprocess.run(command, capture_output=True).returncode != 0:
        return "SURVIVES: it does not compile"
    for program, its_objects in objects.items():
        executable = scratch / program
        subprocess.run([compiler, kernels, *its_objects, "-lgtest_main", "-lgtest", "-lpthread", "-o", executable], check=True)
        for isa in isas:
            try:
                run = subprocess.run([executable, "--gtest_brief=1", "--gtest_fail_fast"], capture_output=True, timeout=600,
                                     env={**os.environ, "CHOLINV_FORCE_ISA": isa})
            except subprocess.TimeoutExpired:
                return f"{program} does not end, {isa}"
            if run.returncode != 0:
                return f"{program}, {isa}" + (f", signal {-run.returncode}" if run.returncode < 0 else "")
    return "SURVIVES"


sys.exit(main())
