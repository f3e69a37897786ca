// bits.cpp: a line for each call with a sum of all bits of its result, for two runs to be compared.
#include "../support/layout.hpp"
#include "../support/random.hpp"

#include <cstdio>
#include <cstring>

namespace {

using namespace support;

// FNV-1a.
template <class T>
std::uint64_t sum_of_bits(const cholinv::tensor<T>& x) {
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (index_t k = 0; k < x.size(); ++k) {
    unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, x.data() + k, sizeof(T));
    for (const unsigned char byte : bytes) sum = (sum ^ byte) * 0x100000001b3u;
  }
  return sum;
}

template <class T>
void print_sums() {
  const cholinv::options native = using_backend(cholinv::backend::native);
  for (const index_t n : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 65, 81, 130, 300})
    for (const index_t batch : {1, 5, 37})
      for (const bool upper : {false, true}) {
        if (n * n * batch > 200000) continue;
        engine g(static_cast<std::uint64_t>(1000 * n + batch));
        cholinv::tensor<T> a({batch, n, n});
        for (index_t b = 0; b < batch; ++b) {
          const dense<T> m = random_positive_definite<T>(g, n);
          for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < n; ++j) a(b, i, j) = m(i, j);
        }
        const cholinv::tensor<T> factor = cholinv::cholesky(a, upper, native);
        std::printf("%s order %td batch %td %s: %016llx %016llx\n", dtype_name<T>(), n, batch, upper ? "upper" : "lower",
                    static_cast<unsigned long long>(sum_of_bits(factor)),
                    static_cast<unsigned long long>(sum_of_bits(cholinv::cholesky_inverse(factor, upper, native))));
      }
}

}  // namespace

int main() {
  print_sums<float>();
  print_sums<double>();
  print_sums<std::complex<float>>();
  print_sums<std::complex<double>>();
}
