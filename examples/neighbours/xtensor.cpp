// xtensor: containers, adaptors and strided views; all but the last two dimensions count matrices.
#include <cholinv/cholinv.hpp>
#include <iostream>
#include <xtensor/xio.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

int main() {
  xt::xtensor<double, 3> factors = {{{2, 0}, {1, 1}}, {{4, 0}, {0, 1}}};
  xt::xtensor<double, 3> inverses = xt::zeros<double>({2, 2, 2});
  cholinv::cholesky_inverse(factors, false, inverses);
  cholinv::cholesky_inverse(xt::view(factors, 1), false, xt::view(factors, 0));
  std::cout << inverses << '\n';
  return inverses(1, 0, 0) == 0.0625 && factors(0, 0, 0) == 0.0625 ? 0 : 1;
}
