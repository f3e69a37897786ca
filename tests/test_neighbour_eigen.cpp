// test_neighbour_eigen.cpp: Eigen's Matrix, Map, Ref, Block and Transpose, of both storage orders, and ranges of them.
#include "support/neighbour.hpp"

#include <Eigen/Dense>

#include <array>

namespace {

using namespace support;

template <class T>
class neighbour_eigen : public testing::Test {};
TYPED_TEST_SUITE(neighbour_eigen, dtypes, dtype_names);

constexpr auto at = [](auto& x, index_t, index_t i, index_t j) -> auto& { return x(i, j); };
template <class X>
void expect_seen(X& x) {
  expect_same_addresses(
      cholinv::view(x), {x.rows(), x.cols()}, [&](index_t, index_t i, index_t j) -> auto& { return x.coeffRef(i, j); });
}

template <class T, int Order>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>;

template <class T, int Order>
void every_kind_of_matrix(index_t n) {
  using M = matrix<T, Order>;
  M in(n, n), out(n, n), wide(2 * n + 3, 3 * n + 1);
  expect_seen(in);
  expect_bits_of_tensors<T>(in, out, {n, n}, at);

  auto block = wide.block(2, 1, n, n);
  expect_seen(block);
  expect_bits_of_tensors<T>(in, block, {n, n}, at);
  auto turned = wide.block(2, 1, n, n).transpose();
  expect_seen(turned);
  expect_bits_of_tensors<T>(turned, out, {n, n}, at);
  Eigen::Ref<M> ref = block;
  expect_seen(ref);
  expect_bits_of_tensors<T>(ref, out, {n, n}, at);

  std::vector<T> memory(static_cast<std::size_t>(6 * (n + 2) * (n + 2)));
  Eigen::Map<M> map(memory.data(), n, n);
  expect_seen(map);
  expect_bits_of_tensors<T>(map, in, {n, n}, at);
  Eigen::Map<M, 0, Eigen::OuterStride<>> padded(memory.data(), n, n, Eigen::OuterStride<>(n + 2));
  expect_seen(padded);
  expect_bits_of_tensors<T>(padded, in, {n, n}, at);
  Eigen::Map<M, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> spread(memory.data(), n, n, {3 * (n + 1), 2});
  expect_seen(spread);
  expect_bits_of_tensors<T>(in, spread, {n, n}, at);
  Eigen::Map<M, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> backwards(memory.data() + memory.size() - 1, n, n, {-(n + 1), -1});
  expect_seen(backwards);
  expect_bits_of_tensors<T>(backwards, out, {n, n}, at);
}

TYPED_TEST(neighbour_eigen, every_kind_of_matrix) {
  for (index_t n : neighbour_orders()) {
    every_kind_of_matrix<TypeParam, Eigen::ColMajor>(n);
    every_kind_of_matrix<TypeParam, Eigen::RowMajor>(n);
  }
}

template <class T, int N, int Order>
void fixed_size() {
  using M = Eigen::Matrix<T, N, N, Order>;
  M in, out;
  expect_seen(in);
  expect_bits_of_tensors<T>(in, out, {N, N}, at);
  Eigen::Array<T, N, N, Order> array;
  expect_bits_of_tensors<T>(in, array, {N, N}, at);
  Eigen::Matrix<T, N + 2, N + 3, Order> wide;
  auto block = wide.template block<N, N>(1, 2);
  expect_seen(block);
  expect_bits_of_tensors<T>(block, out, {N, N}, at);
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order, N + 1, N + 1> bounded(N, N);
  expect_seen(bounded);
  expect_bits_of_tensors<T>(bounded, out, {N, N}, at);

  // A list of them is one strided batch, whatever holds it.
  const auto at_list = [](auto& x, index_t b, index_t i, index_t j) -> auto& { return x[static_cast<std::size_t>(b)](i, j); };
  std::vector<M> list(37);
  const cholinv::tensor_view<T> seen = cholinv::view(list);
  expect_same_addresses(
      seen, {37, N, N}, [&](index_t b, index_t i, index_t j) -> auto& { return at_list(list, b, i, j); });
  std::array<M, 37> other;
  expect_bits_of_tensors<T>(list, other, {37, N, N}, at_list);
  M built_in[37];
  expect_bits_of_tensors<T>(built_in, list, {37, N, N}, at_list);
  std::vector<M> none;
  const cholinv::tensor_view<const T> nothing = cholinv::view(none);
  EXPECT_EQ(shape_of(nothing), (std::vector<index_t>{0, N, N}));
  EXPECT_EQ(cholinv::cholesky_inverse(none).size(), 0);
}

TYPED_TEST(neighbour_eigen, fixed_size_and_lists_of_it) {
  using T = TypeParam;
  fixed_size<T, 2, Eigen::ColMajor>();
  fixed_size<T, 3, Eigen::ColMajor>();
  fixed_size<T, 3, Eigen::RowMajor>();
  fixed_size<T, 4, Eigen::RowMajor>();
  fixed_size<T, 7, Eigen::ColMajor>();
  using one = Eigen::Matrix<T, 1, 1>;
  one in, out;
  expect_bits_of_tensors<T>(in, out, {1, 1}, at);
  std::vector<one> ones(5), others(5);
  expect_bits_of_tensors<T>(
      ones, others, {5, 1, 1}, [](auto& x, index_t b, index_t, index_t) -> auto& { return x[static_cast<std::size_t>(b)](0, 0); });
}

// A list of matrices that own their memory is a batch of pointers.
TYPED_TEST(neighbour_eigen, lists_of_dynamic_matrices) {
  using T = TypeParam;
  using M = matrix<T, Eigen::ColMajor>;
  const auto at_list = [](auto& x, index_t b, index_t i, index_t j) -> auto& { return x[static_cast<std::size_t>(b)](i, j); };
  for (index_t n : {1, 2, 4, 5, 9, 33}) {
    std::vector<M> in(37, M(n, n)), out(37, M(n, n));
    engine g(3);
    for (bool upper : {false, true}) {
      const cholinv::tensor<T> factors = random_factors<T>(g, {37}, n, upper), inverses = cholinv::cholesky_inverse(factors, upper);
      for_each_element({37, n, n}, [&](index_t b, index_t i, index_t j) { at_list(in, b, i, j) = factors(b, i, j); });
      cholinv::cholesky_inverse(in, upper, out);
      EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse(in, upper), inverses));
      cholinv::cholesky_inverse(in, upper, in);
      for_each_element({37, n, n}, [&](index_t b, index_t i, index_t j) {
        ASSERT_TRUE(same_bits(at_list(out, b, i, j), inverses(b, i, j)));
        ASSERT_TRUE(same_bits(at_list(in, b, i, j), inverses(b, i, j)));
      });
    }
  }
  std::vector<M> uneven = {M::Identity(3, 3), M::Identity(3, 3), M::Identity(4, 4)}, flat = {M::Identity(3, 4)};
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(uneven); }), {"argument factor", "matrix 2", "(4, 4)", "(3, 3)"}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(uneven, false, uneven); }), {"matrix 2", "(4, 4)", "(3, 3)"}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(flat); }), {"argument factor", "(1, 3, 4)", "square"}));
  EXPECT_EQ(cholinv::cholesky_inverse(std::vector<M>()).size(), 0);
}

