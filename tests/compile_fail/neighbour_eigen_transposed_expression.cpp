// The transpose of an expression offers an address, and there is none.
// refused with: this argument is not seen as a matrix in memory
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

cholinv::tensor<double> invert(const Eigen::MatrixXd& factor) {
#ifdef MISUSE
  return cholinv::cholesky_inverse((factor + factor).transpose());
#else
  return cholinv::cholesky_inverse(factor.transpose());
#endif
}
