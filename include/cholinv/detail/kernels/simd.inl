// What vector extensions cannot say in every compiler, for the vectors of this instruction set: fused multiply-add, square root,
// "does it hold anywhere", joined pieces. Builtins, since <immintrin.h> alone would take a sixth of the time that a user's
// translation unit may take to compile. Everywhere else the generic forms stand in.

typedef double double2 __attribute__((vector_size(16)));
typedef float float4 __attribute__((vector_size(16)));
#if CHOLINV_X86 && CHOLINV_BYTES >= 32
typedef double double4 __attribute__((vector_size(32)));
typedef float float8 __attribute__((vector_size(32)));
#endif
#if CHOLINV_X86 && CHOLINV_BYTES >= 64
typedef double double8 __attribute__((vector_size(64)));
typedef float float16 __attribute__((vector_size(64)));
typedef int int16 __attribute__((vector_size(64)));
inline constexpr unsigned char all8 = 255;
inline constexpr unsigned short all16 = 65535;
inline constexpr int current_rounding = 4;
#endif

// a * b + c and c - a * b, rounded once. g++ takes the negation of an operand that is used more than once out of the fused operation
// and runs short of registers, so it is told; clang is not, and has no builtin for it.
#ifdef __clang__
#define CHOLINV_FUSED_MINUS(kind, a, ...) __builtin_ia32_vfmadd##kind(-a, __VA_ARGS__)
#else
#define CHOLINV_FUSED_MINUS(kind, a, ...) __builtin_ia32_vfnmadd##kind(a, __VA_ARGS__)
#endif
// With -mavx512f alone g++ fuses, but lacks the builtins for short vectors.
#if CHOLINV_FMA && CHOLINV_X86 && !CHOLINV_HAS_ELEMENTWISE_FMA && (CHOLINV_BYTES >= 32 || defined(__FMA__))
#define CHOLINV_FUSED(V, kind, ...)                                                                               \
  CHOLINV_INLINE V fused(const V& a, const V& b, const V& c) { return __builtin_ia32_vfmadd##kind(__VA_ARGS__); } \
  CHOLINV_INLINE V fused_minus(const V& a, const V& b, const V& c) { return CHOLINV_FUSED_MINUS(kind, __VA_ARGS__); }
CHOLINV_FUSED(double2, pd, a, b, c)
CHOLINV_FUSED(float4, ps, a, b, c)
#if CHOLINV_BYTES >= 32
CHOLINV_FUSED(double4, pd256, a, b, c)
CHOLINV_FUSED(float8, ps256, a, b, c)
#endif
#if CHOLINV_BYTES >= 64
CHOLINV_FUSED(double8, pd512_mask, a, b, c, all8, current_rounding)
CHOLINV_FUSED(float16, ps512_mask, a, b, c, all16, current_rounding)
#endif
#undef CHOLINV_FUSED
#else
template <class V>
CHOLINV_INLINE V fused(V a, const V& b, const V& c) {
#if CHOLINV_FMA && CHOLINV_HAS_ELEMENTWISE_FMA
  return __builtin_elementwise_fma(a, b, c);
#elif CHOLINV_FMA
  for (int i = 0; i < static_cast<int>(sizeof(V) / sizeof(a[0])); ++i) {
    if constexpr (sizeof(a[0]) == 8)
      a[i] = __builtin_fma(a[i], b[i], c[i]);
    else
      a[i] = __builtin_fmaf(a[i], b[i], c[i]);
  }
  return a;
#else
  return c + a * b;
#endif
}
template <class V>
CHOLINV_INLINE V fused_minus(const V& a, const V& b, const V& c) {
  return fused<V>(-a, b, c);
}
#endif

#if CHOLINV_X86 && CHOLINV_BYTES >= 64
// The same in the lanes of a mask, c in the others.
#define CHOLINV_FUSED_SOME(V, lanes, kind)                                       \
  CHOLINV_INLINE V fused(const V& a, const V& b, const V& c, lanes mask) {       \
    return __builtin_ia32_vfmadd##kind(a, b, c, mask, current_rounding);         \
  }                                                                              \
  CHOLINV_INLINE V fused_minus(const V& a, const V& b, const V& c, lanes mask) { \
    return CHOLINV_FUSED_MINUS(kind, a, b, c, mask, current_rounding);           \
  }
CHOLINV_FUSED_SOME(double8, unsigned char, pd512_mask3)
CHOLINV_FUSED_SOME(float16, unsigned short, ps512_mask3)
#undef CHOLINV_FUSED_SOME
#endif
#undef CHOLINV_FUSED_MINUS

template <class S, class V>
CHOLINV_INLINE V square_roots(V x) {
#if CHOLINV_X86 && CHOLINV_BYTES >= 64 && defined(__clang__)
  if constexpr (sizeof(V) == 64 && sizeof(S) == 8) return __builtin_ia32_sqrtpd512(x, current_rounding);
  if constexpr (sizeof(V) == 64 && sizeof(S) == 4) return __builtin_ia32_sqrtps512(x, current_rounding);
#elif CHOLINV_X86 && CHOLINV_BYTES >= 64
  if constexpr (sizeof(V) == 64 && sizeof(S) == 8) return __builtin_ia32_sqrtpd512_mask(x, x, all8, current_rounding);
  if constexpr (sizeof(V) == 64 && sizeof(S) == 4) return __builtin_ia32_sqrtps512_mask(x, x, all16, current_rounding);
#endif
#if CHOLINV_X86 && CHOLINV_BYTES >= 32
  if constexpr (sizeof(V) == 32 && sizeof(S) == 8) return __builtin_ia32_sqrtpd256(x);
  if constexpr (sizeof(V) == 32 && sizeof(S) == 4) return __builtin_ia32_sqrtps256(x);
#endif
  for (int i = 0; i < static_cast<int>(sizeof(V) / sizeof(S)); ++i) x[i] = square_root(S(x[i]));
  return x;
}

/// For a vector that is used more than once as it is: g++ would load it for each use, and a first-level cache that loads 64 bytes stores
/// none meanwhile. What a shuffle or a change of sign has made is in a register anyway.
template <class V>
CHOLINV_INLINE void load_once(V& x) {
#if CHOLINV_X86 && defined(__SSE2__) && !defined(__clang__)
  __asm__("" : "+v"(x));
#else
  static_cast<void>(x);
#endif
}

/// A vector to aligned memory, past the caches where the instruction set can.
template <class S, class V>
CHOLINV_INLINE void stream(S* to, const V& x) {
#ifdef __clang__
  __builtin_nontemporal_store(x, reinterpret_cast<V*>(to));
#elif CHOLINV_X86 && CHOLINV_BYTES >= 64
  __builtin_ia32_movntpd512(reinterpret_cast<double*>(to), reinterpret_cast<double8>(x));
#elif CHOLINV_X86 && CHOLINV_BYTES >= 32
  __builtin_ia32_movntpd256(reinterpret_cast<double*>(to), reinterpret_cast<double4>(x));
#elif CHOLINV_X86 && defined(__SSE2__)
  __builtin_ia32_movntpd(reinterpret_cast<double*>(to), reinterpret_cast<double2>(x));
#else
  *reinterpret_cast<V*>(to) = x;
#endif
}
/// After the last of them: other threads see what was streamed.
inline void end_of_stream() {
#if CHOLINV_X86 && (CHOLINV_BYTES >= 32 || defined(__SSE2__))
  __builtin_ia32_sfence();
#endif
}

/// Does a comparison hold in any lane?
template <class M>
CHOLINV_INLINE bool in_any_lane(const M& mask) {
#if CHOLINV_X86 && CHOLINV_BYTES >= 64
  if constexpr (sizeof(M) == 64) return __builtin_ia32_cvtd2mask512(reinterpret_cast<int16>(mask)) != 0;
#endif
#if CHOLINV_X86 && CHOLINV_BYTES >= 32
  if constexpr (sizeof(M) == 32) return __builtin_ia32_movmskps256(reinterpret_cast<float8>(mask)) != 0;
#endif
  bool found = false;
  for (int i = 0; i < static_cast<int>(sizeof(M) / sizeof(mask[0])); ++i) found |= mask[i] != 0;
  return found;
}

#if CHOLINV_X86 && CHOLINV_BYTES >= 32
CHOLINV_INLINE double4 joined(const double2& low, const double2& high) {
#ifdef __clang__
  return __builtin_shufflevector(low, high, 0, 1, 2, 3);
#else
  return __builtin_ia32_vinsertf128_pd256(__builtin_ia32_pd256_pd(low), high, 1);
#endif
}
#endif
#if CHOLINV_X86 && CHOLINV_BYTES >= 64
CHOLINV_INLINE double8 joined(const double4& low, const double4& high) {
#ifdef __clang__
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  const double8 x = __builtin_ia32_pd512_256pd(low);
  return __builtin_ia32_insertf64x4_mask(x, high, 1, x, all8);
#endif
}
#endif

/// Memory at any alignment as doubles, `Bytes` at once.
template <int Bytes>
struct piece {
  typedef double type __attribute__((vector_size(Bytes)));
  typedef double unaligned __attribute__((vector_size(Bytes), aligned(4), may_alias));
};
template <>
struct piece<8> {
  using type = double;
  typedef double unaligned __attribute__((aligned(4), may_alias));
};

/// A vector V of the pieces at from[0] + offset, from[step] + offset, ... Pointers are in an array or evenly_spaced.
template <class V, int Bytes, int step, class Pointers>
CHOLINV_INLINE V join(Pointers from, index_t offset) {
  using memory = typename piece<Bytes>::unaligned;
  using value = typename piece<Bytes>::type;
  constexpr int count = static_cast<int>(sizeof(V)) / Bytes;
  static_assert(count == 1 || count == 2 || count == 4);
  const value x = *reinterpret_cast<const memory*>(from[0] + offset);
  if constexpr (count == 1) {
    return reinterpret_cast<V>(x);
  } else if constexpr (count == 2) {
    const value y = *reinterpret_cast<const memory*>(from[step] + offset);
    if constexpr (Bytes == 8)
      return reinterpret_cast<V>(double2{x, y});
    else
      return reinterpret_cast<V>(joined(x, y));
  } else {
    using half = typename piece<2 * Bytes>::type;
    return reinterpret_cast<V>(joined(join<half, Bytes, step>(from, offset), join<half, Bytes, step>(from + 2 * step, offset)));
  }
}

/// The same back.
template <int Bytes, int step, class V, class Pointers>
CHOLINV_INLINE void split(const V& x, Pointers to, index_t offset) {
  using memory = typename piece<Bytes>::unaligned;
  CHOLINV_UNROLL for (int q = 0; q < static_cast<int>(sizeof(V)) / Bytes; ++q) * reinterpret_cast<memory*>(to[q * step] + offset) =
      reinterpret_cast<const memory*>(&x)[q];
}
