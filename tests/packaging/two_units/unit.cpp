// One unit of the program: UNIT is its name; its settings are the compiler's flags.
#include "unit.hpp"

#include <cholinv/cholinv.hpp>
#include <stdexcept>

namespace {

// L = [2 0; 1 3], so A = [4 2; 2 10] and 36 inv(A) = [10 -2; -2 4]; a batch of two, of an order that automatic gives to LAPACK.
constexpr cholinv::index_t order = 64;

template <class T>
cholinv::tensor<T> two_factors() {
  cholinv::tensor<T> factor({2, order, order});
  for (cholinv::index_t b = 0; b < 2; ++b)
    for (cholinv::index_t i = 0; i < order; i += 2) {
      factor(b, i, i) = T(2);
      factor(b, i + 1, i) = T(1);
      factor(b, i + 1, i + 1) = T(3);
    }
  return factor;
}

bool inverts(cholinv::backend use) {
  cholinv::options options;
  options.use = use;
  const cholinv::tensor<double> inverse = cholinv::cholesky_inverse(two_factors<double>(), false, options);
  bool right = true;
  for (cholinv::index_t b = 0; b < 2; ++b)
    for (cholinv::index_t i = 0; i < order; ++i)
      for (cholinv::index_t j = 0; j < order; ++j) {
        const double expected = i == j ? (i % 2 == 0 ? 10 : 4) : i / 2 == j / 2 ? -2 : 0;
        right = right && std::abs(36 * inverse(b, i, j) - expected) < 1e-12;
      }
  return right;
}

bool has_lapack() {
  try {
    return inverts(cholinv::backend::lapack);
  } catch (const std::invalid_argument&) {
    return false;
  }
}

int threads_used() {
  const cholinv::tensor<traced> factors = two_factors<traced>();
  cholinv::options options;
  options.threads = 2;
  forget_threads();
  cholinv::cholesky_inverse(factors, false, options);
  return noted_threads();
}

}  // namespace

report UNIT() { return {inverts(cholinv::backend::automatic), has_lapack(), threads_used()}; }
