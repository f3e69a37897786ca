#!/usr/bin/env bash
# clang-tidy 14 (.clang-tidy) and cppcheck over include/, through a translation unit for each public header: tests/lint.sh
set -euo pipefail
cd "$(dirname "$0")/.."
clang_tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
mkdir -p build/lint
for header in include/cholinv/*.hpp; do
  unit="build/lint/$(basename "$header" .hpp).cpp"
  echo "#include <cholinv/$(basename "$header")>" >"$unit"
  "$clang_tidy" --quiet "$unit" -- -std=c++17 -I include -Wall -Wextra
done
"$clang_tidy" --quiet build/lint/cholinv.cpp -- -std=c++17 -I include -fopenmp -D CHOLINV_USE_LAPACK -D CHOLINV_INSTANTIATE

# cppcheck 2.10 does not parse the kernels, so it sees the headers that do without them. A view is small and goes by value; a
# specialisation of tensor_traits has the members of a neighbour.
for header in config options tensor pointer_batch view dlpack; do
  cppcheck --quiet --std=c++17 --language=c++ --enable=warning,performance,portability --error-exitcode=1 --suppress=passedByValue \
    --suppress=duplInheritedMember -D__GNUC__=12 -D__x86_64__ -I include "build/lint/$header.cpp"
done
echo "clang-tidy and cppcheck are content"
