// test_pointers.cpp: batches whose matrices each have an address of their own obey the rules that strided batches do.
// builds: full
#include "support/neighbour.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>

namespace {

std::atomic<long> allocations{0};

}  // namespace

// Out of line, or g++ sees free() meet a new that it did not look into.
CHOLINV_NOINLINE void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
CHOLINV_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
CHOLINV_NOINLINE void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace support;

template <class T>
class pointers : public testing::Test {};
TYPED_TEST_SUITE(pointers, dtypes, dtype_names);

// How a matrix lies behind its pointer.
struct matrix_layout {
  const char* name;
  index_t row, column;  // strides
};
std::vector<matrix_layout> layouts_of(index_t n) {
  return {{"row-major", n, 1},   {"column-major", 1, n},   {"lda n + 3", 1, n + 3},
          {"ldb 5 n", 5 * n, 1}, {"spread", 2 * n + 1, 2}, {"backwards", -n, -1}};
}

// Matrices at scattered places of one block of memory, in shuffled order, with canaries between them.
template <class T>
class scattered {
 public:
  scattered(engine& g, index_t count, index_t n, const matrix_layout& l) : count_(count), n_(n), layout_(l) {
    const index_t last = n == 0 ? 0 : n - 1;
    const index_t up = last * (std::max(l.row, index_t(0)) + std::max(l.column, index_t(0)));
    const index_t down = last * (std::max(-l.row, index_t(0)) + std::max(-l.column, index_t(0)));
    const index_t step = up + down + 1 + below(g, 3);
    memory_.assign(static_cast<std::size_t>(count * step + 1), canary());
    for (index_t b = 0; b < count; ++b) pointers_.push_back(memory_.data() + b * step + down);
    for (std::size_t b = pointers_.size(); b > 1; --b)
      std::swap(pointers_[b - 1], pointers_[static_cast<std::size_t>(below(g, static_cast<index_t>(b)))]);
  }
  static T canary() { return T(static_cast<real_t<T>>(-77)); }
  cholinv::pointer_batch<T> batch() { return {pointers_.data(), count_, n_, layout_.row, layout_.column}; }
  cholinv::pointer_batch<const T> const_batch() { return batch(); }
  cholinv::tensor_view<T> matrix(index_t b) { return {batch().matrix(b), {n_, n_}, {layout_.row, layout_.column}}; }
  T& at(index_t b, index_t i, index_t j) { return pointers_[static_cast<std::size_t>(b)][i * layout_.row + j * layout_.column]; }
  void fill(const cholinv::tensor<T>& from) {
    for_each_index({count_, n_, n_}, [&](const std::vector<index_t>& i) { at(i[0], i[1], i[2]) = from(i[0], i[1], i[2]); });
  }
  // These elements in the matrices, canaries around them.
  testing::AssertionResult holds(const cholinv::tensor<T>& expected) {
    std::vector<T> all(memory_.size(), canary());
    for_each_index({count_, n_, n_}, [&](const std::vector<index_t>& i) {
      all[static_cast<std::size_t>(&at(i[0], i[1], i[2]) - memory_.data())] = expected(i[0], i[1], i[2]);
    });
    for (std::size_t k = 0; k < all.size(); ++k)
      if (!same_bits(memory_[k], all[k])) return testing::AssertionFailure() << "element " << k << " of the memory is " << memory_[k];
    return testing::AssertionSuccess();
  }

 private:
  index_t count_, n_;
  matrix_layout layout_;
  std::vector<T> memory_;
  std::vector<T*> pointers_;
};

template <class T>
cholinv::tensor<T> filled(const std::vector<index_t>& shape, T value) {
  cholinv::tensor<T> t(shape);
  std::fill(t.begin(), t.end(), value);
  return t;
}

