// What a call accepts as a matrix: anything that tensor_traits knows how to see as a tensor_view.
#pragma once

#include "tensor.hpp"

CHOLINV_NAMESPACE_BEGIN

/// How a type is seen as a tensor_view: a specialisation has `static tensor_view<element> view(X&)`, X maybe const.
template <class X, class = void>
struct tensor_traits;

template <class T>
struct tensor_traits<tensor_view<T>> {
  static tensor_view<T> view(const tensor_view<T>& x) { return x; }
};
template <class T>
struct tensor_traits<tensor<T>> {
  static tensor_view<T> view(tensor<T>& x) { return x; }
  static tensor_view<const T> view(const tensor<T>& x) { return x; }
};

/// The tensor_view of an object: same memory, shape and strides, nothing copied.
template <class X>
auto view(X&& x) -> decltype(tensor_traits<std::remove_cv_t<std::remove_reference_t<X>>>::view(x)) {
  return tensor_traits<std::remove_cv_t<std::remove_reference_t<X>>>::view(x);
}

namespace detail {

/// The scalar of an object that view() takes; substitution fails for all others.
template <class X>
using scalar_of = typename decltype(::cholinv::view(std::declval<X&>()))::value_type;

template <class X>
tensor_view<const scalar_of<const X>> input_view(const X& x) {
  return ::cholinv::view(x);
}

/// An output, with the element type it must have said in words.
template <class T, class X>
tensor_view<T> output_view(X& x) {
  using element = typename decltype(::cholinv::view(x))::element_type;
  static_assert(!std::is_const_v<element>,
                "cholinv: an output (out or info) is written, so its elements "
                "must not be const");
  static_assert(std::is_same_v<std::remove_cv_t<element>, T>,
                "cholinv: out must have the scalar type of the factor, and "
                "info must be of int");
  return ::cholinv::view(x);
}

}  // namespace detail
CHOLINV_NAMESPACE_END
