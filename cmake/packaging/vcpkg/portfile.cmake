vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO OWNER/cholinv
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

set(VCPKG_BUILD_TYPE release) # header-only

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DCHOLINV_BUILD_TESTS=OFF
        -DCHOLINV_BUILD_BENCHMARKS=OFF
        -DCHOLINV_BUILD_EXAMPLES=OFF
        -DCHOLINV_LAPACK=OFF
        -DCHOLINV_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/cholinv)
vcpkg_fixup_pkgconfig(SKIP_CHECK) # cholinv-lapack.pc needs lapacke.pc, which only the feature lapack brings

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
