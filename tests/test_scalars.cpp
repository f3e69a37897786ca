// test_scalars.cpp: scalars beyond the four fast ones: extended and quadruple precision, and an autodiff scalar of a user's own.
// builds: full
#include "support/layout.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#if defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 quad;
namespace support {
template <>
constexpr quad epsilon<quad>() {
  return static_cast<quad>(1.0 / 72057594037927936.0) / 144115188075855872.0;  // 2^-56 times 2^-57
}
template <>
inline const char* dtype_name<quad>() {
  return "float128";
}
}  // namespace support
#endif

// A scalar as a user would write it: a value and its derivative along one direction. Only what the contract asks for.
namespace autodiff {

struct dual {
  double value = 0, derivative = 0;
  dual() = default;
  dual(double v, double d = 0) : value(v), derivative(d) {}
};
inline dual operator+(const dual& a, const dual& b) { return {a.value + b.value, a.derivative + b.derivative}; }
inline dual operator-(const dual& a, const dual& b) { return {a.value - b.value, a.derivative - b.derivative}; }
inline dual operator*(const dual& a, const dual& b) { return {a.value * b.value, a.derivative * b.value + a.value * b.derivative}; }
inline dual operator/(const dual& a, const dual& b) {
  const double ratio = a.value / b.value;
  return {ratio, (a.derivative - ratio * b.derivative) / b.value};
}
inline dual sqrt(const dual& a) {
  const double root = std::sqrt(a.value);
  return {root, a.derivative / (2 * root)};
}
inline bool operator==(const dual& a, const dual& b) { return a.value == b.value; }
inline bool operator!=(const dual& a, const dual& b) { return a.value != b.value; }
inline bool operator<(const dual& a, const dual& b) { return a.value < b.value; }
inline bool operator>(const dual& a, const dual& b) { return a.value > b.value; }
inline bool operator<=(const dual& a, const dual& b) { return a.value <= b.value; }
inline bool operator>=(const dual& a, const dual& b) { return a.value >= b.value; }

// Derivatives along nine directions: a scalar of 80 bytes, longer than a cache line.
struct gradient {
  double value = 0;
  std::array<double, 9> along{};
  gradient() = default;
  gradient(double v) : value(v) {}
};
template <class Along>
gradient with(double value, Along along) {
  gradient x(value);
  for (std::size_t d = 0; d < x.along.size(); ++d) x.along[d] = along(d);
  return x;
}
inline gradient operator+(const gradient& a, const gradient& b) {
  return with(a.value + b.value, [&](std::size_t d) { return a.along[d] + b.along[d]; });
}
inline gradient operator-(const gradient& a, const gradient& b) {
  return with(a.value - b.value, [&](std::size_t d) { return a.along[d] - b.along[d]; });
}
inline gradient operator*(const gradient& a, const gradient& b) {
  return with(a.value * b.value, [&](std::size_t d) { return a.along[d] * b.value + a.value * b.along[d]; });
}
inline gradient operator/(const gradient& a, const gradient& b) {
  const double ratio = a.value / b.value;
  return with(ratio, [&](std::size_t d) { return (a.along[d] - ratio * b.along[d]) / b.value; });
}
inline bool operator==(const gradient& a, const gradient& b) { return a.value == b.value; }

}  // namespace autodiff

namespace {

using namespace support;
using autodiff::dual;
using autodiff::gradient;

const std::vector<index_t> orders = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 24, 25, 31, 32, 33, 48, 49, 64, 65};

template <class T>
class any_scalar : public testing::Test {};
#if defined(__SIZEOF_FLOAT128__)
using scalars = testing::Types<long double, std::complex<long double>, quad>;
#else
using scalars = testing::Types<long double, std::complex<long double>>;
#endif
TYPED_TEST_SUITE(any_scalar, scalars, dtype_names);

// A factor that uses every bit of the scalar, not only those of a double.
template <class T>
dense<T> full_precision_factor(engine& g, index_t n, bool upper) {
  dense<T> f = random_factor<T>(g, n, upper);
  const auto tail = static_cast<real_t<T>>(1 / 9007199254740992.0);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j)
      if (i == j)
        f(i, i) = f(i, i) + T(static_cast<real_t<T>>(uniform(g)) * tail);
      else if (upper ? j > i : j < i)
        f(i, j) = f(i, j) + random_scalar<T>(g) * tail;
  return f;
}

