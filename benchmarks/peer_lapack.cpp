// The peer "lapack": a copy of the input, LAPACKE's potri or potrf on it, then the other triangle. What most code does today.
#include <lapacke.h>

#include <cstring>

#include "candidates.hpp"

namespace bench {
namespace {

template <class A, class T>
lapack_int call_lapacke(lapack_int (*routine)(int, char, lapack_int, A*, lapack_int), char uplo, lapack_int n, T* a) {
  return routine(LAPACK_COL_MAJOR, uplo, n, reinterpret_cast<A*>(a), n);
}
// In OpenBLAS potri is faster on the upper triangle, by up to a quarter, and potrf on the lower one, by up to two fifths: each gets
// what it likes. (Column-major upper is row-major lower; see job.)
lapack_int potri(lapack_int n, float* a) { return call_lapacke(LAPACKE_spotri_work, 'U', n, a); }
lapack_int potri(lapack_int n, double* a) { return call_lapacke(LAPACKE_dpotri_work, 'U', n, a); }
lapack_int potri(lapack_int n, std::complex<float>* a) { return call_lapacke(LAPACKE_cpotri_work, 'U', n, a); }
lapack_int potri(lapack_int n, std::complex<double>* a) { return call_lapacke(LAPACKE_zpotri_work, 'U', n, a); }
lapack_int potrf(lapack_int n, float* a) { return call_lapacke(LAPACKE_spotrf_work, 'L', n, a); }
lapack_int potrf(lapack_int n, double* a) { return call_lapacke(LAPACKE_dpotrf_work, 'L', n, a); }
lapack_int potrf(lapack_int n, std::complex<float>* a) { return call_lapacke(LAPACKE_cpotrf_work, 'L', n, a); }
lapack_int potrf(lapack_int n, std::complex<double>* a) { return call_lapacke(LAPACKE_zpotrf_work, 'L', n, a); }

template <class T>
T conj_of(const T& x) {
  if constexpr (std::is_same_v<T, typename real_of<T>::type>)
    return x;
  else
    return T(x.real(), -x.imag());
}

/// The row-major upper triangle from the lower one, in squares so that large orders do not miss the cache at every element.
template <class T>
void mirror(std::ptrdiff_t n, T* a) {
  constexpr std::ptrdiff_t side = 32;
  for (std::ptrdiff_t i0 = 0; i0 < n; i0 += side)
    for (std::ptrdiff_t j0 = 0; j0 <= i0; j0 += side)
      for (std::ptrdiff_t i = i0; i < std::min(n, i0 + side); ++i)
        for (std::ptrdiff_t j = j0; j < std::min(i, j0 + side); ++j) a[j * n + i] = conj_of(a[i * n + j]);
}

/// The column-major upper triangle of zeros.
template <class T>
void clear_upper(std::ptrdiff_t n, T* a) {
  for (std::ptrdiff_t j = 1; j < n; ++j) std::fill_n(a + j * n, j, T(0));
}

template <class T>
void run(const job& j) {
  const std::ptrdiff_t n = j.order;
  for (std::ptrdiff_t b = 0; b < j.batch; ++b) {
    T* const a = static_cast<T*>(j.out) + b * n * n;
    std::memcpy(static_cast<void*>(a), static_cast<const T*>(j.in) + b * n * n, static_cast<std::size_t>(n * n) * sizeof(T));
    const bool invert = j.what == task::inverse;
    const lapack_int info = invert ? potri(static_cast<lapack_int>(n), a) : potrf(static_cast<lapack_int>(n), a);
    if (info != 0) throw std::runtime_error("LAPACK: info = " + std::to_string(info));
    if (invert)
      mirror(n, a);
    else
      clear_upper(n, a);
  }
}

}  // namespace

call prepare_lapack(const job& j) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    return [j] { run<T>(j); };
  });
}

}  // namespace bench
