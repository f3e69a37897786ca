// reference.hpp: what the answer should be, by textbook loops in wider arithmetic. Shares no code with the library.
#pragma once

#include <cholinv/cholinv.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

// Also where the tests are compiled with -ffast-math, these functions are not.
CHOLINV_BEGIN_STRICT
namespace support {

using cholinv::index_t;

template <class T>
struct scalar_kind {
  using real = T;
  static constexpr bool is_complex = false;
};
template <class R>
struct scalar_kind<std::complex<R>> {
  using real = R;
  static constexpr bool is_complex = true;
};
template <class T>
using real_t = typename scalar_kind<T>::real;
template <class T>
inline constexpr bool is_complex = scalar_kind<T>::is_complex;

// The type the oracle computes in: wider where there is something wider, otherwise the scalar itself.
template <class T>
inline constexpr bool is_standard = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, long double>;
template <class T>
using wide_t = std::conditional_t<is_complex<T>, std::complex<long double>, std::conditional_t<is_standard<T>, long double, T>>;

template <class T>
real_t<T> real_part(const T& x) {
  if constexpr (is_complex<T>)
    return x.real();
  else
    return x;
}
template <class T>
T conjugate(const T& x) {
  if constexpr (is_complex<T>)
    return T(x.real(), -x.imag());
  else
    return x;
}
template <class T>
bool is_nan(const T& x) {
  if constexpr (is_complex<T>)
    return is_nan(x.real()) || is_nan(x.imag());
  else
    return x != x;
}
// Written out: std::complex's own product is a library call that repairs infinities.
template <class T>
T times(const T& x, const T& y) {
  if constexpr (is_complex<T>)
    return T(x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real());
  else
    return x * y;
}
template <class T>
T reciprocal(const T& x) {
  if constexpr (is_complex<T>) {
    const auto size = std::abs(x);
    return T((x.real() / size) / size, -(x.imag() / size) / size);
  } else {
    return T(1) / x;
  }
}
template <class To, class From>
To convert(const From& x) {
  if constexpr (is_complex<To> && is_complex<From>)
    return To(static_cast<real_t<To>>(x.real()), static_cast<real_t<To>>(x.imag()));
  else if constexpr (is_complex<To>)
    return To(static_cast<real_t<To>>(x));
  else
    return static_cast<To>(x);
}

// A small dense matrix, row-major.
template <class T>
struct dense {
  index_t rows = 0, cols = 0;
  std::vector<T> elements;

