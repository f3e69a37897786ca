// Runs a plan: memory, threads over the batch, one matrix after the other, and the tally of what failed.
#pragma once

#include <algorithm>
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
  path way = path::block;
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

/// The runtime's choice of threads does not make a small call slower: waking a team costs what this many multiplications do. A
/// number of threads that the caller names is the caller's.
inline bool worth_a_team(int wanted, index_t order, index_t count) noexcept {
  constexpr double multiplications = 1 << 18;
  const double n = static_cast<double>(order);
  return wanted != 0 || n * n * n * static_cast<double>(count) >= multiplications;
}

/// Throws std::invalid_argument where the backend asked for cannot do this.
template <class T>
void check_backend(const wording& w, index_t order, const options& o) {
  if (o.use != backend::lapack) return;
  if (!lapack_compiled_in)
    misuse(call(w) +
           "options.use is backend::lapack, but this program was compiled "
           "without LAPACK; it should be backend::automatic or " +
           "backend::native, or the program compiled with CHOLINV_USE_LAPACK");
  if (!lapack_present<T>)
    misuse(call(w) +
           "options.use is backend::lapack, but LAPACK has no routine for this "
           "scalar type; it should be float, double or " +
           "their complex types");
#ifdef CHOLINV_USE_LAPACK
  if (order > lapack_most)
    misuse(call(w) + "options.use is backend::lapack and the order is " + std::to_string(order) + "; it should be at most " +
           std::to_string(lapack_most) + ", the largest lapack_int");
#else
  static_cast<void>(order);
#endif
}

template <class T>
plan make_plan(const wording& w, index_t order, index_t count, const options& o) {
  using S = real_t<T>;
  check_backend<T>(w, order, o);
  plan result;
  if (order == 0 || count == 0) return result;
  if (order > index_t(1) << (4 * sizeof(index_t) - 3))
    misuse(call(w) + "the order is " + std::to_string(order) + "; a matrix that large does not fit the address space");
  bool lapack_can = lapack_present<T>;
#ifdef CHOLINV_USE_LAPACK
  lapack_can = lapack_can && order <= lapack_most;
#endif
  result.way = choose_path(kind_of<T>(), o.use, lapack_can, order, count);
  std::size_t bytes = sizeof(S) * static_cast<std::size_t>(native<T, task::invert>::block_work(order));
  if constexpr (is_ieee<S>)
    if (result.way == path::lanes) bytes = std::max(bytes, sizeof(S) * static_cast<std::size_t>(native<T, task::invert>::lane_work(order)));
#ifdef CHOLINV_USE_LAPACK
  // The native kernel stands in for LAPACK on matrices that LAPACK cannot be trusted with.
  if (result.way == path::lapack) bytes = std::max(bytes, sizeof(T) * static_cast<std::size_t>(order) * static_cast<std::size_t>(order));
#endif
  result.bytes_per_thread = (bytes + cache_line - 1) / cache_line * cache_line;
  // Threads share nothing but the read-only arguments; a scalar that owns memory may not bear even that.
  if (std::is_trivially_copyable_v<T> && worth_a_team(o.threads, order, count)) result.threads = threads_for(o.threads, count);
  return result;
}

/// The same for a call that is to be run: its scratch, if there is any, must be enough.
template <class T>
plan checked_plan(const wording& w, index_t order, index_t count, const options& o) {
  const plan result = make_plan<T>(w, order, count, o);
  if (o.scratch != nullptr && o.scratch_size < result.scratch_bytes())
    misuse(call(w) + "options.scratch_size is " + std::to_string(o.scratch_size) + "; it should be at least " +
           std::to_string(result.scratch_bytes()) + " bytes, as cholesky_inverse_scratch() says, or options.scratch null");
  return result;
}

