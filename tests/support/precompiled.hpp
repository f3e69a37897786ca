// precompiled.hpp: what the tests share, for the four scalars, compiled once and optimised (precompiled.cpp), so that a test program need
// not be optimised to run fast. CMake puts it, precompiled, before most programs; those without it compile what they use themselves.
#pragma once

#include "layout.hpp"

#ifndef SUPPORT_TEMPLATE
#define SUPPORT_TEMPLATE extern template
#endif

namespace support {

#define SUPPORT_WIDE(W)                                                 \
  SUPPORT_TEMPLATE struct dense<W>;                                     \
  SUPPORT_TEMPLATE dense<W> adjoint(const dense<W>&);                   \
  SUPPORT_TEMPLATE dense<W> product(const dense<W>&, const dense<W>&);  \
  SUPPORT_TEMPLATE dense<W> as_lower(const dense<W>&, bool);            \
  SUPPORT_TEMPLATE dense<W> gram(const dense<W>&);                      \
  SUPPORT_TEMPLATE dense<W> matrix_of_factor(const dense<W>&, bool);    \
  SUPPORT_TEMPLATE dense<W> inverse_from_factor(const dense<W>&, bool); \
  SUPPORT_TEMPLATE dense<W> cholesky_of(const dense<W>&);               \
  SUPPORT_TEMPLATE real_t<W> norm1(const dense<W>&);                    \
  SUPPORT_TEMPLATE dense<W> random_similarity(engine&, const std::vector<real_t<W>>&);

// Of matrices of T, which may be const.
#define SUPPORT_MATRIX(T, Scalar)                                                                               \
  SUPPORT_TEMPLATE dense<Scalar> to_dense<Scalar>(const matrix_ref<T>&);                                        \
  SUPPORT_TEMPLATE dense<wide_t<Scalar>> to_dense<wide_t<Scalar>>(const matrix_ref<T>&);                        \
  SUPPORT_TEMPLATE testing::AssertionResult same_matrix(const matrix_ref<T>&, const matrix_ref<Scalar>&);       \
  SUPPORT_TEMPLATE testing::AssertionResult same_matrix(const matrix_ref<T>&, const matrix_ref<const Scalar>&); \
  SUPPORT_TEMPLATE testing::AssertionResult hermitian(const matrix_ref<T>&);                                    \
  SUPPORT_TEMPLATE bool has_nan(const matrix_ref<T>&);                                                          \
  SUPPORT_TEMPLATE bool all_nan(const matrix_ref<T>&);                                                          \
  SUPPORT_TEMPLATE testing::AssertionResult inverse_of<Scalar>::operator()(const matrix_ref<T>&);

#define SUPPORT_SCALAR(T)                                                                                                         \
  SUPPORT_TEMPLATE struct dense<T>;                                                                                               \
  SUPPORT_TEMPLATE dense<wide_t<T>> to_dense<wide_t<T>>(const dense<T>&);                                                         \
  SUPPORT_TEMPLATE dense<T> to_dense<T>(const dense<wide_t<T>>&);                                                                 \
  SUPPORT_TEMPLATE void assign(const matrix_ref<T>&, const dense<T>&);                                                            \
  SUPPORT_TEMPLATE void assign(const matrix_ref<T>&, const dense<wide_t<T>>&);                                                    \
  SUPPORT_TEMPLATE real_t<wide_t<T>> residual<T>(const dense<wide_t<T>>&, const dense<wide_t<T>>&);                               \
  SUPPORT_TEMPLATE real_t<wide_t<T>> factor_residual<T>(const dense<wide_t<T>>&, const dense<wide_t<T>>&);                        \
  SUPPORT_TEMPLATE real_t<wide_t<T>> forward_error<T>(const dense<wide_t<T>>&, const dense<wide_t<T>>&, const dense<wide_t<T>>&); \
  SUPPORT_TEMPLATE class inverse_of<T>;                                                                                           \
  SUPPORT_MATRIX(T, T)                                                                                                            \
  SUPPORT_MATRIX(const T, T)                                                                                                      \
  SUPPORT_TEMPLATE testing::AssertionResult same_tensor(const cholinv::tensor<T>&, const cholinv::tensor<T>&);                    \
  SUPPORT_TEMPLATE testing::AssertionResult same_tensor(const cholinv::tensor_view<T>&, const cholinv::tensor<T>&);               \
  SUPPORT_TEMPLATE dense<T> random_matrix(engine&, index_t, index_t);                                                             \
  SUPPORT_TEMPLATE dense<T> random_factor(engine&, index_t, bool, T);                                                             \
  SUPPORT_TEMPLATE cholinv::tensor<T> random_factors(engine&, const std::vector<index_t>&, index_t, bool, T);                     \
  SUPPORT_TEMPLATE dense<T> random_dominant(engine&, index_t);                                                                    \
  SUPPORT_TEMPLATE cholinv::tensor<T> random_positives(engine&, const std::vector<index_t>&, index_t, bool);                      \
  SUPPORT_TEMPLATE dense<T> random_positive_definite(engine&, index_t);                                                           \
  SUPPORT_TEMPLATE struct inputs<T>;                                                                                              \
  SUPPORT_TEMPLATE dense<wide_t<T>> lapack_matrix<T>(engine&, int, index_t);                                                      \
  SUPPORT_TEMPLATE class guarded<T>;                                                                                              \
  SUPPORT_TEMPLATE guarded<T>::guarded(layout, const cholinv::tensor<T>&);

SUPPORT_WIDE(long double)
SUPPORT_WIDE(std::complex<long double>)
SUPPORT_SCALAR(float)
SUPPORT_SCALAR(double)
SUPPORT_SCALAR(std::complex<float>)
SUPPORT_SCALAR(std::complex<double>)
SUPPORT_TEMPLATE class guarded<int>;

#undef SUPPORT_WIDE
#undef SUPPORT_MATRIX
#undef SUPPORT_SCALAR
#undef SUPPORT_TEMPLATE

}  // namespace support
