// The companion that makes the factor: A = L L^H or A = U^H U.
#pragma once

#include "detail/execute.hpp"
#include "view.hpp"

CHOLINV_NAMESPACE_BEGIN

/// A freshly allocated factor and LAPACK's info of each matrix, in the batch shape.
template <class T>
struct factor_and_info {
  tensor<T> factor;  ///< NaN where info is not 0
  tensor<int> info;  ///< 0, or the first leading minor that is not positive, from 1
};

namespace detail {
CHOLINV_CALLS_BEGIN

template <class T, class A, class X>
tally factorize(const A& a, bool upper, const X& out, const tensor_view<int>* info, on_failure policy, const options& o) {
  const triangle uplo = upper ? triangle::upper : triangle::lower;
  return execute<task::factorize>(checked_problem<T>(task::factorize, a, uplo, out, info, o), policy, o);
}

inline void throw_if_indefinite(const tally& t) {
  if (t.failed > 0) raise(not_positive_definite(t.first, t.diagonal, t.failed));
}

template <class T, class A>
tensor<T> new_factor(const A& a, bool upper, const options& o) {
  tensor<T> out = new_result<T>(wording_of(task::factorize), a, o);
  throw_if_indefinite(factorize<T>(a, upper, tensor_view<T>(out), nullptr, on_failure::keep, o));
  return out;
}

template <class T, class A>
factor_and_info<T> new_factor_and_info(const A& a, bool upper, const options& o) {
  factor_and_info<T> result{new_result<T>(wording_of(task::factorize), a, o), tensor<int>(batch_shape(a.shape()))};
  const tensor_view<int> info = result.info;
  factorize<T>(a, upper, tensor_view<T>(result.factor), &info, on_failure::fill_with_nan, o);
  return result;
}

CHOLINV_CALLS_END
}  // namespace detail
CHOLINV_CALLS_BEGIN

/// The Cholesky factor of a Hermitian positive-definite matrix: A = L L^H (`upper` false) or A = U^H U (`upper` true).
///
/// @param a     shape (*, n, n), any strides (in elements). Of the triangle that `upper` names all is used, of its diagonal the
///              real part; of the other triangle nothing.
/// @param upper which factor, and which triangle of `a` is used.
/// @param out   the shape of `a`, any strides; exactly `a`'s view (in place) or memory apart from it. The other triangle of the
///              result is zero. A matrix that failed is left untouched.
/// @param o     backend, threads and scratch memory (cholesky_inverse_scratch() bytes are enough).
/// @throws std::invalid_argument on misuse, before anything is written; the message names the argument.
/// @throws not_positive_definite when a leading minor is not positive (or NaN), after all other matrices are done.
/// @throws std::bad_alloc when no scratch was given and none could be had; `out` is untouched then.
///
/// 1/3 n^3 multiplications and additions a matrix (times 4 for complex). LAPACK: ?potrf.
template <class T>
void cholesky(tensor_view<const T> a, bool upper, tensor_view<T> out, options o = {}) {
  detail::throw_if_indefinite(detail::factorize<T>(a, upper, out, nullptr, detail::on_failure::keep, o));
}

/// The same, into a new row-major tensor of the shape of `a`.
template <class T>
tensor<T> cholesky(tensor_view<const T> a, bool upper = false, options o = {}) {
  return detail::new_factor<T>(a, upper, o);
}

/// The same, reporting numerical failure instead of throwing it: info is 0, or i > 0 when the leading minor of order i is not
/// positive; the factor of a matrix that failed is NaN.
template <class T>
factor_and_info<T> cholesky_ex(tensor_view<const T> a, bool upper = false, options o = {}) {
  return detail::new_factor_and_info<T>(a, upper, o);
}

// The same for everything that view() takes, as cholesky_inverse does.

/// The same for everything that view() takes.
template <class T = detail::unnamed, class A, class S = detail::scalar_of<T, A>>
tensor<S> cholesky(const A& a, bool upper = false, options o = {}) {
  return detail::new_factor<S>(detail::input<S>(a, "argument a"), upper, o);
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class A, class O, class S = detail::scalar_of<T, A>, class = detail::if_output<O>>
void cholesky(const A& a, bool upper, O&& out, options o = {}) {
  detail::throw_if_indefinite(detail::factorize<S>(detail::input<S>(a, "argument a"), upper,
                                                   detail::output<S>(std::forward<O>(out), "argument out"), nullptr,
                                                   detail::on_failure::keep, o));
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class A, class S = detail::scalar_of<T, A>>
factor_and_info<S> cholesky_ex(const A& a, bool upper = false, options o = {}) {
  return detail::new_factor_and_info<S>(detail::input<S>(a, "argument a"), upper, o);
}

CHOLINV_CALLS_END
CHOLINV_NAMESPACE_END
