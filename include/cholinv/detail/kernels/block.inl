// Larger orders, one matrix at a time: read a strided triangle, run the sweeps, write the whole strided matrix.

template <class K>
struct block_sweep {
  using S = typename K::S;
  static constexpr index_t plane = K::mv * K::width;  // within a column of a panel
  static_assert(K::row_width == 1);

  /// From here on panels outgrow the second-level cache, and long sums take one span of columns after the other: all tiles of a group's
  /// columns and as many rows, so that what they read stays in that cache. Below, one span holds all: measured, to order 1200 spans cost
  /// 5%.
  static constexpr index_t least_in_spans = 2048, span_columns = 192, panels_at_once = span_columns / K::panel_rows;
  static_assert(span_columns % K::panel_rows == 0 && span_columns % K::nr == 0, "tiles lie within a span");
  static index_t span(index_t order) { return order < least_in_spans ? upper_panels<K>::count(order) * K::panel_rows : span_columns; }
  /// A group: column blocks of L (rows of Y in the product) that go over panels of Y while they are near.
  static index_t blocks_at_once(index_t order) { return order < least_in_spans ? 8 : span_columns / K::nr; }

  /// The work on one matrix is done in steps by a team, of which this is the share of one member. All must have finished a step before
  /// the next one begins. `memory` and `info` are the team's; an info that is not 0 ends it, with nothing written. With `streaming`
  /// matrices lie in memory rather than in a cache, and results may go past the caches: a fence is the caller's. `next` is the matrix that
  /// comes after it, or null. Both are cleared where keep_pace fetches instead.
  struct share {
    index_t order;
    strided<const S> in;
    strided<S> out;
    bool streaming;
    const S* next;
    S* memory;
    int* info;
    index_t me, team;
    fetching nearer = {};
  };

  /// Scalars of memory for either task.
  static index_t work(index_t order, index_t team) {
    const index_t invert = upper_panels<K>::size(order) + team * tiles(order) * tile_size + packed_group(order).size();
    const index_t columns = blocks_at_once(order) * K::nr, sums = order < least_in_spans ? 0 : lower_panels<K>::count(order) * columns;
    const index_t factorize = lower_panels<K>::size(order) + factorization<K>::reciprocals_size(columns) + sums * K::column;
    return invert > factorize ? invert : factorize;
  }
  template <task t>
  static index_t steps(index_t order, index_t in_row, index_t in_column) {
    const index_t all = groups(order, blocks_at_once(order) * K::nr);
    return t == task::factorize ? factor_steps(order) * all + 2 : rows_stay(order, in_row, in_column) ? all + 2 : 2 * all + 1;
  }
  /// Steps s to `end` of them: more than one at once where the team is one.
  template <task t>
  static void run(index_t s, index_t end, share&& x) {
    if constexpr (t == task::invert)
      invert(s, end, x);
    else
      factorize(s, end, x);
  }

 private:
  static index_t groups(index_t order, index_t columns) { return (order + columns - 1) / columns; }
  static constexpr index_t tile_size = K::column * K::nr;
  /// That hold sums of the product until its last span.
  static index_t tiles(index_t order) { return order < least_in_spans ? 1 : panels_at_once * blocks_at_once(order); }

  /// The reciprocals of the diagonal, and the rows of L in a group: the columns of a span in one block after the other, span after span.
  struct packed_rows {
    S* data;
    index_t columns, blocks, span;
    /// Column blocks that reciprocals are kept for: a whole number of groups, so that what comes after them lies at cache lines.
    index_t heads() const { return groups(columns / K::nr, blocks) * blocks; }
    index_t size() const { return (heads() + blocks * columns) * K::block_column; }
    S* reciprocals(index_t j) const { return data + j / K::nr * K::block_column; }
    /// The columns from `begin` on, where a span begins; and how far it is there from block to block.
    S* at(index_t begin) const { return data + (heads() + blocks * begin) * K::block_column; }
    index_t step(index_t begin) const { return (begin + span < columns ? span : columns - begin) * K::block_column; }
  };
  static packed_rows packed_group(index_t order, S* data = nullptr) {
    const index_t blocks = groups(order, K::nr), most = blocks_at_once(order);
    return {data, upper_panels<K>::padded(order), blocks < most ? blocks : most, span(order)};
  }

