// The translation unit of this project's own programs that compiles the kernels (CHOLINV_INSTANTIATE, see detail/native.hpp), and once more
// with LAPACK and OpenMP, only what a call does above them (CHOLINV_INSTANTIATE_CALLS).
#include <cholinv/cholinv.hpp>
