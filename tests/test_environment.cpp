// test_environment.cpp: global state is the caller's: rounding mode, errno, locale, flushing of denormals, OpenBLAS's threads.
// builds: native full
#include "support/cases.hpp"
#include "support/random.hpp"

#include <atomic>
#include <cerrno>
#include <cfenv>
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
