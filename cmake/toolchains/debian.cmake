# What the processors' files here share: Debian's cross g++ of `triple`, whose programs the emulator `qemu` runs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_CXX_COMPILER ${triple}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${qemu}-static;-L;/usr/${triple}")

# This machine's libraries and their headers are another processor's; Eigen, found as a package, is headers alone.
set(CMAKE_FIND_ROOT_PATH /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_DISABLE_FIND_PACKAGE_Armadillo ON)
set(CMAKE_DISABLE_FIND_PACKAGE_Torch ON)
