// DLPack: a result given away as a managed tensor, and one taken in, which is released when its owner goes.
#include <dlpack/dlpack.h>

#include <cholinv/cholinv.hpp>
#include <cholinv/dlpack.hpp>
#include <cstdio>

int main() {
  cholinv::tensor<double> factor({2, 2});
  factor(0, 0) = factor(1, 1) = 2;
  DLManagedTensor* given = cholinv::to_dlpack<DLManagedTensor>(cholinv::cholesky_inverse(factor));
  const cholinv::dlpack_tensor<DLManagedTensor> taken(given);
  std::printf("%g\n", cholinv::view<const double>(taken)(0, 0));
  return cholinv::cholesky_inverse<double>(taken)(1, 1) == 16 ? 0 : 1;
}
