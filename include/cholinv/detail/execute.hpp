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
CHOLINV_CALLS_BEGIN

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
  bool inside = false;     // the threads share each matrix instead of the batch
  bool streaming = false;  // the batch outgrows the caches: fetch it ahead; some results are written past them
  std::size_t bytes = 0;   // of scratch memory, a whole number of cache lines: for each thread, or for the team inside a matrix
  std::size_t least = 0;   // bytes that the checks took before

  std::size_t work_bytes() const noexcept { return with_alignment_slack(bytes * static_cast<std::size_t>(inside ? 1 : threads)); }
  std::size_t scratch_bytes() const noexcept { return std::max(least, work_bytes()); }
};

/// How many threads this call may have: one where the caller is itself one of a team.
inline int available_threads(int wanted) noexcept {
#ifdef _OPENMP
  return omp_in_parallel() ? 1 : wanted == 0 ? omp_get_max_threads() : wanted;
#else
  static_cast<void>(wanted);
  return 1;
#endif
}

/// Throws std::invalid_argument where the backend asked for cannot do this.
template <class T>
void check_backend(const wording& w, index_t order, const options& o) {
  if (o.use != backend::lapack) return;
  if (!lapack_compiled_in)
    misuse({w.function,
            ": options.use is backend::lapack, but this program was compiled without LAPACK; it should be backend::automatic or "
            "backend::native, or the program compiled with CHOLINV_USE_LAPACK"});
  if (!lapack_present<T>)
    misuse({w.function,
            ": options.use is backend::lapack, but LAPACK has no routine for this scalar type; it should be float, double or their complex "
            "types"});
#ifdef CHOLINV_USE_LAPACK
  if (order > lapack_most)
    misuse({w.function, ": options.use is backend::lapack and the order is ", order, "; it should be at most ", lapack_most,
            ", the largest lapack_int"});
#else
  static_cast<void>(order);
#endif
}

template <class T>
plan make_plan(const wording& w, index_t order, index_t count, std::size_t least, const options& o) {
  using S = real_t<T>;
  check_backend<T>(w, order, o);
  plan result;
  result.least = least;
  if (order == 0 || count == 0) return result;
  if (order > index_t(1) << (4 * sizeof(index_t) - 3))
    misuse({w.function, ": the order is ", order, "; a matrix that large does not fit the address space"});
  bool lapack_can = lapack_present<T>;
#ifdef CHOLINV_USE_LAPACK
  lapack_can = lapack_can && order <= lapack_most;
#endif
  result.streaming = streams(order, count, sizeof(T));
  const auto way = [&](task t) { return choose_path(kind_of<T>(), t, o.use, lapack_can, order, count, result.streaming); };
  result.way = way(w.what);
  // Threads share nothing but the read-only arguments; a scalar that owns memory may not bear even that.
  const int most = std::is_trivially_copyable_v<T> && worth_a_team(order, count) ? available_threads(o.threads) : 1;
  const int team = result.way == path::block ? team_inside(order, count, most) : 1;
  result.inside = team > 1;
  result.threads = result.inside ? team : count > most ? most : static_cast<int>(count);
  std::size_t bytes = sizeof(S) * static_cast<std::size_t>(native<T, task::invert>::block_work(order, team));
  if constexpr (is_ieee<S>)
    if (way(task::factorize) == path::lanes)  // what is enough for one task is enough for both
      bytes = std::max(bytes, sizeof(S) * static_cast<std::size_t>(native<T, task::invert>::lane_work(order)));
#ifdef CHOLINV_USE_LAPACK
  // The native kernel stands in for LAPACK on matrices that LAPACK cannot be trusted with.
  if (result.way == path::lapack) bytes = std::max(bytes, sizeof(T) * static_cast<std::size_t>(order) * static_cast<std::size_t>(order));
#endif
  result.bytes = (bytes + cache_line - 1) / cache_line * cache_line;
  return result;
}

/// The same for a call that is to be run: its scratch, if there is any, must be enough.
template <class T>
plan checked_plan(const wording& w, index_t order, index_t count, std::size_t least, const options& o) {
  const plan result = make_plan<T>(w, order, count, least, o);
  if (o.scratch != nullptr && o.scratch_size < result.scratch_bytes())
    misuse({w.function, ": options.scratch_size is ", o.scratch_size, "; it should be at least ", result.scratch_bytes(),
            " bytes, as cholesky_inverse_scratch() says, or options.scratch null"});
  return result;
}

