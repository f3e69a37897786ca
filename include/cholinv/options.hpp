// What a caller may choose, and what can go wrong: options, backends and the exceptions.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "config.hpp"

CHOLINV_NAMESPACE_BEGIN

/// Extents, strides (in elements) and positions.
using index_t = std::ptrdiff_t;

/// Who computes: `native` is this library's own kernels, `lapack` is LAPACKE's potri and potrf (needs CHOLINV_USE_LAPACK),
/// `automatic` is whichever of the two is measured to be faster for the type and the order.
enum class backend { automatic, native, lapack };

/// How a call runs. Every member may be left alone.
struct options {
  backend use = backend::automatic;  ///< who computes
  int threads = 0;                   ///< 0: what the threading runtime would use; 1: stay on this thread
  void* scratch = nullptr;           ///< optional caller-owned memory: with enough of it
                                     ///< a call allocates nothing
  std::size_t scratch_size = 0;      ///< bytes of `scratch`; cholesky_inverse_scratch() says how many are
                                     ///< enough
};

namespace detail {

/// The part that both numerical failures share: which matrices of the batch failed, and where.
class numerical_failure : public std::domain_error {
 public:
  /// 0-based position of the first failed matrix, row-major over the batch dimensions.
  index_t batch_index() const noexcept { return batch_index_; }
  /// 1-based position of the offending diagonal element in that matrix (LAPACK's info).
  index_t diagonal_index() const noexcept { return diagonal_index_; }
  /// How many matrices of the batch failed.
  index_t failed() const noexcept { return failed_; }
  const char* what() const noexcept override { return text_; }

 protected:
  numerical_failure(const char* what, index_t batch_index, index_t diagonal_index, index_t failed) noexcept
      : std::domain_error(""), batch_index_(batch_index), diagonal_index_(diagonal_index), failed_(failed) {
    std::snprintf(text_, sizeof text_, "%s (batch element %lld, diagonal element %lld counted from 1; %lld failed in all)", what,
                  static_cast<long long>(batch_index), static_cast<long long>(diagonal_index), static_cast<long long>(failed));
  }

 private:
  index_t batch_index_, diagonal_index_, failed_;
  char text_[256];  // not a string: when this is thrown the batch is written, and memory may be short
};

}  // namespace detail

/// Thrown by cholesky_inverse when a diagonal element of a factor is exactly zero; all other matrices are done by then.
class singular_factor : public detail::numerical_failure {
 public:
  /// Where the first failure was, and how many there are.
  singular_factor(index_t batch_index, index_t diagonal_index, index_t failed)
      : numerical_failure(
            "cholinv::cholesky_inverse: singular factor: a "
            "diagonal element is zero",
            batch_index, diagonal_index, failed) {}
};

/// Thrown by cholesky when a leading minor is not positive; all other matrices are done by then.
class not_positive_definite : public detail::numerical_failure {
 public:
  /// Where the first failure was, and how many there are.
  not_positive_definite(index_t batch_index, index_t diagonal_index, index_t failed)
      : numerical_failure(
            "cholinv::cholesky: matrix is not positive definite: "
            "a leading minor is not positive",
            batch_index, diagonal_index, failed) {}
};

namespace detail {

/// The one way out on an error. Without exceptions the message goes to stderr and the program ends.
template <class Error>
[[noreturn]] inline void raise(const Error& error) {
#if CHOLINV_HAS_EXCEPTIONS
  throw error;
#else
  std::fprintf(stderr, "%s\n", error.what());
  std::abort();
#endif
}

/// A word of a message: text, a number, or a list of numbers.
class word {
 public:
  word(const char* text) : text_(text) {}
  template <class I, class = std::enable_if_t<std::is_integral_v<I>>>
  word(I number) : negative_(number < I(0)), size_(-1), number_(static_cast<unsigned long long>(number)) {}
  word(const index_t* list, int size) : list_(list), size_(size) {}

  void append_to(std::string& message) const {
    if (text_ != nullptr) {
      message += text_;
    } else if (size_ < 0) {
      message += negative_ ? std::to_string(static_cast<long long>(number_)) : std::to_string(number_);
    } else {
      message += '(';
      for (int d = 0; d < size_; ++d) message += (d == 0 ? "" : ", ") + std::to_string(list_[d]);
      message += size_ == 1 ? ",)" : ")";
    }
  }

 private:
  const char* text_ = nullptr;
  const index_t* list_ = nullptr;
  bool negative_ = false;
  int size_ = 0;
  unsigned long long number_ = 0;
};

/// Out of line, and every message through this one function: else the texts would be a good part of a user's compile time.
[[noreturn]] CHOLINV_NOINLINE inline void misuse(std::initializer_list<word> words) {
  std::string message = "cholinv::";
  for (const word& w : words) w.append_to(message);
  raise(std::invalid_argument(message));
}

}  // namespace detail

CHOLINV_NAMESPACE_END
