// Runs a plan: memory, threads over the batch, one matrix after the other, and the tally of what failed.
#pragma once

#include <limits>
#include <memory>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "lapack.hpp"
#include "native.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

/// Which matrices failed: how many, the first one and its info.
struct tally {
  index_t failed = 0, first = -1, diagonal = 0;

  void add(index_t batch, int info) noexcept {
    if (failed++ == 0 || batch < first) first = batch, diagonal = info;
  }
  void add(const tally& other) noexcept {
    if (other.failed > 0 && (failed == 0 || other.first < first)) first = other.first, diagonal = other.diagonal;
    failed += other.failed;
  }
};

/// What a call will do, before it does it.
struct plan {
  path way = path::native;
  int threads = 1;
  std::size_t bytes_per_thread = 0;  // a whole number of cache lines

  std::size_t scratch_bytes() const noexcept { return with_alignment_slack(bytes_per_thread * static_cast<std::size_t>(threads)); }
};

inline int threads_for(int wanted, index_t count) noexcept {
#ifdef _OPENMP
  const int most = omp_in_parallel() ? 1 : wanted == 0 ? omp_get_max_threads() : wanted;
#else
  const int most = 1;
  static_cast<void>(wanted);
#endif
  return count < most ? static_cast<int>(count < 1 ? 1 : count) : most;
}

template <class T>
plan make_plan(task t, index_t order, index_t count, const options& o) {
  const wording w = wording_of(t);
  if (o.use == backend::lapack) {
    if (!lapack_compiled_in)
      misuse(call(w) + "options.use is backend::lapack, but this program was compiled without LAPACK; it should be backend::automatic or " +
             "backend::native, or the program compiled with CHOLINV_USE_LAPACK");
    if (!lapack_present<T>)
      misuse(call(w) + "options.use is backend::lapack, but LAPACK has no routine for this scalar type; it should be float, double or " +
             "their complex types");
#ifdef CHOLINV_USE_LAPACK
    if (order > lapack_most)
      misuse(call(w) + "options.use is backend::lapack and the order is " + std::to_string(order) + "; it should be at most " +
             std::to_string(lapack_most) + ", the largest lapack_int");
#endif
  }
  plan result;
  if (order == 0 || count == 0) return result;
  result.way = choose_path(o.use, lapack_present<T>, complex_traits<T>::is_complex, order);
#ifdef CHOLINV_USE_LAPACK
  if (order > lapack_most) result.way = path::native;
#endif
  // Threads share nothing but the read-only arguments; a scalar that owns memory may not bear even that.
  result.threads = std::is_trivially_copyable_v<T> ? threads_for(o.threads, count) : 1;
  if (order > index_t(1) << (4 * sizeof(index_t) - 3))
    misuse(call(w) + "the order " + std::to_string(order) + " is too large for this machine");
  auto bytes = static_cast<std::size_t>(native<T>::work(t, order)) * sizeof(real_t<T>);
#ifdef CHOLINV_USE_LAPACK
  if constexpr (lapack_present<T>)
    if (result.way == path::lapack) {
      const std::size_t square = static_cast<std::size_t>(lapack<T>::work(order)) * sizeof(T);
      if (square > bytes) bytes = square;
    }
#endif
  result.bytes_per_thread = (bytes + cache_line - 1) / cache_line * cache_line;
  return result;
}

/// Living real numbers in raw memory: constructed and destroyed only where the type asks for it.
template <class R>
class workspace {
 public:
  workspace(void* memory, std::size_t bytes) : data_(static_cast<R*>(memory)), count_(bytes / sizeof(R)) {
    if constexpr (!std::is_trivially_default_constructible_v<R>) std::uninitialized_value_construct_n(data_, count_);
  }
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;
  ~workspace() {
    if constexpr (!std::is_trivially_destructible_v<R>) std::destroy_n(data_, count_);
  }
  R* data() const noexcept { return data_; }

 private:
  R* data_;
  std::size_t count_;
};

/// The first zero on the diagonal, counted from 1; 0 when there is none.
template <class T>
int first_zero(index_t order, const T* a, index_t diagonal_stride) {
  for (index_t i = 0; i < order; ++i)
    if (is_zero(a[i * diagonal_stride])) return static_cast<int>(i + 1);
  return 0;
}

template <class T>
int run_one(task t, path way, const problem<T>& p, const place<T>& m, void* memory) {
  if (t == task::invert)
    if (const int zero = first_zero(p.order, m.in, p.in_row + p.in_column)) return zero;
#ifdef CHOLINV_USE_LAPACK
  if constexpr (lapack_present<T>)
    if (way == path::lapack && lapack_can_take(t, p.order, m.in, p.in_row, p.in_column))
      return lapack<T>::run(t, p, m, static_cast<T*>(memory));
#endif
  static_cast<void>(way);
  return native<T>::run(t, p, m, static_cast<real_t<T>*>(memory));
}

enum class on_failure { keep, fill_with_nan };

template <class T>
void fill_matrix(const problem<T>& p, T* out, const T& value) {
  for (index_t i = 0; i < p.order; ++i)
    for (index_t j = 0; j < p.order; ++j) out[i * p.out_row + j * p.out_column] = value;
}

/// The matrices [begin, end) of the batch, one after the other, with the memory of one thread.
template <class T>
tally run_range(task t, const plan& how, const problem<T>& p, on_failure policy, index_t begin, index_t end, void* memory) {
  const workspace<real_t<T>> work(memory, how.bytes_per_thread);
  tally result;
  for (index_t b = begin; b < end; ++b) {
    const place<T> m = p.at(b);
    const int info = run_one(t, how.way, p, m, memory);
    if (m.info != nullptr) *m.info = info;
    if (info == 0) continue;
    result.add(b, info);
    if (policy == on_failure::fill_with_nan) fill_matrix(p, m.out, nan_scalar<T>());
  }
  return result;
}

template <class T>
tally execute(task t, const problem<T>& p, on_failure policy, const options& o) {
  const plan how = make_plan<T>(t, p.order, p.count, o);
  const std::size_t needed = how.scratch_bytes();
  if (o.scratch != nullptr && o.scratch_size < needed)
    misuse(call(wording_of(t)) + "options.scratch_size is " + std::to_string(o.scratch_size) + "; it should be at least " +
           std::to_string(needed) + " bytes, as cholesky_inverse_scratch() says, or options.scratch null");
  if (p.order == 0) {
    if (p.info != nullptr)
      for (index_t b = 0; b < p.count; ++b) *p.at(b).info = 0;
    return {};
  }
  const buffer own(o.scratch == nullptr ? how.bytes_per_thread * static_cast<std::size_t>(how.threads) : 0);
  char* memory = static_cast<char*>(o.scratch == nullptr ? own.data() : align_up(o.scratch));
  tally result;
  if (how.threads == 1) return run_range(t, how, p, policy, 0, p.count, memory);
#ifdef _OPENMP
#pragma omp parallel num_threads(how.threads)
  {
    // The runtime may give fewer threads than asked for; the batch is shared among those that came.
    const index_t team = omp_get_num_threads(), me = omp_get_thread_num();
    const index_t begin = p.count / team * me + (me < p.count % team ? me : p.count % team);
    const index_t end = begin + p.count / team + (me < p.count % team ? 1 : 0);
    const tally mine = run_range(t, how, p, policy, begin, end, memory + static_cast<std::size_t>(me) * how.bytes_per_thread);
#pragma omp critical(cholinv_tally)
    result.add(mine);
  }
#endif
  return result;
}

}  // namespace detail
CHOLINV_NAMESPACE_END