  dense() = default;
  dense(index_t m, index_t n) : rows(m), cols(n), elements(static_cast<std::size_t>(m * n), T(0)) {}
  T& operator()(index_t i, index_t j) { return elements[static_cast<std::size_t>(i * cols + j)]; }
  const T& operator()(index_t i, index_t j) const { return elements[static_cast<std::size_t>(i * cols + j)]; }
};

// One n x n matrix inside a tensor or a view, strides in elements.
template <class T>
struct matrix_ref {
  T* data;
  index_t order, row_stride, col_stride;
  T& operator()(index_t i, index_t j) const { return data[i * row_stride + j * col_stride]; }
};

// The matrices of a tensor or view of shape (*, n, n), in row-major order of the batch dimensions.
template <class Tensor>
auto matrices(Tensor&& t) {
  using element = std::remove_reference_t<decltype(*t.data())>;
  const int rank = t.rank();
  index_t count = 1;
  for (int d = 0; d < rank - 2; ++d) count *= t.extent(d);
  std::vector<matrix_ref<element>> list;
  for (index_t b = 0; b < count; ++b) {
    const index_t n = t.extent(rank - 1);
    index_t rest = b, offset = 0;
    for (int d = rank - 3; d >= 0 && n > 0; --d) {  // of an empty matrix the strides may be wild
      offset += (rest % t.extent(d)) * t.stride(d);
      rest /= t.extent(d);
    }
    list.push_back({n == 0 ? t.data() : t.data() + offset, n, t.stride(rank - 2), t.stride(rank - 1)});
  }
  return list;
}

// dense matrices to and from matrices inside tensors; To is the element type wanted.
template <class To, class T>
dense<To> to_dense(const matrix_ref<T>& m) {
  dense<To> d(m.order, m.order);
  for (index_t i = 0; i < m.order; ++i)
    for (index_t j = 0; j < m.order; ++j) d(i, j) = convert<To>(m(i, j));
  return d;
}
template <class To, class T>
dense<To> to_dense(const dense<T>& m) {
  dense<To> d(m.rows, m.cols);
  for (std::size_t k = 0; k < m.elements.size(); ++k) d.elements[k] = convert<To>(m.elements[k]);
  return d;
}
template <class T, class From>
void assign(const matrix_ref<T>& to, const dense<From>& from) {
  for (index_t i = 0; i < to.order; ++i)
    for (index_t j = 0; j < to.order; ++j) to(i, j) = convert<T>(from(i, j));
}
// A tensor of shape (n, n), or of shape (list's length, n, n).
template <class T, class From>
cholinv::tensor<T> single(const dense<From>& m) {
  cholinv::tensor<T> t({m.rows, m.cols});
  assign(matrices(t).front(), m);
  return t;
}
template <class T, class From>
cholinv::tensor<T> stack(const std::vector<dense<From>>& list) {
  const index_t n = list.empty() ? 0 : list.front().rows;
  cholinv::tensor<T> t({static_cast<index_t>(list.size()), n, n});
  const auto slots = matrices(t);
  for (std::size_t b = 0; b < list.size(); ++b) assign(slots[b], list[b]);
  return t;
}

template <class W>
dense<W> adjoint(const dense<W>& a) {
  dense<W> r(a.cols, a.rows);
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < a.cols; ++j) r(j, i) = conjugate(a(i, j));
  return r;
}
template <class W>
dense<W> product(const dense<W>& a, const dense<W>& b) {
  dense<W> c(a.rows, b.cols), columns(b.cols, b.rows);
  for (index_t k = 0; k < b.rows; ++k)
    for (index_t j = 0; j < b.cols; ++j) columns(j, k) = b(k, j);
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < b.cols; ++j) {
      W sum(0);
      for (index_t k = 0; k < a.cols; ++k) sum += times(a(i, k), columns(j, k));
      c(i, j) = sum;
    }
  return c;
}
// The lower triangle that a factor stands for: the named triangle of F, as L with A = L L^H.
template <class W>
dense<W> as_lower(const dense<W>& f, bool upper) {
  dense<W> l(f.rows, f.rows);
  for (index_t i = 0; i < f.rows; ++i)
    for (index_t j = 0; j <= i; ++j) l(i, j) = upper ? conjugate(f(j, i)) : f(i, j);
  return l;
}
// L L^H for a lower triangle L.
template <class W>
dense<W> gram(const dense<W>& l) {
  dense<W> a(l.rows, l.rows);
  for (index_t i = 0; i < l.rows; ++i)
    for (index_t j = 0; j <= i; ++j) {
      W sum(0);
      for (index_t k = 0; k <= j; ++k) sum += times(l(i, k), conjugate(l(j, k)));
      a(i, j) = sum;
      a(j, i) = conjugate(sum);
    }
  return a;
}
// The matrix whose Cholesky factor is F: F F^H (lower) or F^H F (upper).
template <class W>
dense<W> matrix_of_factor(const dense<W>& f, bool upper) {
  return gram(as_lower(f, upper));
}
// Y = L^-1 by forward substitution, then Y^H Y.
template <class W>
dense<W> inverse_from_factor(const dense<W>& f, bool upper) {
  const dense<W> l = as_lower(f, upper);
  const index_t n = l.rows;
  dense<W> y(n, n), x(n, n);
  for (index_t i = 0; i < n; ++i) {
    const W pivot = reciprocal(l(i, i));
    for (index_t j = 0; j <= i; ++j) {
      W sum(i == j ? 1 : 0);
      for (index_t k = j; k < i; ++k) sum -= times(l(i, k), y(k, j));
      y(i, j) = times(sum, pivot);
    }
  }
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      W sum(0);
      for (index_t k = i; k < n; ++k) sum += times(conjugate(y(k, i)), y(k, j));
      x(i, j) = sum;
      x(j, i) = conjugate(sum);
    }
  return x;
}
// The lower Cholesky factor of a positive definite A.
template <class W>
dense<W> cholesky_of(const dense<W>& a) {
  using std::sqrt;
  const index_t n = a.rows;
  dense<W> l(n, n);
  for (index_t j = 0; j < n; ++j) {
    W pivot = a(j, j);
    for (index_t k = 0; k < j; ++k) pivot -= times(l(j, k), conjugate(l(j, k)));
    const auto root = sqrt(real_part(pivot));
    l(j, j) = W(root);
    for (index_t i = j + 1; i < n; ++i) {
      W sum = a(i, j);
      for (index_t k = 0; k < j; ++k) sum -= times(l(i, k), conjugate(l(j, k)));
      l(i, j) = sum / root;
    }
  }
  return l;
}

