"""Checks the vcpkg port and the Conan recipe as far as that goes without those tools: recipes.py SOURCE VERSION"""
import importlib.util
import itertools
import json
import pathlib
import re
import sys
import types
from collections import defaultdict
from unittest import mock

COMPONENTS = ("lapack", "openmp")  # of the CMake package: the options of Conan and the features of vcpkg


def recipe_class(path):
    """The class of the recipe, with Conan's own modules stubbed: what it calls there is not looked at."""
    stubs = {name: mock.MagicMock() for name in ("conan.tools", "conan.tools.build", "conan.tools.files", "conan.tools.layout",
                                                 "conan.tools.microsoft")}
    stubs["conan"] = mock.MagicMock(ConanFile=object)
    stubs["conan.tools.microsoft"].is_msvc.return_value = False
    with mock.patch.dict(sys.modules, stubs), mock.patch.object(sys, "dont_write_bytecode", True):
        spec = importlib.util.spec_from_file_location("recipe", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.CholinvConan


def components_of(recipe, chosen):
    """What the recipe's package_info gives with these options on: each component's target, flags, defines and what it requires."""
    package = recipe()
    package.options = types.SimpleNamespace(**{name: name in chosen for name in recipe.options})
    package.requires = mock.MagicMock()
    components = defaultdict(lambda: mock.MagicMock(requires=[], defines=[], cxxflags=[]))
    package.cpp_info = mock.MagicMock(components=components)
    package.requirements()
    package.package_info()
    seen = {}
    for name, component in components.items():
        properties = dict(call.args for call in component.set_property.call_args_list)
        seen[name] = (properties, component.requires, component.defines, component.cxxflags)
    return seen, [call.args[0].split("/")[0] for call in package.requires.call_args_list]


def wrong_options(recipe):
    """Law: an option adds its component and what that requires, and changes nothing of the others."""
    if tuple(recipe.options) != COMPONENTS or any(recipe.default_options[name] for name in COMPONENTS):
        yield f"the Conan recipe has the options {recipe.options}, {recipe.default_options}; they should be {COMPONENTS}, all off"
    everything, _ = components_of(recipe, COMPONENTS)
    for size in range(len(COMPONENTS) + 1):
        for chosen in itertools.combinations(COMPONENTS, size):
            seen, required = components_of(recipe, chosen)
            if set(seen) != {"cholinv", *chosen} or any(seen[name] != everything[name] for name in seen):
                yield f"the Conan recipe with {chosen} gives {seen}; with all options {everything}"
            if required != (["openblas"] if "lapack" in chosen else []):
                yield f"the Conan recipe with {chosen} requires {required}"
    for name, (properties, requires, defines, flags) in everything.items():
        if properties["cmake_target_name"] != f"cholinv::{name}" or (name != "cholinv" and "cholinv" not in requires):
            yield f"the Conan component {name} is {properties}, requiring {requires}"
    if everything["lapack"][2] != ["CHOLINV_USE_LAPACK"] or everything["openmp"][3] != ["-fopenmp"] or any(everything["cholinv"][1:]):
        yield f"the Conan components are {everything}"


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

    if tuple(manifest["features"]) != COMPONENTS:
        wrong.append(f"vcpkg.json has the features {list(manifest['features'])}; they should be {COMPONENTS}")
    wrong.extend(wrong_options(recipe_class(conan / "conanfile.py")))

    recipes = sorted(conan.rglob("*.py"))
    if len(recipes) != 2:
        wrong.append(f"there should be a recipe and a test package, not {recipes}")
    for recipe in recipes:
        compile(recipe.read_text(), str(recipe), "exec")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
