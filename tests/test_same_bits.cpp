// test_same_bits.cpp: a matrix has the bits that it has alone, whatever the batch, strides, threads and scratch (rule 11).
// builds: full
#include "support/layout.hpp"

namespace {

using namespace support;

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
      const index_t kinds = n <= 17 ? many : n <= 90 ? 17 : 8;
      const cholinv::tensor<T> factors = random_factors<T>(g, {kinds}, n, upper, nan_of<T>());
      const auto list = matrices(factors);
      std::vector<cholinv::tensor<T>> alone;
      for (const auto& m : list) {
        cholinv::options o = using_backend(cholinv::backend::native);
        o.threads = 1;
        alone.push_back(cholinv::cholesky_inverse(cholinv::tensor_view<const T>(m.data, {n, n}), upper, o));
      }
      for (index_t size : {1, 2, 3, 5, 8, 15, 17, 33}) {
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
    const index_t kinds = n <= 17 || n == 90 ? 17 : n < 90 ? 8 : 3;
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

// The same for both tasks from order 91 on, where strides decide whether lanes take the matrices.
TYPED_TEST(layout_rule_11, same_bits_of_larger_matrices_in_a_batch) {
  using T = TypeParam;
  const std::uint64_t seed = 308;
  engine g(seed);
  std::size_t turn = 0;
  for (index_t n : {91, 96, 100, 101, 120, 121, 150, 151, 180, 181, 240, 241}) {
    constexpr index_t kinds = 3, size = 17;
    const bool upper = n % 2 == 1;
    const cholinv::tensor<T> positives = random_positives<T>(g, {kinds}, n, upper);
    cholinv::options o = using_backend(cholinv::backend::native);
    o.threads = 1;
    const cholinv::tensor<T> factors = cholinv::cholesky(positives, upper, o), inverses = cholinv::cholesky_inverse(factors, upper, o);
    cholinv::tensor<T> batch({size, n, n});
    const auto repeat = [&](const cholinv::tensor<T>& from) {
      for (index_t b = 0; b < size; ++b) std::copy_n(from.data() + b % kinds * n * n, n * n, batch.data() + b * n * n);
      return cholinv::tensor_view<const T>(batch);
    };
    const std::vector<std::pair<layout, layout>> pairs{{layout::row_major, layout::row_major},
                                                       {layouts[turn % 8], layouts[(3 * turn + 1) % 8]}};
    for (const auto& [in, to] : pairs) {
      SCOPED_TRACE(describe<T>(seed, n, upper, std::string(layout_name(in)) + " -> " + layout_name(to), cholinv::backend::native));
      guarded<T> out(to, with_matrix({size}, n));
      const auto check = [&](const cholinv::tensor<T>& alone) {
        const auto results = matrices(out.view());
        for (index_t b = 0; b < size; ++b)
          ASSERT_TRUE(same_matrix(results[static_cast<std::size_t>(b)], matrices(alone)[static_cast<std::size_t>(b % kinds)])) << b;
        ASSERT_TRUE(out.outside_untouched());
      };
      cholinv::cholesky(guarded<T>(in, repeat(positives)).const_view(), upper, out.view(), o);
      check(factors);
      cholinv::cholesky_inverse(guarded<T>(in, repeat(factors)).const_view(), upper, out.view(), o);
      check(inverses);
    }
    ++turn;
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
