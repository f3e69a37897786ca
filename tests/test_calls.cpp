// test_calls.cpp: every function of the contract takes every kind of argument, in both spellings, and answers the same.
// builds: full
#include "support/layout.hpp"

#include <utility>

namespace {

using namespace support;

// Every function of the contract, with one kind of `factor` argument, `out` argument and `info` argument: all results
// are those of the plainest call.
template <class T>
class tensor_call : public testing::Test {
 protected:
  static constexpr bool upper_ = false;   // the default, so that the calls that leave it out have the same answer
  cholinv::tensor<T> factor_, positive_;  // positive_ = F F^H

  tensor_call() : positive_({2, 3, 3}) {
    engine g(102);
    factor_ = random_factors<T>(g, {2}, 3, upper_);
    const auto f = matrices(factor_);
    const auto a = matrices(positive_);
    for (std::size_t b = 0; b < f.size(); ++b) assign(a[b], matrix_of_factor(to_dense<wide_t<T>>(f[b]), upper_));
  }
};
// Which calls compile does not depend on which of the four scalars it is.
using call_types = testing::Types<double, std::complex<float>>;
TYPED_TEST_SUITE(tensor_call, call_types, dtype_names);

TYPED_TEST(tensor_call, both_spellings_and_every_kind_of_argument_give_the_same) {
  using T = TypeParam;
  using view = cholinv::tensor_view<T>;
  using const_view = cholinv::tensor_view<const T>;
  auto& factor = this->factor_;
  auto& positive = this->positive_;
  constexpr bool upper = tensor_call<T>::upper_;
  const cholinv::options native = using_backend(cholinv::backend::native);

  const cholinv::tensor<T> inverse = cholinv::cholesky_inverse<T>(const_view(factor), upper, native);
  const cholinv::tensor<T> root = cholinv::cholesky<T>(const_view(positive), upper, native);
  const auto equal = [&](const auto& x, const auto& y) { EXPECT_TRUE(same_tensor(x, y)); };
  const auto inverts = [&](const auto& x) { equal(x, inverse); };
  const auto factors = [&](const auto& x) { equal(x, root); };
  const auto succeeded = [&](const auto& info) {
    ASSERT_EQ(shape_of(info), std::vector<index_t>{2});
    EXPECT_EQ(info(0), 0);
    EXPECT_EQ(info(1), 0);
  };

  const auto input = [&](auto&& f, auto&& a) {
    // Owning forms, both spellings, with and without what has a default (the default triangle is the lower one).
    static_assert(std::is_same_v<decltype(cholinv::cholesky_inverse(f)), cholinv::tensor<T>>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky_inverse_ex(f)), cholinv::inverse_and_info<T>>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky(a)), cholinv::tensor<T>>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky_ex(a)), cholinv::factor_and_info<T>>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky_inverse_scratch(f, upper)), std::size_t>);
    inverts(cholinv::cholesky_inverse(f, upper, native));
    inverts(cholinv::cholesky_inverse<T>(f, upper, native));
    factors(cholinv::cholesky(a, upper, native));
    factors(cholinv::cholesky<T>(a, upper, native));
    inverts(cholinv::cholesky_inverse(f, upper, {cholinv::backend::native, 1}));
    inverts(cholinv::cholesky_inverse<T>(f, upper, {cholinv::backend::native, 1}));
    factors(cholinv::cholesky(a, upper, {cholinv::backend::native}));
    equal(cholinv::cholesky_inverse(f), cholinv::cholesky_inverse<T>(f, false, {}));
    equal(cholinv::cholesky(a), cholinv::cholesky<T>(a, false, {}));
    equal(cholinv::cholesky_inverse_ex(f).inverse, cholinv::cholesky_inverse<T>(f));
    equal(cholinv::cholesky_ex(a).factor, cholinv::cholesky<T>(a));
    for (const auto& [x, info] : {cholinv::cholesky_inverse_ex(f, upper, native), cholinv::cholesky_inverse_ex<T>(f, upper, native)}) {
      inverts(x);
      succeeded(info);
    }
    for (const auto& [x, info] : {cholinv::cholesky_ex(a, upper, native), cholinv::cholesky_ex<T>(a, upper, native)}) {
      factors(x);
      succeeded(info);
    }
    EXPECT_EQ(cholinv::cholesky_inverse_scratch(f, upper, native), cholinv::cholesky_inverse_scratch<T>(f, upper, native));
    EXPECT_EQ(cholinv::cholesky_inverse_scratch(f, upper), cholinv::cholesky_inverse_scratch<T>(f, upper));
  };
  const view factor_view = factor, positive_view = positive;
  const const_view factor_const = factor, positive_const = positive;
  input(factor, positive);
  input(std::as_const(factor), std::as_const(positive));
  input(factor_view, positive_view);
  input(factor_const, positive_const);
  view factor_lvalue = factor, positive_lvalue = positive;
  input(factor_lvalue, positive_lvalue);
  inverts(cholinv::cholesky_inverse(view(factor), upper, native));
  inverts(cholinv::cholesky_inverse(const_view(factor), upper, native));
  inverts(cholinv::cholesky_inverse(cholinv::tensor<T>(factor), upper, native));  // a temporary tensor lives long enough
  EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse(cholinv::cholesky(positive, upper, native), upper, native),
                          cholinv::cholesky_inverse(root, upper, native)));

  // Out forms: a tensor, a view, a temporary view; info likewise.
  cholinv::tensor<T> x({2, 3, 3});
  cholinv::tensor<int> info({2});
  const view xv = x;
  const cholinv::tensor_view<int> iv = info;
  const auto clear = [&] {
    std::fill_n(x.data(), x.size(), T(-1));
    std::fill_n(info.data(), info.size(), -1);
  };
  const auto out = [&](auto&& o, auto&& i) {
    static_assert(std::is_same_v<decltype(cholinv::cholesky_inverse(factor, upper, o)), void>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky(positive, upper, o)), void>);
    static_assert(std::is_same_v<decltype(cholinv::cholesky_inverse_ex(factor, upper, o, i)), index_t>);
    clear();
    cholinv::cholesky_inverse(factor, upper, o, native);
    inverts(x);
    clear();
    cholinv::cholesky_inverse<T>(factor, upper, o, native);
    inverts(x);
    clear();
    cholinv::cholesky_inverse(factor, upper, o);
    equal(x, cholinv::cholesky_inverse(factor));
    clear();
    cholinv::cholesky(positive, upper, o, native);
    factors(x);
    clear();
    cholinv::cholesky<T>(positive, upper, o, native);
    factors(x);
    clear();
    EXPECT_EQ(cholinv::cholesky_inverse_ex(factor, upper, o, i, native), 0);
    inverts(x);
    succeeded(info);
    clear();
    EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(factor, upper, o, i, native), 0);
    inverts(x);
    succeeded(info);
  };
  out(x, info);
  out(xv, iv);
  clear();
  cholinv::cholesky_inverse(factor, upper, view(x), native);
  inverts(x);
  clear();
  EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(factor, upper, view(x), cholinv::tensor_view<int>(info), native), 0);
  inverts(x);
  succeeded(info);
  clear();
  cholinv::cholesky<T>(positive, upper, view(x), native);
  factors(x);
  out(x, iv);
  out(xv, info);
}

}  // namespace
