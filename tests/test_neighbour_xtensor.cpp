// test_neighbour_xtensor.cpp: xtensor's containers, adaptors and strided views; an extent of 1 has stride 0 there.
#include "support/neighbour.hpp"

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

namespace {

using namespace support;

template <class T>
class neighbour_xtensor : public testing::Test {};
TYPED_TEST_SUITE(neighbour_xtensor, dtypes, dtype_names);

constexpr auto at = [](auto& x, index_t b, index_t i, index_t j) -> auto& {
  return x.dimension() == 2 ? x(static_cast<std::size_t>(i), static_cast<std::size_t>(j))
                            : x(static_cast<std::size_t>(b), static_cast<std::size_t>(i), static_cast<std::size_t>(j));
};
template <class T, class X, class Y>
void check(X& in, Y& out, const std::vector<index_t>& shape) {
  expect_same_addresses(
      cholinv::view(in), shape, [&](index_t b, index_t i, index_t j) -> auto& { return at(in, b, i, j); });
  expect_same_addresses(
      cholinv::view(out), shape, [&](index_t b, index_t i, index_t j) -> auto& { return at(out, b, i, j); });
  expect_bits_of_tensors<T>(in, out, shape, at);
}

template <class T, xt::layout_type Layout>
void every_kind() {
  for (index_t n : neighbour_orders())
    for (index_t count : {1, 7}) {
      const auto m = static_cast<std::size_t>(n), c = static_cast<std::size_t>(count);
      auto array = xt::xarray<T, Layout>::from_shape({c, m, m});
      auto tensor = xt::xtensor<T, 3, Layout>::from_shape({c, m, m});
      check<T>(array, tensor, {count, n, n});
      auto one = xt::xtensor<T, 2, Layout>::from_shape({m, m});
      auto slice = xt::view(array, 0, xt::all(), xt::all());
      check<T>(one, slice, {n, n});
      auto wide = xt::xtensor<T, 3, Layout>::from_shape({2 * c + 1, m + 3, 2 * m + 1});
      auto block = xt::view(wide, xt::range(1, 2 * c, 2), xt::range(2, m + 2), xt::range(0, 2 * m, 2));
      check<T>(tensor, block, {count, n, n});
      auto strided = xt::strided_view(wide, {xt::range(1, 1 + c), xt::range(0, m), xt::range(m, 2 * m)});
      check<T>(strided, array, {count, n, n});
      auto turned = xt::transpose(array, {0, 2, 1});
      check<T>(turned, tensor, {count, n, n});
      std::vector<T> memory(c * m * m);
      auto adapted = xt::adapt(memory, std::vector<std::size_t>{c, m, m});
      check<T>(adapted, tensor, {count, n, n});
    }
  xt::xtensor_fixed<T, xt::xshape<3, 4, 4>, Layout> fixed, other;
  check<T>(fixed, other, {3, 4, 4});
}

TYPED_TEST(neighbour_xtensor, row_major) { every_kind<TypeParam, xt::layout_type::row_major>(); }
TYPED_TEST(neighbour_xtensor, column_major) { every_kind<TypeParam, xt::layout_type::column_major>(); }
TYPED_TEST(neighbour_xtensor, dynamic_layout) {
  using T = TypeParam;
  xt::xarray<T, xt::layout_type::dynamic> in(std::vector<std::size_t>{3, 5, 5}, std::vector<std::ptrdiff_t>{1, 3, 15});
  auto out = xt::xarray<T>::from_shape({3, 5, 5});
  check<T>(in, out, {3, 5, 5});
}

TEST(neighbour_xtensor_views, backwards) {
  auto in = xt::xtensor<double, 2>::from_shape({5, 5}), wide = xt::xtensor<double, 2>::from_shape({7, 7});
  auto reversed = xt::view(wide, xt::range(5, 0, -1), xt::range(6, 1, -1));
  check<double>(in, reversed, {5, 5});
}

TEST(neighbour_xtensor_views, extents_of_one) {
  auto one = xt::xarray<double>::from_shape({1, 1, 1}), out = xt::xarray<double>::from_shape({1, 1, 1});
  EXPECT_EQ(one.strides()[1], 0);
  one.fill(4);
  cholinv::cholesky_inverse(one, false, out);
  EXPECT_EQ(out(0, 0, 0), 0.0625);
  cholinv::cholesky_inverse(one, false, one);
  EXPECT_EQ(one(0, 0, 0), 0.0625);
}

TEST(neighbour_xtensor_views, constness_lists_and_info) {
  auto a = xt::xarray<double>::from_shape({3, 2, 2});
  const auto& c = a;
  const auto const_view = xt::view(c, 0, xt::all(), xt::all());
  static_assert(std::is_same_v<decltype(cholinv::view(a)), cholinv::tensor_view<double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(c)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(const_view)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(xt::view(c, 0))), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(xt::view(a, 0))), cholinv::tensor_view<double>>);
  a.fill(0);
  for (std::size_t b = 0; b < 3; ++b) a(b, 0, 0) = a(b, 1, 1) = 1;
  a(1, 1, 1) = 0;
  auto info = xt::xtensor<int, 1>::from_shape({3});
  EXPECT_EQ(cholinv::cholesky_inverse_ex(a, false, a, info), 1);
  EXPECT_EQ(info, (xt::xtensor<int, 1>{0, 2, 0}));
  EXPECT_EQ(cholinv::cholesky_inverse_ex(a, false, a, xt::view(info, xt::range(2, -4, -1))), 1);
  std::vector<xt::xtensor<double, 2>> list(2, xt::xtensor<double, 2>{{2, 0}, {0, 1}});
  cholinv::cholesky_inverse(list, false, list);
  EXPECT_EQ(list[1](0, 0), 0.25);
  const auto nine = xt::xarray<double>::from_shape({1, 1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_TRUE(says(refusal([&] { cholinv::view(nine); }), {"rank", "8"}));
}

}  // namespace
