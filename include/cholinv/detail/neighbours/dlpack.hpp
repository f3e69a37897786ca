// DLTensor of DLPack 0.x and 1.x. It comes from another program's hands: every field is checked before it is used.
#pragma once

#include <complex>
#include <cstdint>

#include "neighbour.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X, class = void>
struct is_dlpack : std::false_type {};
template <class X>
struct is_dlpack<
    X, std::void_t<decltype(std::declval<X&>().dtype.lanes), decltype(std::declval<X&>().ndim), decltype(*std::declval<X&>().shape),
                   decltype(*std::declval<X&>().strides), decltype(std::declval<X&>().byte_offset), decltype(std::declval<X&>().data)>>
    : std::is_same<decltype(std::declval<X&>().data), void*> {};

/// A DLDataType of one lane.
struct dlpack_type {
  int code, bits;
};
template <class T>
constexpr dlpack_type dlpack_type_of() {
  constexpr int bits = 8 * static_cast<int>(sizeof(T)), signed_integer = 0, floating = 2, complex = 5;
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    return {floating, bits};
  else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>)
    return {complex, bits};
  else {
    static_assert(std::is_same_v<T, int>, "cholinv: the T of a DLPack tensor should be float, double, a std::complex of them, or int");
    return {signed_integer, bits};
  }
}

/// A DLTensor's fields as numbers: what is checked does not depend on whose struct it is, nor on T.
struct dlpack_fields {
  void* data;
  std::int64_t device, rank;
  int code, bits, lanes;
  const std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};

struct dlpack_memory {
  void* data;
  extents_list shape, strides;
};

inline dlpack_memory checked_dlpack(const char* name, const dlpack_fields& x, dlpack_type expected, std::size_t element_size,
                                    std::size_t alignment) {
  constexpr std::int64_t cpu = 1, cuda_host = 3, rocm_host = 11;
  if (x.device != cpu && x.device != cuda_host && x.device != rocm_host)
    misuse({"view: ", name, ", a DLTensor, has device_type ", x.device, "; it should be ", cpu, " (CPU), or ", cuda_host, " or ", rocm_host,
            " (pinned host memory)"});
  if (x.code != expected.code || x.bits != expected.bits || x.lanes != 1)
    misuse({"view: ", name, ", a DLTensor, has dtype code ", x.code, ", ", x.bits, " bits and ", x.lanes, " lanes; it should have code ",
            expected.code, ", ", expected.bits, " bits and 1 lane, as the T it is viewed as"});
  check_rank(name, "a DLTensor whose ndim is the rank", x.rank);
  const int rank = static_cast<int>(x.rank);
  if (rank > 0 && x.shape == nullptr)
    misuse({"view: ", name, ", a DLTensor, has a null shape but ndim is ", rank, "; shape should point to as many extents"});

  dlpack_memory result{x.data, {}, {}};
  for (int d = 0; d < rank; ++d) result.shape.push_back(checked_integer(x.shape[d]).value);
  auto bytes = static_cast<index_t>(element_size);
  bool overflow = false;
  for (index_t extent : result.shape) {
    if (extent < 0) misuse({"view: ", name, ", a DLTensor, has shape ", result.shape, "; its extents should be at least 0"});
    if (bytes == 0 || extent == 0)
      bytes = 0;
    else if (multiply_overflows(bytes, extent))
      overflow = true;
    else
      bytes *= extent;
  }
  if (overflow && bytes != 0)
    misuse({"view: ", name, ", a DLTensor, has shape ", result.shape, "; it should have no more bytes than index_t can count"});
  if (x.strides == nullptr) {
    result.strides = layout(result.shape).strides();
  } else {
    for (int d = 0; d < rank; ++d) result.strides.push_back(checked_integer(x.strides[d]).value);
  }
  if (bytes == 0) return result;
  if (x.data == nullptr)
    misuse({"view: ", name, ", a DLTensor of shape ", result.shape, ", has null data; it should point to the elements"});
  const auto address = reinterpret_cast<std::uintptr_t>(x.data);
  if (x.byte_offset > std::numeric_limits<std::uintptr_t>::max() - address)
    misuse({"view: ", name, ", a DLTensor, has byte_offset ", x.byte_offset, "; data + byte_offset should be in the address space"});
  if ((address + static_cast<std::uintptr_t>(x.byte_offset)) % alignment != 0)
    misuse({"view: ", name, ", a DLTensor with byte_offset ", x.byte_offset,
            ", is not aligned; data + byte_offset should be a multiple of ", alignment, " bytes"});
  result.data = static_cast<char*>(x.data) + x.byte_offset;
  return result;
}

template <class X>
auto dlpack_device(const X& x, int) -> decltype(x.device.device_type) {
  return x.device.device_type;
}
template <class X>
auto dlpack_device(const X& x, long) -> decltype(x.ctx.device_type) {  // before DLPack 0.4
  return x.ctx.device_type;
}

template <class X>
struct neighbour<X, std::enable_if_t<is_dlpack<X>::value>> {
  static constexpr bool owns = false;

  template <class T>
  static tensor_view<T> view(const X& x, const char* name) {
    const dlpack_memory m = checked_dlpack(name,
                                           {x.data, static_cast<std::int64_t>(dlpack_device(x, 0)), x.ndim, x.dtype.code, x.dtype.bits,
                                            x.dtype.lanes, x.shape, x.strides, x.byte_offset},
                                           dlpack_type_of<std::remove_cv_t<T>>(), sizeof(T), alignof(T));
    return {static_cast<T*>(m.data), m.shape, m.strides};
  }
};

// The managed structs, seen without being released: DLManagedTensor, and DLManagedTensorVersioned with its version and flags.
template <class X, class = void>
struct is_managed_dlpack : std::false_type {};
template <class X>
struct is_managed_dlpack<X, std::void_t<decltype(std::declval<X&>().manager_ctx), decltype(std::declval<X&>().deleter)>>
    : is_dlpack<std::remove_cv_t<decltype(std::declval<X&>().dl_tensor)>> {};
template <class X, class = void>
struct has_version : std::false_type {};
template <class X>
struct has_version<X, std::void_t<decltype(std::declval<X&>().version.major), decltype(std::declval<X&>().flags)>> : std::true_type {};

inline constexpr std::uint32_t dlpack_major = 1;
inline constexpr std::uint64_t dlpack_read_only = 1;

/// Where the major version is another one, nothing behind it is where it seems to be, but for the deleter.
template <class X>
void check_dlpack_version(const X& x, const char* name) {
  if constexpr (has_version<X>::value)
    if (x.version.major != dlpack_major)
      misuse({"view: ", name, ", a DLManagedTensorVersioned, has major version ", x.version.major, "; it should be ", dlpack_major});
}

template <class X>
struct neighbour<X, std::enable_if_t<is_managed_dlpack<X>::value>> {
  static constexpr bool owns = false;

  template <class T>
  static tensor_view<T> view(const X& x, const char* name) {
    check_dlpack_version(x, name);
    if constexpr (has_version<X>::value && !std::is_const_v<T>)
      if ((x.flags & dlpack_read_only) != 0)
        misuse({"view: ", name, ", a DLManagedTensorVersioned, has flags ", x.flags, ", which says read-only; it should not have bit ",
                dlpack_read_only, " where the elements are written, or they should be viewed as const"});
    return neighbour<std::remove_cv_t<decltype(x.dl_tensor)>>::template view<T>(x.dl_tensor, name);
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
