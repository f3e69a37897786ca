// Prints the names CHOLINV_FORCE_ISA may have on this machine, as a CMake list, narrowest first.
#include <cstdio>

int main() {
  std::printf("baseline");
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx2) std::printf(";avx2");
  if (avx512) std::printf(";avx512");
#endif
}
