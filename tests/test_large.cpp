// test_large.cpp: address space with holes: strides past 2^31 elements (rule 13), and matrices at the edge of readable memory.
// builds: full
#include "support/layout.hpp"

#include <set>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace support;

static_assert(sizeof(index_t) == 8, "there are no such strides on this machine");
constexpr index_t beyond = (index_t(1) << 31) + 7;

// A strided view over a reservation of address space. Only the pages that hold its elements can be touched at all: an
// index that wraps around ends in a fault, not in a wrong number that nobody sees.
template <class T>
class sparse {
 public:
  sparse(std::vector<index_t> shape, std::vector<index_t> strides) : shape_(std::move(shape)), strides_(std::move(strides)) {
    index_t down = 0, up = 0;
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      if (shape_[d] < 2) continue;
      (strides_[d] < 0 ? down : up) += strides_[d] * (shape_[d] - 1);
    }
    const index_t page = sysconf(_SC_PAGESIZE);
    const index_t lead = page - (-down * static_cast<index_t>(sizeof(T))) % page;  // so that element (0, 0, ...) starts a page
    bytes_ = static_cast<std::size_t>(lead + (up - down + 1) * static_cast<index_t>(sizeof(T)) + page);
    reservation_ = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reservation_ == MAP_FAILED) throw std::runtime_error("cannot reserve " + std::to_string(bytes_) + " bytes of address space");
    char* const start = static_cast<char*>(reservation_);
    first_ = reinterpret_cast<T*>(start + lead - down * static_cast<index_t>(sizeof(T)));
    std::set<index_t> pages;
    for_each_index(shape_, [&](const std::vector<index_t>& i) {
      const index_t at = reinterpret_cast<char*>(&element(i)) - start;
      pages.insert(at / page);
      pages.insert((at + static_cast<index_t>(sizeof(T)) - 1) / page);
    });
    for (index_t p : pages)
      if (mprotect(start + p * page, static_cast<std::size_t>(page), PROT_READ | PROT_WRITE) != 0)
        throw std::runtime_error("cannot open a page");
  }
  sparse(const sparse&) = delete;
  sparse& operator=(const sparse&) = delete;
  ~sparse() { munmap(reservation_, bytes_); }

  T& element(const std::vector<index_t>& i) {
    index_t at = 0;
    for (std::size_t d = 0; d < i.size(); ++d)
      if (i[d] != 0) at += i[d] * strides_[d];
    return first_[at];
  }
  void fill(const cholinv::tensor<T>& from) {
    const T* next = from.data();
    for_each_index(shape_, [&](const std::vector<index_t>& i) { element(i) = *next++; });
  }
  cholinv::tensor<T> contiguous() {
    cholinv::tensor<T> copy(shape_);
    T* next = copy.data();
    for_each_index(shape_, [&](const std::vector<index_t>& i) { *next++ = element(i); });
    return copy;
  }
  cholinv::tensor_view<T> view() { return cholinv::tensor_view<T>(first_, shape_, strides_); }

 private:
  std::vector<index_t> shape_, strides_;
  void* reservation_;
  std::size_t bytes_;
  T* first_;
};

struct wide_layout {
  const char* name;
  index_t n;
  std::vector<index_t> batch, strides;
};
const std::vector<wide_layout>& wide_layouts() {
  static const std::vector<wide_layout> list = {
      {"rows far apart", 3, {}, {beyond, 1}},
      {"columns far apart", 3, {}, {1, beyond}},
      {"rows and columns far apart", 3, {}, {3 * beyond, beyond}},
      {"rows far apart, backwards", 3, {}, {-beyond, 1}},
      {"columns far apart, backwards", 3, {}, {-1, -beyond}},
      {"row stride 2^31 - 1", 3, {}, {(index_t(1) << 31) - 1, 1}},
      {"row stride 2^31", 3, {}, {index_t(1) << 31, 1}},
      {"row stride 2^32", 3, {}, {index_t(1) << 32, 1}},
      {"column stride 2^32 + 1", 3, {}, {1, (index_t(1) << 32) + 1}},
      {"batch far apart", 3, {3}, {beyond, 3, 1}},
      {"batch far apart, backwards", 2, {4}, {-beyond, 1, 2}},
      {"two batch dimensions far apart", 2, {2, 3}, {4 * beyond, beyond, 2, 1}},
      {"all dimensions far apart", 2, {2, 2}, {beyond, 8 * beyond, 2 * beyond, 4 * beyond}},
      {"matrices side by side, rows far apart", 3, {4}, {3, beyond, 1}},
      {"batch fastest, rows far apart", 5, {4}, {1, beyond, 4}},
      {"order 9, rows far apart", 9, {}, {beyond, 1}},
      {"order 17, columns far apart", 17, {2}, {17, 1, beyond}},
      {"order 26, rows far apart", 26, {}, {beyond, 1}},
      {"order 26, columns far apart", 26, {}, {1, beyond}},
      {"order 1, batch far apart", 1, {3}, {beyond, 5, -7}},
  };
  return list;
}

