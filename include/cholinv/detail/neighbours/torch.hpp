// torch::Tensor: its element type, device and layout are known at run time, so they are named and checked.
#pragma once

#include <complex>

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X, class = void>
struct is_torch : std::false_type {};
template <class X>
struct is_torch<X, std::void_t<decltype(std::declval<const X&>().defined()), decltype(std::declval<const X&>().scalar_type()),
                               decltype(std::declval<const X&>().is_conj()), decltype(std::declval<const X&>().is_neg()),
                               decltype(std::declval<const X&>().sizes()), decltype(std::declval<const X&>().strides()),
                               decltype(std::declval<const X&>().data_ptr())>> : std::true_type {};

/// What `Type`, torch's own list of element types, calls T.
template <class T, class Type>
constexpr Type torch_type() {
  if constexpr (std::is_same_v<T, float>)
    return Type::Float;
  else if constexpr (std::is_same_v<T, double>)
    return Type::Double;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return Type::ComplexFloat;
  else if constexpr (std::is_same_v<T, std::complex<double>>)
    return Type::ComplexDouble;
  else {
    static_assert(std::is_same_v<T, std::int32_t>,
                  "cholinv: the T that a torch::Tensor is viewed as should be float, double, a std::complex of them, or int");
    return Type::Int;
  }
}

/// torch's own name of an element type, found beside the type.
template <class Type>
auto torch_name(Type type, int) -> decltype(static_cast<const char*>(toString(type))) {
  return toString(type);
}
template <class Type>
const char* torch_name(Type, long) {
  return "another one";
}

template <class X>
struct neighbour<X, std::enable_if_t<is_torch<X>::value>> {
  static constexpr bool owns = false;  // a handle: tensors that share the elements live on

  template <class T>
  static tensor_view<T> view(const X& x, const char* name) {
    using type = decltype(x.scalar_type());
    using layout_type = decltype(x.layout());
    constexpr type expected = torch_type<std::remove_cv_t<T>, type>();
    if (!x.defined()) misuse({"view: ", name, ", a torch tensor, is undefined; it should have elements or at least a shape"});
    if (x.layout() != layout_type::Strided)
      misuse({"view: ", name, ", a torch tensor, has layout ", static_cast<int>(x.layout()), "; it should be strided (",
              static_cast<int>(layout_type::Strided), "), so call to_dense() first"});
    if (!x.device().is_cpu())
      misuse({"view: ", name, ", a torch tensor, is on a device of type ", static_cast<int>(x.device().type()),
              "; it should be on the CPU (", static_cast<int>(decltype(x.device().type())::CPU), "), so call cpu() first"});
    if (x.scalar_type() != expected)
      misuse({"view: ", name, ", a torch tensor, has scalar type ", torch_name(x.scalar_type(), 0), "; it should be ",
              torch_name(expected, 0), ", as the T it is viewed as"});
    if (x.is_conj())
      misuse({"view: ", name, ", a torch tensor, is lazily conjugated (is_conj); it should hold its values, so call resolve_conj() first"});
    if (x.is_neg())
      misuse({"view: ", name, ", a torch tensor, is lazily negated (is_neg); it should hold its values, so call resolve_neg() first"});
    check_rank(name, "a torch tensor", x.dim());
    const tensor_view<T> result(pointer<T>(x), integers(x.sizes()), integers(x.strides()));
    if (result.size() > 0 && result.data() == nullptr)
      misuse(
          {"view: ", name, ", a torch tensor, of shape ", result.shape(), " has no memory; it should hold ", result.size(), " elements"});
    return result;
  }

 private:
  // data_ptr() counts as a write for a tensor that is copied on write, const_data_ptr() (torch 2.1) does not.
  template <class T, class Y, class = decltype(std::declval<Y&>().const_data_ptr())>
  static T* pointer_for_reading(Y& x, int) {
    return static_cast<T*>(x.const_data_ptr());
  }
  template <class T, class Y>
  static T* pointer_for_reading(Y& x, long) {
    return static_cast<T*>(x.data_ptr());
  }
  template <class T>
  static T* pointer(const X& x) {
    if constexpr (std::is_const_v<T>)
      return pointer_for_reading<T>(x, 0);
    else
      return static_cast<T*>(x.data_ptr());
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
