// test_layout.cpp: strides change where the numbers are, never what they are, and nothing between them is touched (rule 9).
// builds: native full
#include "support/layout.hpp"

#include <sstream>

namespace {

using namespace support;

// A view with random strides over a buffer of canaries: permuted, padded, reversed, and, for a factor, broadcast over
// batch dimensions. Strides of extents <= 1 are arbitrary.
template <class T>
class scattered {
 public:
  scattered(engine& g, const std::vector<index_t>& shape, bool broadcast) : shape_(shape), strides_(shape.size()) {
    const std::size_t rank = shape.size();
    std::vector<std::size_t> order(rank);  // from the smallest stride to the largest
    for (std::size_t d = 0; d < rank; ++d) order[d] = rank - 1 - d;
    if (below(g, 4) != 0)
      for (std::size_t d = rank; d > 1; --d) std::swap(order[d - 1], order[static_cast<std::size_t>(below(g, static_cast<index_t>(d)))]);
    constexpr index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
    constexpr index_t unused[] = {0, 1, -1, 7, -1000, most, least, most / 2};
    index_t step = below(g, 3) == 0 ? 1 + below(g, 3) : 1, first = 0;
    for (std::size_t d : order) {
      const index_t extent = shape[d];
      if (extent <= 1) {
        strides_[d] = unused[below(g, 8)];
      } else if (broadcast && d + 2 < rank && below(g, 4) == 0) {
        strides_[d] = 0;
        broadcast_ = true;
      } else {
        const bool backwards = below(g, 3) == 0;
        strides_[d] = backwards ? -step : step;
        if (backwards) first += step * (extent - 1);
        step = step * extent + below(g, 4);
      }
    }
    first_ = margin + first;
    buffer_.resize(static_cast<std::size_t>(2 * margin + step));
    for (std::size_t k = 0; k < buffer_.size(); ++k) buffer_[k] = T(static_cast<real_t<T>>(-9001 - static_cast<int>(k % 89)));
    inside_.assign(buffer_.size(), false);
    for_each_index(shape_, [&](const std::vector<index_t>& i) { inside_[place(i)] = true; });
    remember();
  }

  cholinv::tensor_view<T> view() { return cholinv::tensor_view<T>(buffer_.data() + first_, shape_, strides_); }
  cholinv::tensor_view<const T> const_view() const { return cholinv::tensor_view<const T>(buffer_.data() + first_, shape_, strides_); }
  bool is_broadcast() const { return broadcast_; }
  // Writes the elements of a row-major tensor; with a broadcast the last one stays.
  void fill(const cholinv::tensor<T>& from) {
    const T* next = from.data();
    for_each_index(shape_, [&](const std::vector<index_t>& i) { buffer_[place(i)] = *next++; });
    remember();
  }
  cholinv::tensor<T> contiguous() const {
    cholinv::tensor<T> copy(shape_);
    T* next = copy.data();
    for_each_index(shape_, [&](const std::vector<index_t>& i) { *next++ = buffer_[place(i)]; });
    return copy;
  }
  void remember() { start_ = buffer_; }
  testing::AssertionResult untouched() const { return unchanged(true); }
  testing::AssertionResult outside_untouched() const { return unchanged(false); }
  std::string name() const {
    std::ostringstream s;
    for (std::size_t d = 0; d < shape_.size(); ++d) s << (d == 0 ? "(" : ", ") << shape_[d] << ":" << strides_[d];
    return s.str() + (shape_.empty() ? "()" : ")");
  }

 private:
  static constexpr index_t margin = 64;
  std::size_t place(const std::vector<index_t>& i) const {
    index_t at = first_;
    for (std::size_t d = 0; d < i.size(); ++d)
      if (i[d] != 0) at += i[d] * strides_[d];
    return static_cast<std::size_t>(at);
  }
  testing::AssertionResult unchanged(bool inside_too) const {
    for (std::size_t k = 0; k < buffer_.size(); ++k)
      if ((inside_too || !inside_[k]) && !same_bits(buffer_[k], start_[k]))
        return testing::AssertionFailure() << "buffer element " << k << " was written; the view's first is " << first_;
    return testing::AssertionSuccess();
  }

