// Tiles in lanes: the sweeps for W matrices at once, an element of which is a vector, and how rows come and results go.

template <class K>
struct lane_sweep {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  static constexpr index_t few_columns = factorization<K>::few_columns;
  static constexpr int W = K::width, nr = K::nr, mv = K::mv, planes = K::planes;
  static constexpr index_t plane = mv * W;  // within a column of a panel
  using whole = whole_lines<K>;
  /// Rows of the result that are written together: those whose elements in one column make a run or a cache line.
  static constexpr int strip = (whole::possible ? whole::numbers : run_length<K>) / planes;
  static constexpr index_t element = planes * W, strip_column = strip * element;
  /// Columns of a strip that are computed, then written, before those that come next: 8 kB, 16 for 16 lanes; a first-level cache has more
  /// to hold.
  static constexpr index_t most_columns = (W > 8 ? 16384 : 8192) / static_cast<index_t>(strip_column * sizeof(S)) / strip * strip;
  /// Elements of a row of the factor that are read together: no less than 16 bytes, for a vector of shorter pieces takes long to join.
  static constexpr int row_elements = nr * planes * static_cast<int>(sizeof(S)) < 16 ? 2 * nr : nr;
  static_assert(K::panel_rows % row_elements == 0, "a piece lies within a panel");
  static_assert(strip % mv == 0 && most_columns > 0);
  static_assert(!whole::possible || strip % nr == 0, "orders of whole lines have no rows past them");

  static index_t invert_work(index_t order) {
    return upper_panels<K>::size(order) + result_size(order) + (1 + upper_panels<K>::padded(order)) * K::block_column;
  }
  /// Of the columns of a strip that there are at once.
  static index_t result_size(index_t order) {
    const index_t padded = upper_panels<K>::padded(order);
    return (padded < most_columns ? padded : most_columns) * strip_column;
  }
  static index_t factorize_work(index_t order) { return lower_panels<K>::size(order) + factorization<K>::reciprocals_size(few_columns); }

  /// The steps of a prefetcher that a run takes at least, one after each tile.
  template <task t>
  static index_t steps(index_t n) {
    const index_t blocks = (n + nr - 1) / nr, panels = (n + K::panel_rows - 1) / K::panel_rows;
    return t == task::invert ? blocks * (panels + 1) : blocks * (panels + 1) / 2;
  }

  /// The lines that come with the columns of its tiles, about.
  template <task t>
  static index_t columns(index_t n) {
    return t == task::invert && columns_step<K> ? n * n * n / (3 * mv * nr) : 0;
  }

  /// Rows or columns of numbers lie side by side. False, and nothing written to `out`, when one of the W matrices is bad.
  template <task t>
  static bool run(index_t n, const S* const* in, index_t in_row, index_t in_column, prefetcher<S, W>& next, S* const* out, index_t out_row,
                  index_t out_column, writing way, S* work) {
    if constexpr (t == task::factorize) return factorize(n, in, in_row, in_column, next, out, out_row, out_column, way, work);
    return invert(n, in, in_row, in_column, next, out, out_row, out_column, way, work);
  }

 private:
  /// Rows [j, j + nr) of the lower triangles, as far as the diagonal block goes, a piece of row_elements or a cache line: row r of
  /// column k at to + k * to_column + r * W. Rows past the order are zero. What comes along from above the diagonal is never looked at; in
  /// panels it is where the next one will be.
  static void load_rows(index_t n, const S* const* in, index_t row, index_t column, index_t j, S* to, index_t to_column, index_t to_plane) {
    const index_t height = n - j < nr ? n - j : nr, end = j + height;
    if constexpr (W > 8)
      if (column == planes && whole::fit(n)) return whole::load(in, j * row, row, height, end, to, W, to_column, to_plane);
    if (column == planes)
      load_lines<row_elements>(n, in, j * row, row, height, 0, end, to, W, to_column, to_plane);
    else
      load_lines<nr>(n, in, 0, column, end, j, end, to, to_column, W, to_plane);
    for (index_t r = height; r < nr; ++r)
      for (index_t k = 0; k < j + nr; ++k)
        for (int p = 0; p < planes; ++p) P::store(to + k * to_column + p * to_plane + r * W, P::zero());
  }

