// cholinv: the inverse of a positive-definite matrix from its Cholesky factor,
// for one matrix or a million. This header is all of it.
#pragma once

#include "cholesky.hpp"
#include "cholesky_inverse.hpp"
#include "view.hpp"
