// test_torch.cpp: torch.cholesky_inverse's own list of cases, against two independent inverses: long double loops and Eigen.
// builds: full
#include "support/layout.hpp"

#include <Eigen/Core>

#include <stdexcept>

namespace {

using namespace support;

template <class T>
class torch_list : public testing::Test {};
TYPED_TEST_SUITE(torch_list, dtypes, dtype_names);

const std::vector<index_t> orders = {0, 3, 5};
const std::vector<std::vector<index_t>> batches = {{}, {0}, {3}, {2, 2}};

// A batch of A = R R^H + I, and their factors.
template <class T>
struct problem {
  cholinv::tensor<T> factor;
  std::vector<dense<wide_t<T>>> a;

  problem(engine& g, const std::vector<index_t>& batch, index_t n, bool upper) : factor(with_matrix(batch, n)) {
    for (const auto& m : matrices(factor)) {
      const auto l = cholesky_of(to_dense<wide_t<T>>(random_positive_definite<T>(g, n)));
      assign(m, upper ? adjoint(l) : l);
      a.push_back(matrix_of_factor(to_dense<wide_t<T>>(m), upper));
    }
  }

  template <class Tensor>
  void check(Tensor& x) const {
    ASSERT_EQ(x.rank(), factor.rank());
    for (int d = 0; d < x.rank(); ++d) ASSERT_EQ(x.extent(d), factor.extent(d));
    const auto results = matrices(x);
    ASSERT_EQ(results.size(), a.size());
    for (std::size_t b = 0; b < a.size(); ++b) {
      const auto got = to_dense<wide_t<T>>(results[b]);
      EXPECT_TRUE(hermitian(results[b])) << "matrix " << b;
      EXPECT_LT(residual<T>(a[b], got), threshold) << "matrix " << b;
      EXPECT_LT(forward_error<T>(a[b], got, inverse_from_factor(cholesky_of(a[b]), false)), threshold) << "matrix " << b;
    }
  }
};

TYPED_TEST(torch_list, owning_and_out_forms_give_the_inverse) {
  using T = TypeParam;
  const std::uint64_t seed = 41;
  engine g(seed);
  for (index_t n : orders)
    for (const auto& batch : batches)
      for (bool upper : {false, true}) {
        const problem<T> p(g, batch, n, upper);
        for (layout in : {layout::row_major, layout::column_major}) {
          const guarded<T> factor(in, p.factor);
          for (auto backend : backends()) {
            SCOPED_TRACE(describe<T>(seed, n, upper, layout_name(in), backend) + ", batch rank " + std::to_string(batch.size()));
            const cholinv::options o = using_backend(backend);
            auto x = cholinv::cholesky_inverse(factor.const_view(), upper, o);
            p.check(x);
            for (layout to : {layout::row_major, layout::column_major}) {
              SCOPED_TRACE(layout_name(to));
              guarded<T> out(to, with_matrix(batch, n));
              cholinv::cholesky_inverse(factor.const_view(), upper, out.view(), o);
              auto written = out.view();
              p.check(written);
              EXPECT_TRUE(out.outside_untouched());
              if (backend == cholinv::backend::native) {
                EXPECT_TRUE(same_tensor(x, written));
              }
            }
            guarded<T> place(in, p.factor);
            cholinv::cholesky_inverse(place.const_view(), upper, place.view(), o);
            auto written = place.view();
            p.check(written);
            EXPECT_TRUE(place.outside_untouched());
          }
        }
      }
}

TYPED_TEST(torch_list, every_spelling_is_the_same_call) {
  using T = TypeParam;
  engine g(5);
  cholinv::tensor<T> factor = random_factors<T>(g, {2}, 4, false);
  const cholinv::tensor<T>& constant = factor;
  const cholinv::tensor_view<T> view = factor;
  const cholinv::tensor_view<const T> const_view = factor;
  auto x = cholinv::cholesky_inverse(factor);
  for (auto y : {cholinv::cholesky_inverse<T>(factor), cholinv::cholesky_inverse(constant, false), cholinv::cholesky_inverse<T>(constant),
                 cholinv::cholesky_inverse(view), cholinv::cholesky_inverse<T>(view, false), cholinv::cholesky_inverse(const_view),
                 cholinv::cholesky_inverse<T>(const_view, false, {}), cholinv::cholesky_inverse_ex(factor).inverse,
                 cholinv::cholesky_inverse_ex<T>(view, false).inverse})
    EXPECT_TRUE(same_tensor(x, y));
  cholinv::tensor<T> out({2, 4, 4});
  cholinv::cholesky_inverse(factor, false, out);
  EXPECT_TRUE(same_tensor(x, out));
  cholinv::tensor<T> again({2, 4, 4});
  cholinv::tensor<int> info({2});
  EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(factor, false, again, info), 0);
  EXPECT_TRUE(same_tensor(x, again));
}

