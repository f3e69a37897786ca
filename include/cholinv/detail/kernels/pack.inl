// The kernels' vector type: W real scalars side by side, and the few operations the tiles are made of. No include guard: the
// kernels are compiled once for every instruction set, each time in a namespace of its own, with CHOLINV_FMA saying whether it has
// a fused multiply-add.

/// Lanes picked from a and b by compile-time indices; those of b count from the width on.
template <class V, int... index>
CHOLINV_INLINE V shuffle(V a, V b) {
#ifdef __clang__
  return __builtin_shufflevector(a, b, index...);
#else
  using integer = std::conditional_t<sizeof(a[0]) == 4, int, long long>;
  typedef integer mask __attribute__((vector_size(sizeof(V))));
  return __builtin_shuffle(a, b, mask{index...});
#endif
}

/// W floats or doubles in one register.
template <class S, int W>
struct pack {
  using scalar = S;
  typedef S vec __attribute__((vector_size(W * sizeof(S))));
  static constexpr int width = W;
  static constexpr bool has_masks = CHOLINV_X86 && sizeof(vec) == 64;
  static constexpr auto lanes = std::make_integer_sequence<int, W>{};

  CHOLINV_INLINE static vec zero() { return vec{}; }
  CHOLINV_INLINE static vec one() { return S(1) - vec{}; }
  CHOLINV_INLINE static vec load(const S* p) { return *reinterpret_cast<const unaligned*>(p); }
  CHOLINV_INLINE static vec broadcast(const S* p) { return *p - vec{}; }
  CHOLINV_INLINE static void store(S* p, const vec& x) { *reinterpret_cast<unaligned*>(p) = x; }
  CHOLINV_INLINE static vec reciprocal(const vec& x) { return S(1) / x; }
  CHOLINV_INLINE static vec sqrt(const vec& x) { return square_roots<S>(x); }
  /// All bits set in the lanes where something holds.
  using truth = decltype(vec{} == vec{});
  CHOLINV_INLINE static truth both(const truth& a, const truth& b) { return a & b; }
  CHOLINV_INLINE static truth is_zero(const vec& x) { return x == vec{}; }
  CHOLINV_INLINE static truth not_positive(const vec& x) { return ~(x > vec{}); }
  CHOLINV_INLINE static bool any(const truth& t) { return in_any_lane(t); }
  /// Number e of each of W matrices.
  template <class Pointers>
  CHOLINV_INLINE static vec gather(Pointers from, index_t e) {
    return gather(from, e, lanes);
  }
  template <class Pointers>
  CHOLINV_INLINE static void scatter(Pointers to, index_t e, const vec& x) {
    CHOLINV_UNROLL for (int l = 0; l < W; ++l) to[l][e] = x[l];
  }
  /// One in lane r if there is such a lane, else zeros.
  CHOLINV_INLINE static vec unit(int r) { return r < 0 || r >= W ? zero() : load(one_between_zeros.values + W - r); }
  /// x in the lanes 0 to r, zero in those after.
  CHOLINV_INLINE static vec keep_first(const vec& x, index_t r) {
    return reinterpret_cast<vec>(reinterpret_cast<bits_vec>(x) & first_lanes(r));
  }
  /// x in the lanes from r on, zero in those before.
  CHOLINV_INLINE static vec keep_from(const vec& x, index_t r) { return merge(zero(), x, static_cast<int>(r < 0 ? 0 : r < W ? r : W)); }
  /// y in the lanes before r, x in those from r on.
  CHOLINV_INLINE static vec merge(const vec& y, const vec& x, int r) {
    const bits_vec mask = *reinterpret_cast<const unaligned_bits*>(ones_then_zeros.values + (W - r));
    return reinterpret_cast<vec>((reinterpret_cast<bits_vec>(y) & mask) | (reinterpret_cast<bits_vec>(x) & ~mask));
  }
  /// x, its sign changed in the lanes where `zeros` are negative.
  CHOLINV_INLINE static vec flip_signs(const vec& x, const vec& zeros) {
    return reinterpret_cast<vec>(reinterpret_cast<bits_vec>(x) ^ reinterpret_cast<bits_vec>(zeros));
  }
  CHOLINV_INLINE static vec fma(const vec& a, const vec& b, const vec& c) { return fused(a, b, c); }
  CHOLINV_INLINE static vec fnma(const vec& a, const vec& b, const vec& c) { return fused_minus(a, b, c); }
  /// The same in the lanes 0 to r < 63; c in those after, where a is +0. Without masks it takes less where the compiler knows r; where it
  /// does not, no c there may be -0: they are 0 or 1 yet, in tiles on the diagonal.
  CHOLINV_INLINE static vec fma_first(const vec& a, const vec& b, const vec& c, index_t r) {
    if constexpr (has_masks) return fused(a, b, c, static_cast<some_lanes>((2ull << r) - 1));
    return fused(a, keep_first(b, r), c);
  }
  CHOLINV_INLINE static vec fnma_first(const vec& a, const vec& b, const vec& c, index_t r) {
    if constexpr (has_masks) return fused_minus(a, b, c, static_cast<some_lanes>((2ull << r) - 1));
    return fused_minus(a, keep_first(b, r), c);
  }
  template <int r>
  CHOLINV_INLINE static vec fma_first(const vec& a, const vec& b, const vec& c, std::integral_constant<int, r>) {
    return fused(a, first_of<r>(b, -zero(), lanes), c);  // -0 is added: +0 would make +0 of a c that is -0
  }
  template <int r>
  CHOLINV_INLINE static vec fnma_first(const vec& a, const vec& b, const vec& c, std::integral_constant<int, r>) {
    return fused_minus(a, first_of<r>(b, zero(), lanes), c);
  }

