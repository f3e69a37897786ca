// Version, ABI tag and the compiler's particulars: the only place in the
// library that asks which compiler this is.
#pragma once

#define CHOLINV_VERSION_MAJOR 0
#define CHOLINV_VERSION_MINOR 1
#define CHOLINV_VERSION_PATCH 0

// Everything that changes the code behind a name is spelled in a namespace, so that translation units built with different settings link
// into one program and each keeps its own. LAPACK and OpenMP change only what a call does above the kernels: tensors, exceptions and
// kernels are the same with them and without.
#if defined(CHOLINV_USE_LAPACK) && defined(LAPACK_ILP64)
#define CHOLINV_CALLS_LAPACK _lapack64
#elif defined(CHOLINV_USE_LAPACK)
#define CHOLINV_CALLS_LAPACK _lapack
#else
#define CHOLINV_CALLS_LAPACK
#endif
#ifdef _OPENMP
#define CHOLINV_CALLS_OPENMP _openmp
#else
#define CHOLINV_CALLS_OPENMP
#endif
// The instruction set that the compiler may use without asking, and the widest one that kernels are compiled for: 0 baseline,
// 1 avx2 (with fma), 2 avx512 (f, dq, vl, bw). A user who wants a faster build or a smaller program sets CHOLINV_MAX_ISA.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__AVX512BW__) && defined(__AVX2__) && defined(__FMA__)
#define CHOLINV_COMPILED_ISA 2
#define CHOLINV_ABI_ISA _avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define CHOLINV_COMPILED_ISA 1
#ifdef __AVX512F__
#define CHOLINV_ABI_ISA _avx512f
#else
#define CHOLINV_ABI_ISA _avx2
#endif
#else
#define CHOLINV_COMPILED_ISA 0
#if defined(__FMA__)
#define CHOLINV_ABI_ISA _fma
#elif defined(__AVX512F__)
#define CHOLINV_ABI_ISA _avx512f_no_fma
#elif defined(__AVX__)
#define CHOLINV_ABI_ISA _avx
#else
#define CHOLINV_ABI_ISA
#endif
#endif
#if !(defined(__x86_64__) || defined(__i386__)) || !(defined(__GNUC__) || defined(__clang__))
#undef CHOLINV_MAX_ISA
#define CHOLINV_MAX_ISA 0
#define CHOLINV_ABI_MAX_ISA
#elif !defined(CHOLINV_MAX_ISA)
#define CHOLINV_MAX_ISA 2
#define CHOLINV_ABI_MAX_ISA
#elif CHOLINV_MAX_ISA == 2
#define CHOLINV_ABI_MAX_ISA
#elif CHOLINV_MAX_ISA == 1
#define CHOLINV_ABI_MAX_ISA _max1
#elif CHOLINV_MAX_ISA == 0
#define CHOLINV_ABI_MAX_ISA _max0
#else
#error "CHOLINV_MAX_ISA should be 0 (baseline), 1 (avx2) or 2 (avx512)"
#endif
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define CHOLINV_HAS_EXCEPTIONS 1
#define CHOLINV_ABI_EXCEPTIONS
#else
#define CHOLINV_HAS_EXCEPTIONS 0
#define CHOLINV_ABI_EXCEPTIONS _noexcept
#endif
// Was the compiler told -ffast-math or a part of it? Only g++ tells every part.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(_M_FP_FAST) || \
    (defined(__GCC_IEC_559) && __GCC_IEC_559 == 0)
#define CHOLINV_FAST_MATH 1
#define CHOLINV_ABI_MATH _fastmath
#else
#define CHOLINV_FAST_MATH 0
#define CHOLINV_ABI_MATH
#endif

#define CHOLINV_ABI_JOIN(major, minor, a, b, c, d) CHOLINV_ABI_PASTE(major, minor, a, b, c, d)
#define CHOLINV_ABI_PASTE(major, minor, a, b, c, d) v##major##_##minor##a##b##c##d
#define CHOLINV_ABI                                                                                                            \
  CHOLINV_ABI_JOIN(CHOLINV_VERSION_MAJOR, CHOLINV_VERSION_MINOR, CHOLINV_ABI_ISA, CHOLINV_ABI_MAX_ISA, CHOLINV_ABI_EXCEPTIONS, \
                   CHOLINV_ABI_MATH)
#define CHOLINV_CALLS_JOIN(a, b) CHOLINV_CALLS_PASTE(a, b)
#define CHOLINV_CALLS_PASTE(a, b) cholinv_calls##a##b
#define CHOLINV_CALLS CHOLINV_CALLS_JOIN(CHOLINV_CALLS_LAPACK, CHOLINV_CALLS_OPENMP)

#if defined(__clang__)
#define CHOLINV_INLINE __attribute__((always_inline)) inline
#define CHOLINV_NOINLINE __attribute__((noinline))
#define CHOLINV_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define CHOLINV_INLINE __attribute__((always_inline)) inline
#define CHOLINV_NOINLINE __attribute__((noinline))
#define CHOLINV_UNROLL _Pragma("GCC unroll 64")
#else
#define CHOLINV_INLINE inline
#define CHOLINV_NOINLINE
#define CHOLINV_UNROLL
#endif

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define CHOLINV_X86 1
#else
#define CHOLINV_X86 0
#endif
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_fma)
#define CHOLINV_HAS_ELEMENTWISE_FMA 1
#endif
#endif
#ifndef CHOLINV_HAS_ELEMENTWISE_FMA
#define CHOLINV_HAS_ELEMENTWISE_FMA 0
#endif

// Between BEGIN and END arithmetic means what is written, whatever the rest is compiled with: NaN, infinities and the order of
// operations are kept. Not around all of the library, for g++ does not inline such functions into others.
#if !CHOLINV_FAST_MATH
#define CHOLINV_BEGIN_STRICT
#define CHOLINV_END_STRICT
#elif defined(__GNUC__) && !defined(__clang__)
#define CHOLINV_BEGIN_STRICT _Pragma("GCC push_options") _Pragma("GCC optimize(\"no-fast-math\")")
#define CHOLINV_END_STRICT _Pragma("GCC pop_options")
#else
// clang's float_control does not reach its builtins for square roots and fused operations.
#error "cholinv keeps NaN, infinities and equal bits, which this compiler's fast-math mode does not: compile without -ffast-math here"
#endif

// A target region: functions between BEGIN and END may use an instruction set that the translation unit as a whole may not.
// Explicit feature lists, since clang halves 64-byte vectors for arch=x86-64-v4.
// clang-format off
#define CHOLINV_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define CHOLINV_BEGIN_REGION(features) CHOLINV_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define CHOLINV_END_REGION CHOLINV_PRAGMA(clang attribute pop)
#else
#define CHOLINV_BEGIN_REGION(features) CHOLINV_PRAGMA(GCC push_options) CHOLINV_PRAGMA(GCC target(features))
#define CHOLINV_END_REGION CHOLINV_PRAGMA(GCC pop_options)
#endif
// clang-format on

#define CHOLINV_NAMESPACE_BEGIN \
  namespace cholinv {           \
  inline namespace CHOLINV_ABI {
#define CHOLINV_NAMESPACE_END \
  }                           \
  }
// Within it and its namespace detail: what depends on LAPACK or OpenMP.
#define CHOLINV_CALLS_BEGIN inline namespace CHOLINV_CALLS {
#define CHOLINV_CALLS_END }
