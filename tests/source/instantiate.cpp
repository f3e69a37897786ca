// The one translation unit of the test programs that compiles the kernels (CHOLINV_INSTANTIATE, see detail/execute.hpp).
#include <cholinv/cholinv.hpp>
