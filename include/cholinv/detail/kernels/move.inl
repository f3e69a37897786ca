// Between W matrices in memory and W lanes: short runs of numbers, transposed in registers; and what is fetched meanwhile.

/// C numbers that lie side by side in each of W matrices, from `offset` on: number e of matrix l is lane l of x[e].
template <class K, int C>
struct run_of {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  static constexpr int W = K::width;
  /// As many numbers go through a small transpose together; one is the general case.
  static constexpr int R = C % 8 == 0 && W >= 8 ? 8 : C % 4 == 0 && W >= 4 ? 4 : C % 2 == 0 && W >= 2 && W <= 8 ? 2 : 1;
  static constexpr int bytes = R * static_cast<int>(sizeof(S));

  template <class Pointers>
  CHOLINV_INLINE static void load(Pointers from, index_t offset, V* x) {
    CHOLINV_UNROLL for (int e = 0; e < C; e += R) {
      if constexpr (R == 1) {
        x[e] = P::gather(from, offset + e);
      } else {
        V rows[R];
        CHOLINV_UNROLL for (int g = 0; g < R; ++g) rows[g] = join<V, bytes, R>(from + g, offset + e);
        transpose<W>(rows);
        CHOLINV_UNROLL for (int g = 0; g < R; ++g) x[e + g] = rows[g];
      }
    }
  }
  template <class Pointers>
  CHOLINV_INLINE static void store(Pointers to, index_t offset, const V* x) {
    CHOLINV_UNROLL for (int e = 0; e < C; e += R) {
      if constexpr (R == 1) {
        P::scatter(to, offset + e, x[e]);
      } else {
        V rows[R];
        CHOLINV_UNROLL for (int g = 0; g < R; ++g) rows[g] = x[e + g];
        transpose<W>(rows);
        CHOLINV_UNROLL for (int g = 0; g < R; ++g) split<bytes, R>(rows[g], to + g, offset + e);
      }
    }
  }
  /// Had the places of such runs, side by side from `to` and from whole `step`s on, better be asked for?
  static bool should_ask(const S* to, index_t step) {
    return places_had_better_be_near() && cross_lines(to, step, static_cast<std::size_t>(bytes));
  }
  /// Asks for them, into the first-level cache.
  CHOLINV_INLINE static void fetch(S* const* to, index_t offset) {
    CHOLINV_UNROLL for (int l = 0; l < W; ++l) {
      __builtin_prefetch(to[l] + offset, 0, 3);
      __builtin_prefetch(to[l] + offset + (C - 1), 0, 3);
    }
  }
};

/// Numbers of a line that come or go together, where there are so many.
template <class K>
constexpr int run_length = run_of<K, 8>::R < 4 ? 4 : run_of<K, 8>::R;

/// Runs of four, the last of which may overlap the one before.
template <class K, int count, class Pointers>
CHOLINV_INLINE void load_numbers(Pointers from, typename K::V* x) {
  if constexpr (count < 4) {
    run_of<K, count>::load(from, 0, x);
  } else {
    CHOLINV_UNROLL for (int e = 0; e < count; e += 4) {
      const int first = e + 4 <= count ? e : count - 4;
      run_of<K, 4>::load(from, first, x + first);
    }
  }
}
template <class K, int count, class Pointers>
CHOLINV_INLINE void store_numbers(Pointers to, const typename K::V* x) {
  if constexpr (count < 4) {
    run_of<K, count>::store(to, 0, x);
  } else {
    CHOLINV_UNROLL for (int e = 0; e < count; e += 4) {
      const int first = e + 4 <= count ? e : count - 4;
      run_of<K, 4>::store(to, first, x + first);
    }
  }
}

/// The numbers of one matrix, the same in all lanes; and those of the first lane.
template <class K, int count>
CHOLINV_INLINE void spread_numbers(const typename K::S* from, typename K::V* x) {
  CHOLINV_UNROLL for (int e = 0; e < count; ++e) x[e] = K::ops::broadcast(from + e);
}
template <class K, int count>
CHOLINV_INLINE void store_first(typename K::S* to, const typename K::V* x) {
  CHOLINV_UNROLL for (int e = 0; e < count; ++e) to[e] = x[e][0];
}

/// 1 / conj(diagonal) lane by lane.
template <class K>
CHOLINV_INLINE void conj_reciprocal_lanes(const typename K::V (&d)[K::planes], typename K::V (&r)[K::planes]) {
  using P = typename K::ops;
  using S = typename K::S;
  r[0] = P::reciprocal(d[0]);
  if constexpr (K::planes == 2) {
    r[1] = P::zero();
    if (P::any(~P::is_zero(d[1]))) {
      S in[2][K::width], out[2][K::width];
      for (int p = 0; p < 2; ++p) P::store(in[p], d[p]);
      for (int l = 0; l < K::width; ++l) conj_reciprocal(in[0][l], in[1][l], out[0][l], out[1][l]);
      for (int p = 0; p < 2; ++p) r[p] = P::load(out[p]);
    }
  }
}