std::vector<index_t> shape_of(const wide_layout& l) {
  std::vector<index_t> shape = l.batch;
  shape.push_back(l.n);
  shape.push_back(l.n);
  return shape;
}

template <class T>
class large : public testing::Test {};
TYPED_TEST_SUITE(large, dtypes, dtype_names);

enum class role { factor, out, both, in_place };
const char* role_name(role r) {
  constexpr const char* names[] = {"the factor is wide", "out is wide", "both are wide", "in place"};
  return names[static_cast<int>(r)];
}

// Law: the native result is bitwise the contiguous one; every backend's is an inverse. LAPACK may pack, may not crash.
TYPED_TEST(large, strides_past_2_to_the_31) {
  using T = TypeParam;
  const std::uint64_t seed = 501;
  engine g(seed);
  for (const wide_layout& l : wide_layouts())
    for (bool upper : {false, true}) {
      const auto nan = T(std::numeric_limits<real_t<T>>::quiet_NaN());
      const cholinv::tensor<T> factor = random_factors<T>(g, l.batch, l.n, upper, nan);
      const cholinv::tensor<T> answer = cholinv::cholesky_inverse(factor, upper, using_backend(cholinv::backend::native));
      for (role r : {role::factor, role::out, role::both, role::in_place}) {
        sparse<T> wide_factor(shape_of(l), l.strides), wide_out(shape_of(l), l.strides);
        for (cholinv::backend use : backends()) {
          SCOPED_TRACE(describe<T>(seed, l.n, upper, std::string(l.name) + ", " + role_name(r), use));
          wide_factor.fill(factor);
          wide_out.fill(factor);
          cholinv::tensor<T> near_out(factor.shape());
          const cholinv::tensor_view<const T> in = r == role::out ? cholinv::tensor_view<const T>(factor) : wide_factor.view();
          const cholinv::tensor_view<T> out = r == role::factor     ? cholinv::tensor_view<T>(near_out)
                                              : r == role::in_place ? wide_factor.view()
                                                                    : wide_out.view();
          cholinv::cholesky_inverse(in, upper, out, using_backend(use));
          const cholinv::tensor<T> result = r == role::factor     ? near_out
                                            : r == role::in_place ? wide_factor.contiguous()
                                                                  : wide_out.contiguous();
          if (use == cholinv::backend::native) {
            ASSERT_TRUE(same_tensor(result, answer));
          }
          const auto results = matrices(result);
          const auto factors = matrices(factor);
          for (std::size_t b = 0; b < results.size(); ++b) {
            ASSERT_TRUE(hermitian(results[b]));
            ASSERT_LT(residual<T>(matrix_of_factor(to_dense<wide_t<T>>(factors[b]), upper), to_dense<wide_t<T>>(results[b])), threshold);
          }
          if (r == role::factor || r == role::both) {
            ASSERT_TRUE(same_tensor(wide_factor.contiguous(), factor)) << "the factor was written";
          }
        }
      }
    }
}

TYPED_TEST(large, cholesky_with_strides_past_2_to_the_31) {
  using T = TypeParam;
  const std::uint64_t seed = 502;
  engine g(seed);
  for (const wide_layout& l : wide_layouts())
    for (bool upper : {false, true}) {
      cholinv::tensor<T> a(shape_of(l));
      for (const auto& m : matrices(a)) assign(m, random_positive_definite<T>(g, l.n));
      const cholinv::tensor<T> answer = cholinv::cholesky(a, upper, using_backend(cholinv::backend::native));
      for (cholinv::backend use : backends()) {
        SCOPED_TRACE(describe<T>(seed, l.n, upper, l.name, use));
        sparse<T> wide_a(shape_of(l), l.strides), wide_out(shape_of(l), l.strides);
        wide_a.fill(a);
        wide_out.fill(a);
        cholinv::cholesky(wide_a.view(), upper, wide_out.view(), using_backend(use));
        const cholinv::tensor<T> result = wide_out.contiguous();
        if (use == cholinv::backend::native) {
          ASSERT_TRUE(same_tensor(result, answer));
        }
        const auto results = matrices(result);
        const auto given = matrices(a);
        for (std::size_t b = 0; b < results.size(); ++b)
          ASSERT_LT(factor_residual<T>(to_dense<wide_t<T>>(given[b]), as_lower(to_dense<wide_t<T>>(results[b]), upper)), threshold);
        ASSERT_TRUE(same_tensor(wide_a.contiguous(), a));
      }
    }
}

