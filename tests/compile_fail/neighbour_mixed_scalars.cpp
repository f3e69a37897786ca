// Factor and output have one scalar type, also where one of them names the scalar.
// refused with: out must have the scalar type of the factor, and info must be of int
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using scalar = float;
#else
using scalar = double;
#endif

void invert(const Eigen::MatrixXd& factor, Eigen::MatrixXd& out) { cholinv::cholesky_inverse<scalar>(factor, false, out); }
