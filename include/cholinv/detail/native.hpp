// The native backend: the kernels, compiled once for every instruction set from the translation unit's own upwards.
#pragma once

#include "plan.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// A matrix as its real numbers: element (i, j) begins at data + i * row + j * column, its imaginary part behind the real one.
template <class S>
struct strided {
  S* data;
  index_t row, column;
  S* at(index_t i, index_t j) const { return data + i * row + j * column; }
};

CHOLINV_BEGIN_STRICT
// The translation unit's own, by the name of baseline whatever it is. Where it is but the last resort of a program that has wider
// ones, it does without the lane kernel, which takes its share of the time to compile.
#if defined(__FMA__) || defined(__FP_FAST_FMA)
#define CHOLINV_FMA 1
#else
#define CHOLINV_FMA 0
#endif
#define CHOLINV_BYTES (16 << CHOLINV_COMPILED_ISA)
#define CHOLINV_LANES (CHOLINV_MAX_ISA <= CHOLINV_COMPILED_ISA || CHOLINV_COMPILED_ISA > 0)
namespace baseline {
#include "kernels/region.inl"
}
#undef CHOLINV_LANES
#undef CHOLINV_BYTES
#undef CHOLINV_FMA

#define CHOLINV_FMA 1
#define CHOLINV_LANES 1
#if CHOLINV_COMPILED_ISA < 1 && CHOLINV_MAX_ISA >= 1
#define CHOLINV_BYTES 32
CHOLINV_BEGIN_REGION("avx2,fma")
namespace avx2 {
#include "kernels/region.inl"
}
CHOLINV_END_REGION
#undef CHOLINV_BYTES
#define CHOLINV_CASE_AVX2(expression) \
  case isa::avx2: {                   \
    using namespace avx2;             \
    return expression;                \
  }
#else
#define CHOLINV_CASE_AVX2(expression)
#endif
#if CHOLINV_COMPILED_ISA < 2 && CHOLINV_MAX_ISA >= 2
#define CHOLINV_BYTES 64
CHOLINV_BEGIN_REGION("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw")
namespace avx512 {
#include "kernels/region.inl"
}
CHOLINV_END_REGION
#undef CHOLINV_BYTES
#define CHOLINV_CASE_AVX512(expression) \
  case isa::avx512: {                   \
    using namespace avx512;             \
    return expression;                  \
  }
#else
#define CHOLINV_CASE_AVX512(expression)
#endif
#undef CHOLINV_LANES
#undef CHOLINV_FMA
CHOLINV_END_STRICT

/// `return expression` with the names of the instruction set in use: the one place where that choice is made. Numbers that have no
/// vectors are the same in all.
#define CHOLINV_WITH_ISA(expression)                 \
  if constexpr (is_ieee<S>) switch (current_isa()) { \
      CHOLINV_CASE_AVX512(expression)                \
      CHOLINV_CASE_AVX2(expression)                  \
      default:                                       \
        break;                                       \
    }                                                \
  using namespace baseline;                          \
  return expression;

template <class T, task t>
struct native {
  using S = real_t<T>;
  static constexpr index_t planes = planes_of<T>;

  /// One matrix by the block kernel, in steps: the share of member `me` of a team in steps s to `end`. See block.inl.
  static void block(index_t s, index_t end, const problem<T>& p, const place<T>& m, bool streaming, const T* next, S* memory, int* info,
                    index_t me, index_t team);
  static index_t block_steps(const problem<T>& p) {
    CHOLINV_WITH_ISA(block_kernel<T>::template steps<t>(p.order, planes * p.in_row, planes * p.in_column))
  }
  /// All steps on one thread. The answer is the info.
  static int block(const problem<T>& p, const place<T>& m, bool streaming, const T* next, S* memory) {
    int info = 0;
    block(0, block_steps(p), p, m, streaming, next, memory, &info, 0, 1);
    return info;
  }
  /// The first `count` of `known` matrices, in up to 64 groups of width(), by the lane kernel. The answer has a bit for each group that
  /// was not done.
  static std::uint64_t lanes(const problem<T>& p, const S* const* in, S* const* out, int count, int known, bool streaming, S* memory);
  /// The same for `groups` groups of plain matrices of an order that is unrolled, evenly spaced from m on; or, with no group, for m alone.
  /// `from_memory`: the batch outgrows the caches.
  static std::uint64_t spaced_lanes(const problem<T>& p, const place<T>& m, index_t groups, bool from_memory);
  /// After results that went past the caches: other threads see them.
  static void fence() { CHOLINV_WITH_ISA(end_of_stream()) }
  /// How many matrices the lane kernel takes at once.
  static int width() { CHOLINV_WITH_ISA(lane_kernel<T>::W) }

