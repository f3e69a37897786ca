// The LAPACK backend: LAPACKE's ?potri_work and ?potrf_work, column-major, on the caller's memory or on a packed copy.
#pragma once

#include "plan.hpp"

#ifdef CHOLINV_USE_LAPACK
#include <lapacke.h>

#include <cfenv>
#endif

CHOLINV_NAMESPACE_BEGIN
namespace detail {
CHOLINV_CALLS_BEGIN

#ifdef CHOLINV_USE_LAPACK
inline constexpr bool lapack_compiled_in = true;
#else
inline constexpr bool lapack_compiled_in = false;
#endif

template <class T>
inline constexpr bool lapack_present = lapack_compiled_in&& is_ieee<real_t<T>>;

#ifdef CHOLINV_USE_LAPACK
#ifdef LAPACK_ILP64
static_assert(sizeof(lapack_int) == 8, "LAPACK_ILP64 is defined, but lapack_int does not have 64 bits");
#else
static_assert(sizeof(lapack_int) == 4, "lapack_int does not have 32 bits: define LAPACK_ILP64 too, which names this code apart");
#endif

/// One LAPACKE routine of the form (layout, uplo, n, a, lda), whatever it calls its complex type.
template <class A, class T>
lapack_int call_lapacke(lapack_int (*routine)(int, char, lapack_int, A*, lapack_int), char uplo, lapack_int n, T* a, lapack_int lda) {
  static_assert(sizeof(A) == sizeof(T));
  return routine(LAPACK_COL_MAJOR, uplo, n, reinterpret_cast<A*>(a), lda);
}

/// Puts back what a LAPACK changes: libflame 5.2 leaves its caller flushing denormals to zero. <cfenv> saves the x87's state too, which
/// takes as long as a small matrix.
class same_floating_point_environment {
 public:
  same_floating_point_environment(const same_floating_point_environment&) = delete;
  same_floating_point_environment& operator=(const same_floating_point_environment&) = delete;
#ifdef __SSE2_MATH__
  same_floating_point_environment() : before_(__builtin_ia32_stmxcsr()) {}
  ~same_floating_point_environment() { __builtin_ia32_ldmxcsr(before_); }

 private:
  unsigned int before_;
#else
  same_floating_point_environment() { std::fegetenv(&before_); }
  ~same_floating_point_environment() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_;
#endif
};

template <class T>
lapack_int call_lapacke(task t, char uplo, lapack_int n, T* a, lapack_int lda) {
  const bool invert = t == task::invert;
  const same_floating_point_environment after;
  if constexpr (std::is_same_v<T, float>)
    return call_lapacke(invert ? LAPACKE_spotri_work : LAPACKE_spotrf_work, uplo, n, a, lda);
  else if constexpr (std::is_same_v<T, double>)
    return call_lapacke(invert ? LAPACKE_dpotri_work : LAPACKE_dpotrf_work, uplo, n, a, lda);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return call_lapacke(invert ? LAPACKE_cpotri_work : LAPACKE_cpotrf_work, uplo, n, a, lda);
  else
    return call_lapacke(invert ? LAPACKE_zpotri_work : LAPACKE_zpotrf_work, uplo, n, a, lda);
}

inline constexpr index_t lapack_most = sizeof(lapack_int) < sizeof(index_t) ? static_cast<index_t>(std::numeric_limits<lapack_int>::max())
                                                                            : std::numeric_limits<index_t>::max();

template <class T>
T conjugate(const T& x) {
  if constexpr (complex_traits<T>::is_complex)
    return T(x.real(), -x.imag());
  else
    return x;
}

/// May LAPACK see this triangle? Not with NaN or infinity in it (OpenBLAS 0.3.21 loses a NaN), and for potri not with a diagonal
/// that is not real (?lauum reads its real part only). Such a matrix is the native kernel's.
template <class T>
bool lapack_can_take(task t, index_t n, const T* a, index_t row, index_t column) {
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j <= i; ++j) {
      const T x = a[i * row + j * column];
      if (!is_finite(std::real(x)) || !is_finite(std::imag(x))) return false;
    }
    if (t == task::invert && !is_zero(std::imag(a[i * (row + column)]))) return false;
  }
  return true;
}

CHOLINV_BEGIN_STRICT
/// What run() answers when LAPACK's word is not to be trusted: a pivot became NaN on the way and potrf went on (OpenBLAS 0.3.21 does), or
/// potri found a zero on a diagonal that has none, for the floating-point environment takes subnormal numbers for zeros. potri looks for
/// it before it writes, so that an input that is the output as well is what it was.
inline constexpr int lapack_missed_it = -1;

template <class T>
struct lapack {
  /// `memory` is a square: used where no stride of `out` suits LAPACK, or where failure must leave `out` untouched.
  static int run(task t, const problem<T>& p, const place<T>& m, T* memory) {
    const index_t n = p.order;
    const bool by_columns = p.out_row == 1 && p.out_column >= n && p.out_column <= lapack_most;
    // Row-major storage of L is column-major storage of the upper triangle L^T. Not for complex: told 'U', OpenBLAS 0.3.21 reads
    // behind the matrix.
    const bool by_rows = !complex_traits<T>::is_complex && p.out_column == 1 && p.out_row >= n && p.out_row <= lapack_most;
    const bool direct = t == task::invert && (by_columns || by_rows);
    T* a = direct ? m.out : memory;
    const index_t row = direct ? p.out_row : by_rows ? n : 1, column = direct ? p.out_column : by_rows ? 1 : n;
    const char uplo = by_rows ? 'U' : 'L';
    const auto order = static_cast<lapack_int>(n), lda = static_cast<lapack_int>(n == 1 ? 1 : by_rows ? row : column);

    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j <= i; ++j) a[i * row + j * column] = m.in[i * p.in_row + j * p.in_column];
    const lapack_int info = call_lapacke(t, uplo, order, a, lda);
    if (info != 0) return t == task::invert ? lapack_missed_it : static_cast<int>(info);
    if (t == task::factorize)
      for (index_t i = 0; i < n; ++i)
        if (!(std::real(a[i * (row + column)]) > 0)) return lapack_missed_it;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j <= i; ++j) {
        const T x = a[i * row + j * column];
        T &lower = m.out[i * p.out_row + j * p.out_column], &upper = m.out[j * p.out_row + i * p.out_column];
        if (t == task::invert) {
          upper = conjugate(x);
          lower = i == j ? T(std::real(x)) : x;
        } else {
          upper = T(0);
          lower = x;
        }
      }
    return 0;
  }
};
CHOLINV_END_STRICT
#endif

CHOLINV_CALLS_END
}  // namespace detail
CHOLINV_NAMESPACE_END
