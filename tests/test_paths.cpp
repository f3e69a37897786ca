// test_paths.cpp: batches that outgrow the caches, lanes that compete for the same cache sets, threads that share one matrix. The bits
// are those of each matrix alone (rules 8 and 11).
// builds: full
#include <algorithm>
#include <cstring>
#include <vector>

#include "support/cases.hpp"
#include "support/random.hpp"

namespace {

using namespace support;

template <class T>
class paths : public testing::Test {};
TYPED_TEST_SUITE(paths, dtypes, dtype_names);

constexpr index_t different = 23;  // matrices in a batch, repeated: not a divisor of any number of lanes

// Law: every matrix of a batch has the bits that it has alone, but for those with a zero on the diagonal, which stay as they were
// and are reported. What lies between the matrices stays too.
template <class T>
void check_batch(std::uint64_t seed, index_t n, index_t count, index_t gap, bool in_place, bool with_zeros, int threads, bool upper = false,
                 index_t bad = -1, index_t past_line = 0) {
  SCOPED_TRACE(describe<T>(seed, n, upper, in_place ? "in place" : "row_major", cholinv::backend::native) + ", batch of " +
               std::to_string(count) + ", gap " + std::to_string(gap) + ", threads " + std::to_string(threads) + ", bad matrix " +
               std::to_string(bad) + ", " + std::to_string(past_line) + " numbers past a line");
  engine g(seed);
  const index_t size = n * n, step = size + gap;
  cholinv::options o = using_backend(cholinv::backend::native);
  std::vector<T> kinds, alone;
  for (index_t k = 0; k < different; ++k) {
    const dense<T> f = random_factor<T>(g, n, upper);
    kinds.insert(kinds.end(), f.elements.begin(), f.elements.end());
    o.threads = 1;
    const auto x = cholinv::cholesky_inverse(cholinv::tensor_view<const T>(f.elements.data(), {n, n}), upper, o);
    alone.insert(alone.end(), x.data(), x.data() + size);
  }
  const T untouched(-77);
  const std::size_t shift = static_cast<std::size_t>(n % 4 + past_line);  // results begin at a cache line or some numbers behind it
  const index_t behind = 64 / static_cast<index_t>(sizeof(T)), all = count * step + behind;
  placed<T> in_memory(all), out_memory(in_place ? 0 : all, shift);
  T* const from = in_memory.data();
  std::fill_n(from, all, untouched);
  const auto is_bad = [&](index_t b) { return b == bad || (with_zeros && (b % 101 == 7 || b == count - 1)); };
  for (index_t b = 0; b < count; ++b) {
    std::copy_n(kinds.data() + b % different * size, size, from + b * step);
    if (is_bad(b)) from[b * step + size - 1] = T(0);
  }
  T* const to = in_place ? from : out_memory.data();
  if (!in_place) std::fill_n(to, all, untouched);
  const std::vector<T> before(to, to + count * step);

  std::vector<int> info(static_cast<std::size_t>(count), -1);
  o.threads = threads;
  const std::vector<index_t> shape{count, n, n}, strides{step, n, 1};
  const index_t failed =
      cholinv::cholesky_inverse_ex(cholinv::tensor_view<const T>(from, shape, strides), upper, cholinv::tensor_view<T>(to, shape, strides),
                                   cholinv::tensor_view<int>(info.data(), {count}), o);
  index_t expected = 0;
  for (index_t b = 0; b < count; ++b) {
    const index_t at = b * step;
    expected += is_bad(b);
    ASSERT_EQ(info[static_cast<std::size_t>(b)], is_bad(b) ? n : 0) << "matrix " << b;
    const T* const wanted = is_bad(b) ? before.data() + at : alone.data() + b % different * size;
    ASSERT_EQ(std::memcmp(to + at, wanted, static_cast<std::size_t>(size) * sizeof(T)), 0) << "matrix " << b;
    for (index_t e = 0; e < gap; ++e) ASSERT_TRUE(same_bits(to[at + size + e], untouched)) << "behind matrix " << b;
  }
  for (index_t e = 0; e < behind; ++e) ASSERT_TRUE(same_bits(to[count * step + e], untouched)) << "behind the batch";
  ASSERT_EQ(failed, expected);
}

// Results of more bytes than one limit in plan.hpp, 9 MB, or both, 16 MB.
template <class T>
index_t count_beyond_the_caches(index_t n, bool far) {
  return (far ? 17000000 : 12000000) / (n * n * static_cast<index_t>(sizeof(T))) + 5;
}

TYPED_TEST(paths, batches_beyond_the_caches) {
  using T = TypeParam;
  for (index_t n : {1, 2, 3, 4, 5, 8, 13, 14, 16, 32, 33, 60, 64, 82, 83, 88, 89, 100, 101, 116, 117, 120, 128, 240, 256}) {
    const index_t count = count_beyond_the_caches<T>(n, false), more = count_beyond_the_caches<T>(n, true);
    if (n < 80 || n == 240) check_batch<T>(601, n, count, 0, false, false, 1);
    if (n == 3 || n == 8 || n == 13 || n == 32 || n == 60 || n == 64 || n == 240) {
      check_batch<T>(602, n, count, 0, true, true, 1);
      check_batch<T>(607, n, more, 0, false, true, 1, true);
      check_batch<T>(614, n, more, 0, false, true, 1, false, -1, n == 64 ? 1 : 0);
      check_batch<T>(603, n, more, 3, false, true, 2);
    } else {
      check_batch<T>(601, n, more, 0, n % 5 == 1, false, 1);
    }
  }
}

// The same law for factors.
template <class T>
void check_factors(std::uint64_t seed, index_t n, index_t count, bool in_place, bool upper = false, index_t past_line = 0) {
  const T untouched(-77);
  engine g(seed);
  const index_t size = n * n;
  std::vector<T> kinds, alone;
  for (index_t k = 0; k < different; ++k) {
    const dense<T> a = random_dominant<T>(g, n);
    kinds.insert(kinds.end(), a.elements.begin(), a.elements.end());
    const auto x =
        cholinv::cholesky(cholinv::tensor_view<const T>(a.elements.data(), {n, n}), upper, using_backend(cholinv::backend::native));
    alone.insert(alone.end(), x.data(), x.data() + size);
  }
  placed<T> in(count * size), out(in_place ? 0 : count * size, static_cast<std::size_t>(n % 4 + past_line));
  const auto is_bad = [&](index_t b) { return b % 101 == 7 || b == count - 1; };
  for (index_t b = 0; b < count; ++b) {
    std::copy_n(kinds.data() + b % different * size, size, in.data() + b * size);
    if (is_bad(b)) in.data()[b * size + size - 1] = T(-1);
  }
  T* const to = in_place ? in.data() : out.data();
  if (!in_place) std::fill_n(to, count * size, untouched);
  const std::vector<T> before(to, to + count * size);
  try {
    cholinv::cholesky(cholinv::tensor_view<const T>(in.data(), {count, n, n}), upper, cholinv::tensor_view<T>(to, {count, n, n}),
                      using_backend(cholinv::backend::native));
    ADD_FAILURE() << "not_positive_definite expected";
  } catch (const cholinv::not_positive_definite& e) {
    EXPECT_EQ(e.batch_index(), 7);
    EXPECT_EQ(e.diagonal_index(), n);
  }
  for (index_t b = 0; b < count; ++b) {
    const T* const wanted = is_bad(b) ? before.data() + b * size : alone.data() + b % different * size;
    ASSERT_EQ(std::memcmp(to + b * size, wanted, static_cast<std::size_t>(size) * sizeof(T)), 0)
        << describe<T>(seed, n, upper, in_place ? "in place" : "row_major", cholinv::backend::native) << ", batch of " << count
        << ", matrix " << b << ", " << past_line << " numbers past a line";
  }
}

TYPED_TEST(paths, factors_beyond_the_caches) {
  using T = TypeParam;
  for (index_t n : {1, 3, 4, 6, 8, 13, 16, 32, 33, 60, 64, 101, 129})
    for (bool in_place : {false, true}) check_factors<T>(611, n, count_beyond_the_caches<T>(n, in_place == (n % 2 == 0)), in_place);
  for (index_t n : {32, 64, 240, 241}) check_factors<T>(615, n, count_beyond_the_caches<T>(n, true), false);
  for (index_t n : {32, 64}) check_factors<T>(616, n, count_beyond_the_caches<T>(n, true), false, n == 32, n == 32 ? 0 : 1);
}

// Matrices whose distance is a multiple of 4 kB fall into the same sets of a first-level cache, and go by whole cache lines or are copied
// on their way.
TYPED_TEST(paths, lanes_in_the_same_cache_sets) {
  using T = TypeParam;
  for (index_t n : {32, 64})
    for (bool in_place : {false, true})
      for (index_t count : {9, 16, 37}) {
        check_batch<T>(604, n, count, 0, in_place, count == 37, 1, count == 16);
        check_batch<T>(604, n, count, 0, in_place, false, 1, count == 9, -1, 1);
        check_factors<T>(613, n, count, in_place, false, in_place ? 0 : 1);
        check_factors<T>(613, n, count, in_place);
        check_factors<T>(613, n, count, in_place, true);
      }
  for (index_t n : {16, 96, 128}) check_factors<T>(613, n, 37, false, n == 128);
  for (index_t n : {7, 20, 31}) check_batch<T>(605, n, 37, 4096 - n * n, false, true, 1);
}

// From order 91 on lanes take matrices only where they are, and only those that do not fall into the same sets or are whole cache lines.
TYPED_TEST(paths, lanes_of_larger_matrices) {
  using T = TypeParam;
  for (index_t n : {91, 96, 100, 101, 120, 121, 128, 150, 151, 180, 181, 240, 241})
    check_batch<T>(608, n, 19, n % 2 * 5, n > 100, n % 2 == 0, 1, n % 3 == 0);
  check_batch<T>(609, 100, 19, 3 * 4096 - 100 * 100, false, true, 1);
}

// What is left of a small batch is done together with matrices before it, which may be the bad ones, unless it is in place.
TYPED_TEST(paths, rests_of_small_batches) {
  using T = TypeParam;
  for (index_t n : {1, 3, 6, 8})
    for (bool in_place : {false, true})
      for (index_t count : {13, 14, 31})
        for (index_t bad = -1; bad < count; ++bad) check_batch<T>(612, n, count, (bad + 1) % 2 * 5, in_place, false, 1, count == 14, bad);
}

// Few groups of lanes are shared matrix by matrix, many group by group.
TYPED_TEST(paths, threads_share_groups_of_lanes) {
  using T = TypeParam;
  for (index_t count : {40, 41, 511, 512, 513}) check_batch<T>(610, 33, count, 0, false, count % 2 == 1, 2);
}

// Law: a team inside the matrix, of whatever size, finds what one thread finds; a bad matrix is left alone.
TYPED_TEST(paths, threads_share_a_matrix) {
  using T = TypeParam;
  const std::uint64_t seed = 606;
  engine g(seed);
  for (index_t n : {199, 200, 255, 256, 301}) {
    const dense<T> f = random_factor<T>(g, n, false);
    dense<T> a(n, n);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) a(i, j) = i == j ? T(static_cast<real_t<T>>(n)) : i > j ? f(i, j) : conjugate(f(j, i));
    for (index_t count : {1, 3})
      for (bool upper : {false, true}) {
        cholinv::tensor<T> factors({count, n, n}), positives({count, n, n});
        for (const auto& m : matrices(factors)) assign(m, f);
        for (const auto& m : matrices(positives)) assign(m, a);
        if (count == 3) factors(1, n - 40, n - 40) = T(0), positives(1, n - 20, n - 20) = T(-1);
        // Rows that do not lie side by side are packed, group after group.
        std::vector<T> gaps(static_cast<std::size_t>(2 * count * n * n), T(-77));
        for (index_t e = 0; e < count * n * n; ++e) gaps[static_cast<std::size_t>(2 * e)] = factors.data()[e];
        const cholinv::tensor_view<const T> apart(gaps.data(), {count, n, n}, {2 * n * n, 2 * n, 2});
        cholinv::options o = using_backend(cholinv::backend::native);
        o.threads = 1;
        const auto inverses = cholinv::cholesky_inverse_ex(factors, upper, o);
        const auto made = cholinv::cholesky_ex(positives, upper, o);
        if (count == 3) {
          EXPECT_EQ(inverses.info(1), n - 39);
          EXPECT_EQ(made.info(1), n - 19);
        }
        for (int threads : {2, 3, 5}) {
          SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", cholinv::backend::native) + ", batch of " + std::to_string(count) +
                       ", threads " + std::to_string(threads));
          o.threads = threads;
          const auto x = cholinv::cholesky_inverse_ex(factors, upper, o);
          const auto l = cholinv::cholesky_ex(positives, upper, o);
          ASSERT_TRUE(same_tensor(x.inverse, inverses.inverse));
          ASSERT_TRUE(same_tensor(cholinv::cholesky_inverse_ex(apart, upper, o).inverse, inverses.inverse));
          ASSERT_TRUE(same_tensor(l.factor, made.factor));
          for (index_t b = 0; b < count; ++b) {
            ASSERT_EQ(x.info(b), inverses.info(b));
            ASSERT_EQ(l.info(b), made.info(b));
          }
        }
      }
  }
}

}  // namespace
