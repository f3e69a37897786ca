// The register tile that all sweeps share: C -= A B^H over k, and the substitution by a small triangle.
//
// A matrix is stored in panels of `panel_rows` rows. A panel keeps one column after the other; a column keeps the real parts of
// its rows, then the imaginary ones. A tile is `mv` vectors of rows by `nr` columns. Every element is one chain of fused
// operations over k, whatever the tile's shape: so all kernels of one instruction set agree to the last bit. In products of Y, whose
// largest elements are on the diagonal, k descends, for rounding errors are those of the sum so far: a large number comes last.

/// The shape of the tiles. With `lanes` each vector holds one row of W matrices, else W rows of one matrix.
template <class Pack, int Planes, int Vectors, int Columns, bool Lanes>
struct tile_shape {
  using ops = Pack;
  using S = typename Pack::scalar;
  using V = typename Pack::vec;
  static constexpr int width = Pack::width;
  static constexpr bool lanes = Lanes;
  static constexpr int planes = Planes, mv = Vectors, nr = Columns, step = Columns;  // step: from one column block to the next
  static constexpr int rows_per_vector = Lanes ? 1 : width;
  static constexpr int row_width = width / rows_per_vector;  // scalars from a row to the next within a column
  static constexpr int panel_rows = mv * rows_per_vector;
  static constexpr index_t column = planes * mv * width;  // scalars from a column of a panel to the next
  static constexpr index_t block_plane = nr * row_width;  // the same for a packed block of nr rows of the factor
  static constexpr index_t block_column = planes * block_plane;
  static constexpr int side = !is_ieee<S> || width == 1 ? 1 : width < nr ? width : nr;  // of the squares moved through registers
  using square_pack = pack<S, side>;
  static_assert(nr % side == 0);
  static_assert(panel_rows % nr == 0, "a column block lies within one panel");
  static constexpr int diagonal_vectors = nr <= rows_per_vector ? 1 : nr / rows_per_vector;  // that hold a diagonal block
  static_assert(mv % diagonal_vectors == 0);
  static_assert(nr % rows_per_vector == 0 || rows_per_vector % nr == 0, "a diagonal block begins at one of few rows of a vector");

  /// One number of one matrix, or of each lane's matrix: what the diagonal blocks are factored with.
  using element = std::conditional_t<Lanes, Pack, pack<S, 1>>;

  /// One in row r, if that is a row of this vector, else zeros.
  CHOLINV_INLINE static V unit(index_t r) {
    if constexpr (Lanes)
      return r == 0 ? Pack::one() : Pack::zero();
    else
      return Pack::unit(static_cast<int>(r));
  }
  /// One number for all rows, and back.
  CHOLINV_INLINE static V from_element(const typename element::vec& x) {
    if constexpr (Lanes || width == 1)
      return x;
    else
      return Pack::broadcast(&x);
  }
  CHOLINV_INLINE static typename element::vec to_element(const V& x) {
    if constexpr (Lanes || width == 1)
      return x;
    else
      return x[0];
  }
  CHOLINV_INLINE static V right_operand(const S* p) {
    if constexpr (Lanes || width == 1)
      return Pack::load(p);
    else
      return Pack::broadcast(p);
  }
};

/// Tiles of half as many columns: for the last ones of an order, where with 64-byte vectors whole tiles took 5 to 15% more.
template <class K>
struct narrow : tile_shape<typename K::ops, K::planes, K::mv, K::nr / 2, K::lanes> {
  static constexpr int step = K::step;
  static constexpr index_t block_plane = K::block_plane, block_column = K::block_column;
};
template <class K>
constexpr bool has_narrow = K::ops::has_masks&& K::nr > 2;
/// Are `columns` no more than a narrow tile holds?
template <class K>
constexpr bool fits_narrow(index_t columns) {
  return columns <= K::nr / 2;
}

/// A register tile of M vectors of rows.
template <class K, int M>
struct tile {
  typename K::V c[K::planes][M][K::nr];
};

/// The right operand: nr rows, `row` scalars apart (row_width in lanes), `step` from column to column, `plane` from real to imaginary
/// part.
template <class S>
struct right_rows {
  const S* data;
  index_t step, plane, row = 1;

