// test_nonfinite.cpp: NaN, infinity, zero and unusual signs in a factor: what each does to its own matrix, and to no other.
// builds: full
#include "support/layout.hpp"

namespace {

using namespace support;

template <class T>
class nonfinite : public testing::Test {};
TYPED_TEST_SUITE(nonfinite, dtypes, dtype_names);

template <class T>
T infinity() {
  return T(std::numeric_limits<real_t<T>>::infinity());
}
// The scalars that count as NaN.
template <class T>
std::vector<T> nans() {
  using R = real_t<T>;
  const R nan = std::numeric_limits<R>::quiet_NaN();
  if constexpr (is_complex<T>)
    return {T(nan, nan), T(nan, R(1)), T(R(1), nan)};
  else
    return {nan, -nan};
}

const std::vector<index_t> large_orders = {12, 16, 17, 24, 33, 49, 64, 65, 97};
// Small orders may share vectors: more matrices than any vector has lanes, and a part of a vector at the end.
index_t batch_count(index_t n) { return n <= 24 ? 37 : 9; }

// Inverts the batch with one matrix replaced, and compares every other matrix with the clean result.
template <class T>
class spoiled_batch {
 public:
  spoiled_batch(engine& g, index_t n, bool upper, cholinv::options o)
      : upper_(upper),
        spoiled_(n % 2 == 0 ? batch_count(n) - 1 : batch_count(n) / 2),
        options_(o),
        factor_(random_factors<T>(g, {batch_count(n)}, n, upper)),
        clean_(cholinv::cholesky_inverse(factor_, upper, o)) {}

  T& at(index_t i, index_t j) { return upper_ ? factor_(spoiled_, j, i) : factor_(spoiled_, i, j); }  // i >= j
  void run() { result_ = cholinv::cholesky_inverse_ex(factor_, upper_, options_); }
  int info() const { return result_.info(spoiled_); }
  matrix_ref<const T> inverse() const { return matrices(result_.inverse)[static_cast<std::size_t>(spoiled_)]; }

  testing::AssertionResult neighbours_unharmed() const {
    const auto got = matrices(result_.inverse), expected = matrices(clean_);
    for (std::size_t b = 0; b < got.size(); ++b) {
      if (b == static_cast<std::size_t>(spoiled_)) continue;
      const auto same = same_matrix(got[b], expected[b]);
      if (!same) return testing::AssertionFailure() << "neighbour " << b << ": " << same.message();
      if (result_.info(b) != 0) return testing::AssertionFailure() << "neighbour " << b << ": info " << result_.info(b);
    }
    return testing::AssertionSuccess();
  }

 private:
  bool upper_;
  index_t spoiled_;
  cholinv::options options_;
  cholinv::tensor<T> factor_, clean_;
  cholinv::inverse_and_info<T> result_;
};

// Rule 7: a NaN in the used triangle is never hidden. It is no zero pivot, so info is 0.
template <class T>
void expect_nan_shows(spoiled_batch<T>& b, index_t i, index_t j, T value) {
  const T before = std::exchange(b.at(i, j), value);
  b.run();
  b.at(i, j) = before;
  EXPECT_TRUE(has_nan(b.inverse())) << "NaN at (" << i << ", " << j << ") is hidden";
  EXPECT_TRUE(hermitian(b.inverse())) << "NaN at (" << i << ", " << j << ")";
  EXPECT_EQ(b.info(), 0) << "NaN at (" << i << ", " << j << ")";
  EXPECT_TRUE(b.neighbours_unharmed()) << "NaN at (" << i << ", " << j << ")";
}

TYPED_TEST(nonfinite, nan_at_every_position_of_a_small_factor_shows) {
  using T = TypeParam;
  const std::uint64_t seed = 307;
  for (index_t n = 1; n <= 9; ++n)
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        engine g(seed);
        spoiled_batch<T> b(g, n, upper, using_backend(backend));
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j <= i; ++j)
            for (T value : nans<T>()) expect_nan_shows(b, i, j, value);
      }
}

TYPED_TEST(nonfinite, nan_at_random_positions_of_a_large_factor_shows) {
  using T = TypeParam;
  const std::uint64_t seed = 311;
  for (index_t n : large_orders)
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        engine g(seed + static_cast<std::uint64_t>(n));
        spoiled_batch<T> b(g, n, upper, using_backend(backend));
        std::vector<std::pair<index_t, index_t>> places = {{0, 0}, {n - 1, 0}, {n - 1, n - 1}, {n - 1, n - 2}};
        for (int k = 0; k < 4; ++k) {
          const index_t p = below(g, n), q = below(g, n);
          places.push_back({std::max(p, q), std::min(p, q)});
        }
        std::size_t k = 0;
        for (const auto& p : places) expect_nan_shows(b, p.first, p.second, nans<T>()[k++ % nans<T>().size()]);
      }
}

