// A first program: invert symmetric positive definite matrices through their Cholesky factors, one matrix and a batch.
//
//   c++ -std=c++17 -O2 -I include examples/quickstart.cpp -o quickstart && ./quickstart
#include <cholinv/cholinv.hpp>
#include <cmath>
#include <complex>
#include <cstdio>

namespace {

// What rounding left of a zero prints as 0, without a minus sign.
double tidy(double x) { return std::abs(x) < 5e-5 ? 0.0 : x; }

void print(double x) { std::printf("%9.4f", tidy(x)); }
void print(std::complex<float> z) { std::printf("%9.4f%+.4fi", tidy(z.real()), tidy(z.imag())); }

// One line per row: the row of `inverse`, then the row of a * inverse, which should be the identity's.
template <class T>
void print_beside_product(cholinv::tensor_view<const T> a, cholinv::tensor_view<const T> inverse) {
  const cholinv::index_t n = a.extent(0);
  for (cholinv::index_t i = 0; i < n; ++i) {
    for (cholinv::index_t j = 0; j < n; ++j) print(inverse(i, j));
    std::printf("   |");
    for (cholinv::index_t j = 0; j < n; ++j) {
      T sum{};
      for (cholinv::index_t k = 0; k < n; ++k) sum += a(i, k) * inverse(k, j);
      print(sum);
    }
    std::printf("\n");
  }
}

}  // namespace

int main() {
  // One matrix. A view says how memory you already have is to be read; nothing is copied.
  const double a_values[] = {0.9935,  -0.6353, 1.5806,   //
                             -0.6353, 0.8769,  -1.7183,  //
                             1.5806,  -1.7183, 10.6618};
  const cholinv::tensor_view<const double> a(a_values, {3, 3});

  const cholinv::tensor<double> factor = cholinv::cholesky(a);                // A = L L^H
  const cholinv::tensor<double> inverse = cholinv::cholesky_inverse(factor);  // A^-1, from L

  std::printf("The inverse of a 3 x 3 matrix A   |   A times its inverse\n");
  print_beside_product<double>(a, inverse);

  // A batch: every dimension before the last two counts matrices. Here three Hermitian ones, complex, in one call.
  using complex = std::complex<float>;
  const complex b_values[] = {{2, 0}, {0, 1},    {0, -1},   {3, 0},  //
                              {1, 0}, {0.5F, 0}, {0.5F, 0}, {1, 0},  //
                              {4, 0}, {1, -2},   {1, 2},    {5, 0}};
  const cholinv::tensor_view<const complex> b(b_values, {3, 2, 2});

  const cholinv::tensor<complex> inverses = cholinv::cholesky_inverse(cholinv::cholesky(b));

  for (cholinv::index_t m = 0; m < b.extent(0); ++m) {
    std::printf("\nMatrix %d of the (3, 2, 2) batch: its inverse   |   the product\n", static_cast<int>(m));
    print_beside_product<complex>({b.data() + m * b.stride(0), {2, 2}}, {inverses.data() + m * inverses.stride(0), {2, 2}});
  }
}
