// A type that is no matrix is refused in one sentence, which names the way to teach it.
// refused with: this argument is not seen as a matrix in memory; evaluate it first if it is an expression, or specialise
// cholinv::tensor_traits
#include <cholinv/cholinv.hpp>
#include <list>

#ifdef MISUSE
using matrix = std::list<double>;
#else
using matrix = cholinv::tensor<double>;
#endif

cholinv::tensor<double> invert(const matrix& factor) { return cholinv::cholesky_inverse(factor); }
