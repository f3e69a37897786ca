"""Runs COMMAND, which must die of std::abort and say WORDS (a regular expression) on stderr: expect_abort.py WORDS COMMAND ..."""
import re
import signal
import subprocess
import sys


def main(words, command):
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != -signal.SIGABRT:
        return f"it ended with {run.returncode}, not by SIGABRT; stderr: {run.stderr}"
    if not re.search(words, run.stderr):
        return f"stderr should match '{words}'; it was: {run.stderr}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
