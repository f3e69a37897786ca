"""Checks the vcpkg port and the Conan recipe as far as that goes without those tools: recipes.py SOURCE VERSION"""
import json
import pathlib
import re
import sys


def main(source, version):
    source = pathlib.Path(source)
    vcpkg = source / "cmake/packaging/vcpkg"
    conan = source / "cmake/packaging/conan"
    wrong = []

    manifest = json.loads((vcpkg / "vcpkg.json").read_text())
    if manifest["version-semver"] != version:
        wrong.append(f"vcpkg.json says version {manifest['version-semver']}, the project {version}")
    versions = re.findall(r'^  "(.+)":$', (conan / "conandata.yml").read_text(), re.MULTILINE)
    if version not in versions:
        wrong.append(f"conandata.yml has the versions {versions}, the project is {version}")

    project = (source / "CMakeLists.txt").read_text()
    known = set(re.findall(r"^(?:option\(|set\()(CHOLINV_\w+) ", project, re.MULTILINE))
    used = set(re.findall(r"-D(CHOLINV_\w+)=", (vcpkg / "portfile.cmake").read_text()))
    if not used or used - known:
        wrong.append(f"portfile.cmake sets {sorted(used)}; the project has {sorted(known)}")

    recipes = sorted(conan.rglob("*.py"))
    if len(recipes) != 2:
        wrong.append(f"there should be a recipe and a test package, not {recipes}")
    for recipe in recipes:
        compile(recipe.read_text(), str(recipe), "exec")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
