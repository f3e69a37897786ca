// What a call does above the kernels, which cmake/kernels.cpp has: compiled once for LAPACK and once for OpenMP.
#include <cholinv/cholinv.hpp>

namespace cholinv::detail {
#define CALLS(T)                                                                          \
  template tally execute<task::invert, T>(const problem<T>&, on_failure, const options&); \
  template tally execute<task::factorize, T>(const problem<T>&, on_failure, const options&);
CALLS(float)
CALLS(double)
CALLS(std::complex<float>)
CALLS(std::complex<double>)
}  // namespace cholinv::detail
