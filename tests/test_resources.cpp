// test_resources.cpp: memory and threads: nothing allocated with scratch, nothing lost without memory, no answer changed.
// builds: native full
#include "support/allocations.hpp"
#include "support/layout.hpp"

#include <Eigen/Core>

#include <array>
#include <functional>
#include <new>

namespace {

using namespace support;

// The calls that write to out (and info), as one list. They differ in names only, so the laws are written once.
template <class T>
struct out_form {
  const char* name;
  bool inverts;
  void (*run)(cholinv::tensor_view<const T> in, bool upper, cholinv::tensor_view<T> out, cholinv::tensor_view<int> info,
              cholinv::options o);
};
template <class T>
const std::vector<out_form<T>>& out_forms() {
  static const std::vector<out_form<T>> list = {
      {"cholesky_inverse", true, [](auto in, bool upper, auto out, auto, auto o) { cholinv::cholesky_inverse<T>(in, upper, out, o); }},
      {"cholesky_inverse_ex", true,
       [](auto in, bool upper, auto out, auto info, auto o) { cholinv::cholesky_inverse_ex<T>(in, upper, out, info, o); }},
      {"cholesky", false, [](auto in, bool upper, auto out, auto, auto o) { cholinv::cholesky<T>(in, upper, out, o); }},
  };
  return list;
}

// The same of batches of pointers, for views of shape (5, n, n), and of another library's matrix, a batch of one. Nothing here allocates.
template <class T>
struct five_pointers {
  T* matrices[5];
  cholinv::pointer_batch<T> batch;
  explicit five_pointers(const cholinv::tensor_view<T>& v) : batch(matrices, 5, v.extent(1), v.stride(1), v.stride(2)) {
    for (index_t b = 0; b < 5; ++b) matrices[b] = v.data() + b * v.stride(0);
  }
};
template <class T>
std::vector<out_form<T>> memory_forms() {
  std::vector<out_form<T>> list = out_forms<T>();
  list.push_back({"cholesky_inverse of pointers", true, [](auto in, bool upper, auto out, auto, auto o) {
                    cholinv::cholesky_inverse(five_pointers<const T>(in).batch, upper, five_pointers<T>(out).batch, o);
                  }});
  list.push_back({"cholesky_inverse_ex of pointers", true, [](auto in, bool upper, auto out, auto info, auto o) {
                    cholinv::cholesky_inverse_ex(five_pointers<const T>(in).batch, upper, five_pointers<T>(out).batch, info, o);
                  }});
  list.push_back({"cholesky of pointers", false, [](auto in, bool upper, auto out, auto, auto o) {
                    cholinv::cholesky(five_pointers<const T>(in).batch, upper, five_pointers<T>(out).batch, o);
                  }});
  return list;
}

template <class T>
class resources : public testing::Test {};
// One real and one complex type; test_large fences the scratch of all four.
using resource_types = testing::Types<double, std::complex<float>>;
TYPED_TEST_SUITE(resources, resource_types, dtype_names);

// The machinery above is worth nothing unless it sees what the library does without scratch.
TYPED_TEST(resources, allocations_are_seen) {
  using T = TypeParam;
  engine g(401);
  const inputs<T> in(g, {2}, 8, false);
  counting count;
  const cholinv::tensor<T> x = cholinv::cholesky_inverse(in.factor, false, using_backend(cholinv::backend::native));
  count.stop();
  EXPECT_GE(count.calls(), 1);
  EXPECT_GE(count.live(), 1);
  counting again;
  // Called as functions: a compiler may leave out a new expression that it sees deleted.
  ::operator delete(::operator new(8));
  ::operator delete[](::operator new[](8), std::size_t(8));
  ::operator delete(::operator new(8, std::align_val_t(256)), std::align_val_t(256));
  ::operator delete[](::operator new[](8, std::nothrow), std::nothrow);
  again.stop();
  EXPECT_EQ(again.calls(), 4);
  EXPECT_EQ(again.live(), 0);
}

// Law: with cholesky_inverse_scratch() bytes, at any alignment, a call that succeeds allocates nothing, has the answer of
// one without scratch, and stays inside the scratch.
TYPED_TEST(resources, nothing_is_allocated_with_scratch) {
  using T = TypeParam;
  const std::uint64_t seed = 402;
  engine g(seed);
  std::size_t turn = 0;
  for (index_t n : {0, 1, 2, 5, 8, 24, 33, 65})
    for (const std::vector<index_t>& batch : {std::vector<index_t>{}, {0}, {3}, {2, 4}})
      for (cholinv::backend use : backends())
        for (int threads : {0, 1, 2}) {
          const bool upper = turn % 2 == 0;
          const layout to = layouts[turn / 2 % 8];
          const std::size_t offset = std::array<std::size_t, 5>{1, 0, 7, 63, 32}[turn % 5];
          ++turn;
          const inputs<T> in(g, batch, n, upper);
          const cholinv::tensor_view<const T> factor = in.factor, positive = in.positive;
          cholinv::tensor<T> expected(in.factor.shape());
          cholinv::tensor<int> info(batch);
          guarded<T> out(to, with_matrix(batch, n));
          const cholinv::tensor_view<T> out_view = out.view();
          cholinv::options o = using_backend(use);
          o.threads = threads;
          for (const auto& form : out_forms<T>()) {
            SCOPED_TRACE(describe<T>(seed, n, upper, std::string("row_major -> ") + layout_name(to), use) + ", " + form.name +
                         ", batch rank " + std::to_string(batch.size()) + ", threads " + std::to_string(threads) + ", scratch offset " +
                         std::to_string(offset));
            const auto& input = form.inverts ? factor : positive;
            o.scratch = nullptr;
            o.scratch_size = 0;
            form.run(input, upper, expected, info, o);

            counting query;
            const std::size_t bytes = cholinv::cholesky_inverse_scratch(factor, upper, o);
            query.stop();
            ASSERT_EQ(query.calls(), 0) << "cholesky_inverse_scratch allocates";
            constexpr unsigned char mark = 0x5a;
            std::vector<unsigned char> memory(bytes + 256, mark);
            const auto skew = 64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64 + offset;
            o.scratch = memory.data() + skew;
            o.scratch_size = bytes;
            counting count;
            form.run(input, upper, out_view, info, o);
            count.stop();
            ASSERT_EQ(count.calls(), 0);
            ASSERT_TRUE(out.outside_untouched());
            ASSERT_TRUE(use != cholinv::backend::native || same_tensor(out_view, expected));
            for (std::size_t k = 0; k < memory.size(); ++k)
              ASSERT_TRUE((k >= skew && k < skew + bytes) || memory[k] == mark) << "byte " << k << " beside the scratch was written";
          }
        }
}

// Too much scratch is enough scratch.
TYPED_TEST(resources, more_scratch_than_needed_is_fine) {
  using T = TypeParam;
  engine g(403);
  const inputs<T> in(g, {3}, 9, true);
  std::vector<unsigned char> memory(1 << 20);
  cholinv::options o = using_backend(cholinv::backend::native);
  o.scratch = memory.data();
  o.scratch_size = memory.size();
  cholinv::tensor<T> out({3, 9, 9});
  cholinv::cholesky_inverse(in.factor, true, out, o);
  EXPECT_TRUE(same_tensor(out, cholinv::cholesky_inverse(in.factor, true, using_backend(cholinv::backend::native))));
}

// Twice the order is more scratch, and never more than a matrix's worth of it: nothing wraps around past 2^31 elements.
TYPED_TEST(resources, scratch_of_large_orders_is_counted_right) {
  using T = TypeParam;
  T one = T(1);
  const index_t largest = sizeof(index_t) < 8 ? 8192 : 1 << 20;  // what is beyond 8192 is refused where addresses have 32 bits
  for (cholinv::backend use : backends()) {
    cholinv::options o = using_backend(use);
    o.threads = 1;
    const auto scratch = [&](index_t n) {
      return cholinv::cholesky_inverse_scratch(cholinv::tensor_view<const T>(&one, {n, n}, {0, 0}), false, o);
    };
    for (index_t n = 512; 2 * n <= largest; n *= 2) {
      EXPECT_GT(scratch(2 * n), scratch(n) + scratch(n) / 2) << "order " << n << ", backend " << backend_name(use);
      EXPECT_LT(scratch(n), 2 * static_cast<std::size_t>(n) * static_cast<std::size_t>(n) * sizeof(T)) << "order " << n;
    }
  }
}

// Law: whichever allocation fails, std::bad_alloc comes out, out and info are as they were, and nothing is lost.
TYPED_TEST(resources, out_is_untouched_when_memory_runs_out) {
  using T = TypeParam;
  const std::uint64_t seed = 404;
  engine g(seed);
  long failures = 0;
  for (index_t n : {1, 8, 100, 130, 131})
    for (bool upper : {false, true}) {
      const inputs<T> in(g, {5}, n, upper);
      const cholinv::tensor_view<const T> factor = in.factor, positive = in.positive;
      for (cholinv::backend use : backends())
        for (int threads : {1, 2})
          for (const auto& form : memory_forms<T>())
            for (bool in_place : {false, true})
              for (long k = 1;; ++k) {
                SCOPED_TRACE(describe<T>(seed, n, upper, in_place ? "in place" : "spread", use) + ", " + form.name + ", threads " +
                             std::to_string(threads) + ", allocation " + std::to_string(k) + " fails");
                ASSERT_LT(k, 100) << "does it never succeed?";
                const auto& input = form.inverts ? factor : positive;
                guarded<T> apart(layout::spread, with_matrix({5}, n));
                cholinv::tensor<T> same = form.inverts ? in.factor : in.positive;
                guarded<int> info(layout::spread, std::vector<index_t>{5});
                const cholinv::tensor_view<T> out = in_place ? cholinv::tensor_view<T>(same) : apart.view();
                const cholinv::tensor_view<int> flags = info.view();
                cholinv::options o = using_backend(use);
                o.threads = threads;
                bool failed = false;
                long live = 0;
                {
                  counting count(k);
                  try {
                    form.run(in_place ? cholinv::tensor_view<const T>(same) : input, upper, out, flags, o);
                  } catch (const std::bad_alloc&) {
                    failed = true;
                  }
                  count.stop();
                  live = count.live();
                }
                ASSERT_EQ(live, 0) << "memory is lost";
                if (!failed) break;
                ++failures;
                ASSERT_TRUE(apart.untouched());
                ASSERT_TRUE(info.untouched());
                ASSERT_TRUE(same_tensor(same, input));
              }
    }
  EXPECT_GE(failures, 100);
}

// The same of the forms that return something: they leave nothing behind, and their arguments alone. What is to be thrown after the batch
// is done, or in words, is thrown all the same or gives way to std::bad_alloc.
TYPED_TEST(resources, owning_forms_lose_nothing_when_memory_runs_out) {
  using T = TypeParam;
  using square = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const std::uint64_t seed = 405;
  engine g(seed);
  for (index_t n : {6, 130}) {
    const inputs<T> in(g, {5}, n, false);
    cholinv::tensor<T> singular = in.factor, indefinite = in.positive;
    singular(2, 3, 3) = T(0);
    indefinite(2, 3, 3) = T(-1);
    const cholinv::tensor<T> singular_before = singular, indefinite_before = indefinite;
    const five_pointers<const T> factors((cholinv::tensor_view<const T>(in.factor))),
        matrices((cholinv::tensor_view<const T>(in.positive)));
    const cholinv::tensor<T> lower = single<T>(random_factor<T>(g, n, false));
    const square eigen = Eigen::Map<const square>(lower.data(), n, n).transpose();
    const std::vector<square> eigens(3, eigen);
    const std::vector<std::pair<const char*, std::function<void(cholinv::options)>>> calls = {
        {"cholesky_inverse", [&](auto o) { cholinv::cholesky_inverse(in.factor, false, o); }},
        {"cholesky_inverse_ex", [&](auto o) { cholinv::cholesky_inverse_ex(in.factor, false, o); }},
        {"cholesky_inverse, singular", [&](auto o) { cholinv::cholesky_inverse(singular, false, o); }},
        {"cholesky_inverse_ex, singular", [&](auto o) { cholinv::cholesky_inverse_ex(singular, false, o); }},
        {"cholesky", [&](auto o) { cholinv::cholesky(in.positive, false, o); }},
        {"cholesky_ex", [&](auto o) { cholinv::cholesky_ex(in.positive, false, o); }},
        {"cholesky, indefinite", [&](auto o) { cholinv::cholesky(indefinite, false, o); }},
        {"cholesky_ex, indefinite", [&](auto o) { cholinv::cholesky_ex(indefinite, false, o); }},
        {"cholesky_inverse of pointers", [&](auto o) { cholinv::cholesky_inverse(factors.batch, false, o); }},
        {"cholesky_inverse_ex of pointers", [&](auto o) { cholinv::cholesky_inverse_ex(factors.batch, false, o); }},
        {"cholesky of pointers", [&](auto o) { cholinv::cholesky(matrices.batch, false, o); }},
        {"cholesky_ex of pointers", [&](auto o) { cholinv::cholesky_ex(matrices.batch, false, o); }},
        {"cholesky_inverse of an Eigen matrix", [&](auto o) { cholinv::cholesky_inverse(eigen, false, o); }},
        {"cholesky_inverse_ex of Eigen matrices", [&](auto o) { cholinv::cholesky_inverse_ex(eigens, false, o); }},
        {"misuse", [&](auto o) { cholinv::cholesky_inverse(cholinv::tensor_view<const T>(lower.data(), {n * n}), false, o); }},
        {"a copy of a tensor", [&](auto) { static_cast<void>(cholinv::tensor<T>(in.factor)); }},
    };
    for (const auto& [name, call] : calls)
      for (cholinv::backend use : backends())
        for (int threads : {1, 2}) {
          cholinv::options o = using_backend(use);
          o.threads = threads;
          long k = 1;
          for (;; ++k) {
            SCOPED_TRACE(testing::Message() << name << ", order " << n << ", backend " << backend_name(use) << ", threads " << threads
                                            << ", allocation " << k << " fails");
            ASSERT_LT(k, 100);
            bool failed = false;
            long live = 0;
            {
              counting count(k);
              try {
                call(o);
              } catch (const std::bad_alloc&) {
                failed = true;
              } catch (const std::logic_error&) {  // what the call is to throw: misuse, a singular or an indefinite matrix
              }
              count.stop();
              live = count.live();
            }
            ASSERT_EQ(live, 0);
            if (!failed) break;
          }
          EXPECT_GT(k, 1) << name << " allocates";
        }
    EXPECT_TRUE(same_tensor(singular, singular_before));
    EXPECT_TRUE(same_tensor(indefinite, indefinite_before));
  }
}

TYPED_TEST(resources, one_thread_and_two_agree_on_everything) {
  using T = TypeParam;
  const std::uint64_t seed = 407;
  engine g(seed);
  for (index_t n : {1, 3, 8, 17, 33})
    for (index_t size : {1, 2, 7, 20})
      for (bool upper : {false, true}) {
        inputs<T> in(g, {size}, n, upper);
        // Failures in the first, the last and a middle matrix must be counted and named alike.
        for (index_t b : {index_t(0), size / 2, size - 1})
          if (below(g, 2) == 0) in.factor(b, n - 1, n - 1) = T(0);
        const auto run = [&](int threads) {
          cholinv::options o = using_backend(cholinv::backend::native);
          o.threads = threads;
          return cholinv::cholesky_inverse_ex(in.factor, upper, o);
        };
        const auto thrown = [&](int threads) {
          cholinv::options o = using_backend(cholinv::backend::native);
          o.threads = threads;
          cholinv::tensor<T> out({size, n, n});
          try {
            cholinv::cholesky_inverse(in.factor, upper, out, o);
          } catch (const cholinv::singular_factor& e) {
            return std::vector<index_t>{e.batch_index(), e.diagonal_index(), e.failed()};
          }
          return std::vector<index_t>{};
        };
        const auto one = run(1);
        const auto thrown_one = thrown(1);
        for (int threads : {2, 5}) {
          SCOPED_TRACE(describe<T>(seed, n, upper, "row_major", cholinv::backend::native) + ", batch " + std::to_string(size) +
                       ", threads " + std::to_string(threads));
          const auto several = run(threads);
          ASSERT_TRUE(std::equal(one.info.begin(), one.info.end(), several.info.begin(), several.info.end()));
          const auto a = matrices(one.inverse);
          const auto b = matrices(several.inverse);
          for (std::size_t m = 0; m < a.size(); ++m) {
            if (one.info.data()[m] == 0) {
              ASSERT_TRUE(same_matrix(a[m], b[m])) << "matrix " << m;
            } else {
              ASSERT_TRUE(all_nan(a[m]) && all_nan(b[m])) << "matrix " << m;
            }
          }
          ASSERT_EQ(thrown(threads), thrown_one);
        }
      }
}

}  // namespace
