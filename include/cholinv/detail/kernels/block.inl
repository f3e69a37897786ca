// Larger orders, one matrix at a time: read a strided triangle, run the sweeps, write the whole strided matrix.

/// An N x N piece of a matrix in registers: element (r, c) is lane r of vector c, real and imaginary parts apart.
template <class S, int Planes, int N>
struct square {
  using P = pack<S, N>;
  using V = typename P::vec;
  V part[Planes][N];
  static constexpr auto lanes = std::make_integer_sequence<int, N>{};

  /// From element (i, j) on. The rows or the columns of m mostly lie side by side; else it goes scalar by scalar.
  CHOLINV_INLINE void read(strided<const S> m, index_t i, index_t j) {
    if (m.row == Planes || m.column == Planes) {
      const bool by_columns = m.row == Planes;
      CHOLINV_UNROLL for (int c = 0; c < N; ++c) {
        const S* from = by_columns ? m.at(i, j + c) : m.at(i + c, j);
        CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) part[p][c] = P::load(from + p * N);
        if constexpr (Planes == 2) deinterleave(part[0][c], part[1][c], lanes);
      }
      if (!by_columns) CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) transpose(part[p]);
    } else {
      S buffer[Planes][N][N];
      for (int c = 0; c < N; ++c)
        for (int r = 0; r < N; ++r)
          for (int p = 0; p < Planes; ++p) buffer[p][c][r] = m.at(i + r, j + c)[p];
      for (int p = 0; p < Planes; ++p)
        for (int c = 0; c < N; ++c) part[p][c] = P::load(buffer[p][c]);
    }
  }

  CHOLINV_INLINE void write(strided<S> m, index_t i, index_t j) const {
    square t = *this;
    if (m.row == Planes || m.column == Planes) {
      const bool by_columns = m.row == Planes;
      if (!by_columns) CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) transpose(t.part[p]);
      CHOLINV_UNROLL for (int c = 0; c < N; ++c) {
        S* to = by_columns ? m.at(i, j + c) : m.at(i + c, j);
        if constexpr (Planes == 2) interleave(t.part[0][c], t.part[1][c], lanes);
        CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) P::store(to + p * N, t.part[p][c]);
      }
    } else {
      S buffer[Planes][N][N];
      for (int p = 0; p < Planes; ++p)
        for (int c = 0; c < N; ++c) P::store(buffer[p][c], t.part[p][c]);
      for (int c = 0; c < N; ++c)
        for (int r = 0; r < N; ++r)
          for (int p = 0; p < Planes; ++p) m.at(i + r, j + c)[p] = buffer[p][c][r];
    }
  }

  /// What lies above the diagonal from what lies below it, and a real diagonal.
  CHOLINV_INLINE void make_hermitian() {
    square mirror = *this;
    mirror.conjugate();
    CHOLINV_UNROLL for (int p = 0; p < Planes; ++p) transpose(mirror.part[p]);
    CHOLINV_UNROLL for (int c = 0; c < N; ++c) {
      part[0][c] = P::merge(mirror.part[0][c], part[0][c], c);
      if constexpr (Planes == 2) part[1][c] = P::merge(mirror.part[1][c], P::merge(P::zero(), part[1][c], c + 1), c);
    }
  }

  CHOLINV_INLINE void conjugate() {
    if constexpr (Planes == 2) CHOLINV_UNROLL for (int c = 0; c < N; ++c) part[1][c] = -part[1][c];
  }
};

/// Rows [j, j + nr) of the lower triangle, left of the diagonal, and 1 / conj of their diagonal; past the order an identity.
template <class K>
void pack_rows(index_t order, strided<const typename K::S> l, index_t j, typename K::S* block, typename K::S* reciprocals) {
  using S = typename K::S;
  index_t done = 0;  // columns that whole squares cover
  if constexpr (K::side > 1) {
    using piece = square<S, K::planes, K::side>;
    if (j + K::nr <= order)
      for (; done < j; done += K::side)
        for (int r = 0; r < K::nr; r += K::side) {
          piece x;
          x.read(l, j + r, done);
          CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
              piece::P::store(block + (done + c) * K::block_column + p * K::block_plane + r, x.part[p][c]);
        }
  }
  for (int r = 0; r < K::nr; ++r) {
    const index_t row = j + r;
    S* to = block + done * K::block_column + r;
    if (row < order) {
      const S* from = l.at(row, done);
      for (index_t k = done; k < row; ++k, to += K::block_column, from += l.column)
        for (int p = 0; p < K::planes; ++p) to[p * K::block_plane] = from[p];
      if constexpr (K::planes == 1)
        reciprocals[r] = S(1) / *from;
      else
        conj_reciprocal(from[0], from[1], reciprocals[r], reciprocals[K::block_plane + r]);
    } else {
      for (index_t k = done; k < row; ++k, to += K::block_column)
        for (int p = 0; p < K::planes; ++p) to[p * K::block_plane] = S(0);
      reciprocals[r] = S(1);
      if constexpr (K::planes == 2) reciprocals[K::block_plane + r] = S(0);
    }
  }
}

