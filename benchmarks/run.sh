#!/usr/bin/env bash
# Builds the benchmarks, runs them, prints the table of ratios and draws the chart: benchmarks/run.sh [--help]
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
usage: benchmarks/run.sh [--quick | --sweep | --runs N] [--torch] [--no-install] [options of ratios: --dtype, --orders, --regime, --task, ...]
  (nothing)     the whole suite, about a quarter of an hour; rewrites benchmarks/results
  --quick       double only and short turns, under a minute; writes build/bench/results
  --sweep       every order from 1 to 300 in cache, and which of them fall out of line; writes build/bench/results
  --runs N      the whole suite N times, for machines shared with others; which run of a row counts is said in benchmarks/README.md
  --torch       compare with libtorch, and install it where it is missing (half a gigabyte); without it, only where it is there
  --no-install  install nothing
Options of ratios replace the suite by the rows they choose; build/bench/ratios runs such rows without this script.
TEXT
}

suite=full torch=auto install=yes runs=1
chosen=()
while (($#)); do
  case "$1" in
    --quick) suite=quick ;;
    --sweep) suite=sweep ;;
    --runs) runs=${2:-}; (($# == 1)) || shift ;;
    --torch) torch=on ;;
    --no-install) install=no ;;
    --help) usage; exit 0 ;;
    *) chosen+=("$1") ;;
  esac
  shift
done
if ((${#chosen[@]})) && [[ $suite == full ]]; then suite=chosen; fi
if [[ ! $runs =~ ^[1-9][0-9]?$ ]] || [[ $runs != 1 && $suite != full ]]; then
  echo "benchmarks/run.sh: --runs has '$runs'; it should be a number from 1 to 99, and the suite the whole one" >&2
  exit 2
fi

has_package() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

if [[ $install == yes ]] && command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  packages=()
  command -v c++ >/dev/null || packages+=(g++)
  command -v cmake >/dev/null || packages+=(cmake)
  command -v ninja >/dev/null || packages+=(ninja-build)
  wanted=(libbenchmark-dev libeigen3-dev liblapacke-dev libopenblas-dev python3 python3-matplotlib)
  [[ $torch == on ]] && wanted+=(libtorch-dev)
  for package in "${wanted[@]}"; do
    has_package "$package" || packages+=("$package")
  done
  if ((${#packages[@]})); then
    as_root=()
    ((EUID == 0)) || as_root=(sudo)
    echo "benchmarks/run.sh: installing ${packages[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
  fi
fi
if [[ $torch == auto ]]; then
  torch=off
  if command -v dpkg-query >/dev/null && has_package libtorch-dev; then torch=on; fi
fi

echo "benchmarks/run.sh: building"
mkdir -p build/bench/results
if ! { cmake -S . -B build/bench --preset release -D CHOLINV_BUILD_TESTS=OFF -D CHOLINV_BUILD_EXAMPLES=OFF \
       -D CHOLINV_BENCHMARK_TORCH="${torch^^}" && cmake --build build/bench; } >build/bench/build.log 2>&1; then
  cat build/bench/build.log
  exit 1
fi

# The peers at their best: which of OpenBLAS's kernels are the faster ones depends on the order, so the whole suite runs with both:
# benchmarks/README.md says which row counts.
kernels=("${OPENBLAS_CORETYPE:-}")
if [[ -z ${kernels[0]} && $suite == full ]] && grep -qw avx512dq /proc/cpuinfo 2>/dev/null; then kernels=(SkylakeX Haswell); fi

files=()
measure() {  # measure NAME OPTIONS...: the rows go to NAME.json
  files+=("build/bench/results/$1.json")
  echo "benchmarks/run.sh: $1"
  build/bench/ratios --json "build/bench/results/$1.json" "${@:2}" || failed=1
}

failed=0
results=build/bench/results
cores=$(getconf _NPROCESSORS_ONLN)
case $suite in
  full)
    results=benchmarks/results
    for ((run = 1; run <= runs; ++run)); do
      for kind in "${kernels[@]}"; do
        if [[ -n $kind ]]; then export OPENBLAS_CORETYPE=$kind; fi
        measure "ratios$kind$run" --task all --dtype all --regime all
        measure "large$kind$run" --orders 2048,4096 --budget 10
        if ((cores > 1)); then
          measure "threads-memory$kind$run" --threads 2 --regime memory --orders 4,8,16,32,64
          measure "threads-single$kind$run" --threads 2 --regime single --orders 4,32,128,512,1024,2048
        fi
      done
    done
    ;;
  quick) measure quick --quick --regime all "${chosen[@]}" ;;
  sweep) measure sweep --orders 1-300 --budget 0.2 --only cholinv,lapack "${chosen[@]}" ;;
  chosen) measure chosen "${chosen[@]}" ;;
esac

if [[ $suite == full ]]; then
  echo "benchmarks/run.sh: the same through Google Benchmark, to build/bench/results/compare.json"
  OPENBLAS_CORETYPE=${kernels[0]} build/bench/compare --dtype all --benchmark_min_time=0.05 --benchmark_out=build/bench/results/compare.json \
    --benchmark_out_format=json >build/bench/results/compare.txt || failed=1
fi

python=python3
/usr/bin/python3 -c 'import matplotlib' 2>/dev/null && python=/usr/bin/python3
"$python" benchmarks/plot.py --to "$results" ${suite:+--suite "$suite"} "${files[@]}"
exit "$failed"