// Largest column sum of absolute values; NaN when there is a NaN anywhere.
template <class W>
real_t<W> norm1(const dense<W>& a) {
  using std::abs;
  real_t<W> largest(0);
  for (index_t j = 0; j < a.cols; ++j) {
    real_t<W> sum(0);
    for (index_t i = 0; i < a.rows; ++i) {
      if constexpr (is_complex<W>)
        sum += abs(a(i, j));
      else
        sum += a(i, j) < 0 ? -a(i, j) : a(i, j);
    }
    if (!(sum <= largest)) largest = sum;
    if (is_nan(largest)) return largest;
  }
  return largest;
}

// LAPACK's Epsilon: half a unit in the last place of 1.
template <class T>
constexpr real_t<wide_t<T>> epsilon() {
  return static_cast<real_t<wide_t<T>>>(std::numeric_limits<real_t<T>>::epsilon()) / 2;
}

// LAPACK's ?pot03: ||I - A X||_1 / (n ||A||_1 ||X||_1 eps), eps of T. NaN when X has one, so `< 30` fails then.
template <class T>
real_t<wide_t<T>> residual(const dense<wide_t<T>>& a, const dense<wide_t<T>>& x) {
  using R = real_t<wide_t<T>>;
  const index_t n = a.rows;
  if (n == 0) return R(0);
  const R norm_a = norm1(a), norm_x = norm1(x);
  if (norm_a <= 0 || norm_x <= 0) return 1 / epsilon<T>();
  dense<wide_t<T>> e = product(a, x);
  for (index_t i = 0; i < n; ++i) e(i, i) -= wide_t<T>(1);
  return ((norm1(e) / norm_a) / norm_x) / static_cast<R>(n) / epsilon<T>();
}
// LAPACK's ?pot01: ||A - L L^H||_1 / (n ||A||_1 eps).
template <class T>
real_t<wide_t<T>> factor_residual(const dense<wide_t<T>>& a, const dense<wide_t<T>>& l) {
  using R = real_t<wide_t<T>>;
  const index_t n = a.rows;
  if (n == 0) return R(0);
  const R norm_a = norm1(a);
  if (norm_a <= 0) return 1 / epsilon<T>();
  dense<wide_t<T>> e = gram(l);
  for (std::size_t k = 0; k < e.elements.size(); ++k) e.elements[k] -= a.elements[k];
  return (norm1(e) / norm_a) / static_cast<R>(n) / epsilon<T>();
}
// LAPACK's ?get04: ||X - exact||_1 / (||exact||_1 cond_1(A) eps), and over n.
template <class T>
real_t<wide_t<T>> forward_error(const dense<wide_t<T>>& a, const dense<wide_t<T>>& x, const dense<wide_t<T>>& exact) {
  using R = real_t<wide_t<T>>;
  const index_t n = a.rows;
  if (n == 0) return R(0);
  dense<wide_t<T>> e = x;
  for (std::size_t k = 0; k < e.elements.size(); ++k) e.elements[k] -= exact.elements[k];
  const R size = norm1(exact);
  return (norm1(e) / size) / (norm1(a) * size) / static_cast<R>(n) / epsilon<T>();
}

// Below this every residual above passes: LAPACK's own threshold.
inline constexpr int threshold = 30;

}  // namespace support
CHOLINV_END_STRICT
