"""Checks that the headers include each other in one direction only: include_direction.py INCLUDE_DIR

A header may include the rooms below its own and never one beside or above it, so there is no way back and no cycle. And only those whose
names say what they were compiled with may depend on LAPACK or OpenMP: the others are shared by units with and without.
After the real tree, violations are planted in copies of it; each of them must be reported.
"""
import pathlib
import posixpath
import re
import shutil
import sys
import tempfile

# The rooms from the front door down, relative to INCLUDE_DIR/cholinv. A new header gets its place here.
ROOMS = [
    ["cholinv.hpp", "dlpack.hpp"],
    ["cholesky_inverse.hpp", "cholesky.hpp"],
    ["view.hpp"],
    ["detail/neighbours/range.hpp"],
    [f"detail/neighbours/{name}.hpp" for name in ("armadillo", "dlpack", "eigen", "mdspan", "torch", "xtensor")],
    ["detail/neighbours/neighbour.hpp"],
    ["detail/execute.hpp"],
    ["detail/native.hpp", "detail/lapack.hpp"],
    ["detail/plan.hpp"],
    ["detail/problem.hpp"],
    ["detail/lists.hpp"],
    ["detail/overlap.hpp"],
    ["pointer_batch.hpp"],
    ["tensor.hpp"],
    ["detail/cpu.hpp", "detail/scalar.hpp"],
    ["options.hpp"],
    ["detail/buffer.hpp"],
    ["config.hpp"],
    ["detail/kernels/region.inl"],
    [f"detail/kernels/{kernel}.inl"
     for kernel in ("simd", "pack", "tile", "panel", "strided", "block", "move", "lines", "tiny", "rows", "lane_sweep", "lane")],
]
ROOM_OF = {header: number for number, room in enumerate(ROOMS) for header in room}

# Everything else that a header may include is the C++ standard library, whose names have neither a slash nor a suffix.
FOREIGN = {"detail/lapack.hpp": ["lapacke.h"], "detail/execute.hpp": ["omp.h"], "detail/buffer.hpp": ["sys/mman.h"]}

# What a call does above the kernels: all of it is between CHOLINV_CALLS_BEGIN and CHOLINV_CALLS_END.
CALLS = ["detail/lapack.hpp", "detail/execute.hpp"]
ASKS_WHAT_CALLS_HAVE = re.compile(r"^\s*#.*\b(CHOLINV_USE_LAPACK|LAPACK_ILP64|_OPENMP|omp)\b", re.MULTILINE)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def violations(include_dir):
    root = pathlib.Path(include_dir) / "cholinv"
    present = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.suffix in (".hpp", ".inl", ".h")}
    found = [f"{header} is not in the list of rooms" for header in sorted(present.keys() - ROOM_OF.keys())]
    found += [f"{header} is in the list of rooms but not there" for header in sorted(ROOM_OF.keys() - present.keys())]
    for header in sorted(present.keys() & ROOM_OF.keys()):
        text = present[header].read_text()
        if header not in ["config.hpp", *CALLS]:
            found += [f"{header} asks for {name}, which changes no name there" for name in ASKS_WHAT_CALLS_HAVE.findall(text)]
        for bracket, name in INCLUDE.findall(text):
            own = name.startswith("cholinv/") or bracket == '"'
            target = name[len("cholinv/"):] if name.startswith("cholinv/") else posixpath.join(posixpath.dirname(header), name)
            target = posixpath.normpath(target)
            if header.endswith(".inl") and not name.endswith(".inl"):
                found.append(f"{header} includes {name}, but is read inside a target region and a namespace")
            elif not own:
                if re.search(r"[./]", name) and name not in FOREIGN.get(header, []):
                    found.append(f"{header} includes <{name}>, which is not the C++ standard library's")
            elif target not in present:
                found.append(f"{header} includes {name}, which is not there")
            elif target not in ROOM_OF:
                continue  # said above
            elif target.endswith(".inl") and not header.endswith(".inl") and header != "detail/native.hpp":
                found.append(f"{header} includes {name}; only detail/native.hpp opens the regions that kernels are read in")
            elif ROOM_OF[target] <= ROOM_OF[header]:
                found.append(f"{header} includes {name}, which is not below it")
    return found


def add(line):
    return lambda path: path.write_text(path.read_text() + line + "\n")


PLANTED = [
    ("a way back", "config.hpp", add("#include <cholinv/cholinv.hpp>"), "config.hpp includes cholinv/cholinv.hpp, which is not below it"),
    ("a way back, relative", "detail/problem.hpp", add('#  include "../cholesky.hpp"'), "problem.hpp includes ../cholesky.hpp, which is not below"),
    ("a neighbour of the same room", "detail/lapack.hpp", add('#include "native.hpp"'), "lapack.hpp includes native.hpp, which is not below it"),
    ("a header in itself", "tensor.hpp", add('#include "tensor.hpp"'), "tensor.hpp includes tensor.hpp, which is not below it"),
    ("an unlisted header", "detail/extra.hpp", lambda path: path.write_text(""), "detail/extra.hpp is not in the list"),
    ("a missing header", "detail/overlap.hpp", lambda path: path.unlink(), "detail/overlap.hpp is in the list of rooms but not there"),
    ("a misspelt include", "tensor.hpp", add('#include "detail/bufer.hpp"'), "includes detail/bufer.hpp, which is not there"),
    ("a foreign library", "tensor.hpp", add("#include <Eigen/Core>"), "tensor.hpp includes <Eigen/Core>"),
    ("a C header in the core", "detail/plan.hpp", add("#include <immintrin.h>"), "plan.hpp includes <immintrin.h>"),
    ("a header in a kernel", "detail/kernels/pack.inl", add("#include <cmath>"), "pack.inl includes cmath, but is read inside"),
    ("a kernel in a kernel", "detail/kernels/pack.inl", add('#include "tile.inl"'), "pack.inl includes tile.inl, which is not below it"),
    ("OpenMP in a kernel", "detail/kernels/block.inl", add("#pragma omp simd"), "block.inl asks for omp, which changes no name there"),
    ("LAPACK below the calls", "detail/plan.hpp", add("#ifdef CHOLINV_USE_LAPACK\n#endif"), "plan.hpp asks for CHOLINV_USE_LAPACK"),
    ("a kernel outside its room", "detail/plan.hpp", add('#include "kernels/pack.inl"'), "only detail/native.hpp opens the regions"),
]


def main(include_dir):
    wrong = [f"{include_dir}: {violation}" for violation in violations(include_dir)]
    for what, header, plant, expected in PLANTED:
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(include_dir, copy, dirs_exist_ok=True)
            plant(pathlib.Path(copy) / "cholinv" / header)
            reported = violations(copy)
            if not any(expected in violation for violation in reported):
                wrong.append(f"self-check: {what} planted in {header} went unnoticed; reported: {reported}")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