TYPED_TEST(pointers, give_the_bits_of_tensors) {
  using T = TypeParam;
  for (index_t n : {1, 2, 3, 4, 5, 9, 17, 40})
    for (index_t count : {1, 2, 37})
      for (const matrix_layout& in_layout : layouts_of(n))
        for (bool upper : {false, true})
          for (cholinv::backend use : backends()) {
            SCOPED_TRACE(describe<T>(7, n, upper, in_layout.name, use));
            const cholinv::options o = using_backend(use);
            engine g(7);
            const std::vector<index_t> shape = {count, n, n};
            const cholinv::tensor<T> factor = random_factors<T>(g, {count}, n, upper),
                                     inverse = cholinv::cholesky_inverse(factor, upper, o);
            scattered<T> in(g, count, n, in_layout), out(g, count, n, layouts_of(n)[static_cast<std::size_t>(n % 6)]);
            in.fill(factor);
            cholinv::cholesky_inverse(in.const_batch(), upper, out.batch(), o);
            if (use == cholinv::backend::lapack) {  // its bits depend on strides and addresses: those of strided calls to the same places
              cholinv::tensor<T> expected(shape);
              for (index_t b = 0; b < count; ++b)
                for_each_index({n, n}, [&](const std::vector<index_t>& i) { expected(b, i[0], i[1]) = out.at(b, i[0], i[1]); });
              out.fill(filled(shape, nan_of<T>()));
              for (index_t b = 0; b < count; ++b) cholinv::cholesky_inverse<T>(in.matrix(b), upper, out.matrix(b), o);
              EXPECT_TRUE(out.holds(expected));
              continue;
            }
            EXPECT_TRUE(out.holds(inverse));
            EXPECT_TRUE(in.holds(factor));
            EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse(in.batch(), upper, o), inverse));
            EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse_ex(in.batch(), upper, o).inverse, inverse));

            // From a list to a tensor and back.
            cholinv::tensor<T> strided(shape);
            cholinv::cholesky_inverse(in.batch(), upper, strided, o);
            EXPECT_TRUE(same_tensor(strided, inverse));
            scattered<T> again(g, count, n, in_layout);
            cholinv::cholesky_inverse(factor, upper, again.batch(), o);
            EXPECT_TRUE(again.holds(inverse));

            cholinv::cholesky_inverse(in.batch(), upper, in.batch(), o);
            EXPECT_TRUE(in.holds(inverse));
            const cholinv::tensor<T> refactored = cholinv::cholesky(inverse, upper, o);
            cholinv::cholesky(in.batch(), upper, again.batch(), o);
            EXPECT_TRUE(again.holds(refactored));
            EXPECT_TRUE(same_tensor(cholinv::cholesky(in.batch(), upper, o), refactored));
            EXPECT_TRUE(same_tensor(cholinv::cholesky_ex(in.batch(), upper, o).factor, refactored));
          }
}

// Threads over the batch and inside a matrix.
TYPED_TEST(pointers, on_many_threads) {
  using T = TypeParam;
  for (const auto& [n, count] : {std::pair<index_t, index_t>{4, 9000}, {33, 64}, {260, 2}}) {
    engine g(8);
    const cholinv::tensor<T> factor = random_factors<T>(g, {count}, n, false), inverse = cholinv::cholesky_inverse(factor);
    scattered<T> in(g, count, n, layouts_of(n)[2]), out(g, count, n, layouts_of(n)[0]);
    in.fill(factor);
    cholinv::options o;
    for (int threads : {1, 2, 3}) {
      o.threads = threads;
      cholinv::cholesky_inverse(in.batch(), false, out.batch(), o);
      EXPECT_TRUE(out.holds(inverse)) << n << ", " << threads << " threads";
    }
  }
}

// Rule 8: one bad matrix spoils nothing, and info says which.
TYPED_TEST(pointers, a_singular_factor) {
  using T = TypeParam;
  for (index_t n : {2, 4, 5, 40}) {
    engine g(9);
    constexpr index_t count = 37;
    cholinv::tensor<T> factor = random_factors<T>(g, {count}, n, false);
    const cholinv::tensor<T> good = cholinv::cholesky_inverse(factor);
    factor(5, 1, 1) = factor(30, n - 1, n - 1) = T(0);
    scattered<T> in(g, count, n, layouts_of(n)[2]), out(g, count, n, layouts_of(n)[0]);
    in.fill(factor);
    cholinv::tensor<T> expected = good;
    for (index_t b : {5, 30})
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) expected(b, i, j) = scattered<T>::canary();
    std::vector<int> info(count, -1), expected_info(count, 0);
    expected_info[5] = 2, expected_info[30] = static_cast<int>(n);
    EXPECT_EQ(cholinv::cholesky_inverse_ex(in.batch(), false, out.batch(), info), 2);
    EXPECT_EQ(info, expected_info);
    EXPECT_TRUE(out.holds(expected));
    try {
      cholinv::cholesky_inverse(in.batch(), false, in.batch());
      ADD_FAILURE() << "singular_factor expected";
    } catch (const cholinv::singular_factor& e) {
      EXPECT_EQ(e.batch_index(), 5);
      EXPECT_EQ(e.diagonal_index(), 2);
      EXPECT_EQ(e.failed(), 2);
    }
    for (index_t b : {5, 30})
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) expected(b, i, j) = factor(b, i, j);
    EXPECT_TRUE(in.holds(expected));
  }
}

