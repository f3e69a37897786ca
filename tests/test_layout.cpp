// test_layout.cpp: strides, batches, threads and scratch change where the numbers are, never what they are (rules 9 and 11).
// builds: native lapack openmp
#include "support/layout.hpp"

#include <sstream>
#include <stdexcept>

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

template <class T>
T nan_of() {
  return T(std::numeric_limits<real_t<T>>::quiet_NaN());
}
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

// Matrices whose named triangle is that of R R^H + I; the other triangle is NaN.
template <class T>
cholinv::tensor<T> random_positives(engine& g, const std::vector<index_t>& batch, index_t n, bool upper) {
  cholinv::tensor<T> t(with_matrix(batch, n));
  for (const auto& m : matrices(t)) {
    const dense<T> r = random_matrix<T>(g, n, n);
    const auto scale = static_cast<real_t<T>>(n);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j)
        // Diagonally dominant, so that it is cheap to know positive definite.
        m(i, j) = i == j ? T(scale + 2) : (upper ? j > i : j < i) ? r(i, j) * static_cast<real_t<T>>(0.5) : nan_of<T>();
  }
  return t;
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

// ---- Rule 11 ----

// Memory that starts one byte past any alignment.
class odd_memory {
 public:
  void give(cholinv::options& o, std::size_t bytes) {
    memory_.resize(bytes + 65);
    auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    o.scratch = memory_.data() + (64 - address % 64) + 1;
    o.scratch_size = bytes;
  }

 private:
  std::vector<unsigned char> memory_;
};

template <class T>
class layout_rule_11 : public testing::Test {};
TYPED_TEST_SUITE(layout_rule_11, dtypes, dtype_names);

// Law: a matrix has the bits that it has alone, in a batch of any size, at any position, whatever the neighbours, strides,
// threads and scratch.
TYPED_TEST(layout_rule_11, same_bits_in_every_company) {
  using T = TypeParam;
  const std::uint64_t seed = 305;
  engine g(seed);
  std::vector<index_t> orders = edge_orders();
  orders.push_back(130);
  odd_memory scratch;
  std::size_t turn = 0;
  for (index_t n : orders)
    for (bool upper : {false, true}) {
      if (n > 50 && upper != (n % 2 == 0)) continue;
      constexpr index_t many = 33;
      const index_t kinds = n <= 17 ? many : n <= 80 ? 17 : 8;
      const cholinv::tensor<T> factors = random_factors<T>(g, {kinds}, n, upper, nan_of<T>());
      const auto list = matrices(factors);
      std::vector<cholinv::tensor<T>> alone;
      for (const auto& m : list) {
        cholinv::options o = using_backend(cholinv::backend::native);
        o.threads = 1;
        alone.push_back(cholinv::cholesky_inverse(cholinv::tensor_view<const T>(m.data, {n, n}), upper, o));
      }
      for (index_t size : {1, 2, 3, 5, 8, 17, 33}) {
        if (size > kinds || (n > 50 && (size == 2 || size == 5))) continue;
        cholinv::tensor<T> batch({size, n, n});
        const index_t shift = below(g, kinds);
        const auto slots = matrices(batch);
        for (index_t b = 0; b < size; ++b)
          for (index_t k = 0; k < n * n; ++k)
            slots[static_cast<std::size_t>(b)].data[k] = list[static_cast<std::size_t>((b + shift) % kinds)].data[k];
        for (int threads : {1, 2, 4})
          for (bool with_scratch : {false, true}) {
            if (n > 50 && with_scratch != (threads == 2)) continue;
            const layout in = layouts[turn % 8], to = layouts[(turn / 8 + turn) % 8];
            ++turn;
            cholinv::options o = using_backend(cholinv::backend::native);
            o.threads = threads;
            const guarded<T> from(in, batch);
            guarded<T> out(to, with_matrix({size}, n));
            if (with_scratch) scratch.give(o, cholinv::cholesky_inverse_scratch(from.const_view(), upper, o));
            cholinv::cholesky_inverse(from.const_view(), upper, out.view(), o);
            const auto results = matrices(out.view());
            for (index_t b = 0; b < size; ++b) {
              const auto lonely = matrices(alone[static_cast<std::size_t>((b + shift) % kinds)]);
              ASSERT_TRUE(same_matrix(results[static_cast<std::size_t>(b)], lonely.front()))
                  << describe<T>(seed, n, upper, std::string(layout_name(in)) + " -> " + layout_name(to), cholinv::backend::native)
                  << ", matrix " << b << " of " << size << ", threads " << threads << (with_scratch ? ", scratch" : "");
            }
            ASSERT_TRUE(out.outside_untouched());
          }
      }
    }
}

