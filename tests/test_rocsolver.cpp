// test_rocsolver.cpp: rocSOLVER's list for potri: column-major batches of order n in leading dimension lda, with singular
// matrices planted at b/4, b/2 and b-1; one info each, and the others unharmed.
// builds: full
#include "support/layout.hpp"

#include <map>

namespace {

using namespace support;

template <class T>
class rocsolver_list : public testing::Test {};
TYPED_TEST_SUITE(rocsolver_list, dtypes, dtype_names);

struct size {
  index_t n, lda;
};
const std::vector<size> sizes = {{32, 32}, {50, 50}, {70, 100}, {100, 150}};
const std::vector<index_t> batch_counts = {1, 3, 6};

// A strided batch, column-major with leading dimension lda and 5 elements between two matrices; -77 where nobody wrote.
template <class T>
struct strided_batch {
  size s;
  index_t count;
  std::vector<T> elements;

  strided_batch(size s_, index_t count_) : s(s_), count(count_), elements(static_cast<std::size_t>(count_ * step()), T(-77)) {}
  index_t step() const { return s.n * s.lda + 5; }
  cholinv::tensor_view<T> view() { return {elements.data(), {count, s.n, s.n}, {step(), index_t(1), s.lda}}; }
  cholinv::tensor_view<const T> view() const { return {elements.data(), {count, s.n, s.n}, {step(), index_t(1), s.lda}}; }
};

// Matrix -> 0-based position of its zero: the first, the last and one in between, by turns.
std::map<index_t, index_t> planted_zeros(index_t n, index_t count) { return {{count / 4, n / 2}, {count / 2, n - 1}, {count - 1, 0}}; }

template <class T>
bool untouched(const matrix_ref<T>& m) {
  for (index_t i = 0; i < m.order; ++i)
    for (index_t j = 0; j < m.order; ++j)
      if (!same_bits(m(i, j), T(-77))) return false;
  return true;
}

// What is said of every result: the good matrices bitwise those of the clean run, the failed ones by the law given.
template <class X, class Clean, class Failed>
void check(const X& x, const Clean& clean, const std::map<index_t, index_t>& zeros, Failed failed_law) {
  const auto got = matrices(x), expected = matrices(clean);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t b = 0; b < got.size(); ++b) {
    if (zeros.count(static_cast<index_t>(b)) == 0)
      EXPECT_TRUE(same_matrix(got[b], expected[b])) << "matrix " << b;
    else
      EXPECT_TRUE(failed_law(b)) << "failed matrix " << b;
  }
}

