// An output is written, so a const tensor is refused.
// refused with: an output \(out or info\) is written, so its elements must not be const
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using output = const cholinv::tensor<double>;
#else
using output = cholinv::tensor<double>;
#endif

void invert(const cholinv::tensor<double>& factor, output& out) { cholinv::cholesky_inverse(factor, true, out); }
