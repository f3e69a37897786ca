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
  static index_t first_column(index_t p) { return first(p); }
  /// Scalars before panel p: those of p panels that lose panel_rows columns each time.
  static index_t offset(index_t columns, index_t p) { return K::column * (p * columns - K::panel_rows * (p * (p - 1) / 2)); }
  static index_t size(index_t order) { return offset(padded(order), count(order)); }

  typename K::S* at(index_t p, index_t column) const { return data + offset(columns, p) + (column - first(p)) * K::column; }
  /// From the panel that begins with row `first` to the next one.
  index_t step(index_t first) const { return K::column * (columns - first); }
  /// Vectors of panel p that hold rows of the matrix, not padding alone.
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
  static index_t first_column(index_t) { return 0; }
  static index_t offset(index_t p) { return K::column * K::panel_rows * (p * (p + 1) / 2); }
  static index_t size(index_t order) { return offset(count(order)); }

  typename K::S* at(index_t p, index_t column) const { return data + offset(p) + column * K::column; }
};

/// Call F<M> for the first of m rows of lanes with M = nr where these are enough, or else mv: the tile shapes there are.
template <class K, template <class, int> class F, class... Args>
CHOLINV_INLINE void with_vectors(index_t m, Args&&... args) {
  if (m <= K::nr)
    F<K, K::nr>::run(args...);
  else
    F<K, K::mv>::run(args...);
}

/// One tile of Y L^H = I: rows of panel p from row `first` on, columns [j, j + nr). `b` are these nr rows of L from that column on. In the
/// block kernel a tile on the diagonal is one vector of rows, so that one shape alone has to leave zeros out.
template <class K, int M>
struct solve_tile {
  using S = typename K::S;
  static constexpr bool may_be_on_diagonal = K::lanes || M == 1, may_be_below = !K::lanes || M == K::mv;
  static_assert(!K::lanes || (M % K::nr == 0 && M <= 2 * K::nr));
  template <class Step>
  CHOLINV_INLINE static void run(S* panel, index_t first, index_t j, right_rows<S> b, const S* reciprocals, Step&& step) {
    const index_t done = j - first;  // columns of this panel before j
    if constexpr (may_be_on_diagonal)
      if (!may_be_below || done < M * K::rows_per_vector) return solve_on_diagonal(panel, done, b, reciprocals, step);
    if constexpr (may_be_below) solve<false>(panel, done, b, reciprocals, step);
  }
  /// A part of it, below the diagonal: what the columns [from, end) of the panel contribute. `b` begins with the first of them. Between
  /// parts the sums stay in the tile's place; the last part, that which has the reciprocals, ends where the tile begins, at `done`.
  template <class Step>
  CHOLINV_INLINE static void add(S* panel, index_t done, index_t from, index_t end, right_rows<S> b, const S* reciprocals, Step&& step) {
    constexpr index_t whole = whole_from<K, M>;
    tile<K, M> t;
    S* const place = panel + done * K::column;
    if (from > 0) {
      load_columns(t, place);
    } else {
      clear(t);
      accumulate_corner<K, -1, false>(t, panel, b, end, step);
      from = whole, b.data += whole * b.step;
    }
    accumulate<K, -1, false, M, false>(t, panel + from * K::column, b, end - from, step);
    b.data += (end - from) * b.step;
    if (reciprocals != nullptr) substitute<K, false>(t, b, reciprocals, done);
    store_columns(t, place);
  }

