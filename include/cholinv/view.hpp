// What a call accepts as a matrix: anything that tensor_traits knows how to see as a tensor_view or a pointer_batch.
#pragma once

#include "detail/neighbours/armadillo.hpp"
#include "detail/neighbours/dlpack.hpp"
#include "detail/neighbours/mdspan.hpp"
#include "detail/neighbours/range.hpp"
#include "detail/neighbours/torch.hpp"

CHOLINV_NAMESPACE_BEGIN

/// How a type is seen. A specialisation for a type of your own has `static tensor_view<element> view(X&)`, X maybe const, or where the
/// element type is known at run time only `template <class T> static tensor_view<T> view(const X&)`, which throws
/// std::invalid_argument where T is wrong. What there is for other libraries' types is in detail/neighbours.
template <class X, class = void>
struct tensor_traits : detail::neighbour<X> {};

namespace detail {

template <class X>
using traits_of = tensor_traits<std::remove_cv_t<std::remove_reference_t<X>>>;

// What tensor_traits makes of an lvalue; a view that may be refused takes the name of the argument, for the message.
template <class X>
auto call_view(X& x, const char* name, int) -> decltype(traits_of<X>::view(x, name)) {
  return traits_of<X>::view(x, name);
}
template <class X>
auto call_view(X& x, const char*, long) -> decltype(traits_of<X>::view(x)) {
  return traits_of<X>::view(x);
}
template <class T, class X>
auto call_view_as(X& x, const char* name, int) -> decltype(traits_of<X>::template view<T>(x, name)) {
  return traits_of<X>::template view<T>(x, name);
}
template <class T, class X>
auto call_view_as(X& x, const char*, long) -> decltype(traits_of<X>::template view<T>(x)) {
  return traits_of<X>::template view<T>(x);
}

/// What an lvalue X is seen as where its type says all; void where it does not.
template <class X, class = void>
struct own_view {
  using type = void;
};
template <class X>
struct own_view<X, std::void_t<decltype(call_view(std::declval<X&>(), "", 0))>> {
  using type = decltype(call_view(std::declval<X&>(), "", 0));
};
template <class X>
using own_view_t = typename own_view<X>::type;
template <class X>
inline constexpr bool is_seen = !std::is_void_v<own_view_t<X>>;

/// Can X be viewed as elements T that the caller names?
template <class T, class X, class = void>
inline constexpr bool is_seen_as = false;
template <class T, class X>
inline constexpr bool is_seen_as<T, X, std::void_t<decltype(call_view_as<T>(std::declval<X&>(), "", 0))>> = true;

/// The one readable error for everything that is no matrix.
template <class X>
constexpr bool require_matrix() {
  constexpr bool needs_name = !is_seen<X> && is_seen_as<const double, X>;
  static_assert(!needs_name,
                "cholinv: the element type of this argument is known at run time only, so it has to be named, as in "
                "cholesky_inverse<double>(x) and view<const double>(x)");
  static_assert(is_seen<X> || needs_name,
                "cholinv: this argument is not seen as a matrix in memory; evaluate it first if it is an expression, or specialise "
                "cholinv::tensor_traits for its type");
  return true;
}

template <class X, class = void>
inline constexpr bool owns_elements = false;
template <class X>
inline constexpr bool owns_elements<X, std::enable_if_t<traits_of<X>::owns>> = true;

/// X as the type of a forwarding reference: is it a temporary that takes its elements with it?
template <class X>
inline constexpr bool dies_with_elements = !std::is_reference_v<X> && owns_elements<X>;

/// Stands for an element type that the object itself says.
struct unnamed {};

template <class V, class T>
struct with_element;
template <template <class> class V, class E, class T>
struct with_element<V<E>, T> {
  using type = V<T>;
};

/// The view of an lvalue, as elements T where T is named.
template <class T, class X>
auto view_as(X& x, const char* name) {
  if constexpr (std::is_same_v<T, unnamed>) {
    static_assert(require_matrix<X>());
    if constexpr (is_seen<X>) return call_view(x, name, 0);
  } else if constexpr (is_seen<X>) {
    using element = typename own_view_t<X>::element_type;
    static_assert(std::is_const_v<T> || !std::is_const_v<element>,
                  "cholinv: an output (out or info) is written, so its elements must not be const");
    static_assert(std::is_same_v<std::remove_cv_t<element>, std::remove_cv_t<T>>,
                  "cholinv: out must have the scalar type of the factor, and info must be of int; a view the type of its elements");
    return typename with_element<own_view_t<X>, T>::type(call_view(x, name, 0));
  } else if constexpr (is_seen_as<T, X>) {
    return call_view_as<T>(x, name, 0);
  } else if constexpr (std::is_convertible_v<X&, tensor_view<T>>) {
    return static_cast<tensor_view<T>>(x);
  } else {
    static_assert(require_matrix<X>());
  }
}

/// The scalar of a call: T where the caller names it, else that of X.
template <class T, class X, class = void>
struct scalar {
  using type = T;
};
template <class X, class None>
struct scalar<unnamed, X, None> {
  static_assert(require_matrix<X>());
  using type = double;  // not the reason of another error
};
template <class X>
struct scalar<unnamed, X, std::enable_if_t<is_seen<X>>> {
  using type = typename own_view_t<X>::value_type;
};
template <class T, class X>
using scalar_of = typename scalar<T, const X>::type;

/// The last argument of a call may be options instead of an output.
template <class O>
using if_output = std::enable_if_t<!std::is_convertible_v<O, options>>;

/// The arguments of a call whose scalar is T.
template <class T, class X>
auto input(const X& x, const char* name) {
  return view_as<const T>(x, name);
}
template <class T, class O>
auto output(O&& x, const char* name) {
  static_assert(!dies_with_elements<O>, "cholinv: this output (out or info) is a temporary that takes the result with it; give it a name");
  return view_as<T>(x, name);
}
template <class I>
tensor_view<int> info_output(I&& x) {
  if constexpr (std::is_same_v<I, int&>)  // of a single matrix
    return {&x, {}};
  else
    return output<int>(std::forward<I>(x), "argument info");
}

}  // namespace detail

/// The view of an object: same memory, shape and strides, nothing copied, valid as long as the object's own pointers are. It is a
/// tensor_view, or for a list of matrices that have memory of their own (a std::vector<Eigen::MatrixXd>) a pointer_batch.
///
/// Elements of a const container are const; a handle (an mdspan, a span) keeps the constness of its elements. A vector has rank 1.
///
/// `view<T>(x)` names the elements' type, T or const T, and has to where the type of x does not say it: torch::Tensor, DLTensor.
///
/// @throws std::invalid_argument where what is known at run time only does not fit: a torch::Tensor or DLTensor that holds other
///         elements, is not in the CPU's memory or is malformed, matrices of a list that differ in shape or strides, an mdspan whose
///         layout has no strides, a rank above max_rank. The message names the field, what it was and what it should be.
template <class T = detail::unnamed, class X>
auto view(X&& x) {
  static_assert(!detail::dies_with_elements<X>, "cholinv::view: this temporary takes its elements with it; give it a name");
  return detail::view_as<T>(x, "the argument");
}

CHOLINV_NAMESPACE_END
