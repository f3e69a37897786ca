// What a DLTensor holds is known at run time only, so the call has to say it.
// refused with: the element type of this argument is known at run time only, so it has to be named, as in cholesky_inverse<double>\(x\)
#include <cholinv/cholinv.hpp>
#include <cstdint>

struct dl_tensor {
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
};

cholinv::tensor<double> invert(const dl_tensor& factor) {
#ifdef MISUSE
  return cholinv::cholesky_inverse(factor);
#else
  return cholinv::cholesky_inverse<double>(factor);
#endif
}
