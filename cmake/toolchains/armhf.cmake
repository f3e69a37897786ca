# Debian: g++-arm-linux-gnueabihf qemu-user-static
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(triple arm-linux-gnueabihf)
set(qemu arm)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
