// An integer has no inverse in its own type: the compiler says so, of the form that writes to a view and reports info.
// refused with: T is an integer type; the inverse needs a real or complex floating-point scalar
#include <cholinv/cholinv.hpp>

#ifdef MISUSE
using scalar = long;
#else
using scalar = double;
#endif

cholinv::index_t inverse(cholinv::tensor_view<const scalar> factor, cholinv::tensor_view<scalar> out, cholinv::tensor_view<int> info) {
  return cholinv::cholesky_inverse_ex<scalar>(factor, false, out, info);
}
