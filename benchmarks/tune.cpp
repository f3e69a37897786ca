// Measures the thresholds of detail/plan.hpp on this machine: up to which order lanes beat the block kernel, and from which one LAPACK
// beats both. The paths are no part of the interface; this program alone reaches below it.
#include <cholinv/cholinv.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "machine.hpp"
#include "measure.hpp"
#include "selection.hpp"

namespace {

using namespace bench;

constexpr char usage[] =
    "usage: tune [--task ...] [--dtype ...] [--orders 1-16,18-32:2,36-80:4,90-240:15]; CHOLINV_FORCE_ISA chooses the instruction set\n"
    "Times the lane and the block kernel side by side, batches in cache, from memory and single matrices, then LAPACK from order 8 on.\n";

/// One call through the path `way`, whatever plan.hpp would choose.
template <class T, cholinv::detail::task t>
call through(cholinv::detail::path way, const job& j) {
  using namespace cholinv::detail;
  const cholinv::tensor_view<const T> in(static_cast<const T*>(j.in), {j.batch, j.order, j.order});
  const cholinv::tensor_view<T> out(static_cast<T*>(j.out), {j.batch, j.order, j.order});
  cholinv::options o;
  plan how;
  how.way = way;
  how.streaming = streams(j.order, j.batch, sizeof(T));
  how.bytes =
      sizeof(real_t<T>) * static_cast<std::size_t>(std::max(native<T, t>::lane_work(j.order), native<T, t>::block_work(j.order, 1)));
  return [=] {
    const auto p = checked_problem<T>(t, in, triangle::lower, out, nullptr, o);
    const buffer memory(how.bytes + cache_line);
    runner<T, t>(p, how, on_failure::keep, align_up(memory.data())).run(0, j.batch);
  };
}

call through(cholinv::detail::path way, const job& j) {
  return with_type(j.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return j.what == bench::task::inverse ? through<T, cholinv::detail::task::invert>(way, j)
                                          : through<T, cholinv::detail::task::factorize>(way, j);
  });
}

/// Block over lanes.
double gain_of_lanes(bench::task t, scalar type, regime where, std::ptrdiff_t order) {
  using cholinv::detail::path;
  workload work(t, type, order, batch_of(where, type, order), 1);
  pace how;
  how.budget = 0.1;
  const std::vector<timing> times = take_turns({through(path::lanes, work.what()), through(path::block, work.what())}, how);
  return times[1].median / times[0].median;
}

void tune_lanes(bench::task t, scalar type, const std::vector<std::ptrdiff_t>& orders) {
  std::printf("%s %s: the block kernel's time over the lane kernel's\n%6s %8s %8s %8s\n", name(t), name(type), "n", "cache", "memory",
              "single");
  std::ptrdiff_t cache_best = 0, memory_best[2] = {0, 0}, single_best = 0;  // from memory by whether rows are whole cache lines
  for (const std::ptrdiff_t n : orders) {
    const double cache = gain_of_lanes(t, type, regime::cache, n), memory = gain_of_lanes(t, type, regime::memory, n);
    const double single = gain_of_lanes(t, type, regime::single, n);
    std::printf("%6td %8.2f %8.2f %8.2f\n", n, cache, memory, single);
    std::fflush(stdout);
    if (cache > 1) cache_best = n;
    if (memory > 1) memory_best[static_cast<std::size_t>(n) * size_of(type) % cholinv::detail::cache_line == 0 ? 1 : 0] = n;
    if (single > 1) single_best = n;
  }
  std::printf(
      "lanes win up to %td in cache, up to %td from memory or %td where rows are whole cache lines, up to %td for single matrices\n\n",
      cache_best, memory_best[0], memory_best[1], single_best);
}

#ifdef CHOLINV_USE_LAPACK
void tune_lapack(bench::task t, scalar type) {
  std::printf("%s %s: the native backend's time over backend::lapack's\n", name(t), name(type));
  for (const std::ptrdiff_t n : {8, 16, 32, 48, 64, 96, 128, 192, 256, 512, 1024}) {
    workload work(t, type, n, batch_of(regime::cache, type, n), 1);
    pace how;
    how.budget = 0.2;
    const auto with = [&](cholinv::backend use) {
      return with_type(type, [&](auto tag) -> call {
        using T = typename decltype(tag)::type;
        const job& j = work.what();
        const cholinv::tensor_view<const T> in(static_cast<const T*>(j.in), {j.batch, j.order, j.order});
        const cholinv::tensor_view<T> out(static_cast<T*>(j.out), {j.batch, j.order, j.order});
        cholinv::options o;
        o.use = use;
        o.threads = 1;
        if (t == bench::task::inverse) return [=] { cholinv::cholesky_inverse<T>(in, false, out, o); };
        return [=] { cholinv::cholesky<T>(in, false, out, o); };
      });
    };
    const std::vector<timing> times = take_turns({with(cholinv::backend::native), with(cholinv::backend::lapack)}, how);
    std::printf("%6td %8.2f\n", n, times[0].median / times[1].median);
    std::fflush(stdout);
  }
  std::printf("\n");
}
#endif

int run(int argc, char** argv) {
  selection s;
  s.tasks = {bench::task::inverse, bench::task::cholesky};
  s.types = {scalar::f32, scalar::f64, scalar::c32, scalar::c64};
  s.orders = choose_orders("1-16,18-32:2,36-80:4,90-240:15");
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--help") {
      std::fputs(usage, stdout);
      return 0;
    }
    if (!take_option(s, i, argc, argv)) refuse(std::string("there is no option '") + argv[i] + "'; --help lists them");
  }
  settle_environment(argv, 1);
  for (const auto& [key, value] : machine_context(1)) std::printf("# %s: %s\n", key.c_str(), value.c_str());
  for (const bench::task t : s.tasks)
    for (const scalar type : s.types) {
      tune_lanes(t, type, s.orders);
#ifdef CHOLINV_USE_LAPACK
      tune_lapack(t, type);
#endif
    }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "tune: %s\n", e.what());
    return 2;
  }
}