 private:
  /// In lanes the diagonal is in the tile's last nr rows: so with_vectors chooses. Of nr columns a vector longer than that may have it from
  /// several rows on, a shorter one from rows before its own. Zeros are left out for less where the compiler knows at which row it begins.
  static constexpr index_t R = K::rows_per_vector, first_row = K::lanes ? M - K::nr : R < K::nr ? R - K::nr : 0;
  template <index_t row = first_row, class Step>
  CHOLINV_INLINE static void solve_on_diagonal(S* panel, index_t done, right_rows<S> b, const S* reciprocals, Step&& step) {
    constexpr index_t next = row + (R < K::nr ? R : K::step);
    if constexpr (next < R)
      if (done != row) return solve_on_diagonal<next>(panel, done, b, reciprocals, step);
    solve<true>(panel, row, b, reciprocals, step);
  }
  template <bool OnDiagonal, class Step>
  CHOLINV_INLINE static void solve(S* panel, index_t done, right_rows<S> b, const S* reciprocals, Step&& step) {
    tile<K, M> t;
    clear(t);
    if constexpr (OnDiagonal) {
      CHOLINV_UNROLL for (int c = 0; c < K::nr; ++c) CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[0][v][c] =
          K::unit(done + c - v * K::rows_per_vector);
    }
    accumulate_upper<K, -1, false>(t, panel, b, done, step);
    b.data += done * b.step;
    substitute<K, OnDiagonal>(t, b, reciprocals, done);
    store_columns(t, panel + done * K::column);
  }
};

/// One tile of Y Y^H, added up over `count` columns from `a` and `b` on, and left in `result`: `column`, `vector` and `plane` are the
/// distances there between columns, vectors of rows, and the real and the imaginary part.
template <class K, int M>
struct product_tile {
  using S = typename K::S;
  template <class Step>
  CHOLINV_INLINE static void run(const S* a, right_rows<S> b, index_t count, S* result, index_t column, index_t vector, index_t plane,
                                 Step&& step) {
    tile<K, M> t;
    clear(t);
    accumulate_upper<K, +1, true>(t, a, b, count, step);
    CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
        CHOLINV_UNROLL for (int v = 0; v < M; ++v) K::ops::store(result + j * column + v * vector + p * plane, t.c[p][v][j]);
  }
};

/// One tile of the left-looking factorisation, in place at columns [j, j + nr) of M vectors of a lower panel. What the columns before one
/// contribute to it is summed up, then subtracted at once: the sum is the smaller number. `b` are the rows of the diagonal block. The sums
/// over the columns before `from` are in `sums`, if there are any.
template <class K, int M>
struct factor_tile {
  using S = typename K::S;
  static void run(S* panel, index_t j, right_rows<S> b, const S* reciprocals, index_t from, const S* sums) {
    S* const columns = panel + j * K::column;
    tile<K, M> t;
    sum_up(t, panel, j, b, from, sums);
    b.data += j * b.step;
    CHOLINV_UNROLL for (int c = 0; c < K::nr; ++c, b.data += b.step) {
      const auto reciprocal = K::right_operand(reciprocals + c * K::row_width);
      subtract_from(t, c, columns + c * K::column);
      CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[p][v][c] =
          t.c[p][v][c] * reciprocal;
      eliminate<K, +1, false>(t, b, c, 0);
    }
    store_columns(t, columns);
  }
  /// The sums over the columns before `end`, of which `sums` has those before `from`.
  CHOLINV_INLINE static void sum_up(tile<K, M>& t, const S* panel, index_t end, right_rows<S> b, index_t from, const S* sums) {
    if (!K::lanes && from > 0)
      load_columns(t, sums);
    else
      clear(t), from = 0;
    accumulate<K, +1, false, M, false>(t, panel + from * K::column, {b.data + from * b.step, b.step, b.plane}, end - from);
  }
};

