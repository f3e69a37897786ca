// Contiguous ranges (std::vector, std::array, a span, a built-in array): of scalars, rank 1; of fixed-size matrices, one strided batch; of
// matrices that own memory elsewhere, a batch of pointers.
#pragma once

#include <complex>

#include "eigen.hpp"
#include "xtensor.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X>
using range_element = pointed<decltype(std::data(std::declval<X&>()))>;

// Matrices may have data(), size() and even begin() as well; what they are is said elsewhere, or by nobody.
template <class X, class = void>
struct has_rows : std::false_type {};
template <class X>
struct has_rows<X, std::void_t<decltype(std::declval<const X&>().rows())>> : std::true_type {};
template <class X, class = void>
struct is_range : std::false_type {};
template <class X>
struct is_range<X, std::void_t<range_element<X>, decltype(std::size(std::declval<const X&>())),
                               std::enable_if_t<std::is_same_v<decltype(*std::begin(std::declval<X&>())), range_element<X>&>>>>
    : std::bool_constant<!std::is_base_of_v<layout, X> && !has_rows<X>::value && !is_eigen<X>::value && !is_xtensor<X>::value> {};

template <class E>
struct is_number : std::is_arithmetic<E> {};
template <class R>
struct is_number<std::complex<R>> : std::true_type {};

template <class M, class = void>
struct has_fixed_size : std::false_type {};
template <class M>
struct has_fixed_size<M, std::enable_if_t<neighbour<M>::owns && neighbour<M>::fixed_size>> : std::true_type {};

template <class M, class = void>
struct is_listed : std::false_type {};
template <class M>
struct is_listed<M, std::void_t<decltype(neighbour<M>::data(std::declval<M&>()))>> : std::bool_constant<!has_fixed_size<M>::value> {};

template <class X, class E, class = void>
struct range_neighbour {};

template <class X, class E>
struct range_neighbour<X, E, std::enable_if_t<is_number<E>::value>> {
  template <class Y>
  static tensor_view<range_element<Y>> view(Y& x) {
    return {std::data(x), {std::size(x)}};
  }
};

template <class X, class M>
struct range_neighbour<X, M, std::enable_if_t<has_fixed_size<M>::value>> {
  template <class Y>
  static auto view(Y& x) -> decltype(neighbour<M>::view(*std::data(x))) {
    using scalar = typename M::Scalar;
    static_assert(sizeof(M) % sizeof(scalar) == 0,
                  "cholinv: two neighbouring matrices of this range are not a whole number of scalars apart");
    const layout one = neighbour<M>::packed();
    extents_list shape{std::size(x)}, strides{sizeof(M) / sizeof(scalar)};
    for (int d = 0; d < one.rank(); ++d) shape.push_back(one.extent(d)), strides.push_back(one.stride(d));
    return {std::size(x) == 0 ? nullptr : std::data(x)->data(), shape, strides};
  }
};

template <class X, class M>
struct range_neighbour<X, M, std::enable_if_t<is_listed<M>::value>> {
  template <class Y>
  static auto view(Y& x, const char* name) -> pointer_batch<typename decltype(neighbour<M>::view(*std::data(x)))::element_type> {
    auto* const matrices = std::data(x);
    const index_t count = checked_integer(std::size(x)).value;
    if (count == 0) return {matrix_list{}, 0, layout({0, 0})};
    const layout first = neighbour<M>::view(matrices[0]);
    if (first.rank() != 2) misuse({"view: ", name, ", a list of matrices: matrix 0 has rank ", first.rank(), "; it should have rank 2"});
    for (index_t b = 1; b < count; ++b) {
      const layout other = neighbour<M>::view(matrices[b]);
      if (other.shape() != first.shape())
        misuse({"view: ", name, ", a list of matrices: matrix ", b, " has shape ", other.shape(),
                "; it should have the shape of matrix 0, ", first.shape()});
      if (!same_strides(first, other))
        misuse({"view: ", name, ", a list of matrices: matrix ", b, " has strides ", other.strides(),
                "; it should have the strides of matrix 0, ", first.strides()});
    }
    return {matrix_list{matrices, &pick}, count, first};
  }

 private:
  // The element type of the batch remembers what was const.
  static void* pick(const void* matrices, index_t b) {
    return const_cast<void*>(static_cast<const void*>(neighbour<M>::data(const_cast<M*>(static_cast<const M*>(matrices))[b])));
  }
};

template <class X>
struct neighbour<X, std::enable_if_t<is_range<X>::value>> : range_neighbour<X, std::remove_cv_t<range_element<X>>> {
  static constexpr bool owns = !std::is_const_v<range_element<X>> && std::is_const_v<range_element<const X>>;
};

}  // namespace detail
CHOLINV_NAMESPACE_END
