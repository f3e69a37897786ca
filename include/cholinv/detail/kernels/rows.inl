// Small orders beyond the unrolled ones: W matrices without padding at once, a row after the other, which stays in registers meanwhile. How
// many terms a sum has is known where it is compiled, of which order the matrices are is not: one piece of code does for all orders.

template <class K>
struct rowwise {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  using others = prefetcher<S, K::width>;
  static constexpr int W = K::width, planes = K::planes;
  static constexpr index_t element = planes * W;

  /// Up to here tiles lose, with what they compute past the edges of a matrix, by up to 37%. Rows of the larger ones outgrow the registers.
  /// Tiles of 64-byte vectors move the lines that come from memory at a better pace when they invert.
  static constexpr int most = planes == 2 ? 11 : CHOLINV_BYTES == 64 && sizeof(S) == 8 ? 15 : 19;
  static constexpr int most_from_memory = CHOLINV_BYTES < 64 ? most : planes == 2 ? 0 : 13;
  template <task t>
  static bool takes(index_t n, bool from_memory) {
    return n <= (t == task::invert && from_memory ? most_from_memory : most) && n * planes >= run_length<K>;
  }

  /// Scalars of memory for the matrix. Y and the reciprocals of a diagonal lie where copies of matrices do, which are not needed meanwhile.
  static index_t work(index_t n) { return n > most ? 0 : n * n * element; }
  static_assert(most <= most_copied);
  /// The steps of a prefetcher that a run takes.
  template <task t>
  static index_t steps(index_t n) {
    return t == task::invert ? 2 * n : n;
  }

  /// Rows or columns of numbers lie side by side. False, and nothing written to `out`, when one of the W matrices is bad.
  template <task t>
  static bool run(index_t n, const S* const* in, strided<const S> in_shape, others& next, S* const* out, strided<S> out_shape, S* work,
                  S* copies) {
    load(lines_of(n, in_shape), in, work);
    if (in_shape.column != planes) mirror(n, work);
    if constexpr (t == task::invert) {
      S *const y = copies, *const reciprocals = y + n * n * element;
      if (!solve(n, work, reciprocals, y, next)) return false;
      multiply(n, y, work, out_shape.column != planes, next);
    } else {
      if (!factorize(n, work, copies, next)) return false;
      if (out_shape.column != planes) mirror(n, work);
    }
    store(lines_of(n, out_shape), work, out);
    return true;
  }

 private:
  using element_of = V[planes];

  /// Where the numbers of a matrix lie one behind the other: in one line if it is plain.
  struct lines {
    index_t count, numbers, step;
  };
  template <class Number>
  static lines lines_of(index_t n, strided<Number> m) {
    const index_t step = m.column == planes ? m.row : m.column;
    return step == n * planes ? lines{1, n * n * planes, n * n * planes} : lines{n, n * planes, step};
  }

  /// The last run of a line begins where it ends with the line. Its first numbers come or go twice.
  CHOLINV_NOINLINE static void load(lines from, const S* const* in, S* to) {
    const index_t last = from.numbers - run_length<K>;
    for (index_t offset = 0; from.count > 0; --from.count, offset += from.step, to += from.numbers * W)
      for (index_t e = 0; e < from.numbers; e += run_length<K>) {
        const index_t first = e < last ? e : last;
        V x[run_length<K>];
        run_of<K, run_length<K>>::load(in, offset + first, x);
        CHOLINV_UNROLL for (int c = 0; c < run_length<K>; ++c) P::store(to + (first + c) * W, x[c]);
      }
  }
  CHOLINV_NOINLINE static void store(lines to, const S* from, S* const* out) {
    using run = run_of<K, run_length<K>>;
    const index_t last = to.numbers - run_length<K>;
    const bool ask = to.count == 1 && run::should_ask(out[0], to.step);
    for (index_t offset = 0; to.count > 0; --to.count, offset += to.step, from += to.numbers * W)
      for (index_t e = 0; e < to.numbers; e += run_length<K>) {
        const index_t first = e < last ? e : last, ahead = e + 2 * run_length<K>;
        if (ask && ahead <= last) run::fetch(out, ahead);
        V x[run_length<K>];
        CHOLINV_UNROLL for (int c = 0; c < run_length<K>; ++c) {
          x[c] = P::load(from + (first + c) * W);
          load_once(x[c]);
        }
        run::store(out, offset + first, x);
      }
  }

  CHOLINV_INLINE static void load_element(const S* from, element_of& x) {
    CHOLINV_UNROLL for (int p = 0; p < planes; ++p) x[p] = P::load(from + p * W);
  }
  CHOLINV_INLINE static void store_element(S* to, const element_of& x) {
    CHOLINV_UNROLL for (int p = 0; p < planes; ++p) P::store(to + p * W, x[p]);
  }
  CHOLINV_INLINE static void clear(element_of& x) { CHOLINV_UNROLL for (int p = 0; p < planes; ++p) x[p] = P::zero(); }
  /// Exchanges what lies above the diagonal with what lies below it.
  CHOLINV_NOINLINE static void mirror(index_t n, S* e) {
    for (index_t i = 1; i < n; ++i)
      for (index_t j = 0; j < i; ++j) {
        S *const below = e + (i * n + j) * element, *const above = e + (j * n + i) * element;
        element_of x, y;
        load_element(below, x);
        load_element(above, y);
        store_element(below, y);
        store_element(above, x);
      }
  }

