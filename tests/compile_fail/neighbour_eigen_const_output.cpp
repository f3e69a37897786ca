// A block of a const matrix is const.
// refused with: an output \(out or info\) is written, so its elements must not be const
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using output = const Eigen::MatrixXd;
#else
using output = Eigen::MatrixXd;
#endif

void invert(const Eigen::MatrixXd& factor, output& out) { cholinv::cholesky_inverse(factor, false, out.block(0, 0, 3, 3)); }
