// Prints the names CHOLINV_FORCE_ISA may have here, as a CMake list, narrowest first: what the machine runs, from what the compiler was
// told that every machine has (-march=native, say) on.
#include <cstdio>

int main() {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
  std::printf("avx512");
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#if defined(__AVX2__) && defined(__FMA__)
  std::printf("avx2");
#else
  std::printf("baseline%s", avx2 ? ";avx2" : "");
#endif
  if (avx512) std::printf(";avx512");
#else
  std::printf("baseline");
#endif
}