  /// Y L^H = I. False when a diagonal has a zero.
  CHOLINV_NOINLINE static bool solve(index_t n, const S* l, S* reciprocals, S* y, others& next) {
    typename P::truth bad{};
    for (index_t j = 0; j < n; ++j) {
      element_of diagonal, r;
      load_element(l + j * (n + 1) * element, diagonal);
      bad |= is_zero_lanes<K>(diagonal);
      conj_reciprocal_lanes<K>(diagonal, r);
      store_element(reciprocals + j * element, r);
    }
    if (P::any(bad)) return false;
    const index_t down = n * element, along = down + element;
    for (index_t left = n; left > 0; --left, l += along, y += along, reciprocals += element) {
      element_of row[most], one, r;  // of Y from its diagonal on
      clear(one);
      one[0] = P::one();
      load_element(reciprocals, r);
      multiply_by<K>(one, r, row[0]);
      store_element(y, row[0]);
      const S* other = l + down;  // of L, from the same column on
      CHOLINV_UNROLL for (int done = 1; done < most; ++done, other += down) {
        if (done >= left) break;
        element_of x, b;
        clear(x);
        CHOLINV_UNROLL for (int k = 0; k < most; ++k) {
          if (k >= done) continue;
          load_element(other + k * element, b);
          accumulate<K, -1>(x, row[k], b);
        }
        load_element(reciprocals + done * element, b);
        multiply_by<K>(x, b, row[done]);
        store_element(y + done * element, row[done]);
      }
      next.step();
    }
    return true;
  }

  /// out <- Y Y^H, or its transpose.
  CHOLINV_NOINLINE static void multiply(index_t n, const S* y, S* out, bool transposed, others& next) {
    multiply_rows(n, y, out, transposed ? -P::zero() : P::zero(), next);
  }
  /// The last rows of it first: one where Y has so many `terms`, then those where it has more.
  template <int terms = 1>
  CHOLINV_INLINE static void multiply_rows(index_t n, const S* y, S* out, const V& sign, others& next) {
    if constexpr (terms <= most) {
      if (terms > n) return;
      multiply_row<terms>(n, y, out, sign);
      next.step();
      multiply_rows<terms + 1>(n, y, out, sign, next);
    }
  }
  /// As far as the diagonal, and the column that is its adjoint.
  template <int terms>
  CHOLINV_INLINE static void multiply_row(index_t n, const S* y, S* out, const V& sign) {
    const index_t i = n - terms, down = n * element;
    element_of row[terms], x, b;
    y += i * element;
    CHOLINV_UNROLL for (int k = 0; k < terms; ++k) load_element(y + i * down + k * element, row[k]);
    S *right = out + i * down, *below = out + i * element;
    for (index_t j = 0; j <= i; ++j, y += down, right += element, below += down) {
      clear(x);
      CHOLINV_UNROLL for (int k = terms - 1; k >= 0; --k) {
        load_element(y + k * element, b);
        accumulate<K, +1>(x, row[k], b);
      }
      P::store(right, x[0]);
      P::store(below, x[0]);
      if constexpr (planes == 2) {
        const V im = j == i ? P::zero() : P::flip_signs(x[1], sign);
        P::store(right + W, im);
        P::store(below + W, j == i ? im : -im);
      }
    }
  }

  /// L with A = L L^H in place of A, zeros above its diagonal. Only the real part of a pivot counts. False when one is not positive.
  CHOLINV_NOINLINE static bool factorize(index_t n, S* a, S* reciprocals, others& next) {
    typename P::truth bad{};
    const index_t down = n * element;
    S* to = a;
    for (index_t i = 0; i < n; ++i, to += down) {
      element_of row[most], sum, b;
      const S* other = a;
      CHOLINV_UNROLL for (int done = 0; done < most; ++done, other += down) {
        if (done > i) break;
        clear(sum);
        CHOLINV_UNROLL for (int k = 0; k < most; ++k) {
          if (k >= done) continue;
          load_element(other + k * element, b);
          accumulate<K, +1>(sum, row[k], b);
        }
        load_element(to + done * element, b);
        if (done == i) {
          b[0] = b[0] - sum[0];
          bad |= P::not_positive(b[0]);
          b[0] = P::sqrt(b[0]);
          if constexpr (planes == 2) b[1] = P::zero();
          store_element(to + done * element, b);
          P::store(reciprocals + done * W, P::reciprocal(b[0]));
          break;
        }
        const V reciprocal = P::load(reciprocals + done * W);
        CHOLINV_UNROLL for (int p = 0; p < planes; ++p) row[done][p] = (b[p] - sum[p]) * reciprocal;
        store_element(to + done * element, row[done]);
      }
      clear(sum);
      for (index_t j = i + 1; j < n; ++j) store_element(to + j * element, sum);
      next.step();
    }
    return !P::any(bad);
  }
};