TYPED_TEST(pointers, repeated_in_the_factor) {
  using T = TypeParam;
  engine g(10);
  const index_t n = 5, count = 20;
  const cholinv::tensor<T> factor = random_factors<T>(g, {}, n, false), inverse = cholinv::cholesky_inverse(factor);
  const std::vector<const T*> same(count, factor.data());
  cholinv::tensor<T> out({count, n, n});
  cholinv::cholesky_inverse(cholinv::pointer_batch<const T>(same.data(), count, n), false, out);
  for (const auto& m : matrices(out)) EXPECT_TRUE(same_matrix(m, matrices(inverse)[0]));
}

// The last of the results lies apart from the rest.
TYPED_TEST(pointers, to_results_beyond_the_caches) {
  using T = TypeParam;
  const index_t n = 16, size = n * n, count = 17000000 / (size * static_cast<index_t>(sizeof(T))) + 5, different = 23;
  engine g(15);
  const cholinv::tensor<T> factors = random_factors<T>(g, {different}, n, false);
  const cholinv::tensor<T> inverses = cholinv::cholesky_inverse(factors, false, using_backend(cholinv::backend::native));
  placed<T> out(count * size + 1);
  std::fill_n(out.data(), count * size + 1, scattered<T>::canary());
  std::vector<const T*> from;
  std::vector<T*> to;
  for (index_t b = 0; b < count; ++b) {
    from.push_back(factors.data() + b % different * size);
    to.push_back(out.data() + b * size + (b == count - 1 ? 1 : 0));
  }
  cholinv::cholesky_inverse(cholinv::pointer_batch<const T>(from.data(), count, n, n, 1), false,
                            cholinv::pointer_batch<T>(to.data(), count, n, n, 1), using_backend(cholinv::backend::native));
  for (index_t b = 0; b < count; ++b)
    ASSERT_EQ(
        std::memcmp(to[static_cast<std::size_t>(b)], inverses.data() + b % different * size, static_cast<std::size_t>(size) * sizeof(T)), 0)
        << "matrix " << b << " of " << count;
  EXPECT_TRUE(same_bits(out.data()[(count - 1) * size], scattered<T>::canary()));
}

// Of larger orders there are no copies, though results fall into the same sets of a cache: nothing is written behind the scratch.
TYPED_TEST(pointers, to_the_same_cache_sets) {
  using T = TypeParam;
  const index_t n = 100, size = n * n, step = 3 * 4096, count = 40;
  engine g(16);
  const cholinv::tensor<T> factors = random_factors<T>(g, {count}, n, false);
  const cholinv::tensor<T> inverses = cholinv::cholesky_inverse(factors, false, using_backend(cholinv::backend::native));
  std::vector<T> out(static_cast<std::size_t>(count * step), scattered<T>::canary());
  std::vector<const T*> from;
  std::vector<T*> to;
  for (index_t b = 0; b < count; ++b) {
    from.push_back(factors.data() + b * size);
    to.push_back(out.data() + b * step);
  }
  const cholinv::pointer_batch<const T> in(from.data(), count, n, n, 1);
  const cholinv::pointer_batch<T> places(to.data(), count, n, n, 1);
  cholinv::options o = using_backend(cholinv::backend::native);
  o.threads = 1;
  const std::size_t bytes = cholinv::cholesky_inverse_scratch(in, false, places, o), fence = std::size_t(1) << 23;
  std::vector<unsigned char> scratch(bytes + fence, 0x5a);
  o.scratch = scratch.data(), o.scratch_size = bytes;
  cholinv::cholesky_inverse(in, false, places, o);
  for (index_t b = 0; b < count; ++b)
    ASSERT_EQ(std::memcmp(to[static_cast<std::size_t>(b)], inverses.data() + b * size, static_cast<std::size_t>(size) * sizeof(T)), 0)
        << "matrix " << b;
  EXPECT_EQ(std::count(scratch.begin() + static_cast<std::ptrdiff_t>(bytes), scratch.end(), 0x5a), static_cast<std::ptrdiff_t>(fence));
}