  template <class K>
  CHOLINV_INLINE const S* at(int j) const {
    return data + j * (K::lanes ? K::row_width : row);
  }
};

/// One row operand of a tile: b in the rows that take part, zero in the others. The others hold a zero of a triangle, and would
/// make NaN of an infinity.
template <class K, bool Masked>
CHOLINV_INLINE typename K::V taking_part(const typename K::V& b, index_t last_row) {
  if constexpr (Masked && K::lanes)
    return last_row < 0 ? K::ops::zero() : b;
  else if constexpr (Masked)
    return K::ops::keep_first(b, last_row);
  else
    return b;
}

/// c + Sign a b in the rows that take part; in the others a is zero. The last row may be a number known to the compiler.
template <class K, int Sign, bool Masked, class Row>
CHOLINV_INLINE typename K::V add_product(const typename K::V& a, const typename K::V& b, const typename K::V& c, Row last_row) {
  using P = typename K::ops;
  if constexpr (Masked && !K::lanes) {
    return Sign < 0 ? P::fnma_first(a, b, c, last_row) : P::fma_first(a, b, c, last_row);
  } else {
    const typename K::V y = taking_part<K, Masked>(b, last_row);
    return Sign < 0 ? P::fnma(a, y, c) : P::fma(a, y, c);
  }
}

/// Row j of `b` in one column.
template <class K>
CHOLINV_INLINE void load_row(right_rows<typename K::S> b, int j, typename K::V (&y)[K::planes]) {
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) y[p] = K::right_operand(b.template at<K>(j) + p * b.plane);
}

/// Vector v of column j of the tile, plus Sign times vector v of `x` times the conjugate of y.
template <class K, int Sign, bool Masked, int m, int M, class Row>
CHOLINV_INLINE void add_products(tile<K, M>& t, int v, int j, const typename K::V (&x)[K::planes][m], const typename K::V (&y)[K::planes],
                                 Row last_row) {
  t.c[0][v][j] = add_product<K, Sign, Masked>(x[0][v], y[0], t.c[0][v][j], last_row);
  if constexpr (K::planes == 2) {
    t.c[1][v][j] = add_product<K, Sign, Masked>(x[1][v], y[0], t.c[1][v][j], last_row);
    t.c[0][v][j] = add_product<K, Sign, Masked>(x[1][v], y[1], t.c[0][v][j], last_row);
    t.c[1][v][j] = add_product<K, -Sign, Masked>(x[0][v], y[1], t.c[1][v][j], last_row);
  }
}

/// C += Sign a b^H, a column each of A and B, for the first m vectors of the tile. With Edge the last of these vectors is the diagonal of
/// an upper triangle: in column k only its rows 0 to k take part.
template <class K, int Sign, int m, bool Edge, int M, class Row>
CHOLINV_INLINE void add_column(tile<K, M>& t, const typename K::S* a, right_rows<typename K::S> b, Row k) {
  typename K::V x[K::planes][m];
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = 0; v < m; ++v) x[p][v] =
      K::ops::load(a + (p * K::mv + v) * K::width);
  // Of AVX2's few registers g++ would save some, with ten or twelve loads for eight operations instead of six.
  constexpr bool once = K::lanes && K::planes == 1;
  if constexpr (once) CHOLINV_UNROLL for (int v = 0; v < m; ++v) load_once(x[0][v]);
  CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) {
    typename K::V y[K::planes];
    load_row<K>(b, j, y);
    if constexpr (once) load_once(y[0]);
    CHOLINV_UNROLL for (int v = 0; v < m - Edge; ++v) add_products<K, Sign, false>(t, v, j, x, y, k);
    if constexpr (Edge) add_products<K, Sign, true>(t, m - 1, j, x, y, k);
  }
}