// info as far apart as the matrices, and the failed one found there; the freshly allocated forms read such views too.
TYPED_TEST(large, info_and_failures_past_2_to_the_31) {
  using T = TypeParam;
  const std::uint64_t seed = 503;
  engine g(seed);
  const index_t n = 3;
  cholinv::tensor<T> factor = random_factors<T>(g, {2, 3}, n, false);
  factor(1, 0, 1, 1) = T(0);
  factor(1, 2, 2, 2) = T(0);
  for (cholinv::backend use : backends())
    for (index_t direction : {1, -1}) {
      SCOPED_TRACE(describe<T>(seed, n, false, direction > 0 ? "forwards" : "backwards", use));
      const std::vector<index_t> strides = {direction * 4 * beyond, beyond, 3, 1};
      sparse<T> wide_factor({2, 3, n, n}, strides), out({2, 3, n, n}, strides);
      sparse<int> info({2, 3}, {beyond, -direction * 3 * beyond});
      wide_factor.fill(factor);
      out.fill(factor);
      EXPECT_EQ(cholinv::cholesky_inverse_ex(wide_factor.view(), false, out.view(), info.view(), using_backend(use)), 2);
      const cholinv::tensor<int> infos = info.contiguous();
      const std::vector<int> expected = {0, 0, 0, 2, 0, 3};
      EXPECT_TRUE(std::equal(infos.begin(), infos.end(), expected.begin(), expected.end()));
      const auto owned = cholinv::cholesky_inverse_ex(wide_factor.view(), false, using_backend(use));
      EXPECT_TRUE(std::equal(owned.info.begin(), owned.info.end(), expected.begin(), expected.end()));
      const cholinv::tensor<T> result = out.contiguous();
      const auto results = matrices(result);
      const auto owns = matrices(owned.inverse);
      const auto factors = matrices(factor);
      for (std::size_t b = 0; b < results.size(); ++b) {
        if (expected[b] != 0) {
          EXPECT_TRUE(same_matrix(results[b], factors[b])) << "failed matrix " << b << " was written";
          EXPECT_TRUE(all_nan(owns[b]));
        } else {
          EXPECT_TRUE(use != cholinv::backend::native || same_matrix(results[b], owns[b])) << "matrix " << b;
          EXPECT_LT(residual<T>(matrix_of_factor(to_dense<wide_t<T>>(factors[b]), false), to_dense<wide_t<T>>(results[b])), threshold);
        }
      }
      try {
        cholinv::cholesky_inverse(wide_factor.view(), false, out.view(), using_backend(use));
        ADD_FAILURE() << "singular_factor expected";
      } catch (const cholinv::singular_factor& e) {
        EXPECT_EQ(e.batch_index(), 3);
        EXPECT_EQ(e.diagonal_index(), 2);
        EXPECT_EQ(e.failed(), 2);
      }
    }
}

