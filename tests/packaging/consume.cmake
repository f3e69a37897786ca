# Builds and runs consumer/ in the given way, as its user would, in the empty directory <work>.
set(consumer "${CMAKE_CURRENT_LIST_DIR}/consumer")
file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${work}")

if(way STREQUAL "plain")
  include("${consumer}/warnings.cmake")
  set(flags -DEXPECT_LAPACK=0 -DEXPECT_OPENMP=0)
  set(libraries "")
  if(component STREQUAL "lapack")
    get_filename_component(directory "${lapacke}" DIRECTORY)
    set(flags -DCHOLINV_USE_LAPACK -DEXPECT_LAPACK=1 -DEXPECT_OPENMP=0)
    set(libraries "-L${directory}" -llapacke -llapack -lblas)
  elseif(component STREQUAL "openmp")
    set(flags -fopenmp -DEXPECT_LAPACK=0 -DEXPECT_OPENMP=1)
  endif()
  execute_process(COMMAND "${compiler}" -std=c++17 ${warnings} ${flags} "-DEXPECT_VERSION=\"${version}\""
                          -I "${source}/include" "${consumer}/main.cpp" -o consumer ${libraries}
                  WORKING_DIRECTORY "${work}" COMMAND_ERROR_IS_FATAL ANY)
else()
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${consumer}" -B "${work}" -G "${generator}" -D "CMAKE_CXX_COMPILER=${compiler}"
                          -D way=${way} -D component=${component} -D "source=${source}"
                          -D "CMAKE_PREFIX_PATH=${prefix}" -D version=${version} ${more}
                  COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${work}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${work}/consumer" COMMAND_ERROR_IS_FATAL ANY)
