# The libraries whose matrices cholinv takes, for its own tests and examples: neighbour_<name> is a target where the library is found.
# cholinv itself includes and links none of them.
function(cholinv_add_neighbour name)
  cmake_parse_arguments(arg "" "" "INCLUDE;LINK" ${ARGN})
  if(NOT TARGET neighbour_${name})
    add_library(neighbour_${name} INTERFACE)
    target_include_directories(neighbour_${name} SYSTEM INTERFACE ${arg_INCLUDE})
    target_link_libraries(neighbour_${name} INTERFACE ${arg_LINK})
  endif()
endfunction()

find_package(Eigen3 3.3 QUIET NO_MODULE)
if(TARGET Eigen3::Eigen)
  cholinv_add_neighbour(eigen LINK Eigen3::Eigen)
endif()

find_package(Armadillo QUIET)
if(ARMADILLO_FOUND)
  cholinv_add_neighbour(armadillo INCLUDE ${ARMADILLO_INCLUDE_DIRS} LINK ${ARMADILLO_LIBRARIES})
endif()

find_path(CHOLINV_XTENSOR_INCLUDE xtensor/xtensor.hpp)
if(CHOLINV_XTENSOR_INCLUDE)
  cholinv_add_neighbour(xtensor INCLUDE ${CHOLINV_XTENSOR_INCLUDE})
endif()

# Kokkos' mdspan: in Debian 12 it is a header of basix, in the namespace that it had before.
find_path(CHOLINV_KOKKOS_INCLUDE mdspan/mdspan.hpp PATH_SUFFIXES kokkos)
find_path(CHOLINV_BASIX_INCLUDE basix/mdspan.hpp)
if(CHOLINV_KOKKOS_INCLUDE)
  cholinv_add_neighbour(kokkos INCLUDE ${CHOLINV_KOKKOS_INCLUDE})
elseif(CHOLINV_BASIX_INCLUDE)
  file(WRITE "${CMAKE_BINARY_DIR}/kokkos/mdspan/mdspan.hpp"
       "#include <basix/mdspan.hpp>\nnamespace Kokkos {\nusing namespace std::experimental;\n}\n")
  cholinv_add_neighbour(kokkos INCLUDE "${CMAKE_BINARY_DIR}/kokkos" ${CHOLINV_BASIX_INCLUDE})
endif()
if(TARGET neighbour_kokkos)
  target_compile_features(neighbour_kokkos INTERFACE cxx_std_20)
endif()

find_path(CHOLINV_DLPACK_INCLUDE dlpack/dlpack.h)
if(CHOLINV_DLPACK_INCLUDE)
  cholinv_add_neighbour(dlpack INCLUDE ${CHOLINV_DLPACK_INCLUDE})
endif()

set(FPHSA_NAME_MISMATCHED ON)  # of what torch's package looks up itself
find_package(Torch QUIET)
unset(FPHSA_NAME_MISMATCHED)
if(TARGET torch)
  cholinv_add_neighbour(torch LINK torch)
endif()

# std::mdspan: where the compiler has it, else clang 19 with libc++ 19. A program for it is one command, for its standard library may be
# another one than that of everything else here.
file(WRITE "${CMAKE_BINARY_DIR}/has_mdspan.cpp" "#include <mdspan>\nint main() { double x[1] = {}; return std::mdspan(x, 1, 1).rank() != 2; }\n")
find_program(CHOLINV_CLANG_19 clang++-19)
set(CHOLINV_MDSPAN_COMMAND "")
foreach(candidate IN ITEMS "${CMAKE_CXX_COMPILER} -std=c++23" "${CHOLINV_CLANG_19} -std=c++23 -stdlib=libc++")
  separate_arguments(command UNIX_COMMAND "${candidate}")
  execute_process(COMMAND ${command} -fsyntax-only "${CMAKE_BINARY_DIR}/has_mdspan.cpp" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(NOT CMAKE_CROSSCOMPILING AND NOT failed)
    set(CHOLINV_MDSPAN_COMMAND ${command})
    break()
  endif()
endforeach()

# The program `name` of the given source and, after it, other arguments of the compiler.
function(cholinv_add_mdspan_program name source)
  set(program "${CMAKE_CURRENT_BINARY_DIR}/mdspan_programs/${name}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/mdspan_programs")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/*" "${PROJECT_SOURCE_DIR}/tests/support/*")
  add_custom_command(OUTPUT "${program}" DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${source}" ${headers}
                     COMMAND ${CHOLINV_MDSPAN_COMMAND} -O0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                             "$<$<BOOL:${CHOLINV_WERROR}>:-Werror>" "-I${PROJECT_SOURCE_DIR}/include"
                             "${CMAKE_CURRENT_SOURCE_DIR}/${source}" ${ARGN} -o "${program}"
                     COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(${name} ALL DEPENDS "${program}")
  set_target_properties(${name} PROPERTIES cholinv_program "${program}")
endfunction()

set(found "")
foreach(name IN ITEMS eigen kokkos armadillo xtensor dlpack torch)
  if(TARGET neighbour_${name})
    list(APPEND found ${name})
  endif()
endforeach()
if(CHOLINV_MDSPAN_COMMAND)
  list(APPEND found mdspan)
endif()
list(JOIN found ", " found)
message(STATUS "cholinv: neighbours found: ${found}")
