// test_agreement.cpp: a matrix alone and the same matrix in a batch, with elements in it that overflow, vanish or are not numbers.
// builds: native
#include <gtest/gtest.h>

#include <Eigen/Core>

#include <cholinv/cholinv.hpp>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/AutoDiff>

#include "support/cases.hpp"
#include "support/random.hpp"

using namespace support;

namespace {

template <class T>
class agreement : public testing::Test {};
TYPED_TEST_SUITE(agreement, dtypes, dtype_names);

// Law: structural zeros take no part. So the kernels for one and for many matrices agree, (j, i) is the conjugate of (i, j), and a
// NaN is not lost, whatever was planted.
TYPED_TEST(agreement, of_one_and_many_with_planted_elements) {
  using T = TypeParam;
  using R = cholinv::detail::real_t<T>;
  const R planted[] = {std::numeric_limits<R>::denorm_min() * 4, std::numeric_limits<R>::infinity(), -std::numeric_limits<R>::infinity(),
                       std::numeric_limits<R>::quiet_NaN(),      std::numeric_limits<R>::max() / 2,  std::numeric_limits<R>::min()};
  constexpr cholinv::index_t count = 20;
  const std::uint64_t seed = 901;
  engine g(seed);
  for (cholinv::index_t n : {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 20, 21, 33, 50})
    for (bool upper : {false, true})
      for (R value : planted)
        for (bool on_diagonal : {false, true}) {
          cholinv::tensor<T> factors({count, n, n});
          std::uniform_real_distribution<double> uniform(-1, 1);
          for (T& x : factors) x = T(static_cast<R>(uniform(g)));
          for (cholinv::index_t b = 0; b < count; ++b) {
            for (cholinv::index_t i = 0; i < n; ++i) factors(b, i, i) = T(static_cast<R>(2 + uniform(g)));
            const auto i = static_cast<cholinv::index_t>(g() % static_cast<std::uint64_t>(n));
            const auto j = on_diagonal ? i : static_cast<cholinv::index_t>(g() % static_cast<std::uint64_t>(i + 1));
            (upper ? factors(b, j, i) : factors(b, i, j)) = T(value);
          }
          const auto many = cholinv::cholesky_inverse(factors, upper, {cholinv::backend::native});
          for (cholinv::index_t b = 0; b < count; ++b) {
            const cholinv::tensor_view<const T> factor(factors.data() + b * n * n, {n, n});
            const auto one = cholinv::cholesky_inverse(factor, upper, {cholinv::backend::native});
            bool agree = true, hermitian = true, nan = false;
            for (cholinv::index_t i = 0; i < n; ++i)
              for (cholinv::index_t j = 0; j < n; ++j) {
                const T x = one(i, j), y = one(j, i);
                agree = agree && same_value(x, many(b, i, j));
                hermitian = hermitian && same_value(std::real(x), std::real(y));
                nan = nan || is_nan(x);
              }
            const std::string where = describe<T>(seed, n, upper, "row_major", cholinv::backend::native) + ", planted " +
                                      std::to_string(value) + (on_diagonal ? " on the diagonal" : " below it") + ", batch element " +
                                      std::to_string(b);
            EXPECT_TRUE(agree) << where;
            EXPECT_TRUE(hermitian) << where;
            EXPECT_TRUE(nan || !is_nan(value)) << where;
          }
        }
}

// A scalar whose operations are expression templates: its sqrt is no scalar until it is converted.
TEST(agreement_of_scalars, an_expression_template_scalar_has_a_factor) {
  using dual = Eigen::AutoDiffScalar<Eigen::Vector2d>;
  cholinv::tensor<dual> a({2, 2});
  a(0, 0) = dual(4.0, 2, 0);
  a(1, 0) = a(0, 1) = dual(2.0);
  a(1, 1) = dual(5.0, 2, 1);
  const auto l = cholinv::cholesky(a);
  EXPECT_DOUBLE_EQ(l(0, 0).value(), 2.0);
  EXPECT_DOUBLE_EQ(l(1, 0).value(), 1.0);
  EXPECT_DOUBLE_EQ(l(1, 1).value(), 2.0);
  EXPECT_DOUBLE_EQ(l(0, 0).derivatives()(0), 0.25);  // d sqrt(a) = da / (2 sqrt(a))
}

}  // namespace
