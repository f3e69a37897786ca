// Tensors: tensor_view (strided, non-owning) and tensor (owning, row-major). Shapes count elements, strides count elements.
#pragma once

#include <array>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <type_traits>

#include "detail/buffer.hpp"
#include "options.hpp"

CHOLINV_NAMESPACE_BEGIN

namespace detail {

/// Any integer, refused when index_t cannot hold it: what braced lists of mixed integer types are made of.
struct checked_integer {
  index_t value;
  template <class I, class = std::enable_if_t<std::is_integral_v<I>>>
  checked_integer(I i) : value(static_cast<index_t>(i)) {
    if ((value < 0) != (i < I(0)) || static_cast<I>(value) != i)
      misuse({"tensor: an extent or stride is ", i, ", which does not fit index_t"});
  }
};

}  // namespace detail

/// The highest rank of a tensor: matrices in up to six batch dimensions.
inline constexpr int max_rank = 8;

/// A short list of integers, one a dimension: a shape or the strides. Made from a braced list of any integers or from any range of
/// them. Throws std::invalid_argument when there are more than max_rank or one does not fit index_t.
class extents_list {
  using integer = detail::checked_integer;
  template <class R>
  using range_value = std::remove_cv_t<std::remove_reference_t<decltype(*std::begin(std::declval<const R&>()))>>;

 public:
  extents_list() = default;  ///< no dimensions
  /// From a braced list, as {1000, n, n}.
  extents_list(std::initializer_list<integer> list) {
    for (const integer& i : list) push_back(i.value);
  }
  /// From a vector, an array or any other range.
  template <class R, class = std::enable_if_t<std::is_integral_v<range_value<R>>>>
  extents_list(const R& range) {
    for (const auto& i : range) push_back(integer(i).value);
  }

  /// One more dimension, the last.
  void push_back(index_t value) {
    if (size_ == max_rank) detail::misuse({"tensor: the rank of a tensor is more than ", max_rank, "; it should be at most that"});
    values_[static_cast<std::size_t>(size_++)] = value;
  }
  operator detail::word() const noexcept { return {values_.data(), size_}; }
  int size() const noexcept { return size_; }                                                ///< number of dimensions
  index_t operator[](int d) const noexcept { return values_[static_cast<std::size_t>(d)]; }  ///< entry d
  index_t& operator[](int d) noexcept { return values_[static_cast<std::size_t>(d)]; }       ///< entry d
  const index_t* begin() const noexcept { return values_.data(); }                           ///< the first entry
  const index_t* end() const noexcept { return values_.data() + size_; }                     ///< behind the last
  /// The same entries?
  friend bool operator==(const extents_list& a, const extents_list& b) noexcept {
    if (a.size_ != b.size_) return false;
    for (int d = 0; d < a.size_; ++d)
      if (a[d] != b[d]) return false;
    return true;
  }
  /// Different ones?
  friend bool operator!=(const extents_list& a, const extents_list& b) noexcept { return !(a == b); }

 private:
  int size_ = 0;
  std::array<index_t, max_rank> values_{};
};

namespace detail {

/// Of two non-negative numbers.
inline bool multiply_overflows(index_t a, index_t b) noexcept {
  index_t product;
  return __builtin_mul_overflow(a, b, &product);
}

/// How many elements a shape has. Throws std::invalid_argument for a negative extent or a product beyond index_t. `strides`, a list
/// as long, become the row-major ones where they are wanted; there an extent of 0 counts as 1, and what overflows in an empty shape is
/// never used.
inline index_t checked_size(const extents_list& shape, extents_list* strides = nullptr) {
  index_t size = 1;
  bool empty = false, overflow = false;
  for (int d = shape.size() - 1; d >= 0; --d) {
    const index_t extent = shape[d];
    if (extent < 0) misuse({"tensor: extent ", d, " of shape ", shape, " is negative; it should be at least 0"});
    if (strides != nullptr) (*strides)[d] = size;
    if (extent == 0)
      empty = true;
    else if (multiply_overflows(size, extent))
      overflow = true;
    else
      size *= extent;
  }
  if (empty) return 0;
  if (overflow) misuse({"tensor: shape ", shape, " has more elements than index_t can count"});
  return size;
}

/// What tensor and tensor_view share: a shape with its strides. Both lists are made where they stay: to copy what was written a moment ago,
/// number by number, holds up a call with a small matrix for longer than all its checks.
class layout {
 public:
  /// Row-major.
  layout(const extents_list& shape) {
    for (index_t extent : shape) shape_.push_back(extent), strides_.push_back(1);
    size_ = checked_size(shape, &strides_);
  }
  layout(const extents_list& shape, const extents_list& strides) : size_(checked_size(shape)) {
    if (strides.size() != shape.size())
      misuse({"tensor: strides ", strides, " has ", strides.size(), " entries; shape ", shape, " needs ", shape.size()});
    for (int d = 0; d < shape.size(); ++d) shape_.push_back(shape[d]), strides_.push_back(strides[d]);
  }

  int rank() const noexcept { return shape_.size(); }                ///< number of dimensions
  index_t extent(int d) const noexcept { return shape_[d]; }         ///< length of dimension d, in elements
  index_t stride(int d) const noexcept { return strides_[d]; }       ///< step of dimension d, in elements
  index_t size() const noexcept { return size_; }                    ///< number of elements
  const extents_list& shape() const noexcept { return shape_; }      ///< all extents
  const extents_list& strides() const noexcept { return strides_; }  ///< all strides, in elements

