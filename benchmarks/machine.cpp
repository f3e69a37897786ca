// The machine under the candidates: see machine.hpp.
#include "machine.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "candidates.hpp"

namespace bench {
namespace {

volatile double sink;  // NOLINT: a result that is used cannot be optimised away
volatile double factor_source = 0.999999, addend_source = 1e-6;
constexpr int burst_steps = 20000;

// Twelve accumulators cover latency times ports of every machine so far; they start apart, or the compiler would keep only one of them.
#define BENCH_FMA_BURST(function, attributes, real, width)                                                         \
  attributes void function() {                                                                                     \
    typedef real vector __attribute__((vector_size(width)));                                                       \
    const vector f = vector{} + static_cast<real>(factor_source), a = vector{} + static_cast<real>(addend_source); \
    vector v0 = a, v1 = a + 1, v2 = a + 2, v3 = a + 3, v4 = a + 4, v5 = a + 5;                                     \
    vector v6 = a + 6, v7 = a + 7, v8 = a + 8, v9 = a + 9, v10 = a + 10, v11 = a + 11;                             \
    for (int step = 0; step < burst_steps; ++step) {                                                               \
      v0 = v0 * f + a, v1 = v1 * f + a, v2 = v2 * f + a, v3 = v3 * f + a;                                          \
      v4 = v4 * f + a, v5 = v5 * f + a, v6 = v6 * f + a, v7 = v7 * f + a;                                          \
      v8 = v8 * f + a, v9 = v9 * f + a, v10 = v10 * f + a, v11 = v11 * f + a;                                      \
    }                                                                                                              \
    const vector sum = v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11;                                \
    double total = 0;                                                                                              \
    for (unsigned i = 0; i < sizeof(vector) / sizeof(real); ++i) total += static_cast<double>(sum[i]);             \
    sink = total;                                                                                                  \
  }

#ifdef __clang__
#pragma clang fp contract(fast)
#endif
#if defined(__x86_64__)
BENCH_FMA_BURST(float_avx512, __attribute__((target("avx512f"))), float, 64)
BENCH_FMA_BURST(double_avx512, __attribute__((target("avx512f"))), double, 64)
BENCH_FMA_BURST(float_avx2, __attribute__((target("avx2,fma"))), float, 32)
BENCH_FMA_BURST(double_avx2, __attribute__((target("avx2,fma"))), double, 32)
#endif
BENCH_FMA_BURST(float_baseline, , float, 16)
BENCH_FMA_BURST(double_baseline, , double, 16)
#undef BENCH_FMA_BURST

double seconds_of(void (*run)()) {
  double best = 1e9;
  for (int trial = 0; trial < 20; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

double burst_flops(int vector_bytes, bool single_precision) { return 2.0 * 12 * burst_steps * vector_bytes / (single_precision ? 4 : 8); }

bool runs_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

std::string first_line_after(const char* file, const std::string& key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (line.compare(0, key.size(), key) == 0)
      if (const std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

#ifdef BENCH_WITH_LAPACK
std::string openblas(const char* function) {
  using text_function = char* (*)();
  void* const found = dlsym(RTLD_DEFAULT, function);
  if (found == nullptr) return "unknown";
  text_function f;
  std::memcpy(&f, &found, sizeof f);
  std::string text = f();
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}
#endif

}  // namespace

fma_burst fastest_burst(bool single_precision) {
  std::vector<fma_burst> bursts{{"baseline", burst_flops(16, single_precision), single_precision ? float_baseline : double_baseline}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    bursts.push_back({"avx2", burst_flops(32, single_precision), single_precision ? float_avx2 : double_avx2});
  if (runs_avx512()) bursts.push_back({"avx512", burst_flops(64, single_precision), single_precision ? float_avx512 : double_avx512});
#endif
  return *std::max_element(bursts.begin(), bursts.end(), [](const fma_burst& a, const fma_burst& b) {
    return a.flops / seconds_of(a.run) < b.flops / seconds_of(b.run);
  });
}

void settle_environment(char** argv, int threads) {
#if defined(__GNUC__) && !defined(__OPTIMIZE__)
  throw std::runtime_error("compiled without optimisation, as by the preset dev (CHOLINV_OPTIMISE_ALL is OFF): use the preset release");
#endif
  if (std::getenv("BENCH_ENVIRONMENT_SETTLED") != nullptr) return;
  const std::string count = std::to_string(threads);
  setenv("OPENBLAS_NUM_THREADS", count.c_str(), 1);
  setenv("OMP_NUM_THREADS", count.c_str(), 1);
  setenv("MKL_NUM_THREADS", count.c_str(), 1);
  if (runs_avx512()) setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  setenv("BENCH_ENVIRONMENT_SETTLED", "1", 1);
  execv("/proc/self/exe", argv);
  throw std::runtime_error(
      "this program could not restart itself through /proc/self/exe; set OPENBLAS_NUM_THREADS, OPENBLAS_CORETYPE "
      "and BENCH_ENVIRONMENT_SETTLED=1 by hand");
}

std::vector<std::pair<std::string, std::string>> machine_context(int threads) {
  const char* const forced = std::getenv("OPENBLAS_CORETYPE");
  std::vector<std::pair<std::string, std::string>> context{
      {"cholinv", cholinv_version()},
      {"isa", cholinv_isa()},
      {"threads", std::to_string(threads)},
      {"cpu", first_line_after("/proc/cpuinfo", "model name")},
      {"compiler", BENCH_COMPILER},
      {"flags", BENCH_FLAGS},
#ifdef BENCH_WITH_LAPACK
      {"blas", openblas("openblas_get_config")},
      {"blas_kernels", openblas("openblas_get_corename")},
      {"openblas_coretype", forced == nullptr ? "not set" : forced},
#endif
#ifdef BENCH_WITH_EIGEN
      {"eigen", eigen_version() + " " BENCH_NATIVE_FLAG},
#endif
#ifdef BENCH_WITH_TORCH
      {"torch", torch_version()},
#endif
  };
  static_cast<void>(forced);
  return context;
}

}  // namespace bench
