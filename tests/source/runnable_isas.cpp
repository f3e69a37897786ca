// Prints the names CHOLINV_FORCE_ISA may have here, as a CMake list, narrowest first: what the machine runs, from what the compiler was
// told that every machine has (-march=native, say) on.
#include <cstdio>

#if defined(__AVX2__) && defined(__FMA__)
constexpr bool every_machine_has_avx2 = true;
#else
constexpr bool every_machine_has_avx2 = false;
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
constexpr bool every_machine_has_avx512 = every_machine_has_avx2;
#else
constexpr bool every_machine_has_avx512 = false;
#endif

int main() {
  bool avx2 = false, avx512 = false;
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
#endif
  if (!every_machine_has_avx2) std::printf(avx2 ? "baseline;" : "baseline");
  if (avx2 && !every_machine_has_avx512) std::printf(avx512 ? "avx2;" : "avx2");
  if (avx512) std::printf("avx512");
}
