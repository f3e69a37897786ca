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
  /// Vectors of panel p that hold rows of the matrix, not padding, before row `end`.
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

/// Call F<M> with M = 1, or else mv: the tile shapes there are. Lanes have tiles of nr rows, or else mv.
template <class K, template <class, int> class F, class... Args>
CHOLINV_INLINE void with_vectors(int m, Args... args) {
  constexpr int few = K::lanes ? K::nr : 1;
  if (m <= few)
    F<K, few>::run(args...);
  else
    F<K, K::mv>::run(args...);
}

/// One tile of Y L^H = I: rows of panel p from row `first` on, columns [j, j + nr). `b` are these nr rows of L from that column on. In the
/// block kernel a tile on the diagonal is one vector of rows, so that one shape alone has to leave zeros out.
template <class K, int M>
struct solve_tile {
  using S = typename K::S;
  static constexpr bool may_be_on_diagonal = K::lanes || M == 1, may_be_below = K::lanes || M == K::mv;
  CHOLINV_INLINE static void run(S* panel, index_t first, index_t j, right_rows<S> b, const S* reciprocals) {
    tile<K, M> t;
    clear(t);
    const index_t done = j - first;  // columns of this panel before j
    const bool on_diagonal = may_be_on_diagonal && (!may_be_below || done < M * K::rows_per_vector);
    if (on_diagonal) {
      CHOLINV_UNROLL for (int c = 0; c < K::nr; ++c) CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[0][v][c] =
          K::unit(done + c - v * K::rows_per_vector);
    }
    accumulate_upper<K, -1>(t, panel, b, done);
    b.data += done * b.step;
    if constexpr (may_be_on_diagonal) {
      if (on_diagonal) substitute<K, true>(t, b, reciprocals, done);
    }
    if constexpr (may_be_below) {
      if (!on_diagonal) substitute<K, false>(t, b, reciprocals, 0);
    }
    store_columns(t, panel + done * K::column);
  }
};

/// One tile of Y Y^H, added up over `count` columns from `a` and `b` on, and left in `result`: `column`, `vector` and `plane` are the
/// distances there between columns, vectors of rows, and the real and the imaginary part.
template <class K, int M>
struct product_tile {
  using S = typename K::S;
  CHOLINV_INLINE static void run(const S* a, right_rows<S> b, index_t count, S* result, index_t column, index_t vector, index_t plane) {
    tile<K, M> t;
    clear(t);
    accumulate_upper<K, +1>(t, a, b, count);
    CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
        CHOLINV_UNROLL for (int v = 0; v < M; ++v) K::ops::store(result + j * column + v * vector + p * plane, t.c[p][v][j]);
  }
};

/// One tile of the left-looking factorisation, in place at columns [j, j + nr) of a lower panel: minus what the j columns before it
/// contribute, then, where the diagonal block is known, times its inverse from the right.
template <class K>
struct factor_tile {
  using S = typename K::S;
  static void run(S* panel, index_t j, right_rows<S> b, right_rows<S> diagonal, const S* reciprocals) {
    tile<K, K::mv> t;
    load_columns(t, panel + j * K::column);
    accumulate<K, -1, K::mv, false>(t, panel, b, j);
    if (reciprocals != nullptr) substitute<K, false>(t, diagonal, reciprocals, 0);
    store_columns(t, panel + j * K::column);
  }
};

/// The second half of factor_tile, for the panel that holds the diagonal block itself.
template <class K>
struct substitute_tile {
  using S = typename K::S;
  static void run(S* columns, right_rows<S> diagonal, const S* reciprocals) {
    tile<K, K::mv> t;
    load_columns(t, columns);
    substitute<K, false>(t, diagonal, reciprocals, 0);
    store_columns(t, columns);
  }
};

/// Factor the nr x nr diagonal block d (nr columns of K::block_column) in place, and leave 1 / diagonal in `reciprocals`. Of a
/// pivot only the real part counts. The answer is 0 or the first pivot that is not positive, in any lane, counted from 1.
template <class K>
int factor_diagonal(typename K::S* d, typename K::S* reciprocals) {
  using S = typename K::S;
  using E = typename K::element;
  constexpr int im = static_cast<int>(K::block_plane);
  for (int c = 0; c < K::nr; ++c) {
    S* column = d + c * K::block_column;
    const auto pivot = E::load(column + c * K::row_width);
    if (E::any(E::not_positive(pivot))) return c + 1;
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
  return 0;
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

/// A = L L^H in place in the panels of A's lower triangle (an identity past the order), `group` column blocks after `group`. What lies
/// above the diagonal in them is never used.
template <class K>
struct factorization {
  using S = typename K::S;
  static constexpr index_t group = 8, group_columns = group * K::nr;
  /// The diagonal blocks of a group, each with its reciprocals.
  static constexpr index_t diagonals_size = group * (K::nr + 1) * K::block_column;

  lower_panels<K> l;
  S* diagonals;

  index_t end_of(index_t j0) const { return j0 + group_columns < l.order ? j0 + group_columns : l.order; }
  /// The panels from here on hold no row of that group.
  index_t first_below(index_t j0) const { return (end_of(j0) + K::panel_rows - 1) / K::panel_rows; }

  /// The rows of the group from j0 on. The answer is 0 or the first bad pivot, counted from 1, where it stopped.
  index_t factor_diagonal_blocks(index_t j0) const {
    for (index_t j = j0; j < end_of(j0); j += K::nr) {
      const index_t p = j / K::panel_rows;
      S *own = l.at(p, 0), *block = l.at(p, j) + (j - l.first(p)) * K::row_width, *d = diagonal(j - j0);
      factor_tile<K>::run(own, j, rows(j), {d, K::block_column, K::block_plane}, nullptr);
      move_block<K>(block, K::column, K::mv * K::width, d, K::block_column, K::block_plane);
      if (const int bad = factor_diagonal<K>(d, reciprocals(j - j0)); bad != 0) return j + bad;
      substitute_tile<K>::run(own + j * K::column, {d, K::block_column, K::block_plane}, reciprocals(j - j0));
      move_block<K>(d, K::block_column, K::block_plane, block, K::column, K::mv * K::width);
      for (index_t q = p + 1; q < first_below(j0); ++q) factor(q, j0, j);
    }
    return 0;
  }
  /// The columns of that group in panel p, which is below it.
  void factor_below(index_t j0, index_t p) const {
    for (index_t j = j0; j < end_of(j0); j += K::nr) factor(p, j0, j);
  }

 private:
  S* diagonal(index_t column) const { return diagonals + column / K::nr * (K::nr + 1) * K::block_column; }
  S* reciprocals(index_t column) const { return diagonal(column) + K::nr * K::block_column; }
  right_rows<S> rows(index_t j) const {
    const index_t p = j / K::panel_rows;
    return {l.at(p, 0) + (j - l.first(p)) * K::row_width, K::column, K::mv * K::width};
  }
  void factor(index_t p, index_t j0, index_t j) const {
    factor_tile<K>::run(l.at(p, 0), j, rows(j), {diagonal(j - j0), K::block_column, K::block_plane}, reciprocals(j - j0));
  }
};
