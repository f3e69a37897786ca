# The optional targets cholinv::lapack and cholinv::openmp: read by this project's own build and by find_package(cholinv).

# Defines cholinv::<component>, or sets <missing> to the reason why it cannot be had. GLOBAL makes the target and what it
# links visible outside the calling directory: imported targets are not, and a parent of add_subdirectory links them too.
function(cholinv_add_component component missing)
  set(${missing} "" PARENT_SCOPE)
  if(TARGET cholinv::${component})
    return()
  endif()

  set(found_here LAPACKE::LAPACKE LAPACK::LAPACK BLAS::BLAS OpenMP::OpenMP_CXX)
  foreach(dependency IN LISTS found_here)
    if(TARGET ${dependency})  # the caller's own: its scope is the caller's choice
      list(REMOVE_ITEM found_here ${dependency})
    endif()
  endforeach()

  if(component STREQUAL "lapack")
    list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
    find_package(LAPACKE MODULE QUIET)
    set(dependency LAPACKE::LAPACKE)
    set(definition CHOLINV_USE_LAPACK)
    set(reason "component lapack needs lapacke.h, liblapacke and LAPACK (Debian: liblapacke-dev and libopenblas-dev; "
               "elsewhere set LAPACKE_INCLUDE_DIR, LAPACKE_LIBRARY and BLA_VENDOR)")
  elseif(component STREQUAL "openmp")
    find_package(OpenMP QUIET COMPONENTS CXX)
    set(dependency OpenMP::OpenMP_CXX)
    set(definition "")
    set(reason "component openmp needs a C++ compiler with OpenMP (clang on Debian: libomp-dev)")
  else()
    set(${missing} "component ${component} is unknown; it should be lapack or openmp" PARENT_SCOPE)
    return()
  endif()
  if(NOT TARGET ${dependency})
    list(JOIN reason "" reason)
    set(${missing} "${reason}" PARENT_SCOPE)
    return()
  endif()

  if("${ARGN}" STREQUAL "GLOBAL")
    foreach(target IN LISTS found_here)
      if(TARGET ${target})
        set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL TRUE)
      endif()
    endforeach()
  endif()
  add_library(cholinv::${component} INTERFACE IMPORTED ${ARGN})
  set_target_properties(cholinv::${component} PROPERTIES INTERFACE_LINK_LIBRARIES "cholinv::cholinv;${dependency}"
                                                         INTERFACE_COMPILE_DEFINITIONS "${definition}")
endfunction()
