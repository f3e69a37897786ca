// The main job: the inverse of a symmetric or Hermitian positive-definite matrix from its Cholesky factor, for whole batches.
#pragma once

#include "detail/execute.hpp"
#include "view.hpp"

CHOLINV_NAMESPACE_BEGIN

/// A freshly allocated result and LAPACK's info of each matrix, in the batch shape.
template <class T>
struct inverse_and_info {
  tensor<T> inverse;  ///< NaN where info is not 0
  tensor<int> info;   ///< 0, or the first diagonal element that is zero, from 1
};

namespace detail {
CHOLINV_CALLS_BEGIN

/// Check the call (problem), choose its path (plan), run it (execute). Factor and output are tensor_views or pointer_batches.
template <class T, class F, class X>
tally invert(const F& factor, bool upper, const X& out, const tensor_view<int>* info, on_failure policy, const options& o) {
  const triangle uplo = upper ? triangle::upper : triangle::lower;
  return execute<task::invert>(checked_problem<T>(task::invert, factor, uplo, out, info, o), policy, o);
}

inline void throw_if_singular(const tally& t) {
  if (t.failed > 0) raise(singular_factor(t.first, t.diagonal, t.failed));
}

template <class T, class F>
tensor<T> new_inverse(const F& factor, bool upper, const options& o) {
  tensor<T> out = new_result<T>(wording_of(task::invert), factor, o);
  throw_if_singular(invert<T>(factor, upper, tensor_view<T>(out), nullptr, on_failure::keep, o));
  return out;
}

template <class T, class F>
inverse_and_info<T> new_inverse_and_info(const F& factor, bool upper, const options& o) {
  inverse_and_info<T> result{new_result<T>(wording_of(task::invert), factor, o), tensor<int>(batch_shape(factor.shape()))};
  const tensor_view<int> info = result.info;
  invert<T>(factor, upper, tensor_view<T>(result.inverse), &info, on_failure::fill_with_nan, o);
  return result;
}

template <class T, class F, class X>
std::size_t inverse_scratch(const F& factor, const X& out, const options& o) {
  require_scalar<T>();
  const wording w = wording_of(task::invert);
  check_shapes(w, factor, out, nullptr, o);
  const index_t count = checked_size(batch_shape(factor.shape()));
  const std::size_t lists = std::max(scratch_of_list(w, factor), scratch_of_list(w, out));
  return make_plan<T>(w, factor.extent(factor.rank() - 1), count, lists, o).scratch_bytes();
}

CHOLINV_CALLS_END
}  // namespace detail
CHOLINV_CALLS_BEGIN

/// The inverse of A = L L^H (`upper` false) or A = U^H U (`upper` true) from its factor, written to `out`.
///
/// @param factor shape (*, n, n), any strides (in elements). Only the named triangle is used; its diagonal may be negative or complex.
/// @param upper  which triangle of `factor` holds the factor.
/// @param out    the shape of `factor`, any strides; exactly `factor`'s view (in place) or memory apart from it. It receives the
///               full matrix, bitwise Hermitian with an exactly real diagonal. A matrix that failed is left untouched.
/// @param o      backend, threads and scratch memory.
/// @throws std::invalid_argument on misuse, before anything is written; the message names the argument.
/// @throws singular_factor when a diagonal element is exactly zero, after all other matrices are done.
/// @throws std::bad_alloc when no scratch was given and none could be had; `out` is untouched then.
///
/// 2/3 n^3 multiplications and additions a matrix (times 4 for complex). LAPACK: ?potri (trtri, then lauum); Higham, Accuracy and
/// Stability of Numerical Algorithms, chapter 14, for the error bounds.
template <class T>
void cholesky_inverse(tensor_view<const T> factor, bool upper, tensor_view<T> out, options o = {}) {
  detail::throw_if_singular(detail::invert<T>(factor, upper, out, nullptr, detail::on_failure::keep, o));
}

/// The same, into a new row-major tensor of the shape of `factor`.
template <class T>
tensor<T> cholesky_inverse(tensor_view<const T> factor, bool upper = false, options o = {}) {
  return detail::new_inverse<T>(factor, upper, o);
}

