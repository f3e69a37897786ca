// Larger orders, one matrix at a time: read a strided triangle, run the sweeps, write the whole strided matrix.

template <class K>
struct block_sweep {
  using S = typename K::S;
  static constexpr index_t plane = K::mv * K::width;  // within a column of a panel
  static_assert(K::row_width == 1);

  /// Column blocks of L (rows of Y in the product) that go over a panel of Y while it is in the second-level cache. From where Y
  /// outgrows the third level it is read less often than it could be, so more blocks at once pay for their memory.
  static index_t blocks_at_once(index_t order) { return order < 2048 ? 8 : 32; }

  /// The work on one matrix is done in steps by a team, of which this is the share of one member. All must have finished a step before
  /// the next one begins. `memory` and `info` are the team's; an info that is not 0 ends it, with nothing written. Where `next`, the
  /// matrix that comes after it, is not null, all of them lie in memory rather than in a cache, and results may go past the caches: a
  /// fence is the caller's.
  struct share {
    index_t order;
    strided<const S> in;
    strided<S> out;
    const S* next;
    S* memory;
    int* info;
    index_t me, team;
  };

  /// Scalars of memory for either task.
  static index_t work(index_t order, index_t team) {
    const index_t invert = upper_panels<K>::size(order) + team * K::column * K::nr + blocks_in(order) * packed_size(order);
    const index_t factorize = lower_panels<K>::size(order) + factorization<K>::reciprocals_size;
    return invert > factorize ? invert : factorize;
  }
  template <task t>
  static index_t steps(index_t order) {
    if constexpr (t == task::invert)
      return 2 * groups(order, blocks_at_once(order) * K::nr) + 1;
    else
      return 2 * groups(order, factorization<K>::group_columns) + 2;
  }
  template <task t>
  static void step(index_t s, const share& x) {
    if constexpr (t == task::invert)
      invert(s, x);
    else
      factorize(s, x);
  }

 private:
  static index_t groups(index_t order, index_t columns) { return (order + columns - 1) / columns; }
  static index_t blocks_in(index_t order) {
    const index_t blocks = groups(order, K::nr);
    return blocks < blocks_at_once(order) ? blocks : blocks_at_once(order);
  }
  /// The reciprocals of a column block, then its rows.
  static index_t packed_size(index_t order) { return (1 + upper_panels<K>::padded(order)) * K::block_column; }

  /// out <- (L L^H)^-1. The diagonal of L has no zero. For a group of column blocks after the other: rows of L that do not stay are
  /// packed, then all panels of Y go over them; then the product.
  static void invert(index_t s, const share& x) {
    const index_t order = x.order, columns = blocks_at_once(order) * K::nr;
    const upper_panels<K> y{x.memory, order, upper_panels<K>::padded(order)};
    S* packed = x.memory + y.size(order);
    S* result = packed + blocks_in(order) * packed_size(order) + x.me * K::column * K::nr;
    if (s < steps<task::invert>(order) - 1) {
      const index_t j0 = s / 2 * columns, end = j0 + columns < order ? j0 + columns : order;
      if (s % 2 == 0)
        for (index_t j = j0 + x.me * K::nr; j < end; j += x.team * K::nr) {
          S* reciprocals = packed + (j - j0) / K::nr * packed_size(order);
          pack_reciprocals<K>(order, x.in, j, reciprocals);
          pack_rows<K>(order, x.in, j, reciprocals + K::block_column);
        }
      else
        for (index_t p = x.me; y.first(p) < end; p += x.team) solve(y, p, j0, end, packed, x);
      return;
    }
    for (index_t j0 = 0; j0 < order; j0 += columns)
      for (index_t p = j0 / K::panel_rows; p < y.count(order); ++p)
        if (p % x.team == x.me)
          for (index_t j = j0; j < j0 + columns && j < order && j < y.first(p + 1); j += K::nr) product(y, p, j, result, x);
  }

