#!/usr/bin/env bash
# Installs what the tests need and the machine lacks, then configures, builds and runs them: tests/run.sh [preset ...]
# The presets are those of CMakePresets.json (cmake --list-presets); without one it is dev.
set -euo pipefail
cd "$(dirname "$0")/.."

install_missing() {
  local packages=() command package
  while read -r command package; do
    command -v "$command" >/dev/null || packages+=("$package")
  done <<'TOOLS'
g++ g++
clang++ clang
cmake cmake
ninja ninja-build
clang-format clang-format
clang-tidy clang-tidy
cppcheck cppcheck
python3 python3
pkg-config pkg-config
TOOLS
  # The neighbours' tests: clang 19 and libc++ for std::mdspan, basix for Kokkos'. libtorch-dev, half a gigabyte, is tested with where it
  # is there.
  local neighbours=(libeigen3-dev libarmadillo-dev libxtensor-dev libdlpack-dev libbasix-dev clang-19 libc++-19-dev libc++abi-19-dev)
  # The choice of a LAPACK: netlib's, libflame with BLIS, and those with integers of 64 bits; 35 MB to fetch.
  local lapacks=(liblapacke-dev libopenblas-dev liblapack-dev libblas-dev libflame-dev libblis-pthread-dev
    liblapacke64-dev libopenblas64-dev liblapack64-dev libblas64-dev)
  local tools=(libgtest-dev libbenchmark-dev libomp-dev doxygen doxygen-awesome-css python3-matplotlib)
  for package in "${tools[@]}" "${neighbours[@]}" "${lapacks[@]}"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || packages+=("$package")
  done
  ((${#packages[@]})) || return 0

  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  echo "tests/run.sh: installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  install_missing
else
  echo "tests/run.sh: no apt-get here; the tests need a C++17 compiler, CMake 3.25, Ninja, Python 3, GoogleTest, Google Benchmark" \
       "and Eigen, and use LAPACKE with a LAPACK, OpenMP and the libraries of cmake/Neighbours.cmake where they are found" >&2
fi

export CTEST_PARALLEL_LEVEL="${CTEST_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}"
(($#)) || set -- dev
for preset in "$@"; do
  cmake --workflow --preset "$preset"
done
