// A program without exceptions: misuse and the throwing forms end it with a message, the _ex forms report.
#include <cholinv/cholinv.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>

#if defined(__cpp_exceptions)
#error "this program should be compiled without exceptions"
#endif

namespace {

// Three diagonal factors of order 2, diag(1, 2), and a zero planted in the middle one.
cholinv::tensor<double> factors() {
  cholinv::tensor<double> f({3, 2, 2});
  for (int b = 0; b < 3; ++b) {
    f(b, 0, 0) = 1;
    f(b, 1, 1) = b == 1 ? 0 : 2;
  }
  return f;
}

bool is_inverse(const cholinv::tensor<double>& x, int b) {
  return x(b, 0, 0) == 1 && x(b, 0, 1) == 0 && x(b, 1, 0) == 0 && x(b, 1, 1) == 0.25;
}

bool reports() {
  const cholinv::tensor<double> f = factors();
  const auto fresh = cholinv::cholesky_inverse_ex(f);
  bool good = is_inverse(fresh.inverse, 0) && std::isnan(fresh.inverse(1, 0, 0)) && is_inverse(fresh.inverse, 2);
  good = good && fresh.info(0) == 0 && fresh.info(1) == 2 && fresh.info(2) == 0;

  cholinv::tensor<double> out({3, 2, 2});
  cholinv::tensor<int> info({3});
  good = good && cholinv::cholesky_inverse_ex(f, true, out, info) == 1 && info(1) == 2;
  good = good && is_inverse(out, 0) && out(1, 0, 0) == 0 && is_inverse(out, 2);

  cholinv::tensor<double> a({2, 2, 2});
  a(0, 0, 0) = a(0, 1, 1) = a(1, 0, 0) = 4;
  a(1, 1, 1) = -1;
  const auto factor = cholinv::cholesky_ex(a);
  return good && factor.info(0) == 0 && factor.factor(0, 1, 1) == 2 && factor.info(1) == 2;
}

}  // namespace

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (std::strcmp(mode, "reports") == 0) return reports() ? 0 : 1;
  if (std::strcmp(mode, "misuse") == 0) cholinv::cholesky_inverse(cholinv::tensor<double>({2, 3}));
  if (std::strcmp(mode, "singular") == 0) cholinv::cholesky_inverse(factors());
  if (std::strcmp(mode, "indefinite") == 0) cholinv::cholesky(cholinv::tensor<double>({1, 1}));
  std::fprintf(stderr, "no_exceptions: '%s' came back\n", mode);
  return 2;
}
