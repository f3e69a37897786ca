// test_cholesky.cpp: the companion that makes the factor: L L^H = A, the first failing minor, and the way on to the inverse.
// builds: full
#include "support/layout.hpp"

#include <stdexcept>

namespace {

using namespace support;

template <class T>
class cholesky_factor : public testing::Test {};
TYPED_TEST_SUITE(cholesky_factor, dtypes, dtype_names);

// The other triangle of a factor is zero, and its diagonal positive and real.
template <class T>
testing::AssertionResult is_factor(const matrix_ref<T>& f, bool upper) {
  using scalar = std::remove_const_t<T>;
  for (index_t i = 0; i < f.order; ++i) {
    if (!(f(i, i) == scalar(real_part<scalar>(f(i, i)))) || !(real_part<scalar>(f(i, i)) > 0))
      return testing::AssertionFailure() << "diagonal element " << i << " is " << f(i, i);
    for (index_t j = 0; j < i; ++j) {
      const scalar other = upper ? f(i, j) : f(j, i);
      if (!(other == scalar(0))) return testing::AssertionFailure() << "the other triangle holds " << other << " at " << i << ", " << j;
    }
  }
  return testing::AssertionSuccess();
}

// A with the triangle that `upper` does not name replaced by NaN.
template <class T>
dense<T> only(const dense<T>& a, bool upper) {
  dense<T> r = a;
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < i; ++j) (upper ? r(i, j) : r(j, i)) = T(std::numeric_limits<real_t<T>>::quiet_NaN());
  return r;
}

// L J L^H, J the identity with -1 at position k: the leading minor of order k + 1 is the first that fails.
template <class T>
dense<T> indefinite(engine& g, index_t n, index_t k) {
  using W = wide_t<T>;
  const dense<W> l = to_dense<W>(random_factor<T>(g, n, false));
  dense<W> signed_l = l;
  for (index_t i = 0; i < n; ++i) signed_l(i, k) = -signed_l(i, k);
  dense<W> a = product(signed_l, adjoint(l));
  for (index_t i = 0; i < n; ++i) {
    a(i, i) = W(real_part(a(i, i)));
    for (index_t j = i + 1; j < n; ++j) a(i, j) = conjugate(a(j, i));
  }
  return to_dense<T>(a);
}

TYPED_TEST(cholesky_factor, its_product_is_the_matrix_and_the_other_triangle_is_zero) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 503;
  for (index_t n : edge_orders()) {
    const int type = n % 2 == 0 ? 2 : 6;
    engine g(seed + static_cast<std::uint64_t>(n));
    const dense<T> rounded = to_dense<T>(lapack_matrix<T>(g, type, n));
    const dense<W> exact = to_dense<W>(rounded);
    for (bool upper : {false, true}) {
      const auto a = single<T>(only(rounded, upper));
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend) + ", type " + std::to_string(type));
        const auto f = cholinv::cholesky(a, upper, using_backend(backend));
        const auto factor = matrices(f).front();
        EXPECT_TRUE(is_factor(factor, upper));
        EXPECT_LT(factor_residual<T>(exact, as_lower(to_dense<W>(factor), upper)), threshold);
      }
    }
  }
}

TYPED_TEST(cholesky_factor, only_the_named_triangle_is_read) {
  using T = TypeParam;
  const std::uint64_t seed = 509;
  for (index_t n : {1, 2, 3, 5, 8, 9, 17, 33, 64, 65, 97}) {
    engine g(seed);
    const dense<T> a = random_positive_definite<T>(g, n);
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        EXPECT_TRUE(same_tensor(cholinv::cholesky(single<T>(a), upper, using_backend(backend)),
                                cholinv::cholesky(single<T>(only(a, upper)), upper, using_backend(backend))));
      }
  }
}

