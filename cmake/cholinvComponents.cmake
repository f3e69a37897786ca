# The optional targets cholinv::kernels, cholinv::lapack and cholinv::openmp: read by this project's own build and by find_package(cholinv).

# Sets <wrong> to the reason why LAPACKE::LAPACKE cannot be used: its header, its library and the LAPACK under it all need the integers
# that CHOLINV_LAPACK_ILP64 (OFF unless set) says, and nothing but a call tells. What was found right is not asked again.
function(cholinv_check_lapack_integers wrong)
  set(${wrong} "" PARENT_SCOPE)
  set(bits 32)
  set(definition "")
  if(CHOLINV_LAPACK_ILP64)
    set(bits 64)
    set(definition -DLAPACK_ILP64)
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(STATUS "cholinv: that the integers of LAPACK have ${bits} bits was not checked, for this is a cross build")
    return()
  endif()
  set(used "${bits} ${LAPACKE_INCLUDE_DIR} ${LAPACKE_LIBRARY} ${LAPACK_LIBRARIES}")
  if(used STREQUAL "${CHOLINV_LAPACK_CHECKED}")
    return()
  endif()

  try_run(CHOLINV_LAPACK_INTEGERS_EXIT_CODE CHOLINV_LAPACK_INTEGERS_BUILT "${CMAKE_BINARY_DIR}/CMakeFiles/cholinv_lapack_integers"
          "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/lapack_integers.cpp"
          COMPILE_DEFINITIONS ${definition} LINK_LIBRARIES LAPACKE::LAPACKE
          COMPILE_OUTPUT_VARIABLE log RUN_OUTPUT_VARIABLE answer)
  if(answer MATCHES "bits: (lapacke.h ${bits}, liblapacke ${bits}, LAPACK ${bits})\n")
    set(CHOLINV_LAPACK_CHECKED "${used}" CACHE INTERNAL "The LAPACK that was found to have integers of the width asked for")
    return()
  endif()
  if(answer MATCHES "bits: ([^\n]+)")
    set(found "the integers found have, in bits: ${CMAKE_MATCH_1}")
  elseif(CHOLINV_LAPACK_INTEGERS_BUILT)
    set(found "a program that asks them ends with '${CHOLINV_LAPACK_INTEGERS_EXIT_CODE}'")
  else()
    set(found "a program that asks them does not build: ${log}")
  endif()
  list(JOIN LAPACK_LIBRARIES " " libraries)
  string(CONCAT found "component lapack needs integers of ${bits} bits, as CHOLINV_LAPACK_ILP64 '${CHOLINV_LAPACK_ILP64}' says, "
                "but ${found} (LAPACKE_LIBRARY ${LAPACKE_LIBRARY}, LAPACK_LIBRARIES ${libraries}). Set CHOLINV_LAPACK_ILP64, LAPACKE_LIBRARY and "
                "BLA_VENDOR to what goes together, in a new build tree")
  set(${wrong} "${found}" PARENT_SCOPE)
endfunction()

# Defines cholinv::<component>, or sets <missing> to the reason why it cannot be had. GLOBAL makes the target and what it
# links visible outside the calling directory: imported targets are not, and a parent of add_subdirectory links them too.
function(cholinv_add_component component missing)
  set(${missing} "" PARENT_SCOPE)
  if(TARGET cholinv::${component})
    return()
  endif()

  if(component STREQUAL "kernels")
    # In the tree and with the flags of the program that wants it, for they choose what is compiled; but optimised, and as it was measured,
    # in whatever type of build.
    add_library(cholinv_kernels STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/kernels.cpp")
    add_library(cholinv::kernels ALIAS cholinv_kernels)
    target_link_libraries(cholinv_kernels PUBLIC cholinv::cholinv)
    target_compile_definitions(cholinv_kernels PRIVATE CHOLINV_INSTANTIATE INTERFACE CHOLINV_EXTERN_KERNELS)
    target_compile_options(cholinv_kernels PRIVATE "$<$<NOT:$<CXX_COMPILER_ID:MSVC>>:-O2>")
    set_target_properties(cholinv_kernels PROPERTIES POSITION_INDEPENDENT_CODE ON)
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
    set(packages "liblapacke-dev and libopenblas-dev")
    if(CHOLINV_LAPACK_ILP64)
      list(APPEND definition LAPACK_ILP64)
      set(packages "liblapacke-dev, liblapacke64-dev and libopenblas64-dev")
    endif()
    string(CONCAT reason "component lapack needs lapacke.h, liblapacke and LAPACK (on Debian ${packages}, elsewhere set "
                  "LAPACKE_INCLUDE_DIR and LAPACKE_LIBRARY), of CHOLINV_LAPACK_ILP64 '${CHOLINV_LAPACK_ILP64}' and BLA_VENDOR '${BLA_VENDOR}'")
  elseif(component STREQUAL "openmp")
    find_package(OpenMP QUIET COMPONENTS CXX)
    set(dependency OpenMP::OpenMP_CXX)
    set(definition "")
    set(reason "component openmp needs a C++ compiler with OpenMP (clang on Debian: libomp-dev)")
  else()
    set(${missing} "component ${component} is unknown; it should be kernels, lapack or openmp" PARENT_SCOPE)
    return()
  endif()
  if(NOT TARGET ${dependency})
    set(${missing} "${reason}" PARENT_SCOPE)
    return()
  endif()
  if(component STREQUAL "lapack")
    cholinv_check_lapack_integers(wrong)
    if(wrong)
      set(${missing} "${wrong}" PARENT_SCOPE)
      return()
    endif()
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
