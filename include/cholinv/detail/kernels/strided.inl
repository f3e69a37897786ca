// Between one strided matrix in memory and the panels and tiles of the block kernel: squares, transposed in registers.

/// An N x N piece of a matrix in registers: element (r, c) is lane r of vector c, real and imaginary parts apart.
template <class S, int Planes, int N>
struct square {
  using P = pack<S, N>;
  using V = typename P::vec;
  V part[Planes][N];
  static constexpr auto lanes = std::make_integer_sequence<int, N>{};

  /// Vector c from N numbers that lie side by side, or to them.
  CHOLINV_INLINE void load(int c, const S* from) {
    CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) part[p][c] = P::load(from + p * N);
    if constexpr (Planes == 2) deinterleave(part[0][c], part[1][c], lanes);
  }
  CHOLINV_INLINE void store(int c, S* to) const {
    V x[2] = {part[0][c], part[Planes - 1][c]};
    if constexpr (Planes == 2) interleave(x[0], x[1], lanes);
    CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) P::store(to + p * N, x[p]);
  }
  CHOLINV_INLINE void clear(int c) { CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) part[p][c] = P::zero(); }
  CHOLINV_INLINE void flip() { CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) transpose<N>(part[p]); }
  CHOLINV_INLINE void conjugate() {
    if constexpr (Planes == 2) CHOLINV_UNROLL for (int c = 0; c < N; ++c) part[1][c] = -part[1][c];
  }
  /// What lies above the diagonal from what lies below it, and a real diagonal.
  CHOLINV_INLINE void make_hermitian() {
    square mirror = *this;
    mirror.conjugate();
    mirror.flip();
    CHOLINV_UNROLL for (int c = 0; c < N; ++c) {
      part[0][c] = P::merge(mirror.part[0][c], part[0][c], c);
      if constexpr (Planes == 2) part[1][c] = P::merge(mirror.part[1][c], P::merge(P::zero(), part[1][c], c + 1), c);
    }
  }
};

/// Squares that have rows [j, j + side) of columns [begin, end), to columns of `to`; zeros above the diagonal in the last one, and for rows
/// from `order` on, which there are only if the rows of the matrix lie side by side. Otherwise its columns may.
template <class K>
void pack_squares(index_t order, strided<const typename K::S> m, index_t j, index_t begin, index_t end, typename K::S* to,
                  index_t to_column, index_t to_plane) {
  square<typename K::S, K::planes, K::side> x;
  const bool by_rows = m.column == K::planes;
  for (index_t k = begin; k < end; k += K::side, to += K::side * to_column) {
    if (by_rows) {
      CHOLINV_UNROLL for (int r = 0; r < K::side; ++r) {
        if (j + r < order)
          x.load(r, m.at(j + r, k));
        else
          x.clear(r);
      }
      x.flip();
    } else {
      CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) x.load(c, m.at(j, k + c));
    }
    if (k == j)
      CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) x.part[p][c] =
          K::square_pack::keep_from(x.part[p][c], c);
    CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
        K::square_pack::store(to + c * to_column + p * to_plane, x.part[p][c]);
  }
}

/// 1 / conj of the diagonal of rows [j, j + nr); past the order, ones.
template <class K>
void pack_reciprocals(index_t order, strided<const typename K::S> l, index_t j, typename K::S* reciprocals) {
  using S = typename K::S;
  int r = 0;
  if constexpr (K::planes == 1 && K::side > 1)
    if (j + K::nr <= order)  // a vector of divisions takes hardly longer than one
      for (; r < K::nr; r += K::side) {
        const evenly_spaced<const S> diagonal{l.at(j + r, j + r), l.row + l.column};
        K::square_pack::store(reciprocals + r, K::square_pack::reciprocal(K::square_pack::gather(diagonal, 0)));
      }
  for (; r < K::nr && j + r < order; ++r) {
    const S* const diagonal = l.at(j + r, j + r);
    if constexpr (K::planes == 1)
      reciprocals[r] = reciprocal_of(*diagonal);
    else
      conj_reciprocal(diagonal[0], diagonal[1], reciprocals[r], reciprocals[K::block_plane + r]);
  }
  for (; r < K::nr; ++r)
    for (int p = 0; p < K::planes; ++p) reciprocals[p * K::block_plane + r] = S(p == 0 ? 1 : 0);
}

