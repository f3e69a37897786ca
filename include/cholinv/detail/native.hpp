// The native backend: the kernels, compiled for this instruction set.
#pragma once

#include "plan.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {
namespace baseline {
// Each of these uses the ones before it.
#include "kernels/pack.inl"

#include "kernels/tile.inl"

#include "kernels/panel.inl"

#include "kernels/block.inl"
}  // namespace baseline

template <class T>
struct native {
  using real = real_t<T>;
  using kernel = baseline::tile_shape<baseline::pack<real, 1>, planes_of<T>, planes_of<T> == 1 ? 4 : 2, planes_of<T> == 1 ? 4 : 2, false>;
  using sweep = baseline::block_sweep<kernel>;

  /// Real numbers of memory for one matrix.
  static index_t work(task t, index_t order) { return t == task::invert ? sweep::invert_work(order) : sweep::factorize_work(order); }

  static int run(task t, const problem<T>& p, const place<T>& m, real* memory) {
    const baseline::strided<const real> in{reinterpret_cast<const real*>(m.in), planes_of<T> * p.in_row, planes_of<T> * p.in_column};
    const baseline::strided<real> out{reinterpret_cast<real*>(m.out), planes_of<T> * p.out_row, planes_of<T> * p.out_column};
    if (t == task::factorize) return sweep::factorize(p.order, in, out, memory);
    sweep::invert(p.order, in, out, memory);
    return 0;
  }
};

}  // namespace detail
CHOLINV_NAMESPACE_END
