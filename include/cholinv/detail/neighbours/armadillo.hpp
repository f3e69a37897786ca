// Armadillo: Mat, Col, Row, Cube (its slices are the batch), and the views of a block of them. All is column-major.
#pragma once

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X, class = void>
struct is_arma_matrix : std::false_type {};
template <class X>
struct is_arma_matrix<X, std::void_t<typename X::elem_type, decltype(std::declval<const X&>().n_cols), decltype(X::is_col),
                                     decltype(X::is_row), decltype(std::declval<const X&>().memptr())>> : std::true_type {};

template <class X, class = void>
struct is_arma_cube : std::false_type {};
template <class X>
struct is_arma_cube<X, std::void_t<typename X::elem_type, decltype(std::declval<const X&>().n_elem_slice),
                                   decltype(std::declval<const X&>().n_slices), decltype(std::declval<const X&>().memptr())>>
    : std::true_type {};

// A block keeps the matrix or cube that it is a part of as `m`; views that gather scattered rows or columns have no `aux_row1`.
template <class X, class = void>
struct is_arma_block : std::false_type {};
template <class X>
struct is_arma_block<X, std::void_t<typename X::elem_type, decltype(std::declval<const X&>().aux_row1),
                                    decltype(std::declval<const X&>().m.n_rows), decltype(std::declval<const X&>().colptr(0))>>
    : std::true_type {};
template <class X, class = void>
struct is_arma_cube_block : std::false_type {};
template <class X>
struct is_arma_cube_block<
    X, std::void_t<typename X::elem_type, decltype(std::declval<const X&>().aux_slice1), decltype(std::declval<const X&>().m.n_elem_slice),
                   decltype(std::declval<const X&>().slice_colptr(0, 0))>> : std::true_type {};

template <class X>
struct neighbour<X, std::enable_if_t<is_arma_matrix<X>::value>> {
  static constexpr bool owns = true;

  template <class Y>
  static auto data(Y& x) -> decltype(x.memptr()) {
    return x.memptr();
  }
  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.memptr())>> {
    if constexpr (X::is_col || X::is_row)
      return {x.memptr(), {x.n_elem}};
    else
      return {x.memptr(), {x.n_rows, x.n_cols}, {1, x.n_rows}};
  }
};

template <class X>
struct neighbour<X, std::enable_if_t<is_arma_cube<X>::value>> {
  static constexpr bool owns = true;

  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.memptr())>> {
    return {x.memptr(), {x.n_slices, x.n_rows, x.n_cols}, {x.n_elem_slice, 1, x.n_rows}};
  }
};

template <class X>
struct neighbour<X, std::enable_if_t<is_arma_block<X>::value>> {
  static constexpr bool owns = false;

  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.colptr(0))>> {
    return {x.n_elem == 0 ? nullptr : x.colptr(0), {x.n_rows, x.n_cols}, {1, x.m.n_rows}};
  }
};

template <class X>
struct neighbour<X, std::enable_if_t<is_arma_cube_block<X>::value>> {
  static constexpr bool owns = false;

  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.slice_colptr(0, 0))>> {
    return {x.n_elem == 0 ? nullptr : x.slice_colptr(0, 0), {x.n_slices, x.n_rows, x.n_cols}, {x.m.n_elem_slice, 1, x.m.n_rows}};
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
