// Armadillo: a matrix, or a cube whose slices are the batch.
#include <armadillo>
#include <cholinv/cholinv.hpp>

int main() {
  const arma::mat a = {{4, 2, 1}, {2, 5, 3}, {1, 3, 6}};
  arma::cube matrices(3, 3, 10), inverses(3, 3, 10);
  for (arma::uword s = 0; s < 10; ++s) matrices.slice(s) = (1.0 + double(s)) * a;
  cholinv::cholesky_inverse(cholinv::cholesky(matrices), false, inverses);
  inverses.slice(9).print("the last one:");
  return arma::approx_equal(matrices.slice(9) * inverses.slice(9), arma::mat(3, 3, arma::fill::eye), "absdiff", 1e-12) ? 0 : 1;
}