// Rule 9 at these distances: a truncated difference of addresses would call the one the other.
TYPED_TEST(large, overlap_is_seen_past_2_to_the_31) {
  using T = TypeParam;
  const index_t two_32 = index_t(1) << 32;
  sparse<T> memory({3, 6}, {two_32, 1});
  cholinv::tensor<T> ones({3, 6});
  std::fill_n(ones.data(), ones.size(), T(1));
  memory.fill(ones);
  T* const first = memory.view().data();
  const cholinv::tensor_view<const T> factor(first, {3, 3}, {two_32, 1});
  // Beside the factor, in the same rows: apart.
  EXPECT_NO_THROW(cholinv::cholesky_inverse(factor, false, cholinv::tensor_view<T>(first + 3, {3, 3}, {two_32, 1})));
  // One column in common.
  EXPECT_THROW(cholinv::cholesky_inverse(factor, false, cholinv::tensor_view<T>(first + 2, {3, 3}, {two_32, 1})), std::invalid_argument);
  EXPECT_THROW(cholinv::cholesky_inverse(factor, false, cholinv::tensor_view<T>(first + two_32, {3, 3}, {-two_32, 1})),
               std::invalid_argument);
  // Strides that are equal modulo 2^32, and a stride that is 0 there: different elements, so the view is a good one.
  sparse<T> out({2, 3, 3}, {two_32, 2 * two_32, 4 * two_32 + 1});
  cholinv::tensor<T> two({2, 3, 3});
  std::fill_n(two.data(), two.size(), T(1));
  out.fill(two);
  EXPECT_NO_THROW(cholinv::cholesky_inverse(two, false, out.view(), using_backend(cholinv::backend::native)));
  EXPECT_TRUE(same_tensor(out.contiguous(), cholinv::cholesky_inverse(two, false, using_backend(cholinv::backend::native))));
  const cholinv::tensor_view<T> twice(out.view().data(), {3, 3}, {two_32, two_32});
  EXPECT_THROW(cholinv::cholesky_inverse(factor, false, twice), std::invalid_argument);
}

// A batch of more than 2^31 matrices: counted right where there is nothing to compute.
TYPED_TEST(large, batches_past_2_to_the_31) {
  using T = TypeParam;
  T one = T(1);
  const cholinv::tensor_view<const T> many(&one, {beyond, index_t(2), index_t(0), index_t(0)});
  EXPECT_EQ(cholinv::cholesky_inverse(many).size(), 0);
  EXPECT_EQ(cholinv::cholesky_inverse(many).extent(0), beyond);
  cholinv::options o;
  o.threads = 1;
  const cholinv::tensor_view<const T> same(&one, {beyond, index_t(2), index_t(3), index_t(3)}, {0, 0, 0, 0});
  const cholinv::tensor_view<const T> fewer(&one, {4096, 3, 3}, {0, 0, 0});
  EXPECT_EQ(cholinv::cholesky_inverse_scratch(same, false, o), cholinv::cholesky_inverse_scratch(fewer, false, o));
}

// ---- The edge of readable memory ----

// `count` elements that end, or begin, where readable memory does.
template <class T>
class fenced {
 public:
  fenced(std::size_t count, bool at_end) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = count * sizeof(T), room = (bytes + page - 1) / page * page;
    fence_ = (room / page + 8) * page;  // wide enough for a step of one row or column too many
    bytes_ = room + 2 * fence_;
    reservation_ = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reservation_ == MAP_FAILED) throw std::runtime_error("cannot reserve " + std::to_string(bytes_) + " bytes of address space");
    char* const start = static_cast<char*>(reservation_) + fence_;
    if (room > 0 && mprotect(start, room, PROT_READ | PROT_WRITE) != 0) throw std::runtime_error("cannot open a page");
    data_ = reinterpret_cast<T*>(at_end ? start + room - bytes : start);
  }
  fenced(const fenced&) = delete;
  fenced& operator=(const fenced&) = delete;
  ~fenced() { munmap(reservation_, bytes_); }
  T* data() { return data_; }

 private:
  std::size_t fence_, bytes_;
  void* reservation_;
  T* data_;
};