TYPED_TEST(pointers, nothing_to_do) {
  using T = TypeParam;
  const cholinv::pointer_batch<T> none(nullptr, 0, 3), of_order_zero(nullptr, 3, 0);
  EXPECT_EQ(cholinv::cholesky_inverse(none).size(), 0);
  cholinv::cholesky_inverse(none, false, none);
  std::vector<int> info(3, -1);
  EXPECT_EQ(cholinv::cholesky_inverse_ex(of_order_zero, false, of_order_zero, info), 0);
  EXPECT_EQ(info, std::vector<int>(3, 0));
}

// Every byte of every matrix written out, for small batches at random places: accepted exactly when no two matrices of out share one, and
// none shares one with an input that it does not replace.
TEST(pointer_overlap, is_exact) {
  using T = float;
  engine g(11);
  constexpr index_t arena = 72;
  struct placed {
    std::vector<index_t> first;
    index_t row, column;
  };
  int accepted = 0, refused = 0, in_place = 0;
  for (int round = 0; round < 30000; ++round) {
    const index_t n = 1 + below(g, 3), count = 1 + below(g, 3);
    const auto strides = [&](placed& p) {
      do {
        p.row = below(g, 19) - 6, p.column = below(g, 19) - 6;
      } while (n > 1 && (n - 1) * (std::abs(p.row) + std::abs(p.column)) > arena - 16);
    };
    const auto place = [&](const placed& p) {
      const index_t low = (n - 1) * (std::min(p.row, index_t(0)) + std::min(p.column, index_t(0)));
      const index_t high = (n - 1) * (std::max(p.row, index_t(0)) + std::max(p.column, index_t(0)));
      return below(g, arena - (high - low)) - low;
    };
    placed in, out;
    strides(in), strides(out);
    if (below(g, 2) == 0) out.row = in.row, out.column = in.column;
    for (index_t b = 0; b < count; ++b) in.first.push_back(place(in)), out.first.push_back(place(out));
    if (in.row == out.row && in.column == out.column)
      for (std::size_t b = 0; b < in.first.size(); ++b)
        if (below(g, 2) == 0) out.first[b] = in.first[b];

    const auto elements = [&](const placed& p, std::size_t b) {
      std::map<index_t, int> times;
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) ++times[p.first[b] + i * p.row + j * p.column];
      return times;
    };
    const auto share = [](const std::map<index_t, int>& a, const std::map<index_t, int>& b) {
      for (const auto& [k, times] : a)
        if (b.count(k) > 0) return true;
      return false;
    };
    bool good = true;
    for (std::size_t b = 0; b < out.first.size(); ++b) {
      const auto mine = elements(out, b);
      for (const auto& [k, times] : mine) good = good && times == 1;
      for (std::size_t c = 0; c < out.first.size(); ++c) {
        if (c != b && share(mine, elements(out, c))) good = false;
        const bool replaces = b == c && in.first[b] == out.first[b] && (n == 1 || (in.row == out.row && in.column == out.column));
        in_place += replaces ? 1 : 0;
        if (!replaces && share(mine, elements(in, c))) good = false;
      }
    }
    std::vector<T> memory(arena, T(1.5));
    std::vector<const T*> from;
    std::vector<T*> to;
    for (std::size_t b = 0; b < in.first.size(); ++b)
      from.push_back(memory.data() + in.first[b]), to.push_back(memory.data() + out.first[b]);
    const cholinv::pointer_batch<const T> factor(from.data(), count, n, in.row, in.column);
    const cholinv::pointer_batch<T> inverse(to.data(), count, n, out.row, out.column);
    bool done = true;
    try {
      cholinv::cholesky_inverse(factor, false, inverse);
    } catch (const std::invalid_argument&) {
      done = false;
      EXPECT_EQ(memory, std::vector<T>(arena, T(1.5)));
    }
    ASSERT_EQ(done, good) << "round " << round << ", order " << n << ", count " << count << ", strides " << in.row << ", " << in.column
                          << " and " << out.row << ", " << out.column;
    ++(good ? accepted : refused);
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(in_place, 1000);
}

// Side by side in one wide matrix, all their ranges of memory interleave.
TEST(pointer_overlap, side_by_side) {
  constexpr index_t n = 4, count = 20000;
  std::vector<double> memory(n * n * count, 1);
  std::vector<double*> list;
  for (index_t b = 0; b < count; ++b) list.push_back(memory.data() + (b * 7919 % count) * n);
  const cholinv::pointer_batch<double> wide(list.data(), count, n, n * count, 1);
  cholinv::cholesky_inverse(wide, false, wide);
  std::swap(list[17], list[18]);
  list[18] = list[4000] + 3;
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(wide, false, wide); }), {"argument out", "18", "share memory"}));
}

