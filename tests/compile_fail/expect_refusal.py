"""Compiles SOURCE twice with COMMAND: it must pass as it stands, and with -D MISUSE fail in the words its head states.

A source states them in a line '// refused with: REGEX'. The words must be in an error line, and no other error may come before.
"""
import re
import subprocess
import sys


def main(source, command):
    with open(source) as file:
        stated = re.search(r"^// refused with: (.+)$", file.read(), re.MULTILINE)
    if not stated:
        return f"{source}: no line '// refused with: REGEX'"

    twin = subprocess.run([*command, source], capture_output=True, text=True)
    if twin.returncode != 0:
        return f"{source}: the passing twin does not compile\n{twin.stderr}"

    misuse = subprocess.run([*command, "-DMISUSE", source], capture_output=True, text=True)
    errors = [line for line in misuse.stderr.splitlines() if re.search(r"\berror: ", line)]
    if misuse.returncode == 0:
        return f"{source}: the misuse compiles"
    if not errors or not re.search(stated[1], errors[0]):
        return f"{source}: the first error should match '{stated[1]}'\n{misuse.stderr}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
