// test_tensor.cpp: tensor and tensor_view: shapes from any spelling, strides, conversions, ownership, and what they refuse.
// builds: full
#include "support/layout.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <list>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace {

using namespace support;

// Row-major strides by their definition: the product of the extents to the right.
std::vector<index_t> row_major_strides(const std::vector<index_t>& shape) {
  std::vector<index_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

template <class Tensor>
std::vector<index_t> strides_of(const Tensor& t) {
  std::vector<index_t> list;
  for (int d = 0; d < static_cast<int>(t.rank()); ++d) list.push_back(t.stride(d));
  return list;
}

// The address of element `index`, through t(i, j, ...) with as many arguments as the rank.
template <class Tensor, std::size_t... D>
auto* address_of(Tensor& t, const std::vector<index_t>& index, std::index_sequence<D...>) {
  return &t(index[D]...);
}
template <class Tensor>
auto* address_of(Tensor& t, const std::vector<index_t>& index) {
  switch (index.size()) {
    case 0:
      return address_of(t, index, std::make_index_sequence<0>());
    case 1:
      return address_of(t, index, std::make_index_sequence<1>());
    case 2:
      return address_of(t, index, std::make_index_sequence<2>());
    case 3:
      return address_of(t, index, std::make_index_sequence<3>());
    case 4:
      return address_of(t, index, std::make_index_sequence<4>());
    case 5:
      return address_of(t, index, std::make_index_sequence<5>());
    case 6:
      return address_of(t, index, std::make_index_sequence<6>());
    case 7:
      return address_of(t, index, std::make_index_sequence<7>());
    default:
      return address_of(t, index, std::make_index_sequence<8>());
  }
}

// ---- Shapes and strides, however they are spelled ----

TEST(tensor_shape, every_spelling_gives_the_same_shape) {
  const std::vector<index_t> wanted = {3, 4, 5};
  const int three = 3;
  const std::size_t four = 4;
  const long five = 5;
  const short small = 3;
  const unsigned char tiny = 4;
  const unsigned long long wide = 5;
  double some[60] = {};
  const auto check = [&](const auto& t) {
    EXPECT_EQ(shape_of(t), wanted);
    EXPECT_EQ(strides_of(t), row_major_strides(wanted));
    EXPECT_EQ(t.size(), 60);
  };

  check(cholinv::tensor<double>({3, 4, 5}));
  check(cholinv::tensor<double>({three, four, five}));
  check(cholinv::tensor<double>({small, tiny, wide}));
  check(cholinv::tensor<double>({3, four, index_t(5)}));
  check(cholinv::tensor<double>({three, 2 * 2u, 5L}));
  check(cholinv::tensor_view<double>(some, {3, 4, 5}));
  check(cholinv::tensor_view<double>(some, {three, four, five}));
  check(cholinv::tensor_view<double>(some, {small, tiny, wide}));
  check(cholinv::tensor_view<const double>(some, {3, four, index_t(5)}));
  check(cholinv::tensor_view<double>(some, {3, four, 5}, {20, five, 1}));

  const auto from_range = [&](auto range) {
    check(cholinv::tensor<double>(range));
    check(cholinv::tensor<double>(std::as_const(range)));
    check(cholinv::tensor_view<double>(some, range));
    check(cholinv::tensor_view<const double>(some, std::as_const(range), std::vector<int>{20, 5, 1}));
    check(cholinv::tensor<double>(std::move(range)));
  };
  from_range(std::vector<int>{3, 4, 5});
  from_range(std::vector<std::size_t>{3, 4, 5});
  from_range(std::vector<index_t>{3, 4, 5});
  from_range(std::vector<short>{3, 4, 5});
  from_range(std::array<long, 3>{3, 4, 5});
  from_range(std::array<unsigned, 3>{3, 4, 5});
  from_range(std::list<int>{3, 4, 5});
  const int plain[] = {3, 4, 5};
  check(cholinv::tensor<double>(plain));
  check(cholinv::tensor_view<double>(some, plain));
  const cholinv::tensor<double> t({3, 4, 5});
  check(cholinv::tensor<double>(shape_of(t)));
}

TEST(tensor_shape, short_lists_are_lists) {
  double some[4] = {1, 2, 3, 4};
  EXPECT_EQ(shape_of(cholinv::tensor<double>({0})), std::vector<index_t>{0});
  EXPECT_EQ(shape_of(cholinv::tensor<double>({4})), std::vector<index_t>{4});
  EXPECT_EQ(shape_of(cholinv::tensor<double>({2, 0})), (std::vector<index_t>{2, 0}));
  EXPECT_EQ(shape_of(cholinv::tensor<double>({0, 0})), (std::vector<index_t>{0, 0}));
  EXPECT_EQ(shape_of(cholinv::tensor_view<double>(some, {0})), std::vector<index_t>{0});
  EXPECT_EQ(shape_of(cholinv::tensor_view<double>(some, {4})), std::vector<index_t>{4});
  EXPECT_EQ(shape_of(cholinv::tensor_view<double>(some, {2, 2}, {0, 0})), (std::vector<index_t>{2, 2}));
  EXPECT_EQ(strides_of(cholinv::tensor_view<double>(some, {2, 2}, {0, 0})), (std::vector<index_t>{0, 0}));
  EXPECT_EQ(strides_of(cholinv::tensor_view<double>(some, {4}, {0})), std::vector<index_t>{0});
}

TEST(tensor_shape, rank_0_is_one_element) {
  double one = 7;
  const std::vector<int> none;
  cholinv::tensor<double> a({});
  cholinv::tensor<double> b(none);
  EXPECT_EQ(a.rank(), 0);
  EXPECT_EQ(b.rank(), 0);
  EXPECT_EQ(a.size(), 1);
  EXPECT_EQ(b.size(), 1);
  EXPECT_EQ(a(), 0.0);
  a() = 3;
  EXPECT_EQ(*a.data(), 3.0);
  for (const auto& v : {cholinv::tensor_view<double>(&one, {}), cholinv::tensor_view<double>(&one, none),
                        cholinv::tensor_view<double>(&one, {}, {}), cholinv::tensor_view<double>(&one, none, none)}) {
    EXPECT_EQ(v.rank(), 0);
    EXPECT_EQ(v.size(), 1);
    EXPECT_EQ(v.data(), &one);
    EXPECT_EQ(v(), 7.0);
  }
}

// Law: element (i, j, ...) is at data() + sum of index * stride; a tensor's strides are row-major; every element is zero.
TEST(tensor_shape, every_rank_addresses_every_element) {
  const std::uint64_t seed = 101;
  engine g(seed);
  for (int rank = 0; rank <= 8; ++rank)
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::vector<index_t> shape;
      for (int d = 0; d < rank; ++d) shape.push_back(1 + below(g, rank > 5 ? 3 : 4));
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", rank " << rank << ", repeat " << repeat);
      cholinv::tensor<int> t(shape);
      ASSERT_EQ(t.rank(), rank);
      EXPECT_EQ(shape_of(t), shape);
      EXPECT_EQ(strides_of(t), row_major_strides(shape));
      index_t count = 0;
      for_each_index(shape, [&](const std::vector<index_t>& i) {
        ASSERT_EQ(address_of(t, i), t.data() + count);
        ASSERT_EQ(address_of(std::as_const(t), i), t.data() + count);
        ASSERT_EQ(t.data()[count], 0);
        ++count;
      });
      EXPECT_EQ(t.size(), count);

      // A view with random strides of either sign: only addresses are formed inside one large buffer, nothing is read.
      std::vector<index_t> strides;
      index_t down = 0, up = 0;
      for (int d = 0; d < rank; ++d) {
        strides.push_back(below(g, 41) - 20);
        (strides.back() < 0 ? down : up) += strides.back() * (shape[static_cast<std::size_t>(d)] - 1);
      }
      std::vector<int> buffer(static_cast<std::size_t>(up - down + 1));
      int* const first = buffer.data() - down;
      const cholinv::tensor_view<int> v(first, shape, strides);
      ASSERT_EQ(v.rank(), rank);
      EXPECT_EQ(shape_of(v), shape);
      EXPECT_EQ(strides_of(v), strides);
      EXPECT_EQ(v.size(), count);
      EXPECT_EQ(v.data(), first);
      for_each_index(shape, [&](const std::vector<index_t>& i) {
        ASSERT_EQ(address_of(v, i), first + std::inner_product(i.begin(), i.end(), strides.begin(), index_t(0)));
      });
    }
}

