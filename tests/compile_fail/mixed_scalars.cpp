// Factor and output have one scalar type; nothing is converted on the way.
// refused with: out must have the scalar type of the factor, and info must be of int
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using output = float;
#else
using output = double;
#endif

void invert(const cholinv::tensor<double>& factor, cholinv::tensor<output>& out) { cholinv::cholesky_inverse(factor, false, out); }
