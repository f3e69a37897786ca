// cases.hpp: the lists the tests run over (dtypes, backends, orders), bitwise comparison, and how a case names itself.
#pragma once

#include "reference.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace support {

using dtypes = testing::Types<float, double, std::complex<float>, std::complex<double>>;

template <class T>
const char* dtype_name() {
  if constexpr (std::is_same_v<T, float>)
    return "float";
  else if constexpr (std::is_same_v<T, double>)
    return "double";
  else if constexpr (std::is_same_v<T, long double>)
    return "long double";
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return "complex<float>";
  else if constexpr (std::is_same_v<T, std::complex<double>>)
    return "complex<double>";
  else if constexpr (std::is_same_v<T, std::complex<long double>>)
    return "complex<long double>";
  else
    return "user scalar";
}
// Third argument of TYPED_TEST_SUITE.
struct dtype_names {
  template <class T>
  static std::string GetName(int) {
    std::string name = dtype_name<T>();
    while (!name.empty() && name.back() == '>') name.pop_back();
    for (char& c : name)
      if (c == '<' || c == ' ') c = '_';
    return name;
  }
};

inline const char* backend_name(cholinv::backend b) {
  return b == cholinv::backend::native ? "native" : b == cholinv::backend::lapack ? "lapack" : "automatic";
}
// The backends compiled into this test.
inline std::vector<cholinv::backend> backends() {
#ifdef CHOLINV_USE_LAPACK
  return {cholinv::backend::native, cholinv::backend::automatic, cholinv::backend::lapack};
#else
  return {cholinv::backend::native, cholinv::backend::automatic};
#endif
}
inline cholinv::options using_backend(cholinv::backend b) {
  cholinv::options o;
  o.use = b;
  return o;
}

// Both sides of every lane, tile, block and path edge.
inline const std::vector<index_t>& edge_orders() {
  static const std::vector<index_t> list = {0,  1,  2,  3,  4,  5,  7,  8,  9,  11, 12, 13, 14, 15, 16, 17, 19, 20,  21,  23,
                                            24, 25, 31, 32, 33, 47, 48, 49, 50, 63, 64, 65, 90, 91, 95, 96, 97, 127, 128, 129};
  return list;
}

// `count` numbers, the first of them `shift` past the beginning of a cache line: results at one may go past the caches line by line. It
// may lie between two elements of the vector, for malloc may align to 8 bytes.
template <class T>
class placed {
 public:
  static constexpr std::size_t line = 64;
  explicit placed(index_t count, std::size_t shift = 0) : memory_(static_cast<std::size_t>(count) + shift + line / sizeof(T)) {
    void* begin = memory_.data();
    std::size_t space = memory_.size() * sizeof(T);
    data_ = static_cast<T*>(std::align(line, 1, begin, space)) + shift;
  }
  T* data() { return data_; }

 private:
  std::vector<T> memory_;
  T* data_;
};

// What a failure prints: everything needed to run this one case again.
template <class T>
std::string describe(std::uint64_t seed, index_t order, bool upper, const std::string& layout, cholinv::backend b) {
  std::ostringstream s;
  s << "seed " << seed << ", order " << order << ", dtype " << dtype_name<T>() << ", " << (upper ? "upper" : "lower") << ", layout "
    << layout << ", ISA " << cholinv::isa_name() << ", backend " << backend_name(b);
  return s.str();
}