// Rule 2: the other triangle is not read.
TYPED_TEST(nonfinite, nothing_in_the_other_triangle_changes_a_bit) {
  using T = TypeParam;
  const std::uint64_t seed = 313;
  for (index_t n : edge_orders())
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        const index_t count = n < 40 ? 3 : 1;
        engine g(seed), same(seed), again(seed);
        const auto zeros = random_factors<T>(g, {count}, n, upper, T(0));
        const auto spoiled_by_nan = random_factors<T>(same, {count}, n, upper, nans<T>()[0]);
        const auto infinities = random_factors<T>(again, {count}, n, upper, -infinity<T>());
        const auto x = cholinv::cholesky_inverse(zeros, upper, using_backend(backend));
        EXPECT_TRUE(same_tensor(x, cholinv::cholesky_inverse(spoiled_by_nan, upper, using_backend(backend))));
        EXPECT_TRUE(same_tensor(x, cholinv::cholesky_inverse(infinities, upper, using_backend(backend))));
        for (const auto& m : matrices(x)) EXPECT_TRUE(hermitian(m));
      }
}

// With an infinite diagonal element k, row and column k of the inverse are zero, and the rest is the inverse without k.
TYPED_TEST(nonfinite, an_infinite_diagonal_element_gives_a_zero_row_and_column) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 317;
  std::vector<T> infinities = {infinity<T>(), -infinity<T>()};
  if constexpr (is_complex<T>) {
    const auto inf = infinity<real_t<T>>();
    for (T z : {T(0, inf), T(1, -inf), T(inf, -2), T(inf, inf)}) infinities.push_back(z);
  }
  std::vector<index_t> orders = {1, 2, 3, 4, 5, 7, 8, 9};
  orders.insert(orders.end(), large_orders.begin(), large_orders.end());
  for (index_t n : orders)
    for (bool upper : {false, true})
      for (index_t k : {index_t(0), n / 2, n - 1}) {
        engine g(seed);
        dense<T> f = random_factor<T>(g, n, upper);
        dense<W> rest(n - 1, n - 1);
        for (index_t i = 0; i < n - 1; ++i)
          for (index_t j = 0; j < n - 1; ++j) rest(i, j) = convert<W>(f(i + (i >= k), j + (j >= k)));
        inverse_of<T> law(matrix_of_factor(rest, upper));
        for (T infinite : infinities) {
          f(k, k) = infinite;
          const auto factor = single<T>(f);
          for (auto backend : backends()) {
            SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend) + ", infinite element " + std::to_string(k));
            const auto x = cholinv::cholesky_inverse(factor, upper, using_backend(backend));
            dense<T> got(n - 1, n - 1);
            for (index_t i = 0; i < n - 1; ++i)
              for (index_t j = 0; j < n - 1; ++j) got(i, j) = x(i + (i >= k), j + (j >= k));
            EXPECT_TRUE(law(matrix_ref<const T>{got.elements.data(), n - 1, n - 1, 1}));
            EXPECT_TRUE(hermitian(matrices(x).front()));
            for (index_t i = 0; i < n; ++i) EXPECT_TRUE(x(i, k) == T(0) && x(k, i) == T(0)) << i << ": " << x(i, k) << " " << x(k, i);
          }
        }
      }
}

// Rule 4: a negative or non-real diagonal is used as it stands.
TYPED_TEST(nonfinite, a_negative_or_non_real_diagonal_is_used_as_it_stands) {
  using T = TypeParam;
  using R = real_t<T>;
  const std::uint64_t seed = 331;
  for (index_t n : edge_orders()) {
    engine g(seed + static_cast<std::uint64_t>(n));
    for (bool upper : {false, true}) {
      std::vector<dense<T>> factors(2, random_factor<T>(g, n, upper));
      for (index_t i = 0; i < n; ++i) {
        if (i % 2 == 0) factors[0](i, i) = -factors[0](i, i);
        if constexpr (is_complex<T>) {
          const double angle = 3.2 * uniform(g);
          factors[1](i, i) *= T(static_cast<R>(std::cos(angle)), static_cast<R>(std::sin(angle)));
        } else {
          factors[1](i, i) = -factors[1](i, i);
        }
      }
      if constexpr (is_complex<T>) {  // one element alone: exactly imaginary, in the last place
        factors.push_back(random_factor<T>(g, n, upper));
        if (n > 0) factors[2](n - 1, n - 1) = T(0, R(1.25));
      }
      std::vector<inverse_of<T>> laws;
      for (const auto& f : factors) laws.emplace_back(matrix_of_factor(to_dense<wide_t<T>>(f), upper));
      const auto stacked = stack<T>(factors);
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        const auto x = cholinv::cholesky_inverse(stacked, upper, using_backend(backend));
        const auto results = matrices(x);
        for (std::size_t b = 0; b < laws.size(); ++b) EXPECT_TRUE(laws[b](results[b])) << "diagonal " << b;
      }
    }
  }
}