/// Columns c to `count` of a diagonal block, of which `t` holds the sums and `columns` A, from row `row` of M vectors on. `pivot` is column
/// c's. The answer is factor_diagonal's.
template <class K, int c, int M>
CHOLINV_INLINE int factor_columns(tile<K, M>& t, typename K::S* columns, index_t row, index_t count, typename K::S* reciprocals,
                                  const typename K::element::vec& pivot) {
  using V = typename K::V;
  using E = typename K::element;
  using P = typename K::ops;
  constexpr index_t plane = K::mv * K::width;
  constexpr bool last = c + 1 == K::nr;
  constexpr int top = K::lanes ? c + 1 : 0;  // in lanes `row` is 0, and this the first vector below the diagonal
  if (c >= count) return 0;
  typename K::S* const column = columns + c * K::column;
  typename K::S* const diagonal = column + (row + c) * K::row_width;
  subtract_from<K, top>(t, c, column);
  // Numbers above the diagonal would grow from column to column, and may overflow.
  if constexpr (!K::lanes)
    CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[p][v][c] =
        P::keep_from(t.c[p][v][c], row + c - v * K::rows_per_vector);
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = top; v < M; ++v)
      P::store(column + p * plane + v * K::width, t.c[p][v][c]);
  // All else waits for the next pivot, so it is computed once more by itself: what subtract_from and eliminate do with that element, in
  // the same vectors and order, of numbers that have come through memory before this pivot's root is there.
  V below[K::planes], sum = P::zero(), next = P::zero();
  if constexpr (!last) {
    typename K::S sums[M * K::width];
    CHOLINV_UNROLL for (int v = top; v < M; ++v) P::store(sums + v * K::width, t.c[0][v][c + 1]);
    sum = K::right_operand(sums + (row + c + 1) * K::row_width);
    next = K::right_operand(diagonal + K::column + K::row_width);
    CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) below[p] = K::right_operand(diagonal + K::row_width + p * plane);
  }
  if (E::any(E::not_positive(pivot))) return c + 1;
  const auto root = E::sqrt(pivot), inverse_root = E::reciprocal(root);
  E::store(reciprocals + c * K::row_width, inverse_root);
  const V reciprocal = K::from_element(inverse_root);
  if constexpr (!last) {
    CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) {
      const V x = below[p] * reciprocal;
      sum = P::fma(x, x, sum);
    }
    next = next - sum;
  }
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = top; v < M; ++v) {
    t.c[p][v][c] = t.c[p][v][c] * reciprocal;
    P::store(column + p * plane + v * K::width, t.c[p][v][c]);
  }
  E::store(diagonal, root);
  if constexpr (K::planes == 2) E::store(diagonal + plane, E::zero());
  eliminate<K, +1, false, top>(t, {column + row * K::row_width, K::column, plane}, c, 0);
  if constexpr (!last)
    return factor_columns<K, c + 1>(t, columns, row, count, reciprocals, K::to_element(next));
  else
    return 0;
}

/// What factor_tile does, for the vectors of `panel` that hold the diagonal block itself, from row `row` of them on: it is factored on the
/// way, and 1 / diagonal left in `reciprocals`. Of a pivot only the real part counts. The answer is 0 or the first of `count` pivots that
/// is not positive, in any lane, counted from 1.
template <class K>
int factor_diagonal(typename K::S* panel, index_t j, index_t row, index_t count, typename K::S* reciprocals, index_t from,
                    const typename K::S* sums_before) {
  if constexpr (has_narrow<K>)
    if (fits_narrow<K>(count)) return factor_diagonal<narrow<K>>(panel, j, row, count, reciprocals, from, sums_before);
  using S = typename K::S;
  constexpr int M = K::diagonal_vectors;
  S* const columns = panel + j * K::column;
  tile<K, M> t;
  factor_tile<K, M>::sum_up(t, panel, j, {panel + row * K::row_width, K::column, K::mv * K::width}, from, sums_before);
  S sums[M * K::width];
  CHOLINV_UNROLL for (int v = 0; v < M; ++v) K::ops::store(sums + v * K::width, t.c[0][v][0]);
  const typename K::V pivot = K::right_operand(columns + row * K::row_width) - K::right_operand(sums + row * K::row_width);
  return factor_columns<K, 0>(t, columns, row, count, reciprocals, K::to_element(pivot));
}

