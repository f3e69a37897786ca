// The companion refuses in the same words.
// refused with: this argument is not seen as a matrix in memory
#include <cholinv/cholinv.hpp>

struct no_matrix {
  const double* data() const;
  long rows() const, cols() const;
};
#ifdef MISUSE
using matrix = no_matrix;
#else
using matrix = cholinv::tensor_view<double>;
#endif

cholinv::tensor<double> factor(const matrix& a) { return cholinv::cholesky(a); }
