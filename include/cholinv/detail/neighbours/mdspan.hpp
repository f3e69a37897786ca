// std::mdspan and Kokkos' mdspan, of any layout that has strides. An mdspan is a handle: a const one of double is still written.
#pragma once

#include <utility>

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

// An accessor that computes (scaled, conjugated, atomic) does not refer to plain elements, and a handle of its own is no pointer.
template <class X, class = void>
struct is_mdspan : std::false_type {};
template <class X>
struct is_mdspan<X, std::void_t<typename X::extents_type, typename X::mapping_type, typename X::accessor_type, decltype(X::rank()),
                                decltype(X::is_always_strided()), decltype(std::declval<const X&>().mapping()),
                                decltype(std::declval<const X&>().data_handle())>>
    : std::bool_constant<std::is_same_v<typename X::data_handle_type, typename X::element_type*> &&
                         std::is_same_v<typename X::reference, typename X::element_type&> && (X::rank() <= max_rank)> {};

template <class X>
struct neighbour<X, std::enable_if_t<is_mdspan<X>::value>> {
  static constexpr bool owns = false;

  static tensor_view<typename X::element_type> view(const X& x, const char* name) {
    if constexpr (!X::is_always_strided())
      if (!x.is_strided()) misuse({"view: ", name, ", an mdspan, has a layout without strides; its is_strided() should be true"});
    extents_list shape, strides;
    if constexpr (X::rank() > 0)  // else stride() is not to be named
      for (std::size_t d = 0; d < X::rank(); ++d) {
        shape.push_back(checked_integer(x.extent(d)).value);
        strides.push_back(checked_integer(x.stride(d)).value);
      }
    return {data(x), shape, strides};
  }
  /// A layout may begin anywhere, for one at its end; an empty one has no first element to ask for.
  static typename X::element_type* data(const X& x) {
    return x.size() == 0 ? x.data_handle() : x.data_handle() + first(x, std::make_index_sequence<X::rank()>());
  }

 private:
  template <std::size_t... D>
  static index_t first(const X& x, std::index_sequence<D...>) {
    return static_cast<index_t>(x.mapping()((static_cast<void>(D), 0)...));
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
