// Eigen: Matrix, Array, Map, Ref, Block and Transpose of them, of any storage order and strides. An expression that would have to be
// computed has no memory to look at and is not seen.
#pragma once

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X, class = void>
struct is_eigen : std::false_type {};
template <class X>
struct is_eigen<X, std::void_t<typename X::Scalar, typename X::PlainObject, decltype(X::RowsAtCompileTime), decltype(X::ColsAtCompileTime),
                               decltype(X::IsRowMajor), decltype(std::declval<const X&>().innerStride()),
                               decltype(std::declval<const X&>().outerStride()), decltype(std::declval<const X&>().data())>> {
  static constexpr int direct_access = 0x40;  // Eigen::DirectAccessBit: a Transpose has a data() even where what it transposes has none
  static constexpr bool value = (static_cast<int>(X::Flags) & direct_access) != 0;
};

template <class X>
struct neighbour<X, std::enable_if_t<is_eigen<X>::value>> {
  static constexpr int rows = X::RowsAtCompileTime, columns = X::ColsAtCompileTime;
  static constexpr bool owns = std::is_same_v<typename X::PlainObject, X>;
  static constexpr bool fixed_size = rows >= 0 && columns >= 0;
  /// A vector has rank 1; a 1 x 1 matrix is a matrix.
  static constexpr bool is_vector = (rows == 1) != (columns == 1);
  /// Of a Matrix or Array of fixed size, which has no gaps.
  static layout packed() {
    if constexpr (is_vector)
      return {{rows * columns}};
    else if constexpr (X::IsRowMajor)
      return {{rows, columns}};
    else
      return {{rows, columns}, {1, rows}};
  }

  template <class Y>
  static auto data(Y& x) -> decltype(x.data()) {
    return x.data();
  }
  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.data())>> {
    if constexpr (is_vector)
      return {x.data(), {x.size()}, {x.innerStride()}};
    else if constexpr (X::IsRowMajor)
      return {x.data(), {x.rows(), x.cols()}, {x.outerStride(), x.innerStride()}};
    else
      return {x.data(), {x.rows(), x.cols()}, {x.innerStride(), x.outerStride()}};
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
