// DLPack's managed tensors: owned on the way in, given away on the way out. Templates over the structs of your own dlpack.h, 0.x or 1.x.
#pragma once

#include <utility>

#include "view.hpp"

CHOLINV_NAMESPACE_BEGIN

/// A DLManagedTensor or DLManagedTensorVersioned that somebody else made, released exactly once: by the destructor, unless release()
/// took it out before. Every function takes it where the element type is named: cholesky_inverse<double>(x), view<const double>(x).
template <class Managed>
class dlpack_tensor {
 public:
  /// Takes ownership, also when it throws. Throws std::invalid_argument where `managed` is null or its major version is not 1.
  explicit dlpack_tensor(Managed* managed) : managed_(managed) {
    if (managed == nullptr) detail::misuse({"dlpack_tensor: argument managed is null; it should point to a managed tensor"});
    struct guard {  // the destructor does not run where the constructor throws
      Managed* held;
      ~guard() { release(held); }
    } until_checked{managed};
    detail::check_dlpack_version(*managed, "argument managed");
    until_checked.held = nullptr;
  }
  /// Moving hands the ownership on.
  dlpack_tensor(dlpack_tensor&& other) noexcept : managed_(other.release()) {}
  /// The two change places.
  dlpack_tensor& operator=(dlpack_tensor&& other) noexcept {
    std::swap(managed_, other.managed_);
    return *this;
  }
  ~dlpack_tensor() { release(managed_); }

  Managed* get() const noexcept { return managed_; }                        ///< still owned; null after release()
  Managed* release() noexcept { return std::exchange(managed_, nullptr); }  ///< the caller calls the deleter from here on

 private:
  // A deleter may be null: nothing is to be done then.
  static void release(Managed* managed) noexcept {
    if (managed != nullptr && managed->deleter != nullptr) managed->deleter(managed);
  }

  Managed* managed_;
};

template <class Managed>
struct tensor_traits<dlpack_tensor<Managed>> {
  static constexpr bool owns = true;

  template <class T>
  static tensor_view<T> view(const dlpack_tensor<Managed>& x, const char* name) {
    if (x.get() == nullptr) detail::misuse({"view: ", name, ", a dlpack_tensor, was released; it should hold a managed tensor"});
    return detail::neighbour<Managed>::template view<T>(*x.get(), name);
  }
};

namespace detail {

template <class X>
auto set_dlpack_cpu(X& x, int) -> decltype(static_cast<void>(x.device)) {
  x.device.device_type = static_cast<decltype(x.device.device_type)>(1);
  x.device.device_id = 0;
}
template <class X>
auto set_dlpack_cpu(X& x, long) -> decltype(static_cast<void>(x.ctx)) {  // before DLPack 0.4
  x.ctx.device_type = static_cast<decltype(x.ctx.device_type)>(1);
  x.ctx.device_id = 0;
}

/// A tensor on its way out, with the arrays that its DLTensor points to.
template <class Managed, class T>
struct exported {
  Managed managed{};
  tensor<T> elements;
  std::int64_t shape[max_rank], strides[max_rank];

  explicit exported(tensor<T>&& from) : elements(std::move(from)) {
    for (int d = 0; d < elements.rank(); ++d) shape[d] = elements.extent(d), strides[d] = elements.stride(d);
    auto& x = managed.dl_tensor;
    x.data = elements.data();
    set_dlpack_cpu(x, 0);
    x.ndim = elements.rank();
    x.dtype.code = static_cast<decltype(x.dtype.code)>(dlpack_type_of<T>().code);
    x.dtype.bits = static_cast<decltype(x.dtype.bits)>(dlpack_type_of<T>().bits);
    x.dtype.lanes = 1;
    x.shape = shape;
    x.strides = strides;
    x.byte_offset = 0;
    managed.manager_ctx = this;
    managed.deleter = [](Managed* self) { delete static_cast<exported*>(self->manager_ctx); };
    if constexpr (has_version<Managed>::value) managed.version.major = dlpack_major;
  }
};

}  // namespace detail

/// Gives a tensor away as to_dlpack<DLManagedTensor>(std::move(t)), or as a DLManagedTensorVersioned of version 1.0: same memory, nothing
/// copied; its deleter frees it. T is float, double, a std::complex of them, or int. The data lies on a cache line (64 bytes).
/// Throws std::bad_alloc with the tensor untouched.
template <class Managed, class T>
Managed* to_dlpack(tensor<T>&& t) {
  return &(new detail::exported<Managed, T>(std::move(t)))->managed;
}

CHOLINV_NAMESPACE_END
