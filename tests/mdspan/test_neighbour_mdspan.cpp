// test_neighbour_mdspan.cpp: mdspan of every layout with strides, std::mdspan or Kokkos'. A program of its own: the standard library that
// has it may be another one than the rest is built with.
#include "support/neighbour.hpp"

#include <array>
#ifdef CHOLINV_KOKKOS
#include <mdspan/mdspan.hpp>
namespace md = Kokkos;
#else
#include <mdspan>
namespace md = std;
#endif

namespace {

using namespace support;

template <class T>
class neighbour_mdspan : public testing::Test {};
TYPED_TEST_SUITE(neighbour_mdspan, dtypes, dtype_names);

constexpr auto at = [](auto& x, index_t b, index_t i, index_t j) -> auto& {
  using I = typename std::remove_reference_t<decltype(x)>::index_type;
#ifdef __cpp_multidimensional_subscript
  if constexpr (std::remove_reference_t<decltype(x)>::rank() == 2)
    return x[static_cast<I>(i), static_cast<I>(j)];
  else
    return x[static_cast<I>(b), static_cast<I>(i), static_cast<I>(j)];
#else  // Kokkos' in an earlier C++
  if constexpr (std::remove_reference_t<decltype(x)>::rank() == 2)
    return x(static_cast<I>(i), static_cast<I>(j));
  else
    return x(static_cast<I>(b), static_cast<I>(i), static_cast<I>(j));
#endif
};
template <class T, class In, class Out>
void check(const In& in, const Out& out, const std::vector<index_t>& shape) {
  expect_same_addresses(
      cholinv::view(in), shape, [&](index_t b, index_t i, index_t j) -> auto& { return at(in, b, i, j); });
  expect_bits_of_tensors<T>(in, out, shape, at);
}

// The mirror image of a row-major matrix: strides are negative, and the first element is the last in memory.
struct layout_mirrored {
  template <class Extents>
  struct mapping {
    using extents_type = Extents;
    using index_type = typename Extents::index_type;
    using size_type = typename Extents::size_type;
    using rank_type = typename Extents::rank_type;
    using layout_type = layout_mirrored;
    Extents shape;

    const Extents& extents() const { return shape; }
    index_type operator()(index_type i, index_type j) const { return shape.extent(0) * shape.extent(1) - 1 - i * shape.extent(1) - j; }
    index_type required_span_size() const { return shape.extent(0) * shape.extent(1); }
    index_type stride(rank_type d) const { return d == 0 ? -shape.extent(1) : -1; }
    static constexpr bool is_always_unique() { return true; }
    static constexpr bool is_always_exhaustive() { return true; }
    static constexpr bool is_always_strided() { return true; }
    static constexpr bool is_unique() { return true; }
    static constexpr bool is_exhaustive() { return true; }
    static constexpr bool is_strided() { return true; }
    friend bool operator==(const mapping& a, const mapping& b) { return a.shape == b.shape; }
  };
};

// Row-major, and at run time it may say that it has no strides.
struct layout_perhaps {
  template <class Extents>
  struct mapping : md::layout_right::mapping<Extents> {
    using layout_type = layout_perhaps;
    bool strided = true;

    mapping(const Extents& e, bool s) : md::layout_right::mapping<Extents>(e), strided(s) {}
    static constexpr bool is_always_strided() { return false; }
    bool is_strided() const { return strided; }
  };
};

TYPED_TEST(neighbour_mdspan, seen_and_computed_with) {
  using T = TypeParam;
  using two = md::dextents<index_t, 2>;
  using three = md::dextents<int, 3>;
  for (index_t n : neighbour_orders()) {
    const int m = static_cast<int>(n);
    std::vector<T> a(static_cast<std::size_t>(60 * (n + 1) * (n + 2))), b(a.size());
    const md::mdspan<T, two> right(a.data(), n, n);
    const md::mdspan<T, two, md::layout_left> left(b.data(), n, n);
    check<T>(right, left, {n, n});
    check<T>(left, right, {n, n});
    const md::mdspan<T, two, md::layout_stride> padded(b.data(), {two(n, n), std::array{2 * n + 3, index_t(2)}});
    check<T>(padded, right, {n, n});
    const md::mdspan<T, two, layout_mirrored> mirrored(b.data(), layout_mirrored::mapping<two>{two(n, n)});
    check<T>(right, mirrored, {n, n});
    const md::mdspan<T, three> batch(a.data(), 7, m, m);
    const md::mdspan<T, three, md::layout_stride> fastest(b.data(), {three(7, m, m), std::array{1, 7, 7 * (m + 1)}});
    check<T>(batch, fastest, {7, n, n});
    check<T>(fastest, batch, {7, n, n});
    const md::mdspan<T, two, layout_perhaps> perhaps(a.data(), layout_perhaps::mapping<two>(two(n, n), true));
    check<T>(perhaps, left, {n, n});
  }
  std::vector<T> a(75), b(75);
  const md::mdspan<T, md::extents<unsigned char, 3, 5, 5>> fixed(a.data());
  const md::mdspan<T, md::extents<std::size_t, 3, md::dynamic_extent, 5>, md::layout_left> mixed(b.data(), 5);
  check<T>(fixed, mixed, {3, 5, 5});
}

TEST(neighbour_mdspan_types, is_a_handle) {
  double memory[9] = {};
  const md::mdspan<double, md::dextents<int, 2>> handle(memory, 3, 3);
  const md::mdspan<const double, md::dextents<int, 2>> readable(memory, 3, 3);
  static_assert(std::is_same_v<decltype(cholinv::view(handle)), cholinv::tensor_view<double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(readable)), cholinv::tensor_view<const double>>);
  static_assert(std::is_same_v<decltype(cholinv::view(md::mdspan(memory, 3, 3))), cholinv::tensor_view<double>>);
  const md::mdspan<double, md::extents<int>> scalar(memory);
  EXPECT_EQ(cholinv::view(scalar).rank(), 0);
}

TEST(neighbour_mdspan_types, info_and_misuse) {
  std::vector<double> factor = {1, 0, 0, 1, 1, 0, 0, 0}, out(8);
  std::vector<int> info(2, -1);
  EXPECT_EQ(
      cholinv::cholesky_inverse_ex(md::mdspan(factor.data(), 2, 2, 2), false, md::mdspan(out.data(), 2, 2, 2), md::mdspan(info.data(), 2)),
      1);
  EXPECT_EQ(info, (std::vector<int>{0, 2}));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(md::mdspan(factor.data(), 4, 2)); }), {"argument factor", "(4, 2)", "square"}));
  using two = md::dextents<index_t, 2>;
  const md::mdspan<double, two, layout_perhaps> scattered(factor.data(), layout_perhaps::mapping<two>(two(2, 2), false));
  EXPECT_TRUE(says(refusal([&] { cholinv::view(scattered); }), {"mdspan", "without strides", "is_strided()"}));
  const md::mdspan<double, md::dextents<std::size_t, 1>> endless(factor.data(), std::numeric_limits<std::size_t>::max());
  EXPECT_TRUE(says(refusal([&] { cholinv::view(endless); }), {"18446744073709551615", "index_t"}));
}

}  // namespace
