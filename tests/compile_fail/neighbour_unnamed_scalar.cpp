// What a DLTensor holds is known at run time only, so the call has to say it.
// refused with: the element type of this argument is known at run time only, so it has to be named, as in cholesky_inverse<double>\(x\)
#include <cholinv/cholinv.hpp>

#include "dl_tensor.hpp"

cholinv::tensor<double> invert(const dl_tensor& factor) {
#ifdef MISUSE
  return cholinv::cholesky_inverse(factor);
#else
  return cholinv::cholesky_inverse<double>(factor);
#endif
}
