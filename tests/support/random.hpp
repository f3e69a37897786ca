// random.hpp: seeded matrices. The same seed gives the same matrix with every standard library.
#pragma once

#include "reference.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace support {

using engine = std::mt19937_64;

// Uniform in [-1, 1). By hand: the standard's distributions differ between libraries.
inline double uniform(engine& g) { return static_cast<double>(static_cast<std::int64_t>(g()) >> 11) / 4503599627370496.0; }
inline index_t below(engine& g, index_t bound) { return static_cast<index_t>(g() % static_cast<std::uint64_t>(bound)); }
template <class T>
T random_scalar(engine& g) {
  if constexpr (is_complex<T>) {
    const double re = uniform(g), im = uniform(g);
    return T(static_cast<real_t<T>>(re), static_cast<real_t<T>>(im));
  } else {
    return static_cast<T>(uniform(g));
  }
}
template <class T>
dense<T> random_matrix(engine& g, index_t rows, index_t cols) {
  dense<T> m(rows, cols);
  for (T& x : m.elements) x = random_scalar<T>(g);
  return m;
}

// A well-conditioned Cholesky factor: positive real diagonal in [1, 2), off-diagonal part of norm about 1. Every
// element of the triangle that `upper` does not name is `other`.
template <class T>
dense<T> random_factor(engine& g, index_t n, bool upper, T other = T(0)) {
  dense<T> f(n, n);
  const double scale = 1 / std::sqrt(static_cast<double>(n) + 1);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j) {
      if (i == j)
        f(i, j) = T(static_cast<real_t<T>>(1.5 + uniform(g) / 2));
      else if (upper ? j > i : j < i)
        f(i, j) = random_scalar<T>(g) * static_cast<real_t<T>>(scale);
      else
        f(i, j) = other;
    }
  return f;
}
// (batch..., n, n).
inline std::vector<index_t> with_matrix(std::vector<index_t> batch, index_t n) {
  batch.push_back(n);
  batch.push_back(n);
  return batch;
}
// A tensor of shape (batch..., n, n) of such factors.
template <class T>
cholinv::tensor<T> random_factors(engine& g, const std::vector<index_t>& batch, index_t n, bool upper, T other = T(0)) {
  cholinv::tensor<T> t(with_matrix(batch, n));
  for (const auto& m : matrices(t)) assign(m, random_factor<T>(g, n, upper, other));
  return t;
}

template <class T>
T nan_of() {
  return T(std::numeric_limits<real_t<T>>::quiet_NaN());
}
// Hermitian and diagonally dominant, so that it is cheap to know positive definite.
template <class T>
dense<T> random_dominant(engine& g, index_t n) {
  dense<T> a(n, n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      const T x = random_scalar<T>(g) * static_cast<real_t<T>>(0.5);
      a(i, j) = i == j ? T(static_cast<real_t<T>>(n) + 2) : x;
      if (i != j) a(j, i) = conjugate(x);
    }
  return a;
}
// A tensor of shape (batch..., n, n) of such matrices in the triangle that `upper` names; the other one is NaN.
template <class T>
cholinv::tensor<T> random_positives(engine& g, const std::vector<index_t>& batch, index_t n, bool upper) {
  cholinv::tensor<T> t(with_matrix(batch, n));
  for (const auto& m : matrices(t)) {
    assign(m, random_dominant<T>(g, n));
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < i; ++j) (upper ? m(i, j) : m(j, i)) = nan_of<T>();
  }
  return t;
}

// A = R R^H + I with R random: Hermitian to the last bit, and positive definite.
template <class T>
dense<T> random_positive_definite(engine& g, index_t n) {
  using W = wide_t<T>;
  const dense<W> r = to_dense<W>(random_matrix<T>(g, n, n));
  dense<W> a(n, n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      W sum(0);
      for (index_t k = 0; k < n; ++k) sum += times(r(i, k), conjugate(r(j, k)));
      a(i, j) = i == j ? W(real_part(sum) + 1) : sum;
      a(j, i) = conjugate(a(i, j));
    }
  return to_dense<T>(a);
}