/// With every column of a tile something else may take a step: with 64-byte vectors, for others are too short and their registers too few.
template <class K>
constexpr bool columns_step = K::ops::has_masks;
struct no_step {
  CHOLINV_INLINE void operator()() const {}
};
/// Two stretches of memory that come nearer meanwhile, a line of each with every column. In bursts, lines from memory would take all that
/// can be under way to a first-level cache, and what is computed would wait with them.
struct fetching {
  std::uintptr_t one, other, end;  // addresses; `end` of the first
  int level;                       // of the cache that they come to, 1 or 2; or 0: nothing is left
  CHOLINV_INLINE void operator()() {
    if (__builtin_expect(level != 0, 0)) take();
  }
  CHOLINV_INLINE void take() {
    const void *const line = reinterpret_cast<const void*>(one), *const other_line = reinterpret_cast<const void*>(other);
    if (level == 1)
      __builtin_prefetch(line, 0, 3), __builtin_prefetch(other_line, 0, 3);
    else
      __builtin_prefetch(line, 0, 2), __builtin_prefetch(other_line, 0, 2);
    one += cache_line, other += cache_line;
  }
  /// After a tile; not with every column, which would take one more register.
  CHOLINV_INLINE void look() {
    if (one >= end) level = 0;
  }
};

/// The same over `count` columns, from the last one `Back` or from the first one on.
template <class K, int Sign, bool Back, int m, bool Edge, int M, class Step = no_step>
CHOLINV_INLINE void accumulate(tile<K, M>& t, const typename K::S* a, right_rows<typename K::S> b, index_t count, Step&& step = Step()) {
  if constexpr (Back) a += (count - 1) * K::column, b.data += (count - 1) * b.step;
  for (index_t left = count; left > 0; --left) {
    if constexpr (columns_step<K>) step();
    add_column<K, Sign, m, Edge>(t, a, b, Back ? left - 1 : count - left);
    a += Back ? -K::column : K::column;
    b.data += Back ? -b.step : b.step;
  }
}

/// The edge, in a loop where there are masks. Without them it takes two operations a column to keep rows out, one where the compiler knows
/// which: so it is unrolled, its `count` columns being at most `width`.
template <class K, int Sign, bool Back, int m, int column = 0, int M, class Step>
CHOLINV_INLINE void accumulate_edge(tile<K, M>& t, const typename K::S* a, right_rows<typename K::S> b, index_t count, Step&& step) {
  if constexpr (K::ops::has_masks) {
    accumulate<K, Sign, Back, m, true>(t, a, b, count, step);
  } else if constexpr (column < K::width) {
    constexpr int k = Back ? K::width - 1 - column : column;
    if (k < count)
      add_column<K, Sign, m, true>(t, a + k * K::column, {b.data + k * b.step, b.step, b.plane, b.row}, std::integral_constant<int, k>());
    accumulate_edge<K, Sign, Back, m, column + 1>(t, a, b, count, step);
  }
}

/// From this column of an upper triangle on all M vectors of rows take part.
template <class K, int M>
constexpr index_t whole_from = (K::rows_per_vector > 1 ? M : M - 1) * K::rows_per_vector;

/// The same where A is upper triangular, for the columns before those: vector v is zero in the first v * rows_per_vector ones. Piece m has
/// the columns where m vectors take part, the last of them as an edge.
template <class K, int Sign, bool Back, int m = 1, int M, class Step>
CHOLINV_INLINE void accumulate_corner(tile<K, M>& t, const typename K::S* a, right_rows<typename K::S> b, index_t count, Step&& step) {
  constexpr index_t begin = (m - 1) * K::rows_per_vector, next = m * K::rows_per_vector;
  if constexpr (begin < whole_from<K, M>) {
    if constexpr (Back) accumulate_corner<K, Sign, Back, m + 1>(t, a, b, count, step);
    if (begin < count) {
      const typename K::S* const first = a + begin * K::column;
      const right_rows<typename K::S> from{b.data + begin * b.step, b.step, b.plane, b.row};
      const index_t columns = (count < next ? count : next) - begin;
      if constexpr (K::rows_per_vector > 1)
        accumulate_edge<K, Sign, Back, m>(t, first, from, columns, step);
      else
        accumulate<K, Sign, Back, m, false>(t, first, from, columns, step);
    }
    if constexpr (!Back) accumulate_corner<K, Sign, Back, m + 1>(t, a, b, count, step);
  }
}
/// All `count` columns of it.
template <class K, int Sign, bool Back, int M, class Step>
CHOLINV_INLINE void accumulate_upper(tile<K, M>& t, const typename K::S* a, right_rows<typename K::S> b, index_t count, Step&& step) {
  constexpr index_t whole = whole_from<K, M>;
  if constexpr (!Back) accumulate_corner<K, Sign, Back>(t, a, b, count, step);
  if (whole < count)
    accumulate<K, Sign, Back, M, false>(t, a + whole * K::column, {b.data + whole * b.step, b.step, b.plane, b.row}, count - whole, step);
  if constexpr (Back) accumulate_corner<K, Sign, Back>(t, a, b, count, step);
}

