// The native backend: the kernels, compiled once for every instruction set from the translation unit's own upwards.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

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

// The translation unit's own, by the name of baseline whatever it is.
#if defined(__FMA__) || defined(__FP_FAST_FMA)
#define CHOLINV_FMA 1
#else
#define CHOLINV_FMA 0
#endif
#define CHOLINV_BYTES (16 << CHOLINV_COMPILED_ISA)
namespace baseline {
#include "kernels/region.inl"
}
#undef CHOLINV_BYTES
#undef CHOLINV_FMA

#define CHOLINV_FMA 1
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
#undef CHOLINV_FMA

/// `return expression` with the names of the instruction set in use: the one place where that choice is made.
#define CHOLINV_WITH_ISA(expression) \
  switch (current_isa()) {           \
    CHOLINV_CASE_AVX512(expression)  \
    CHOLINV_CASE_AVX2(expression)    \
    default: {                       \
      using namespace baseline;      \
      return expression;             \
    }                                \
  }

template <class T, task t>
struct native {
  using S = real_t<T>;
  static constexpr index_t planes = planes_of<T>;

  /// One matrix by the block kernel. The answer is its info.
  static int block(const problem<T>& p, const place<T>& m, S* memory) {
    const strided<const S> in{reinterpret_cast<const S*>(m.in), planes * p.in_row, planes * p.in_column};
    const strided<S> out{reinterpret_cast<S*>(m.out), planes * p.out_row, planes * p.out_column};
    CHOLINV_WITH_ISA(block_kernel<T>::template run<t>(p.order, in, out, memory))
  }
  /// Up to 64 matrices by the lane kernel. The answer has a bit for each that failed.
  static std::uint64_t lanes(const problem<T>& p, const S* const* in, S* const* out, int count, S* memory) {
    CHOLINV_WITH_ISA(lane_kernel<T>::template run<t>(p.order, in, planes * p.in_row, planes * p.in_column, out, planes * p.out_row,
                                                     planes * p.out_column, count, memory))
  }
  /// How many matrices the lane kernel takes at once.
  static int width() { CHOLINV_WITH_ISA(lane_kernel<T>::W) }

  /// Real numbers of memory for them, enough for either task.
  static index_t block_work(index_t order) { CHOLINV_WITH_ISA(block_kernel<T>::work(order)) }
  static index_t lane_work(index_t order) { CHOLINV_WITH_ISA(lane_kernel<T>::work(order)) }
};

#undef CHOLINV_WITH_ISA
#undef CHOLINV_CASE_AVX512
#undef CHOLINV_CASE_AVX2

}  // namespace detail
CHOLINV_NAMESPACE_END