  /// One panel during one span: its columns [begin, end). The sums of a column block are in tile first_tile + block * tiles of this
  /// member's. Each block fetches its `part` scalars of what the next stretch reads, from ahead + block * part on.
  struct stretch {
    index_t panel, begin, end, first_tile, tiles;
    const S* ahead;
    index_t part;
    CHOLINV_INLINE void fetch(index_t block) const {
      if (ahead == nullptr) return;
      constexpr index_t line = static_cast<index_t>(cache_line / sizeof(S));
      for (const S *q = ahead + block * part, *last = q + part; q < last; q += line) __builtin_prefetch(q, 0, 2);
    }
  };
  /// Panel p where one span holds all of its columns before `columns`.
  static stretch whole(index_t p, index_t columns) { return {p, 0, columns, 0, 0, nullptr, 0}; }
  /// What falls to one member: every `step`-th panel from `begin` on and before `end`.
  struct portion {
    index_t begin, end, step;
    void leave_out(index_t panels) {  // the first ones
      while (begin < panels) begin += step;
    }
  };
  /// Of the panels with rows before `rows` each team-th.
  static portion in_turn(index_t rows, const share& x) { return {x.me, groups(rows, K::panel_rows), x.team}; }
  /// Calls work(stretch) for whole panels of this member where they become less work from one to the next: there and back, so that no
  /// member always has the longest.
  template <class Work>
  CHOLINV_INLINE static void there_and_back(index_t rows, const share& x, const Work& work) {
    const index_t panels = groups(rows, K::panel_rows);
    index_t step = 2 * (x.team - x.me) - 1, other = 2 * x.me + 1;
    for (index_t p = x.me; p < panels; p += step, std::swap(step, other)) work(whole(p, rows));
  }
  /// Of the product. Two members have panels side by side, about half of them each, which is half of the work: panel p is multiplied with
  /// p + 1 of them over the columns from its own on. In turn, every second piece of a row of the result would be the other's, and what one
  /// processor fetches ahead taken from it: where they share no cache that took 10 to 20% longer. Few panels would not halve well. Of an
  /// even number the second member has one fewer than half, for it has more of the result to write.
  static portion of_product(index_t order, const share& x) {
    const index_t panels = groups(order, K::panel_rows), half = panels / 2 + 1;
    if (x.team != 2 || panels < 10) return in_turn(order, x);
    return x.me == 0 ? portion{0, half, 1} : portion{half, panels, 1};
  }
  /// Calls work(stretch) for these panels, a few at a time, and each span of their columns before `columns`: from the last one, `Back`, or
  /// from the first one on.
  template <bool Back, class Panels, class Work>
  CHOLINV_INLINE static void over_spans(const Panels& y, const portion& mine, index_t columns, const Work& work) {
    index_t p = mine.begin;
    if (y.order < least_in_spans) {
      for (; p < mine.end; p += mine.step) work(whole(p, columns));
      return;
    }
    constexpr index_t width = span_columns;
    const index_t blocks = blocks_at_once(y.order), part = width / blocks * K::column, after = mine.step * panels_at_once;
    for (; p < mine.end; p += after) {
      const index_t low = y.first_column(p) / width * width, high = (columns - 1) / width * width;
      for (index_t k = Back ? high : low; low <= k && k <= high; k += Back ? -width : width) {
        index_t last = p;  // of these panels that takes part
        for (const index_t end = p + after < mine.end ? p + after : mine.end;
             last + mine.step < end && y.first_column(last + mine.step) < k + width;)
          last += mine.step;
        for (index_t q = p; q <= last; q += mine.step) {
          const bool here = q < last;
          const index_t next = here ? q + mine.step : p, from = here ? k : Back ? k - width : k + width, begin = y.first_column(next);
          const S* const ahead = from < low || from > high ? nullptr : y.at(next, begin < from ? from : begin);
          work(stretch{q, k, k + width < columns ? k + width : columns, (q - p) / mine.step * blocks, 1, ahead, part});
        }
      }
    }
  }