// Law: a call reads and writes its arguments and its scratch, and not one element before or behind them. Anything else
// ends this program. (OpenBLAS 0.3.21 does read behind a complex matrix when ?potri is told 'U'.)
TYPED_TEST(large, nothing_beyond_the_arguments_is_touched) {
  using T = TypeParam;
  const std::uint64_t seed = 504;
  engine g(seed);
  std::vector<index_t> orders = {31, 32, 33, 40, 63, 64, 65, 100, 129};
  for (index_t n = 1; n <= 23; ++n) orders.push_back(n);
  for (index_t n : orders)
    for (bool upper : {false, true})
      for (index_t count : {1, 3, 16})
        for (bool at_end : {false, true}) {
          if ((n > 33 && count > 1) || (n < 15 && count == 16)) continue;  // 16 fill all lanes of orders that three do not
          const auto nan = T(std::numeric_limits<real_t<T>>::quiet_NaN());
          const cholinv::tensor<T> factors = random_factors<T>(g, {count}, n, upper, nan);
          const auto size = static_cast<std::size_t>(count * n * n);
          fenced<T> in(size, at_end), out(size, at_end);
          fenced<int> info(static_cast<std::size_t>(count), at_end);
          const std::vector<index_t> shape = {count, n, n};
          for (cholinv::backend use : backends())
            for (bool by_columns : {false, true}) {
              const std::string where =
                  std::string(by_columns ? "column-major" : "row-major") + (at_end ? ", at the end" : ", at the start");
              SCOPED_TRACE(describe<T>(seed, n, upper, where, use));
              const std::vector<index_t> strides = {n * n, by_columns ? 1 : n, by_columns ? n : 1};
              const cholinv::tensor_view<T> in_view(in.data(), shape, strides), out_view(out.data(), shape, strides);
              const cholinv::tensor_view<int> info_view(info.data(), {count});
              const auto fill = [&] {
                const auto from = matrices(factors);
                const auto to = matrices(in_view);
                for (std::size_t b = 0; b < from.size(); ++b) assign(to[b], to_dense<T>(from[b]));
              };
              const cholinv::tensor<T> answer = cholinv::cholesky_inverse(factors, upper, using_backend(cholinv::backend::native));
              cholinv::options o = using_backend(use);
              o.threads = 1;
              const std::size_t bytes = cholinv::cholesky_inverse_scratch(in_view, upper, o);
              fenced<unsigned char> scratch(bytes, at_end);
              o.scratch = scratch.data();
              o.scratch_size = bytes;
              fill();
              ASSERT_EQ(cholinv::cholesky_inverse_ex(in_view, upper, out_view, info_view, o), 0);
              if (use == cholinv::backend::native) {
                ASSERT_TRUE(same_tensor(out_view, answer));
              }
              ASSERT_EQ(cholinv::cholesky_inverse_ex(in_view, upper, in_view, info_view, o), 0);
              ASSERT_TRUE(same_tensor(in_view, out_view));
              cholinv::cholesky(in_view, upper, out_view, o);
              cholinv::cholesky(in_view, upper, in_view, o);
              ASSERT_TRUE(same_tensor(in_view, out_view));
            }
        }
}

// n n passes 2^31 elements. On demand: 13 GB of memory, minutes. The factor is a function of its indices, for it is gone afterwards.
TEST(large_on_demand, DISABLED_float_of_order_46341_in_place) {
  const index_t n = 46341;
  const auto mixed = [](std::uint64_t x) {  // splitmix64
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>(static_cast<std::int64_t>(x ^ (x >> 31))) / 9223372036854775808.0;  // in [-1, 1)
  };
  const double scale = 0.5 / std::sqrt(static_cast<double>(n));
  const auto l = [&](index_t i, index_t j) {
    const double x = mixed(static_cast<std::uint64_t>(i * n + j));
    return static_cast<float>(i == j ? 1.5 + x / 2 : x * scale);
  };
  cholinv::tensor<float> x({n, n});
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j) x.data()[i * n + j] = j <= i ? l(i, j) : std::numeric_limits<float>::quiet_NaN();
  cholinv::cholesky_inverse(x, false, x, using_backend(cholinv::backend::native));

  // X (L (L^H v)) = v, looked at in some rows, the last ones among them.
  std::vector<double> v(static_cast<std::size_t>(n)), y(v.size(), 0), w(v.size(), 0);
  double w_norm = 0;
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = mixed(~i);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) y[static_cast<std::size_t>(j)] += static_cast<double>(l(i, j)) * v[static_cast<std::size_t>(i)];
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j <= i; ++j) w[static_cast<std::size_t>(i)] += static_cast<double>(l(i, j)) * y[static_cast<std::size_t>(j)];
    w_norm = std::max(w_norm, std::abs(w[static_cast<std::size_t>(i)]));
  }
  for (index_t k = 0; k < 200; ++k) {
    const index_t i = k < 100 ? n - 1 - k : k * 7919 % n;
    double sum = 0, row_norm = 0;
    for (index_t j = 0; j < n; ++j) {
      ASSERT_EQ(x(i, j), x(j, i)) << "(" << i << ", " << j << ")";
      sum += static_cast<double>(x(i, j)) * w[static_cast<std::size_t>(j)];
      row_norm += std::abs(static_cast<double>(x(i, j)));
    }
    const double residual =
        std::abs(sum - v[static_cast<std::size_t>(i)]) / (row_norm * w_norm * std::numeric_limits<float>::epsilon() / 2);
    ASSERT_LT(residual, threshold) << "row " << i;
  }
}

}  // namespace