/// A finished tile to its place and, conjugated, to its mirror image; what lies above the diagonal of the matrix is dropped.
template <class K>
void write_tile(const typename K::S* t, index_t i0, index_t rows, index_t j0, index_t columns, strided<typename K::S> out) {
  using S = typename K::S;
  const strided<S> mirror{out.data, out.column, out.row};
  for (index_t j = j0; j < j0 + columns; j += K::side) {
    const index_t width = j0 + columns - j < K::side ? j0 + columns - j : K::side;
    for (index_t i = i0 < j ? j : i0; i < i0 + rows; i += K::side) {
      const index_t height = i0 + rows - i < K::side ? i0 + rows - i : K::side;
      const S* from = t + (j - j0) * K::column + (i - i0);
      if constexpr (K::side > 1) {
        using piece = square<S, K::planes, K::side>;
        if (width == K::side && height == K::side) {
          piece x;
          CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) x.part[p][c] =
              piece::P::load(from + c * K::column + p * K::mv * K::width);
          if (i == j) x.make_hermitian();
          x.write(out, i, j);
          x.conjugate();
          if (i != j) x.write(mirror, i, j);
          continue;
        }
      }
      for (index_t c = 0; c < width; ++c)
        for (index_t r = i == j ? c : 0; r < height; ++r) {
          const S* x = from + c * K::column + r;
          S *lower = out.at(i + r, j + c), *upper = out.at(j + c, i + r);
          lower[0] = upper[0] = x[0];
          if constexpr (K::planes == 2) {
            const bool diagonal = i + r == j + c;
            const S im = x[K::mv * K::width];
            lower[1] = diagonal ? S(0) : im;
            upper[1] = diagonal ? S(0) : -im;
          }
        }
    }
  }
}

template <class K>
struct block_sweep {
  using S = typename K::S;
  static_assert(K::row_width == 1);

  /// Column blocks of L that go over a panel of Y while it is in the nearer caches, and panels that go over a row block of Y in
  /// the product. The work memory of the first is what bounds it.
  static constexpr index_t blocks_at_once = 8, panels_at_once = 4;

  /// Scalars of `work` that invert() and factorize() need.
  static index_t invert_work(index_t order) {
    const index_t padded = upper_panels<K>::padded(order);
    return upper_panels<K>::size(order) + K::column * K::nr + blocks_in(order) * packed_size(padded);
  }
  static index_t factorize_work(index_t order) { return lower_panels<K>::size(order) + (K::nr + 2) * K::block_column; }

  /// out <- (L L^H)^-1. The diagonal of L has no zero.
  static void invert(index_t order, strided<const S> l, strided<S> out, S* work) {
    const index_t padded = upper_panels<K>::padded(order);
    const upper_panels<K> y{work, order, padded};
    S* result = work + y.size(order);
    S* packed = result + K::column * K::nr;

    const index_t step = blocks_at_once * K::nr;
    for (index_t j0 = 0; j0 < order; j0 += step) {
      const index_t end = j0 + step < order ? j0 + step : order;
      for (index_t j = j0; j < end; j += K::nr) {
        S* reciprocals = packed + (j - j0) / K::nr * packed_size(padded);
        pack_rows<K>(order, l, j, reciprocals + K::block_column, reciprocals);
      }
      for (index_t p = 0; y.first(p) < end; ++p) {
        const index_t first = y.first(p);
        for (index_t j = first < j0 ? j0 : first; j < end; j += K::nr) {
          const S* reciprocals = packed + (j - j0) / K::nr * packed_size(padded);
          const right_rows<S> b{reciprocals + (1 + first) * K::block_column, K::block_column, K::block_plane};
          with_vectors<K, solve_tile>(y.vectors(p, j + K::nr), y.at(p, first), first, j, b, reciprocals);
        }
      }
    }
    for (index_t p0 = 0; p0 < y.count(order); p0 += panels_at_once) {
      const index_t last = p0 + panels_at_once < y.count(order) ? p0 + panels_at_once : y.count(order);
      for (index_t j = 0; j < order && j < y.first(last); j += K::nr)
        for (index_t p = j / K::panel_rows < p0 ? p0 : j / K::panel_rows; p < last; ++p) product(y, p, j, result, out);
    }
  }

