// test_resources.cpp: memory, threads and global state: nothing allocated with scratch, nothing lost without memory, nothing left changed.
// builds: native lapack openmp
#include "support/allocations.hpp"
#include "support/layout.hpp"

#include <Eigen/Core>

#include <array>
#include <atomic>
#include <cerrno>
#include <cfenv>
#include <clocale>
#include <cstdlib>
#include <functional>
#include <locale>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>

#if defined(__SSE2__)
#include <immintrin.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace {

using namespace support;

// Matrices to invert and matrices to factor, all of one order and batch.
template <class T>
struct inputs {
  cholinv::tensor<T> factor, positive;
  inputs(engine& g, const std::vector<index_t>& batch, index_t n, bool upper)
      : factor(random_factors<T>(g, batch, n, upper)), positive(with_matrix(batch, n)) {
    for (const auto& m : matrices(positive))
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j <= i; ++j) {  // diagonally dominant
          const T x = random_scalar<T>(g) * static_cast<real_t<T>>(0.5);
          m(i, j) = i == j ? T(static_cast<real_t<T>>(n) + 2) : x;
          if (i != j) m(j, i) = conjugate(x);
        }
  }
};

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

// ---- Global state ----

template <class T>
void run_everything(engine& g) {
  for (index_t n : {3, 30})
    for (cholinv::backend use : backends())
      for (int threads : {1, 2}) {
        const inputs<T> in(g, {4}, n, false);
        cholinv::options o = using_backend(use);
        o.threads = threads;
        cholinv::cholesky_inverse(in.factor, false, o);
        cholinv::cholesky_inverse_ex(in.factor, true, o);
        cholinv::cholesky(in.positive, false, o);
        cholinv::cholesky_ex(in.positive, true, o);
        cholinv::tensor<T> singular = in.factor;
        singular(1, n - 1, n - 1) = T(0);
        EXPECT_THROW(cholinv::cholesky_inverse(singular, false, o), cholinv::singular_factor);
        singular(2, 0, 0) = T(std::numeric_limits<real_t<T>>::quiet_NaN());
        singular(3, 0, 0) = T(std::numeric_limits<real_t<T>>::denorm_min());
        cholinv::cholesky_inverse_ex(singular, false, o);
        o.threads = -1;
        EXPECT_THROW(cholinv::cholesky_inverse(in.factor, false, o), std::invalid_argument);
      }
}

TYPED_TEST(resources, the_rounding_mode_is_the_callers) {
  engine g(408);
  for (int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    run_everything<TypeParam>(g);
    EXPECT_EQ(std::fegetround(), mode);
  }
  std::fesetround(FE_TONEAREST);
}

TYPED_TEST(resources, errno_is_the_callers) {
  engine g(411);
  errno = EDOM;
  run_everything<TypeParam>(g);
  EXPECT_EQ(errno, EDOM);
  errno = 0;
}

// Neither C's locale nor C++'s is looked at or changed: a number in a message has no thousands separator.
TYPED_TEST(resources, the_locale_is_the_callers) {
  struct grouping : std::numpunct<char> {
    char do_thousands_sep() const override { return '\''; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new grouping));
  const std::locale wanted;
  const std::string c_locale = std::setlocale(LC_ALL, nullptr);
  engine g(412);
  run_everything<TypeParam>(g);
  std::string message;
  try {
    cholinv::cholesky_inverse(cholinv::tensor<TypeParam>({1234, 5678}));
  } catch (const std::invalid_argument& e) {
    message = e.what();
  }
  EXPECT_NE(message.find("1234"), std::string::npos) << message;
  EXPECT_NE(message.find("5678"), std::string::npos) << message;
  EXPECT_TRUE(std::locale() == wanted);
  EXPECT_EQ(std::setlocale(LC_ALL, nullptr), c_locale);
  std::locale::global(before);
}

#if defined(__SSE2__)
// All of the SSE control word but the six flags of what has happened.
unsigned int sse_control() { return _mm_getcsr() & ~0x3fu; }

TYPED_TEST(resources, flushing_of_denormals_is_the_callers) {
  engine g(409);
  const unsigned int before = sse_control();
  constexpr unsigned int flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  for (unsigned int bits : {0u, flush_to_zero, denormals_are_zero, flush_to_zero | denormals_are_zero}) {
    const unsigned int wanted = (before & ~(flush_to_zero | denormals_are_zero)) | bits;
    _mm_setcsr(wanted);
    run_everything<TypeParam>(g);
    const unsigned int after = sse_control();
    _mm_setcsr(before);
    EXPECT_EQ(after, wanted);
  }
}
#endif

#if defined(CHOLINV_USE_LAPACK) && (defined(__unix__) || defined(__APPLE__))
// Where the BLAS is OpenBLAS: its thread count stays what the program made it, and nobody sees another meanwhile.
TYPED_TEST(resources, the_thread_count_of_openblas_is_the_callers) {
  using get_function = int (*)();
  using set_function = void (*)(int);
  const auto get = reinterpret_cast<get_function>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  const auto set = reinterpret_cast<set_function>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (get == nullptr || set == nullptr) {
    SUCCEED() << "another BLAS: there is no count to compare";
    return;
  }
  const int before = get();
  engine g(410);
  for (int count : {1, 2}) {
    set(count);
    const int wanted = get();
    std::atomic<bool> done{false};
    std::atomic<int> changes{0};
    std::thread watcher([&] {
      for (; !done; std::this_thread::yield())
        if (get() != wanted) ++changes;
    });
    run_everything<TypeParam>(g);
    done = true;
    watcher.join();
    EXPECT_EQ(get(), wanted);
    EXPECT_EQ(changes, 0);
  }
  set(before);
}
#endif

}  // namespace