// As LAPACK: a Hermitian matrix has a real diagonal, whatever stands in its imaginary part.
TYPED_TEST(cholesky_factor, the_imaginary_part_of_the_diagonal_is_not_read) {
  using T = TypeParam;
  if constexpr (is_complex<T>) {
    const std::uint64_t seed = 563;
    for (index_t n : {1, 2, 5, 8, 17, 33, 65}) {
      engine g(seed);
      const dense<T> a = random_positive_definite<T>(g, n);
      dense<T> b = a;
      for (index_t i = 0; i < n; ++i) b(i, i) = T(a(i, i).real(), static_cast<real_t<T>>(i + 3));
      for (bool upper : {false, true})
        for (auto backend : backends()) {
          SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
          EXPECT_TRUE(same_tensor(cholinv::cholesky(single<T>(a), upper, using_backend(backend)),
                                  cholinv::cholesky(single<T>(b), upper, using_backend(backend))));
        }
    }
  }
}

// All of A is finite, but L(2, 0) overflows and L(2, 1) is infinity times zero: LAPACK's info names that pivot.
TYPED_TEST(cholesky_factor, a_pivot_that_becomes_nan_on_the_way_is_reported) {
  using T = TypeParam;
  using R = real_t<T>;
  for (index_t n : {3, 8, 17, 33, 65}) {
    cholinv::tensor<T> a({n, n});
    for (index_t i = 0; i < n; ++i) a(i, i) = T(1);
    a(0, 0) = T(std::numeric_limits<R>::min() * 4);
    a(n - 1, 0) = a(0, n - 1) = T(std::numeric_limits<R>::max() / 4);
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(0, n, upper, "row_major", backend));
        const auto f = cholinv::cholesky_ex(a, upper, using_backend(backend));
        EXPECT_EQ(*f.info.data(), n);
        EXPECT_TRUE(all_nan(matrices(f.factor).front()));
      }
  }
}

TYPED_TEST(cholesky_factor, the_same_in_every_layout_and_in_place) {
  using T = TypeParam;
  const std::uint64_t seed = 521;
  for (index_t n : {1, 3, 8, 17, 33}) {
    engine g(seed);
    std::vector<dense<T>> list;
    for (int b = 0; b < 6; ++b) list.push_back(random_positive_definite<T>(g, n));
    cholinv::tensor<T> a({2, 3, n, n});
    for (std::size_t b = 0; b < list.size(); ++b) assign(matrices(a)[b], list[b]);
    for (bool upper : {false, true}) {
      const auto expected = cholinv::cholesky(a, upper, using_backend(cholinv::backend::native));
      for (layout in : layouts) {
        SCOPED_TRACE(describe<T>(seed, n, upper, layout_name(in), cholinv::backend::native));
        guarded<T> source(in, a);
        for (layout to : {layout::row_major, layout::column_major, layout::reversed, layout::batch_fastest}) {
          guarded<T> out(to, source.shape());
          cholinv::cholesky(source.const_view(), upper, out.view(), using_backend(cholinv::backend::native));
          EXPECT_TRUE(same_tensor(expected, out.view())) << "to " << layout_name(to);
          EXPECT_TRUE(out.outside_untouched()) << "to " << layout_name(to);
        }
        cholinv::cholesky(source.const_view(), upper, source.view(), using_backend(cholinv::backend::native));
        EXPECT_TRUE(same_tensor(expected, source.view())) << "in place";
        EXPECT_TRUE(source.outside_untouched()) << "in place";
      }
    }
  }
}

TYPED_TEST(cholesky_factor, empty_shapes) {
  using T = TypeParam;
  for (auto backend : backends())
    for (const std::vector<index_t>& shape : std::vector<std::vector<index_t>>{{0, 0}, {3, 0, 0}, {0, 3, 3}, {2, 0, 4, 4}}) {
      const auto f = cholinv::cholesky_ex(cholinv::tensor<T>(shape), false, using_backend(backend));
      ASSERT_EQ(f.factor.rank(), static_cast<int>(shape.size()));
      EXPECT_EQ(f.factor.size(), 0);
      ASSERT_EQ(f.info.rank(), static_cast<int>(shape.size()) - 2);
      for (int info : f.info) EXPECT_EQ(info, 0);
    }
}

