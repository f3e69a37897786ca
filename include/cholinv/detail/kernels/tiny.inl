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

  /// x + Sign a conj(b), one fused operation after the other in the order of tile.inl.
  template <int Sign>
  CHOLINV_INLINE static void accumulate(V (&x)[planes], const V (&a)[planes], const V (&b)[planes]) {
    x[0] = Sign < 0 ? P::fnma(a[0], b[0], x[0]) : P::fma(a[0], b[0], x[0]);
    if constexpr (planes == 2) {
      x[0] = Sign < 0 ? P::fnma(a[1], b[1], x[0]) : P::fma(a[1], b[1], x[0]);
      x[1] = Sign < 0 ? P::fnma(a[1], b[0], x[1]) : P::fma(a[1], b[0], x[1]);
      x[1] = Sign < 0 ? P::fma(a[0], b[1], x[1]) : P::fnma(a[0], b[1], x[1]);
    }
  }

  using places = tiny_places<S>;
  static constexpr int numbers = N * N * planes;

  /// Groups of W matrices one after the other, up to 64. The answer has a bit for each that was not done.
  template <task t>
  static std::uint64_t run(places m, int groups) {
    std::uint64_t bad = 0;
    const bool fetch = m.out.step == numbers && run_of<K, (numbers < 4 ? numbers : 4)>::crosses(m.out.first, numbers);
    for (int g = 0; g < groups; ++g) {
      bool good;
      if (fetch && g + 1 < groups) {  // the places of the next ones, which lie behind
        constexpr int line = static_cast<int>(cache_line / sizeof(S));
        CHOLINV_UNROLL for (int e = 0; e < K::width * numbers; e += line) __builtin_prefetch(m.out[K::width] + e, 0, 3);
      }
      if constexpr (t == task::invert)
        good = invert(m);
      else
        good = factorize(m);
      if (!good) bad |= std::uint64_t(1) << g;
      m.in = m.in + K::width;
      m.out = m.out + K::width;
    }
    return bad;
  }

 private:
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
  static bool invert(const places& m) {
    V e[N * N][planes], y[N][N][planes], r[N][planes];
    load(m, e);
    typename P::truth bad{};
    CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
      bad |= is_zero_lanes<K>(e[j * N + j]);
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
          if (k >= i && k < j) accumulate<-1>(x, y[i][k], e[j * N + k]);
        }
        if constexpr (planes == 1) {
          y[i][j][0] = x[0] * r[j][0];
        } else {
          y[i][j][0] = P::fnma(x[1], r[j][1], x[0] * r[j][0]);
          y[i][j][1] = P::fma(x[0], r[j][1], x[1] * r[j][0]);
        }
      }
    }
    CHOLINV_UNROLL for (int i = 0; i < N; ++i) {
      CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
        if (j > i) continue;
        V x[planes];
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) x[p] = P::zero();
        CHOLINV_UNROLL for (int k = N - 1; k >= 0; --k) {
          if (k >= i) accumulate<+1>(x, y[i][k], y[j][k]);
        }
        e[i * N + j][0] = e[j * N + i][0] = x[0];
        if constexpr (planes == 2) {
          e[j * N + i][1] = -x[1];
          e[i * N + j][1] = i == j ? P::zero() : x[1];
        }
      }
    }
    if (m.by_columns) mirror(e);
    store(m, e);
    return true;
  }

  /// The same for A = L L^H: only the real part of a pivot counts, and one that is not positive is bad.
  static bool factorize(const places& m) {
    V e[N * N][planes];
    load(m, e);
    typename P::truth bad{};
    CHOLINV_UNROLL for (int j = 0; j < N; ++j) {
      CHOLINV_UNROLL for (int i = 0; i < N; ++i) {
        if (i < j) continue;
        V sum[planes];
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) sum[p] = P::zero();
        CHOLINV_UNROLL for (int k = 0; k < N; ++k) {
          if (k < j) accumulate<+1>(sum, e[i * N + k], e[j * N + k]);
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
    }
    if (P::any(bad)) return false;
    if (m.by_columns) mirror(e);
    store(m, e);
    return true;
  }
};

/// That of order n, which has one: tiny<K, n>.
template <class K, task t, int N = 1>
CHOLINV_INLINE std::uint64_t run_tiny(index_t n, const tiny_places<typename K::S>& m, int groups) {
  if constexpr (N < most_unrolled(t, K::planes == 2))
    if (n != N) return run_tiny<K, t, N + 1>(n, m, groups);
  return tiny<K, N>::template run<t>(m, groups);
}