/// What the forms that allocate their result check before they do.
template <class T>
void check_before_allocating(const wording& w, const tensor_view<const T>& a, const options& o) {
  check_input(w, a, o);
  checked_plan<T>(w, a.extent(a.rank() - 1), checked_size(batch_shape(a.shape())), o);
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

enum class on_failure { keep, fill_with_nan };

/// One thread's share of a call.
template <class T, task t>
class runner {
  using S = real_t<T>;

 public:
  runner(const problem<T>& p, const plan& how, on_failure policy, void* memory)
      : p_(p), way_(how.way), policy_(policy), work_(memory, how.bytes_per_thread) {}

  /// The matrices [begin, end) of the batch.
  tally run(index_t begin, index_t end) {
    if constexpr (is_ieee<S>)
      if (way_ == path::lanes) {
        // What is left after the last whole group of lanes goes one by one if it would leave most lanes idle.
        const index_t width = native<T, t>::width(), rest = (end - begin) % width;
        const index_t last = rest <= width / 4 ? end - rest : end;
        for (; begin < last; begin += group) run_lanes(begin, static_cast<int>(last - begin < group ? last - begin : group));
        begin = last;
      }
    for (index_t b = begin; b < end; ++b) {
      const place<T> m = p_.at(b);
      finish(b, m, run_one(m));
    }
    return result_;
  }

 private:
  static constexpr index_t group = 64;

  int zero_on_diagonal(const place<T>& m) const {
    const index_t stride = p_.in_row + p_.in_column;
    for (index_t i = 0; i < p_.order; ++i)
      if (is_zero(m.in[i * stride])) return static_cast<int>(i + 1);
    return 0;
  }

  int run_one(const place<T>& m) {
    if (t == task::invert)
      if (const int zero = zero_on_diagonal(m)) return zero;
#ifdef CHOLINV_USE_LAPACK
    if constexpr (lapack_present<T>)
      if (way_ == path::lapack && lapack_can_take(t, p_.order, m.in, p_.in_row, p_.in_column))
        if (const int info = lapack<T>::run(t, p_, m, reinterpret_cast<T*>(work_.data())); info != lapack_missed_it) return info;
#endif
    return native<T, t>::block(p_, m, work_.data());
  }

  void run_lanes(index_t first, int count) {
    const S* in[group];
    S* out[group];
    for (int l = 0; l < count; ++l) {
      const place<T> m = p_.at(first + l);
      in[l] = reinterpret_cast<const S*>(m.in);
      out[l] = reinterpret_cast<S*>(m.out);
    }
    const std::uint64_t failed = native<T, t>::lanes(p_, in, out, count, work_.data());
    if (failed == 0 && p_.info == nullptr) return;
    for (int l = 0; l < count; ++l) {
      const place<T> m = p_.at(first + l);
      const bool bad = (failed >> l & 1) != 0;
      finish(first + l, m, bad ? run_one(m) : 0);
    }
  }

  void finish(index_t b, const place<T>& m, int info) {
    if (m.info != nullptr) *m.info = info;
    if (info == 0) return;
    result_.add(b, info);
    if (policy_ == on_failure::keep) return;
    for (index_t i = 0; i < p_.order; ++i)
      for (index_t j = 0; j < p_.order; ++j) m.out[i * p_.out_row + j * p_.out_column] = nan_scalar<T>();
  }

  const problem<T>& p_;
  path way_;
  on_failure policy_;
  workspace<S> work_;
  tally result_;
};

template <task t, class T>
tally execute(const problem<T>& p, on_failure policy, const options& o) {
  const plan how = checked_plan<T>(wording_of(t), p.order, p.count, o);
  if (p.order == 0) {
    if (p.info != nullptr)
      for (index_t b = 0; b < p.count; ++b) *p.at(b).info = 0;
    return {};
  }
  const buffer own(o.scratch == nullptr ? how.bytes_per_thread * static_cast<std::size_t>(how.threads) : 0);
  char* memory = static_cast<char*>(o.scratch == nullptr ? own.data() : align_up(o.scratch));
  tally result;
  if (how.threads == 1) return runner<T, t>(p, how, policy, memory).run(0, p.count);
#ifdef _OPENMP
#pragma omp parallel num_threads(how.threads)
  {
    // The runtime may give fewer threads than asked for; the batch is shared among those that came.
    const index_t team = omp_get_num_threads(), me = omp_get_thread_num();
    const index_t begin = p.count / team * me + (me < p.count % team ? me : p.count % team);
    const index_t end = begin + p.count / team + (me < p.count % team ? 1 : 0);
    const tally mine = runner<T, t>(p, how, policy, memory + static_cast<std::size_t>(me) * how.bytes_per_thread).run(begin, end);
#pragma omp critical(cholinv_tally)
    result.add(mine);
  }
#endif
  return result;
}

// All the work is below execute(). A program of many translation units compiles it once: define CHOLINV_EXTERN_TEMPLATES in all of
// them, and in one CHOLINV_INSTANTIATE besides.
#if defined(CHOLINV_INSTANTIATE)
#define CHOLINV_TEMPLATE template
#elif defined(CHOLINV_EXTERN_TEMPLATES)
#define CHOLINV_TEMPLATE extern template
#endif
#ifdef CHOLINV_TEMPLATE
#define CHOLINV_EXECUTE(T)                                                                        \
  CHOLINV_TEMPLATE tally execute<task::invert, T>(const problem<T>&, on_failure, const options&); \
  CHOLINV_TEMPLATE tally execute<task::factorize, T>(const problem<T>&, on_failure, const options&);
CHOLINV_EXECUTE(float)
CHOLINV_EXECUTE(double)
CHOLINV_EXECUTE(std::complex<float>)
CHOLINV_EXECUTE(std::complex<double>)
#undef CHOLINV_EXECUTE
#undef CHOLINV_TEMPLATE
#endif

}  // namespace detail
CHOLINV_NAMESPACE_END