// One matrix of a batch fails at a known minor: info says so, the exception says so, nobody else notices.
template <class T>
void expect_failure(const std::vector<dense<T>>& good, const dense<T>& bad, index_t info, bool upper, cholinv::backend backend) {
  const cholinv::options o = using_backend(backend);
  const auto clean = cholinv::cholesky(stack<T>(good), upper, o);
  std::vector<dense<T>> list = good;
  const std::size_t spoiled = list.size() / 2;
  list[spoiled] = bad;
  const auto a = stack<T>(list);
  const auto check_error = [&](const cholinv::not_positive_definite& e) {
    EXPECT_EQ(e.batch_index(), static_cast<index_t>(spoiled));
    EXPECT_EQ(e.diagonal_index(), info);
    EXPECT_EQ(e.failed(), 1);
    EXPECT_NE(std::string(e.what()).find(std::to_string(info)), std::string::npos) << e.what();
  };
  const auto check_others = [&](const cholinv::tensor<T>& f) {
    for (std::size_t b = 0; b < list.size(); ++b)
      if (b != spoiled) {
        EXPECT_TRUE(same_matrix(matrices(f)[b], matrices(clean)[b])) << "matrix " << b;
      }
  };

  const auto result = cholinv::cholesky_ex(a, upper, o);
  for (std::size_t b = 0; b < list.size(); ++b) EXPECT_EQ(result.info(b), b == spoiled ? info : 0) << "matrix " << b;
  check_others(result.factor);
  EXPECT_TRUE(all_nan(matrices(result.factor)[spoiled]));
  try {
    cholinv::cholesky(a, upper, o);
    ADD_FAILURE() << "the owning form did not throw";
  } catch (const cholinv::not_positive_definite& e) {
    check_error(e);
  }
  cholinv::tensor<T> out(std::vector<index_t>{static_cast<index_t>(list.size()), bad.rows, bad.rows});
  for (T& x : out) x = T(-77);
  try {
    cholinv::cholesky(a, upper, out, o);
    ADD_FAILURE() << "the out form did not throw";
  } catch (const std::domain_error& caught) {
    const auto* e = dynamic_cast<const cholinv::not_positive_definite*>(&caught);
    ASSERT_NE(e, nullptr);
    check_error(*e);
  }
  check_others(out);
  const auto kept = matrices(out)[spoiled];
  for (index_t i = 0; i < bad.rows; ++i)
    for (index_t j = 0; j < bad.rows; ++j) EXPECT_TRUE(same_bits(kept(i, j), T(-77))) << i << ", " << j;
}

TYPED_TEST(cholesky_factor, the_first_failing_minor_is_named) {
  using T = TypeParam;
  using R = real_t<T>;
  const std::uint64_t seed = 523;
  const R nan = std::numeric_limits<R>::quiet_NaN();
  for (index_t n : {1, 2, 3, 4, 5, 8, 9, 17, 33, 65, 97}) {
    engine g(seed + static_cast<std::uint64_t>(n));
    std::vector<dense<T>> good;
    for (int b = 0; b < 3; ++b) good.push_back(random_positive_definite<T>(g, n));
    for (index_t k : {index_t(0), n / 2, n - 1}) {
      std::vector<std::pair<const char*, dense<T>>> bad;
      bad.push_back({"indefinite", indefinite<T>(g, n, k)});
      bad.push_back({"zero row and column", good[0]});
      for (index_t i = 0; i < n; ++i) bad.back().second(i, k) = bad.back().second(k, i) = T(0);
      bad.push_back({"NaN on the pivot", good[0]});
      bad.back().second(k, k) = T(nan);
      if (k > 0) {
        bad.push_back({"NaN in the pivot's row", good[0]});
        bad.back().second(k, k - 1) = bad.back().second(k - 1, k) = T(nan);
        bad.push_back({"negative pivot beside NaN after it", indefinite<T>(g, n, k)});
        bad.back().second(n - 1, n - 1) = k == n - 1 ? bad.back().second(n - 1, n - 1) : T(nan);
      }
      for (const auto& b : bad)
        for (bool upper : {false, true})
          for (auto backend : backends()) {
            SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend) + ", " + b.first + " at " + std::to_string(k));
            expect_failure(good, b.second, k + 1, upper, backend);
          }
    }
  }
}

