// Small orders: W matrices at once, one in each lane: which kernel takes them, where they lie meanwhile, and which come next.

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
  static constexpr index_t planes = planes_of<T>;
  using K = tile_shape<pack<S, W>, planes_of<T>, lane_rows<S, planes_of<T>>(), lane_columns<S, planes_of<T>>(), true>;
  using sweep = lane_sweep<K>;
  using rows = rowwise<K>;

  /// Scalars of memory for either task: what is computed, then copies of W matrices on the way in and out, as far as there are any.
  static index_t work(index_t order) { return computing_work(order) + (order <= most_copied ? 2 * W * pitch(order, true) : 0); }

  /// Plain matrices of an order that is unrolled, in at most 64 groups of W; or, with no group, one alone. See tiny::run.
  template <task t>
  static std::uint64_t run_spaced(index_t n, const S* in, index_t in_step, S* out, index_t out_step, bool by_columns, int groups,
                                  bool from_memory) {
    if (groups == 0) return run_tiny<K, t>(n, {{in, 0}, {out, 0}, by_columns, true}, 1, nullptr, false);
    return run_tiny<K, t>(n, {{in, in_step}, {out, out_step}, by_columns, false}, groups, nullptr, from_memory);
  }

  /// `count` matrices of one shape, in at most 64 groups of W. With `streaming` they come from memory and go there, and of the `known` ones
  /// those that come next are fetched; plain results may go `past_caches`. Above most_copied rows or columns lie side by side. The answer
  /// has a bit for each group that was not done, because a matrix in it is bad.
  template <task t>
  static std::uint64_t run(index_t n, const S* const* in, index_t in_row, index_t in_column, S* const* out, index_t out_row,
                           index_t out_column, int count, int known, bool streaming, bool past_caches, S* work) {
    const strided<const S> in_shape{nullptr, in_row, in_column};
    const strided<S> out_shape{nullptr, out_row, out_column};
    const index_t size = n * n * planes, bytes = size * static_cast<index_t>(sizeof(S));
    const bool plain_in = is_plain(n, in_row, in_column, planes), plain_out = is_plain(n, out_row, out_column, planes);
    const bool may_copy = n <= most_copied, copy_in = in_row != planes && in_column != planes;
    // Where they are found: copies of plain results keep their order, other copies are row-major.
    const bool other_out = out_row != planes && out_column != planes;
    const strided<const S> near_in = copy_in ? strided<const S>{nullptr, n * planes, planes} : in_shape;
    const strided<S> near_out = other_out ? strided<S>{nullptr, n * planes, planes} : out_shape;
    // Unrolled kernels take matrices that are evenly spaced, or one alone.
    const bool alike = near_in.row == near_out.row && near_in.column == near_out.column;
    const bool unrolled = n <= most_unrolled(t, planes == 2) && alike && is_plain(n, near_in.row, near_in.column, planes);
    const bool by_rows = !unrolled && rows::template takes<t>(n, streaming);
    past_caches = past_caches && plain_out;
    const writing way =
        unrolled || by_rows ? writing::runs : whole_lines<K>::template way<t>(n, out, count, out_row, out_column, past_caches);
    const bool copy_past = past_caches && way != writing::past_caches && may_copy && W * bytes <= most_past_caches(t);
    const bool out_crowd = may_copy && plain_out && way == writing::runs && count > 8 && W > 8 && whole_lines<K>::compete(out, count);
    const bool copy_out = out_crowd || copy_past || other_out;
    S* const copies_in = work + computing_work(n);
    S* const copies_out = copies_in + W * pitch(n, true);
    const index_t out_pitch = pitch(n, !unrolled && crowd(W, bytes));
    const index_t steps = unrolled ? tiny_steps<K, t>(n) : by_rows ? rows::template steps<t>(n) : sweep::template steps<t>(n);
    prefetcher<S, W> next(size, steps, unrolled || by_rows ? 0 : sweep::template columns<t>(n));
    const bool fetch_in = streaming && plain_in;
    const bool fetch_out = streaming && plain_out && !copy_past && way != writing::past_caches && W * bytes <= most_fetched;
    const int ahead = groups_ahead(size) * W;
    std::uint64_t left = 0;
    for (int done = 0; done < count; done += W) {
      const S* const* from = in + done;
      S* const* to = out + done;
      const int here = count - done < W ? count - done : W;
      if (const int first = done + ahead; (fetch_in || fetch_out) && first + W <= known) {
        // A factor is written after all of it is computed: there is time to fetch its place meanwhile. Where only matrices or only places
        // are wanted, they stand for both.
        const S* const* const places = out + (t == task::factorize && !unrolled ? done : first);
        next.begin(fetch_in ? in + first : places, fetch_out ? places : in + first);
      }
      bool good, take = copy_out;
      if (unrolled) {
        // Evenly spaced where they are, or as copies; one alone may be anywhere. Idle lanes do what others do.
        const bool alone = here == 1, whole = here == W;
        tiny_places<S> m{{from[0], whole ? from[1] - from[0] : 0}, {to[0], whole ? to[1] - to[0] : 0}, near_in.column != planes, alone};
        if (copy_in || !(alone || (whole && spaced(from)))) {
          if (plain_in && evenly_packed(from, here, size))
            copy_flat(from[0], copies_in, here * size);
          else
            for (int l = 0; l < here; ++l) bring(n, from[l], in_shape, copies_in + l * size, near_in);
          for (int l = here; l < W; l *= 2) copy_flat(copies_in, copies_in + l * size, (W - l < l ? W - l : l) * size);
          m.in = {copies_in, size};
        }
        take = copy_out || !(alone || (whole && spaced(to)));
        if (take) m.out = {copies_out, out_pitch};
        good = run_tiny<K, t>(n, m, 1, &next, false) == 0;
      } else {
        const S* other_from[W];
        S* other_to[W];
        if (here < W || copy_in || copy_out) {
          for (int l = 0; l < W; ++l) {  // here too, but without copies of their own
            const int m = l < here ? l : 0;
            other_from[l] = copy_in ? copies_in + m * size : from[m];
            other_to[l] = copy_out ? copies_out + m * out_pitch : to[m];
            if (copy_in && l < here) bring(n, from[l], in_shape, copies_in + l * size, near_in);
          }
          from = other_from;
          to = other_to;
        }
        if (by_rows)
          good = rows::template run<t>(n, from, near_in, next, to, near_out, work, copies_in);
        else
          good = sweep::template run<t>(n, from, near_in.row, near_in.column, next, to, near_out.row, near_out.column, way, work);
      }
      if (!good) {
        left |= std::uint64_t(1) << (done / W);
      } else if (take && plain_out && out_pitch == size && evenly_packed(out + done, here, size)) {
        put(copies_out, out[done], here * size, copy_past);
      } else if (take) {
        for (int l = 0; l < here; ++l) {
          const S* const copied = copies_out + l * out_pitch;
          if (plain_out)
            put(copied, out[done + l], size, copy_past);
          else
            copy(n, false, copied, {nullptr, near_out.row, near_out.column}, out[done + l], out_shape);
        }
      }
    }
    return left;
  }

 private:
  using P = pack<S, W>;
  static constexpr index_t line = static_cast<index_t>(cache_line / sizeof(S));
  /// Bytes of W results that there is room for in a second-level cache, beside what they are computed from. With 1 MB of it, asking for
  /// their places made factors 12% faster with 0.8 MB of them, 8% slower with 1.0.
  static constexpr index_t most_fetched = 900000;
  /// The same for copies of W results on their way past the caches. Inverses took 20 to 40% less up to 200 kB, and 5 to 20% more above; a
  /// factor is in its copy for a short time only.
  static constexpr index_t most_past_caches(task t) { return t == task::invert ? 200000 : most_fetched; }

  /// Are W matrices evenly spaced, by whole numbers? Pointers may be less aligned than a number is long.
  template <class Pointer>
  static bool spaced(const Pointer* m) {
    const std::uintptr_t step = address(m[1]) - address(m[0]);
    for (int l = 2; l < W; ++l)
      if (address(m[l]) - address(m[l - 1]) != step) return false;
    return step % sizeof(S) == 0;
  }
  /// How many groups ahead of its use a matrix is fetched: 4 kB of them take about as long as memory takes to answer.
  static constexpr int groups_ahead(index_t size) {
    const int groups = 1 + static_cast<int>(4096 / (W * size * static_cast<index_t>(sizeof(S))));
    constexpr int most = static_cast<int>(known_ahead) / W;
    return groups < most ? groups : most;
  }
  /// From one copy to the next; with `apart` at another place in the sets each.
  static index_t pitch(index_t n, bool apart) {
    const index_t size = n * n * planes;
    return apart ? (size + 2 * line - 1) / line * line : size;
  }
  template <class Pointer>
  static bool evenly_packed(const Pointer* m, int count, index_t size) {
    for (int l = 1; l < count; ++l)
      if (m[l] != m[0] + l * size) return false;
    return true;
  }
  static void copy_flat(const S* from, S* to, index_t count) {
    index_t e = 0;
    for (; e + W <= count; e += W) P::store(to + e, P::load(from + e));
    for (; e < count; ++e) to[e] = from[e];
  }
  /// Whole cache lines of it past the caches.
  static void put(const S* from, S* to, index_t count, bool past_caches) {
    index_t e = 0;
    if (past_caches) {
      for (; e < count && address(to + e) % cache_line != 0; ++e) to[e] = from[e];
      for (; e + line <= count; e += line) CHOLINV_UNROLL for (index_t v = 0; v < line; v += W) stream(to + e + v, P::load(from + e + v));
    }
    copy_flat(from + e, to + e, count - e);
  }
  /// A plain matrix as it is, else its lower triangle.
  static void bring(index_t n, const S* from, strided<const S> shape, S* to, strided<const S> to_shape) {
    if (shape.row == to_shape.row && shape.column == to_shape.column)
      copy_flat(from, to, n * n * planes);
    else
      copy(n, true, from, shape, to, {nullptr, to_shape.row, to_shape.column});
  }
  static void copy(index_t n, bool lower, const S* from, strided<const S> from_shape, S* to, strided<S> to_shape) {
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < (lower ? i + 1 : n); ++j)
        for (index_t p = 0; p < planes; ++p)
          to[i * to_shape.row + j * to_shape.column + p] = from[i * from_shape.row + j * from_shape.column + p];
  }
  static index_t computing_work(index_t order) {
    const index_t invert = sweep::invert_work(order), factorize = sweep::factorize_work(order),
                  tiles = invert > factorize ? invert : factorize;
    return tiles > rows::work(order) ? tiles : rows::work(order);
  }
};
