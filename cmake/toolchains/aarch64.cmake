# Debian: g++-aarch64-linux-gnu qemu-user-static
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(triple aarch64-linux-gnu)
set(qemu aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
