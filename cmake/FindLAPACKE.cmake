# Finds LAPACKE, LAPACK's C interface, with the LAPACK under it: target LAPACKE::LAPACKE.
# LAPACKE_INCLUDE_DIR and LAPACKE_LIBRARY may be set (to the BLAS library itself where that one carries LAPACKE);
# BLA_VENDOR chooses the LAPACK, as in CMake's FindLAPACK. With CHOLINV_LAPACK_ILP64 they are those with integers of 64 bits.
set(lapacke_name lapacke)
if(CHOLINV_LAPACK_ILP64)
  set(lapacke_name lapacke64)
  set(BLA_SIZEOF_INTEGER 8)  # for FindLAPACK of CMake 3.22; an older one finds what the check of cholinvComponents.cmake refuses
endif()
find_path(LAPACKE_INCLUDE_DIR lapacke.h PATH_SUFFIXES lapacke openblas)
find_library(LAPACKE_LIBRARY ${lapacke_name})
unset(lapacke_name)
find_package(LAPACK QUIET)
mark_as_advanced(LAPACKE_INCLUDE_DIR LAPACKE_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LAPACKE REQUIRED_VARS LAPACKE_LIBRARY LAPACKE_INCLUDE_DIR LAPACK_FOUND)

if(LAPACKE_FOUND AND NOT TARGET LAPACKE::LAPACKE)
  # Only LAPACKE calls LAPACK, and liblapacke.so names a liblapack.so of its own. A linker that is told --as-needed, as many compilers do,
  # would leave out the one found here where their names agree, and the loader would take any.
  set(lapacke_needs ${LAPACK_LIBRARIES})
  list(FILTER lapacke_needs INCLUDE REGEX "^/[^ ,]+[.]so[.0-9]*$")
  if(lapacke_needs AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    list(JOIN lapacke_needs "," lapacke_needs)
    set(lapacke_needs "-Wl,--push-state,--no-as-needed,${lapacke_needs},--pop-state")
  else()
    set(lapacke_needs "")
  endif()
  # liblapacke comes before the LAPACK whose routines it calls; a static or --as-needed link depends on the order.
  add_library(LAPACKE::LAPACKE INTERFACE IMPORTED)
  set_target_properties(LAPACKE::LAPACKE PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${LAPACKE_INCLUDE_DIR}"
                                                    INTERFACE_LINK_LIBRARIES "${LAPACKE_LIBRARY};${lapacke_needs};LAPACK::LAPACK")
  unset(lapacke_needs)
endif()