/// For the forms that allocate their result: a new tensor, after what can be checked before. All of it will be written, so numbers of the
/// processor begin without zeros: these took a fifth of a call for small orders.
template <class T, class A>
tensor<T> new_result(const wording& w, const A& a, const options& o) {
  require_scalar<T>();
  check_input(w, a, o);
  checked_plan<T>(w, a.extent(a.rank() - 1), checked_size(batch_shape(a.shape())), scratch_of_list(w, a), o);
  if constexpr (is_ieee<real_t<T>>)
    return tensor<T>(a.shape(), unwritten());
  else
    return tensor<T>(a.shape());
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
      : p_(p), way_(how.way), streaming_(how.streaming), policy_(policy), work_(memory, how.bytes) {}

  /// The matrices [begin, end) of the batch.
  tally run(index_t begin, index_t end) {
    if constexpr (is_ieee<S>)
      if (way_ == path::lanes) {
        // What is left after the last whole group of lanes goes one by one if it would leave too many lanes idle.
        const index_t width = native<T, t>::width(), rest = (end - begin) % width;
        const index_t last = fills_lanes(kind_of<T>(), t, p_.order, rest, width) ? end : end - rest;
        for (const index_t groups = std::min(chunk, most_groups * width); begin < last; begin += groups)
          run_lanes(begin, std::min(last - begin, groups), last - begin, width);
        begin = last;
      }
    for (index_t b = begin; b < end; ++b) {
      const place<T> m = p_.at(b);
      finish(b, m, run_one(m, streaming_ && b + 1 < end ? p_.at(b + 1).in : nullptr));
    }
    if (streaming_) native<T, t>::fence();
    return result_;
  }

  /// All matrices, each by a team of threads.
  tally run_inside(int threads) {
    for (index_t b = 0; b < p_.count; ++b) {
      const place<T> m = p_.at(b);
      int info = t == task::invert ? zero_on_diagonal(m) : 0;
#ifdef _OPENMP
      const index_t steps = info == 0 ? native<T, t>::block_steps(p_) : 0;
#pragma omp parallel num_threads(threads)
      for (index_t s = 0; s < steps; ++s) {
        native<T, t>::block(s, s + 1, p_, m, streaming_, nullptr, work_.data(), &info, omp_get_thread_num(), omp_get_num_threads());
        if (streaming_) native<T, t>::fence();
#pragma omp barrier
      }
#else
      static_cast<void>(threads);
#endif
      finish(b, m, info);
    }
    return result_;
  }

 private:
  static constexpr index_t chunk = 512, most_groups = 64;  // what one call of the lane kernel takes: a multiple of every width

  int zero_on_diagonal(const place<T>& m) const {
    const index_t stride = p_.in_row + p_.in_column;
    for (index_t i = 0; i < p_.order; ++i)
      if (is_zero(m.in[i * stride])) return static_cast<int>(i + 1);
    return 0;
  }

  /// `next` is the matrix that comes after this one, to be fetched from memory, or null.
  int run_one(const place<T>& m, const T* next) {
    if (t == task::invert)
      if (const int zero = zero_on_diagonal(m)) return zero;
#ifdef CHOLINV_USE_LAPACK
    if constexpr (lapack_present<T>)
      if (way_ == path::lapack && lapack_can_take(t, p_.order, m.in, p_.in_row, p_.in_column))
        if (const int info = lapack<T>::run(t, p_, m, reinterpret_cast<T*>(work_.data())); info != lapack_missed_it) return info;
#endif
    return native<T, t>::block(p_, m, streaming_, next, work_.data());
  }

  /// The next `count` matrices, of `left` that are still to come.
  void run_lanes(index_t first, index_t count, index_t left, index_t width) {
    if (!streaming_ && plain_and_small(p_, t)) {
      const index_t groups = count / width, done = count == 1 ? 1 : groups * width;
      if (count == 1 || (groups > 0 && p_.evenly(first) >= done)) {
        const bool from_memory = outgrows_caches(p_.order, p_.count, sizeof(T));
        settle(first, done, width, native<T, t>::spaced_lanes(p_, p_.at(first), groups, from_memory));
        const index_t rest = count - done;
        // A whole group that ends with the rest takes half as long as copies of the rest would. What is before it comes to the same bits
        // once more, but for calls in place, where its input is gone; if one of the group is bad, nothing of it is written.
        if (rest > 1 && p_.in != p_.out && p_.evenly(first) >= count)
          settle(first + done, rest, width, native<T, t>::spaced_lanes(p_, p_.at(first + count - width), 1, from_memory));
        else if (rest > 0)
          run_lanes(first + done, rest, left - done, width);
        return;
      }
    }
    const S* in[chunk + known_ahead];
    S* out[chunk + known_ahead];
    const index_t known = streaming_ ? std::min(left, count + known_ahead) : count;
    index_t i = 0;
    const index_t in_step = p_.in_step(), out_step = p_.out_step();
    do {  // at least one is: g++ would warn of `out` otherwise
      const place<T> m = p_.at(first + i);
      for (index_t r = 0, here = std::min(known - i, p_.evenly(first + i)); r < here; ++r, ++i) {
        in[i] = reinterpret_cast<const S*>(m.in + r * in_step);
        out[i] = reinterpret_cast<S*>(m.out + r * out_step);
      }
    } while (i < known);
    settle(first, count, width,
           native<T, t>::lanes(p_, in, out, static_cast<int>(count), static_cast<int>(known), streaming_, work_.data()));
  }

  /// `count` matrices after lanes took them, with a bit for each group of `width` that holds a bad one: these go one by one, to the same
  /// bits.
  void settle(index_t first, index_t count, index_t width, std::uint64_t bad) {
    if (bad == 0) return p_.clear_info(first, first + count);
    for (index_t l = 0; l < count; ++l) {
      const place<T> m = p_.at(first + l);
      finish(first + l, m, (bad >> (l / width) & 1) != 0 ? run_one(m, nullptr) : 0);
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
  bool streaming_;
  on_failure policy_;
  workspace<S> work_;
  tally result_;
};

/// One plain matrix of an order that is unrolled, the smallest of calls, needs no memory, and a plan would take as long as the matrix.
/// False, and nothing done, where this is another call, an empty one too, or the matrix is bad.
template <task t, class T>
bool done_at_once(const problem<T>& p, const options& o) {
  if constexpr (is_ieee<real_t<T>>) {
    if (p.count != 1 || p.order == 0 || !plain_and_small(p, t) || o.scratch != nullptr || o.use == backend::lapack) return false;
    if (choose_path(kind_of<T>(), t, o.use, lapack_present<T>, p.order, 1, false) != path::lanes) return false;
    if (native<T, t>::spaced_lanes(p, p.at(0), 0, false) != 0) return false;
    p.clear_info(0, 1);
    return true;
  } else {
    return false;
  }
}

template <task t, class T>
tally execute(const problem<T>& p, on_failure policy, const options& o) {
  if (done_at_once<t>(p, o)) return {};
  plan how = checked_plan<T>(wording_of(t), p.order, p.count, p.list_bytes, o);
  if (p.order == 0) {
    p.clear_info(0, p.count);
    return {};
  }
  index_t group = 1;  // matrices that lanes take at once
  if constexpr (is_ieee<real_t<T>>)
    if (how.way == path::lanes) {
      group = native<T, t>::width();
      if (!suits_lanes(p, t, group)) how.way = path::block;  // which has enough memory: scratch does not depend on strides
    }
  // A small call does not pay for an allocation.
  char local[1 << 14];
  const std::size_t bytes = o.scratch == nullptr ? how.work_bytes() : 0;
  const buffer own(bytes > sizeof local ? bytes : 0);
  char* memory = static_cast<char*>(align_up(o.scratch != nullptr ? o.scratch : bytes > sizeof local ? own.data() : local));
  if (how.inside) return runner<T, t>(p, how, policy, memory).run_inside(how.threads);
  if (how.threads == 1) return runner<T, t>(p, how, policy, memory).run(0, p.count);
  tally result;
#ifdef _OPENMP
  // Whole groups of lanes for each thread, unless these are so few that one would wait for the others.
  const index_t unit = how.way == path::lanes && p.count >= 16 * group * how.threads ? group : 1;
  const index_t units = (p.count + unit - 1) / unit;
#pragma omp parallel num_threads(how.threads)
  {
    // The runtime may give fewer threads than asked for; the batch is shared among those that came.
    const index_t team = omp_get_num_threads(), me = omp_get_thread_num();
    const index_t begin = units / team * me + std::min(me, units % team), end = begin + units / team + (me < units % team ? 1 : 0);
    const tally mine = runner<T, t>(p, how, policy, memory + static_cast<std::size_t>(me) * how.bytes)
                           .run(std::min(begin * unit, p.count), std::min(end * unit, p.count));
#pragma omp critical(cholinv_tally)
    result.add(mine);
  }
#endif
  return result;
}

// All of a call's work is below execute().
#if defined(CHOLINV_INSTANTIATE) || defined(CHOLINV_INSTANTIATE_CALLS)
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

CHOLINV_CALLS_END
}  // namespace detail
CHOLINV_NAMESPACE_END