/// The same, reporting numerical failure instead of throwing it. `info` has the batch shape, any strides, and receives 0, or i > 0
/// when the i-th diagonal element (counted from 1) of that factor is exactly zero. Returns how many failed.
template <class T>
index_t cholesky_inverse_ex(tensor_view<const T> factor, bool upper, tensor_view<T> out, tensor_view<int> info, options o = {}) {
  return detail::invert<T>(factor, upper, out, &info, detail::on_failure::keep, o).failed;
}

/// The same, into new tensors. The result of a matrix that failed is NaN.
template <class T>
inverse_and_info<T> cholesky_inverse_ex(tensor_view<const T> factor, bool upper = false, options o = {}) {
  return detail::new_inverse_and_info<T>(factor, upper, o);
}

/// Bytes of options.scratch, at any alignment, with which the out form of this very call, and cholesky on the same shape, allocate
/// nothing. It depends on the type, the shape, the backend and the threads; constant time. Where `out` is a pointer_batch and `factor` is
/// not, say so: cholesky_inverse_scratch(factor, upper, out).
template <class T>
std::size_t cholesky_inverse_scratch(tensor_view<const T> factor, bool upper, options o = {}) {
  static_cast<void>(upper);
  return detail::inverse_scratch<T>(factor, factor, o);
}

// The same for everything that view() takes: tensors, pointer_batches, the matrices of other libraries. `info` may be an int where there
// is one matrix. T is that of `factor`; where its type does not say it, as torch::Tensor's, it is named: cholesky_inverse<double>(t).

/// The same for everything that view() takes.
template <class T = detail::unnamed, class F, class S = detail::scalar_of<T, F>>
tensor<S> cholesky_inverse(const F& factor, bool upper = false, options o = {}) {
  return detail::new_inverse<S>(detail::input<S>(factor, "argument factor"), upper, o);
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class F, class O, class S = detail::scalar_of<T, F>, class = detail::if_output<O>>
void cholesky_inverse(const F& factor, bool upper, O&& out, options o = {}) {
  detail::throw_if_singular(detail::invert<S>(detail::input<S>(factor, "argument factor"), upper,
                                              detail::output<S>(std::forward<O>(out), "argument out"), nullptr, detail::on_failure::keep,
                                              o));
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class F, class S = detail::scalar_of<T, F>>
inverse_and_info<S> cholesky_inverse_ex(const F& factor, bool upper = false, options o = {}) {
  return detail::new_inverse_and_info<S>(detail::input<S>(factor, "argument factor"), upper, o);
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class F, class O, class I, class S = detail::scalar_of<T, F>>
index_t cholesky_inverse_ex(const F& factor, bool upper, O&& out, I&& info, options o = {}) {
  const tensor_view<int> info_view = detail::info_output(std::forward<I>(info));
  return detail::invert<S>(detail::input<S>(factor, "argument factor"), upper, detail::output<S>(std::forward<O>(out), "argument out"),
                           &info_view, detail::on_failure::keep, o)
      .failed;
}
/// The same for everything that view() takes.
template <class T = detail::unnamed, class F, class S = detail::scalar_of<T, F>>
std::size_t cholesky_inverse_scratch(const F& factor, bool upper, options o = {}) {
  static_cast<void>(upper);
  const auto view = detail::input<S>(factor, "argument factor");
  return detail::inverse_scratch<S>(view, view, o);
}
/// The same of a call with this `out`, of which neither the matrices nor a list's addresses are looked at. It is more than without where
/// `out` alone is a pointer_batch, or a list of matrices: that none of them share memory is found by sorting their addresses.
template <class T = detail::unnamed, class F, class O, class S = detail::scalar_of<T, F>, class = detail::if_output<O>>
std::size_t cholesky_inverse_scratch(const F& factor, bool upper, O&& out, options o = {}) {
  static_cast<void>(upper);
  return detail::inverse_scratch<S>(detail::input<S>(factor, "argument factor"), detail::output<S>(std::forward<O>(out), "argument out"),
                                    o);
}

CHOLINV_CALLS_END
CHOLINV_NAMESPACE_END
