// The kernels' vector type: W real scalars side by side, and the few operations the tiles are made of.
// No include guard: the kernels are compiled once for every instruction set, each time in a namespace of its own.

/// One scalar is a vector of width 1. Any type with + - * / will do.
template <class S, int W>
struct pack {
  static_assert(W == 1);
  using scalar = S;
  using vec = S;
  static constexpr int width = 1;

  static vec one() { return S(1); }
  static vec zero() { return S(0); }
  static vec load(const S* p) { return *p; }
  static vec broadcast(const S* p) { return *p; }
  static void store(S* p, const vec& x) { *p = x; }
  static vec fma(const vec& a, const vec& b, const vec& c) { return c + a * b; }
  static vec fnma(const vec& a, const vec& b, const vec& c) { return c - a * b; }
  static vec sqrt(const vec& x) { return square_root(x); }
  static vec reciprocal(const vec& x) { return S(1) / x; }

  /// The first pivot, counted from 1, that is not positive; 0 when there is none.
  using mask = int;
  static mask not_positive(mask first, const vec& pivot, int index) { return first == 0 && !(pivot > S(0)) ? index + 1 : first; }
};
