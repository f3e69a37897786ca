"""What the cases share: a failure with words, the list of cases, a directory in which the programs run."""
import os
import subprocess
from pathlib import Path


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


CASES = {}


def case(name, law, *arguments):
    assert name not in CASES, name
    CASES[name] = (law, arguments)


class Context:
    def __init__(self, options, directory):
        self.source = Path(options.source).resolve()
        self.quickstart = os.path.abspath(options.quickstart)
        self.precision = os.path.abspath(options.precision)
        self.cxx = options.cxx
        self.directory = Path(directory)

    def data(self, name):
        return str(self.source / "examples" / "data" / name)

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, *words, **keywords):
        return subprocess.run([str(w) for w in words], cwd=self.directory, capture_output=True, encoding="utf-8", errors="replace", timeout=600, **keywords)

    def listing(self):
        return sorted(os.listdir(self.directory))
