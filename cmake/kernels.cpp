// The translation unit that compiles the kernels for a program that only declares them (CHOLINV_INSTANTIATE, see detail/native.hpp), this
// project's own too; for these, once more with LAPACK and OpenMP, only what a call does above them (CHOLINV_INSTANTIATE_CALLS).
#include <cholinv/cholinv.hpp>