  /// The elements [begin, end) of each of `lines` lines, which lie `line` apart from `offset` on and have n elements, E at a time: they
  /// come to `along` apart from `to` on, those of the next line to `across` behind them. What would be past the end of a line comes with
  /// what is before it: again, or, before `begin`, to be left out.
  template <int E>
  CHOLINV_INLINE static void load_lines(index_t n, const S* const* in, index_t offset, index_t line, index_t lines, index_t begin,
                                        index_t end, S* to, index_t across, index_t along, index_t to_plane) {
    if constexpr (E > 1)
      if (n < E) return load_short(n, in, offset, line, lines, begin, end, to, across, along, to_plane);
    for (; lines > 0; --lines, offset += line, to += across)
      for (index_t k = begin; k < end; k += E) {
        const index_t first = k + E > n ? n - E : k;
        V x[E * planes];
        run_of<K, E * planes>::load(in, offset + first * planes, x);
        CHOLINV_UNROLL for (int c = 0; c < E; ++c) {
          if (first + c < begin) continue;
          CHOLINV_UNROLL for (int p = 0; p < planes; ++p) P::store(to + (first + c - begin) * along + p * to_plane, x[c * planes + p]);
        }
      }
  }

  /// The same where a line has not so many elements.
  CHOLINV_NOINLINE static void load_short(index_t n, const S* const* in, index_t offset, index_t line, index_t lines, index_t begin,
                                          index_t end, S* to, index_t across, index_t along, index_t to_plane) {
    load_lines<1>(n, in, offset, line, lines, begin, end, to, across, along, to_plane);
  }

  static bool invert(index_t n, const S* const* in, index_t in_row, index_t in_column, prefetcher<S, W>& next, S* const* out,
                     index_t out_row, index_t out_column, writing way, S* work) {
    const upper_panels<K> y{work, n, upper_panels<K>::padded(n)};
    S* result = work + y.size(n);
    S* reciprocals = result + result_size(n);
    S* rows = reciprocals + K::block_column;
    typename P::truth bad{};
    fetching lines = next.lines();
    for (index_t j = 0; j < n; j += nr) {
      load_rows(n, in, in_row, in_column, j, rows, K::block_column, K::block_plane);
      for (int r = 0; r < nr; ++r) {
        V d[planes], x[planes];
        for (int p = 0; p < planes; ++p) {
          const V stored = P::load(rows + (j + r) * K::block_column + p * K::block_plane + r * W);
          d[p] = j + r < n ? stored : p == 0 ? P::one() : P::zero();
        }
        bad |= is_zero_lanes<K>(d);
        conj_reciprocal_lanes<K>(d, x);
        for (int p = 0; p < planes; ++p) P::store(reciprocals + p * K::block_plane + r * W, x[p]);
      }
      solve_columns<K>(y, j, rows, reciprocals, next, lines, lines);
    }
    if (P::any(bad)) return false;
    // The transpose of the result is its conjugate: so are columns of `out` that lie side by side written as rows.
    const bool by_rows = out_column == planes;
    const index_t out_line = by_rows ? out_row : out_column;
    const bool fetch = run_of<K, run_length<K>>::should_ask(out[0], out_line);
    const S* lefts = work;  // the panels of rows from i0 on
    for (index_t i0 = 0; i0 < n; i0 += strip) {
      const index_t end = i0 + strip < n ? i0 + strip : n;
      const S *rights = work, *left = lefts;  // the panels of columns from j0 on
      for (index_t j0 = 0; j0 < end; j0 += most_columns) {
        const index_t j_end = j0 + most_columns < end ? j0 + most_columns : end;
        const S* right = rights;
        left = lefts;
        for (index_t first = i0; first < end; left += y.step(first), first += K::panel_rows) {
          const index_t last = first + K::panel_rows < n ? first + K::panel_rows : n, stop = j_end < last ? j_end : last;
          right = rights;
          for (index_t p = j0; p < stop; right += y.step(p), p += K::panel_rows)
            for (index_t j = p; j < p + K::panel_rows && j < stop; j += nr) {
              const index_t i = j > first ? j : first;
              const right_rows<S> b{right + (i - p) * K::column + (j - p) * W, K::column, plane};
              with_vectors<K, product_tile>(last - i, left + (i - first) * (K::column + W), b, n - i,
                                            result + (j - j0) * strip_column + (i - i0) * element, strip_column, element,
                                            static_cast<index_t>(W), lines);
              next.step(lines);
            }
        }
        rights = right;
        write_piece(result, i0, end - i0, j0, j_end - j0, out, out_line, !by_rows, fetch, way);
      }
      lefts = left;
    }
    return true;
  }

