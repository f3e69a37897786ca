// Eigen: the factor and the result are your own matrices, of any storage order, blocks and maps included.
#include <Eigen/Dense>
#include <cholinv/cholinv.hpp>
#include <iostream>

int main() {
  Eigen::MatrixXd a(3, 3), inverse(3, 3);
  a << 4, 2, 1, 2, 5, 3, 1, 3, 6;
  const Eigen::MatrixXd factor = a.llt().matrixL();
  cholinv::cholesky_inverse(factor, false, inverse);
  std::cout << inverse << '\n';
  return (a * inverse).isIdentity(1e-12) ? 0 : 1;
}
