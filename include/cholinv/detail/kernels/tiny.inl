// The smallest orders, fully unrolled: W matrices without padding at once, every element in a register of its own.

/// Where W plain matrices are, row-major or `by_columns`. If all lanes have the same one, it is `alone`.
template <class S>
struct tiny_places {
  evenly_spaced<const S> in;
  evenly_spaced<S> out;
  bool by_columns, alone;
};

template <class K, int N>
struct tiny {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  static constexpr int planes = K::planes;

  using others = prefetcher<S, K::width>;
  /// Does a prefetcher take steps, in the product too? Matrices of orders 1 and 2 are too small for one, and where few registers are left
  /// even a step that is not taken costs some.
  static constexpr bool takes_steps = N > 2, in_product = N > 4 && planes == 1;
  template <task t>
  static constexpr int steps = !takes_steps                      ? 1
                               : t == task::invert && in_product ? 2 * N
                                                                 : N;

  using places = tiny_places<S>;
  static constexpr int numbers = N * N * planes;

  /// Groups of W matrices one after the other, up to 64; meanwhile `next`, or null, takes its steps. The answer has a bit for each that was
  /// not done. Instead, matrices `from_memory` that are too small for steps are fetched here, 4 kB ahead, if they are packed.
  template <task t>
  static std::uint64_t run(places m, int groups, others* next, bool from_memory) {
    constexpr int group = K::width * numbers, ahead = 4096 / (group * static_cast<int>(sizeof(S))) + 1;
    const bool fetch_ahead = N > 2 && numbers * sizeof(S) < least_in_steps && from_memory && m.in.step == numbers && m.out.step == numbers;
    const bool fetch_next = m.out.step == numbers && run_of<K, (numbers < 4 ? numbers : 4)>::should_ask(m.out.first, numbers);
    std::uint64_t bad = 0;
    for (int g = 0; g < groups; ++g) {
      bool good;
      if (fetch_ahead)
        fetch<group>(m.in.first, ahead * group), fetch<group>(m.out.first, ahead * group);
      else if (fetch_next && g + 1 < groups)  // the places of the next ones, which lie behind
        fetch<group>(m.out.first, group);
      if constexpr (t == task::invert)
        good = invert(m, next);
      else
        good = factorize(m, next);
      if (!good) bad |= std::uint64_t(1) << g;
      m.in = m.in + K::width;
      m.out = m.out + K::width;
    }
    return bad;
  }

 private:
  /// Asks for `count` numbers, which may be past the end of what there is: an address, then, and no pointer.
  template <int count>
  CHOLINV_INLINE static void fetch(const S* from, int offset) {
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(from) + static_cast<std::uintptr_t>(offset) * sizeof(S);
    CHOLINV_UNROLL for (std::uintptr_t e = 0; e < count * sizeof(S); e += cache_line)
        __builtin_prefetch(reinterpret_cast<const void*>(begin + e), 0, 3);
  }
  CHOLINV_INLINE static void load(const places& m, V (&e)[N * N][planes]) {
    if (m.alone)
      spread_numbers<K, numbers>(m.in[0], &e[0][0]);
    else
      load_numbers<K, numbers>(m.in, &e[0][0]);
    if (m.by_columns) mirror(e);
  }
  CHOLINV_INLINE static void store(const places& m, const V (&e)[N * N][planes]) {
    if (m.alone)
      store_first<K, numbers>(m.out[0], &e[0][0]);
    else
      store_numbers<K, numbers>(m.out, &e[0][0]);
  }
  /// Exchanges what lies above the diagonal with what lies below it.
  CHOLINV_INLINE static void mirror(V (&e)[N * N][planes]) {
    CHOLINV_UNROLL for (int i = 1; i < N; ++i) CHOLINV_UNROLL for (int j = 0; j < N; ++j) CHOLINV_UNROLL for (int p = 0; p < planes; ++p) {
      if (j < i) std::swap(e[i * N + j][p], e[j * N + i][p]);
    }
  }