// The oracle has no more digits than the scalar here; LAPACK measures its own residuals that way too.
TYPED_TEST(any_scalar, inverse_and_factor_are_right_to_the_scalars_own_precision) {
  using T = TypeParam;
  using W = wide_t<T>;
  static_assert(std::is_same_v<T, W>);
  const std::uint64_t seed = 401;
  for (index_t n : orders)
    for (bool upper : {false, true})
      for (auto backend : {cholinv::backend::native, cholinv::backend::automatic}) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        engine g(seed + static_cast<std::uint64_t>(n));
        const std::vector<dense<T>> factors = {full_precision_factor<T>(g, n, upper), full_precision_factor<T>(g, n, upper)};
        const auto x = cholinv::cholesky_inverse(stack<T>(factors), upper, using_backend(backend));
        const auto results = matrices(x);
        for (std::size_t b = 0; b < factors.size(); ++b) {
          const dense<W> a = matrix_of_factor(factors[b], upper);
          EXPECT_TRUE(inverse_of<T>(a)(results[b])) << "matrix " << b;
          const auto f = cholinv::cholesky(single<T>(a), upper, using_backend(backend));
          const bool accurate = factor_residual<T>(a, as_lower(to_dense<W>(matrices(f).front()), upper)) < threshold;
          EXPECT_TRUE(accurate) << "matrix " << b;
        }
      }
}

TYPED_TEST(any_scalar, strides_zero_pivots_nan_and_the_other_triangle) {
  using T = TypeParam;
  using R = real_t<T>;
  const std::uint64_t seed = 409;
  const R nan = R(std::numeric_limits<double>::quiet_NaN());
  for (index_t n : {1, 2, 5, 8, 9, 17, 33})
    for (bool upper : {false, true}) {
      SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", cholinv::backend::native));
      engine g(seed), same(seed);
      auto factor = random_factors<T>(g, {3}, n, upper);
      const auto clean = cholinv::cholesky_inverse(factor, upper);
      EXPECT_TRUE(same_tensor(clean, cholinv::cholesky_inverse(random_factors<T>(same, {3}, n, upper, T(nan)), upper)));
      for (layout in : layouts)
        for (layout to : {layout::column_major, layout::spread, layout::reversed}) {
          const guarded<T> f(in, factor);
          guarded<T> out(to, f.shape());
          cholinv::cholesky_inverse(f.const_view(), upper, out.view());
          EXPECT_TRUE(same_tensor(clean, out.view())) << layout_name(in) << " to " << layout_name(to);
          EXPECT_TRUE(out.outside_untouched());
        }

      factor(0, n - 1, n - 1) = T(nan);
      factor(1, n / 2, n / 2) = T(0);
      const auto result = cholinv::cholesky_inverse_ex(factor, upper);
      const auto x = matrices(result.inverse);
      EXPECT_EQ(result.info(0), 0);
      EXPECT_EQ(result.info(1), n / 2 + 1);
      EXPECT_EQ(result.info(2), 0);
      EXPECT_TRUE(has_nan(x[0]));
      EXPECT_TRUE(hermitian(x[0]));
      EXPECT_TRUE(all_nan(x[1]));
      EXPECT_TRUE(same_matrix(x[2], matrices(clean)[2]));
      EXPECT_THROW(cholinv::cholesky_inverse(factor, upper), cholinv::singular_factor);
    }
}

#ifdef CHOLINV_USE_LAPACK
TYPED_TEST(any_scalar, lapack_has_no_routine_for_it) {
  const cholinv::tensor<TypeParam> factor({1, 1});
  EXPECT_THROW(cholinv::cholesky_inverse(factor, false, using_backend(cholinv::backend::lapack)), std::invalid_argument);
}
#endif

// d(A^-1) = -A^-1 dA A^-1, with dA = dL L^T + L dL^T.
TEST(autodiff_scalar, derivative_of_the_inverse) {
  const std::uint64_t seed = 419;
  for (index_t n : {1, 2, 3, 5, 8, 9, 17, 33, 50})
    for (bool upper : {false, true}) {
      SCOPED_TRACE(describe<dual>(seed, n, upper, "row_major", cholinv::backend::native));
      engine g(seed);
      const dense<double> l = random_factor<double>(g, n, upper), direction = random_factor<double>(g, n, upper);
      cholinv::tensor<dual> factor({n, n});
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) factor(i, j) = dual(l(i, j), direction(i, j));
      const cholinv::tensor<dual> x = cholinv::cholesky_inverse(factor, upper);

      const dense<long double> lw = as_lower(to_dense<long double>(l), upper), dw = as_lower(to_dense<long double>(direction), upper);
      const dense<long double> inverse = inverse_from_factor(lw, false), a = gram(lw);
      dense<long double> da = product(dw, adjoint(lw));
      const dense<long double> other = product(lw, adjoint(dw));
      for (std::size_t k = 0; k < da.elements.size(); ++k) da.elements[k] = -da.elements[k] - other.elements[k];
      const dense<long double> expected = product(inverse, product(da, inverse));

      dense<long double> value(n, n), error = expected;
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) {
          value(i, j) = x(i, j).value;
          error(i, j) -= x(i, j).derivative;
          EXPECT_TRUE(same_bits(x(i, j).value, x(j, i).value) && same_bits(x(i, j).derivative, x(j, i).derivative)) << i << ", " << j;
        }
      EXPECT_LT(residual<double>(a, value), threshold);
      const long double size = norm1(inverse), condition = norm1(a) * size;
      EXPECT_LT(norm1(error) / (size * size * norm1(da) * condition * static_cast<long double>(n) * epsilon<double>()), threshold);
    }
}

