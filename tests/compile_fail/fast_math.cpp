// Under -ffast-math, which defines this macro, clang cannot keep the rules on NaN and equal bits (g++ can): the header says so.
// refused with: cholinv keeps NaN, infinities and equal bits, which this compiler's fast-math mode does not
#ifdef MISUSE
#define __FAST_MATH__ 1
#endif
#include <cholinv/cholinv.hpp>
