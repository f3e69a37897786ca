import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, get
from conan.tools.layout import basic_layout
from conan.tools.microsoft import is_msvc

required_conan_version = ">=2.0"


class CholinvConan(ConanFile):
    name = "cholinv"
    description = "Batched inverse of a matrix from its Cholesky factor"
    license = "MIT"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://github.com/OWNER/cholinv"
    topics = ("linear-algebra", "cholesky", "matrix-inverse", "simd", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True
    # Both only add a target beside cholinv::cholinv, those of the CMake package; the headers are the same.
    options = {"lapack": [True, False], "openmp": [True, False]}
    default_options = {"lapack": False, "openmp": False, "openblas/*:build_lapack": True}

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        if self.options.lapack:
            self.requires("openblas/[>=0.3.20 <1]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 17)

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def build(self):
        pass

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        for pattern in ("*.hpp", "*.inl"):
            copy(self, pattern, os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "cholinv")
        self.cpp_info.set_property("cmake_target_name", "cholinv::all")
        self._add_component("cholinv", "cholinv")
        if self.options.lapack:
            component = self._add_component("lapack", "cholinv-lapack", "openblas::openblas")
            component.defines = ["CHOLINV_USE_LAPACK"]
        if self.options.openmp:
            component = self._add_component("openmp", "cholinv-openmp")
            flag = "-openmp" if is_msvc(self) else "-fopenmp"
            component.cxxflags = [flag]
            if not is_msvc(self):
                component.sharedlinkflags = component.exelinkflags = [flag]

    def _add_component(self, name, pkg_config_name, *requires):
        component = self.cpp_info.components[name]
        component.set_property("cmake_target_name", f"cholinv::{name}")
        component.set_property("pkg_config_name", pkg_config_name)
        component.bindirs = []
        component.libdirs = []
        component.requires = list(requires)
        if name != "cholinv":
            component.includedirs = []
            component.requires.append("cholinv")
        return component
