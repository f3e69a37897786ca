#!/usr/bin/env bash
# Which lines and branches of include/ the suite reaches, by gcov and gcovr, on every ISA of this machine: tests/coverage.sh ["target ..."]
# A page for each header is in build/coverage/report. Branches that only an exception takes do not count.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/coverage/report
find build/coverage -name '*.gcda' -delete
tests/matrix.sh ${1+-t "$1"} coverage
gcovr --root . --filter include/ --exclude-throw-branches --exclude-unreachable-branches --print-summary \
  --html-details build/coverage/report/index.html --txt build/coverage/report/summary.txt build/coverage
cat build/coverage/report/summary.txt