  static_assert(!has_narrow<K> || K::panel_rows == nr, "the last columns are the last panel's");
  /// The columns [j, j + nr) of Y in tiles of this shape, or those of them that there are. `rows` are rows of L, from their first column.
  /// Lines come nearer by `step` with the columns of tiles, and by `next` after each; with those of narrow ones batches from memory took 3
  /// to 5% longer.
  template <class Shape, class Step>
  CHOLINV_INLINE static void solve_columns(const upper_panels<K>& y, index_t j, const S* rows, const S* reciprocals, prefetcher<S, W>& next,
                                           fetching& lines, Step&& step) {
    if constexpr (has_narrow<Shape>)
      if (fits_narrow<Shape>(y.order - j)) return solve_columns<narrow<Shape>>(y, j, rows, reciprocals, next, lines, no_step());
    const index_t end = j + Shape::nr < y.order ? j + Shape::nr : y.order;
    S* panel = y.data;
    for (index_t first = 0; first <= j; panel += y.step(first), first += K::panel_rows) {
      const right_rows<S> b{rows + first * K::block_column, K::block_column, K::block_plane};
      with_vectors<Shape, solve_tile>(end - first, panel, first, j, b, reciprocals, step);
      next.step(lines);
      if (Shape::nr < nr && first == j)  // rows past the order, with which products are formed
        for (index_t c = 0; c < Shape::nr; ++c)
          for (index_t v = Shape::nr; v < mv; ++v)
            for (int p = 0; p < planes; ++p) P::store(panel + c * K::column + p * plane + v * W, P::zero());
    }
  }

  /// Rows [i0, i0 + height) of the result in columns [j0, j0 + width), as far as the diagonal, and their adjoint, to their places.
  static void write_piece(S* t, index_t i0, index_t height, index_t j0, index_t width, S* const* out, index_t row, bool conjugate,
                          bool fetch, writing way) {
    const index_t left = i0 - j0;  // columns before the diagonal; the square on it is Hermitian
    if (left < width)
      for (index_t c = 0; c < height; ++c) {
        S* diagonal = t + (left + c) * strip_column;
        if constexpr (planes == 2) P::store(diagonal + c * element + W, conjugate ? -P::zero() : P::zero());
        for (index_t r = 0; r < c; ++r) {
          const S* from = t + (left + r) * strip_column + c * element;
          P::store(diagonal + r * element, P::load(from));
          if constexpr (planes == 2) P::store(diagonal + r * element + W, -P::load(from + W));
        }
      }
    const index_t before = left < width ? left : width, place = j0 * row + i0 * planes;
    if constexpr (whole::possible)
      if (way != writing::runs) {
        whole::write(t, height, width, element, strip_column, W, conjugate, way, out, i0 * row + j0 * planes, row);
        return whole::write(t, before, height, strip_column, element, W, !conjugate, way, out, place, row);
      }
    write_lines<run_length<K>>(t, height, width, element, strip_column, W, conjugate, fetch, out, i0 * row + j0 * planes, row);
    if (height * planes >= run_length<K>)
      write_runs<run_length<K>>(t, before, height, strip_column, element, W, !conjugate, fetch, out, place, row);
    else
      write_short<run_length<K> / 2>(t, before, height, strip_column, element, W, !conjugate, out, place, row);
  }

  /// Lines of `count` elements each to `row` apart in `out`, C numbers at a time or, where there are not so many, half as many, and so on.
  /// `across` and `along` are the distances between lines and elements in t, and `part` that between real and imaginary parts. With
  /// `fetch` the places of the next line come nearer meanwhile, unless lines are short.
  template <int C>
  CHOLINV_INLINE static void write_lines(const S* t, index_t lines, index_t count, index_t across, index_t along, index_t part,
                                         bool conjugate, bool fetch, S* const* out, index_t offset, index_t row) {
    if constexpr (C > planes)
      if (count * planes < C) return write_short<C / 2>(t, lines, count, across, along, part, conjugate, out, offset, row);
    write_runs<C>(t, lines, count, across, along, part, conjugate, fetch, out, offset, row);
  }
  template <int C>
  CHOLINV_NOINLINE static void write_short(const S* t, index_t lines, index_t count, index_t across, index_t along, index_t part,
                                           bool conjugate, S* const* out, index_t offset, index_t row) {
    write_lines<C>(t, lines, count, across, along, part, conjugate, false, out, offset, row);
  }
  /// The last run of a line is written with what is before it, again.
  template <int C>
  CHOLINV_INLINE static void write_runs(const S* t, index_t lines, index_t count, index_t across, index_t along, index_t part,
                                        bool conjugate, bool fetch, S* const* out, index_t offset, index_t row) {
    constexpr index_t elements = C / planes;
    const V sign = conjugate ? -P::zero() : P::zero();
    for (; lines > 0; --lines, t += across, offset += row)
      for (index_t e = 0; e < count; e += elements) {
        const index_t first = e + elements > count ? count - elements : e;
        if (fetch && lines > 1) run_of<K, C>::fetch(out, offset + row + first * planes);
        V x[C];
        CHOLINV_UNROLL for (int i = 0; i < elements; ++i) {
          const S* const from = t + (first + i) * along;
          x[i * planes] = P::load(from);
          load_once(x[i * planes]);
          if constexpr (planes == 2) x[i * planes + 1] = P::flip_signs(P::load(from + part), sign);
        }
        run_of<K, C>::store(out, offset + first * planes, x);
      }
  }
  /// Zeros to the elements [begin, end) of lines of n elements, and where a run does not end there, to some before or after them.
  static void write_zeros(index_t n, index_t lines, index_t begin, index_t end, S* const* out, index_t offset, index_t row) {
    V x[run_length<K>];
    CHOLINV_UNROLL for (int e = 0; e < run_length<K>; ++e) x[e] = P::zero();
    constexpr index_t elements = run_length<K> / planes;
    const index_t last = n - elements;
    for (; lines > 0; --lines, offset += row)
      if (last < 0)
        for (index_t e = begin; e < end; ++e) run_of<K, planes>::store(out, offset + e * planes, x);
      else
        for (index_t e = begin; e < end; e += elements) run_of<K, run_length<K>>::store(out, offset + (e < last ? e : last) * planes, x);
  }

