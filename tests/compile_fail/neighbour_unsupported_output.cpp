// The same for an output.
// refused with: this argument is not seen as a matrix in memory
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using output = double;
#else
using output = cholinv::tensor<double>;
#endif

void invert(const cholinv::tensor<double>& factor, output& out) { cholinv::cholesky_inverse(factor, false, out); }
