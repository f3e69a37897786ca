// One matrix at a time: read a strided triangle, run the sweeps, write the whole strided matrix.

/// A strided matrix of T as its real numbers: element (i, j) begins at data + i * row + j * column, imaginary part behind the real one.
template <class S>
struct strided {
  S* data;
  index_t row, column;
  S* at(index_t i, index_t j) const { return data + i * row + j * column; }
};

/// Rows [j, j + nr) of the lower triangle, left of the diagonal, and 1 / conj of their diagonal; past the order an identity.
template <class K>
void pack_rows(index_t order, strided<const typename K::S> l, index_t j, typename K::S* block, typename K::S* reciprocals) {
  using S = typename K::S;
  for (int r = 0; r < K::nr; ++r) {
    const index_t row = j + r;
    S* to = block + r;
    if (row < order) {
      const S* from = l.at(row, 0);
      for (index_t k = 0; k < row; ++k, to += K::block_column, from += l.column)
        for (int p = 0; p < K::planes; ++p) to[p * K::block_plane] = from[p];
      if constexpr (K::planes == 1)
        reciprocals[r] = S(1) / *from;
      else
        conj_reciprocal(from[0], from[1], reciprocals[r], reciprocals[K::block_plane + r]);
    } else {
      for (index_t k = 0; k < row; ++k, to += K::block_column)
        for (int p = 0; p < K::planes; ++p) to[p * K::block_plane] = S(0);
      reciprocals[r] = S(1);
      if constexpr (K::planes == 2) reciprocals[K::block_plane + r] = S(0);
    }
  }
}

/// A finished tile to its place and, conjugated, to its mirror image; what lies above the diagonal of the tile is dropped.
template <class K>
void write_tile(const typename K::S* t, index_t i0, index_t rows, index_t j0, index_t columns, strided<typename K::S> out) {
  using S = typename K::S;
  for (index_t c = 0; c < columns; ++c)
    for (index_t r = 0; r < rows; ++r) {
      const index_t i = i0 + r, j = j0 + c;
      if (i < j) continue;
      const S* x = t + c * K::column + r;
      out.at(i, j)[0] = x[0];
      out.at(j, i)[0] = x[0];
      if constexpr (K::planes == 2) {
        const S im = x[K::mv * K::width];
        out.at(i, j)[1] = i == j ? S(0) : im;
        out.at(j, i)[1] = i == j ? S(0) : -im;
      }
    }
}

template <class K>
struct block_sweep {
  using S = typename K::S;
  static_assert(K::row_width == 1);

  /// Scalars of `work` that invert() and factorize() need.
  static index_t invert_work(index_t order) {
    const index_t padded = upper_panels<K>::padded(order);
    return upper_panels<K>::size(order) + padded * K::block_column + K::column * K::nr + 2 * K::block_column;
  }
  static index_t factorize_work(index_t order) { return lower_panels<K>::size(order) + (K::nr + 2) * K::block_column; }

  /// out <- (L L^H)^-1. The diagonal of L has no zero.
  static void invert(index_t order, strided<const S> l, strided<S> out, S* work) {
    const index_t padded = upper_panels<K>::padded(order);
    const upper_panels<K> y{work, order, padded};
    S* result = work + y.size(order);
    S* block = result + K::column * K::nr;
    S* reciprocals = block + padded * K::block_column;

    for (index_t j = 0; j < order; j += K::nr) {
      pack_rows<K>(order, l, j, block, reciprocals);
      for (index_t p = 0; y.first(p) <= j; ++p) {
        const index_t first = y.first(p);
        const index_t reach = (j + K::nr - first + K::rows_per_vector - 1) / K::rows_per_vector;  // vectors above the block's last row
        with_vectors<K, solve_tile>(reach < K::mv ? static_cast<int>(reach) : K::mv, y.at(p, first), first, j,
                                    right_rows<S>{block + first * K::block_column, K::block_column, K::block_plane}, reciprocals);
      }
    }
    for (index_t p = 0; p < y.count(order); ++p)
      for (index_t j = 0; j < order && j < y.first(p + 1); j += K::nr) {
        const index_t first = y.first(p), pj = j / K::panel_rows;
        const index_t skip = j > first ? (j - first) / K::rows_per_vector : 0;  // vectors wholly above the diagonal
        const index_t i = first + skip * K::rows_per_vector;
        const right_rows<S> b{y.at(pj, i) + (j - y.first(pj)), K::column, K::mv * K::width};
        with_vectors<K, product_tile>(y.vectors(p) - static_cast<int>(skip), y.at(p, i) + skip * K::width, b, order - i, result);
        const index_t rows = y.first(p + 1) < order ? y.first(p + 1) - i : order - i;
        write_tile<K>(result, i, rows, j, order - j < K::nr ? order - j : K::nr, out);
      }
  }

