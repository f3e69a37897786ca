// memory.hpp: strided views that a fuzzer lays out in a few blocks of bytes, in which each byte knows whose it is.
#pragma once

#include "../support/layout.hpp"
#include "input.hpp"

namespace fuzz {

using support::index_t;
using shape_list = std::vector<index_t>;

// A view before it has an address: strides count elements, and `start` is the byte of block `block` where element (0, 0, ...) begins.
struct view_plan {
  shape_list shape, strides;
  index_t element_size = 1, low = 0, high = 0;  // in elements: from the lowest one to the one behind the highest
  bool wild = false;                            // reaches further than any memory
  bool null = false;
  int block = 0;
  index_t start = 0;

  index_t size() const {
    index_t n = 1;
    for (index_t e : shape) n *= e;
    return n;
  }
};

inline std::string text(const shape_list& list) {
  std::string s = "(";
  for (index_t e : list) s += std::to_string(e) + " ";
  return s + ")";
}
inline std::string text(const view_plan& v) {
  return text(v.shape) + " strides " + text(v.strides) + " at byte " + std::to_string(v.start) + " of block " + std::to_string(v.block) +
         (v.null ? " null" : "");
}

inline void find_hull(view_plan& v) {
  v.low = v.high = 0;
  if (v.size() == 0) return;
  for (std::size_t d = 0; d < v.shape.size(); ++d)
    if (v.shape[d] > 1) (v.strides[d] < 0 ? v.low : v.high) += v.strides[d] * (v.shape[d] - 1);
  ++v.high;
}

// Strides for v.shape: row-major; permuted, padded and reversed; expanded; anything small; or too wide for any memory.
inline void draw_strides(input& in, view_plan& v, bool may_repeat) {
  const std::size_t rank = v.shape.size();
  v.strides.assign(rank, 0);
  const int kind = in.below(may_repeat ? 8 : 6);
  std::vector<std::size_t> order;
  for (std::size_t d = rank; d-- > 0;) order.push_back(d);
  const bool odd = kind >= 2;
  if (odd)
    for (std::size_t k = 0; k + 1 < rank; ++k)
      std::swap(order[k], order[k + static_cast<std::size_t>(in.below(static_cast<int>(rank - k)))]);
  index_t step = odd ? in.one_of<index_t>({1, 1, 2, 3}) : 1;
  for (std::size_t d : order) {
    v.strides[d] = odd && in.flag() ? -step : step;
    step *= std::max(v.shape[d], index_t(1)) + (odd ? in.below(4) : 0);
  }
  if (kind == 5 && rank > 0) {
    if (in.flag()) {  // one stride that is not to be had, or that nobody looks at
      const auto d = static_cast<std::size_t>(in.below(static_cast<int>(rank)));
      constexpr index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
      v.strides[d] = in.one_of<index_t>({most, least, most / 2, least / 2, most / 4, least / 4, least + 1});
      v.wild = v.shape[d] > 1 && v.size() > 0;
    } else {
      for (index_t& s : v.strides) s = in.below(41) - 20;
    }
  } else if (kind == 6) {  // expanded in its first dimensions, as a broadcast batch
    const int some = in.below(static_cast<int>(rank) + 1);
    for (int d = 0; d < some; ++d) v.strides[static_cast<std::size_t>(d)] = 0;
  } else if (kind == 7 && rank > 0) {
    v.strides[static_cast<std::size_t>(in.below(static_cast<int>(rank)))] = 0;
  }
  if (!v.wild) find_hull(v);
  if ((v.high - v.low) * v.element_size > 1 << 17) {  // padded in many dimensions
    v.strides.assign(rank, 0);
    index_t row_major = 1;
    for (std::size_t d = rank; d-- > 0; row_major *= std::max(v.shape[d], index_t(1))) v.strides[d] = row_major;
    find_hull(v);
  }
}

enum owner : std::uint8_t { of_input = 1, of_used_triangle = 2, of_out = 4, of_info = 8, of_scratch = 16, of_written = 32 };

class blocks {
 public:
  // Room for v from byte `offset` of a block on.
  void place(view_plan& v, int block, index_t offset) {
    v.block = block;
    v.start = offset - (v.wild ? 0 : v.low * v.element_size);
    reserve(block, offset + (v.wild ? 0 : (v.high - v.low) * v.element_size));
  }
  void reserve(int block, index_t size) { needed_[block] = std::max(needed_[block], static_cast<std::size_t>(std::max(size, index_t(1)))); }
  std::size_t needed(int block) const { return needed_[block]; }
  // The memory itself, exactly as large as needed and `margin` at its end: a sanitizer sees what goes beyond.
  void allocate(std::size_t margin) {
    for (std::size_t b = 0; b < count; ++b) {
      bytes[b].assign(needed_[b] + margin, 0x5a);
      owners[b].assign(bytes[b].size(), 0);
    }
  }
  template <class T>
  T* address(const view_plan& v) {
    return v.null ? nullptr : reinterpret_cast<T*>(bytes[v.block].data() + v.start);
  }
  // Says of `size` bytes whose they are; returns whose they were, all together.
  int own(int block, index_t first, index_t size, int who) {
    int before = 0;
    for (std::uint8_t *byte = owners[block].data() + first, *end = byte + size; byte != end; ++byte) {
      before |= *byte;
      *byte = static_cast<std::uint8_t>(*byte | who);
    }
    return before;
  }
  // The same of all elements of a view.
  int own(const view_plan& v, int who) {
    int before = 0;
    if (v.wild || v.null) return before;
    support::for_each_index(v.shape, [&](const shape_list& i) {
      index_t at = 0;
      for (std::size_t d = 0; d < i.size(); ++d) at += i[d] == 0 ? 0 : i[d] * v.strides[d];
      before |= own(v.block, v.start + at * v.element_size, v.element_size, who);
    });
    return before;
  }

  static constexpr std::size_t count = 4;
  std::vector<unsigned char> bytes[count];
  std::vector<std::uint8_t> owners[count];

 private:
  std::size_t needed_[count] = {1, 1, 1, 1};
};

}  // namespace fuzz