 protected:
  template <class... I>
  index_t offset(I... index) const noexcept {
    static_assert((std::is_integral_v<I> && ...), "an index is an integer");
    index_t sum = 0;
    int d = 0;
    ((sum += static_cast<index_t>(index) * strides_[d++]), ...);
    return sum;
  }

 private:
  index_t size_;
  extents_list shape_, strides_;
};

/// Says of a new tensor that all of its elements will be written.
struct unwritten {
  explicit unwritten() = default;
};

/// Of two layouts of one shape; strides of extents <= 1 do not count.
inline bool same_strides(const layout& a, const layout& b) noexcept {
  for (int d = 0; d < a.rank(); ++d)
    if (a.extent(d) > 1 && a.stride(d) != b.stride(d)) return false;
  return true;
}

}  // namespace detail

template <class T>
class tensor;

/// A tensor somebody else owns: pointer, shape and strides, both counted in elements. Strides may be zero, negative, permuted or
/// padded. Copying a view copies no element. A tensor_view<T> converts to tensor_view<const T>.
template <class T>
class tensor_view : public detail::layout {
 public:
  using element_type = T;                  ///< maybe const
  using value_type = std::remove_cv_t<T>;  ///< never const

  /// Row-major contiguous. Throws std::invalid_argument when an extent is negative or the size overflows index_t.
  tensor_view(T* data, const extents_list& shape) : layout(shape), data_(data) {}
  /// Any strides, in elements; `data` is the address of element (0, 0, ...). Throws also when the ranks differ.
  tensor_view(T* data, const extents_list& shape, const extents_list& strides) : layout(shape, strides), data_(data) {}
  /// From a view of elements that are not const.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T> && !std::is_const_v<U>>>
  tensor_view(const tensor_view<U>& other) noexcept : layout(other), data_(other.data()) {}

  T* data() const noexcept { return data_; }  ///< the address of element (0, 0, ...)
  /// Element access, unchecked: as many integers as the rank.
  template <class... I>
  T& operator()(I... index) const noexcept {
    return data_[offset(index...)];
  }

 private:
  template <class>
  friend class tensor;
  template <class U>
  tensor_view(const tensor<U>& owner, T* data) noexcept : layout(owner), data_(data) {}

  T* data_;
};

/// A tensor that owns its elements: row-major contiguous, zero-initialised, its first element on a cache line.
template <class T>
class tensor : public detail::layout {
  static_assert(!std::is_const_v<T>,
                "cholinv::tensor<const T>: the elements "
                "of an owning tensor are not const");
  static_assert(alignof(T) <= detail::cache_line, "cholinv::tensor: T wants more than cache line alignment");

 public:
  using element_type = T;  ///< never const
  using value_type = T;    ///< the same

  tensor() : tensor({0}) {}  ///< shape (0)
  /// All elements T(). Throws std::invalid_argument when an extent is negative or the size overflows.
  explicit tensor(const extents_list& shape) : layout(shape), memory_(bytes(*this)), data_(static_cast<T*>(memory_.data())) {
    std::uninitialized_value_construct_n(data_, size());
  }
  /// Elements that hold anything, for the library's own use.
  tensor(const extents_list& shape, detail::unwritten) : layout(shape), memory_(bytes(*this)), data_(static_cast<T*>(memory_.data())) {
    static_assert(std::is_trivially_copyable_v<T>, "cholinv::tensor: only numbers may begin without a value");
  }
  /// The same from a braced list of integers.
  explicit tensor(std::initializer_list<detail::checked_integer> shape) : tensor(extents_list(shape)) {}
  /// A copy of all elements.
  tensor(const tensor& other) : layout(other.shape()), memory_(bytes(*this)), data_(static_cast<T*>(memory_.data())) {
    std::uninitialized_copy_n(other.data_, size(), data_);
  }
  /// Takes the elements; `other` is left with shape (0).
  tensor(tensor&& other) noexcept : layout(other), memory_(std::move(other.memory_)), data_(std::exchange(other.data_, nullptr)) {
    static_cast<layout&>(other) = layout({0});
  }
  /// By copy or by move.
  tensor& operator=(tensor other) noexcept {
    std::swap(static_cast<layout&>(*this), static_cast<layout&>(other));
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~tensor() { std::destroy_n(data_, size()); }

  T* data() noexcept { return data_; }                      ///< the first element
  const T* data() const noexcept { return data_; }          ///< the first element
  T* begin() noexcept { return data_; }                     ///< the first element
  T* end() noexcept { return data_ + size(); }              ///< behind the last
  const T* begin() const noexcept { return data_; }         ///< the first element
  const T* end() const noexcept { return data_ + size(); }  ///< behind the last
  /// Element access, unchecked: as many integers as the rank.
  template <class... I>
  T& operator()(I... index) noexcept {
    return data_[offset(index...)];
  }
  /// The same, of a const tensor.
  template <class... I>
  const T& operator()(I... index) const noexcept {
    return data_[offset(index...)];
  }

  /// A view of all of it, valid as long as the tensor is.
  operator tensor_view<T>() & noexcept { return {*this, data_}; }
  /// The same, read-only.
  operator tensor_view<const T>() const noexcept { return {*this, data_}; }

 private:
  static std::size_t bytes(const layout& l) {
    if (detail::multiply_overflows(l.size(), static_cast<index_t>(sizeof(T))) ||
        l.size() * static_cast<index_t>(sizeof(T)) > std::numeric_limits<index_t>::max() - 64)
      detail::misuse({"tensor: shape ", l.shape(), " needs more bytes than index_t can count"});
    return static_cast<std::size_t>(l.size()) * sizeof(T);
  }

  detail::buffer memory_;
  T* data_;
};

CHOLINV_NAMESPACE_END