  struct stepping {
    prefetcher<S, W>& next;
    CHOLINV_INLINE void operator()() const { next.step(); }
  };

  static bool factorize(index_t n, const S* const* in, index_t in_row, index_t in_column, prefetcher<S, W>& next, S* const* out,
                        index_t out_row, index_t out_column, writing way, S* work) {
    const lower_panels<K> l{work, n};
    for (index_t j = 0; j < n; j += nr) {
      const index_t p = j / K::panel_rows;
      S* to = l.at(p, 0) + (j - l.first(p)) * W;
      load_rows(n, in, in_row, in_column, j, to, K::column, plane);
    }
    for (index_t i = upper_panels<K>::padded(n); i < l.first(l.count(n)); ++i)  // rows of the last panel past the order
      for (index_t k = 0; k < upper_panels<K>::padded(n); ++k)
        for (int p = 0; p < planes; ++p) P::store(l.at(i / K::panel_rows, k) + p * plane + i % K::panel_rows * W, P::zero());
    const factorization<K> f{l, few_columns, work + l.size(n), nullptr};
    const stepping step{next};
    for (index_t j0 = 0; j0 < n; j0 += few_columns) {
      if (f.factor_diagonal_blocks(j0, step) != 0) return false;
      for (index_t p = f.first_below(j0); p < l.count(n); ++p) f.factor_below(j0, p, step);
    }
    const bool fetch = run_of<K, run_length<K>>::should_ask(out[0], out_column == planes ? out_row : out_column);
    const bool in_lines = way != writing::runs;
    const index_t count = l.count(n);
    for (index_t done = 0; done < count; ++done) {
      const index_t p = in_lines ? count - 1 - done : done;
      const index_t first = l.first(p), end = l.first(p + 1) < n ? l.first(p + 1) : n;
      for (index_t c = first + 1; c < end; ++c)  // what is above the diagonal
        for (index_t r = 0; r < c - first; ++r)
          for (int q = 0; q < planes; ++q) P::store(l.at(p, c) + q * plane + r * W, P::zero());
      if constexpr (whole::possible)
        if (in_lines) {
          constexpr int per_line = whole::numbers / planes;
          const index_t all = (end + per_line - 1) / per_line * per_line;
          for (S* e = l.at(p, end); e < l.at(p, all); e += W) P::store(e, P::zero());  // where later panels were, which are written
          whole::write(l.at(p, 0), end - first, all, W, K::column, plane, false, way, out, first * out_row, out_row);
          whole::write_zeros(end - first, n - all, way, out, first * out_row + all * planes, out_row);
          continue;
        }
      if (out_column == planes) {
        write_zeros(n, end - first, end, n, out, first * out_row, out_row);
        write_lines<run_length<K>>(l.at(p, 0), end - first, end, W, K::column, plane, false, fetch, out, first * out_row, out_row);
      } else {
        write_zeros(n, end - first, 0, first, out, first * out_column, out_column);
        write_lines<K::mv * planes>(l.at(p, 0), end, end - first, K::column, W, plane, false, fetch, out, first * planes, out_column);
      }
    }
    return true;
  }
};
