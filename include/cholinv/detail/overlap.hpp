// Do two strided views share memory, or one view an address with itself? Exact: a small bounded Diophantine equation.
#pragma once

#include <cstdint>
#include <numeric>

#include "../tensor.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// Is there an integer solution of sum c_i x_i = target with 0 <= x_i <= bound_i? Depth-first over the coefficients from the
/// largest down, cut by the range and by the greatest common divisor of what is left. The general problem is NP-hard, so after
/// `budget` steps the answer is yes: a layout that odd is refused rather than trusted.
class bounded_equation {
 public:
  void add(index_t coefficient, index_t bound) {
    if (bound == 0) return;
    int i = 0;
    while (i < count_ && coefficient_[i] > coefficient) ++i;
    if (i < count_ && coefficient_[i] == coefficient) {
      bound_[i] += bound;
      return;
    }
    for (int j = count_; j > i; --j) coefficient_[j] = coefficient_[j - 1], bound_[j] = bound_[j - 1];
    coefficient_[i] = coefficient;
    bound_[i] = bound;
    ++count_;
  }

  void prepare() {
    gcd_[count_] = reach_[count_] = 0;
    for (int i = count_ - 1; i >= 0; --i) {
      gcd_[i] = std::gcd(gcd_[i + 1], coefficient_[i]);
      reach_[i] = reach_[i + 1] + coefficient_[i] * bound_[i];
    }
  }

  bool solvable(index_t target) { return solvable(0, target); }

 private:
  bool solvable(int i, index_t target) {
    if (target < 0 || target > reach_[i]) return false;
    if (target == 0) return true;
    if (target % gcd_[i] != 0) return false;
    const index_t c = coefficient_[i], rest = target - reach_[i + 1];
    const index_t high = target / c < bound_[i] ? target / c : bound_[i];
    for (index_t x = rest <= 0 ? 0 : (rest - 1) / c + 1; x <= high; ++x) {
      if (--budget_ < 0) return true;
      if (solvable(i + 1, target - c * x)) return true;
    }
    return false;
  }

  static constexpr int most = 2 * max_rank + 1;
  int count_ = 0;
  int budget_ = 1 << 20;
  index_t coefficient_[most], bound_[most], gcd_[most + 1], reach_[most + 1];
};

/// A view as bytes: where its lowest and its highest element begin, and its strides.
struct footprint {
  std::uintptr_t low = 0, high = 0;
  index_t element_size = 0;
  int rank = 0;                               // dimensions with more than one element
  index_t bound[max_rank], stride[max_rank];  // extent - 1 and |stride| in bytes

  footprint() noexcept {}  // to clear what no dimension has would take as long as all else

  bool empty() const noexcept { return element_size == 0; }
};

/// What no view reaches over; sums of it do not overflow.
inline constexpr index_t most_bytes = std::numeric_limits<index_t>::max() / 4;

/// Throws std::invalid_argument when the view reaches further than index_t can count, or is null.
inline footprint footprint_of(const char* function, const char* name, const layout& view, const void* data, std::size_t element_size) {
  footprint f;
  if (view.size() == 0) return f;
  if (data == nullptr)
    misuse({function, ": argument ", name, " of shape ", view.shape(), " has a null data pointer; it should point to ", view.size(),
            " elements"});
  f.element_size = static_cast<index_t>(element_size);
  index_t down = 0, up = 0;
  for (int d = 0; d < view.rank(); ++d) {
    if (view.extent(d) == 1) continue;
    const index_t bound = view.extent(d) - 1, stride = view.stride(d);
    const bool negative = stride < 0;
    const index_t magnitude = stride == std::numeric_limits<index_t>::min() ? most_bytes : negative ? -stride : stride;
    index_t step, reach;
    if (__builtin_mul_overflow(magnitude, f.element_size, &step) || __builtin_mul_overflow(step, bound, &reach) ||
        reach > most_bytes - down - up)
      misuse({function, ": argument ", name, " of shape ", view.shape(), " and strides ", view.strides(),
              " reaches over more bytes than fit the address space"});
    f.bound[f.rank] = bound;
    f.stride[f.rank++] = step;
    (negative ? down : up) += reach;
  }
  const auto base = reinterpret_cast<std::uintptr_t>(data);
  f.low = base - static_cast<std::uintptr_t>(down);
  f.high = base + static_cast<std::uintptr_t>(up);
  return f;
}

