// test_spans.cpp: orders so large that the sums of one matrix take one span of columns after the other. The bits are those that the sums
// have in one piece (rule 11).
// builds: full
#include <algorithm>
#include <cstring>
#include <vector>

#include "support/cases.hpp"
#include "support/random.hpp"

namespace {

using namespace support;

template <class T>
class spans : public testing::Test {};
TYPED_TEST_SUITE(spans, dtypes, dtype_names);

constexpr index_t in_one_piece = 2047;  // the largest such order
constexpr index_t n = 2113;             // one more than whole spans of 192, and no whole tile

// Calls f(options, in, out, name): row-major at a cache line on one thread or two, and column-major beside one, in place, on three; with
// the scratch that is enough and not a byte more.
template <class T, class F>
void for_both_ways(const cholinv::tensor<T>& a, bool upper, const F& f) {
  const int first_team = sizeof(T) == 8 ? 1 : 2;
  for (const bool other : {false, true}) {
    const std::size_t shift = other ? 1 : 0;
    const index_t apart = other ? n : n / 64 * 64 + 64;  // whole cache lines: so results go past the caches
    placed<T> in(n * apart, shift), out(n * apart, shift);
    const std::vector<index_t> shape{n, n}, strides = other ? std::vector<index_t>{1, apart} : std::vector<index_t>{apart, 1};
    const cholinv::tensor_view<T> from(in.data(), shape, strides), to = other ? from : cholinv::tensor_view<T>(out.data(), shape, strides);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) from(i, j) = a.data()[i * n + j];
    cholinv::options o = using_backend(cholinv::backend::native);
    o.threads = other ? 3 : first_team;
    const std::size_t bytes = cholinv::cholesky_inverse_scratch(from, upper, o);
    std::vector<unsigned char> scratch(bytes + 64, 0xa5);
    o.scratch = scratch.data();
    o.scratch_size = bytes;
    f(o, from, to, other ? "column-major, in place, threads 3" : first_team == 1 ? "row-major, threads 1" : "row-major, threads 2");
    ASSERT_EQ(std::count(scratch.end() - 64, scratch.end(), 0xa5), 64) << "behind the scratch";
  }
}

// Law: what lies below and right of element (m, m) in an inverse is the inverse of that part of the factor, to the last bit, whether sums
// take spans or not. Columns of what is above and left pass a residual in wide arithmetic.
TYPED_TEST(spans, inverses_are_those_of_sums_in_one_piece) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 2601;
  const bool upper = sizeof(T) == 8;
  SCOPED_TRACE(describe<T>(seed, n, upper, "both", cholinv::backend::native));
  engine g(seed);
  const cholinv::tensor<T> factor = random_factors<T>(g, {}, n, upper, nan_of<T>());
  const index_t m = n - in_one_piece;
  const cholinv::tensor_view<const T> corner(factor.data() + m * (n + 1), {in_one_piece, in_one_piece}, {n, 1});
  const cholinv::tensor<T> piece = cholinv::cholesky_inverse(corner, upper, using_backend(cholinv::backend::native));
  dense<T> first;  // rows
  for_both_ways<T>(factor, upper, [&](const auto& o, auto from, auto to, const char* name) {
    SCOPED_TRACE(name);
    cholinv::cholesky_inverse(from, upper, to, o);
    const cholinv::tensor_view<const T> found(&to(m, m), {in_one_piece, in_one_piece}, {to.stride(0), to.stride(1)});
    ASSERT_TRUE(same_tensor(found, piece));
    const auto x = matrices(to).front();
    ASSERT_TRUE(hermitian(x));
    const bool compare = !first.elements.empty();
    if (!compare) first = dense<T>(m, n);
    for (index_t i = 0; i < m; ++i)
      for (index_t j = 0; j < n; ++j) {
        if (compare) {
          ASSERT_TRUE(same_bits(first(i, j), x(i, j))) << "(" << i << ", " << j << ")";
        }
        first(i, j) = x(i, j);
      }
  });
  if (this->HasFatalFailure()) return;
  const auto f = matrices(factor).front();
  const auto l = [&](index_t i, index_t j) { return convert<W>(upper ? conjugate(f(j, i)) : f(i, j)); };
  for (index_t c : {index_t(0), m / 2, m - 1}) {  // L (L^H x) = e, x a column of X
    std::vector<W> y(static_cast<std::size_t>(n), W(0));
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k <= i; ++k) y[static_cast<std::size_t>(k)] += times(conjugate(l(i, k)), convert<W>(conjugate(first(c, i))));
    real_t<W> size(0), wrong(0);
    for (index_t i = 0; i < n; ++i) {
      W sum(i == c ? -1 : 0);
      real_t<W> row(0);
      for (index_t k = 0; k <= i; ++k) {
        const W product = times(l(i, k), y[static_cast<std::size_t>(k)]);
        sum += product;
        row += std::abs(product);
      }
      size = std::max(size, row);
      wrong = std::max(wrong, std::abs(sum));
    }
    ASSERT_LT(wrong / (size * epsilon<T>()), threshold) << "column " << c;
  }
}

