// Policy: which path a call takes, as one table and one pure function.
#pragma once

#include <climits>

#include "cpu.hpp"
#include "problem.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// lanes: many small matrices at once. block: one matrix. Both are the native backend.
enum class path { lanes, block, lapack };

inline constexpr bool baseline_has_lanes = CHOLINV_MAX_ISA <= CHOLINV_COMPILED_ISA || CHOLINV_COMPILED_ISA > 0;

/// Up to here each order has a kernel of its own, which wins even with one matrix. Beyond it the registers are too few.
constexpr index_t most_unrolled(bool is_complex) noexcept { return is_complex ? 6 : 8; }
/// To factorise complex matrices takes fewer registers than to invert them.
constexpr index_t most_unrolled(task t, bool is_complex) noexcept { return most_unrolled(is_complex && t == task::invert); }

/// Are the matrices plain, of an order that is unrolled, and in and out in one way?
template <class T>
bool plain_and_small(const problem<T>& p, task t) noexcept {
  return p.order <= most_unrolled(t, complex_traits<T>::is_complex) && p.in_row == p.out_row && p.in_column == p.out_column &&
         is_plain(p.order, p.in_row, p.in_column, 1);
}

/// What the choice depends on besides the backend, the order and the batch.
struct kind {
  bool vectors;  // float, double or their complex types
  bool is_complex;
  int real_bytes;
  isa level;
  bool first_level_waits = false;
};

template <class T>
kind kind_of() {
  return {is_ieee<real_t<T>>, complex_traits<T>::is_complex, static_cast<int>(sizeof(real_t<T>)), current_isa(), first_level_waits()};
}

/// The tuning table: lanes up to `lanes`, LAPACK (where present and `automatic`) from `lapack` on. Measured on one core of a Zen 5
/// machine beside OpenBLAS 0.3.21; benchmarks/tune measures it elsewhere. Full lanes win, by 2 to 30% up to the orders given here and by
/// more when they factorise, until W triangles outgrow the second-level cache. From memory (`streaming`) they lose sooner, for the block
/// kernel has what it computes in the first-level cache, where lines on their way from memory hold it up less; it takes longer where rows
/// of real numbers are not whole cache lines. On Zen 4, which computes half as much in the same time, they win further, and from memory
/// most where they write whole lines past the caches: 36% at order 64 in float. LAPACK wins only where the instruction set in use is behind
/// the one that its kernels choose for themselves: with AVX2 and AVX-512 the native kernels were ahead at every order up to 4096, and with
/// 16-byte vectors up to 192 where OpenBLAS had no wider ones.
struct thresholds {
  index_t lanes, lapack;
};
constexpr index_t never = std::numeric_limits<index_t>::max();
constexpr index_t most_in_lanes(const kind& k, task t, bool streaming, bool whole_lines) noexcept {
  const bool wide = k.level == isa::avx512, single = k.real_bytes == 4;
  if (!k.vectors || (k.level == isa::baseline && !baseline_has_lanes)) return 0;
  if (wide && k.first_level_waits) {  // Zen 4
    if (t == task::factorize) return 240;
    if (!streaming) return single ? 240 : k.is_complex ? 120 : 180;
    return whole_lines ? (single ? 240 : 126) : single ? 116 : k.is_complex ? 82 : 88;
  }
  if (t == task::factorize) return 180;
  if (!wide) return single ? 150 : streaming ? 110 : 120;
  if (!streaming) return single ? 150 : k.is_complex ? 120 : 90;
  if (k.is_complex) return single ? 92 : 63;
  return single ? (whole_lines ? 62 : 104) : whole_lines ? 38 : 63;
}
constexpr thresholds tuned(const kind& k, task t, bool streaming, bool whole_lines) noexcept {
  return {most_in_lanes(k, t, streaming, whole_lines), k.vectors && k.level == isa::baseline ? 128 : never};
}

/// Up to here lanes take copies of matrices that they cannot well read or write where they are. Copies of larger ones would leave
/// the cache.
inline constexpr index_t most_copied = 90;

/// Lines that are a multiple of this apart compete for the same set of a first-level cache. Are `width` too many of them?
inline constexpr index_t set_stride = 4096;
constexpr bool crowd(index_t width, index_t bytes) noexcept { return width > 8 && bytes % set_stride == 0; }

/// Are the rows of a matrix whole cache lines?
constexpr bool has_whole_lines(index_t order, std::size_t bytes_of_number) noexcept {
  return static_cast<std::size_t>(order) * bytes_of_number % cache_line == 0;
}