TYPED_TEST(cholesky_factor, several_failures_are_counted_and_the_first_is_named) {
  using T = TypeParam;
  for (index_t n : {2, 5, 17, 65})
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(541, n, upper, "row_major", backend));
        engine g(541);
        cholinv::tensor<T> a({2, 3, n, n});
        const auto slots = matrices(a);
        const std::vector<index_t> failing = {0, 0, n, 0, 1, n};
        for (std::size_t b = 0; b < slots.size(); ++b)
          assign(slots[b], failing[b] == 0 ? random_positive_definite<T>(g, n) : indefinite<T>(g, n, failing[b] - 1));
        const auto result = cholinv::cholesky_ex(a, upper, using_backend(backend));
        ASSERT_EQ(result.info.rank(), 2);
        for (std::size_t b = 0; b < slots.size(); ++b) EXPECT_EQ(result.info.data()[b], failing[b]) << "matrix " << b;
        try {
          cholinv::cholesky(a, upper, using_backend(backend));
          ADD_FAILURE() << "nothing was thrown";
        } catch (const cholinv::not_positive_definite& e) {
          EXPECT_EQ(e.batch_index(), 2);
          EXPECT_EQ(e.diagonal_index(), n);
          EXPECT_EQ(e.failed(), 3);
        }
      }
}

// Both spellings, and every kind of tensor.
TYPED_TEST(cholesky_factor, every_spelling_is_the_same_call) {
  using T = TypeParam;
  engine g(547);
  cholinv::tensor<T> a = single<T>(random_positive_definite<T>(g, 4));
  const cholinv::tensor_view<T> view = a;
  const cholinv::tensor_view<const T> const_view = a;
  const auto expected = cholinv::cholesky(a);
  for (const auto& f : {cholinv::cholesky<T>(a), cholinv::cholesky(view, false), cholinv::cholesky<T>(view), cholinv::cholesky(const_view),
                        cholinv::cholesky<T>(const_view, false, {}), cholinv::cholesky_ex(a).factor, cholinv::cholesky_ex<T>(view).factor})
    EXPECT_TRUE(same_tensor(expected, f));
}

// A -> factor -> inverse, and the inverse's inverse is A again.
TYPED_TEST(cholesky_factor, round_trip_to_the_inverse_and_back) {
  using T = TypeParam;
  using W = wide_t<T>;
  const std::uint64_t seed = 557;
  for (index_t n : {1, 2, 3, 5, 8, 9, 17, 33, 50, 65, 97}) {
    engine g(seed);
    std::vector<dense<T>> list(3);
    for (auto& a : list) a = to_dense<T>(lapack_matrix<T>(g, 2, n));
    for (bool upper : {false, true})
      for (auto backend : backends()) {
        SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", backend));
        const cholinv::options o = using_backend(backend);
        const auto x = cholinv::cholesky_inverse(cholinv::cholesky(stack<T>(list), upper, o), upper, o);
        const auto back = cholinv::cholesky_inverse(cholinv::cholesky(x, upper, o), upper, o);
        for (std::size_t b = 0; b < list.size(); ++b) {
          const dense<W> a = to_dense<W>(list[b]);
          EXPECT_TRUE(inverse_of<T>(a)(matrices(x)[b])) << "matrix " << b;
          EXPECT_LT(forward_error<T>(to_dense<W>(matrices(x)[b]), to_dense<W>(matrices(back)[b]), a), threshold) << "matrix " << b;
        }
      }
  }
}

}  // namespace