  std::vector<index_t> shape_, strides_;
  index_t first_ = 0;
  bool broadcast_ = false;
  std::vector<T> buffer_, start_;
  std::vector<bool> inside_;
};

std::vector<index_t> random_batch(engine& g) {
  std::vector<index_t> batch;
  for (index_t d = below(g, 4); d > 0; --d) batch.push_back(1 + below(g, 4));
  if (below(g, 40) == 0 && !batch.empty()) batch.back() = 0;
  index_t count = 1;
  for (index_t& e : batch) {
    if (count * e > 12) e = 1;
    count *= e;
  }
  return batch;
}
// Mostly small, and now and then on one side or the other of every edge.
index_t random_order(engine& g) {
  if (below(g, 3) != 0) return below(g, 18);
  return edge_orders()[static_cast<std::size_t>(below(g, static_cast<index_t>(edge_orders().size())))];
}

template <class T>
class layout_random : public testing::Test {};
TYPED_TEST_SUITE(layout_random, dtypes, dtype_names);

// Law: whatever the strides of factor and out, the native result is bitwise the contiguous one; every backend's result
// is an inverse; the factor and everything around out stay as they were.
TYPED_TEST(layout_random, inverse_is_that_of_contiguous_memory) {
  using T = TypeParam;
  const std::uint64_t seed = 301;
  engine g(seed);
  int broadcast = 0;
  for (int repeat = 0; repeat < 160; ++repeat) {
    const index_t n = random_order(g);
    const bool upper = below(g, 2) == 0;
    const std::vector<index_t> batch = random_batch(g), shape = with_matrix(batch, n);
    scattered<T> factor(g, shape, true), out(g, shape, false);
    factor.fill(random_factors<T>(g, batch, n, upper, nan_of<T>()));
    broadcast += factor.is_broadcast();
    const cholinv::tensor<T> apart = factor.contiguous();
    const cholinv::tensor<T> answer = cholinv::cholesky_inverse(apart, upper, using_backend(cholinv::backend::native));

    const auto factors = matrices(apart);
    const auto inverts = [&](const cholinv::tensor<T>& result) {
      const auto results = matrices(result);
      for (std::size_t b = 0; b < results.size() && b < (n > 20 ? 1u : 3u); ++b) {
        ASSERT_TRUE(hermitian(results[b]));
        ASSERT_LT(residual<T>(matrix_of_factor(to_dense<wide_t<T>>(factors[b]), upper), to_dense<wide_t<T>>(results[b])), threshold);
      }
    };
    const auto check = [&](scattered<T>& written, cholinv::backend use) {
      ASSERT_TRUE(written.outside_untouched());
      if (use == cholinv::backend::native) {
        ASSERT_TRUE(same_tensor(written.contiguous(), answer));
      } else {
        inverts(written.contiguous());
      }
    };
    inverts(answer);
    for (cholinv::backend use : backends()) {
      SCOPED_TRACE(describe<T>(seed, n, upper, factor.name() + " -> " + out.name(), use) + ", repeat " + std::to_string(repeat));
      out.remember();
      cholinv::cholesky_inverse(factor.const_view(), upper, out.view(), using_backend(use));
      check(out, use);
      ASSERT_TRUE(factor.untouched());
      if (this->HasFatalFailure()) return;

      scattered<T> same(g, shape, false);
      same.fill(apart);
      const std::string name = same.name();
      SCOPED_TRACE("in place in " + name);
      cholinv::cholesky_inverse(same.const_view(), upper, same.view(), using_backend(use));
      check(same, use);
      if (this->HasFatalFailure()) return;
    }
  }
  EXPECT_GT(broadcast, 10);
}

TYPED_TEST(layout_random, cholesky_is_that_of_contiguous_memory) {
  using T = TypeParam;
  const std::uint64_t seed = 302;
  engine g(seed);
  for (int repeat = 0; repeat < 120; ++repeat) {
    const index_t n = random_order(g);
    const bool upper = below(g, 2) == 0;
    const std::vector<index_t> batch = random_batch(g), shape = with_matrix(batch, n);
    scattered<T> a(g, shape, true), out(g, shape, false), same(g, shape, false);
    a.fill(random_positives<T>(g, batch, n, upper));
    const cholinv::tensor<T> apart = a.contiguous();
    const cholinv::tensor<T> answer = cholinv::cholesky(apart, upper, using_backend(cholinv::backend::native));

    const auto check = [&](scattered<T>& written, cholinv::backend use) {
      ASSERT_TRUE(written.outside_untouched());
      const cholinv::tensor<T> result = written.contiguous();
      ASSERT_TRUE(use != cholinv::backend::native || same_tensor(result, answer));
      const auto results = matrices(result);
      const auto given = matrices(apart);
      for (std::size_t b = 0; b < results.size(); ++b) {
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j < n; ++j)
            ASSERT_TRUE((upper ? j >= i : j <= i) || results[b](i, j) == T(0)) << "(" << i << ", " << j << ") is not zero";
        if (b == 0) {
          dense<wide_t<T>> whole = to_dense<wide_t<T>>(given[b]);
          for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < i; ++j) upper ? whole(i, j) = conjugate(whole(j, i)) : whole(j, i) = conjugate(whole(i, j));
          ASSERT_LT(factor_residual<T>(whole, as_lower(to_dense<wide_t<T>>(results[b]), upper)), threshold);
        }
      }
    };
    for (cholinv::backend use : backends()) {
      SCOPED_TRACE(describe<T>(seed, n, upper, a.name() + " -> " + out.name() + " and in place in " + same.name(), use));
      out.remember();
      cholinv::cholesky(a.const_view(), upper, out.view(), using_backend(use));
      check(out, use);
      ASSERT_TRUE(a.untouched());
      same.fill(apart);
      cholinv::cholesky(same.const_view(), upper, same.view(), using_backend(use));
      check(same, use);
      if (this->HasFatalFailure()) return;
    }
  }
}