// Matrices to invert and matrices to factor, all of one order and batch.
template <class T>
struct inputs {
  cholinv::tensor<T> factor, positive;
  inputs(engine& g, const std::vector<index_t>& batch, index_t n, bool upper)
      : factor(random_factors<T>(g, batch, n, upper)), positive(with_matrix(batch, n)) {
    for (const auto& m : matrices(positive)) assign(m, random_dominant<T>(g, n));
  }
};

// Q diag(d) Q^H for a random orthogonal (unitary) Q: one Householder reflection of each length, as LAPACK's ?laghe.
template <class W>
dense<W> random_similarity(engine& g, const std::vector<real_t<W>>& d) {
  using std::sqrt;
  using R = real_t<W>;
  const auto n = static_cast<index_t>(d.size());
  dense<W> a(n, n);
  for (index_t i = 0; i < n; ++i) a(i, i) = W(d[static_cast<std::size_t>(i)]);
  std::vector<W> v(static_cast<std::size_t>(n));
  const auto at = [&](index_t i) -> W& { return v[static_cast<std::size_t>(i)]; };
  for (index_t first = n - 2; first >= 0; --first) {
    R square(0);
    for (index_t i = first; i < n; ++i) {
      at(i) = random_scalar<W>(g);
      square += real_part(times(at(i), conjugate(at(i))));
    }
    for (index_t i = first; i < n; ++i) at(i) = at(i) / sqrt(square);
    for (index_t j = 0; j < n; ++j) {  // A := (I - 2 v v^H) A
      W dot(0);
      for (index_t i = first; i < n; ++i) dot += times(conjugate(at(i)), a(i, j));
      for (index_t i = first; i < n; ++i) a(i, j) -= times(at(i), dot) * R(2);
    }
    for (index_t i = 0; i < n; ++i) {  // A := A (I - 2 v v^H)
      W dot(0);
      for (index_t j = first; j < n; ++j) dot += times(a(i, j), at(j));
      for (index_t j = first; j < n; ++j) a(i, j) -= times(dot, conjugate(at(j))) * R(2);
    }
  }
  for (index_t i = 0; i < n; ++i) {
    a(i, i) = W(real_part(a(i, i)));
    for (index_t j = i + 1; j < n; ++j) a(i, j) = conjugate(a(j, i));
  }
  return a;
}

// LAPACK's positive definite test matrices (?latb4, path PO), by their numbers there; 3 to 5 are the singular ones.
struct lapack_type {
  int number;
  const char* name;
};
inline constexpr lapack_type lapack_types[] = {
    {1, "diagonal, condition 2"},
    {2, "dense, condition 2"},
    {6, "condition sqrt(0.1/precision)"},
    {7, "condition 0.1/precision"},
    {8, "norm 0.25 safe-minimum/precision"},
    {9, "norm 4 precision/safe-minimum"},
};
template <class T>
dense<wide_t<T>> lapack_matrix(engine& g, int type, index_t n) {
  using R = real_t<wide_t<T>>;
  using std::pow;
  using std::sqrt;
  const R precision = std::numeric_limits<real_t<T>>::epsilon();
  const R safe_minimum = std::numeric_limits<real_t<T>>::min();
  const R small = R(0.25) * (safe_minimum / precision);
  const R cond = type == 6 ? sqrt(R(0.1) / precision) : type == 7 ? R(0.1) / precision : R(2);
  const R norm = type == 8 ? small : type == 9 ? 1 / small : R(1);
  std::vector<R> d(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i)  // mode 3: geometric
    d[static_cast<std::size_t>(i)] = norm * (n == 1 ? R(1) : pow(cond, -static_cast<R>(i) / static_cast<R>(n - 1)));
  if (type != 1) return random_similarity<wide_t<T>>(g, d);
  for (std::size_t i = d.size(); i > 1; --i) std::swap(d[i - 1], d[static_cast<std::size_t>(below(g, static_cast<index_t>(i)))]);
  dense<wide_t<T>> a(n, n);
  for (index_t i = 0; i < n; ++i) a(i, i) = wide_t<T>(d[static_cast<std::size_t>(i)]);
  return a;
}

}  // namespace support
