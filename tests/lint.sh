#!/usr/bin/env bash
# clang-tidy 14 (.clang-tidy) and cppcheck over include/, through a translation unit for each public header: tests/lint.sh
set -euo pipefail
cd "$(dirname "$0")/.."
clang_tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
rm -rf build/lint
mkdir -p build/lint
for header in include/cholinv/*.hpp; do
  echo "#include <cholinv/$(basename "$header")>" >"build/lint/$(basename "$header" .hpp).cpp"
done
{
  echo "build/lint/cholinv.cpp -fopenmp -D CHOLINV_USE_LAPACK -D CHOLINV_INSTANTIATE"
  printf '%s\n' build/lint/*.cpp
} | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I '{}' bash -c \
  'unit=({}); "$0" --quiet "${unit[0]}" -- -std=c++17 -I include -Wall -Wextra "${unit[@]:1}"' "$clang_tidy"

# cppcheck 2.10 does not parse the kernels, so it sees the headers that do without them. A view is small and goes by value; a
# specialisation of tensor_traits has the members of a neighbour.
for header in config options tensor pointer_batch view dlpack; do
  cppcheck --quiet --std=c++17 --language=c++ --enable=warning,performance,portability --error-exitcode=1 --suppress=passedByValue \
    --suppress=duplInheritedMember -D__GNUC__=12 -D__x86_64__ -I include "build/lint/$header.cpp"
done
echo "clang-tidy and cppcheck are content"