  /// Columns [j0, end) of panel p of Y. Meanwhile the places of a result in memory come nearer.
  static void solve(const upper_panels<K>& y, index_t p, index_t j0, index_t end, const S* packed, const share& x) {
    const index_t first = y.first(p);
    for (index_t j = first < j0 ? j0 : first; j < end; j += K::nr) {
      if (x.next != nullptr && !is_large(x.order)) fetch_places(x, first, j);
      const S* reciprocals = packed + (j - j0) / K::nr * packed_size(y.order);
      right_rows<S> b{reciprocals + (1 + first) * K::block_column, K::block_column, K::block_plane};
      if (rows_stay<K>(x.order, x.in, j)) b = {x.in.at(j, first), x.in.column, 1, x.in.row};
      if (j >= first + K::panel_rows)
        solve_tile<K, K::mv>::run(y.at(p, first), first, j, b, reciprocals);
      else
        for (int v = 0; v < y.vectors(p, j + K::nr); ++v) {
          const index_t row = v * K::rows_per_vector;
          solve_tile<K, 1>::run(y.at(p, first + row) + v * K::width, first + row, j, {b.data + row * b.step, b.step, b.plane, b.row},
                                reciprocals);
        }
    }
  }

  /// Rows of panel p times the rows [j, j + nr) of Y, to their place in `out`: the vectors from the diagonal on. Meanwhile the next
  /// matrix comes nearer, or, of a large one, these places.
  static void product(const upper_panels<K>& y, index_t p, index_t j, S* result, const share& x) {
    if (x.next != nullptr) fetch(x.order, strided<const S>{x.next, x.in.row, x.in.column}, y.first(p), K::panel_rows, j, K::nr);
    const index_t order = y.order, first = y.first(p), pj = j / K::panel_rows;
    const index_t above = j <= first ? 0 : (j - first) / K::rows_per_vector, i = first + above * K::rows_per_vector;
    if (i >= order) return;
    if (is_large(order)) fetch_places(x, first, j);
    const right_rows<S> b{y.at(pj, i) + (j - y.first(pj)), K::column, plane};
    sum_and_write(y.vectors(p, order) - static_cast<int>(above), y.at(p, i) + above * K::width, b, order, i, j, result,
                  result_rows<K>(x.out, x.next != nullptr));
  }
  /// A tile of the product, m vectors from row i and nr columns from column j on. What cannot go straight to its place goes by way of
  /// `memory`.
  template <int M = K::mv>
  static void sum_and_write(int m, const S* a, right_rows<S> b, index_t order, index_t i, index_t j, S* memory, result_rows<K> out) {
    if constexpr (M > 1)
      if (m < M) return sum_and_write<M - 1>(m, a, b, order, i, j, memory, out);
    tile<K, M> t;
    clear(t);
    accumulate_upper<K, +1, true>(t, a, b, order - i);
    CHOLINV_UNROLL for (int v = 0; v < M; ++v, i += K::rows_per_vector) {
      if constexpr (K::side > 1)
        if (out.side_by_side() && out.whole(order, i, j)) {
          out.write_vector(t, v, i, j);
          continue;
        }
      CHOLINV_UNROLL for (int c = 0; c < K::nr; ++c) CHOLINV_UNROLL for (int q = 0; q < K::planes; ++q)
          K::ops::store(memory + c * K::column + q * plane, t.c[q][v][c]);
      out.write_rows(memory, i, order - i < K::rows_per_vector ? order - i : K::rows_per_vector, j, order - j < K::nr ? order - j : K::nr);
    }
  }

  /// Is a result so large that its places have left the second-level cache before they are written? Measured with one of 1 MB: up to 2 MB
  /// asking for them costs 1 to 5%, from 2.9 MB on it brings 5 to 15% of the product.
  static bool is_large(index_t order) { return order * order * K::planes * static_cast<index_t>(sizeof(S)) > 5 << 19; }

  /// Asks for the places of a tile at row i and column j and of its mirror image, unless results go past the caches.
  CHOLINV_INLINE static void fetch_places(const share& x, index_t i, index_t j) {
    if (result_rows<K>(x.out, x.next != nullptr).past_caches) return;
    fetch(x.order, x.out, j, K::nr, i, K::panel_rows);
    fetch(x.order, x.out, i, K::panel_rows, j, K::nr);
  }
  /// Asks for a piece of a matrix, where its rows or its columns lie side by side. Inline: g++ drops calls that do nothing else.
  template <class Number>
  CHOLINV_INLINE static void fetch(index_t order, strided<Number> m, index_t i, index_t rows, index_t j, index_t columns) {
    if (m.column != K::planes) std::swap(m.row, m.column), std::swap(i, j), std::swap(rows, columns);
    if (m.column != K::planes) return;
    constexpr index_t numbers = static_cast<index_t>(cache_line / sizeof(S)) / K::planes, line = numbers > 0 ? numbers : 1;
    const index_t last = i + rows < order ? i + rows : order, end = j + columns < order ? j + columns : order;
    for (; i < last; ++i)
      for (index_t k = j; k < end; k += line) __builtin_prefetch(m.at(i, k), 0, 2);
  }