  /// out <- (L L^H)^-1. The diagonal of L has no zero. For a group of column blocks after the other: its rows of L are packed, then all
  /// panels of Y go over them; then the product. Where rows stay there is nothing to pack but reciprocals and a last block that is not
  /// whole: that is done for all groups first.
  static void invert(index_t s, index_t last, share& x) {
    const index_t order = x.order, columns = blocks_at_once(order) * K::nr, all = groups(order, columns);
    const upper_panels<K> y{x.memory, order, upper_panels<K>::padded(order)};
    const packed_rows l = packed_group(order, x.memory + y.size(order));
    const bool stay = rows_stay(order, x.in.row, x.in.column);
    keep_pace(x);
    for (; s < last; ++s) {
      const index_t group = stay ? s - 1 : s / 2, j0 = group * columns, end = j0 + columns < order ? j0 + columns : order;
      if (group == all)
        multiply(y, columns, l.data + l.size() + x.me * tiles(order) * tile_size, x);
      else if (stay ? s == 0 : s % 2 == 0)
        pack(l, stay ? 0 : j0, stay ? order : end, x);
      else
        solve(y, l, j0, end, x);
    }
  }
  /// Of the column blocks [j0, end) those of this member.
  static void pack(const packed_rows& l, index_t j0, index_t end, const share& x) {
    const index_t columns = blocks_at_once(x.order) * K::nr;
    for (index_t j = j0 + x.me * K::nr; j < end; j += x.team * K::nr) {
      pack_reciprocals<K>(x.order, x.in, j, l.reciprocals(j));
      if (!row_stays(x, j))
        for (index_t k = 0; k < j + K::nr; k += l.span)
          pack_rows<K>(x.order, x.in, j, k, k + l.span, l.at(k) + j % columns / K::nr * l.step(k));
    }
  }
  CHOLINV_INLINE static void solve(const upper_panels<K>& y, const packed_rows& l, index_t j0, index_t end, share& x) {
    const solving work{y, l, j0, end, x};
    if (x.order < least_in_spans)
      there_and_back(end, x, work);
    else
      over_spans<false>(y, in_turn(end, x), end, work);
  }
  /// out <- Y Y^H.
  CHOLINV_INLINE static void multiply(const upper_panels<K>& y, index_t columns, S* sums, share& x) {
    portion mine = of_product(x.order, x);
    for (index_t j0 = 0; j0 < x.order; j0 += columns) {
      const index_t end = j0 + columns < x.order ? j0 + columns : x.order;
      mine.leave_out(j0 / K::panel_rows);
      over_spans<true>(y, mine, x.order, multiplying{y, sums, j0, end, x, {x.out, x.streaming}});
    }
  }

  /// Up to so many bytes each, matrices from memory come at the pace of the work: while one is computed, the next one and the place of the
  /// result, which then is written through the caches. Larger ones leave the second-level cache before they are used: measured, from 225 kB
  /// on that costs 5%, up to 200 kB it brings 1 to 25%.
  static constexpr index_t most_paced = 210000;
  static void keep_pace(share& x) {
    const index_t in_bytes = bytes_of(x.order, x.in), out_bytes = bytes_of(x.order, x.out),
                  bytes = in_bytes > out_bytes ? in_bytes : out_bytes;
    if (!columns_step<K> || !x.streaming || x.team > 1 || bytes > most_paced) return;
    const std::uintptr_t out = reinterpret_cast<std::uintptr_t>(x.out.data), end = out + static_cast<std::uintptr_t>(bytes);
    x.nearer = {out, x.next != nullptr ? reinterpret_cast<std::uintptr_t>(x.next) : out, end, nearest_level()};
    x.streaming = false;
    x.next = nullptr;
  }
  /// With what is between its rows, or columns, if these lie side by side and ascend; else more than any matrix has that is fetched.
  template <class Number>
  static index_t bytes_of(index_t order, strided<Number> m) {
    const index_t line = m.column == K::planes ? m.row : m.row == K::planes ? m.column : 0;
    return line <= 0 ? most_paced + 1 : order * line * static_cast<index_t>(sizeof(S));
  }

