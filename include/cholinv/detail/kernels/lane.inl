// Small orders: W matrices at once, one in each lane; an element of the matrices is a vector.

template <class K>
struct lane_sweep {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  static constexpr int W = K::width;
  static constexpr index_t planes = K::planes;
  static constexpr index_t element = planes * W;  // scalars of one element of W matrices

  /// Scalars of memory, enough for either task.
  static index_t work(index_t order) {
    const index_t n = upper_panels<K>::padded(order);
    const index_t invert = upper_panels<K>::size(order) + K::column * K::nr + 2 * K::block_column;
    const index_t factorize = lower_panels<K>::size(order) + (K::nr + 2) * K::block_column;
    return n * n * element + (invert > factorize ? invert : factorize);
  }

  /// The W matrices at in[0..W) to out[0..W), for the lanes of `keep`. Those that failed are answered and not written.
  template <task t>
  static std::uint64_t run(index_t n, const S* const* in, index_t in_row, index_t in_column, S* const* out, index_t out_row,
                           index_t out_column, std::uint64_t keep, S* work) {
    const bool plain = in_column == planes && in_row == n * planes && out_column == planes && out_row == n * planes;
    if constexpr (t == task::invert)
      if (plain) switch (n) {
          case 1:
            return tiny<K, 1>::invert_in_registers(in, out, keep);
          case 2:
            return tiny<K, 2>::invert_in_registers(in, out, keep);
          case 3:
            return tiny<K, 3>::invert_in_registers(in, out, keep);
          case 4:
            return tiny<K, 4>::invert_in_registers(in, out, keep);
          default:
            break;
        }
    // The square of elements lies as the matrices do in memory, transposed or not, so that whole runs move.
    const lane_square<S> from{work, (in_row < in_column ? 1 : n) * element, (in_row < in_column ? n : 1) * element};
    const lane_square<S> to{work, (out_row < out_column ? 1 : n) * element, (out_row < out_column ? n : 1) * element};
    const index_t padded = upper_panels<K>::padded(n);
    S* rest = work + padded * padded * element;
    load(n, in, in_row, in_column, work);
    std::uint64_t bad;
    if constexpr (t == task::factorize)
      bad = factorize(n, from, to, rest);
    else
      bad = invert(n, from, to, rest);
    store(n, out, out_row, out_column, work, keep & ~bad);
    return bad;
  }

 private:
  static std::uint64_t invert(index_t n, lane_square<S> l, lane_square<S> out, S* work) {
    const upper_panels<K> y{work, n, upper_panels<K>::padded(n)};
    S* reciprocals = work + y.size(n);
    S* result = reciprocals + 2 * K::block_column;
    typename P::truth bad{};
    for (index_t j = 0; j < n; j += K::nr) {
      for (int r = 0; r < K::nr; ++r) {
        V d[planes], x[planes];
        for (int p = 0; p < planes; ++p) d[p] = j + r < n ? P::load(l.at(j + r, j + r) + p * W) : p == 0 ? P::one() : P::zero();
        bad |= is_zero_lanes<K>(d);
        conj_reciprocal_lanes<K>(d, x);
        for (int p = 0; p < planes; ++p) P::store(reciprocals + p * K::block_plane + r * W, x[p]);
      }
      for (index_t p = 0; y.first(p) <= j; ++p) {
        const index_t first = y.first(p);
        with_vectors<K, solve_tile>(y.vectors(p, j + K::nr), y.at(p, first), first, j, right_rows<S>{l.at(j, first), l.column, W, l.row},
                                    reciprocals);
      }
    }
    for (index_t p = 0; p < y.count(n); ++p)
      for (index_t j = 0; j < n && j < y.first(p + 1); j += K::nr) {
        const index_t first = y.first(p), pj = j / K::panel_rows;
        const index_t i = j > first ? j : first;
        const right_rows<S> b{y.at(pj, i) + (j - y.first(pj)) * W, K::column, K::mv * W, W};
        const int rows = y.vectors(p) - static_cast<int>(i - first), columns = static_cast<int>(n - j < K::nr ? n - j : K::nr);
        with_vectors<K, product_tile>(rows, y.at(p, i) + (i - first) * W, b, n - i, result);
        for (int c = 0; c < columns; ++c)
          for (int r = i < j + c ? static_cast<int>(j + c - i) : 0; r < rows; ++r) {
            V x[planes];
            for (int q = 0; q < planes; ++q) x[q] = P::load(result + c * K::column + (q * K::mv + r) * W);
            put_hermitian<K>(out, i + r, j + c, x);
          }
      }
    return P::bits(bad);
  }

