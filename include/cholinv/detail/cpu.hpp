// What is asked of the processor: which instruction set the kernels use, unless CHOLINV_FORCE_ISA forces one, and whose processor it is.
#pragma once

#include <cstdlib>
#include <cstring>

#include "../options.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

enum class isa { baseline, avx2, avx512 };
inline constexpr const char* isa_names[] = {"baseline", "avx2", "avx512"};

inline constexpr isa compiled_isa = static_cast<isa>(CHOLINV_COMPILED_ISA);
inline constexpr isa widest_isa = static_cast<isa>(CHOLINV_MAX_ISA > CHOLINV_COMPILED_ISA ? CHOLINV_MAX_ISA : CHOLINV_COMPILED_ISA);

inline bool machine_has(isa wanted) noexcept {
  if (wanted <= compiled_isa) return true;
  if (wanted > widest_isa) return false;
#if CHOLINV_MAX_ISA > CHOLINV_COMPILED_ISA
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (wanted == isa::avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

inline isa detect_isa() {
  if (const char* forced = std::getenv("CHOLINV_FORCE_ISA"); forced != nullptr && *forced != '\0') {
    for (isa i : {isa::baseline, isa::avx2, isa::avx512})
      if (std::strcmp(forced, isa_names[static_cast<int>(i)]) == 0) {
        if (!machine_has(i)) misuse({"isa_name: CHOLINV_FORCE_ISA is ", forced, ", which this machine or this program cannot run"});
        return i < compiled_isa ? compiled_isa : i;
      }
    misuse({"isa_name: CHOLINV_FORCE_ISA is ", forced, "; it should be baseline, avx2 or avx512"});
  }
  return machine_has(isa::avx512) ? isa::avx512 : machine_has(isa::avx2) ? isa::avx2 : isa::baseline;
}

inline isa current_isa() {
  static const isa chosen = detect_isa();
  return chosen;
}

/// Does a store that crosses two cache lines take less once these have been asked for? On a Xeon, while they were in its second-level
/// cache, it took half as long again as another, and then no longer: whole results took 5 to 25% less. On Zen 5 asking only cost, 2 to 8%.
/// The suite says by CHOLINV_PLACES_NEAR that it be so on any processor.
inline bool places_had_better_be_near() noexcept {
#ifdef CHOLINV_PLACES_NEAR
  return CHOLINV_PLACES_NEAR;
#elif CHOLINV_X86 && CHOLINV_MAX_ISA > 0  // at 0 nothing of the compiler's own library is needed
  return __builtin_cpu_is("intel");
#else
  return false;
#endif
}

/// Does what is computed wait for lines that are under way from memory to the first-level cache? On Zen 4, where it does, lanes took 1.3 to
/// 1.9 times as long from memory as with lines that were asked for no further than to the second level; on Zen 5 these were never better.
/// The suite says by CHOLINV_FIRST_LEVEL_WAITS that it be so on any processor.
inline bool first_level_waits() noexcept {
#ifdef CHOLINV_FIRST_LEVEL_WAITS
  return CHOLINV_FIRST_LEVEL_WAITS;
#elif CHOLINV_X86 && CHOLINV_MAX_ISA > 0
  return __builtin_cpu_is("amdfam19h") && __builtin_cpu_supports("avx512f");  // Zen 3 is of that family, too, and was not measured
#else
  return false;
#endif
}
/// Of the caches to which a prefetcher brings lines.
inline int nearest_level() noexcept { return first_level_waits() ? 2 : 1; }

}  // namespace detail

/// The instruction set that the native kernels of this program use: "baseline", "avx2" or "avx512". Throws std::invalid_argument
/// when the environment variable CHOLINV_FORCE_ISA names one that this machine cannot run. What the compiler was told that every machine
/// has, by -march, cannot be taken back: with a narrower name the answer is that one.
inline const char* isa_name() { return detail::isa_names[static_cast<int>(detail::current_isa())]; }

CHOLINV_NAMESPACE_END