 private:
  /// x in the lanes 0 to r, y in those after. Told to blend: g++ takes shuffles apart where y is a constant.
  template <int r, int... lane>
  CHOLINV_INLINE static vec first_of(const vec& x, const vec& y, std::integer_sequence<int, lane...>) {
#if CHOLINV_X86 && CHOLINV_BYTES >= 32
    constexpr int after = ((1 << W) - 1) & ~((2 << r) - 1);
    if constexpr (sizeof(vec) == 32 && W == 4) return __builtin_ia32_blendpd256(x, y, after);
    if constexpr (sizeof(vec) == 32 && W == 8) return __builtin_ia32_blendps256(x, y, after);
#endif
    return shuffle<vec, (lane <= r ? lane : W + lane)...>(x, y);
  }
  template <class Pointers, int... lane>
  CHOLINV_INLINE static vec gather(Pointers from, index_t e, std::integer_sequence<int, lane...>) {
    return vec{from[lane][e]...};
  }
  using some_lanes = std::conditional_t<W == 8, unsigned char, unsigned short>;
  struct window {
    S values[2 * W] = {};
    constexpr window() { values[W] = S(1); }
  };
  static constexpr window one_between_zeros{};

  using integer = bits_of<S>;
  typedef integer bits_vec __attribute__((vector_size(W * sizeof(S))));
  typedef integer unaligned_bits __attribute__((vector_size(W * sizeof(S)), aligned(alignof(S)), may_alias));
  struct edge {
    integer values[2 * W] = {};
    constexpr edge() {
      for (int i = 0; i < W; ++i) values[i] = ~integer(0);
    }
  };
  static constexpr edge ones_then_zeros{};
  CHOLINV_INLINE static bits_vec first_lanes(index_t r) {
    const index_t last = r >= W - 1 ? W - 1 : r < 0 ? -1 : r;
    return *reinterpret_cast<const unaligned_bits*>(ones_then_zeros.values + (W - 1 - last));
  }

  typedef S unaligned __attribute__((vector_size(W * sizeof(S)), aligned(alignof(S)), may_alias));
};

/// One step of a transposition: exchange bit `step` of the row number with that of the lane number, for the rows a and b.
template <class V, int step, int... lane>
CHOLINV_INLINE void exchange(V& a, V& b, std::integer_sequence<int, lane...>) {
  constexpr int width = sizeof...(lane);
  const V low = shuffle<V, ((lane & step) == 0 ? lane : width + lane - step)...>(a, b);
  const V high = shuffle<V, ((lane & step) == 0 ? lane + step : width + lane)...>(a, b);
  a = low;
  b = high;
}

/// Transpose each square of `count` numbers, which are `size` lanes each; W is the number of lanes.
template <int W, class V, int count, int size = 1, int step = 1>
CHOLINV_INLINE void transpose(V (&rows)[count]) {
  if constexpr (step < count) {
    CHOLINV_UNROLL for (int r = 0; r < count; ++r) {
      if ((r & step) == 0) exchange<V, step * size>(rows[r], rows[r + step], std::make_integer_sequence<int, W>{});
    }
    transpose<W, V, count, size, 2 * step>(rows);
  }
}

