#!/usr/bin/env bash
# The library with every compiler, standard library and language version of this machine, on demand: tests/compilers.sh [row ...]
# A row is a compiler, or a clang and its libc++ as clang++-16/libc++. For each: every public header by itself, the umbrella in later
# versions of C++, the quickstart, and three test programs. Debian 12 lacks g++ 13, clang 17 and 18; its libc++-*-dev exclude each other.
set -uo pipefail
cd "$(dirname "$0")/.."
(($#)) || set -- g++-11 g++-12 clang++-14 clang++-16 clang++-19 clang++-14/libc++ clang++-16/libc++ clang++-19/libc++
gtest=/usr/src/googletest/googletest
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

check() {  # compiler and its options
  local out="$1" standard header
  shift
  for header in include/cholinv/*.hpp; do
    "$@" -std=c++17 "${warnings[@]}" -fsyntax-only -I include -include "$header" -x c++ /dev/null || return
  done
  for standard in c++20 c++2b; do
    "$@" -std=$standard "${warnings[@]}" -fsyntax-only -I include -include include/cholinv/cholinv.hpp -x c++ /dev/null || return
  done
  "$@" -std=c++17 -O2 "${warnings[@]}" -I include examples/quickstart.cpp -o "$out/quickstart" && "$out/quickstart" >/dev/null || return
  "$@" -std=c++17 -O0 -isystem $gtest/include -isystem $gtest -c tests/mdspan/gtest.cpp -o "$out/gtest.o" || return
  for program in test_tensor test_calls test_nonfinite; do
    "$@" -std=c++17 -O1 "${warnings[@]}" -I include -I tests -isystem $gtest/include "tests/$program.cpp" "$out/gtest.o" -pthread \
      -o "$out/$program" && "$out/$program" --gtest_brief=1 || return
  done
}

table=() any_failed=0
for row in "$@"; do
  compiler=${row%/*} command=("${row%/*}") verdict=passed
  [[ $row == */libc++ ]] && command+=(-stdlib=libc++)
  if ! command -v "$compiler" >/dev/null; then
    verdict="not installed"
  elif ! echo '#include <vector>' | "${command[@]}" -Werror -x c++ -fsyntax-only - 2>/dev/null; then
    verdict="its standard library is not installed"  # libc++ warns of a clang too old for it
  else
    mkdir -p "build/compilers/$row"
    check "build/compilers/$row" "${command[@]}" || verdict=FAILED any_failed=1
  fi
  table+=("$(printf '%-20s %s' "$row" "$verdict")")
done
printf '%s\n' "${table[@]}"
exit $any_failed
