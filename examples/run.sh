#!/usr/bin/env bash
# Builds and runs the examples with a C++17 compiler and nothing else; installs one if there is none. CXX chooses the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$build"' EXIT

compiles_cxx17() {
  printf '#include <optional>\nint main() { return std::optional<int>(0).value(); }\n' >"$build/probe.cpp"
  "$@" -std=c++17 "$build/probe.cpp" -o "$build/probe" >/dev/null 2>&1
}

# Sets the array cxx to the first compiler that works.
find_compiler() {
  local candidate
  for candidate in c++ g++ clang++ /opt/homebrew/bin/g++-[0-9]* /usr/local/bin/g++-[0-9]*; do
    cxx=("$candidate")
    if compiles_cxx17 "${cxx[@]}"; then return 0; fi
  done
  return 1
}

install_compiler() {
  local sudo=()
  if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then sudo=(sudo); fi
  as_root() { ${sudo[@]+"${sudo[@]}"} "$@"; }  # bash before 4.4 calls an empty array unset
  if command -v apt-get >/dev/null; then
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends g++
  elif command -v dnf >/dev/null; then
    as_root dnf install -y gcc-c++
  elif command -v apk >/dev/null; then
    as_root apk add g++
  elif command -v pacman >/dev/null; then
    as_root pacman -Sy --noconfirm gcc
  elif command -v zypper >/dev/null; then
    as_root zypper --non-interactive install gcc-c++
  elif command -v brew >/dev/null; then
    brew install gcc
  else
    echo "examples/run.sh: no C++17 compiler found, and no package manager known here: install g++ or clang++, or set CXX" >&2
    return 1
  fi
}

if [ -n "${CXX:-}" ]; then
  read -ra cxx <<<"$CXX"
  if ! compiles_cxx17 "${cxx[@]}"; then
    echo "examples/run.sh: CXX is '$CXX', which does not compile C++17 here" >&2
    exit 1
  fi
elif ! find_compiler; then
  echo "No C++17 compiler found: installing one."
  install_compiler
  find_compiler || { echo "examples/run.sh: the compiler just installed does not compile C++17" >&2; exit 1; }
fi

# Runs a command after showing it as one would type it.
show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

# Both at once: half a minute each on a slow machine.
compilations=()
for example in quickstart precision; do
  printf '$ %s\n' "${cxx[*]} -std=c++17 -O2 -I include examples/$example.cpp -o $example"
  "${cxx[@]}" -std=c++17 -O2 -I include "examples/$example.cpp" -o "$build/$example" &
  compilations+=($!)
done
failed=0
for compilation in "${compilations[@]}"; do wait "$compilation" || failed=$?; done
[ "$failed" -eq 0 ] || exit "$failed"

PATH=$build:$PATH
show quickstart
show precision examples/data/iris.csv --group species
show precision examples/data/digits.csv --group digit --ridge 1