// What may be written through the library may be written through the view, and nothing else.
TEST(neighbour_eigen, constness) {
  using M = Eigen::MatrixXd;
  M m(3, 3);
  const M& c = m;
  double memory[9];
  Eigen::Map<M> map(memory, 3, 3);
  Eigen::Map<const M> const_map(memory, 3, 3);
  Eigen::Ref<const M> const_ref = m;
  auto block = m.block(0, 0, 2, 2);
  const auto const_block = c.block(0, 0, 2, 2);
  std::vector<Eigen::Matrix2d> list(2);
  const std::vector<Eigen::Matrix2d> const_list(2);
  std::vector<M> dynamic(2);
  const std::vector<M> const_dynamic(2);
  const auto is = [](auto view, auto expected) { return std::is_same_v<decltype(view), typename decltype(expected)::type>; };
  struct writable {
    using type = cholinv::tensor_view<double>;
  };
  struct readable {
    using type = cholinv::tensor_view<const double>;
  };
  struct writable_list {
    using type = cholinv::pointer_batch<double>;
  };
  struct readable_list {
    using type = cholinv::pointer_batch<const double>;
  };
  EXPECT_TRUE(is(cholinv::view(m), writable()));
  EXPECT_TRUE(is(cholinv::view(c), readable()));
  EXPECT_TRUE(is(cholinv::view<const double>(m), readable()));
  EXPECT_TRUE(is(cholinv::view(map), writable()));
  EXPECT_TRUE(is(cholinv::view(const_map), readable()));
  EXPECT_TRUE(is(cholinv::view(const_ref), readable()));
  EXPECT_TRUE(is(cholinv::view(block), writable()));
  EXPECT_TRUE(is(cholinv::view(m.block(0, 0, 2, 2)), writable()));
  EXPECT_TRUE(is(cholinv::view(const_block), readable()));
  EXPECT_TRUE(is(cholinv::view(c.transpose()), readable()));
  EXPECT_TRUE(is(cholinv::view(list), writable()));
  EXPECT_TRUE(is(cholinv::view(const_list), readable()));
  EXPECT_TRUE(is(cholinv::view(dynamic), writable_list()));
  EXPECT_TRUE(is(cholinv::view(const_dynamic), readable_list()));
}