TYPED_TEST(layout_rule_11, same_bits_of_cholesky_in_every_company) {
  using T = TypeParam;
  const std::uint64_t seed = 306;
  engine g(seed);
  odd_memory scratch;
  std::size_t turn = 0;
  for (index_t n : edge_orders()) {
    const bool upper = n % 3 == 1;
    const index_t kinds = n <= 17 ? 17 : n <= 80 ? 8 : 3;
    const cholinv::tensor<T> all = random_positives<T>(g, {kinds}, n, upper);
    std::vector<cholinv::tensor<T>> alone;
    for (const auto& m : matrices(all))
      alone.push_back(cholinv::cholesky(cholinv::tensor_view<const T>(m.data, {n, n}), upper, using_backend(cholinv::backend::native)));
    for (index_t size : {2, 3, 5, 8, 17})
      for (int threads : {1, 2, 4}) {
        if (size > kinds) continue;
        const layout in = layouts[turn % 8], to = layouts[(turn / 8 + turn) % 8];
        ++turn;
        const index_t first = below(g, kinds - size + 1);
        const cholinv::tensor_view<const T> batch(all.data() + first * n * n, {size, n, n});
        const guarded<T> from(in, batch);
        guarded<T> out(to, with_matrix({size}, n));
        cholinv::options o = using_backend(cholinv::backend::native);
        o.threads = threads;
        if (turn % 2 == 0) scratch.give(o, cholinv::cholesky_inverse_scratch(from.const_view(), upper, o));
        cholinv::cholesky(from.const_view(), upper, out.view(), o);
        const auto results = matrices(out.view());
        for (index_t b = 0; b < size; ++b)
          ASSERT_TRUE(same_matrix(results[static_cast<std::size_t>(b)],
                                  matrices(std::as_const(alone[static_cast<std::size_t>(first + b)])).front()))
              << describe<T>(seed, n, upper, std::string(layout_name(in)) + " -> " + layout_name(to), cholinv::backend::native)
              << ", matrix " << b << " of " << size << ", threads " << threads;
        ASSERT_TRUE(out.outside_untouched());
      }
  }
}

// A batch in one dimension or in several, transposed or not, is the same list of matrices.
TYPED_TEST(layout_rule_11, same_bits_in_any_batch_shape) {
  using T = TypeParam;
  const std::uint64_t seed = 307;
  engine g(seed);
  for (index_t n : {1, 3, 8, 13}) {
    const cholinv::tensor<T> factors = random_factors<T>(g, {24}, n, false, nan_of<T>());
    const cholinv::tensor<T> answer = cholinv::cholesky_inverse(factors, false, using_backend(cholinv::backend::native));
    for (const std::vector<index_t>& batch :
         {std::vector<index_t>{24}, {4, 6}, {2, 3, 4}, {1, 24}, {24, 1}, {2, 1, 12}, {2, 2, 2, 3}, {2, 2, 1, 2, 3, 1}}) {
      const cholinv::tensor_view<const T> view(factors.data(), with_matrix(batch, n));
      const cholinv::tensor<T> result = cholinv::cholesky_inverse(view, false, using_backend(cholinv::backend::native));
      ASSERT_TRUE(same_tensor(result, answer)) << describe<T>(seed, n, false, "contiguous", cholinv::backend::native) << ", batch rank "
                                               << batch.size();
    }
    // (4, 6) read as (6, 4): matrix (i, j) of the one is matrix (j, i) of the other.
    const cholinv::tensor_view<const T> transposed(factors.data(), {index_t(6), index_t(4), n, n}, {n * n, 6 * n * n, n, index_t(1)});
    const cholinv::tensor<T> result = cholinv::cholesky_inverse(transposed, false, using_backend(cholinv::backend::native));
    const auto results = matrices(result);
    const auto answers = matrices(answer);
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = 0; j < 4; ++j) ASSERT_TRUE(same_matrix(results[i * 4 + j], answers[j * 6 + i])) << "order " << n;
  }
}

// Where there is no matrix, strides mean nothing: even extreme ones are not multiplied out.
TYPED_TEST(layout_rule_11, empty_batches_ignore_their_strides) {
  using T = TypeParam;
  constexpr index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
  T one = T(2);
  int flag = -1;
  for (index_t stride : {index_t(0), most, least, most / 3})
    for (const std::vector<index_t>& shape : {std::vector<index_t>{0, 5, 3, 3}, {5, 0, 3, 3}, {0, 0, 3, 3}, {5, 4, 0, 0}, {0, 5, 1, 1}})
      for (bool upper : {false, true})
        for (cholinv::backend use : backends()) {
          SCOPED_TRACE(testing::Message() << "stride " << stride << ", extents " << shape[0] << ", " << shape[1] << ", order " << shape[2]);
          const std::vector<index_t> strides(4, stride), batch = {shape[0], shape[1]};
          const cholinv::tensor_view<const T> factor(&one, shape, strides);
          const cholinv::tensor_view<T> out(&one, shape, strides);
          EXPECT_NO_THROW(cholinv::cholesky_inverse(factor, upper, out, using_backend(use)));
          EXPECT_NO_THROW(cholinv::cholesky(factor, upper, out, using_backend(use)));
          EXPECT_EQ(cholinv::cholesky_inverse(factor, upper, using_backend(use)).size(), 0);
          if (shape[2] != 0) {
            const cholinv::tensor_view<int> info(&flag, batch, std::vector<index_t>(2, stride));
            EXPECT_EQ(cholinv::cholesky_inverse_ex(factor, upper, out, info, using_backend(use)), 0);
          }
          EXPECT_TRUE(same_bits(one, T(2)));
          EXPECT_EQ(flag, -1);
        }
  // Matrices of order 0 are there, though, and have succeeded.
  const cholinv::tensor<T> nothing({3, 2, 0, 0});
  const auto result = cholinv::cholesky_inverse_ex(nothing, false);
  ASSERT_EQ(result.info.size(), 6);
  for (int i : result.info) EXPECT_EQ(i, 0);
  std::vector<int> info(6, -1);
  cholinv::tensor<T> out({3, 2, 0, 0});
  EXPECT_EQ(cholinv::cholesky_inverse_ex(nothing, false, out, cholinv::tensor_view<int>(info.data(), {3, 2})), 0);
  for (int i : info) EXPECT_EQ(i, 0);
}

}  // namespace
