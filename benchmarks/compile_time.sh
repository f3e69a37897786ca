#!/usr/bin/env bash
# What one call costs its compiler: seconds and bytes of a unit that calls cholinv, beside one that calls Eigen's LLT: compile_time.sh [rounds]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/empty.cpp" <<'CPP'
#include <complex>
#include <memory>
#include <stdexcept>
#include <string>
CPP
cat >"$work/cholinv.cpp" <<'CPP'
#include <cholinv/cholinv.hpp>
void invert(const double* factor, double* out, std::ptrdiff_t batch, std::ptrdiff_t n) {
  const cholinv::tensor_view<const double> in(factor, {batch, n, n});
  const cholinv::tensor_view<double> to(out, {batch, n, n});
  cholinv::cholesky_inverse<double>(in, false, to);
}
CPP
{ echo '#define CHOLINV_MAX_ISA 1' && cat "$work/cholinv.cpp"; } >"$work/up_to_avx2.cpp"
{ echo '#define CHOLINV_EXTERN_KERNELS' && cat "$work/cholinv.cpp"; } >"$work/kernels.cpp"
{ echo '#define CHOLINV_EXTERN_TEMPLATES' && cat "$work/cholinv.cpp"; } >"$work/extern.cpp"
cat >"$work/eigen.cpp" <<'CPP'
#include <Eigen/Dense>
void invert(const Eigen::MatrixXd& a, Eigen::MatrixXd& out) {
  out = a.llt().solve(Eigen::MatrixXd::Identity(a.rows(), a.cols()));
}
CPP

seconds() {  # the processor time of a command and what it starts
  local TIMEFORMAT='%U %S'
  { time "$@" 2>"$work/errors" >&2; } 2>&1 | awk '{ print $1 + $2 }'
}
middle() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%-10s %-12s %10s %12s %12s\n' compiler unit seconds 'object, B' 'text, B'
for compiler in g++ clang++; do
  command -v "$compiler" >/dev/null || continue
  flags=(-std=c++17 -O2 -Iinclude -I"${EIGEN_INCLUDE:-/usr/include/eigen3}" -c)
  units=(empty cholinv up_to_avx2 kernels extern eigen)
  for unit in "${units[@]}"; do
    "$compiler" "${flags[@]}" "$work/$unit.cpp" -o "$work/$unit.o"  # fails loudly, and warms the file cache
    : >"$work/$unit.$compiler"
  done
  for ((round = 0; round < rounds; ++round)); do
    for unit in "${units[@]}"; do
      seconds "$compiler" "${flags[@]}" "$work/$unit.cpp" -o "$work/$unit.o" >>"$work/$unit.$compiler"
    done
  done
  for unit in "${units[@]}"; do
    printf '%-10s %-12s %10.2f %12d %12d\n' "$compiler" "$unit" "$(middle <"$work/$unit.$compiler")" "$(stat -c %s "$work/$unit.o")" \
      "$(size "$work/$unit.o" | awk 'NR == 2 { print $1 }')"
  done
done
cat <<TEXT
Medians of $rounds compilations at -O2 in turns, processor time. empty: only the standard headers that cholinv needs; up_to_avx2: with
CHOLINV_MAX_ISA 1; kernels: with CHOLINV_EXTERN_KERNELS, as those that link cholinv::kernels; extern: with CHOLINV_EXTERN_TEMPLATES; eigen:
<Eigen/Dense> and one LLT solve.
TEXT
