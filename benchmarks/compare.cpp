// The same candidates as a Google Benchmark program: for its filters, repetitions, output formats and tools/compare.py.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>

#include "candidates.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "selection.hpp"

namespace {

using namespace bench;

constexpr char usage[] = "usage: compare [options] [--benchmark_... of Google Benchmark]\n";

struct row {
  task what;
  scalar type;
  regime where;
  std::ptrdiff_t order, batch;
};

/// One row's matrices and the machine's limit on them, in seconds per matrix. Benchmarks of one row follow each other and share it.
struct stage {
  stage(const row& r, int threads, const layout& memory) : work(r.what, r.type, r.order, r.batch, threads, memory) {
    const fma_burst burst = fastest_burst(is_single(r.type));
    pace short_turns;
    short_turns.budget = 0.05;
    const std::vector<timing> t = take_turns({burst.run, [&] { std::memcpy(work.what().out, work.what().in, work.size()); }}, short_turns);
    limit = std::max(flops(r.what, r.type, r.order) / (burst.flops / t[0].median * threads), t[1].median / static_cast<double>(r.batch));
  }
  workload work;
  double limit = 0;
};

stage& stage_of(const row& r, int threads, const layout& memory) {
  static std::unique_ptr<stage> kept;
  static row of{};
  if (kept == nullptr || of.what != r.what || of.type != r.type || of.order != r.order || of.batch != r.batch) {
    kept.reset();
    kept = std::make_unique<stage>(r, threads, memory);
    of = r;
  }
  return *kept;
}

void time_candidate(benchmark::State& state, const candidate& c, const row& r, int threads, const layout& memory) {
  stage& s = stage_of(r, threads, memory);
  const call run = c.prepare(s.work.what());
  s.work.poison();
  std::string complaint;
  try {
    run();
    complaint = s.work.complaint();
  } catch (const std::exception& e) {
    complaint = e.what();
  }
  if (!complaint.empty()) {
    state.SkipWithError(("wrong result: " + complaint).c_str());
    return;
  }
  for (auto _ : state) run();

  const double matrices = static_cast<double>(r.batch) * static_cast<double>(state.iterations());
  state.counters["matrices/s"] = benchmark::Counter(matrices, benchmark::Counter::kIsRate);
  state.counters["flop/s"] = benchmark::Counter(matrices * flops(r.what, r.type, r.order), benchmark::Counter::kIsRate);
  state.counters["of_limit"] = benchmark::Counter(matrices * s.limit, benchmark::Counter::kIsRate);
}

int run(int argc, char** argv) {
  selection s;
  std::vector<char*> theirs{argv[0]};
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) std::printf("%s%s", usage, selection_usage);
    if (!take_option(s, i, argc, argv)) theirs.push_back(argv[i]);
  }
  settle_environment(argv, s.threads);

  const std::vector<candidate> candidates = candidates_of(s);
  for_each_row(s, [&](task t, scalar type, regime where, std::ptrdiff_t order, std::ptrdiff_t batch) {
    for (const candidate& c : candidates) {
      if (!c.takes(order)) continue;
      const row r{t, type, where, order, batch};
      const std::string title = std::string(name(t)) + "/" + name(type) + "/" + name(where) + "/order:" + std::to_string(order) +
                                "/batch:" + std::to_string(batch) + "/" + c.name;
      auto* const one =
          benchmark::RegisterBenchmark(title.c_str(), [=](benchmark::State& state) { time_candidate(state, c, r, s.threads, s.memory); });
      one->Unit(benchmark::kMicrosecond);
      // As in measure.hpp: processor time of the whole process for one thread, the wall clock for several.
      if (s.threads == 1)
        one->MeasureProcessCPUTime();
      else
        one->UseRealTime();
    }
  });
  for (const auto& facts : {machine_context(s.threads), memory_context(s.memory)})
    for (const auto& [key, value] : facts) benchmark::AddCustomContext(key, value);
  int count = static_cast<int>(theirs.size());
  benchmark::Initialize(&count, theirs.data());
  if (benchmark::ReportUnrecognizedArguments(count, theirs.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "compare: %s\n", e.what());
    return 2;
  }
}