// Equal to the last bit: -0 is not +0, and a NaN equals only the same NaN.
template <class T>
bool same_bits(const T& a, const T& b) {
  if constexpr (is_complex<T>) {
    const auto are = a.real(), aim = a.imag(), bre = b.real(), bim = b.imag();
    return same_bits(are, bre) && same_bits(aim, bim);
  } else {
    // An x87 long double has padding after its ten bytes.
    constexpr std::size_t bytes = std::is_same_v<T, long double> && std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);
    return std::memcmp(&a, &b, bytes) == 0;
  }
}
// The same value to the last bit, any NaN equal to any NaN.
template <class T>
bool same_value(const T& a, const T& b) {
  if constexpr (is_complex<T>)
    return same_value(a.real(), b.real()) && same_value(a.imag(), b.imag());
  else
    return same_bits(a, b) || (is_nan(a) && is_nan(b));
}
template <class A, class B>
testing::AssertionResult same_matrix(const matrix_ref<A>& a, const matrix_ref<B>& b) {
  if (a.order != b.order) return testing::AssertionFailure() << "orders " << a.order << " and " << b.order;
  for (index_t i = 0; i < a.order; ++i)
    for (index_t j = 0; j < a.order; ++j)
      if (!same_bits<std::remove_const_t<A>>(a(i, j), b(i, j)))
        return testing::AssertionFailure() << "different bits at (" << i << ", " << j << ")";
  return testing::AssertionSuccess();
}
// Every matrix of two tensors or views, in batch order.
template <class X, class Y>
testing::AssertionResult same_tensor(const X& x, const Y& y) {
  const auto xs = matrices(x);
  const auto ys = matrices(y);
  if (xs.size() != ys.size()) return testing::AssertionFailure() << xs.size() << " and " << ys.size() << " matrices";
  for (std::size_t b = 0; b < xs.size(); ++b) {
    const auto same = same_matrix(xs[b], ys[b]);
    if (!same) return testing::AssertionFailure() << "matrix " << b << ": " << same.message();
  }
  return testing::AssertionSuccess();
}

// Rule 3: (j, i) is exactly the conjugate of (i, j) and the diagonal is exactly real.
template <class T>
testing::AssertionResult hermitian(const matrix_ref<T>& x) {
  for (index_t i = 0; i < x.order; ++i) {
    if constexpr (is_complex<std::remove_const_t<T>>) {
      if (!(x(i, i).imag() == 0)) return testing::AssertionFailure() << "diagonal element " << i << " is not real: " << x(i, i);
    }
    for (index_t j = 0; j < i; ++j)
      if (!same_value(x(i, j), conjugate(x(j, i))))
        return testing::AssertionFailure() << "(" << i << ", " << j << ") is not the conjugate of (" << j << ", " << i << ")";
  }
  return testing::AssertionSuccess();
}
template <class T>
bool has_nan(const matrix_ref<T>& x) {
  for (index_t i = 0; i < x.order; ++i)
    for (index_t j = 0; j < x.order; ++j)
      if (is_nan(x(i, j))) return true;
  return false;
}
template <class T>
bool all_nan(const matrix_ref<T>& x) {
  for (index_t i = 0; i < x.order; ++i)
    for (index_t j = 0; j < x.order; ++j)
      if (!is_nan(x(i, j))) return false;
  return true;
}

// The law of one inverse: Hermitian to the last bit, and within LAPACK's residual of the matrix A. What is bitwise equal
// to a result accepted before is not measured again.
template <class T>
class inverse_of {
 public:
  explicit inverse_of(dense<wide_t<T>> a) : a_(std::move(a)) {}

  template <class U>
  testing::AssertionResult operator()(const matrix_ref<U>& x) {
    static_assert(std::is_same_v<std::remove_const_t<U>, T>);
    dense<T> result = to_dense<T>(x);
    for (const dense<T>& known : accepted_)
      if (equal(known, result)) return testing::AssertionSuccess();
    const auto exact = hermitian(x);
    if (!exact) return exact;
    if (has_nan(x)) return testing::AssertionFailure() << "NaN in the inverse";  // no comparison finds it under -ffast-math
    const auto r = residual<T>(a_, to_dense<wide_t<T>>(x));
    if (!(r < threshold)) return testing::AssertionFailure() << "residual " << static_cast<long double>(r);
    accepted_.push_back(std::move(result));
    return testing::AssertionSuccess();
  }

 private:
  static bool equal(const dense<T>& x, const dense<T>& y) {
    for (std::size_t k = 0; k < x.elements.size(); ++k)
      if (!same_bits(x.elements[k], y.elements[k])) return false;
    return true;
  }
  dense<wide_t<T>> a_;
  std::vector<dense<T>> accepted_;
};

}  // namespace support