/// What lies left of the diagonal in columns [begin, end) of rows [j, j + nr) of the lower triangle; past the order zeros.
template <class K>
void pack_rows(index_t order, strided<const typename K::S> l, index_t j, index_t begin, index_t end, typename K::S* block) {
  using S = typename K::S;
  index_t done = begin;  // columns that whole squares cover
  if constexpr (K::side > 1)
    if (l.column == K::planes || (l.row == K::planes && j + K::nr <= order)) {
      done = end < j ? end : j;
      for (int r = 0; r < K::nr; r += K::side) pack_squares<K>(order, l, j + r, begin, done, block + r, K::block_column, K::block_plane);
    }
  for (int r = 0; r < K::nr; ++r) {
    const index_t row = j + r;
    S* to = block + (done - begin) * K::block_column + r;
    for (index_t k = done; k < row && k < end; ++k, to += K::block_column)
      for (int p = 0; p < K::planes; ++p) to[p * K::block_plane] = row < order ? l.at(row, k)[p] : S(0);
  }
}

/// Rows of the result lie side by side in `to`: its own, or, as it is Hermitian, its columns, conjugated. On their way to memory whole
/// cache lines of large matrices go past the caches.
template <class K>
struct result_rows {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;

  /// Numbers in a vector, once their parts are side by side; and columns of a tile that make squares with as many of its rows.
  static constexpr int planes = K::planes, numbers = K::width / planes, group = numbers < K::nr ? numbers : K::nr;
  static constexpr bool writes_lines = K::side > 1 && numbers == group && sizeof(V) == cache_line;

  strided<S> to;
  bool own, cross, ask, past_caches;  // cross: vectors cross cache lines; ask: therefore places had better be near

  result_rows(strided<S> out, bool to_memory) : to(out), own(out.column == planes) {
    if (!own) std::swap(to.row, to.column);
    cross = K::side > 1 && cross_lines(to.data, to.row, sizeof(V));
    ask = cross && places_had_better_be_near();
    past_caches = writes_lines && to_memory && side_by_side() && !cross;
  }
  /// Are there such rows, and vectors of them?
  bool side_by_side() const { return K::side > 1 && to.column == K::planes; }

  /// Asks for the places of a tile at row i and column j and of its mirror image, into the second-level cache (2) or the first (3),
  /// unless results go past the caches. Inline: g++ drops calls that do nothing else.
  template <int Near>
  CHOLINV_INLINE void fetch(index_t order, index_t i, index_t j) const {
    if (!side_by_side() || past_caches) return;
    constexpr index_t line = static_cast<index_t>(cache_line / sizeof(S)) / planes;
    const index_t below = i - i % K::panel_rows + K::panel_rows, end = below < order ? below : order,
                  last = j + K::nr < order ? j + K::nr : order;
    for (index_t r = i; r < end; ++r) {
      __builtin_prefetch(to.at(r, j), 0, Near);
      if (cross && K::nr >= line) __builtin_prefetch(to.at(r, last - 1), 0, Near);
    }
    for (index_t c = j; c < last; ++c) {
      for (index_t k = i; k < end; k += line) __builtin_prefetch(to.at(c, k), 0, Near);
      if (cross) __builtin_prefetch(to.at(c, end - 1), 0, Near);
    }
  }

