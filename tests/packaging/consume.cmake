# Builds and runs consumer/ in the given way, as its user would, in the empty directory <work>. The way plain compiles all kernels, the others
# few: they are not what is asked.
set(few_kernels -DCHOLINV_MAX_ISA=0)
cmake_policy(VERSION 3.18)  # a quoted word in if() is no variable
set(consumer "${CMAKE_CURRENT_LIST_DIR}/consumer")
file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${work}")

if(way MATCHES "^(plain|pkg_config)$")
  include("${consumer}/warnings.cmake")
  set(expect_kernels 0)
  set(expect_lapack 0)
  set(expect_openmp 0)
  set(expect_${component} 1)
  set(lapack_int 4)
  if(component STREQUAL "lapack64")
    set(expect_lapack 1)
    set(lapack_int 8)
  endif()
  set(flags "")
  set(libraries "")
  if(way STREQUAL "pkg_config")
    set(package cholinv)
    if(NOT component STREQUAL "none")
      set(package cholinv-${component})
    endif()
    set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
    foreach(question IN ITEMS cflags libs modversion)
      execute_process(COMMAND "${pkg_config}" --${question} ${package}
                      OUTPUT_VARIABLE ${question} OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    endforeach()
    if(NOT modversion STREQUAL version)
      message(FATAL_ERROR "${package}.pc says version ${modversion}, the project ${version}")
    endif()
    separate_arguments(flags UNIX_COMMAND "${cflags}")
    list(APPEND flags ${few_kernels})
    separate_arguments(libraries UNIX_COMMAND "${libs}")
  else()
    set(flags -I "${source}/include")
    if(component STREQUAL "lapack")
      get_filename_component(directory "${lapacke}" DIRECTORY)
      list(APPEND flags -DCHOLINV_USE_LAPACK)
      set(libraries "-L${directory}" -llapacke -llapack -lblas)
    elseif(component STREQUAL "openmp")
      list(APPEND flags -fopenmp)
    endif()
  endif()
  execute_process(COMMAND "${compiler}" -std=c++17 ${warnings} ${flags} "-DEXPECT_VERSION=\"${version}\""
                          -DEXPECT_KERNELS=${expect_kernels} -DEXPECT_LAPACK=${expect_lapack} -DEXPECT_OPENMP=${expect_openmp}
                          -DEXPECT_LAPACK_INT=${lapack_int}
                          "${consumer}/main.cpp" -o consumer ${libraries}
                  WORKING_DIRECTORY "${work}" COMMAND_ERROR_IS_FATAL ANY)
else()
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${consumer}" -B "${work}" -G "${generator}" -D "CMAKE_CXX_COMPILER=${compiler}"
                          "-DCMAKE_CXX_FLAGS=$ENV{CXXFLAGS} ${few_kernels}" -D way=${way} -D component=${component} -D "source=${source}"
                          -D "CMAKE_PREFIX_PATH=${prefix}" -D version=${version} ${more}
                  COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${work}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${work}/consumer" COMMAND_ERROR_IS_FATAL ANY)