/// The same of one diagonal element, in all lanes, to the same bits: numbers are divided in half the time of vectors of 64 bytes.
template <class K>
CHOLINV_INLINE void spread_conj_reciprocal(const typename K::S* d, typename K::V (&r)[K::planes]) {
  typename K::S x[2] = {reciprocal_of(*d), 0};
  if constexpr (K::planes == 2) {
    if (!(d[1] == 0)) conj_reciprocal(d[0], d[1], x[0], x[1]);
  }
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) r[p] = K::ops::broadcast(x + p);
}

template <class K>
CHOLINV_INLINE typename K::ops::truth is_zero_lanes(const typename K::V (&d)[K::planes]) {
  if constexpr (K::planes == 2)
    return K::ops::both(K::ops::is_zero(d[0]), K::ops::is_zero(d[1]));
  else
    return K::ops::is_zero(d[0]);
}

/// x + Sign a conj(b), one fused operation after the other in the order of tile.inl.
template <class K, int Sign>
CHOLINV_INLINE void accumulate(typename K::V (&x)[K::planes], const typename K::V (&a)[K::planes], const typename K::V (&b)[K::planes]) {
  using P = typename K::ops;
  x[0] = Sign < 0 ? P::fnma(a[0], b[0], x[0]) : P::fma(a[0], b[0], x[0]);
  if constexpr (K::planes == 2) {
    x[0] = Sign < 0 ? P::fnma(a[1], b[1], x[0]) : P::fma(a[1], b[1], x[0]);
    x[1] = Sign < 0 ? P::fnma(a[1], b[0], x[1]) : P::fma(a[1], b[0], x[1]);
    x[1] = Sign < 0 ? P::fma(a[0], b[1], x[1]) : P::fnma(a[0], b[1], x[1]);
  }
}

/// y <- x r, which is 1 / conj(diagonal).
template <class K>
CHOLINV_INLINE void multiply_by(const typename K::V (&x)[K::planes], const typename K::V (&r)[K::planes], typename K::V (&y)[K::planes]) {
  using P = typename K::ops;
  if constexpr (K::planes == 1) {
    y[0] = x[0] * r[0];
  } else {
    y[0] = P::fnma(x[1], r[1], x[0] * r[0]);
    y[1] = P::fma(x[0], r[1], x[1] * r[0]);
  }
}

/// While W matrices are computed, others and places of results come nearer: a line of each with every column of a tile, where tiles invert
/// with 64-byte vectors, and where that is none or not enough, a few more after each tile or row. On Zen 5 results that went past
/// the caches instead, from copies, took up to two thirds longer: each line that does holds up everything else for 2 ns. On Zen 4 they do
/// (had_better_go_past_caches).
template <class S, int W>
class prefetcher {
 public:
  /// For groups of matrices of `size` numbers, one behind the other, each computed in about `steps` steps, in which columns of tiles fetch
  /// about `columns` lines.
  prefetcher(index_t size, index_t steps, index_t columns) : bytes_(static_cast<std::uintptr_t>(size) * sizeof(S)) {
    const index_t lines = W * static_cast<index_t>((bytes_ + cache_line - 1) / cache_line);
    lines_per_step_ = lines <= columns ? 0 : (lines - columns) / steps + 1;
  }

  void begin(const S* const* matrices, const S* const* places) {
    matrices_ = matrices, places_ = places, lane_ = 0;
    lines_ = {};
    start(lines_);
  }
  /// What is to be fetched, for a kernel that takes it along and brings it to each step.
  fetching lines() {
    const fetching taken = lines_;
    lines_.level = 0;
    return taken;
  }
  CHOLINV_INLINE void step(fetching& lines) {
    if (lines.level != 0) go_on(lines);
  }
  CHOLINV_INLINE void step() { step(lines_); }

 private:
  /// The next lane's, from where lines of the one before have come to, if it lies right behind that.
  void start(fetching& lines) const {
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(matrices_[lane_]),
                         place = reinterpret_cast<std::uintptr_t>(places_[lane_]);
    const std::uintptr_t past = lines.one - lines.end;
    const bool follow = lines.end == begin && lines.other - past == place;
    lines = {begin + (follow ? past : 0), place + (follow ? past : 0), begin + bytes_, level_};
  }
  void go_on(fetching& lines) {
    fetching here = lines;  // in registers
    for (index_t left = lines_per_step_;;) {
      for (; left > 0 && here.one < here.end; --left) here.take();
      if (here.one < here.end) break;
      if (++lane_ >= W) {
        here.level = 0;
        break;
      }
      start(here);
    }
    lines = here;
  }

  std::uintptr_t bytes_;
  index_t lines_per_step_;
  int level_ = nearest_level();
  const S* const* matrices_ = nullptr;
  const S* const* places_ = nullptr;
  int lane_ = W;
  fetching lines_ = {};
};
