// A batch whose matrices each have an address of their own, as batched LAPACK interfaces and lists of matrices keep them.
#pragma once

#include "tensor.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// Where the matrices of such a batch begin: in an array of pointers, or as `pick` says of whatever `from` is.
struct matrix_list {
  const void* from = nullptr;
  void* (*pick)(const void* from, index_t b) = nullptr;

  template <class T>
  T* at(index_t b) const {
    return pick == nullptr ? static_cast<T* const*>(from)[b] : static_cast<T*>(pick(from, b));
  }
};

}  // namespace detail

/// A batch of equal square matrices, of shape (count, n, n), each at an address of its own: `matrices[b]` is the address of element
/// (0, 0) of matrix b. It takes the place of a tensor_view as `factor`, `a` or `out` of every function, with the same rules: as `out`,
/// no two matrices may share memory, and each is exactly its own input (in place) or apart from all inputs. The array and the matrices
/// are the caller's; copying a pointer_batch copies neither. A pointer_batch<T> converts to pointer_batch<const T>.
template <class T>
class pointer_batch : public detail::layout {
 public:
  using element_type = T;                  ///< maybe const
  using value_type = std::remove_cv_t<T>;  ///< never const

  /// Element (i, j) of a matrix lies i * row_stride + j * column_stride elements from its first: (1, lda) is LAPACK's layout, (lda, 1)
  /// row-major. Throws std::invalid_argument when `count` or `order` is negative or the number of elements overflows index_t.
  pointer_batch(T* const* matrices, index_t count, index_t order, index_t row_stride, index_t column_stride)
      : layout({count, order, order}, {0, row_stride, column_stride}), list_{matrices, nullptr} {}
  /// Row-major contiguous matrices.
  pointer_batch(T* const* matrices, index_t count, index_t order) : pointer_batch(matrices, count, order, order, 1) {}
  /// What a list of matrices is seen as: `count` of them, all with the shape and strides of `matrix`.
  pointer_batch(detail::matrix_list list, index_t count, const detail::layout& matrix)
      : layout({count, matrix.extent(0), matrix.extent(1)}, {0, matrix.stride(0), matrix.stride(1)}), list_(list) {}
  /// From a batch of elements that are not const.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T> && !std::is_const_v<U>>>
  pointer_batch(const pointer_batch<U>& other) noexcept : layout(other), list_(other.list()) {}

  T* matrix(index_t b) const { return list_.at<T>(b); }               ///< the address of element (0, 0) of matrix b
  const detail::matrix_list& list() const noexcept { return list_; }  ///< for the library's own use

 private:
  detail::matrix_list list_;
};

CHOLINV_NAMESPACE_END
