// The peer "torch": libtorch's cholesky_inverse and linalg.cholesky with out=, on tensors over the same memory.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include "candidates.hpp"

namespace bench {

call prepare_torch(const job& j) {
  at::set_num_threads(j.threads);
  const at::ScalarType type = with_type(j.type, [](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, float>)
      return at::kFloat;
    else if constexpr (std::is_same_v<T, double>)
      return at::kDouble;
    else if constexpr (std::is_same_v<T, std::complex<float>>)
      return at::kComplexFloat;
    else
      return at::kComplexDouble;
  });
  const at::Tensor in = at::from_blob(const_cast<void*>(j.in), {j.batch, j.order, j.order}, type);
  at::Tensor out = at::from_blob(j.out, {j.batch, j.order, j.order}, type);
  if (j.what == task::inverse) return [in, out]() mutable { at::cholesky_inverse_out(out, in); };
  return [in, out]() mutable { at::linalg_cholesky_out(out, in); };
}

std::string torch_version() { return TORCH_VERSION; }

}  // namespace bench