template <class V, int... lane>
CHOLINV_INLINE void deinterleave(V& a, V& b, std::integer_sequence<int, lane...>) {
  const V even = shuffle<V, 2 * lane...>(a, b), odd = shuffle<V, (2 * lane + 1)...>(a, b);
  a = even;
  b = odd;
}
template <class V, int... lane>
CHOLINV_INLINE void interleave(V& a, V& b, std::integer_sequence<int, lane...>) {
  constexpr int width = sizeof...(lane);
  const V low = shuffle<V, (lane / 2 + lane % 2 * width)...>(a, b), high = shuffle<V, (width / 2 + lane / 2 + lane % 2 * width)...>(a, b);
  a = low;
  b = high;
}

/// Pointers that are `step` numbers apart.
template <class S>
struct evenly_spaced {
  S* first;
  index_t step;
  CHOLINV_INLINE S* operator[](int l) const { return first + l * step; }
  CHOLINV_INLINE evenly_spaced operator+(int l) const { return {first + l * step, step}; }
};

/// As a number: pointers may be of different arrays, and less aligned than what they point to is long.
template <class S>
CHOLINV_INLINE std::uintptr_t address(const S* p) {
  return reinterpret_cast<std::uintptr_t>(p);
}

/// Can pieces of `bytes`, a power of two, side by side from p and from whole `step`s on, cross cache lines?
template <class S>
bool cross_lines(const S* p, index_t step, std::size_t bytes) {
  return ((address(p) | static_cast<std::uintptr_t>(step) * sizeof(S)) & (bytes - 1)) != 0;
}

/// One scalar is a vector of width 1. Any type with + - * / will do.
template <class S>
struct pack<S, 1> {
  using scalar = S;
  using vec = S;
  static constexpr int width = 1;
  static constexpr bool has_masks = false;

  CHOLINV_INLINE static vec zero() { return S(0); }
  CHOLINV_INLINE static vec one() { return S(1); }
  CHOLINV_INLINE static vec load(const S* p) { return *p; }
  CHOLINV_INLINE static vec broadcast(const S* p) { return *p; }
  CHOLINV_INLINE static void store(S* p, const vec& x) { *p = x; }
  CHOLINV_INLINE static vec fma(const vec& a, const vec& b, const vec& c) {
#if CHOLINV_FMA
    if constexpr (std::is_same_v<S, double>) return __builtin_fma(a, b, c);
    if constexpr (std::is_same_v<S, float>) return __builtin_fmaf(a, b, c);
#endif
    return c + a * b;
  }
  CHOLINV_INLINE static vec fnma(const vec& a, const vec& b, const vec& c) {
#if CHOLINV_FMA
    if constexpr (std::is_same_v<S, double>) return __builtin_fma(-a, b, c);
    if constexpr (std::is_same_v<S, float>) return __builtin_fmaf(-a, b, c);
#endif
    return c - a * b;
  }
  CHOLINV_INLINE static vec fma_first(const vec& a, const vec& b, const vec& c, index_t r) { return fma(a, keep_first(b, r), c); }
  CHOLINV_INLINE static vec fnma_first(const vec& a, const vec& b, const vec& c, index_t r) { return fnma(a, keep_first(b, r), c); }
  CHOLINV_INLINE static vec unit(int r) { return S(r == 0 ? 1 : 0); }
  CHOLINV_INLINE static vec keep_first(const vec& x, index_t r) { return r < 0 ? S(0) : x; }
  CHOLINV_INLINE static vec keep_from(const vec& x, index_t r) { return r > 0 ? S(0) : x; }
  CHOLINV_INLINE static vec sqrt(const vec& x) { return square_root(x); }
  CHOLINV_INLINE static vec reciprocal(const vec& x) { return S(1) / x; }

  using truth = bool;
  CHOLINV_INLINE static truth both(truth a, truth b) { return a && b; }
  CHOLINV_INLINE static truth is_zero(const vec& x) { return x == S(0); }
  CHOLINV_INLINE static truth not_positive(const vec& x) { return !(x > S(0)); }
  CHOLINV_INLINE static bool any(truth t) { return t; }
};

/// 1 / x, to the bits that vectors are divided to: g++ for 32-bit x86 computes numbers in wider ones and would round twice.
template <class S>
CHOLINV_INLINE S reciprocal_of(const S& x) {
  if constexpr (is_ieee<S>) {
    using P = pack<S, 16 / static_cast<int>(sizeof(S))>;
    auto v = P::broadcast(&x);
    load_once(v);
    return P::reciprocal(v)[0];
  } else {
    return S(1) / x;
  }
}