/// The columns after i of a tile, plus Sign times column i times the conjugate of `b`, column i of a small lower triangle, from vector
/// `top` on. OnDiagonal: only the rows 0 to `last` take part.
template <class K, int Sign, bool OnDiagonal, int top = 0, int M>
CHOLINV_INLINE void eliminate(tile<K, M>& t, right_rows<typename K::S> b, int i, index_t last) {
  typename K::V x[K::planes][M];
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = top; v < M; ++v) x[p][v] = t.c[p][v][i];
  CHOLINV_UNROLL for (int j = i + 1; j < K::nr; ++j) {
    typename K::V y[K::planes];
    load_row<K>(b, j, y);
    CHOLINV_UNROLL for (int v = top; v < M; ++v) add_products<K, Sign, OnDiagonal>(t, v, j, x, y, last - v * K::rows_per_vector);
  }
}

/// C <- C T^-H for the nr x nr lower triangle T: `b` its rows, `r` the reciprocals 1 / conj(diagonal), one plane after the other.
/// OnDiagonal: of column i only the rows 0 to `diagonal` + i take part, the others are zeros of an upper triangle.
template <class K, bool OnDiagonal, int M>
CHOLINV_INLINE void substitute(tile<K, M>& t, right_rows<typename K::S> b, const typename K::S* r, index_t diagonal) {
  using V = typename K::V;
  using P = typename K::ops;
  constexpr index_t R = K::rows_per_vector;
  CHOLINV_UNROLL for (int i = 0; i < K::nr; ++i, b.data += b.step) {
    const index_t last = diagonal + i;
    const V re = K::right_operand(r + i * K::row_width);
    if constexpr (K::planes == 1) {
      CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[0][v][i] = t.c[0][v][i] * taking_part<K, OnDiagonal>(re, last - v * R);
    } else {
      const V im = K::right_operand(r + K::block_plane + i * K::row_width);
      CHOLINV_UNROLL for (int v = 0; v < M; ++v) {
        const V x = t.c[0][v][i], y = t.c[1][v][i];
        const V rre = taking_part<K, OnDiagonal>(re, last - v * R), rim = taking_part<K, OnDiagonal>(im, last - v * R);
        t.c[0][v][i] = P::fnma(y, rim, x * rre);
        t.c[1][v][i] = P::fma(x, rim, y * rre);
      }
    }
    eliminate<K, -1, OnDiagonal>(t, b, i, last);
  }
}

/// Column i of a tile of sums, from `a`, that column of a panel; from vector `top` on.
template <class K, int top = 0, int M>
CHOLINV_INLINE void subtract_from(tile<K, M>& t, int i, const typename K::S* a) {
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = top; v < M; ++v) t.c[p][v][i] =
      K::ops::load(a + (p * K::mv + v) * K::width) - t.c[p][v][i];
}

template <class K, int M>
CHOLINV_INLINE void clear(tile<K, M>& t) {
  CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p) CHOLINV_UNROLL for (int v = 0; v < M; ++v)
      CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) t.c[p][v][j] = K::ops::zero();
}

/// Tile columns to a panel: `to` is the first of nr columns.
template <class K, int M>
CHOLINV_INLINE void store_columns(const tile<K, M>& t, typename K::S* to) {
  CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
      CHOLINV_UNROLL for (int v = 0; v < M; ++v) K::ops::store(to + j * K::column + (p * K::mv + v) * K::width, t.c[p][v][j]);
}
template <class K, int M>
CHOLINV_INLINE void load_columns(tile<K, M>& t, const typename K::S* from) {
  CHOLINV_UNROLL for (int j = 0; j < K::nr; ++j) CHOLINV_UNROLL for (int p = 0; p < K::planes; ++p)
      CHOLINV_UNROLL for (int v = 0; v < M; ++v) t.c[p][v][j] = K::ops::load(from + j * K::column + (p * K::mv + v) * K::width);
}