  /// False, and nothing written, when there is a zero on a diagonal.
  static bool invert(const places& m, others* next) {
    V e[N * N][planes], y[N][N][planes], r[N][planes];
    load(m, e);
    typename P::truth bad{};
    CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
      bad |= is_zero_lanes<K>(e[j * N + j]);
      if (sizeof(V) == 64 && m.alone)
        spread_conj_reciprocal<K>(m.in[0] + j * (N + 1) * planes, r[j]);
      else
        conj_reciprocal_lanes<K>(e[j * N + j], r[j]);
    }
    if (P::any(bad)) return false;
    CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
      CHOLINV_UNROLL for (int i = 0; i < N; ++i) {
        if (i > j) continue;
        V x[planes];
        x[0] = i == j ? P::one() : P::zero();
        if constexpr (planes == 2) x[1] = P::zero();
        CHOLINV_UNROLL for (int k = 0; k < N; ++k) {
          if (k >= i && k < j) accumulate<K, -1>(x, y[i][k], e[j * N + k]);
        }
        multiply_by<K>(x, r[j], y[i][j]);
      }
      if (takes_steps && next != nullptr) next->step();
    }
    CHOLINV_UNROLL for (int i = 0; i < N; ++i) {
      CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
        if (j > i) continue;
        V x[planes];
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) x[p] = P::zero();
        CHOLINV_UNROLL for (int k = N - 1; k >= 0; --k) {
          if (k >= i) accumulate<K, +1>(x, y[i][k], y[j][k]);
        }
        e[i * N + j][0] = e[j * N + i][0] = x[0];
        if constexpr (planes == 2) {
          e[j * N + i][1] = -x[1];
          e[i * N + j][1] = i == j ? P::zero() : x[1];
        }
      }
      if (in_product && next != nullptr) next->step();
    }
    if (m.by_columns) mirror(e);
    store(m, e);
    return true;
  }

  /// The same for A = L L^H: only the real part of a pivot counts, and one that is not positive is bad.
  static bool factorize(const places& m, others* next) {
    V e[N * N][planes];
    load(m, e);
    typename P::truth bad{};
    CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
      CHOLINV_UNROLL for (int i = 0; i < N; ++i) {
        if (i < j) continue;
        V sum[planes];
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) sum[p] = P::zero();
        CHOLINV_UNROLL for (int k = 0; k < N; ++k) {
          if (k < j) accumulate<K, +1>(sum, e[i * N + k], e[j * N + k]);
        }
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) e[i * N + j][p] = e[i * N + j][p] - sum[p];
      }
      V& pivot = e[j * N + j][0];
      bad |= P::not_positive(pivot);
      pivot = P::sqrt(pivot);
      const V reciprocal = P::reciprocal(pivot);
      if constexpr (planes == 2) e[j * N + j][1] = P::zero();
      CHOLINV_UNROLL for (int i = 0; i < N; ++i) CHOLINV_UNROLL for (int p = 0; p < planes; ++p) {
        if (i > j) e[i * N + j][p] = e[i * N + j][p] * reciprocal;
        if (i < j) e[i * N + j][p] = P::zero();
      }
      if (takes_steps && next != nullptr) next->step();
    }
    if (P::any(bad)) return false;
    if (m.by_columns) mirror(e);
    store(m, e);
    return true;
  }
};

/// The steps that the kernel of order n takes.
template <class K, task t, int N = 1>
index_t tiny_steps(index_t n) {
  if constexpr (N < most_unrolled(t, K::planes == 2))
    if (n != N) return tiny_steps<K, t, N + 1>(n);
  return tiny<K, N>::template steps<t>;
}

/// The kernel of order n, which has one: tiny<K, n>.
template <class K, task t, int N = 1>
CHOLINV_INLINE std::uint64_t run_tiny(index_t n, const tiny_places<typename K::S>& m, int groups, prefetcher<typename K::S, K::width>* next,
                                      bool from_memory) {
  if constexpr (N < most_unrolled(t, K::planes == 2))
    if (n != N) return run_tiny<K, t, N + 1>(n, m, groups, next, from_memory);
  return tiny<K, N>::template run<t>(m, groups, next, from_memory);
}
