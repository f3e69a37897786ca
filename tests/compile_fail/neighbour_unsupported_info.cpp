// The same for info, which for a single matrix may be an int.
// refused with: this argument is not seen as a matrix in memory
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using number = long;
#else
using number = int;
#endif

cholinv::index_t invert(const cholinv::tensor<double>& factor, cholinv::tensor<double>& out, number& info) {
  return cholinv::cholesky_inverse_ex(factor, false, out, info);
}