  /// Do the sweeps read rows of L where they are, if there are nr of them? Packing costs more than it brings, except where what they read
  /// together lies pages apart.
  CHOLINV_INLINE static bool rows_stay(index_t order, index_t in_row, index_t in_column) {
    return order < least_in_spans && (in_column == K::planes || (in_row == K::planes && order <= 512));
  }
  CHOLINV_INLINE static bool row_stays(const share& x, index_t j) {
    return j + K::nr <= x.order && rows_stay(x.order, x.in.row, x.in.column);
  }

  /// What the columns of a stretch contribute to the columns [j0, end) of its panel of Y. Meanwhile the places of a result in memory come
  /// nearer.
  struct solving {
    const upper_panels<K>& y;
    const packed_rows& l;
    index_t j0, end;
    share& x;
    void operator()(const stretch& w) const {
      const index_t first = y.first(w.panel), from = first < w.begin ? w.begin : first, step = l.step(w.begin);
      index_t j = from < j0 ? j0 : from, block = (j - j0) / K::nr;
      fetching here = x.nearer;  // in registers
      const S *reciprocals = l.reciprocals(j), *const packed = l.at(w.begin) + (from - w.begin) * K::block_column;
      for (; j < end; j += K::nr, ++block, reciprocals += K::block_column) {
        if (x.streaming && j < w.end && !is_large(x.order)) result_rows<K>(x.out, true).template fetch<2>(x.order, first, j);
        w.fetch(block);
        right_rows<S> b{packed + block * step, K::block_column, K::block_plane};
        if (row_stays(x, j)) b = {x.in.at(j, from), x.in.column, 1, x.in.row};
        solve_columns<K>(w, j, from, b, reciprocals, here);
        here.look();
      }
      if (x.nearer.level != 0) x.nearer = here;
    }

   private:
    /// To the columns from j on, in tiles of this shape.
    template <class Shape>
    CHOLINV_INLINE void solve_columns(const stretch& w, index_t j, index_t from, right_rows<S> b, const S* reciprocals,
                                      fetching& here) const {
      if constexpr (has_narrow<Shape>)
        if (__builtin_expect(fits_narrow<Shape>(x.order - j), 0)) return solve_columns<narrow<Shape>>(w, j, from, b, reciprocals, here);
      const index_t first = y.first(w.panel);
      if (j >= first + K::panel_rows) {
        const bool is_last = j < w.end;
        solve_tile<Shape, K::mv>::add(y.at(w.panel, first), j - first, from - first, (is_last ? j : w.end) - first, b,
                                      is_last ? reciprocals : nullptr, here);
      } else {
        for (index_t row = 0; first + row < j + K::nr; row += K::rows_per_vector)
          solve_tile<Shape, 1>::run(y.at(w.panel, first + row) + row, first + row, j, {b.data + row * b.step, b.step, b.plane, b.row},
                                    reciprocals, here);
      }
    }
  };

  /// What the columns of a stretch contribute to its rows of the product with the rows [j, j + nr) of Y, the vectors from the diagonal on;
  /// after the first columns, which come last, it goes to its place in `out`. Meanwhile the next matrix comes nearer, and these places
  /// where the result is large or they had better be near.
  struct multiplying {
    const upper_panels<K>& y;
    S* sums;
    index_t j0, end;
    share& x;
    const result_rows<K> out;
    void operator()(const stretch& w) const {
      for (index_t j = j0; j < end && j < y.first(w.panel + 1); j += K::nr) tile_from(w, j);
    }

