// xtensor: containers, adaptors and strided views. A lazy expression or a view by index lists has no strides or no memory.
#pragma once

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X, class = void>
struct is_xtensor : std::false_type {};
template <class X>
struct is_xtensor<X, std::void_t<decltype(X::static_layout), typename X::temporary_type, decltype(std::declval<const X&>().shape()),
                                 decltype(std::declval<const X&>().strides()), decltype(std::declval<const X&>().data_offset()),
                                 decltype(*std::declval<const X&>().data())>> : std::true_type {};

template <class X>
struct neighbour<X, std::enable_if_t<is_xtensor<X>::value>> {
  static constexpr bool owns = std::is_same_v<typename X::temporary_type, X>;

  template <class Y>
  static auto data(Y& x) -> decltype(x.data()) {
    return x.data() + static_cast<index_t>(x.data_offset());
  }
  template <class Y>
  static auto view(Y& x) -> tensor_view<pointed<decltype(x.data())>> {
    const extents_list strides = integers(x.strides());  // first: a view computes its offset with them
    return {data(x), integers(x.shape()), strides};
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
