// Policy: which path a call takes, as one table and one pure function.
#pragma once

#include <climits>

#include "cpu.hpp"
#include "problem.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

enum class path { native, lapack };

#ifdef CHOLINV_USE_LAPACK
inline constexpr bool lapack_compiled_in = true;
#else
inline constexpr bool lapack_compiled_in = false;
#endif

template <class T>
inline constexpr bool lapack_present = lapack_compiled_in&& is_ieee<real_t<T>>;

/// From this order on `automatic` calls LAPACK where it is present. Measured with benchmarks/compare on one core against
/// OpenBLAS 0.3.21: the portable kernel wins below by having no call, copy and mirror overhead, and loses above for want of vectors.
struct thresholds {
  index_t lapack_real, lapack_complex;
};
inline constexpr thresholds tuned{160, 16};

constexpr path choose_path(backend use, bool lapack_is_present, bool is_complex, index_t order) noexcept {
  if (use == backend::native || !lapack_is_present) return path::native;
  if (use == backend::lapack) return path::lapack;
  return order >= (is_complex ? tuned.lapack_complex : tuned.lapack_real) ? path::lapack : path::native;
}
static_assert(choose_path(backend::automatic, false, false, 1000) == path::native);
static_assert(choose_path(backend::automatic, true, false, tuned.lapack_real - 1) == path::native);
static_assert(choose_path(backend::automatic, true, true, tuned.lapack_complex) == path::lapack);
static_assert(choose_path(backend::lapack, true, false, 1) == path::lapack);

}  // namespace detail
CHOLINV_NAMESPACE_END
