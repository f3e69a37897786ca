#include <cholinv/cholinv.hpp>

int main() {
  cholinv::tensor<double> factor({1, 1});
  factor(0, 0) = 2;
  return cholinv::cholesky_inverse(factor)(0, 0) == 0.25 ? 0 : 1;
}