  static std::uint64_t factorize(index_t n, lane_square<S> a, lane_square<S> out, S* work) {
    const lower_panels<K> l{work, n};
    constexpr index_t im = K::mv * W;
    for (index_t p = 0; p < l.count(n); ++p)
      for (index_t k = 0; k < l.first(p + 1); ++k)
        for (index_t r = 0; r < K::mv; ++r) {
          const index_t i = l.first(p) + r;
          S* to = l.at(p, k) + r * W;
          const bool inside = k <= i && i < n;
          P::store(to, inside ? P::load(a.at(i, k)) : i == k ? P::one() : P::zero());
          if constexpr (planes == 2) P::store(to + im, inside && i != k ? P::load(a.at(i, k) + W) : P::zero());
        }
    const std::uint64_t bad = factorize_panels(l, work + l.size(n)).lanes;
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < n; ++k)
        for (int p = 0; p < planes; ++p)
          P::store(out.at(i, k) + p * W, k <= i ? P::load(l.at(i / K::mv, k) + p * im + i % K::mv * W) : P::zero());
    return bad;
  }

  static void load(index_t n, const S* const* in, index_t row, index_t column, S* to) {
    const index_t inner = row < column ? row : column, outer = row < column ? column : row;
    if (inner == planes && outer == n * planes) return load_run<K>(in, 0, n * n * planes, to);
    for (index_t i = 0; i < n; ++i) {
      if (inner == planes)
        load_run<K>(in, i * outer, n * planes, to + i * n * element);
      else
        for (index_t j = 0; j < n; ++j) load_run<K>(in, i * outer + j * inner, planes, to + (i * n + j) * element);
    }
  }
  static void store(index_t n, S* const* out, index_t row, index_t column, const S* from, std::uint64_t keep) {
    const index_t inner = row < column ? row : column, outer = row < column ? column : row;
    if (inner == planes && outer == n * planes) return store_run<K>(out, 0, n * n * planes, from, keep);
    for (index_t i = 0; i < n; ++i) {
      if (inner == planes)
        store_run<K>(out, i * outer, n * planes, from + i * n * element, keep);
      else
        for (index_t j = 0; j < n; ++j) store_run<K>(out, i * outer + j * inner, planes, from + (i * n + j) * element, keep);
    }
  }
};

template <class S, int Planes>
constexpr int lane_rows() {
  return CHOLINV_BYTES == 64 || Planes == 1 ? 4 : 2;
}
template <class S, int Planes>
constexpr int lane_columns() {
  return CHOLINV_BYTES == 64 && Planes == 1 ? 4 : 2;
}

template <class T>
struct lane_kernel {
  using S = real_t<T>;
  static constexpr int W = vector_width<S>();
  using sweep = lane_sweep<tile_shape<pack<S, W>, planes_of<T>, lane_rows<S, planes_of<T>>(), lane_columns<S, planes_of<T>>(), true>>;

  static index_t work(index_t order) { return sweep::work(order); }

  /// Up to 64 matrices of one shape, in groups of W. The answer has a bit for each that failed.
  template <task t>
  static std::uint64_t run(index_t n, const S* const* in, index_t in_row, index_t in_column, S* const* out, index_t out_row,
                           index_t out_column, int count, S* work) {
    std::uint64_t failed = 0;
    for (int done = 0; done < count; done += W) {
      const S* from[W];
      S* to[W];
      const int here = count - done < W ? count - done : W;
      for (int l = 0; l < W; ++l) from[l] = in[done + (l < here ? l : 0)], to[l] = out[done + (l < here ? l : 0)];
      const std::uint64_t keep = all_lanes<W> >> (W - here);
      failed |= (sweep::template run<t>(n, from, in_row, in_column, to, out_row, out_column, keep, work) & keep) << done;
    }
    return failed;
  }
};
