// The one translation unit of this project's own programs that compiles the kernels (CHOLINV_INSTANTIATE, see detail/execute.hpp).
#include <cholinv/cholinv.hpp>