   private:
    void tile_from(const stretch& w, index_t j) const {
      const index_t order = y.order, first = y.first(w.panel), pj = j / K::panel_rows, block = (j - j0) / K::nr;
      const index_t above = j <= first ? 0 : (j - first) / K::rows_per_vector, i = first + above * K::rows_per_vector;
      if (w.begin <= first) {
        if (x.next != nullptr) fetch(order, strided<const S>{x.next, x.in.row, x.in.column}, first, K::panel_rows, j, K::nr);
        if (i >= order) return;
        if (is_large(order) || (out.ask && !is_small(order))) out.template fetch<3>(order, i, j);
      }
      w.fetch(block);
      const index_t from = w.begin <= first ? i : w.begin;
      sum_and_write(y.vectors(w.panel) - static_cast<int>(above), y.at(w.panel, from) + above * K::width,
                    y.at(pj, from) + (j - y.first(pj)), from, w.end, order, i, j, sums + (w.first_tile + block * w.tiles) * tile_size, out,
                    x.nearer);
    }
  };

  /// A tile of the product, m vectors from row i and nr columns from column j on, as far as the columns [from, end) contribute: those of
  /// `a` and `b`. What cannot go straight to its place goes by way of `memory`, where also sums are from span to span.
  template <int M = K::mv>
  static void sum_and_write(int m, const S* a, const S* b, index_t from, index_t end, index_t order, index_t i, index_t j, S* memory,
                            const result_rows<K>& out, fetching& nearer) {
    if constexpr (M > 1)
      if (m < M) return sum_and_write<M - 1>(m, a, b, from, end, order, i, j, memory, out, nearer);
    constexpr index_t whole = whole_from<K, M>;
    tile<K, M> t;
    fetching here = nearer;  // in registers
    if (end < order)
      load_columns(t, memory);
    else
      clear(t);
    const index_t corner = from > i ? 0 : whole;
    if (corner < end - from)
      accumulate<K, +1, true, M, false>(t, a + corner * K::column, {b + corner * K::column, K::column, plane}, end - from - corner, here);
    if (from > i) return store_columns(t, memory);
    accumulate_corner<K, +1, true>(t, a, {b, K::column, plane}, end - i, here);
    here.look();
    if (nearer.level != 0) nearer = here;
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

  /// Is a result so large that its places have left the second-level cache before they are written? Where that cache has 1 MB, asking for
  /// them costs 1 to 5% of the product up to 2 MB and brings 5 to 15% from 2.9 MB on; where it has 2 MB and the next one is slow, it
  /// brings 10 to 20% from 1.3 MB on.
  static bool is_large(index_t order) { return order * order * K::planes * static_cast<index_t>(sizeof(S)) > 1 << 20; }

  /// Is a result likely to be in the first-level cache? Asking for its places would only cost: 7 to 14% of a matrix of order 9 to 32 alone.
  static bool is_small(index_t order) { return order * order * K::planes * static_cast<index_t>(sizeof(S)) <= 1 << 14; }

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

  /// What the columns of a stretch contribute to the group of columns of a factor from j0 on.
  struct summing {
    const factorization<K>& f;
    index_t j0;
    void operator()(const stretch& w) const {
      for (index_t j = j0; j < f.end_of(j0) && j < f.l.first(w.panel + 1); j += K::nr) {
        w.fetch((j - j0) / K::nr);
        f.sum_up(j0, j, w.panel, w.begin, w.end);
      }
    }
  };

  /// Of a group of columns, when it is factored.
  static index_t factor_steps(index_t order) { return order < least_in_spans ? 2 : 3; }
  /// out <- L with A = L L^H, zero above the diagonal; or its info. First A is copied to panels, last L from them. For a group of columns
  /// after the other: its diagonal blocks, then what is below; before both, if they are many, the sums over all columns before it.
  static void factorize(index_t s, index_t end, const share& x) {
    const index_t order = x.order, columns = blocks_at_once(order) * K::nr, each = factor_steps(order);
    const lower_panels<K> l{x.memory, order};
    S* const reciprocals = x.memory + l.size(order);
    S* const sums = order < least_in_spans ? nullptr : reciprocals + factorization<K>::reciprocals_size(columns);
    const factorization<K> f{l, columns, reciprocals, sums};
    const index_t panels = l.count(order);
    for (; s < end; ++s) {
      const index_t group = (s - 1) / each, j0 = group * columns, left = each * (group + 1) - s;
      if (s == 0) {
        for (index_t p = x.me; p < panels; p += x.team) read_panel(l, p, x.in);
      } else if (j0 >= order) {
        for (index_t p = x.me; p < panels && *x.info == 0; p += x.team) write_panel(l, p, x.out);
      } else if (left == 1) {
        if (x.me == 0 && *x.info == 0) *x.info = static_cast<int>(f.factor_diagonal_blocks(j0));
      } else if (left == 0 && *x.info == 0) {
        for (index_t p = x.me; p < panels; p += x.team)
          if (p >= f.first_below(j0)) f.factor_below(j0, p);
      } else if (j0 > 0 && *x.info == 0) {
        portion mine = in_turn(order, x);
        mine.leave_out(j0 / K::panel_rows);
        over_spans<false>(l, mine, j0, summing{f, j0});
      }
    }
  }

  static bool moves_in_squares(index_t row, index_t column) { return K::side > 1 && (row == K::planes || column == K::planes); }

  /// Zeros to every `step`-th vector.
  static void put_zeros(S* to, const S* end, index_t step) {
    for (; to != end; to += step) K::ops::store(to, K::ops::zero());
  }
  /// The rows of panel p from A. Above the diagonal, as far as its vectors go, and past the order are zeros: what is computed of them is
  /// never looked at, but raises no floating-point exceptions.
  static void read_panel(const lower_panels<K>& l, index_t p, strided<const S> a) {
    const index_t first = l.first(p), next = l.first(p + 1), last = next < l.order ? next : l.order;
    if (next >= l.order) {
      put_zeros(l.at(p, 0), l.at(p, upper_panels<K>::padded(l.order)), K::width);
    } else {
      constexpr index_t vectors = K::diagonal_vectors, rows = vectors * K::rows_per_vector;
      for (index_t v = 0; v < K::mv * K::planes; ++v) {
        S* const to = l.at(p, first + v % K::mv / vectors * rows) + v * K::width;
        put_zeros(to, to + rows * K::column, K::column);
      }
    }
    index_t done = first;  // rows that squares cover
    if constexpr (K::side > 1)
      if (moves_in_squares(a.row, a.column))
        for (; done + K::side <= last; done += K::side)
          pack_squares<K>(l.order, a, done, 0, done + K::side, l.at(p, 0) + (done - first), K::column, plane);
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
          const index_t line = by_rows ? out.row : out.column;
          const bool fetch = !is_small(l.order) && places_had_better_be_near() && cross_lines(out.data, line, K::side * sizeof(S));
          for (index_t k = 0; k + K::side <= l.order; k += K::side) {
            square<S, K::planes, K::side> x;
            if (fetch && k + 2 * K::side <= l.order) {  // asks for the places of the next square
              for (int c = 0; c < K::side; ++c) {
                const S* const place = out.at(done, k + K::side) + c * line;
                __builtin_prefetch(place, 0, 3);
                __builtin_prefetch(place + (K::side * K::planes - 1), 0, 3);
              }
            }
            CHOLINV_UNROLL for (int c = 0; c < K::side; ++c) {
              if (k > done) {
                x.clear(c);
                continue;
              }
              CHOLINV_UNROLL for (int q = 0; q < K::planes; ++q) x.part[q][c] =
                  K::square_pack::load(l.at(p, k + c) + (done - first) + q * plane);
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
