// torch: the type of the elements is known at run time only, so the call names it, and it is checked.
#include <torch/torch.h>

#include <cholinv/cholinv.hpp>
#include <iostream>

int main() {
  const torch::Tensor r = torch::rand({8, 5, 5}, torch::kDouble), a = r.matmul(r.transpose(1, 2)) + torch::eye(5, torch::kDouble);
  const torch::Tensor factor = torch::linalg_cholesky(a);
  torch::Tensor inverse = torch::empty_like(a);
  cholinv::cholesky_inverse<double>(factor, false, inverse);
  std::cout << inverse[0] << '\n';
  return torch::allclose(inverse.matmul(a), torch::eye(5, torch::kDouble).expand({8, 5, 5}), 1e-8, 1e-8) ? 0 : 1;
}
