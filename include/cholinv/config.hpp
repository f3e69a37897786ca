// Version, ABI tag and the compiler's particulars: the only place in the library that asks which compiler this is.
#pragma once

#define CHOLINV_VERSION_MAJOR 0
#define CHOLINV_VERSION_MINOR 1
#define CHOLINV_VERSION_PATCH 0

// Everything that changes the code behind a name is spelled in the namespace, so that translation units built with
// different settings link into one program and each keeps its own.
#ifdef CHOLINV_USE_LAPACK
#define CHOLINV_ABI_LAPACK _lapack
#else
#define CHOLINV_ABI_LAPACK
#endif
#ifdef _OPENMP
#define CHOLINV_ABI_OPENMP _openmp
#else
#define CHOLINV_ABI_OPENMP
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__AVX512BW__) && defined(__FMA__)
#define CHOLINV_ABI_ISA _avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define CHOLINV_ABI_ISA _avx2
#else
#define CHOLINV_ABI_ISA
#endif
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define CHOLINV_HAS_EXCEPTIONS 1
#define CHOLINV_ABI_EXCEPTIONS
#else
#define CHOLINV_HAS_EXCEPTIONS 0
#define CHOLINV_ABI_EXCEPTIONS _noexcept
#endif
#ifdef __FAST_MATH__
#define CHOLINV_ABI_MATH _fastmath
#else
#define CHOLINV_ABI_MATH
#endif

#define CHOLINV_ABI_JOIN(major, minor, a, b, c, d, e) CHOLINV_ABI_PASTE(major, minor, a, b, c, d, e)
#define CHOLINV_ABI_PASTE(major, minor, a, b, c, d, e) v##major##_##minor##a##b##c##d##e
#define CHOLINV_ABI                                                                                                       \
  CHOLINV_ABI_JOIN(CHOLINV_VERSION_MAJOR, CHOLINV_VERSION_MINOR, CHOLINV_ABI_LAPACK, CHOLINV_ABI_OPENMP, CHOLINV_ABI_ISA, \
                   CHOLINV_ABI_EXCEPTIONS, CHOLINV_ABI_MATH)

#if defined(__clang__)
#define CHOLINV_INLINE __attribute__((always_inline)) inline
#define CHOLINV_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define CHOLINV_INLINE __attribute__((always_inline)) inline
#define CHOLINV_UNROLL _Pragma("GCC unroll 64")
#else
#define CHOLINV_INLINE inline
#define CHOLINV_UNROLL
#endif

#define CHOLINV_NAMESPACE_BEGIN \
  namespace cholinv {           \
  inline namespace CHOLINV_ABI {
#define CHOLINV_NAMESPACE_END \
  }                           \
  }
