// A result written to a temporary that owns it would be gone with the call.
// refused with: this output \(out or info\) is a temporary that takes the result with it; give it a name
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

void invert(const Eigen::MatrixXd& factor, Eigen::MatrixXd& out) {
#ifdef MISUSE
  cholinv::cholesky_inverse(factor, false, Eigen::MatrixXd(out));
#else
  cholinv::cholesky_inverse(factor, false, out.block(0, 0, 3, 3));
#endif
}
