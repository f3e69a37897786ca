// oracle.hpp: what the rules say of one matrix, by textbook loops in long double.
#pragma once

#include "../support/cases.hpp"

#include <algorithm>

CHOLINV_BEGIN_STRICT
namespace fuzz {

using namespace support;

// What one matrix may lead to: its info lies in [least, most], or is 0 where that is allowed.
template <class T>
struct expectation {
  bool may_succeed = true;
  index_t least = 0, most = 0;
  bool measurable = false;        // finite and of sizes whose products T can hold
  bool nan = false;               // a NaN in the used triangle
  dense<wide_t<T>> a;             // where measurable: the matrix, without the rows in `infinite`
  std::vector<index_t> infinite;  // diagonal elements
  bool allows(index_t info) const { return info == 0 ? may_succeed : least <= info && info <= most; }
};

template <class R>
bool is_infinite(const R& x) {
  if constexpr (is_complex<R>)
    return !is_nan(x) && (is_infinite(x.real()) || is_infinite(x.imag()));
  else
    return x == std::numeric_limits<R>::infinity() || x == -std::numeric_limits<R>::infinity();
}
// By its bits: a floating-point environment may take subnormal numbers for zeros.
template <class R>
bool is_zero(const R& x) {
  if constexpr (is_complex<R>) {
    return is_zero(x.real()) && is_zero(x.imag());
  } else {
    const R zero = 0, minus_zero = -zero;
    return std::memcmp(&x, &zero, sizeof x) == 0 || std::memcmp(&x, &minus_zero, sizeof x) == 0;
  }
}
template <class W>
long double size_of(const W& x) {
  return std::abs(x);
}
// Products of four numbers up to this, and sums of them, do not overflow in T; nor do their reciprocals vanish.
template <class T>
long double large() {
  return std::pow(static_cast<long double>(std::numeric_limits<real_t<T>>::max()), 0.2L);
}

template <class T>
expectation<T> expect_inverse(const dense<T>& f, bool upper) {
  using W = wide_t<T>;
  expectation<T> e;
  const dense<T> l = as_lower(f, upper);
  const index_t n = l.rows;
  bool finite = true;
  for (index_t i = 0; i < n; ++i) {
    if (is_zero(l(i, i)) && e.least == 0) e.least = e.most = i + 1, e.may_succeed = false;
    for (index_t j = 0; j <= i; ++j) {
      e.nan = e.nan || is_nan(l(i, j));
      if (is_infinite(l(i, j)) && i == j)
        e.infinite.push_back(i);
      else
        finite = finite && !is_infinite(l(i, j));
    }
  }
  if (!e.may_succeed || e.nan || !finite) return e;
  std::vector<index_t> rest;
  for (index_t i = 0; i < n; ++i)
    if (!is_infinite(l(i, i))) rest.push_back(i);
  const auto m = static_cast<index_t>(rest.size());
  dense<W> kept(m, m);
  e.measurable = true;
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j)
      if (size_of(l(i, j)) > large<T>() && !is_infinite(l(i, j))) e.measurable = false;
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j <= i; ++j) kept(i, j) = convert<W>(l(rest[static_cast<std::size_t>(i)], rest[static_cast<std::size_t>(j)]));
    if (size_of(kept(i, i)) * large<T>() < 1) e.measurable = false;
  }
  if (!e.measurable) return e;
  const dense<W> x = inverse_from_factor(kept, false);
  for (index_t i = 0; i < m; ++i)  // x(i, i) is the squared length of a column of L^-1
    if (!(size_of(x(i, i)) < large<T>() * large<T>())) e.measurable = false;
  e.a = gram(kept);
  return e;
}

// 1 + the first row whose pivot is not positive, or 0, with all diagonal elements times `factor`.
template <class W>
index_t first_bad_pivot(dense<W> a, long double factor) {
  for (index_t i = 0; i < a.rows; ++i) a(i, i) *= factor;
  const dense<W> l = cholesky_of(a);
  for (index_t i = 0; i < a.rows; ++i)
    if (!(real_part(l(i, i)) > 0)) return i + 1;
  return 0;
}

template <class T>
expectation<T> expect_factor(const dense<T>& f, bool upper) {
  using W = wide_t<T>;
  expectation<T> e;
  dense<T> l = as_lower(f, upper);
  const index_t n = l.rows;
  for (index_t i = 0; i < n; ++i) l(i, i) = T(real_part(l(i, i)));
  bool measurable = true;
  e.least = 1, e.most = n;
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      // The pivot of its row is NaN, if that of an earlier one is not bad already.
      if (is_nan(l(i, j)) && !e.nan) e.nan = true, e.may_succeed = false, e.most = i + 1;
      const auto size = size_of(convert<W>(l(i, j)));
      if (!(size < large<T>()) || (size != 0 && size * large<T>() < 1)) measurable = false;
    }
  if (!measurable) return e;
  dense<W> a(n, n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      a(i, j) = convert<W>(l(i, j));
      a(j, i) = conjugate(a(i, j));
    }
  // Demmel's theorem: within this of the diagonal the answer is rounding's.
  const long double slack = 16 * static_cast<long double>(n) * static_cast<long double>(n + 8) * epsilon<T>();
  const index_t early = first_bad_pivot(a, 1 - slack), late = first_bad_pivot(a, 1 + slack);
  e.may_succeed = late == 0;
  e.least = early == 0 ? n + 1 : early;
  e.most = late == 0 ? n : late;
  e.a = std::move(a);
  e.measurable = true;
  return e;
}

template <class T>
std::string broken_inverse(const expectation<T>& e, const matrix_ref<const T>& x) {
  if (const auto exact = hermitian(x); !exact) return std::string("the inverse is Hermitian: ") + exact.message();
  if (e.nan && !has_nan(x)) return "a NaN is not hidden";
  if (!e.measurable) return "";
  using W = wide_t<T>;
  const index_t n = x.order;
  std::vector<index_t> rest;
  for (index_t i = 0; i < n; ++i) {
    if (std::find(e.infinite.begin(), e.infinite.end(), i) == e.infinite.end()) {
      rest.push_back(i);
      continue;
    }
    for (index_t j = 0; j < n; ++j)
      if (!(x(i, j) == T(0))) return "an infinite diagonal element gives zeros";
  }
  const auto m = static_cast<index_t>(rest.size());
  dense<W> kept(m, m);
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < m; ++j) kept(i, j) = convert<W>(x(rest[static_cast<std::size_t>(i)], rest[static_cast<std::size_t>(j)]));
  const auto r = residual<T>(e.a, kept);
  if (!(r < threshold)) return "the residual of the inverse is small: " + std::to_string(r);
  return "";
}

template <class T>
std::string broken_factor(const expectation<T>& e, const matrix_ref<const T>& x, bool upper) {
  const index_t n = x.order;
  for (index_t i = 0; i < n; ++i) {
    if (!same_bits(x(i, i), T(real_part(x(i, i)))) || !(real_part(x(i, i)) > 0)) return "the diagonal of the factor is real and positive";
    for (index_t j = 0; j < i; ++j)
      if (!(upper ? x(i, j) == T(0) : x(j, i) == T(0))) return "the other triangle of the factor is zero";
  }
  if (!e.measurable) return "";
  const auto r = factor_residual<T>(e.a, as_lower(to_dense<wide_t<T>>(x), upper));
  if (!(r < threshold)) return "the residual of the factor is small: " + std::to_string(r);
  return "";
}

}  // namespace fuzz
CHOLINV_END_STRICT
