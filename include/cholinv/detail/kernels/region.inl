// All kernels, in the order in which they use each other, for one instruction set.
#include "simd.inl"

#include "pack.inl"

#include "tile.inl"

#include "panel.inl"

#include "strided.inl"

#include "block.inl"

#if CHOLINV_LANES
#include "move.inl"

#include "lines.inl"

#include "tiny.inl"

#include "rows.inl"

#include "lane_sweep.inl"

#include "lane.inl"
#else
/// Stands in where there are no lanes: of width 0.
template <class T>
struct lane_kernel {
  using S = real_t<T>;
  static constexpr int W = 0;
  static index_t work(index_t) { return 0; }
  template <task t>
  static std::uint64_t run_spaced(index_t, const S*, index_t, S*, index_t, bool, int, bool) {
    return 0;
  }
  template <task t>
  static std::uint64_t run(index_t, const S* const*, index_t, index_t, S* const*, index_t, index_t, int, int, bool, bool, S*) {
    return 0;
  }
};
#endif
