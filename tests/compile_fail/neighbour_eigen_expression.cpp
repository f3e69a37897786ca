// An expression has no memory to look at; that it should be evaluated is said in one sentence.
// refused with: this argument is not seen as a matrix in memory; evaluate it first if it is an expression
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

cholinv::tensor<double> invert(const Eigen::MatrixXd& factor) {
#ifdef MISUSE
  return cholinv::cholesky_inverse(factor + factor);
#else
  return cholinv::cholesky_inverse((factor + factor).eval());
#endif
}