  /// out <- L with A = L L^H, zero above the diagonal; or its info. First A is copied to panels, last L from them.
  static void factorize(index_t s, const share& x) {
    const factorization<K> f{{x.memory, x.order}, x.memory + lower_panels<K>::size(x.order)};
    const index_t panels = f.l.count(x.order), j0 = (s - 1) / 2 * f.group_columns;
    if (s == 0) {
      for (index_t p = x.me; p < panels; p += x.team) read_panel(f.l, p, x.in);
    } else if (s % 2 == 1 && j0 < x.order) {
      if (x.me == 0 && *x.info == 0) *x.info = static_cast<int>(f.factor_diagonal_blocks(j0));
    } else if (*x.info == 0) {
      for (index_t p = x.me; p < panels; p += x.team)
        if (s == steps<task::factorize>(x.order) - 1)
          write_panel(f.l, p, x.out);
        else if (p >= f.first_below(j0))
          f.factor_below(j0, p);
    }
  }

  static bool moves_in_squares(index_t row, index_t column) { return K::side > 1 && (row == K::planes || column == K::planes); }

  /// The rows of panel p from A.
  static void read_panel(const lower_panels<K>& l, index_t p, strided<const S> a) {
    const index_t first = l.first(p), last = l.first(p + 1) < l.order ? l.first(p + 1) : l.order;
    if (l.first(p + 1) >= l.order)
      for (S *to = l.at(p, 0), *end = l.at(p, upper_panels<K>::padded(l.order)); to != end; to += K::width)
        K::ops::store(to, K::ops::zero());
    index_t done = first;  // rows that squares cover
    if constexpr (K::side > 1)
      if (moves_in_squares(a.row, a.column))
        for (; done + K::side <= last; done += K::side)
          pack_squares<K>(l.order, a, done, done + K::side, l.at(p, 0) + (done - first), K::column, plane);
    for (index_t i = done; i < last; ++i)
      for (index_t k = 0; k <= i; ++k)
        for (int q = 0; q < K::planes; ++q) l.at(p, k)[i - first + q * plane] = a.at(i, k)[q];
  }

  /// The rows of panel p to L, and zeros above its diagonal.
  static void write_panel(const lower_panels<K>& l, index_t p, strided<S> out) {
    const index_t first = l.first(p), last = l.first(p + 1) < l.order ? l.first(p + 1) : l.order;
    index_t done = first;
    if constexpr (K::side > 1)
      if (moves_in_squares(out.row, out.column))
        for (; done + K::side <= last; done += K::side) {
          const bool by_rows = out.column == K::planes;
          for (index_t k = 0; k + K::side <= l.order; k += K::side) {
            square<S, K::planes, K::side> x;
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) {
              if (k > done) {
                x.clear(c);
                continue;
              }
              CHOLINV_UNROLL for (int q = 0; q < K::planes; ++q) {
                x.part[q][c] = K::square_pack::load(l.at(p, k + c) + (done - first) + q * plane);
                if (k == done) x.part[q][c] = K::square_pack::merge(K::square_pack::zero(), x.part[q][c], c);
              }
            }
            if (by_rows && k <= done) x.flip();
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) x.store(c, by_rows ? out.at(done + c, k) : out.at(done, k + c));
          }
          for (index_t k = l.order / K::side * K::side; k < l.order; ++k)
            for (int r = 0; r < K::side; ++r)
              for (int q = 0; q < K::planes; ++q) out.at(done + r, k)[q] = S(0);
        }
    for (index_t i = done; i < last; ++i)
      for (index_t k = 0; k < l.order; ++k)
        for (int q = 0; q < K::planes; ++q) out.at(i, k)[q] = k <= i ? l.at(p, k)[i - first + q * plane] : S(0);
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