TEST(tensor_shape, elements_are_named_by_any_integers) {
  cholinv::tensor<double> t({2, 3, 4});
  std::iota(t.data(), t.data() + t.size(), 0.0);
  const unsigned char i = 1;
  const std::size_t j = 2;
  const long long k = 3;
  EXPECT_EQ(t(1, 2, 3), 23.0);
  EXPECT_EQ(t(i, j, k), 23.0);
  const cholinv::tensor_view<double> v = t;
  EXPECT_EQ(v(i, j, 0), 20.0);
  v(1, 2, 0) = -1;
  EXPECT_EQ(t(1, 2, 0), -1.0);
}

TEST(tensor_shape, views_of_every_stride_read_what_numpy_would) {
  double x[12];
  std::iota(x, x + 12, 0.0);
  const auto read = [](const auto& v) {
    std::vector<double> list;
    for (index_t i = 0; i < v.extent(0); ++i)
      for (index_t j = 0; j < v.extent(1); ++j) list.push_back(v(i, j));
    return list;
  };
  using view = cholinv::tensor_view<const double>;
  using list = std::vector<double>;
  EXPECT_EQ(read(view(x, {3, 4})), (list{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(read(view(x, {4, 3}, {1, 4})), (list{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));         // transposed
  EXPECT_EQ(read(view(x + 11, {3, 4}, {-4, -1})), (list{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));  // reversed
  EXPECT_EQ(read(view(x + 3, {3, 2}, {4, -2})), (list{3, 1, 7, 5, 11, 9}));                       // every other, backwards
  EXPECT_EQ(read(view(x + 4, {2, 4}, {0, 1})), (list{4, 5, 6, 7, 4, 5, 6, 7}));                   // broadcast
  EXPECT_EQ(read(view(x + 5, {2, 2}, {4, 1})), (list{5, 6, 9, 10}));                              // a block
}

// ---- Conversions ----

template <class From, class To>
inline constexpr bool converts = std::is_convertible_v<From, To>;

TEST(tensor_conversion, exactly_those_of_the_contract) {
  using T = double;
  using tensor = cholinv::tensor<T>;
  using view = cholinv::tensor_view<T>;
  using const_view = cholinv::tensor_view<const T>;
  static_assert(converts<tensor&, view>);
  static_assert(converts<tensor&, const_view>);
  static_assert(converts<const tensor&, const_view>);
  static_assert(converts<view, const_view> && converts<view&, const_view> && converts<const view&, const_view>);
  static_assert(!converts<const tensor&, view>, "a const tensor must not become writable");
  static_assert(!converts<const_view, view>, "a view of const must not become writable");
  static_assert(!converts<cholinv::tensor<float>&, view> && !converts<cholinv::tensor_view<float>, const_view>);
  static_assert(!converts<cholinv::tensor<float>&, const_view>);
  static_assert(std::is_same_v<decltype(std::declval<tensor&>()(0)), T&>);
  static_assert(std::is_same_v<decltype(std::declval<const tensor&>()(0)), const T&>);
  static_assert(std::is_same_v<decltype(std::declval<const tensor&>().data()), const T*>);
  static_assert(std::is_same_v<decltype(std::declval<const view&>()(0)), T&>);
  static_assert(std::is_same_v<decltype(std::declval<const_view&>()(0)), const T&>);
  static_assert(std::is_same_v<cholinv::index_t, std::ptrdiff_t>);

  tensor t({2, 3});
  const tensor& ct = t;
  const view v = t;
  const auto same = [&](const auto& x) {
    EXPECT_EQ(x.data(), t.data());
    EXPECT_EQ(shape_of(x), shape_of(t));
    EXPECT_EQ(strides_of(x), strides_of(t));
  };
  same(v);
  same(const_view(t));
  same(const_view(ct));
  same(const_view(v));
  T x[6] = {};
  const const_view reversed = view(x + 5, {2, 3}, {-1, -2});
  EXPECT_EQ(reversed.data(), x + 5);
  EXPECT_EQ(strides_of(reversed), (std::vector<index_t>{-1, -2}));
}

// ---- Ownership ----

TEST(tensor_ownership, copies_are_deep_and_moves_carry_the_memory) {
  for (const std::vector<index_t>& shape : {std::vector<index_t>{}, {5}, {0, 4}, {2, 3, 4}}) {
    cholinv::tensor<double> a(shape);
    std::iota(a.data(), a.data() + a.size(), 1.0);
    std::vector<double> values(a.data(), a.data() + a.size());
    const auto is_original = [&](const cholinv::tensor<double>& t) {
      EXPECT_EQ(shape_of(t), shape);
      ASSERT_EQ(t.size(), static_cast<index_t>(values.size()));
      EXPECT_EQ(std::vector<double>(t.data(), t.data() + t.size()), values);
    };

    cholinv::tensor<double> copy(a);
    is_original(copy);
    if (a.size() > 0) {
      EXPECT_NE(copy.data(), a.data());
      *copy.data() = -5;
    }
    is_original(a);

    cholinv::tensor<double> assigned({7, 7});
    assigned = a;
    is_original(assigned);
    if (a.size() > 0) *assigned.data() = -6;
    is_original(a);
    const cholinv::tensor<double>& itself = a;
    a = itself;
    is_original(a);

    const double* const memory = a.data();
    cholinv::tensor<double> moved(std::move(a));
    is_original(moved);
    EXPECT_EQ(moved.data(), memory);
    cholinv::tensor<double> target({3, 3});
    target = std::move(moved);
    is_original(target);
    EXPECT_EQ(target.data(), memory);

    a = target;  // a moved-from tensor can be given a value again
    is_original(a);
    std::swap(a, assigned);
    is_original(assigned);
  }
}

TEST(tensor_ownership, a_tensor_outlives_the_view_it_came_from) {
  double x[4] = {2, 0, 0, 4};
  const cholinv::tensor<double> inverse = cholinv::cholesky_inverse(cholinv::tensor_view<double>(x, {2, 2}));
  std::fill_n(x, 4, -1.0);
  EXPECT_EQ(inverse(0, 0), 0.25);
  EXPECT_EQ(inverse(1, 1), 0.0625);
  EXPECT_EQ(inverse(0, 1), 0.0);
  EXPECT_EQ(inverse(1, 0), 0.0);
}

template <class T>
class tensor_elements : public testing::Test {};
using element_types = testing::Types<float, double, std::complex<float>, std::complex<double>, long double, int>;
TYPED_TEST_SUITE(tensor_elements, element_types, dtype_names);

// Memory that was just in use and full of something else comes back as zeros.
TYPED_TEST(tensor_elements, start_at_zero) {
  using T = TypeParam;
  for (index_t n : {1, 2, 7, 33})
    for (int repeat = 0; repeat < 4; ++repeat) {
      cholinv::tensor<T> t({n, n});
      for (index_t k = 0; k < t.size(); ++k) {
        ASSERT_TRUE(same_bits(t.data()[k], T(0))) << "element " << k << " of " << t.size();
        t.data()[k] = T(-9);
      }
    }
}

TYPED_TEST(tensor_elements, are_aligned_for_their_type) {
  std::vector<cholinv::tensor<TypeParam>> list;
  for (index_t n = 1; n < 20; ++n) {
    list.emplace_back(std::vector<index_t>{n});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(list.back().data()) % alignof(TypeParam), 0u);
  }
}

// ---- What is refused ----

template <class F>
void refused(F make, const std::vector<std::string>& words) {
  try {
    make();
    ADD_FAILURE() << "std::invalid_argument expected";
  } catch (const std::invalid_argument& e) {
    for (const std::string& w : words) EXPECT_NE(std::string(e.what()).find(w), std::string::npos) << "no '" << w << "' in: " << e.what();
  }
}
void shape_refused(const std::vector<index_t>& shape, const std::vector<std::string>& words) {
  double x = 0;
  refused([&] { cholinv::tensor<double> t(shape); }, words);
  refused([&] { cholinv::tensor_view<double> v(&x, shape); }, words);
  refused([&] { cholinv::tensor_view<const double> v(&x, shape, std::vector<int>(shape.size(), 1)); }, words);
}

TEST(tensor_refuses, negative_extents) {
  for (const std::vector<index_t>& shape : {std::vector<index_t>{-1}, {-3, 2}, {2, -3}, {0, -3}, {-3, 0}, {4, 4, 4, -7}, {-1, -1}}) {
    index_t negative = 0;
    for (index_t e : shape)
      if (e < 0 && negative == 0) negative = e;
    shape_refused(shape, {std::to_string(negative)});
  }
  const int minus_two = -2;
  double x = 0;
  EXPECT_THROW(cholinv::tensor<double>({minus_two, 3}), std::invalid_argument);
  EXPECT_THROW(cholinv::tensor_view<double>(&x, {3, minus_two}), std::invalid_argument);
}

TEST(tensor_refuses, more_dimensions_than_it_can_hold) {
  static_assert(cholinv::max_rank >= 8);
  const std::vector<index_t> most(static_cast<std::size_t>(cholinv::max_rank), 1);
  std::vector<index_t> too_many = most;
  too_many.push_back(1);
  double x = 0;
  EXPECT_EQ(cholinv::tensor<double>(most).rank(), cholinv::max_rank);
  EXPECT_EQ(cholinv::tensor_view<double>(&x, most, most).rank(), cholinv::max_rank);
  shape_refused(too_many, {std::to_string(cholinv::max_rank)});
  refused([&] { cholinv::tensor_view<double> v(&x, most, too_many); }, {std::to_string(cholinv::max_rank)});
}

TEST(tensor_refuses, strides_of_another_rank) {
  double x[6] = {};
  refused([&] { cholinv::tensor_view<double> v(x, {2, 3}, {1}); }, {"strides", "2", "1"});
  refused([&] { cholinv::tensor_view<double> v(x, {2, 3}, {6, 3, 1}); }, {"strides", "2", "3"});
  refused([&] { cholinv::tensor_view<double> v(x, {2, 3}, {}); }, {"strides", "2", "0"});
  refused([&] { cholinv::tensor_view<double> v(x, {}, {1}); }, {"strides"});
}

TEST(tensor_refuses, more_elements_than_index_t_counts) {
  const index_t most = std::numeric_limits<index_t>::max();
  const index_t half = index_t(1) << (sizeof(index_t) * 4);  // 2^32 where index_t has 64 bits
  for (const std::vector<index_t>& shape : {std::vector<index_t>{half, half},
                                            {most, 2},
                                            {2, most},
                                            {half / 2, 2, half / 2, 4},
                                            {most, most},
                                            {most, most, most, most},
                                            {3, half, half}})
    shape_refused(shape, {std::to_string(shape[0])});
  double x = 0;
  const std::size_t beyond = static_cast<std::size_t>(most) + 1;
  refused([&] { cholinv::tensor<double> t({beyond, 1}); }, {std::to_string(beyond)});
  refused([&] { cholinv::tensor_view<double> v(&x, {std::size_t(1), beyond}); }, {std::to_string(beyond)});
  refused([&] { cholinv::tensor_view<double> v(&x, std::vector<std::size_t>{~std::size_t(0)}); }, {std::to_string(~std::size_t(0))});
}

// A view only counts elements, a tensor has to count bytes.
TEST(tensor_refuses, more_bytes_than_index_t_counts) {
  const index_t most = std::numeric_limits<index_t>::max();
  refused([&] { cholinv::tensor<double> t({most}); }, {std::to_string(most)});
  refused([&] { cholinv::tensor<double> t({most / 8, 2}); }, {std::to_string(most / 8)});
  refused([&] { cholinv::tensor<std::complex<double>> t({most / 16 + 1}); }, {std::to_string(most / 16 + 1)});
  double x = 0;
  EXPECT_EQ(cholinv::tensor_view<double>(&x, {most}, {0}).size(), most);
}

// Nothing overflows where nothing is: the order is never reached.
TEST(tensor_shape, an_empty_shape_may_have_any_other_extents) {
  const index_t large = index_t(1) << (sizeof(index_t) * 4);
  double x = 0;
  for (const std::vector<index_t>& shape : {std::vector<index_t>{0, large, large}, {large, 0, large, large}, {large, large, 0}}) {
    EXPECT_EQ(cholinv::tensor<double>(shape).size(), 0);
    EXPECT_EQ(cholinv::tensor_view<double>(&x, shape).size(), 0);
    EXPECT_EQ(shape_of(cholinv::tensor<double>(shape)), shape);
  }
}

#ifdef __linux__
// Was Linux asked to give the memory at this address large pages?
bool asked_for_large_pages(const void* p) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  std::ifstream maps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long low = 0, high = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &low, &high) == 2) here = low <= address && address < high;
    if (here && line.rfind("VmFlags:", 0) == 0) return line.find(" hg") != std::string::npos;
  }
  return false;
}

// Law: so is that of a tensor of 32 MB, where this can be seen at all, and not that of a smaller one.
TEST(tensor_memory, large_blocks_ask_for_large_pages) {
  constexpr std::size_t bytes = std::size_t(1) << 25;
  void* const control = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(control, MAP_FAILED);
  const bool visible = madvise(control, bytes, MADV_HUGEPAGE) == 0 && asked_for_large_pages(control);
  munmap(control, bytes);
  if (!visible) GTEST_SKIP() << "no large pages here, or no word of them in /proc/self/smaps";
  const cholinv::tensor<float> large({2048, 4096}), small({2048, 4095});
  EXPECT_TRUE(asked_for_large_pages(&large(1024, 0)));
  EXPECT_FALSE(asked_for_large_pages(&small(1024, 0)));
}
#endif

}  // namespace
