// What the kernels must know of a scalar type: its real type, how many real planes it has, and the few operations that differ.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "../options.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class T>
struct complex_traits {
  using real = T;
  static constexpr bool is_complex = false;
};
template <class R>
struct complex_traits<std::complex<R>> {
  using real = R;
  static constexpr bool is_complex = true;
};

template <class T>
using real_t = typename complex_traits<T>::real;

/// Real numbers in one scalar: the kernels keep real and imaginary parts in planes of their own and only do real arithmetic.
template <class T>
inline constexpr int planes_of = complex_traits<T>::is_complex ? 2 : 1;

template <class T>
constexpr void require_scalar() {
  static_assert(!std::is_const_v<T>,
                "cholinv: the result is written, so its "
                "element type T must not be const");
  static_assert(!std::is_integral_v<real_t<T>>,
                "cholinv: T is an integer type; the inverse needs a real or "
                "complex floating-point scalar such as double");
}

template <class T>
inline constexpr bool is_ieee = std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class R>
using bits_of = std::conditional_t<sizeof(R) == 4, std::uint32_t, std::uint64_t>;

CHOLINV_BEGIN_STRICT
// The questions below look at bits: a compiler told -ffast-math may answer the arithmetic ones as it likes.
template <class R>
bool is_zero(const R& x) {
  if constexpr (is_ieee<R>) {
    bits_of<R> bits;
    std::memcpy(&bits, &x, sizeof bits);
    return static_cast<bits_of<R>>(bits << 1) == 0;
  } else {
    return x == R(0);
  }
}
template <class R>
bool is_zero(const std::complex<R>& z) {
  return is_zero(z.real()) && is_zero(z.imag());
}

/// Neither NaN nor infinite: the exponent is not all ones.
template <class R>
bool is_finite(const R& x) {
  static_assert(is_ieee<R>);
  bits_of<R> bits, infinity;
  const R inf = std::numeric_limits<R>::infinity();
  std::memcpy(&bits, &x, sizeof bits);
  std::memcpy(&infinity, &inf, sizeof infinity);
  return (bits & infinity) != infinity;
}

template <class R>
R not_a_number() {
  if constexpr (std::numeric_limits<R>::has_quiet_NaN)
    return std::numeric_limits<R>::quiet_NaN();
  else
    return R(0) / R(0);
}
template <class T>
T nan_scalar() {
  if constexpr (complex_traits<T>::is_complex)
    return T(not_a_number<real_t<T>>(), not_a_number<real_t<T>>());
  else
    return not_a_number<T>();
}

namespace adl_sqrt {
using std::sqrt;
template <class R, class = void>
struct found : std::false_type {};
template <class R>
struct found<R, std::void_t<decltype(sqrt(std::declval<const R&>()))>> {
  using result = decltype(sqrt(std::declval<const R&>()));  // an expression template, perhaps
  static constexpr bool value = std::is_same_v<result, R> || (std::is_class_v<R> && std::is_convertible_v<result, R>);
};
template <class R>
R call(const R& x) {
  return sqrt(x);
}
}  // namespace adl_sqrt

/// sqrt of a real scalar, by argument-dependent lookup. A type without one that converts to and from long double, such as
/// __float128, starts from std::sqrt and doubles its correct digits with each Newton step.
template <class R>
R square_root(const R& x) {
  if constexpr (adl_sqrt::found<R>::value) {
    return adl_sqrt::call(x);
  } else {
    R root = static_cast<R>(std::sqrt(static_cast<long double>(x)));
    if (!(root > R(0)) || root + root == root) return root;  // zero, NaN, infinity
    for (int step = 0; step < 2; ++step) root = (root + x / root) / R(2);
    return root;
  }
}

template <class R>
bool is_infinite(const R& x) {
  return x + x == x && !is_zero(x);
}

/// 1 / conj(re + i im), scaled against overflow of re^2 + im^2 (Smith 1962, Algorithm 116). A real diagonal, the usual case, stays
/// exactly real.
template <class R>
CHOLINV_NOINLINE void conj_reciprocal(const R& re, const R& im, R& out_re, R& out_im) {
  if (is_zero(im)) {
    out_re = R(1) / re;
    out_im = R(0);
  } else if (is_zero(re)) {
    out_re = R(0);
    out_im = R(1) / im;
    // A NaN beside the infinity is not equal to itself. NOLINTNEXTLINE(misc-redundant-expression)
  } else if ((is_infinite(re) && im == im) || (is_infinite(im) && re == re)) {
    out_re = out_im = R(0);
  } else {
    const R abs_re = re < R(0) ? -re : re;
    const R abs_im = im < R(0) ? -im : im;
    if (abs_re < abs_im) {
      const R ratio = re / im, denominator = im + re * ratio;
      out_re = ratio / denominator;
      out_im = R(1) / denominator;
    } else {
      const R ratio = im / re, denominator = re + im * ratio;
      out_re = R(1) / denominator;
      out_im = ratio / denominator;
    }
  }
}
CHOLINV_END_STRICT

}  // namespace detail
CHOLINV_NAMESPACE_END