TEST(pointer_misuse, is_refused_before_any_write) {
  constexpr index_t n = 3, count = 4;
  std::vector<double> memory(2 * n * n * count, 2);
  const std::vector<double> before = memory;
  std::vector<int> info(count, -1);
  std::vector<double*> in, out;
  for (index_t b = 0; b < count; ++b) in.push_back(memory.data() + b * n * n), out.push_back(memory.data() + (count + b) * n * n);
  const auto batch = [&](std::vector<double*>& list) { return cholinv::pointer_batch<double>(list.data(), count, n); };
  const auto expect = [&](auto x, auto y, const std::vector<std::string>& words, cholinv::options o = {}) {
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex(x, false, y, info, o); }), words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(x, false, y, o); }), words));
    EXPECT_EQ(memory, before);
    EXPECT_EQ(info, std::vector<int>(count, -1));
  };
  std::vector<double*> hole = in, out_hole = out, twice = out, shifted = out;
  hole[2] = out_hole[3] = nullptr;
  twice[3] = twice[1];
  shifted[0] = in[1] + 1;
  expect(batch(hole), batch(out), {"argument factor", "matrix 2", "null", "9 elements"});
  expect(batch(in), batch(out_hole), {"argument out", "matrix 3", "null"});
  expect(batch(in), batch(twice), {"argument out", "matrices 1 and 3 share memory"});
  expect(batch(in), batch(shifted), {"argument out", "matrix 0 overlaps matrix 1 of argument factor"});
  expect(cholinv::pointer_batch<double>(nullptr, count, n), batch(out), {"argument factor", "null array", "4 pointers"});
  expect(batch(in), cholinv::pointer_batch<double>(out.data(), count, n - 1), {"argument out", "(4, 2, 2)", "(4, 3, 3)"});
  expect(batch(in), cholinv::pointer_batch<double>(out.data(), count - 1, n), {"argument out", "(3, 3, 3)", "(4, 3, 3)"});
  expect(batch(in), cholinv::pointer_batch<double>(out.data(), count, n, 1, 1), {"argument out", "strides"});
  expect(batch(in), cholinv::pointer_batch<double>(out.data(), count, n, std::numeric_limits<index_t>::max(), 1),
         {"argument out", "address space"});
  expect(batch(in), cholinv::tensor_view<double>(memory.data() + 1, {count, n, n}), {"argument out", "overlaps argument factor"});
  expect(cholinv::tensor_view<const double>(memory.data() + 1, {count, n, n}), batch(in), {"argument out", "overlaps matrix"});
  std::vector<double*> into_last = out, into_first = out;  // of a tensor, forwards and backwards
  into_last[0] = in[3] + 1, into_first[0] = in[0] + 1;
  const cholinv::tensor_view<const double> forwards(memory.data(), {count, n, n}), backwards(in[3], {count, n, n}, {-n * n, n, 1});
  expect(forwards, batch(into_last), {"argument out", "matrix 0 overlaps matrix 3"});
  expect(backwards, batch(into_first), {"argument out", "matrix 0 overlaps matrix 2"});
  const index_t too_many = std::numeric_limits<index_t>::max() / (n * n);
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_scratch(cholinv::pointer_batch<double>(in.data(), too_many, n), false); }),
                   {"a list of " + std::to_string(too_many) + " matrices of order 3", "address space"}));
  cholinv::options o;
  o.scratch = memory.data() + 5;
  o.scratch_size = 64;
  expect(batch(in), batch(out), {"options.scratch", "overlaps argument factor"}, o);
  o.scratch = memory.data() + count * n * n + 5;
  expect(batch(in), batch(out), {"options.scratch", "overlaps argument out"}, o);
  for (index_t first : {index_t(0), count * n * n}) {  // in an input, in a result
    const cholinv::tensor_view<int> inside(reinterpret_cast<int*>(memory.data() + first), {count});
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex(batch(in), false, batch(out), inside); }),
                     {first == 0 ? "argument info overlaps argument factor" : "argument info overlaps argument out"}));
  }
  EXPECT_EQ(memory, before);
  EXPECT_TRUE(says(refusal([&] { cholinv::pointer_batch<double>(in.data(), -1, n); }), {"(-1, 3, 3)", "negative"}));
  EXPECT_TRUE(
      says(refusal([&] { cholinv::cholesky_inverse(cholinv::pointer_batch<double>(nullptr, 2, n)); }), {"argument factor", "null"}));
}

