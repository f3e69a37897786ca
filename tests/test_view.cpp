// test_view.cpp: what needs no other library: types taught by tensor_traits, the standard's ranges, lists of tensors, handles.
#include "support/neighbour.hpp"

#include <array>
#include <functional>

namespace {

// A matrix of the user's, which looks like Eigen's and is not.
struct users_matrix {
  using Scalar = double;
  using PlainObject = users_matrix;
  enum { RowsAtCompileTime = -1, ColsAtCompileTime = -1, IsRowMajor = 0, Flags = 0x40 };
  double memory[9] = {1, 0, 0, 0, 2, 0, 0, 0, 4};
  double* data() { return memory; }
  const double* data() const { return memory; }
  long rows() const { return 1; }
  long cols() const { return 9; }
  long innerStride() const { return 1; }
  long outerStride() const { return 1; }
};

// One whose element type is known at run time only.
struct users_dynamic_matrix {
  bool is_double = true;
  double memory[4] = {2, 0, 0, 4};
};

}  // namespace

template <>
struct cholinv::tensor_traits<users_matrix> {
  static tensor_view<double> view(users_matrix& x) { return {x.memory, {3, 3}}; }
  static tensor_view<const double> view(const users_matrix& x) { return {x.memory, {3, 3}}; }
};
template <>
struct cholinv::tensor_traits<users_dynamic_matrix> {
  template <class T>
  static tensor_view<T> view(const users_dynamic_matrix& x) {
    if (!x.is_double || !std::is_same_v<const T, const double>) throw std::invalid_argument("users_dynamic_matrix holds something else");
    return {reinterpret_cast<T*>(const_cast<double*>(x.memory)), {2, 2}};
  }
};

namespace {

using namespace support;

TEST(view, what_the_user_teaches_goes_before_what_it_looks_like) {
  users_matrix x, y;
  EXPECT_EQ(shape_of(cholinv::view(x)), (std::vector<index_t>{3, 3}));
  cholinv::cholesky_inverse(x, false, y);
  EXPECT_EQ(y.memory[4], 0.25);
  cholinv::cholesky_inverse<double>(std::as_const(x), true, y);
  EXPECT_EQ(y.memory[8], 0.0625);
  EXPECT_EQ(cholinv::cholesky_inverse_ex(x).info.rank(), 0);
}

TEST(view, an_element_type_known_at_run_time) {
  users_dynamic_matrix x, y;
  cholinv::cholesky_inverse<double>(x, false, y);
  EXPECT_EQ(y.memory[0], 0.25);
  EXPECT_EQ(cholinv::cholesky_inverse<double>(x)(1, 1), 0.0625);
  x.is_double = false;
  EXPECT_THROW(cholinv::view<const double>(x), std::invalid_argument);
  EXPECT_THROW(cholinv::cholesky_inverse<double>(x), std::invalid_argument);
}

TEST(view, ranges_of_numbers_have_rank_one) {
  std::vector<std::complex<float>> v(4);
  const std::array<int, 3> a = {1, 2, 3};
  double built_in[5];
  static_assert(std::is_same_v<decltype(cholinv::view(v)), cholinv::tensor_view<std::complex<float>>>);
  static_assert(std::is_same_v<decltype(cholinv::view(a)), cholinv::tensor_view<const int>>);
  static_assert(std::is_same_v<decltype(cholinv::view(built_in)), cholinv::tensor_view<double>>);
  EXPECT_EQ(cholinv::view(v).data(), v.data());
  EXPECT_EQ(shape_of(cholinv::view(a)), (std::vector<index_t>{3}));
  EXPECT_EQ(shape_of(cholinv::view(built_in)), (std::vector<index_t>{5}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(built_in); }), {"argument factor", "rank 1"}));
}

// A list of tensors is a batch of pointers, and one of views keeps the constness of what they see.
TEST(view, lists_of_tensors_and_views) {
  std::vector<cholinv::tensor<double>> tensors(3, cholinv::tensor<double>({2, 2}));
  for (auto& t : tensors) t(0, 0) = t(1, 1) = 2;
  const auto& const_tensors = tensors;
  static_assert(std::is_same_v<decltype(cholinv::view(tensors)), cholinv::pointer_batch<double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(const_tensors)), cholinv::pointer_batch<const double>>);
  cholinv::cholesky_inverse(const_tensors, false, tensors);
  EXPECT_EQ(tensors[2](1, 1), 0.25);
  const std::vector<cholinv::tensor_view<double>> views(tensors.begin(), tensors.end());
  static_assert(std::is_same_v<decltype(cholinv::view(views)), cholinv::pointer_batch<double>>);
  cholinv::cholesky_inverse(views, false, views);
  EXPECT_EQ(tensors[2](1, 1), 16);
  const std::vector<cholinv::tensor_view<double>> turned = {views[0], {tensors[1].data(), {2, 2}, {1, 2}}};
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(turned); }), {"argument factor", "matrix 1", "strides (1, 2)", "(2, 1)"}));
  const std::vector<cholinv::tensor<double>> deep(2, cholinv::tensor<double>({2, 2, 2}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(deep); }), {"argument factor", "matrix 0", "rank 3", "rank 2"}));
}

// What converts to a view is taken where the element type is named, as by the overloads for views.
TEST(view, conversions) {
  struct derived : cholinv::tensor<double> {
    using tensor::tensor;
  };
  derived x({2, 2});
  x(0, 0) = x(1, 1) = 2;
  cholinv::tensor<double> y({2, 2});
  cholinv::cholesky_inverse<double>(x, false, y);
  EXPECT_EQ(y(1, 1), 0.25);
  cholinv::cholesky_inverse<double>(y, false, x);
  EXPECT_EQ(x(1, 1), 16);
  EXPECT_EQ(cholinv::cholesky_inverse<double>(x)(0, 0), 1.0 / 256);
}

// Options may stand where an output does.
TEST(view, options_are_no_output) {
  const std::vector<cholinv::tensor<double>> none;
  cholinv::tensor<double> one({1, 1});
  one(0, 0) = 2;
  const cholinv::options o = using_backend(cholinv::backend::native);
  EXPECT_EQ(cholinv::cholesky_inverse(one, false, o)(0, 0), 0.25);
  EXPECT_EQ(cholinv::cholesky_inverse<double>(one, false, o)(0, 0), 0.25);
  EXPECT_EQ(cholinv::cholesky(one, false, cholinv::options())(0, 0), std::sqrt(2.0));
  EXPECT_EQ(cholinv::cholesky_inverse(none, false, o).size(), 0);
}

}  // namespace
