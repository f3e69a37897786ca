#!/usr/bin/env bash
# The worst residual over LAPACK's matrix types by order, for every instruction set of this machine, OpenBLAS, reference LAPACK and
# Eigen: benchmarks/accuracy.sh [--every K]. Writes benchmarks/results/accuracy.md; K = 1, each order to 300, takes about an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/bench
if ! { cmake -S . -B build/bench --preset release -D CHOLINV_BUILD_TESTS=OFF -D CHOLINV_BUILD_EXAMPLES=OFF -D CHOLINV_LAPACK=ON &&
       cmake --build build/bench --target accuracy; } >build/bench/build.log 2>&1; then
  cat build/bench/build.log
  exit 1
fi

rows=build/bench/accuracy.tsv
: >"$rows"
study() {  # study COLUMN CANDIDATE [VARIABLE=VALUE ...]
  echo "benchmarks/accuracy.sh: $1"
  env "${@:3}" build/bench/accuracy "${options[@]}" --only "$2" | awk -v OFS='\t' -v column="$1" '{ $4 = column; print }' FS='\t' >>"$rows"
}
options=("$@")
for isa in avx512 avx2 baseline; do
  if CHOLINV_FORCE_ISA=$isa build/bench/accuracy --only none >/dev/null 2>&1; then study "cholinv, $isa" native CHOLINV_FORCE_ISA="$isa"; fi
done
if ldd build/bench/accuracy | grep -q openblas; then study OpenBLAS lapack; fi
# Debian keeps the reference libraries here, whatever the alternatives say.
reference=/usr/lib/$(uname -m)-linux-gnu
if [[ -e $reference/lapack/liblapack.so.3 && -e $reference/blas/libblas.so.3 ]]; then
  study "reference LAPACK" lapack LD_PRELOAD="$reference/lapack/liblapack.so.3 $reference/blas/libblas.so.3"
fi
study Eigen eigen

python3 - "$rows" "${options[*]:-}" >benchmarks/results/accuracy.md <<'P'
import sys
rows = [line.rstrip('\n').split('\t') for line in open(sys.argv[1])]
columns = list(dict.fromkeys(row[3] for row in rows))
print('# Measured accuracy\n')
print("The worst residual over LAPACK's test matrices (types 1, 2 and 6 to 9 of ?DRVPO: condition numbers to 0.1 / eps, norms to both ends of the")
print('range), by order: ||I - A X||_1 / (n ||A||_1 ||X||_1 eps) for the inverse X of A = L L^H, ||A - L L^H||_1 / (n ||A||_1 eps) for the factor L,')
print('in long double. LAPACK accepts 30. A number in brackets: so many batches were refused, their matrices found not to be positive definite.')
print('-nan: a result held NaN.')
print(f"`benchmarks/accuracy.sh {sys.argv[2]}`".replace(' `', '`') + ' wrote this page.')
for task in ('inverse', 'cholesky'):
    print(f'\n## {task}\n\n| type | orders to | ' + ' | '.join(columns) + ' |\n|' + '---|' * (len(columns) + 2))
    for name in dict.fromkeys(row[1] for row in rows):
        for edge in dict.fromkeys(row[2] for row in rows):
            cells = {row[3]: row[4] + (f' [{row[7]}]' if row[7] != '0' else '') for row in rows if row[:3] == [task, name, edge]}
            print(f'| {name} | {edge} | ' + ' | '.join(cells.get(column, '') for column in columns) + ' |')
P
cat benchmarks/results/accuracy.md
