// What a consumer asks of cholinv, whichever way it came: the inverse, and each component present or absent as expected.
#include <cholinv/cholinv.hpp>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

// A = L L^T = [4 2; 2 10], so 36 inv(A) = [10 -2; -2 4].
bool inverts(cholinv::backend use) {
  cholinv::tensor<double> factor({2, 2});
  factor(0, 0) = 2;
  factor(1, 0) = 1;
  factor(1, 1) = 3;
  cholinv::options options;
  options.use = use;
  const cholinv::tensor<double> inverse = cholinv::cholesky_inverse(factor, false, options);
  const double expected[2][2] = {{10, -2}, {-2, 4}};
  bool right = true;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) right = right && std::abs(36 * inverse(i, j) - expected[i][j]) < 1e-13;
  return right;
}

bool has_lapack() {
  try {
    return inverts(cholinv::backend::lapack);
  } catch (const std::invalid_argument&) {
    return false;
  }
}

#ifdef _OPENMP
constexpr bool has_openmp = true;
#else
constexpr bool has_openmp = false;
#endif

#ifdef CHOLINV_EXTERN_KERNELS
constexpr bool compiles_kernels = false;
#else
constexpr bool compiles_kernels = true;
#endif

#ifdef CHOLINV_USE_LAPACK
static_assert(sizeof(lapack_int) == EXPECT_LAPACK_INT);
#endif

bool check(bool holds, const char* law) {
  if (!holds) std::fprintf(stderr, "consumer: wrong: %s\n", law);
  return holds;
}

}  // namespace

int main() {
  const std::string version =
      std::to_string(CHOLINV_VERSION_MAJOR) + "." + std::to_string(CHOLINV_VERSION_MINOR) + "." + std::to_string(CHOLINV_VERSION_PATCH);
  bool good = check(version == EXPECT_VERSION, "the headers and the build agree on the version");
  good = check(inverts(cholinv::backend::native), "the native backend inverts") && good;
  good = check(inverts(cholinv::backend::automatic), "the automatic backend inverts") && good;
  good = check(has_lapack() == (EXPECT_LAPACK == 1), "the lapack backend is there exactly with its component") && good;
  good = check(has_openmp == (EXPECT_OPENMP == 1), "OpenMP is on exactly with its component") && good;
  good = check(compiles_kernels == (EXPECT_KERNELS == 0), "the kernels are compiled elsewhere exactly with their component") && good;
  return good ? 0 : 1;
}
