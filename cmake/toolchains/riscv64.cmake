# Debian: g++-riscv64-linux-gnu qemu-user-static
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(triple riscv64-linux-gnu)
set(qemu riscv64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
