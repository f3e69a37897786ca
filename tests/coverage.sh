#!/usr/bin/env bash
# Which lines and branches of include/ the suite reaches, by gcov and gcovr, on every ISA of this machine: tests/coverage.sh ["target ..."]
# A page for each header is in build/coverage/report. Branches that only an exception takes do not count.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v gcovr >/dev/null || { echo "tests/coverage.sh needs gcovr (Debian's package gcovr); it is not installed" >&2; exit 1; }
mkdir -p build/coverage/report
find build/coverage -name '*.gcda' -delete
tests/matrix.sh ${1+-t "$1"} coverage
# Threads count into the same counters, which are not atomic: what comes out negative is left out.
gcovr --root . --filter include/ --gcov-ignore-parse-errors --exclude-throw-branches --exclude-unreachable-branches --print-summary \
  --html-details build/coverage/report/index.html --txt build/coverage/report/summary.txt build/coverage
cat build/coverage/report/summary.txt
