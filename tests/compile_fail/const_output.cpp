// An output is written, so a view of const elements is refused.
// refused with: an output \(out or info\) is written, so its elements must not be const
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using element = const double;
#else
using element = double;
#endif

void invert(const cholinv::tensor<double>& factor, cholinv::tensor_view<element> out) { cholinv::cholesky_inverse(factor, false, out); }
