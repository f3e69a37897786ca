// What a consumer asks of the component lapack: that backend::lapack inverts in all four types, that lapack_int is as wide as it was asked
// to be, and that the routines come from the libraries that were asked for.
#include <dlfcn.h>
#include <lapacke.h>
#include <sys/mman.h>

#include <cholinv/cholinv.hpp>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

namespace {

using cholinv::index_t;

constexpr cholinv::options on_lapack{cholinv::backend::lapack, 1};

bool check(bool holds, const std::string& law) {
  if (!holds) std::fprintf(stderr, "consumer: wrong: %s\n", law.c_str());
  return holds;
}

template <class T>
T conjugate(const T& x) {
  if constexpr (std::is_floating_point_v<T>)
    return x;
  else
    return std::conj(x);
}

// Diagonally dominant, with a real positive diagonal.
template <class T>
cholinv::tensor<T> positive_definite(index_t n) {
  using R = decltype(std::abs(T()));
  cholinv::tensor<T> a({n, n});
  for (index_t i = 0; i < n; ++i) {
    a(i, i) = static_cast<R>(2 * n + i);
    for (index_t j = 0; j < i; ++j) {
      a(i, j) = static_cast<R>((7 * i + 3 * j) % 11 - 5) / R(4);
      if constexpr (!std::is_floating_point_v<T>) a(i, j) += T(0, static_cast<R>((5 * i + j) % 7 - 3) / R(4));
      a(j, i) = conjugate(a(i, j));
    }
  }
  return a;
}

template <class T>
double one_norm(const cholinv::tensor<T>& a) {
  double most = 0;
  for (index_t j = 0; j < a.extent(1); ++j) {
    double sum = 0;
    for (index_t i = 0; i < a.extent(0); ++i) sum += static_cast<double>(std::abs(a(i, j)));
    most = std::fmax(most, sum);
  }
  return most;
}

// LAPACK's own measure of an inverse X of A; NaN is no small residual.
template <class T>
double residual(const cholinv::tensor<T>& a, const cholinv::tensor<T>& x) {
  const index_t n = a.extent(0);
  cholinv::tensor<T> rest({n, n});
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j) {
      T sum = i == j ? T(1) : T(0);
      for (index_t k = 0; k < n; ++k) sum -= a(i, k) * x(k, j);
      rest(i, j) = sum;
    }
  const double eps = static_cast<double>(std::numeric_limits<decltype(std::abs(T()))>::epsilon());
  return one_norm(rest) / (static_cast<double>(n) * one_norm(a) * one_norm(x) * eps);
}

template <class T>
bool inverts(const char* type) {
  bool good = true;
  for (index_t n : {1, 2, 3, 17, 70})
    for (bool upper : {false, true}) {
      const cholinv::tensor<T> a = positive_definite<T>(n);
      const auto x = cholinv::cholesky_inverse(cholinv::cholesky(a, upper, on_lapack), upper, on_lapack);
      const double measure = residual(a, x);
      good =
          check(measure < 30, std::string(type) + ", order " + std::to_string(n) + ": the residual is " + std::to_string(measure)) && good;
      cholinv::tensor<T> bad({n, n});  // zeros
      const auto failed = cholinv::cholesky_inverse_ex(bad, upper, on_lapack);
      const auto indefinite = cholinv::cholesky_ex(bad, upper, on_lapack);
      good = check(failed.info() == 1 && indefinite.info() == 1, std::string(type) + ": zeros are refused") && good;
    }
  return good;
}

// A leading dimension past 2^31: LAPACK's where its integers hold it, a packed copy's where not.
bool writes_far_apart() {
  constexpr index_t stride = (index_t(1) << 31) + 8, bytes = (stride + 2) * static_cast<index_t>(sizeof(float));
  void* const memory =
      mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (!check(memory != MAP_FAILED, "9 GB of addresses can be had")) return false;
  cholinv::tensor<float> factor({2, 2});
  factor(0, 0) = 2, factor(1, 0) = 1, factor(1, 1) = 4;
  const cholinv::tensor_view<float> out(static_cast<float*>(memory), {2, 2}, {1, stride});
  cholinv::cholesky_inverse(factor, false, out, on_lapack);  // of [4 2; 2 17]
  const float scale = 64;
  const bool good = scale * out(0, 0) == 17 && scale * out(1, 0) == -2 && scale * out(0, 1) == -2 && scale * out(1, 1) == 4;
  munmap(memory, static_cast<std::size_t>(bytes));
  return check(good, "columns 2^31 + 8 elements apart are written");
}

// How this thread rounds and treats denormals, which no call may change. Elsewhere than on x86 it is not asked.
unsigned int floating_point_control() {
#ifdef __SSE2__
  return _mm_getcsr() & ~0x3fu;  // without the flags of what has happened
#else
  return 0;
#endif
}

// Which file a Fortran routine is taken from, by LAPACKE too: both ask the libraries in the order in which they are loaded.
bool comes_from(const char* routine, const std::string& expected) {
  void* const address = dlsym(RTLD_DEFAULT, routine);
  Dl_info info;
  if (!check(address != nullptr && dladdr(address, &info) != 0, std::string(routine) + " is in a shared library")) return false;
  char* const path = realpath(info.dli_fname, nullptr);
  const std::string file = path;
  std::free(path);
  std::printf("consumer: %s is that of %s\n", routine, file.c_str());
  return check(file.find(expected) != std::string::npos, std::string(routine) + " should be that of " + expected);
}

}  // namespace

int main() {
  bool good = check(sizeof(lapack_int) == EXPECT_LAPACK_INT, "lapack_int is as wide as was asked for");
  good = comes_from("dpotri_", EXPECT_LAPACK_FROM) && good;
  good = comes_from("zpotrf_", EXPECT_LAPACK_FROM) && good;
  good = comes_from("dtrmm_", EXPECT_BLAS_FROM) && good;
  const unsigned int control = floating_point_control();
  good = inverts<float>("float") && good;
  good = inverts<double>("double") && good;
  good = inverts<std::complex<float>>("complex<float>") && good;
  good = inverts<std::complex<double>>("complex<double>") && good;
  good = writes_far_apart() && good;
  good = check(floating_point_control() == control, "the floating-point environment is the caller's") && good;
  return good ? 0 : 1;
}
