// Which matrices of a pointer_batch share memory? Their lines are sorted by address, so only neighbours are looked at closely.
#pragma once

#include <algorithm>
#include <memory>

#include "../pointer_batch.hpp"
#include "overlap.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

template <class X>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<pointer_batch<T>> = true;

template <class T>
T* data_of(const tensor_view<T>& x) {
  return x.data();
}
template <class T>
T* data_of(const pointer_batch<T>&) {
  return nullptr;
}
template <class T>
matrix_list list_of(const tensor_view<T>&) {
  return {};
}
template <class T>
matrix_list list_of(const pointer_batch<T>& x) {
  return x.list();
}

/// The matrices of an argument, of shape (count, n, n) and not empty, as bytes. Throws std::invalid_argument where there is a null
/// pointer or a matrix reaches further than index_t can count.
template <class T>
class matrix_footprints {
 public:
  matrix_footprints(const char* function, const char* name, const tensor_view<const T>& x)
      : list_{}, data_(x.data()), step_(x.stride(0)), matrix_({x.extent(1), x.extent(2)}, {x.stride(1), x.stride(2)}) {
    const footprint all = footprint_of(function, name, x);
    first_ = footprint_of(function, name, matrix_, at(0), sizeof(T));
    lowest_ = all.low, highest_ = all.high;
  }
  matrix_footprints(const char* function, const char* name, const pointer_batch<const T>& x)
      : list_(x.list()), data_(nullptr), step_(0), matrix_({x.extent(1), x.extent(2)}, {x.stride(1), x.stride(2)}) {
    if (list_.from == nullptr)
      misuse({function, ": argument ", name, " has a null array of pointers; it should hold ", x.extent(0), " pointers"});
    std::uintptr_t least = std::numeric_limits<std::uintptr_t>::max(), most = 0;
    for (index_t b = 0; b < x.extent(0); ++b) {
      const auto address = reinterpret_cast<std::uintptr_t>(at(b));
      if (address == 0)
        misuse(
            {function, ": argument ", name, ": the pointer to matrix ", b, " is null; it should point to ", matrix_.size(), " elements"});
      least = std::min(least, address), most = std::max(most, address);
    }
    first_ = footprint_of(function, name, matrix_, at(0), sizeof(T));
    lowest_ = first_.low + (least - origin()), highest_ = first_.high + (most - origin());
  }

  const T* at(index_t b) const { return list_.from == nullptr ? data_ + b * step_ : list_.at<const T>(b); }
  const layout& matrix() const noexcept { return matrix_; }
  /// The first byte of matrix b.
  std::uintptr_t low(index_t b) const { return first_.low + (reinterpret_cast<std::uintptr_t>(at(b)) - origin()); }
  footprint of(index_t b) const {
    footprint f = first_;
    f.low = low(b), f.high += f.low - first_.low;
    return f;
  }
  /// From the first byte of all to the last, for meet() alone: it has no strides.
  footprint range() const {
    footprint f;
    f.low = lowest_, f.high = highest_, f.element_size = first_.element_size;
    return f;
  }

 private:
  std::uintptr_t origin() const { return reinterpret_cast<std::uintptr_t>(at(0)); }

  matrix_list list_;
  const T* data_;
  index_t step_;
  layout matrix_;
  footprint first_;
  std::uintptr_t lowest_ = 0, highest_ = 0;
};

/// A matrix as lines of memory: a single one where its rows, or its columns, lie close together.
struct lines {
  index_t count = 1;
  std::uintptr_t step = 0, length = 0;

  explicit lines(const footprint& f) : length(f.high - f.low + static_cast<std::uintptr_t>(f.element_size)) {
    if (f.rank < 2) return;
    const int outer = f.stride[0] < f.stride[1] ? 1 : 0;
    const auto line = static_cast<std::uintptr_t>(f.stride[1 - outer] * f.bound[1 - outer] + f.element_size);
    if (static_cast<std::uintptr_t>(f.stride[outer]) <= 2 * line) return;
    count = f.bound[outer] + 1, step = static_cast<std::uintptr_t>(f.stride[outer]), length = line;
  }
};

struct line_start {
  std::uintptr_t address;
  index_t matrix;
};

/// Bytes that hold the lines of a batch, whatever its strides.
inline std::size_t line_bytes(const char* function, index_t count, index_t order) {
  constexpr auto size = static_cast<index_t>(sizeof(line_start));
  if (multiply_overflows(count, order) || multiply_overflows(count * order, size) ||
      count * order * size > std::numeric_limits<index_t>::max() - static_cast<index_t>(cache_line))
    misuse({function, ": a list of ", count, " matrices of order ", order, " does not fit the address space"});
  return with_alignment_slack(static_cast<std::size_t>(count * order * size));
}

/// Throws std::invalid_argument when two matrices of `out` share memory, or one shares memory with a matrix of `in` that it does not
/// replace. O(m log m) for m lines in `memory` wherever the lines of different matrices do not interleave, O(m) where they are in order and
/// inputs come before all results or after, or are all replaced.
template <class T>
void check_lists_apart(const char* function, const char* in_name, const matrix_footprints<T>& in, const matrix_footprints<T>& out,
                       index_t count, void* memory) {
  const lines shape(out.of(0)), in_shape(in.of(0));
  auto* const begin = static_cast<line_start*>(memory);
  line_start* end = begin;
  for (index_t b = 0; b < count; ++b)
    for (index_t l = 0; l < shape.count; ++l)
      ::new (static_cast<void*>(end++)) line_start{out.low(b) + static_cast<std::uintptr_t>(l) * shape.step, b};
  const auto earlier = [](const line_start& x, const line_start& y) { return x.address < y.address; };
  if (!std::is_sorted(begin, end, earlier)) std::sort(begin, end, earlier);

  for (const line_start* x = begin; x != end; ++x)
    for (const line_start* y = x + 1; y != end && y->address - x->address < shape.length; ++y)
      if (x->matrix != y->matrix && overlap(out.of(x->matrix), out.of(y->matrix)))
        misuse({function, ": argument out: matrices ", std::min(x->matrix, y->matrix), " and ", std::max(x->matrix, y->matrix),
                " share memory; they should all lie apart"});

  if (!meet(in.range(), out.range())) return;
  const bool same = same_strides(in.matrix(), out.matrix());
  for (index_t b = 0; b < count; ++b) {
    if (same && in.at(b) == out.at(b)) continue;  // which shares no memory with other results
    for (index_t l = 0; l < in_shape.count; ++l) {
      const std::uintptr_t line = in.low(b) + static_cast<std::uintptr_t>(l) * in_shape.step;
      const line_start* x = std::partition_point(begin, end, [&](const line_start& s) { return s.address + (shape.length - 1) < line; });
      for (; x != end && x->address <= line + (in_shape.length - 1); ++x) {
        if (overlap(in.of(b), out.of(x->matrix)))
          misuse({function, ": argument out: matrix ", x->matrix, " overlaps matrix ", b, " of argument ", in_name,
                  "; it should be exactly the matrix that it replaces (in place) or share no memory with any"});
      }
    }
  }
}

}  // namespace detail
CHOLINV_NAMESPACE_END
