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

find_path(CHOLINV_DLPACK_INCLUDE dlpack/dlpack.h)
if(CHOLINV_DLPACK_INCLUDE)
  cholinv_add_neighbour(dlpack INCLUDE ${CHOLINV_DLPACK_INCLUDE})
endif()

find_package(Torch QUIET)
if(TARGET torch)
  cholinv_add_neighbour(torch LINK torch)
endif()

set(found "")
foreach(name IN ITEMS eigen armadillo xtensor dlpack torch)
  if(TARGET neighbour_${name})
    list(APPEND found ${name})
  endif()
endforeach()
list(JOIN found ", " found)
message(STATUS "cholinv: neighbours found: ${found}")
