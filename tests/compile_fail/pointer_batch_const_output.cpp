// Pointers to const elements are no output.
// refused with: an output \(out or info\) is written, so its elements must not be const
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using element = const double;
#else
using element = double;
#endif

void invert(cholinv::pointer_batch<const double> factor, cholinv::pointer_batch<element> out) {
  cholinv::cholesky_inverse(factor, false, out);
}