// Singular matrices among good ones, info and out in random layouts: the right info, the failed matrices of out untouched.
TYPED_TEST(layout_random, info_and_failed_matrices_are_where_they_belong) {
  using T = TypeParam;
  const std::uint64_t seed = 303;
  engine g(seed);
  index_t failures = 0, successes = 0;
  for (int repeat = 0; repeat < 250; ++repeat) {
    const index_t n = below(g, 8) == 0 ? 1 + random_order(g) : 1 + below(g, 6);
    const bool upper = below(g, 2) == 0;
    const std::vector<index_t> batch = random_batch(g), shape = with_matrix(batch, n);
    scattered<T> factor(g, shape, true), out(g, shape, false);
    scattered<int> info(g, batch, false);
    cholinv::tensor<T> values = random_factors<T>(g, batch, n, upper, nan_of<T>());
    for (const auto& m : matrices(values))
      if (below(g, 3) == 0) {
        const index_t zero = below(g, n);
        m(zero, zero) = T(0);
        if (below(g, 2) == 0) m(n - 1, n - 1) = -m(zero, zero);  // -0 is zero too
      }
    factor.fill(values);
    const cholinv::tensor<T> apart = factor.contiguous();
    const auto factors = matrices(apart);
    std::vector<int> expected;
    for (const auto& m : factors) {
      int first = 0;
      for (index_t i = n; i > 0; --i)
        if (m(i - 1, i - 1) == T(0)) first = static_cast<int>(i);
      expected.push_back(first);
      ++(first == 0 ? successes : failures);
    }
    const auto answer = cholinv::cholesky_inverse_ex(apart, upper, using_backend(cholinv::backend::native));

    for (cholinv::backend use : backends()) {
      SCOPED_TRACE(describe<T>(seed, n, upper, factor.name() + " -> " + out.name() + ", info " + info.name(), use));
      scattered<T> target = out;
      const cholinv::tensor<T> before = target.contiguous();
      const index_t failed = cholinv::cholesky_inverse_ex(factor.const_view(), upper, target.view(), info.view(), using_backend(use));
      ASSERT_EQ(failed, static_cast<index_t>(expected.size()) - static_cast<index_t>(std::count(expected.begin(), expected.end(), 0)));
      ASSERT_TRUE(factor.untouched());
      ASSERT_TRUE(target.outside_untouched());
      ASSERT_TRUE(info.outside_untouched());
      const cholinv::tensor<int> infos = info.contiguous();
      ASSERT_TRUE(std::equal(infos.begin(), infos.end(), expected.begin(), expected.end()));
      const cholinv::tensor<T> result = target.contiguous();
      const auto results = matrices(result);
      const auto old = matrices(before);
      const auto answers = matrices(answer.inverse);
      for (std::size_t b = 0; b < results.size(); ++b) {
        if (expected[b] != 0) {
          ASSERT_TRUE(same_matrix(results[b], old[b])) << "failed matrix " << b;
          ASSERT_TRUE(all_nan(answers[b])) << "failed matrix " << b;
        } else if (use == cholinv::backend::native) {
          ASSERT_TRUE(same_matrix(results[b], answers[b])) << "matrix " << b;
        } else {
          ASSERT_LT(residual<T>(matrix_of_factor(to_dense<wide_t<T>>(factors[b]), upper), to_dense<wide_t<T>>(results[b])), threshold);
        }
      }
    }
  }
  EXPECT_GT(failures, 100);
  EXPECT_GT(successes, 100);
}

// Every named layout of the input beside every named layout of the output.
template <class T>
class layout_pairs : public testing::Test {};
TYPED_TEST_SUITE(layout_pairs, dtypes, dtype_names);

TYPED_TEST(layout_pairs, all_give_the_contiguous_result) {
  using T = TypeParam;
  const std::uint64_t seed = 304;
  engine g(seed);
  for (index_t n : {1, 2, 4, 7, 17})
    for (bool upper : {false, true}) {
      const cholinv::tensor<T> factor = random_factors<T>(g, {2, 3}, n, upper, nan_of<T>());
      const cholinv::tensor<T> answer = cholinv::cholesky_inverse(factor, upper, using_backend(cholinv::backend::native));
      for (layout in : layouts)
        for (layout to : layouts) {
          SCOPED_TRACE(describe<T>(seed, n, upper, std::string(layout_name(in)) + " -> " + layout_name(to), cholinv::backend::native));
          const guarded<T> from(in, factor);
          guarded<T> out(to, with_matrix({2, 3}, n));
          cholinv::cholesky_inverse(from.const_view(), upper, out.view(), using_backend(cholinv::backend::native));
          ASSERT_TRUE(same_tensor(out.view(), answer));
          ASSERT_TRUE(out.outside_untouched());
          ASSERT_TRUE(from.outside_untouched());
          ASSERT_TRUE(same_tensor(from.const_view(), factor));
        }
    }
}

}  // namespace
