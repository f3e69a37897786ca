// The three sweeps over panels: Y = L^-H, A^-1 = Y Y^H, and A = L L^H. Left-looking, one register tile at a time.

/// Panels of an upper triangle: panel p holds rows [first(p), first(p) + panel_rows) in columns first(p) to `columns`.
/// Orders are padded to whole column blocks, as if the matrix went on with an identity.
template <class K>
struct upper_panels {
  typename K::S* data;
  index_t order, columns;

  static index_t padded(index_t order) { return (order + K::nr - 1) / K::nr * K::nr; }
  static index_t count(index_t order) { return (order + K::panel_rows - 1) / K::panel_rows; }
  static index_t first(index_t p) { return p * K::panel_rows; }
  /// Scalars before panel p: those of p panels that lose panel_rows columns each time.
  static index_t offset(index_t columns, index_t p) { return K::column * (p * columns - K::panel_rows * (p * (p - 1) / 2)); }
  static index_t size(index_t order) { return offset(padded(order), count(order)); }

  typename K::S* at(index_t p, index_t column) const { return data + offset(columns, p) + (column - first(p)) * K::column; }
  /// Vectors of panel p that hold rows of the matrix, not padding.
  int vectors(index_t p) const {
    const index_t v = (order - first(p) + K::rows_per_vector - 1) / K::rows_per_vector;
    return v < K::mv ? static_cast<int>(v) : K::mv;
  }
};

/// Panels of a lower triangle: panel p holds columns 0 to first(p + 1).
template <class K>
struct lower_panels {
  typename K::S* data;
  index_t order;

  static index_t count(index_t order) { return upper_panels<K>::count(order); }
  static index_t first(index_t p) { return p * K::panel_rows; }
  static index_t offset(index_t p) { return K::column * K::panel_rows * (p * (p + 1) / 2); }
  static index_t size(index_t order) { return offset(count(order)); }

  typename K::S* at(index_t p, index_t column) const { return data + offset(p) + column * K::column; }
};

/// Call f<M>(args...) for the run-time number of vectors m in 1..mv.
template <class K, template <class, int> class F, int M = 1, class... Args>
CHOLINV_INLINE void with_vectors(int m, Args... args) {
  if constexpr (M == K::mv) {
    F<K, M>::run(args...);
  } else {
    if (m == M)
      F<K, M>::run(args...);
    else
      with_vectors<K, F, M + 1>(m, args...);
  }
}

/// One tile of Y L^H = I: rows of panel p, columns [j, j + nr). `b` are these nr rows of L from the panel's first column on.
template <class K, int M>
struct solve_tile {
  using S = typename K::S;
  static void run(S* panel, index_t first, index_t j, right_rows<S> b, const S* reciprocals) {
    tile<K, M> t;
    clear(t);
    const index_t done = j - first;  // columns of this panel before j
    if (done < M * K::rows_per_vector) {
      CHOLINV_UNROLL for (int c = 0; c < K::nr; ++c) CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[0][v][c] =
          K::unit(done + c - v * K::rows_per_vector);
    }
    accumulate_upper<K, -1>(t, panel, b, done);
    b.data += done * b.step;
    substitute(t, b, reciprocals);
    store_columns(t, panel + done * K::column);
  }
};

/// One tile of Y Y^H, added up over `count` columns from `a` and `b` on; left in `result`, column after column.
template <class K, int M>
struct product_tile {
  using S = typename K::S;
  static void run(const S* a, right_rows<S> b, index_t count, S* result) {
    tile<K, M> t;
    clear(t);
    accumulate_upper<K, +1>(t, a, b, count);
    store_columns(t, result);
  }
};

/// One tile of the left-looking factorisation, in place at columns [j, j + nr) of a lower panel: minus what the j columns
/// before it contribute, then, where the diagonal block is known, times its inverse from the right.
template <class K, int M>
struct factor_tile {
  using S = typename K::S;
  static void run(S* panel, index_t j, right_rows<S> b, right_rows<S> diagonal, const S* reciprocals) {
    tile<K, M> t;
    load_columns(t, panel + j * K::column);
    accumulate<K, -1, M>(t, panel, b, j);
    if (reciprocals != nullptr) substitute(t, diagonal, reciprocals);
    store_columns(t, panel + j * K::column);
  }
};

/// The second half of factor_tile, for the panel that holds the diagonal block itself.
template <class K, int M>
struct substitute_tile {
  using S = typename K::S;
  static void run(S* columns, right_rows<S> diagonal, const S* reciprocals) {
    tile<K, M> t;
    load_columns(t, columns);
    substitute(t, diagonal, reciprocals);
    store_columns(t, columns);
  }
};

/// Factor the nr x nr diagonal block d (nr columns of K::block_column) in place, and leave 1 / diagonal in `reciprocals`.
/// The answer is what K::element::not_positive gathered over the pivots; only the real part of a pivot counts.
template <class K>
typename K::element::mask factor_diagonal(typename K::S* d, typename K::S* reciprocals) {
  using S = typename K::S;
  using E = typename K::element;
  constexpr int im = static_cast<int>(K::block_plane);
  typename E::mask bad{};
  for (int c = 0; c < K::nr; ++c) {
    S* column = d + c * K::block_column;
    const auto pivot = E::load(column + c * K::row_width);
    bad = E::not_positive(bad, pivot, c);
    const auto root = E::sqrt(pivot);
    const auto reciprocal = E::reciprocal(root);
    E::store(column + c * K::row_width, root);
    E::store(reciprocals + c * K::row_width, reciprocal);
    if constexpr (K::planes == 2) {
      E::store(column + im + c * K::row_width, E::zero());
      E::store(reciprocals + im + c * K::row_width, E::zero());
    }
    for (int i = c + 1; i < K::nr; ++i)
      for (int p = 0; p < K::planes; ++p) {
        S* x = column + p * im + i * K::row_width;
        E::store(x, E::load(x) * reciprocal);
      }
    for (int j = c + 1; j < K::nr; ++j)
      for (int i = j; i < K::nr; ++i) {
        S* x = d + j * K::block_column + i * K::row_width;
        const S *l = column + i * K::row_width, *u = column + j * K::row_width;
        if constexpr (K::planes == 1) {
          E::store(x, E::fnma(E::load(l), E::load(u), E::load(x)));
        } else {
          E::store(x, E::fnma(E::load(l + im), E::load(u + im), E::fnma(E::load(l), E::load(u), E::load(x))));
          E::store(x + im, E::fma(E::load(l), E::load(u + im), E::fnma(E::load(l + im), E::load(u), E::load(x + im))));
        }
      }
  }
  return bad;
}
