"""compare_runs.py COMMAND...: runs the command with one thread and, other memory under it, with three: it has to print the same."""
import os
import subprocess
import sys


def run(threads, perturb):
    environment = dict(os.environ, OMP_NUM_THREADS=threads, MALLOC_PERTURB_=perturb, PADDING="x" * (int(threads) * 1000))
    done = subprocess.run(sys.argv[1:], env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.splitlines()


first, second = run("1", "0"), run("3", "165")
different = [f"{a}\n{b}" for a, b in zip(first, second) if a != b]
if len(first) < 100 or len(first) != len(second) or different:
    sys.exit(f"{len(first)} and {len(second)} lines, {len(different)} of them different:\n" + "\n".join(different))
print(f"{len(first)} lines, all the same")
