// A factor in integers would be cut off at every square root: the compiler says so, of the companion.
// refused with: T is an integer type; the inverse needs a real or complex floating-point scalar
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using scalar = unsigned char;
#else
using scalar = long double;
#endif

cholinv::tensor<scalar> factor(const cholinv::tensor<scalar>& a) { return cholinv::cholesky(a); }
