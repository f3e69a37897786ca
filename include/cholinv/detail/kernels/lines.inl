// Between lanes and memory by whole cache lines, of few matrices at a time, where the rows of a matrix are such lines.
//
// Matrices a multiple of 4 kB apart (orders that are multiples of 32 in float and double) compete for the same set of a first-level cache.
// With runs that are shorter than a line, of 16 matrices at once, each line left it several times, at 1 ns each: on Zen 4 orders 32 and 64
// took up to 39% longer, the copies that were to prevent it included. Eight at once are no more than it has ways; when they are stored,
// four are better. Nor are copies needed to write past the caches.

/// How results are written.
enum class writing { runs, lines, past_caches };

template <class K>
struct whole_lines {
  using S = typename K::S;
  using V = typename K::V;
  using P = typename K::ops;
  static constexpr int W = K::width, planes = K::planes;
  static constexpr int numbers = static_cast<int>(cache_line / sizeof(S));
  static constexpr bool possible = sizeof(V) >= 32;

  static bool fit(index_t n) { return possible && has_whole_lines(n, planes * sizeof(S)); }

  /// How `count` results had better be written, whose rows and columns are `row` and `column` apart. Factors took up to 6% longer in lines
  /// where these do not compete, and their columns are no lines yet; groups of four matrices took up to 10% longer past the caches.
  template <task t>
  static writing way(index_t n, S* const* out, int count, index_t row, index_t column, bool past_caches) {
    if (!fit(n) || (t == task::factorize && column != planes)) return writing::runs;
    if (past_caches && W >= 8 && all_begin_at_lines(out, count)) return writing::past_caches;
    if (places_had_better_be_near() && cross_lines(out[0], column == planes ? row : column, cache_line)) return writing::runs;
    return t == task::invert || (W >= 8 && compete(out, count)) ? writing::lines : writing::runs;
  }
  /// Are the matrices so far apart that they compete for the same set of a first-level cache?
  static bool compete(S* const* m, int count) { return count > 1 && (address(m[1]) - address(m[0])) % set_stride == 0; }

  /// The first `end` elements of each of some lines of each matrix, which lie `line` apart from `offset` on, and what is behind them in a
  /// cache line. They come to `along` apart from `to` on, those of the next line to `across` behind them.
  static void load(const S* const* in, index_t offset, index_t line, index_t lines, index_t end, S* to, index_t across, index_t along,
                   index_t to_plane) {
    constexpr int few = 8;
    for (int l = 0; l < W; l += few, in += few, to += few)
      for (index_t i = 0; i < lines; ++i)
        for (index_t k = 0; k < end; k += W / planes) {
          V x[few];
          CHOLINV_UNROLL for (int m = 0; m < few; ++m) x[m] = P::load(in[m] + offset + i * line + k * planes);
          transpose<W>(x);
          CHOLINV_UNROLL for (int c = 0; c < few; ++c) {
            S* const first = to + i * across + (k + c / planes) * along + c % planes * to_plane;
            split<few * number, 1>(x[c], evenly_spaced<S>{first, few / planes * along}, 0);
          }
        }
  }

  /// Lines of `count` elements each, whole cache lines, to `row` apart in `out` from `offset` on. `across` and `along` are the distances
  /// between lines and elements in t, and `part` that between real and imaginary parts.
  static void write(const S* t, index_t lines, index_t count, index_t across, index_t along, index_t part, bool conjugate, writing way,
                    S* const* out, index_t offset, index_t row) {
    constexpr int few = 4;
    const V sign = conjugate ? -P::zero() : P::zero();
    for (int l = 0; l < W; l += few, t += few, out += few)
      for (index_t i = 0; i < lines; ++i)
        for (index_t e = 0; e < count; e += W / planes) {
          V x[few];  // number c of four matrices, then number c + 4, and so on
          CHOLINV_UNROLL for (int c = 0; c < few; ++c) {
            const S* const first = t + i * across + (e + c / planes) * along + c % planes * part;
            x[c] = join<V, few * number, 1>(evenly_spaced<const S>{first, few / planes * along}, 0);
            if (c % planes == 1) x[c] = P::flip_signs(x[c], sign);
          }
          transpose<W>(x);
          CHOLINV_UNROLL for (int m = 0; m < few; ++m) put(out[m] + offset + i * row + e * planes, x[m], way);
        }
  }
  /// The same of zeros.
  static void write_zeros(index_t lines, index_t count, writing way, S* const* out, index_t offset, index_t row) {
    for (int l = 0; l < W; ++l)
      for (index_t i = 0; i < lines; ++i)
        for (index_t e = 0; e < count * planes; e += W) put(out[l] + offset + i * row + e, P::zero(), way);
  }

 private:
  static constexpr int number = static_cast<int>(sizeof(S));
  static bool all_begin_at_lines(S* const* m, int count) {
    std::uintptr_t bits = 0;
    for (int l = 0; l < count; ++l) bits |= address(m[l]);
    return bits % cache_line == 0;
  }
  CHOLINV_INLINE static void put(S* to, const V& x, writing way) {
    if (way == writing::past_caches)
      stream(to, x);
    else
      P::store(to, x);
  }
};