// torch: "cholesky_inverse: (Batch element 1): The diagonal element 3 is zero".
TYPED_TEST(torch_list, a_zero_on_the_diagonal_names_batch_and_diagonal_element) {
  using T = TypeParam;
  for (auto backend : backends()) {
    SCOPED_TRACE(backend_name(backend));
    cholinv::tensor<T> one({3, 3});
    for (int i = 0; i < 2; ++i) one(i, i) = T(1);
    cholinv::tensor<T> five({5, 3, 3});
    for (int b = 0; b < 5; ++b)
      for (int i = 0; i < 3; ++i) five(b, i, i) = T(b == 1 && i == 2 ? 0 : 1);
    for (bool upper : {false, true}) {
      try {
        cholinv::cholesky_inverse(one, upper, using_backend(backend));
        ADD_FAILURE() << "no singular_factor for a single matrix";
      } catch (const cholinv::singular_factor& e) {
        EXPECT_EQ(e.batch_index(), 0);
        EXPECT_EQ(e.diagonal_index(), 3);
        EXPECT_EQ(e.failed(), 1);
        EXPECT_NE(std::string(e.what()).find('3'), std::string::npos) << e.what();
      }
      try {
        cholinv::cholesky_inverse(five, upper, using_backend(backend));
        ADD_FAILURE() << "no singular_factor for a batch";
      } catch (const std::domain_error& caught) {
        const auto* e = dynamic_cast<const cholinv::singular_factor*>(&caught);
        ASSERT_NE(e, nullptr);
        EXPECT_EQ(e->batch_index(), 1);
        EXPECT_EQ(e->diagonal_index(), 3);
        EXPECT_EQ(e->failed(), 1);
      }
    }
  }
}

TYPED_TEST(torch_list, what_torch_refuses_is_refused) {
  using T = TypeParam;
  for (const std::vector<index_t>& shape : std::vector<std::vector<index_t>>{{}, {3}, {2, 3}, {4, 3, 2}}) {
    const cholinv::tensor<T> bad(shape);
    EXPECT_THROW(cholinv::cholesky_inverse(bad), std::invalid_argument) << shape.size();
    EXPECT_THROW(cholinv::cholesky_inverse_ex(bad), std::invalid_argument) << shape.size();
    EXPECT_THROW(cholinv::cholesky(bad), std::invalid_argument) << shape.size();
  }
  engine g(6);
  const auto factor = random_factors<T>(g, {2}, 3, false);
  for (const std::vector<index_t>& shape : std::vector<std::vector<index_t>>{{3, 3}, {3, 3, 3}, {2, 3, 4}, {2, 4, 4}, {2, 1, 3, 3}}) {
    cholinv::tensor<T> out(shape);
    EXPECT_THROW(cholinv::cholesky_inverse(factor, false, out), std::invalid_argument) << shape.size();
    for (const T& x : out) EXPECT_TRUE(same_bits(x, T(0)));
  }
}

// The second oracle: Eigen's own arithmetic in the dtype itself, entry by entry, within the conditioning of each problem.
template <class T>
class eigen_oracle : public testing::Test {};
using real_and_complex = testing::Types<double, std::complex<float>>;
TYPED_TEST_SUITE(eigen_oracle, real_and_complex, dtype_names);

TYPED_TEST(eigen_oracle, agrees) {
  using T = TypeParam;
  using R = real_t<T>;
  using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const std::uint64_t seed = 43;
  engine g(seed);
  for (index_t n : {1, 2, 3, 5, 8, 13, 21, 34})
    for (bool upper : {false, true}) {
      const problem<T> p(g, {}, n, upper);
      matrix f(n, n);
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) f(i, j) = p.factor(i, j);
      if (upper) f = f.adjoint().eval();
      // Columns of L^-1, each by Eigen's dot products.
      matrix y = matrix::Zero(n, n);
      for (index_t j = 0; j < n; ++j)
        for (index_t i = j; i < n; ++i)
          y(i, j) = (T(i == j ? 1 : 0) - f.row(i).head(i).transpose().cwiseProduct(y.col(j).head(i)).sum()) / f(i, i);
      const matrix expected = y.adjoint().lazyProduct(y);
      const matrix a = f.lazyProduct(f.adjoint());
      const R scale = expected.cwiseAbs().colwise().sum().maxCoeff();
      const R bound =
          R(threshold) * R(n) * (std::numeric_limits<R>::epsilon() / 2) * scale * scale * a.cwiseAbs().colwise().sum().maxCoeff();
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        const auto x = cholinv::cholesky_inverse(p.factor, upper, using_backend(backend));
        R difference(0);
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j < n; ++j) {
            const R d = std::abs(x(i, j) - expected(i, j));
            if (!(d <= difference)) difference = d;
          }
        EXPECT_LT(difference, bound);
      }
    }
}

}  // namespace
