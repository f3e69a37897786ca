#!/usr/bin/env bash
# The suite as users may build it and CI does not, on demand: tests/matrix.sh [-t "target ..."] [row ...]
# A row is a configure preset of CMakePresets.json; without one the list below, which takes hours. With -t only those test programs are built
# and run. The ways into a user's program (packaging) are left to .ci/run. The end is a table.
set -uo pipefail
cd "$(dirname "$0")/.."
targets=()
[[ ${1-} == -t ]] && { read -ra targets <<<"$2"; shift 2; }
(($#)) || set -- fast-math O0 Os O3-native unsigned-char asan tsan valgrind aarch64 riscv64 s390x armhf

# The thread sanitizer: many callers without OpenMP, one caller with it. Its run time is not compiled for the sanitizer, so libarcher
# tells of the order that it makes; with many callers at once, libomp 14 and libarcher crash, whoever calls them.
tsan_programs="test_threads test_layout.full test_same_bits test_paths"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1"

# valgrind 3.19 has no AVX-512, which its cpuid says, so that the library does not choose it; it takes a long double for a double, and is
# 40 times slower. So a few cases of bits, failures and exact scratch memory, on the ISAs that it has.
valgrind_programs="test_nonfinite test_resources"
valgrind_cases="*wins*:*subnormal*:*scratch*"
run_under_valgrind() {
  local isa program failed=0 total=0
  for program in ${targets[*]:-$valgrind_programs}; do
    for isa in baseline avx2; do
      total=$((total + 1))
      CHOLINV_FORCE_ISA=$isa valgrind -q --error-exitcode=9 "build/valgrind/tests/$program" --gtest_brief=1 --gtest_filter="$valgrind_cases" ||
        failed=$((failed + 1))
    done
  done
  echo "$failed tests failed out of $total"
  ((failed == 0))
}

# A program that a row has with LAPACK or OpenMP only has .full behind its name there.
run_row() {
  local targets=("${targets[@]}") only=(-E '^packaging') tests k
  [[ $1 == tsan && ${#targets[@]} == 0 ]] && read -ra targets <<<"$tsan_programs"
  cmake --preset "$1" || return
  tests=$(ctest --test-dir "build/$1" -N)
  for k in "${!targets[@]}"; do
    grep -q " ${targets[k]}[.]baseline\$" <<<"$tests" || targets[k]+=.full
  done
  ((${#targets[@]})) && only=(-R "^($(IFS='|' && echo "${targets[*]//./[.]}"))[.][a-z0-9]*\$")
  if [[ $1 == valgrind ]]; then
    # shellcheck disable=SC2086
    cmake --build build/valgrind --target ${targets[*]:-$valgrind_programs} && run_under_valgrind
  else
    cmake --build "build/$1" ${targets[@]:+--target "${targets[@]}"} &&
      ctest --test-dir "build/$1" "${only[@]}" --output-on-failure --no-tests=error
  fi
}

export CTEST_PARALLEL_LEVEL="${CTEST_PARALLEL_LEVEL:-$(nproc)}"
mkdir -p build
table=() any_failed=0
for row in "$@"; do
  begin=$SECONDS verdict=passed
  run_row "$row" 2>&1 | tee "build/$row.log" || verdict=FAILED any_failed=1
  table+=("$(printf '%-14s %-7s %6d s  %s' "$row" "$verdict" $((SECONDS - begin)) \
    "$(grep -o '[0-9]* tests failed out of [0-9]*' "build/$row.log" | tail -1)")")
done
printf '%s\n' "${table[@]}"
exit $any_failed