// Law: the first rows and columns of a factor are the factor of those of the matrix, to the last bit. Elements of the rows after them pass
// a residual.
TYPED_TEST(spans, factors_are_those_of_sums_in_one_piece) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 2602;
  const bool upper = sizeof(T) != 8;
  SCOPED_TRACE(describe<T>(seed, n, upper, "both", cholinv::backend::native));
  engine g(seed);
  const cholinv::tensor<T> a = random_positives<T>(g, {}, n, upper);
  const cholinv::tensor_view<const T> corner(a.data(), {in_one_piece, in_one_piece}, {n, 1});
  const cholinv::tensor<T> piece = cholinv::cholesky(corner, upper, using_backend(cholinv::backend::native));
  cholinv::tensor<T> first;
  for_both_ways<T>(a, upper, [&](const auto& o, auto from, auto to, const char* name) {
    SCOPED_TRACE(name);
    cholinv::cholesky(from, upper, to, o);
    const cholinv::tensor_view<const T> found(&to(0, 0), {in_one_piece, in_one_piece}, {to.stride(0), to.stride(1)});
    ASSERT_TRUE(same_tensor(found, piece));
    if (first.size() == 0) first = single<T>(to_dense<T>(matrices(to).front()));
    ASSERT_TRUE(same_tensor(first, to));
  });
  if (this->HasFatalFailure()) return;
  const auto f = matrices(first).front();
  const auto l = [&](index_t i, index_t j) { return convert<W>(upper ? conjugate(f(j, i)) : f(i, j)); };
  for (index_t i = in_one_piece; i < n; ++i)
    for (index_t j = i % 31; j <= i; j += 31) {
      const T element = upper ? conjugate(a.data()[j * n + i]) : a.data()[i * n + j];
      W sum = -convert<W>(element);
      real_t<W> size = std::abs(sum);
      for (index_t k = 0; k <= j; ++k) {
        const W product = times(l(i, k), conjugate(l(j, k)));
        sum += product;
        size += std::abs(product);
      }
      ASSERT_LT(std::abs(sum) / (size * epsilon<T>()), threshold) << "element (" << i << ", " << j << ")";
    }
}

// Law: a pivot that is not positive is reported as it is where sums come in one piece, and nothing is written.
TYPED_TEST(spans, bad_pivots_are_reported) {
  using T = TypeParam;
  for (index_t bad : {index_t(0), index_t(191), index_t(192), n - 1}) {
    SCOPED_TRACE(describe<T>(0, n, false, "row_major", cholinv::backend::native) + ", bad pivot " + std::to_string(bad));
    cholinv::tensor<T> a({n, n});
    for (index_t i = 0; i < n; ++i) a(i, i) = T(i == bad ? -1 : 4);
    for (index_t i = 0; i + 1 < n; ++i) a(i + 1, i) = T(1);
    const cholinv::tensor<T> before = a;
    cholinv::options o = using_backend(cholinv::backend::native);
    o.threads = 3;
    try {
      cholinv::cholesky(a, false, a, o);
      FAIL() << "no exception";
    } catch (const cholinv::not_positive_definite& e) {
      ASSERT_EQ(e.diagonal_index(), bad + 1);
    }
    ASSERT_TRUE(same_tensor(a, before));
  }
}

}  // namespace
