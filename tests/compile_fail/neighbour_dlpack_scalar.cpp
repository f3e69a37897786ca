// DLPack names no type of this scalar.
// refused with: the T of a DLPack tensor should be float, double, a std::complex of them, or int
#include <cholinv/cholinv.hpp>
#include <cholinv/dlpack.hpp>

#include "dl_tensor.hpp"

struct dl_managed_tensor {
  ::dl_tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(dl_managed_tensor*);
};

#ifdef MISUSE
using scalar = long double;
#else
using scalar = double;
#endif

dl_managed_tensor* give(cholinv::tensor<scalar>& t) { return cholinv::to_dlpack<dl_managed_tensor>(std::move(t)); }