/// Without copies rows or columns must lie side by side: lanes can take no others. Nor had the matrices better crowd, where there is no
/// step from one to the next, in lists, taken to be packed. Those of whole cache lines may, though columns of factors do not come as such:
/// orders 96 and 128 took 9 to 29% less than in blocks, complex factors 3 to 28%; real factors that go by columns took up to 45% more. On
/// Intel's processors, whose results may be no such lines, that was not measured.
template <class T>
bool suits_lanes(const problem<T>& p, task t, index_t width) noexcept {
  if (p.order <= most_copied) return true;
  if ((p.in_row != 1 && p.in_column != 1) || (p.out_row != 1 && p.out_column != 1)) return false;
  const auto spread = [&](index_t step) { return !crowd(width, (step == 0 ? p.order * p.order : step) * static_cast<index_t>(sizeof(T))); };
  const bool may_crowd = !places_had_better_be_near() && (t == task::invert || p.out_column == 1 || complex_traits<T>::is_complex);
  return (may_crowd && has_whole_lines(p.order, sizeof(T))) || (spread(p.in_step()) && spread(p.out_step()));
}

/// Is a group of lanes with only `rest` matrices faster than the block kernel on each of them? A group was measured to take as long as that
/// kernel takes for sqrt(order * width / share) matrices, width / 8 less when it inverts: width over the gain that benchmarks/tune prints.
/// Packed matrices that crowd take as long as others of an order a quarter larger, where factors are made of twice the order. Orders that
/// have no tiles were not measured again.
constexpr bool fills_lanes(const kind& k, task t, index_t order, index_t rest, index_t width) noexcept {
  if (order <= most_unrolled(k.is_complex)) return rest > 0;
  const bool crowded = crowd(width, order * order * k.real_bytes);
  const index_t order_in_cache = !crowded ? order : t == task::factorize ? 2 * order : order + order / 4;
  const index_t share = t == task::factorize || k.level == isa::baseline ? 24 : k.level == isa::avx2 ? 13 : 9;
  const index_t eighths = 8 * rest + (t == task::invert ? width : 0);
  return share * eighths * eighths > 64 * width * order_in_cache;
}

constexpr double bytes_of_matrix(index_t order, std::size_t bytes_of_number) noexcept {
  return static_cast<double>(order) * static_cast<double>(order) * static_cast<double>(bytes_of_number);
}
/// A batch that outgrows a last-level cache comes from memory and goes there, and had better be fetched ahead, and large inverses written
/// past the caches by the block kernel. Where the cache has 32 MB that was faster from 8 MB of results on, in and out apart, and slower up
/// to 6; smaller caches are more common than larger ones.
constexpr bool outgrows_caches(index_t order, index_t count, std::size_t bytes_of_number) noexcept {
  return bytes_of_matrix(order, bytes_of_number) * static_cast<double>(count) > 9e6;
}
/// Matrices of less than 100 bytes are not worth steps of their own: of orders up to 3 in double they took up to twice as long that way.
inline constexpr std::size_t least_in_steps = 100;
constexpr bool streams(index_t order, index_t count, std::size_t bytes_of_number) noexcept {
  return bytes_of_matrix(order, bytes_of_number) >= static_cast<double>(least_in_steps) && outgrows_caches(order, count, bytes_of_number);
}

/// Of so many results those of lanes go past the caches, where it is reading their places first that takes time. On Zen 4, with a
/// last-level cache of 32 MB, orders from 6 on took less from 14 MB of results on, up to 30%, and orders 4 and 5 from 18 MB on.
inline bool had_better_go_past_caches(index_t order, index_t count, std::size_t bytes_of_number) noexcept {
  return first_level_waits() && bytes_of_matrix(order, bytes_of_number) * static_cast<double>(count) > 16e6;
}

/// Of a batch from memory the lane kernel knows so many matrices more than it is to do.
inline constexpr index_t known_ahead = 64;

/// A call that is done before a team of threads has woken up stays on one: waking costs what this many multiplications do.
constexpr bool worth_a_team(index_t order, index_t count) noexcept {
  constexpr double multiplications = 1 << 18;
  const double n = static_cast<double>(order);
  return n * n * n * static_cast<double>(count) >= multiplications;
}

