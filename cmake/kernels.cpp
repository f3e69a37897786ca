// The one translation unit of this project's own programs that compiles the kernels (CHOLINV_INSTANTIATE, see detail/native.hpp).
#include <cholinv/cholinv.hpp>
