// A list of matrices, each with memory of its own, is one batch; so is an array of pointers, as batched LAPACK interfaces take it.
#include <Eigen/Dense>
#include <cholinv/cholinv.hpp>
#include <iostream>

int main() {
  std::vector<Eigen::MatrixXd> factors(100, Eigen::MatrixXd::Identity(4, 4) * 2), inverses(100, Eigen::MatrixXd(4, 4));
  cholinv::cholesky_inverse(factors, false, inverses);
  double* pointers[] = {factors[0].data(), factors[7].data()};
  const cholinv::pointer_batch<double> two(pointers, 2, 4, 1, 4);  // 2 matrices of order 4, column-major with lda 4
  cholinv::cholesky_inverse(two, false, two);                      // in place
  std::cout << inverses[99] << "\n\n" << factors[7] << '\n';
  return inverses[99].isApprox(factors[7]) ? 0 : 1;
}