template <class T>
void run(std::uint64_t seed, size s, index_t count, bool upper) {
  engine g(seed);
  strided_batch<T> good(s, count);
  std::vector<inverse_of<T>> laws;
  for (const auto& m : matrices(good.view())) {
    assign(m, random_factor<T>(g, s.n, upper));
    laws.emplace_back(matrix_of_factor(to_dense<wide_t<T>>(m), upper));
  }
  const auto zeros = planted_zeros(s.n, count);
  strided_batch<T> bad = good;
  for (const auto& z : zeros) bad.view()(z.first, z.second, z.second) = T(0);
  const index_t first = zeros.begin()->first, failed = static_cast<index_t>(zeros.size());

  const auto check_info = [&](auto&& info) {
    ASSERT_EQ(info.rank(), 1);
    ASSERT_EQ(info.extent(0), count);
    for (index_t b = 0; b < count; ++b) EXPECT_EQ(info(b), zeros.count(b) == 0 ? 0 : zeros.at(b) + 1) << "matrix " << b;
  };
  const auto check_error = [&](const cholinv::singular_factor& e) {
    EXPECT_EQ(e.batch_index(), first);
    EXPECT_EQ(e.diagonal_index(), zeros.at(first) + 1);
    EXPECT_EQ(e.failed(), failed);
  };

  for (auto backend : backends()) {
    SCOPED_TRACE(describe<T>(seed, s.n, upper, "lda " + std::to_string(s.lda), backend) + ", batch " + std::to_string(count));
    const cholinv::options o = using_backend(backend);
    const strided_batch<T>& factor = bad;

    const auto clean = cholinv::cholesky_inverse(good.view(), upper, o);
    const auto inverses = matrices(clean);
    for (std::size_t b = 0; b < laws.size(); ++b) EXPECT_TRUE(laws[b](inverses[b])) << "matrix " << b;
    strided_batch<T> clean_out(s, count);
    cholinv::tensor<int> info({count});
    EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(good.view(), upper, clean_out.view(), info, o), 0);

    const auto owning = cholinv::cholesky_inverse_ex(factor.view(), upper, o);
    check_info(owning.info);
    check(owning.inverse, clean, zeros, [&](std::size_t b) { return all_nan(matrices(owning.inverse)[b]); });
    try {
      cholinv::cholesky_inverse(factor.view(), upper, o);
      ADD_FAILURE() << "the owning form did not throw";
    } catch (const cholinv::singular_factor& e) {
      check_error(e);
    }

    strided_batch<T> out(s, count);
    EXPECT_EQ(cholinv::cholesky_inverse_ex(factor.view(), upper, out.view(), info, o), failed);
    check_info(info);
    check(out.view(), clean_out.view(), zeros, [&](std::size_t b) { return untouched(matrices(out.view())[b]); });

    strided_batch<T> thrown(s, count);
    try {
      cholinv::cholesky_inverse(factor.view(), upper, thrown.view(), o);
      ADD_FAILURE() << "the out form did not throw";
    } catch (const cholinv::singular_factor& e) {
      check_error(e);
    }
    check(thrown.view(), clean_out.view(), zeros, [&](std::size_t b) { return untouched(matrices(thrown.view())[b]); });

    strided_batch<T> place = bad;
    EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(place.view(), upper, place.view(), info, o), failed);
    check_info(info);
    check(place.view(), clean_out.view(), zeros,
          [&](std::size_t b) { return same_matrix(matrices(place.view())[b], matrices(factor.view())[b]); });
  }
}

TYPED_TEST(rocsolver_list, singular_items_have_their_own_info_and_spoil_nothing) {
  for (const size& s : sizes)
    for (index_t count : batch_counts)
      for (bool upper : {false, true}) run<TypeParam>(static_cast<std::uint64_t>(211 + s.n + count), s, count, upper);
}

// The first failure is counted over all batch dimensions, row-major.
TYPED_TEST(rocsolver_list, batch_index_runs_over_all_batch_dimensions) {
  using T = TypeParam;
  const std::uint64_t seed = 223;
  for (index_t n : {1, 2, 5, 8, 33})
    for (bool upper : {false, true}) {
      engine g(seed);
      auto factor = random_factors<T>(g, {2, 3, 4}, n, upper);
      const auto slots = matrices(factor);
      for (std::size_t b : {17u, 9u, 22u}) slots[b](n - 1, n - 1) = T(0);
      for (layout in : {layout::row_major, layout::batch_fastest, layout::batch_swapped, layout::reversed})
        for (auto backend : backends()) {
          SCOPED_TRACE(describe<T>(seed, n, upper, layout_name(in), backend));
          guarded<T> f(in, factor);
          const auto result = cholinv::cholesky_inverse_ex(f.view(), upper, using_backend(backend));
          ASSERT_EQ(result.info.rank(), 3);
          for (index_t b = 0; b < 24; ++b) EXPECT_EQ(result.info.data()[b], b == 9 || b == 17 || b == 22 ? n : 0) << "matrix " << b;
          try {
            cholinv::cholesky_inverse(f.view(), upper, using_backend(backend));
            ADD_FAILURE() << "nothing was thrown";
          } catch (const cholinv::singular_factor& e) {
            EXPECT_EQ(e.batch_index(), 9);
            EXPECT_EQ(e.diagonal_index(), n);
            EXPECT_EQ(e.failed(), 3);
          }
        }
    }
}

}  // namespace
