// test_environment.cpp: global state is the caller's: rounding mode, floating-point exceptions, errno, locale, flushing of denormals,
// OpenBLAS's threads.
// builds: native full
#include "support/cases.hpp"
#include "support/random.hpp"

#include <atomic>
#include <cerrno>
#include <cfenv>
#include <cfloat>
#include <clocale>
#include <locale>
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

template <class T>
class environment : public testing::Test {};
using environment_types = testing::Types<double, std::complex<float>>;  // one real and one complex type
TYPED_TEST_SUITE(environment, environment_types, dtype_names);

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

TYPED_TEST(environment, the_rounding_mode_is_the_callers) {
  engine g(408);
  for (int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    run_everything<TypeParam>(g);
    EXPECT_EQ(std::fegetround(), mode);
  }
  std::fesetround(FE_TONEAREST);
}

#if FLT_EVAL_METHOD == 0  // elsewhere moving a signaling NaN may raise one
template <class T>
class floating_point_exceptions : public testing::Test {
 public:
  // `count` numbers, each of which raises one if anything is computed of it.
  static std::vector<T> traps(std::size_t count) {
    std::vector<T> result(count);
    const real_t<T> signaling = std::numeric_limits<real_t<T>>::signaling_NaN();
    for (std::size_t b = 0; b < count * sizeof(T); b += sizeof(signaling))
      std::memcpy(reinterpret_cast<char*>(result.data()) + b, &signaling, sizeof(signaling));
    return result;
  }
  // The matrices of `t`, numbers apart by `row` and `column`, with traps in all other places.
  static std::vector<T> among_traps(const cholinv::tensor<T>& t, bool upper, index_t row, index_t column) {
    const index_t n = t.extent(1), step = n * (row + column);
    std::vector<T> result = traps(static_cast<std::size_t>(t.extent(0) * step));
    for (index_t b = 0; b < t.extent(0); ++b)
      for (index_t i = 0; i < n; ++i)
        for (index_t j = upper ? i : 0; j < (upper ? n : i + 1); ++j)
          result[static_cast<std::size_t>(b * step + i * row + j * column)] = t(b, i, j);
    return result;
  }
  static void expect_none(const std::string& where) { EXPECT_EQ(std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW), 0) << where; }
};
TYPED_TEST_SUITE(floating_point_exceptions, dtypes, dtype_names);

// Of numbers that nobody asked to be looked at, in the other triangle, in scratch memory and where results go, none is computed with: a
// program that traps exceptions goes on.
TYPED_TEST(floating_point_exceptions, come_from_no_number_outside_the_triangle) {
  using T = TypeParam;
  using view = cholinv::tensor_view<T>;
  using const_view = cholinv::tensor_view<const T>;
  constexpr std::uint64_t seed = 413;
  engine g(seed);
  std::vector<index_t> orders = edge_orders();
  orders.insert(orders.end(), {10, 18, 22, 30});
  for (const index_t n : orders)
    for (const index_t count : {1, 3, 37}) {
      if (count > 3 && n > 33) continue;  // there are lanes enough below
      for (const bool upper : {false, true}) {
        const inputs<T> in(g, {count}, n, upper);
        const struct {
          const char* name;
          index_t row, column;
        } layouts[] = {{"rows", n, 1}, {"columns", 1, n}, {"spaced", 2 * n, 2}};
        for (const auto& from : layouts)
          for (const auto& to : layouts)
            for (const bool factorize : {false, true}) {
              if (from.name != to.name && n > 33) continue;
              const index_t in_step = n * (from.row + from.column), out_step = n * (to.row + to.column);
              const std::vector<T> source = this->among_traps(factorize ? in.positive : in.factor, upper, from.row, from.column);
              std::vector<T> result = this->traps(static_cast<std::size_t>(count * out_step));
              const const_view a(source.data(), {count, n, n}, {in_step, from.row, from.column});
              const view x(result.data(), {count, n, n}, {out_step, to.row, to.column});
              cholinv::options o = using_backend(cholinv::backend::native);
              o.threads = 1;
              const std::size_t bytes = cholinv::cholesky_inverse_scratch(a, upper, o);
              std::vector<T> scratch = this->traps(bytes / sizeof(T) + 1);
              if (n % 2 == 0 || n > 8) o.scratch = scratch.data(), o.scratch_size = bytes;  // small ones may do without a plan
              std::feclearexcept(FE_ALL_EXCEPT);
              if (factorize)
                cholinv::cholesky<T>(a, upper, x, o);
              else
                cholinv::cholesky_inverse<T>(a, upper, x, o);
              this->expect_none(std::string(factorize ? "cholesky" : "inverse") + " of " + std::to_string(count) + " to " + to.name + ", " +
                                describe<T>(seed, n, upper, from.name, o.use));
            }
      }
    }
}

// Nor from numbers above the diagonal that come up on the way: here they would grow 2048 times from column to column. All that is asked for
// is exact.
TYPED_TEST(floating_point_exceptions, come_from_nothing_above_the_diagonal) {
  using T = TypeParam;
  using R = real_t<T>;
  constexpr index_t n = 64;
  cholinv::tensor<T> factor({n, n}), a({n, n});
  for (index_t i = 0; i < n; ++i) {
    factor(i, i) = T(i == 0 ? R(1) : R(1) / 2048);
    if (i > 0) factor(i, i - 1) = T(1);
  }
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i > 0 ? i - 1 : 0; j <= i; ++j)
      for (index_t k = 0; k <= j; ++k) a(i, j) += factor(i, k) * factor(j, k);
  std::feclearexcept(FE_ALL_EXCEPT);
  const auto result = cholinv::cholesky_ex<T>(a);
  this->expect_none(describe<T>(0, n, false, "row-major", cholinv::backend::automatic));
  EXPECT_EQ(result.info(), 0);
  for (index_t i = 0; i < n; ++i) EXPECT_EQ(result.factor(i, i), factor(i, i)) << i;
}
#endif

TYPED_TEST(environment, errno_is_the_callers) {
  engine g(411);
  errno = EDOM;
  run_everything<TypeParam>(g);
  EXPECT_EQ(errno, EDOM);
  errno = 0;
}

// Neither C's locale nor C++'s is looked at or changed: a number in a message has no thousands separator.
TYPED_TEST(environment, the_locale_is_the_callers) {
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

TYPED_TEST(environment, flushing_of_denormals_is_the_callers) {
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
TYPED_TEST(environment, the_thread_count_of_openblas_is_the_callers) {
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