  /// Real numbers of memory for them, enough for either task.
  static index_t block_work(index_t order, index_t team) { CHOLINV_WITH_ISA(block_kernel<T>::work(order, team)) }
  static index_t lane_work(index_t order) { CHOLINV_WITH_ISA(lane_kernel<T>::work(order)) }
};

// The three that compute are not inline: a unit that only declares them does not compile what is in them.
template <class T, task t>
void native<T, t>::block(index_t s, index_t end, const problem<T>& p, const place<T>& m, bool streaming, const T* next, S* memory,
                         int* info, index_t me, index_t team) {
  const strided<const S> in{reinterpret_cast<const S*>(m.in), planes * p.in_row, planes * p.in_column};
  const strided<S> out{reinterpret_cast<S*>(m.out), planes * p.out_row, planes * p.out_column};
  CHOLINV_WITH_ISA(
      block_kernel<T>::template run<t>(s, end, {p.order, in, out, streaming, reinterpret_cast<const S*>(next), memory, info, me, team}))
}

template <class T, task t>
std::uint64_t native<T, t>::lanes(const problem<T>& p, const S* const* in, S* const* out, int count, int known, bool streaming, S* memory) {
  // In place they are in the caches already, and took up to 1.6 times as long past them.
  const bool past_caches = streaming && in[0] != out[0] && had_better_go_past_caches(p.order, p.count, sizeof(T));
  CHOLINV_WITH_ISA(lane_kernel<T>::template run<t>(p.order, in, planes * p.in_row, planes * p.in_column, out, planes * p.out_row,
                                                   planes * p.out_column, count, known, streaming, past_caches, memory))
}

template <class T, task t>
std::uint64_t native<T, t>::spaced_lanes(const problem<T>& p, const place<T>& m, index_t groups, bool from_memory) {
  const S* const in = reinterpret_cast<const S*>(m.in);
  S* const out = reinterpret_cast<S*>(m.out);
  CHOLINV_WITH_ISA(lane_kernel<T>::template run_spaced<t>(p.order, in, planes * p.in_step(), out, planes * p.out_step(), p.in_column != 1,
                                                          static_cast<int>(groups), from_memory))
}

#undef CHOLINV_WITH_ISA
#undef CHOLINV_CASE_AVX512
#undef CHOLINV_CASE_AVX2

// A program of many translation units compiles the kernels once: define CHOLINV_EXTERN_KERNELS in all of them, and in one
// CHOLINV_INSTANTIATE besides. With CHOLINV_EXTERN_TEMPLATES instead it is also once that what a call does above them is compiled; where
// others differ from that unit in LAPACK or OpenMP, define CHOLINV_INSTANTIATE_CALLS in one of each kind.
#if defined(CHOLINV_INSTANTIATE)
#define CHOLINV_TEMPLATE template
#elif defined(CHOLINV_EXTERN_TEMPLATES) || defined(CHOLINV_EXTERN_KERNELS)
#define CHOLINV_TEMPLATE extern template
#endif
#ifdef CHOLINV_TEMPLATE
#define CHOLINV_NATIVE(T)                          \
  CHOLINV_TEMPLATE struct native<T, task::invert>; \
  CHOLINV_TEMPLATE struct native<T, task::factorize>;
CHOLINV_NATIVE(float)
CHOLINV_NATIVE(double)
CHOLINV_NATIVE(std::complex<float>)
CHOLINV_NATIVE(std::complex<double>)
#undef CHOLINV_NATIVE
#undef CHOLINV_TEMPLATE
#endif

}  // namespace detail
CHOLINV_NAMESPACE_END