  /// out <- L with A = L L^H, zero above the diagonal. The answer is LAPACK's info; unless it is 0, out is untouched.
  static int factorize(index_t order, strided<const S> a, strided<S> out, S* work) {
    const lower_panels<K> l{work, order};
    S* diagonal = work + l.size(order);
    S* reciprocals = diagonal + K::nr * K::block_column;
    const index_t panels = l.count(order);

    for (index_t p = 0; p < panels; ++p)
      for (index_t k = 0; k < l.first(p + 1); ++k)
        for (index_t r = 0; r < K::panel_rows; ++r) {
          const index_t i = l.first(p) + r;
          S* to = l.at(p, k) + r;
          const bool inside = k <= i && i < order;
          to[0] = inside ? a.at(i, k)[0] : S(i == k ? 1 : 0);
          if constexpr (K::planes == 2) to[K::mv * K::width] = inside && i != k ? a.at(i, k)[1] : S(0);
        }
    for (index_t j = 0; j < order; j += K::nr) {
      const index_t pj = j / K::panel_rows, in_panel = j - l.first(pj), skip = in_panel / K::rows_per_vector;
      const right_rows<S> b{l.at(pj, 0) + in_panel, K::column, K::mv * K::width};
      const right_rows<S> d{diagonal, K::block_column, K::block_plane};
      S* own = l.at(pj, 0) + skip * K::width;
      const int own_vectors = K::mv - static_cast<int>(skip);
      with_vectors<K, factor_tile>(own_vectors, own, j, b, d, static_cast<const S*>(nullptr));
      for (int c = 0; c < K::nr; ++c)
        for (int r = 0; r < K::nr; ++r)
          for (int p = 0; p < K::planes; ++p)
            diagonal[c * K::block_column + p * K::block_plane + r] = l.at(pj, j + c)[p * K::mv * K::width + in_panel + r];
      if (const int bad = factor_diagonal<K>(diagonal, reciprocals)) return static_cast<int>(j) + bad;
      with_vectors<K, substitute_tile>(own_vectors, own + j * K::column, d, static_cast<const S*>(reciprocals));
      for (int c = 0; c < K::nr; ++c)
        for (int p = 0; p < K::planes; ++p)
          l.at(pj, j + c)[p * K::mv * K::width + in_panel + c] = diagonal[c * K::block_column + p * K::block_plane + c];
      for (index_t p = pj + 1; p < panels; ++p)
        with_vectors<K, factor_tile>(K::mv, l.at(p, 0), j, b, d, static_cast<const S*>(reciprocals));
    }
    for (index_t i = 0; i < order; ++i) {
      const index_t p = i / K::panel_rows;
      for (index_t k = 0; k < order; ++k)
        for (int plane = 0; plane < K::planes; ++plane)
          out.at(i, k)[plane] = k <= i ? l.at(p, k)[plane * K::mv * K::width + i - l.first(p)] : S(0);
    }
    return 0;
  }
};