  /// Rows [i, i + rows) of columns [j0, j0 + columns) from memory to their place and, conjugated, to their mirror image; what lies above
  /// the diagonal of the matrix is dropped.
  void write_rows(const S* t, index_t i, index_t rows, index_t j0, index_t columns) const {
    constexpr index_t im = K::mv * K::width;
    const index_t end = i + rows;
    for (index_t j = j0; j < j0 + columns; j += K::side) {
      const index_t width = j0 + columns - j < K::side ? j0 + columns - j : K::side;
      index_t r = i < j ? j : i;
      const S* from = t + (j - j0) * K::column + (r - i);
      if constexpr (K::side > 1)
        if (width == K::side && side_by_side())
          for (; r + K::side <= end; r += K::side, from += K::side) {
            square<S, K::planes, K::side> x;
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) x.part[p][c] =
                K::square_pack::load(from + c * K::column + p * im);
            if (r == j) x.make_hermitian();
            if (own) r == j ? x.flip() : x.conjugate();
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) x.store(c, to.at(j + c, r));
            if (r == j) continue;
            x.conjugate();
            x.flip();
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) x.store(c, to.at(r + c, j));
          }
      for (; r < end; ++r, ++from)
        for (index_t c = 0; c < width && j + c <= r; ++c) {
          const S* x = from + c * K::column;
          S *below = to.at(r, j + c), *beside = to.at(j + c, r);
          below[0] = beside[0] = x[0];
          if constexpr (K::planes == 2) {
            below[1] = own ? x[im] : -x[im];
            beside[1] = r == j + c ? S(0) : -below[1];
          }
        }
    }
  }

  /// Can a vector of a tile at row i and column j go straight from the registers? Columns past the order are above the diagonal.
  static bool whole(index_t order, index_t i, index_t j) { return i + K::rows_per_vector <= order && (numbers == group || i >= j + K::nr); }
  /// Vector v of a tile, which begins at row i and column j; the tile's first one holds row j or rows below it.
  template <int M>
  CHOLINV_INLINE void write_vector(const tile<K, M>& t, int v, index_t i, index_t j) const {
    V signs[2] = {P::zero(), -P::zero()};  // of imaginary parts, once they are among the real ones
    interleave(signs[0], signs[1], P::lanes);
    const V beside = own ? signs[0] : P::zero(), below = own ? P::zero() : signs[0];
    constexpr int bytes = group * planes * static_cast<int>(sizeof(S));
    const bool may_be_on_diagonal = numbers == group && v * K::rows_per_vector < K::nr;
    CHOLINV_UNROLL for (int c0 = 0; c0 < K::nr; c0 += group) {
      V x[planes][group];
      CHOLINV_UNROLL for (int c = 0; c < group; ++c) {
        V z[2] = {t.c[0][v][c0 + c], t.c[planes - 1][v][c0 + c]};
        if constexpr (planes == 2) interleave(z[0], z[1], P::lanes);
        CHOLINV_UNROLL for (int h = 0; h < planes; ++h) x[h][c] = z[h];
      }
      CHOLINV_UNROLL for (int h = 0; h < planes; ++h) {
        const index_t row = i + h * numbers, column = j + c0;
        V y[group];
        CHOLINV_UNROLL for (int c = 0; c < group; ++c) {
          y[c] = planes == 2 ? P::flip_signs(x[h][c], below) : x[h][c];
          if (planes == 2) x[h][c] = P::flip_signs(x[h][c], beside);
        }
        transpose<K::width, V, group, planes>(y);
        if (may_be_on_diagonal && row < column) continue;
        if (may_be_on_diagonal && row == column) {
          CHOLINV_UNROLL for (int r = 0; r < group; ++r) {
            if (planes == 2) y[r] = P::merge(y[r], P::zero(), r * planes + 1);
            y[r] = P::merge(y[r], x[h][r], (r + 1) * planes);
            if (writes_lines && past_caches)
              stream(to.at(row + r, column), y[r]);
            else
              P::store(to.at(row + r, column), y[r]);
          }
        } else if (writes_lines && past_caches) {
          CHOLINV_UNROLL for (int c = 0; c < group; ++c) stream(to.at(column + c, row), x[h][c]);
          CHOLINV_UNROLL for (int r = 0; r < group; ++r) stream(to.at(row + r, column), y[r]);
        } else {
          CHOLINV_UNROLL for (int c = 0; c < group; ++c) P::store(to.at(column + c, row), x[h][c]);
          CHOLINV_UNROLL for (int r = 0; r < group; ++r) split<bytes, 1>(y[r], evenly_spaced<S>{to.at(row + r, column), group * to.row}, 0);
        }
      }
    }
  }
};
