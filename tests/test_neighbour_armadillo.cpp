// test_neighbour_armadillo.cpp: Armadillo's Mat, Cube and their blocks: column-major, a cube's slices are the batch.
#include "support/neighbour.hpp"

#include <armadillo>

namespace {

using namespace support;

template <class T>
class neighbour_armadillo : public testing::Test {};
TYPED_TEST_SUITE(neighbour_armadillo, dtypes, dtype_names);

using arma::uword;
constexpr auto at = [](auto& x, index_t, index_t i, index_t j) -> auto& { return x(static_cast<uword>(i), static_cast<uword>(j)); };
constexpr auto at_cube = [](auto& x, index_t b, index_t i, index_t j) -> auto& {
  return x(static_cast<uword>(i), static_cast<uword>(j), static_cast<uword>(b));
};

TYPED_TEST(neighbour_armadillo, seen_and_computed_with) {
  using T = TypeParam;
  for (index_t n : neighbour_orders()) {
    const auto m = static_cast<uword>(n);
    arma::Mat<T> in(m, m), out(m, m), wide(2 * m + 3, 3 * m + 2);
    expect_same_addresses(
        cholinv::view(in), {n, n}, [&](index_t b, index_t i, index_t j) -> auto& { return at(in, b, i, j); });
    expect_bits_of_tensors<T>(in, out, {n, n}, at);
    arma::Cube<T> in_cube(m, m, 7), out_cube(m, m, 7), wide_cube(m + 2, m + 3, 11);
    expect_same_addresses(
        cholinv::view(in_cube), {7, n, n}, [&](index_t b, index_t i, index_t j) -> auto& { return at_cube(in_cube, b, i, j); });
    expect_bits_of_tensors<T>(in_cube, out_cube, {7, n, n}, at_cube);
    expect_bits_of_tensors<T>(in_cube.slice(3), out, {n, n}, at);
    if (n == 0) continue;
    auto block = wide.submat(2, 1, m + 1, m);
    expect_same_addresses(
        cholinv::view(block), {n, n}, [&](index_t b, index_t i, index_t j) -> auto& { return at(block, b, i, j); });
    expect_bits_of_tensors<T>(in, block, {n, n}, at);
    expect_bits_of_tensors<T>(block, out, {n, n}, at);
    auto cube_block = wide_cube.subcube(1, 2, 3, m, m + 1, 9);
    expect_same_addresses(
        cholinv::view(cube_block), {7, n, n}, [&](index_t b, index_t i, index_t j) -> auto& { return at_cube(cube_block, b, i, j); });
    expect_bits_of_tensors<T>(in_cube, cube_block, {7, n, n}, at_cube);
    expect_bits_of_tensors<T>(cube_block, out_cube, {7, n, n}, at_cube);
  }
  typename arma::Mat<T>::template fixed<5, 5> fixed, other;
  expect_bits_of_tensors<T>(fixed, other, {5, 5}, at);
}

TEST(neighbour_armadillo_lists, of_matrices_are_batches_of_pointers) {
  std::vector<arma::mat> list(3, arma::mat(2, 2, arma::fill::eye)), out(3, arma::mat(2, 2));
  list[1] *= 2;
  cholinv::cholesky_inverse(list, false, out);
  EXPECT_EQ(out[0](0, 0), 1);
  EXPECT_EQ(out[1](1, 1), 0.25);
  list[2].set_size(3, 3);
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(list, false, out); }), {"matrix 2", "(3, 3)", "(2, 2)"}));
}

TEST(neighbour_armadillo_types, constness_and_vectors) {
  arma::mat m(3, 3);
  const arma::mat c(3, 3);
  arma::cube cube(2, 3, 4);
  const arma::cube const_cube(2, 3, 4);
  const auto const_block = c.submat(0, 0, 1, 1);
  static_assert(std::is_same_v<decltype(cholinv::view(m)), cholinv::tensor_view<double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(c)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(cube)), cholinv::tensor_view<double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(const_cube)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(const_block)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(m.submat(0, 0, 1, 1))), cholinv::tensor_view<double>>);
  EXPECT_EQ(shape_of(cholinv::view(cube)), (std::vector<index_t>{4, 2, 3}));
  arma::Col<int> info(3);
  arma::Row<int> row(3);
  EXPECT_EQ(shape_of(cholinv::view(info)), (std::vector<index_t>{3}));
  EXPECT_EQ(shape_of(cholinv::view(row)), (std::vector<index_t>{3}));
  arma::cube factors(2, 2, 3, arma::fill::zeros), out(2, 2, 3);
  factors.each_slice([](arma::mat& x) { x.eye(); });
  factors(1, 1, 2) = 0;
  EXPECT_EQ(cholinv::cholesky_inverse_ex(factors, false, out, info), 1);
  EXPECT_EQ(info(0), 0);
  EXPECT_EQ(info(1), 0);
  EXPECT_EQ(info(2), 2);
}

}  // namespace
