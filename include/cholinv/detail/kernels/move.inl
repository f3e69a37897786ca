// Between W matrices in memory and W lanes: runs of numbers, transposed in registers.

template <int W>
inline constexpr std::uint64_t all_lanes = (std::uint64_t(2) << (W - 1)) - 1;

/// `count` numbers that lie side by side in each of W matrices, from `offset` on, to `count` vectors: number e of matrix l becomes
/// lane l of vector e.
template <class K>
void load_run(const typename K::S* const* from, index_t offset, index_t count, typename K::S* to) {
  using P = typename K::ops;
  constexpr int W = K::width;
  for (index_t e = 0; e < count;) {
    if (count >= W) {
      if (e > count - W) e = count - W;  // the last vector overlaps the one before
      typename K::V x[W];
      CHOLINV_UNROLL for (int l = 0; l < W; ++l) x[l] = P::load(from[l] + offset + e);
      transpose(x);
      CHOLINV_UNROLL for (int l = 0; l < W; ++l) P::store(to + (e + l) * W, x[l]);
      e += W;
    } else {
      for (int l = 0; l < W; ++l) to[e * W + l] = from[l][offset + e];
      ++e;
    }
  }
}

/// The same back, for the lanes that `keep` has a bit for.
template <class K>
void store_run(typename K::S* const* to, index_t offset, index_t count, const typename K::S* from, std::uint64_t keep) {
  using P = typename K::ops;
  constexpr int W = K::width;
  for (index_t e = 0; e < count;) {
    if (count >= W) {
      if (e > count - W) e = count - W;
      typename K::V x[W];
      CHOLINV_UNROLL for (int l = 0; l < W; ++l) x[l] = P::load(from + (e + l) * W);
      transpose(x);
      if (keep == all_lanes<W>)
        CHOLINV_UNROLL for (int l = 0; l < W; ++l) P::store(to[l] + offset + e, x[l]);
      else
        for (int l = 0; l < W; ++l)
          if (keep >> l & 1) P::store(to[l] + offset + e, x[l]);
      e += W;
    } else {
      for (int l = 0; l < W; ++l)
        if (keep >> l & 1) to[l][offset + e] = from[e * W + l];
      ++e;
    }
  }
}

/// 1 / conj(diagonal) lane by lane.
template <class K>
CHOLINV_INLINE void conj_reciprocal_lanes(const typename K::V (&d)[K::planes], typename K::V (&r)[K::planes]) {
  using P = typename K::ops;
  using S = typename K::S;
  r[0] = P::reciprocal(d[0]);
  if constexpr (K::planes == 2) {
    r[1] = P::zero();
    if (P::bits(P::is_zero(d[1])) != all_lanes<K::width>) {
      S in[2][K::width], out[2][K::width];
      for (int p = 0; p < 2; ++p) P::store(in[p], d[p]);
      for (int l = 0; l < K::width; ++l) conj_reciprocal(in[0][l], in[1][l], out[0][l], out[1][l]);
      for (int p = 0; p < 2; ++p) r[p] = P::load(out[p]);
    }
  }
}

template <class K>
CHOLINV_INLINE typename K::ops::truth is_zero_lanes(const typename K::V (&d)[K::planes]) {
  if constexpr (K::planes == 2)
    return K::ops::both(K::ops::is_zero(d[0]), K::ops::is_zero(d[1]));
  else
    return K::ops::is_zero(d[0]);
}

/// Elements of W matrices: element (i, j) is `planes` vectors at data + i * row + j * column.
template <class S>
struct lane_square {
  S* data;
  index_t row, column;
  CHOLINV_INLINE S* at(index_t i, index_t j) const { return data + i * row + j * column; }
};

/// Element (i, j) with i >= j, and its conjugate at (j, i).
template <class K>
CHOLINV_INLINE void put_hermitian(lane_square<typename K::S> out, index_t i, index_t j, const typename K::V (&x)[K::planes]) {
  using P = typename K::ops;
  typename K::S *lower = out.at(i, j), *upper = out.at(j, i);
  P::store(upper, x[0]);
  P::store(lower, x[0]);
  if constexpr (K::planes == 2) {
    P::store(upper + K::width, -x[1]);
    P::store(lower + K::width, i == j ? P::zero() : x[1]);
  }
}

/// The runs again, for a count known to the compiler, in registers.
template <class K, int count>
CHOLINV_INLINE void load_numbers(const typename K::S* const* from, typename K::V* to) {
  using P = typename K::ops;
  constexpr int W = K::width;
  CHOLINV_UNROLL for (int e = 0; e + W <= count; e += W) {
    typename K::V x[W];
    CHOLINV_UNROLL for (int l = 0; l < W; ++l) x[l] = P::load(from[l] + e);
    transpose(x);
    CHOLINV_UNROLL for (int l = 0; l < W; ++l) to[e + l] = x[l];
  }
  CHOLINV_UNROLL for (int e = count - count % W; e < count; ++e) to[e] = P::gather(from, e);
}
template <class K, int count>
CHOLINV_INLINE void store_numbers(typename K::S* const* to, const typename K::V* from, std::uint64_t keep) {
  using P = typename K::ops;
  constexpr int W = K::width;
  if (keep == all_lanes<W>) {
    CHOLINV_UNROLL for (int e = 0; e + W <= count; e += W) {
      typename K::V x[W];
      CHOLINV_UNROLL for (int l = 0; l < W; ++l) x[l] = from[e + l];
      transpose(x);
      CHOLINV_UNROLL for (int l = 0; l < W; ++l) P::store(to[l] + e, x[l]);
    }
    CHOLINV_UNROLL for (int e = count - count % W; e < count; ++e) P::scatter(to, e, from[e]);
  } else {
    for (int l = 0; l < W; ++l)
      if (keep >> l & 1)
        for (int e = 0; e < count; ++e) to[l][e] = reinterpret_cast<const typename K::S*>(from + e)[l];
  }
}
