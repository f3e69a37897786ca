// The info of a call is written, so a view of const elements is refused.
// refused with: an output \(out or info\) is written, so its elements must not be const
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using element = const int;
#else
using element = int;
#endif

cholinv::index_t invert(const cholinv::tensor<double>& factor, cholinv::tensor<double>& out, cholinv::tensor_view<element> info) {
  return cholinv::cholesky_inverse_ex(factor, false, out, info);
}
