// The three sweeps over panels: Y = L^-H, A^-1 = Y Y^H, and A = L L^H. Left-looking, one register tile at a time.

/// Panels of an upper triangle: panel p holds rows [first(p), first(p) + panel_rows) in columns first(p) to `columns`. Orders are
/// padded to whole column blocks, as if the matrix went on with an identity.
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
  int vectors(index_t p) const { return vectors(p, order); }
  /// Those of them that begin before row `end`.
  int vectors(index_t p, index_t end) const {
    const index_t v = ((end < order ? end : order) - first(p) + K::rows_per_vector - 1) / K::rows_per_vector;
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
    if (done < M * K::rows_per_vector)
      substitute<K, true>(t, b, reciprocals, done);
    else
      substitute<K, false>(t, b, reciprocals, 0);
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

/// One tile of the left-looking factorisation, in place at columns [j, j + nr) of a lower panel: minus what the j columns before it
/// contribute, then, where the diagonal block is known, times its inverse from the right.
template <class K, int M>
struct factor_tile {
  using S = typename K::S;
  static void run(S* panel, index_t j, right_rows<S> b, right_rows<S> diagonal, const S* reciprocals) {
    tile<K, M> t;
    load_columns(t, panel + j * K::column);
    accumulate<K, -1, M, false>(t, panel, b, j);
    if (reciprocals != nullptr) substitute<K, false>(t, diagonal, reciprocals, 0);
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
    substitute<K, false>(t, diagonal, reciprocals, 0);
    store_columns(t, columns);
  }
};

/// Factor the nr x nr diagonal block d (nr columns of K::block_column) in place, and leave 1 / diagonal in `reciprocals`. Which
/// factorisations met a pivot that is not positive: a bit for each lane, and the first such pivot, counted from 1.
struct bad_pivots {
  std::uint64_t lanes = 0;
  index_t first = 0;
  void add(std::uint64_t found, index_t pivot) {
    if (lanes == 0 && found != 0) first = pivot;
    lanes |= found;
  }
};

/// `first_pivot` is the position of this block's first one. Of a pivot only the real part counts; what comes after a bad one is of
/// no use in that lane.
template <class K>
void factor_diagonal(typename K::S* d, typename K::S* reciprocals, index_t first_pivot, bad_pivots& bad) {
  using S = typename K::S;
  using E = typename K::element;
  constexpr int im = static_cast<int>(K::block_plane);
  for (int c = 0; c < K::nr; ++c) {
    S* column = d + c * K::block_column;
    const auto pivot = E::load(column + c * K::row_width);
    bad.add(E::bits(E::not_positive(pivot)), first_pivot + c);
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
}

/// The lower triangle of a diagonal block from one place to another.
template <class K>
void move_block(const typename K::S* from, index_t from_column, index_t from_plane, typename K::S* to, index_t to_column,
                index_t to_plane) {
  using E = typename K::element;
  for (int c = 0; c < K::nr; ++c)
    for (int p = 0; p < K::planes; ++p)
      for (int r = c; r < K::nr; ++r)
        E::store(to + c * to_column + p * to_plane + r * K::row_width, E::load(from + c * from_column + p * from_plane + r * K::row_width));
}

/// All of A = L L^H, in place in the panels of A's lower triangle (an identity past the order). One matrix stops at its first bad
/// pivot; lanes go on for the sake of the others.
template <class K>
bad_pivots factorize_panels(const lower_panels<K>& l, typename K::S* work) {
  using S = typename K::S;
  bad_pivots bad;
  const index_t panels = l.count(l.order);
  S* diagonal = work;
  S* reciprocals = work + K::nr * K::block_column;
  const right_rows<S> d{diagonal, K::block_column, K::block_plane, K::row_width};
  for (index_t j = 0; j < l.order; j += K::nr) {
    const index_t pj = j / K::panel_rows, in_panel = j - l.first(pj), skip = in_panel / K::rows_per_vector;
    S* block = l.at(pj, j) + in_panel * K::row_width;  // element (j, j)
    const right_rows<S> b{l.at(pj, 0) + in_panel * K::row_width, K::column, K::mv * K::width, K::row_width};
    S* own = l.at(pj, 0) + skip * K::width;
    const int own_vectors = K::mv - static_cast<int>(skip);
    with_vectors<K, factor_tile>(own_vectors, own, j, b, d, static_cast<const S*>(nullptr));
    move_block<K>(block, K::column, K::mv * K::width, diagonal, K::block_column, K::block_plane);
    factor_diagonal<K>(diagonal, reciprocals, j + 1, bad);
    if (K::element::width == 1 && bad.lanes != 0) return bad;
    with_vectors<K, substitute_tile>(own_vectors, own + j * K::column, d, static_cast<const S*>(reciprocals));
    move_block<K>(diagonal, K::block_column, K::block_plane, block, K::column, K::mv * K::width);
    for (index_t p = pj + 1; p < panels; ++p) with_vectors<K, factor_tile>(K::mv, l.at(p, 0), j, b, d, static_cast<const S*>(reciprocals));
  }
  return bad;
}
