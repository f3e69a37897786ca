// layout.hpp: strided views of every shape of stride, over a buffer that knows whether anything else was written.
#pragma once

#include "cases.hpp"
#include "random.hpp"

namespace support {

enum class layout {
  row_major,
  column_major,
  padded,         // row stride n + 3, and a gap between matrices
  spread,         // no stride is one
  reversed,       // every stride negative
  mixed,          // rows forward, columns backward, column-major
  batch_fastest,  // batch dimensions have the smallest strides: matrices interleave
  batch_swapped,  // batch dimensions in reversed order, matrices column-major
};
inline constexpr layout layouts[] = {
    layout::row_major, layout::column_major, layout::padded,        layout::spread,
    layout::reversed,  layout::mixed,        layout::batch_fastest, layout::batch_swapped,
};
inline const char* layout_name(layout l) {
  switch (l) {
    case layout::row_major:
      return "row_major";
    case layout::column_major:
      return "column_major";
    case layout::padded:
      return "padded";
    case layout::spread:
      return "spread";
    case layout::reversed:
      return "reversed";
    case layout::mixed:
      return "mixed";
    case layout::batch_fastest:
      return "batch_fastest";
    case layout::batch_swapped:
      return "batch_swapped";
  }
  return "?";
}

// Calls f(index) for every multi-index of the shape, last dimension fastest.
template <class F>
void for_each_index(const std::vector<index_t>& shape, F f) {
  for (index_t e : shape)
    if (e == 0) return;
  std::vector<index_t> index(shape.size(), 0);
  for (;;) {
    f(static_cast<const std::vector<index_t>&>(index));
    std::size_t d = shape.size();
    for (;; --d) {
      if (d == 0) return;
      if (++index[d - 1] < shape[d - 1]) break;
      index[d - 1] = 0;
    }
  }
}

template <class View>
std::vector<index_t> shape_of(const View& v) {
  std::vector<index_t> shape;
  for (int d = 0; d < static_cast<int>(v.rank()); ++d) shape.push_back(v.extent(d));
  return shape;
}

// A view of the given shape ((batch..., n, n), or an info's batch shape) and layout. Everything in the buffer starts as a
// canary.
template <class T>
class guarded {
 public:
  guarded(layout l, std::vector<index_t> shape) : shape_(std::move(shape)) {
    const std::size_t rank = shape_.size();
    strides_.assign(rank, 0);
    // Dimensions from the smallest stride to the largest, the gap after each, and its direction.
    std::vector<std::size_t> order;
    for (std::size_t d = rank; d-- > 0;) order.push_back(d);
    std::vector<index_t> gap(rank, 0), sign(rank, 1);
    index_t unit = 1;
    const std::ptrdiff_t tail = rank < 2 ? static_cast<std::ptrdiff_t>(rank) : 2;  // (n, n)
    const auto swap_matrix = [&] { std::reverse(order.begin(), order.begin() + tail); };
    switch (l) {
      case layout::row_major:
        break;
      case layout::column_major:
        swap_matrix();
        break;
      case layout::padded:
        for (auto& g : gap) g = 3;
        break;
      case layout::spread:
        unit = 2;
        for (auto& g : gap) g = 1;
        break;
      case layout::reversed:
        for (auto& s : sign) s = -1;
        break;
      case layout::mixed:
        swap_matrix();
        if (rank > 0) sign[rank - 1] = -1;
        if (rank > 1) gap[rank - 2] = 2;
        break;
      case layout::batch_fastest:
        std::rotate(order.begin(), order.begin() + tail, order.end());
        break;
      case layout::batch_swapped:
        swap_matrix();
        std::reverse(order.begin() + tail, order.end());
        if (rank > 0) gap[rank - 1] = 1;
        break;
    }
    index_t step = unit, first = 0;
    for (std::size_t d : order) {
      strides_[d] = sign[d] * step;
      if (sign[d] < 0 && shape_[d] > 0) first += step * (shape_[d] - 1);
      step *= shape_[d] + gap[d];
    }
    offset_ = margin + first;
    buffer_.resize(static_cast<std::size_t>(2 * margin + step));
    for (std::size_t k = 0; k < buffer_.size(); ++k) buffer_[k] = canary(k);
    inside_.assign(buffer_.size(), false);
    for_each_index(shape_, [&](const std::vector<index_t>& i) { inside_[place(i)] = true; });
  }

  // The same shape and values as another tensor or view, in this layout.
  template <class Tensor>
  guarded(layout l, const Tensor& from) : guarded(l, shape_of(from)) {
    for_each_index(shape_, [&](const std::vector<index_t>& i) {
      index_t offset = 0;
      for (std::size_t d = 0; d < i.size(); ++d) offset += i[d] * from.stride(static_cast<int>(d));
      buffer_[place(i)] = from.data()[offset];
    });
  }

  cholinv::tensor_view<T> view() { return cholinv::tensor_view<T>(buffer_.data() + offset_, shape_, strides_); }
  cholinv::tensor_view<const T> const_view() const { return cholinv::tensor_view<const T>(buffer_.data() + offset_, shape_, strides_); }
  const std::vector<index_t>& shape() const { return shape_; }
  const std::vector<index_t>& strides() const { return strides_; }

  // Not one element outside the view has changed.
  testing::AssertionResult outside_untouched() const { return untouched(false); }
  // Not one element of the buffer has changed since it was made; for an `out` that must not be written.
  testing::AssertionResult untouched() const { return untouched(true); }

 private:
  static constexpr index_t margin = 64;

  static T canary(std::size_t k) { return convert<T>(static_cast<real_t<T>>(-7001 - static_cast<int>(k % 97))); }
  std::size_t place(const std::vector<index_t>& i) const {
    index_t offset = offset_;
    for (std::size_t d = 0; d < i.size(); ++d) offset += i[d] * strides_[d];
    return static_cast<std::size_t>(offset);
  }
  testing::AssertionResult untouched(bool inside_too) const {
    for (std::size_t k = 0; k < buffer_.size(); ++k)
      if ((inside_too || !inside_[k]) && !same_bits(buffer_[k], canary(k)))
        return testing::AssertionFailure() << "buffer element " << k << " (the view's first is " << offset_ << ") was written";
    return testing::AssertionSuccess();
  }

  std::vector<index_t> shape_, strides_;
  index_t offset_ = 0;
  std::vector<T> buffer_;
  std::vector<bool> inside_;
};

}  // namespace support
