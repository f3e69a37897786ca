// What a neighbouring library's matrix is known by: its members, for none of the neighbours' headers is included here.
#pragma once

#include <cstdint>

#include "../../pointer_batch.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// A specialisation sees one family of types. It has `view(X&)`, X maybe const, or `view<T>(X&)` where the element type is known at run
/// time only; `owns`: do the elements die with the object? And perhaps `data(X&)`, the quick way to the first element. A view that may
/// be refused takes the name of the argument for its message as a second argument.
template <class X, class = void>
struct neighbour {};

template <class T>
struct neighbour<tensor_view<T>> {
  static constexpr bool owns = false;
  static T* data(const tensor_view<T>& x) { return x.data(); }
  static tensor_view<T> view(const tensor_view<T>& x) { return x; }
};
template <class T>
struct neighbour<pointer_batch<T>> {
  static constexpr bool owns = false;
  static pointer_batch<T> view(const pointer_batch<T>& x) { return x; }
};
template <class T>
struct neighbour<tensor<T>> {
  static constexpr bool owns = true;
  static T* data(tensor<T>& x) { return x.data(); }
  static tensor_view<T> view(tensor<T>& x) { return x; }
  static tensor_view<const T> view(const tensor<T>& x) { return x; }
};

template <class Pointer>
using pointed = std::remove_pointer_t<std::remove_reference_t<Pointer>>;

/// Some libraries' lists convert to whatever is wanted, so that a conversion to an extents_list is ambiguous.
template <class R>
extents_list integers(const R& range) {
  extents_list list;
  for (const auto& i : range) list.push_back(checked_integer(i).value);
  return list;
}

inline void check_rank(const char* name, const char* what, std::int64_t rank) {
  if (rank < 0 || rank > max_rank) misuse({"view: ", name, ", ", what, ", has rank ", rank, "; it should be 0 to ", max_rank});
}

}  // namespace detail
CHOLINV_NAMESPACE_END