/// A = L L^H in place in the panels of A's lower triangle (zeros past the order), a group of columns after the other. What lies above the
/// diagonal in them is never looked at in lanes, and has to be zero within the vectors of a diagonal block otherwise.
template <class K>
struct factorization {
  using S = typename K::S;
  static constexpr index_t few_columns = 8 * K::nr;
  static constexpr index_t reciprocals_size(index_t columns) { return columns * K::row_width; }

  lower_panels<K> l;
  index_t columns;  // of a group
  S* reciprocals;   // of a group
  S* sums;          // over all columns before a group, `columns` columns for each panel; or null: then they are not summed up beforehand

  index_t end_of(index_t j0) const { return j0 + columns < l.order ? j0 + columns : l.order; }
  /// The panels from here on hold no row of that group.
  index_t first_below(index_t j0) const { return (end_of(j0) + K::panel_rows - 1) / K::panel_rows; }

  /// What the columns [from, end) before the group from j0 on contribute to its columns [j, j + nr) in panel p.
  void sum_up(index_t j0, index_t j, index_t p, index_t from, index_t end) const {
    S* const place = sums_of(j0, j, p);
    tile<K, K::mv> t;
    factor_tile<K, K::mv>::sum_up(t, l.at(p, 0), end, rows_of(j), from, place);
    store_columns(t, place);
  }
  /// The rows of the group from j0 on, and a step for each panel of nr columns. The answer is 0 or the first bad pivot, counted from 1,
  /// where it stopped.
  template <class Step = no_step>
  index_t factor_diagonal_blocks(index_t j0, const Step& step = {}) const {
    constexpr index_t rows = K::diagonal_vectors * K::rows_per_vector;
    for (index_t j = j0; j < end_of(j0); j += K::nr) {
      const index_t p = j / K::panel_rows, row = j - l.first(p), top = row / rows * rows;
      S* const panel = l.at(p, 0);
      if (const int bad = factor_diagonal<K>(panel + top * K::row_width, j, row - top, l.order - j, reciprocals_of(j0, j), from(j0),
                                             sums_of(j0, j, p, top));
          bad != 0)
        return j + bad;
      step();
      for (index_t r = top + rows; r < K::panel_rows && l.first(p) + r < l.order; r += rows)
        factor_tile<K, K::diagonal_vectors>::run(panel + r * K::row_width, j, rows_of(j), reciprocals_of(j0, j), from(j0),
                                                 sums_of(j0, j, p, r));
      for (index_t q = p + 1; q < first_below(j0); ++q) factor(q, j0, j), step();
    }
    return 0;
  }
  /// The columns of that group in panel p, which is below it.
  template <class Step = no_step>
  void factor_below(index_t j0, index_t p, const Step& step = {}) const {
    for (index_t j = j0; j < end_of(j0); j += K::nr) factor(p, j0, j), step();
  }

 private:
  index_t from(index_t j0) const { return sums == nullptr ? 0 : j0; }
  S* sums_of(index_t j0, index_t j, index_t p, index_t row = 0) const {
    return sums == nullptr ? nullptr : sums + (p * columns + (j - j0)) * K::column + row * K::row_width;
  }
  S* reciprocals_of(index_t j0, index_t j) const { return reciprocals + (j - j0) * K::row_width; }
  right_rows<S> rows_of(index_t j) const {
    const index_t p = j / K::panel_rows;
    return {l.at(p, 0) + (j - l.first(p)) * K::row_width, K::column, K::mv * K::width};
  }
  /// The last panel may have few rows: in the lowest tile that holds them, of mv vectors, then 2, then 1.
  template <int M = K::mv>
  CHOLINV_NOINLINE void factor(index_t p, index_t j0, index_t j) const {
    constexpr int fewer = M > 2 ? 2 : M - 1;
    if constexpr (fewer > 0)
      if (l.order - l.first(p) <= fewer * K::rows_per_vector) return factor<fewer>(p, j0, j);
    factor_tile<K, M>::run(l.at(p, 0), j, rows_of(j), reciprocals_of(j0, j), from(j0), sums_of(j0, j, p));
  }
};