// With the scratch that the query asks for, a call allocates nothing; with less, it says so.
TYPED_TEST(pointers, scratch) {
  using T = TypeParam;
  for (const auto& [n, count] : {std::pair<index_t, index_t>{2, 1}, {3, 500}, {40, 30}}) {
    engine g(12);
    const cholinv::tensor<T> factor = random_factors<T>(g, {count}, n, false), inverse = cholinv::cholesky_inverse(factor);
    for (const matrix_layout& l : layouts_of(n)) {
      scattered<T> in(g, count, n, l), out(g, count, n, layouts_of(n)[3]);
      in.fill(factor);
      cholinv::options o;
      o.threads = 1;
      const std::size_t bytes = cholinv::cholesky_inverse_scratch(in.batch(), false, o);
      std::vector<unsigned char> memory(bytes + 1);
      o.scratch = memory.data() + 1;
      o.scratch_size = bytes;
      const auto from = in.const_batch();
      const auto to = out.batch();
      const long before = allocations;
      cholinv::cholesky_inverse(from, false, to, o);
      EXPECT_EQ(allocations, before);
      EXPECT_TRUE(out.holds(inverse));
      o.scratch_size = bytes - 1;
      EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(from, false, to, o); }),
                       {"options.scratch_size", std::to_string(bytes - 1), std::to_string(bytes)}));
    }
  }
}

// The same where only one side is a list: asked with `out`, the query knows.
TYPED_TEST(pointers, scratch_where_one_side_is_a_list) {
  using T = TypeParam;
  for (const auto& [n, count] : {std::pair<index_t, index_t>{1, 4000}, {3, 500}, {40, 30}, {40, 1}, {3, 0}})
    for (bool out_is_list : {false, true})
      for (cholinv::backend use : backends()) {
        SCOPED_TRACE(describe<T>(13, n, false, out_is_list ? "a list as out" : "a list as factor", use) + ", count " +
                     std::to_string(count));
        engine g(13);
        const cholinv::tensor<T> factor = random_factors<T>(g, {count}, n, false);
        scattered<T> list(g, count, n, layouts_of(n)[3]);
        if (!out_is_list) list.fill(factor);
        cholinv::tensor<T> out({count, n, n}), identity({count, n, n});
        for (const auto& m : matrices(identity))
          for (index_t i = 0; i < n; ++i) m(i, i) = T(1);
        cholinv::options o = using_backend(use);
        o.threads = 1;
        const cholinv::tensor<T> inverse = cholinv::cholesky_inverse(factor, false, o);
        const auto batch = list.batch();
        const auto ask = [&] {
          return out_is_list ? cholinv::cholesky_inverse_scratch(factor, false, batch, o)
                             : cholinv::cholesky_inverse_scratch(batch, false, out, o);
        };
        long before = allocations;
        const std::size_t bytes = ask();
        EXPECT_EQ(allocations, before);
        std::vector<unsigned char> memory(bytes + 1);
        o.scratch = memory.data() + 1;
        o.scratch_size = bytes;
        EXPECT_EQ(ask(), bytes);
        before = allocations;
        if (out_is_list)
          cholinv::cholesky_inverse(factor, false, batch, o);
        else
          cholinv::cholesky_inverse(batch, false, out, o);
        EXPECT_EQ(allocations, before);
        EXPECT_TRUE(use != cholinv::backend::native || (out_is_list ? list.holds(inverse) : same_tensor(out, inverse)));
        if (!out_is_list) list.fill(identity);
        before = allocations;
        if (out_is_list)
          cholinv::cholesky(identity, false, batch, o);
        else
          cholinv::cholesky(batch, false, out, o);
        EXPECT_EQ(allocations, before);
      }
}

// Asked with an out that the call would refuse, it refuses too.
TEST(pointer_misuse, scratch_of_an_out_of_another_shape) {
  double* none = nullptr;
  const cholinv::tensor<double> factor({4, 3, 3});
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_scratch(factor, false, cholinv::pointer_batch<double>(&none, 4, 2)); }),
                   {"argument out", "(4, 2, 2)", "(4, 3, 3)"}));
}

}  // namespace