// Rule 6: the first zero wins, whatever NaN or zero stands before or after it. Rule 8: nobody else notices.
TYPED_TEST(nonfinite, the_first_zero_pivot_wins_over_nan) {
  using T = TypeParam;
  const std::uint64_t seed = 337;
  for (index_t n : {2, 3, 5, 8, 9, 17, 33, 64, 65, 97})
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        engine g(seed);
        spoiled_batch<T> b(g, n, upper, using_backend(backend));
        const index_t zero = n / 2;
        const auto expect_zero_reported = [&](const char* what) {
          b.run();
          EXPECT_EQ(b.info(), zero + 1) << what;
          EXPECT_TRUE(all_nan(b.inverse())) << what;
          EXPECT_TRUE(b.neighbours_unharmed()) << what;
        };
        b.at(zero, zero) = T(-real_t<T>(0));
        expect_zero_reported("negative zero");
        b.at(zero, zero) = T(0);
        expect_zero_reported("alone");
        const auto with = [&](index_t i, index_t j, T value, const char* what) {
          const T before = std::exchange(b.at(i, j), value);
          expect_zero_reported(what);
          b.at(i, j) = before;
        };
        const T nan = nans<T>().back();
        with(0, 0, nan, "NaN on the diagonal before");
        with(n - 1, 0, nan, "NaN in the corner");
        if (zero < n - 1) with(n - 1, n - 1, nan, "NaN on the diagonal after");
        if (zero < n - 1) with(n - 1, n - 1, T(0), "another zero after");
        with(zero, 0, nan, "NaN in the zero's row");
        with(0, 0, infinity<T>(), "infinity before");
      }
}

// Rule 8, with an `out` of the caller: the failed matrix keeps what was there, a NaN matrix is written, the count is right.
TYPED_TEST(nonfinite, out_keeps_what_it_had_where_a_matrix_failed) {
  using T = TypeParam;
  const std::uint64_t seed = 347;
  for (index_t n : {1, 3, 4, 8, 17, 33, 65})
    for (bool upper : {false, true})
      for (auto backend : backends())
        for (layout to : {layout::row_major, layout::column_major, layout::batch_fastest, layout::reversed}) {
          SCOPED_TRACE(describe<T>(seed, n, upper, layout_name(to), backend));
          const index_t batch = batch_count(n);
          engine g(seed);
          auto factor = random_factors<T>(g, {batch}, n, upper);
          guarded<T> clean(to, std::vector<index_t>{batch, n, n}), out(to, std::vector<index_t>{batch, n, n});
          const guarded<T> before = out;
          cholinv::cholesky_inverse(factor, upper, clean.view(), using_backend(backend));
          factor(2, 0, 0) = T(0);
          factor(batch - 1, n - 1, n - 1) = T(0);
          factor(5, n / 2, n / 2) = nans<T>()[0];
          cholinv::tensor<int> info({batch});
          EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(factor, upper, out.view(), info, using_backend(backend)), 2);
          const auto got = matrices(out.view()), expected = matrices(clean.view());
          const auto old = matrices(before.const_view());
          for (index_t b = 0; b < batch; ++b) {
            const auto at = static_cast<std::size_t>(b);
            EXPECT_EQ(info(b), b == 2 ? 1 : b == batch - 1 ? n : 0);
            if (info(b) != 0)
              EXPECT_TRUE(same_matrix(got[at], old[at])) << "failed matrix " << b;
            else if (b == 5)
              EXPECT_TRUE(has_nan(got[at]));
            else
              EXPECT_TRUE(same_matrix(got[at], expected[at])) << "matrix " << b;
          }
          EXPECT_TRUE(out.outside_untouched());
        }
}

// What is tiny is not zero.
TYPED_TEST(nonfinite, a_subnormal_pivot_is_not_singular) {
  using T = TypeParam;
  for (index_t n : {1, 4, 9, 33})
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(0, n, upper, "row_major", backend));
        cholinv::tensor<T> factor({n, n});
        for (index_t i = 0; i < n; ++i) factor(i, i) = T(1);
        factor(n / 2, n / 2) = T(std::numeric_limits<real_t<T>>::denorm_min());
        const auto result = cholinv::cholesky_inverse_ex(factor, upper, using_backend(backend));
        EXPECT_EQ(*result.info.data(), 0);
      }
}

}  // namespace