/// How many threads share each matrix; 1 where they share the batch instead. Large matrices are shared that are too few to keep all threads
/// busy: for six sevenths of the time, and from order 1024 on always, for the caches would rather have one of these at a time. Below, two
/// threads with two matrices were 5 to 25% faster apart. A single one of order 200 is enough for two threads; more would mostly wait.
constexpr int team_inside(index_t order, index_t count, int threads) noexcept {
  if (order < 256) return order >= 200 && count == 1 && threads > 1 ? 2 : 1;
  if (count / 4 >= threads) return 1;
  const index_t rounds = (count + threads - 1) / threads;
  return order < 1024 && 7 * count >= 6 * rounds * threads ? 1 : threads;
}

/// Lanes or block is free to depend on the batch: the two agree to the last bit (rule 11).
constexpr path choose_path(const kind& k, task t, backend use, bool lapack_is_present, index_t order, index_t count,
                           bool streaming) noexcept {
  const thresholds limit =
      tuned(k, t, streaming, has_whole_lines(order, static_cast<std::size_t>(k.is_complex ? 2 * k.real_bytes : k.real_bytes)));
  if (lapack_is_present && (use == backend::lapack || (use == backend::automatic && order >= limit.lapack))) return path::lapack;
  return order <= limit.lanes && (count > 1 || order <= most_unrolled(k.is_complex)) ? path::lanes : path::block;
}

static_assert(team_inside(199, 1, 8) == 1 && team_inside(200, 1, 8) == 2 && team_inside(200, 2, 8) == 1);
static_assert(team_inside(256, 1, 8) == 8 && team_inside(256, 8, 8) == 1 && team_inside(256, 9, 8) == 8);
static_assert(team_inside(1024, 8, 8) == 8 && team_inside(1024, 32, 8) == 1);
static_assert(!fills_lanes({true, false, 8, isa::avx512}, task::invert, 4, 0, 8) &&
              fills_lanes({true, false, 8, isa::avx512}, task::invert, 4, 1, 8));
static_assert(!fills_lanes({true, false, 8, isa::avx512}, task::invert, 64, 6, 8) &&
              fills_lanes({true, false, 8, isa::avx512}, task::factorize, 64, 6, 8));
static_assert(!fills_lanes({true, false, 4, isa::avx512}, task::invert, 64, 9, 16) &&
              fills_lanes({true, false, 4, isa::avx512}, task::invert, 65, 9, 16));
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 4, 100, false) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 8, 1, false) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 9, 1, false) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 300, 100, false) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 90, 100, false) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 39, 9000, true) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 40, 9000, true) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 63, 9000, true) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::automatic, true, 65, 9000, true) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512, true}, task::invert, backend::automatic, true, 87, 9000, true) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512, true}, task::invert, backend::automatic, true, 89, 9000, true) == path::block);
static_assert(choose_path({true, false, 4, isa::avx512}, task::invert, backend::automatic, true, 64, 9000, true) == path::block);
static_assert(choose_path({true, false, 4, isa::avx512}, task::invert, backend::automatic, true, 104, 9000, true) == path::lanes);
static_assert(choose_path({true, true, 4, isa::avx512}, task::invert, backend::automatic, true, 92, 9000, true) == path::lanes);
static_assert(choose_path({true, true, 8, isa::avx512}, task::invert, backend::automatic, true, 64, 9000, true) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512}, task::factorize, backend::automatic, true, 180, 9000, true) == path::lanes);
static_assert(choose_path({true, false, 8, isa::avx512}, task::factorize, backend::automatic, true, 181, 100, false) == path::block);
static_assert(choose_path({true, true, 4, isa::avx2}, task::invert, backend::automatic, true, 150, 100, false) == path::lanes);
static_assert(choose_path({true, true, 8, isa::avx2}, task::invert, backend::automatic, true, 110, 9000, true) == path::lanes);
static_assert(choose_path({true, true, 8, isa::avx2}, task::invert, backend::automatic, true, 111, 9000, true) == path::block);
static_assert(choose_path({true, false, 8, isa::baseline}, task::invert, backend::automatic, true, 300, 100, false) == path::lapack);
static_assert(choose_path({true, false, 8, isa::baseline}, task::invert, backend::automatic, false, 300, 100, false) == path::block);
static_assert(choose_path({true, false, 8, isa::baseline}, task::invert, backend::native, true, 300, 100, false) == path::block);
static_assert(choose_path({true, false, 8, isa::avx512}, task::invert, backend::lapack, true, 1, 100, false) == path::lapack);
static_assert(choose_path({false, true, 16, isa::avx512}, task::invert, backend::automatic, false, 2, 100, false) == path::block);

}  // namespace detail
CHOLINV_NAMESPACE_END
