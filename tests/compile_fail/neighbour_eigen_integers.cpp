// An integer has no inverse in its own type, whoever holds it.
// refused with: T is an integer type; the inverse needs a real or complex floating-point scalar
#include <Eigen/Core>
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using matrix = Eigen::MatrixXi;
#else
using matrix = Eigen::MatrixXd;
#endif

auto invert(const matrix& factor) { return cholinv::cholesky_inverse(factor); }
