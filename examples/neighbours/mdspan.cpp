// std::mdspan (C++23): any layout with strides.
#include <cholinv/cholinv.hpp>
#include <cstdio>
#include <mdspan>
#include <vector>

int main() {
  std::vector<double> memory = {2, 0, 1, 1, 4, 0, 0, 1}, result(8);
  const std::mdspan factors(memory.data(), 2, 2, 2);
  const std::mdspan<double, std::dextents<int, 3>, std::layout_left> inverses(result.data(), 2, 2, 2);
  cholinv::cholesky_inverse(factors, false, inverses);
  std::printf("%g\n", inverses[1, 0, 0]);
  return inverses[1, 0, 0] == 0.0625 ? 0 : 1;
}