// Law: where L grows by d L along direction d, its matrix's inverse changes by -2 d of itself. A large matrix, and a batch beyond the
// caches: what is fetched of them is counted in cache lines.
TEST(autodiff_scalar, longer_than_a_cache_line) {
  engine g(71);
  const std::vector<std::pair<index_t, index_t>> batches = {{1, 200}, {730, 24}};
  for (const auto& [count, n] : batches) {
    SCOPED_TRACE("batch of " + std::to_string(count) + ", order " + std::to_string(n));
    const dense<double> f = random_factor<double>(g, n, false);
    cholinv::tensor<gradient> factors({count, n, n});
    for (index_t e = 0; e < count * n * n; ++e) {
      gradient& x = factors.data()[e];
      x = gradient(f.elements[static_cast<std::size_t>(e % (n * n))]);
      for (std::size_t d = 0; d < x.along.size(); ++d) x.along[d] = static_cast<double>(d) * x.value;
    }
    const auto wanted = cholinv::cholesky_inverse(cholinv::tensor_view<const double>(f.elements.data(), {n, n}));
    double largest = 0;
    for (index_t e = 0; e < n * n; ++e) largest = std::max(largest, std::abs(wanted.data()[e]));
    const auto x = cholinv::cholesky_inverse(factors);
    for (index_t e = 0; e < count * n * n; ++e) {
      const gradient& found = x.data()[e];
      const double value = wanted.data()[e % (n * n)];
      ASSERT_NEAR(found.value, value, 1e-9 * largest) << "element " << e;
      for (std::size_t d = 0; d < found.along.size(); ++d)
        ASSERT_NEAR(found.along[d], -2 * static_cast<double>(d) * value, 1e-8 * largest) << "element " << e << ", direction " << d;
    }
  }
}

TEST(autodiff_scalar, derivative_of_the_factor) {
  const std::uint64_t seed = 421;
  for (index_t n : {1, 2, 3, 5, 8, 9, 17, 33, 50})
    for (bool upper : {false, true}) {
      SCOPED_TRACE(describe<dual>(seed, n, upper, "row_major", cholinv::backend::native));
      engine g(seed);
      const dense<double> a = random_positive_definite<double>(g, n), direction = random_positive_definite<double>(g, n);
      cholinv::tensor<dual> matrix({n, n});
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) matrix(i, j) = dual(a(i, j), direction(i, j));
      const cholinv::tensor<dual> f = cholinv::cholesky(matrix, upper);

      dense<long double> l(n, n), dl(n, n);
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) {
          const dual& x = upper ? f(j, i) : f(i, j);
          l(i, j) = x.value;
          dl(i, j) = x.derivative;
          if (j > i) {
            EXPECT_TRUE(x.value == 0 && x.derivative == 0) << i << ", " << j;
          }
        }
      EXPECT_LT(factor_residual<double>(to_dense<long double>(a), l), threshold);
      dense<long double> error = product(dl, adjoint(l));
      const dense<long double> transposed = adjoint(error);
      const dense<long double> da = to_dense<long double>(direction), aw = to_dense<long double>(a);
      for (std::size_t k = 0; k < error.elements.size(); ++k) error.elements[k] += transposed.elements[k] - da.elements[k];
      const long double condition = norm1(aw) * norm1(inverse_from_factor(cholesky_of(aw), false));
      EXPECT_LT(norm1(error) / (norm1(da) * condition * static_cast<long double>(n) * epsilon<double>()), threshold);
    }
}

TEST(autodiff_scalar, singular_and_indefinite) {
  cholinv::tensor<dual> f({2, 3, 3});
  for (int b = 0; b < 2; ++b)
    for (int i = 0; i < 3; ++i) f(b, i, i) = dual(2, 1);
  f(1, 1, 1) = dual(0, 5);
  const auto result = cholinv::cholesky_inverse_ex(f);
  EXPECT_EQ(result.info(0), 0);
  EXPECT_EQ(result.info(1), 2);
  EXPECT_DOUBLE_EQ(result.inverse(0, 2, 2).value, 0.25);
  EXPECT_DOUBLE_EQ(result.inverse(0, 2, 2).derivative, -0.25);
  f(1, 1, 1) = dual(-1, 5);
  EXPECT_EQ(cholinv::cholesky_ex(f).info(1), 2);
}

}  // namespace