  /// out <- L with A = L L^H, zero above the diagonal. The answer is LAPACK's info; unless it is 0, out is untouched.
  static int factorize(index_t order, strided<const S> a, strided<S> out, S* work) {
    const lower_panels<K> l{work, order};
    constexpr index_t im = K::mv * K::width;
    for (index_t p = 0; p < l.count(order); ++p)
      for (index_t k = 0; k < l.first(p + 1); ++k)
        for (index_t r = 0; r < K::panel_rows; ++r) {
          const index_t i = l.first(p) + r;
          S* to = l.at(p, k) + r;
          const bool inside = k <= i && i < order;
          to[0] = inside ? a.at(i, k)[0] : S(i == k ? 1 : 0);
          if constexpr (K::planes == 2) to[im] = inside && i != k ? a.at(i, k)[1] : S(0);
        }
    if (const bad_pivots bad = factorize_panels(l, work + l.size(order)); bad.first != 0) return static_cast<int>(bad.first);
    for (index_t i = 0; i < order; ++i) {
      const S* row = l.at(i / K::panel_rows, 0) + i % K::panel_rows;
      for (index_t k = 0; k < order; ++k)
        for (int p = 0; p < K::planes; ++p) out.at(i, k)[p] = k <= i ? row[k * K::column + p * im] : S(0);
    }
    return 0;
  }

  /// Rows of panel p times the rows [j, j + nr) of Y, to their place in `out`.
  static void product(const upper_panels<K>& y, index_t p, index_t j, S* result, strided<S> out) {
    const index_t order = y.order, first = y.first(p), pj = j / K::panel_rows;
    const index_t skip = j > first ? (j - first) / K::rows_per_vector : 0;  // vectors wholly above the diagonal
    const index_t i = first + skip * K::rows_per_vector;
    const right_rows<S> b{y.at(pj, i) + (j - y.first(pj)), K::column, K::mv * K::width};
    with_vectors<K, product_tile>(y.vectors(p) - static_cast<int>(skip), y.at(p, i) + skip * K::width, b, order - i, result);
    const index_t rows = y.first(p + 1) < order ? y.first(p + 1) - i : order - i;
    write_tile<K>(result, i, rows, j, order - j < K::nr ? order - j : K::nr, out);
  }

  static index_t blocks_in(index_t order) {
    const index_t blocks = (order + K::nr - 1) / K::nr;
    return blocks < blocks_at_once ? blocks : blocks_at_once;
  }
  /// The reciprocals of a column block, then its rows.
  static index_t packed_size(index_t padded) { return (1 + padded) * K::block_column; }

  static index_t work(index_t order) {
    const index_t invert = invert_work(order), factorize = factorize_work(order);
    return invert > factorize ? invert : factorize;
  }
  template <task t>
  static int run(index_t order, strided<const S> in, strided<S> out, S* memory) {
    if constexpr (t == task::factorize) return factorize(order, in, out, memory);
    invert(order, in, out, memory);
    return 0;
  }
};

/// Tile shapes: the accumulators, a column of A and a broadcast fill the registers.
template <class S, int Planes>
constexpr int tile_vectors() {
  return !is_ieee<S> ? 4 / Planes : CHOLINV_BYTES == 64 ? 4 - Planes : CHOLINV_BYTES == 32 ? (Planes == 1 ? 3 : 1) : 2;
}
template <class S, int Planes>
constexpr int tile_columns() {
  return !is_ieee<S> ? 4 / Planes : CHOLINV_BYTES == 64 ? 8 / Planes : CHOLINV_BYTES == 32 ? 4 : 4 / Planes;
}
template <class S>
constexpr int vector_width() {
  if constexpr (is_ieee<S>)
    return CHOLINV_BYTES / static_cast<int>(sizeof(S));
  else
    return 1;
}
template <class T>
using block_kernel = block_sweep<tile_shape<pack<real_t<T>, vector_width<real_t<T>>()>, planes_of<T>,
                                            tile_vectors<real_t<T>, planes_of<T>>(), tile_columns<real_t<T>, planes_of<T>>(), false>>;
