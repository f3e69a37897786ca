# Finds LAPACKE, LAPACK's C interface, with the LAPACK under it: target LAPACKE::LAPACKE.
# LAPACKE_INCLUDE_DIR and LAPACKE_LIBRARY may be set (to the BLAS library itself where that one carries LAPACKE);
# BLA_VENDOR chooses the LAPACK, as in CMake's FindLAPACK.
find_path(LAPACKE_INCLUDE_DIR lapacke.h PATH_SUFFIXES lapacke openblas)
find_library(LAPACKE_LIBRARY lapacke)
find_package(LAPACK QUIET)
mark_as_advanced(LAPACKE_INCLUDE_DIR LAPACKE_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LAPACKE REQUIRED_VARS LAPACKE_LIBRARY LAPACKE_INCLUDE_DIR LAPACK_FOUND)

if(LAPACKE_FOUND AND NOT TARGET LAPACKE::LAPACKE)
  # liblapacke comes before the LAPACK whose routines it calls; a static or --as-needed link depends on the order.
  add_library(LAPACKE::LAPACKE INTERFACE IMPORTED)
  set_target_properties(LAPACKE::LAPACKE PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${LAPACKE_INCLUDE_DIR}"
                                                    INTERFACE_LINK_LIBRARIES "${LAPACKE_LIBRARY};LAPACK::LAPACK")
endif()