template <class T>
footprint footprint_of(const char* function, const char* name, const tensor_view<T>& view) {
  return footprint_of(function, name, view, view.data(), sizeof(T));
}

/// Do all smaller strides together stay below each stride, in this order? Then no two index tuples name the same address.
inline bool nested(const footprint& f) noexcept {
  index_t inner = 0;
  for (int i = f.rank - 1; i >= 0; --i) {
    if (f.stride[i] <= inner) return false;
    inner += f.stride[i] * f.bound[i];
  }
  return true;
}

/// Do two different index tuples of this view name the same address?
inline bool overlaps_itself(const footprint& view) {
  if (nested(view)) return false;
  footprint f = view;
  for (int i = 1; i < f.rank; ++i)  // insertion sort, the largest stride first
    for (int j = i; j > 0 && f.stride[j] > f.stride[j - 1]; --j)
      std::swap(f.stride[j], f.stride[j - 1]), std::swap(f.bound[j], f.bound[j - 1]);
  if (nested(f)) return false;
  // Two tuples that differ first in dimension i, by at least one step; the dimensions after it may differ either way.
  for (int i = 0; i < f.rank; ++i) {
    if (f.stride[i] == 0) return true;
    bounded_equation equation;
    equation.add(f.stride[i], f.bound[i] - 1);
    index_t target = -f.stride[i];
    for (int j = i + 1; j < f.rank; ++j) {
      if (f.stride[j] == 0) return true;
      equation.add(f.stride[j], 2 * f.bound[j]);
      target += f.stride[j] * f.bound[j];
    }
    equation.prepare();
    if (equation.solvable(target)) return true;
  }
  return false;
}

/// Does neither end before the other begins?
inline bool meet(const footprint& a, const footprint& b) noexcept {
  return !a.empty() && !b.empty() && a.high + static_cast<std::uintptr_t>(a.element_size) > b.low &&
         b.high + static_cast<std::uintptr_t>(b.element_size) > a.low;
}

/// Do these two views, which meet, have a byte in common?
inline bool share_bytes(const footprint& a, const footprint& b) {
  bounded_equation equation;
  for (int i = 0; i < a.rank; ++i)
    if (a.stride[i] != 0) equation.add(a.stride[i], a.bound[i]);
  for (int i = 0; i < b.rank; ++i)
    if (b.stride[i] != 0) equation.add(b.stride[i], b.bound[i]);
  equation.prepare();
  // a.low + A = b.high - B, for sums A and B of the strides, up to the bytes inside an element
  const auto distance = static_cast<index_t>(b.high - a.low);
  for (index_t byte = 1 - b.element_size; byte < a.element_size; ++byte)
    if (equation.solvable(distance - byte)) return true;
  return false;
}

/// Do these two views have a byte in common?
inline bool overlap(const footprint& a, const footprint& b) { return meet(a, b) && share_bytes(a, b); }

/// Plain memory, in bytes.
inline footprint footprint_of(const void* memory, std::size_t size) {
  footprint f;
  if (memory == nullptr || size == 0) return f;
  f.low = reinterpret_cast<std::uintptr_t>(memory);
  f.high = f.low + (size - 1);
  f.element_size = 1;
  f.rank = 1;
  f.bound[0] = static_cast<index_t>(size - 1);
  f.stride[0] = 1;
  return f;
}

/// The same elements in the same places; strides of extents <= 1 do not count.
inline bool same_view(const layout& a, const void* a_data, const layout& b, const void* b_data) noexcept {
  return a_data == b_data && a.shape() == b.shape() && same_strides(a, b);
}

}  // namespace detail
CHOLINV_NAMESPACE_END
