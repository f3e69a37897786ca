// test_lapack_types.cpp: LAPACK's own check of potri (?chkpo, tests 1 and 2) on its own matrix types, residuals in long double.
// builds: full
#include "support/layout.hpp"

namespace {

using namespace support;

template <class T>
class lapack_list : public testing::Test {};
TYPED_TEST_SUITE(lapack_list, dtypes, dtype_names);

const std::vector<index_t> lapack_orders = {0, 1, 2, 3, 5, 10, 50};

template <class T>
std::string describe_type(std::uint64_t seed, index_t n, bool upper, cholinv::backend b, const char* type) {
  return describe<T>(seed, n, upper, "row_major", b) + ", " + type;
}

// One matrix A, its factor by the oracle, its inverse by every backend from either triangle.
template <class T>
void check_order(std::uint64_t seed, index_t n, const lapack_type& type) {
  using W = wide_t<T>;
  engine g(seed + static_cast<std::uint64_t>(n));
  const dense<T> lower = to_dense<T>(cholesky_of(lapack_matrix<T>(g, type.number, n)));
  inverse_of<T> law(gram(to_dense<W>(lower)));
  for (bool upper : {false, true}) {
    const auto factor = single<T>(upper ? adjoint(lower) : lower);
    for (auto backend : backends()) {
      SCOPED_TRACE(describe_type<T>(seed, n, upper, backend, type.name));
      const auto x = cholinv::cholesky_inverse(factor, upper, using_backend(backend));
      EXPECT_TRUE(law(matrices(x).front()));
    }
  }
}

TYPED_TEST(lapack_list, residual_of_every_type) {
  for (const auto& type : lapack_types)
    for (index_t n : lapack_orders) check_order<TypeParam>(101, n, type);
}

TYPED_TEST(lapack_list, residual_on_both_sides_of_every_edge) {
  for (index_t n : edge_orders()) check_order<TypeParam>(103, n, lapack_types[static_cast<std::size_t>(n % 3 + 1)]);  // types 2, 6, 7
}

// Neighbours of quite another size and condition, more of them than any vector has lanes: each gets its own inverse, and
// from the native backend the one it gets alone.
TYPED_TEST(lapack_list, all_types_in_one_batch) {
  using T = TypeParam;
  const std::uint64_t seed = 105;
  for (index_t n : {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 20, 21, 33})
    for (bool upper : {false, true}) {
      engine g(seed + static_cast<std::uint64_t>(n));
      std::vector<dense<T>> factors;
      std::vector<inverse_of<T>> laws;
      while (factors.size() < 37)
        for (const auto& type : lapack_types) {
          const auto lower = cholesky_of(lapack_matrix<T>(g, type.number, n));
          factors.push_back(to_dense<T>(upper ? adjoint(lower) : lower));
          laws.emplace_back(matrix_of_factor(to_dense<wide_t<T>>(factors.back()), upper));
        }
      const auto batch = stack<T>(factors);
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        const auto x = cholinv::cholesky_inverse(batch, upper, using_backend(backend));
        for (std::size_t b = 0; b < factors.size(); ++b) {
          const auto together = matrices(x)[b];
          EXPECT_TRUE(laws[b](together)) << "matrix " << b;
          if (backend != cholinv::backend::native) continue;
          const auto alone = cholinv::cholesky_inverse(single<T>(factors[b]), upper, using_backend(backend));
          EXPECT_TRUE(same_matrix(together, matrices(alone).front())) << "matrix " << b;
        }
      }
    }
}

// What a user does: factor here, invert here. Test 1 for the factor, test 2 for the inverse, against the A that went in.
TYPED_TEST(lapack_list, factor_then_invert) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 107;
  for (const auto& type : lapack_types)
    for (index_t n : lapack_orders) {
      engine g(seed + static_cast<std::uint64_t>(n));
      const dense<T> rounded = to_dense<T>(lapack_matrix<T>(g, type.number, n));
      const auto a = single<T>(rounded);
      const dense<W> exact = to_dense<W>(rounded);
      inverse_of<T> law(exact);
      for (bool upper : {false, true})
        for (auto backend : backends()) {
          SCOPED_TRACE(describe_type<T>(seed, n, upper, backend, type.name));
          const auto factor = cholinv::cholesky(a, upper, using_backend(backend));
          EXPECT_LT(factor_residual<T>(exact, as_lower(to_dense<W>(matrices(factor).front()), upper)), threshold);
          const auto x = cholinv::cholesky_inverse(factor, upper, using_backend(backend));
          EXPECT_TRUE(law(matrices(x).front()));
        }
    }
}

// Types 3, 4 and 5: a zero pivot first, last and in the middle.
TYPED_TEST(lapack_list, zero_pivots) {
  using T = TypeParam;
  using R = real_t<T>;
  const std::uint64_t seed = 109;
  for (index_t n : edge_orders()) {
    if (n == 0) continue;
    for (bool upper : {false, true})
      for (index_t zero : {index_t(0), n - 1, n / 2})
        for (R signed_zero : {R(0), -R(0)}) {
          engine g(seed + static_cast<std::uint64_t>(n));
          dense<T> f = random_factor<T>(g, n, upper);
          f(zero, zero) = T(signed_zero);
          const auto factor = single<T>(f);
          for (auto backend : backends()) {
            SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend) + ", zero at " + std::to_string(zero));
            const auto result = cholinv::cholesky_inverse_ex(factor, upper, using_backend(backend));
            ASSERT_EQ(result.info.rank(), 0);
            EXPECT_EQ(*result.info.data(), zero + 1);
            EXPECT_TRUE(all_nan(matrices(result.inverse).front()));
            try {
              cholinv::cholesky_inverse(factor, upper, using_backend(backend));
              ADD_FAILURE() << "nothing was thrown";
            } catch (const cholinv::singular_factor& e) {
              EXPECT_EQ(e.batch_index(), 0);
              EXPECT_EQ(e.diagonal_index(), zero + 1);
              EXPECT_EQ(e.failed(), 1);
            }
          }
        }
  }
}

}  // namespace
