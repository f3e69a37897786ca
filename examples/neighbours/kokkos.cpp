// Kokkos' mdspan: any layout with strides, before C++23 too.
#include <cholinv/cholinv.hpp>
#include <cstdio>
#include <mdspan/mdspan.hpp>
#include <vector>

int main() {
  std::vector<double> memory = {2, 0, 1, 1, 4, 0, 0, 1}, result(8);
  const Kokkos::mdspan<double, Kokkos::dextents<int, 3>> factors(memory.data(), 2, 2, 2);
  const Kokkos::mdspan<double, Kokkos::dextents<int, 3>, Kokkos::layout_left> inverses(result.data(), 2, 2, 2);
  cholinv::cholesky_inverse(factors, false, inverses);
  std::printf("%g\n", result[1]);
  return result[1] == 0.0625 ? 0 : 1;
}
