// values.hpp: the numbers of the matrices of a call: ordinary ones, and then zeros, NaN, infinities and numbers of any size among them.
#pragma once

#include "../support/random.hpp"
#include "call.hpp"

namespace fuzz {

using namespace support;

template <class R>
R special(input& in) {
  using limits = std::numeric_limits<R>;
  return in.one_of<R>({R(0), -R(0), limits::quiet_NaN(), limits::infinity(), -limits::infinity(), limits::denorm_min(),
                       -limits::denorm_min(), limits::min(), limits::min() / 3, limits::max(), limits::lowest(), limits::epsilon(), R(1),
                       R(-2), R(1e18), R(1e-18)});
}
template <class T>
T special_scalar(input& in) {
  if constexpr (is_complex<T>) {
    const auto re = special<real_t<T>>(in);
    return T(re, special<real_t<T>>(in));
  } else {
    return special<T>(in);
  }
}
template <class T>
T any_bits(engine& g) {
  T x;
  std::uint64_t bits[2] = {g(), g()};
  std::memcpy(&x, bits, sizeof x);
  return x;
}

template <class T>
dense<T> draw_matrix(engine& g, const call_plan& c, index_t b) {
  using R = real_t<T>;
  const index_t n = c.order;
  dense<T> f = c.inverts() ? random_factor<T>(g, n, c.upper) : random_positive_definite<T>(g, n);
  switch (c.values) {
    case 3:  // small integers, with zeros among them
      for (T& x : f.elements) x = T(static_cast<R>(below(g, 7) - (c.inverts() ? 3 : 1)));
      break;
    case 4:  // rows of very different sizes
      for (index_t i = 0; i < n; ++i) {
        const R scale = static_cast<R>(std::ldexp(1.0, static_cast<int>(below(g, 21)) - 10));
        for (index_t j = 0; j < n; ++j) {
          if (c.upper || !c.inverts()) f(j, i) *= scale;
          if (!c.upper || !c.inverts()) f(i, j) *= scale;
        }
      }
      break;
    case 5:  // any direction of the diagonal
      for (index_t i = 0; i < n; ++i)
        if (c.inverts()) f(i, i) *= is_complex<T> ? random_scalar<T>(g) + T(R(1.1)) : T(R(below(g, 2) == 0 ? -1 : 1));
      break;
    case 6:  // of any size, all alike
      for (T& x : f.elements) x *= static_cast<R>(std::ldexp(1.0, static_cast<int>(below(g, 121)) * (b % 2 == 0 ? 1 : -1)));
      break;
    case 7:
      for (T& x : f.elements)
        if (below(g, 4) == 0) x = any_bits<T>(g);
      break;
    default:
      break;
  }
  return f;
}

template <class T>
void fill(input& in, const call_plan& c, const std::vector<matrix_ref<T>>& matrices) {
  using R = real_t<T>;
  const R nan = std::numeric_limits<R>::quiet_NaN();
  engine g(c.seed);
  for (bool used : {false, true})  // the used triangle last: where strides repeat an address it is the one that counts
    for (std::size_t b = 0; b < matrices.size(); ++b) {
      const dense<T> f = used ? draw_matrix<T>(g, c, static_cast<index_t>(b)) : dense<T>();
      for (index_t i = 0; i < c.order; ++i)
        for (index_t j = 0; j < c.order; ++j)
          if (used == (c.upper ? j >= i : j <= i))
            matrices[b](i, j) = used           ? f(i, j)
                                : c.other == 0 ? T(0)
                                : c.other == 1 ? T(nan)
                                : c.other == 2 ? random_scalar<T>(g)
                                               : any_bits<T>(g);
    }
  if (matrices.empty() || c.order == 0) return;
  for (int plants = in.one_of({0, 1, 1, 2, 2, 3, 4, 6}); plants > 0; --plants) {
    const auto b = static_cast<std::size_t>(in.byte()) % matrices.size();
    const index_t p = in.byte() % c.order, q = in.flag() ? p : in.byte() % c.order;
    matrices[b](c.upper ? std::min(p, q) : std::max(p, q), c.upper ? std::max(p, q) : std::min(p, q)) = special_scalar<T>(in);
  }
}

}  // namespace fuzz
