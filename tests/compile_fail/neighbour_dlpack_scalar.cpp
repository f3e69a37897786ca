// DLPack names no type of this scalar.
// refused with: the T of a DLPack tensor should be float, double, a std::complex of them, or int
#include <cholinv/cholinv.hpp>
#include <cholinv/dlpack.hpp>
#include <cstdint>

struct dl_managed_tensor {
  struct {
    void* data;
    struct {
      int device_type;
      std::int32_t device_id;
    } device;
    std::int32_t ndim;
    struct {
      std::uint8_t code, bits;
      std::uint16_t lanes;
    } dtype;
    std::int64_t *shape, *strides;
    std::uint64_t byte_offset;
  } dl_tensor;
  void* manager_ctx;
  void (*deleter)(dl_managed_tensor*);
};

#ifdef MISUSE
using scalar = long double;
#else
using scalar = double;
#endif

dl_managed_tensor* give(cholinv::tensor<scalar>& t) { return cholinv::to_dlpack<dl_managed_tensor>(std::move(t)); }