// A vector, of the library's or the standard's, is info: rank 1. A 1 x 1 matrix is a matrix.
TEST(neighbour_eigen, info) {
  std::vector<Eigen::Matrix2d> factors(3, Eigen::Matrix2d::Identity()), out(3);
  factors[1](1, 1) = 0;
  const auto check = [&](auto&& info) {
    EXPECT_EQ(cholinv::cholesky_inverse_ex(factors, false, out, info), 1);
    EXPECT_EQ(info[0], 0);
    EXPECT_EQ(info[1], 2);
    EXPECT_EQ(info[2], 0);
  };
  check(std::vector<int>(3, -1));
  std::array<int, 3> array;
  check(array);
  int built_in[3];
  check(built_in);
  Eigen::VectorXi vector(3);
  check(vector);
  Eigen::Matrix<int, 1, 3> row;
  check(row);
  Eigen::MatrixXi matrix(3, 3);
  check(matrix.row(1));
  check(matrix.col(2));
  EXPECT_EQ(cholinv::view(matrix.row(1)).stride(0), 3);

  Eigen::MatrixXd one = Eigen::MatrixXd::Zero(2, 2), inverse(2, 2);
  int info = -1;
  EXPECT_EQ(cholinv::cholesky_inverse_ex(one, false, inverse, info), 1);
  EXPECT_EQ(info, 1);
  EXPECT_EQ(cholinv::view(Eigen::Map<Eigen::Matrix<int, 1, 1>>(&info)).rank(), 2);
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex(factors, false, out, info); }), {"argument info", "()", "(3,)"}));
}

// Rank, squareness and the shape of out are the call's to check; nothing is resized.
TEST(neighbour_eigen, misuse) {
  const Eigen::MatrixXd factor = Eigen::MatrixXd::Identity(3, 3), wide = Eigen::MatrixXd::Identity(3, 4);
  Eigen::MatrixXd out;
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(factor, false, out); }), {"argument out", "(0, 0)", "(3, 3)"}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(wide); }), {"argument factor", "(3, 4)", "square"}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(Eigen::VectorXd(3)); }), {"argument factor", "rank 1"}));
  Eigen::MatrixXd large(6, 6);
  large.setIdentity();
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(large.block(0, 0, 4, 4), false, large.block(1, 1, 4, 4)); }),
                   {"argument out overlaps argument factor"}));
  EXPECT_EQ(large, Eigen::MatrixXd::Identity(6, 6));
}

// A factor may be a temporary: it lives until the call is done.
TEST(neighbour_eigen, a_temporary_factor) {
  const Eigen::Matrix3d a = Eigen::Vector3d(1, 4, 16).asDiagonal();
  const cholinv::tensor<double> x = cholinv::cholesky_inverse(Eigen::Matrix3d(a.llt().matrixL()));
  EXPECT_EQ(x(0, 0), 1);
  EXPECT_EQ(x(1, 1), 0.25);
  EXPECT_EQ(x(2, 2), 0.0625);
  const cholinv::tensor<double> y = cholinv::cholesky_inverse(a.llt().matrixLLT());
  EXPECT_TRUE(same_tensor(x, y));
}

}  // namespace
