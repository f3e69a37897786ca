// An integer has no inverse in its own type: the compiler says so, of the inverse.
// refused with: T is an integer type; the inverse needs a real or complex floating-point scalar
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using scalar = int;
#else
using scalar = float;
#endif

cholinv::tensor<scalar> inverse(const cholinv::tensor<scalar>& factor) { return cholinv::cholesky_inverse(factor); }
