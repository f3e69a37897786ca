// The most memory that a call holds is its input, its result and the scratch that it states: peak <order>... checks it for every scalar
// and form, exactly with a counting operator new and in scale with getrusage. Each case is a process of its own.
#include "../support/allocations.hpp"
#include "../support/random.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace support;

enum class form { inverse, inverse_ex, inverse_in_place, inverse_with_scratch, inverse_of_pointers, factor, factor_in_place };
constexpr const char* form_names[] = {"cholesky_inverse", "cholesky_inverse_ex", "in place", "in place, with scratch", "in place, pointers",
                                      "cholesky",         "cholesky, in place"};

// Stacks and pages of code that are touched for the first time; LAPACK's own buffers besides.
constexpr double resident_allowance(cholinv::backend use) { return use == cholinv::backend::native ? 8e6 : 64e6; }
// Each block of memory is aligned inside a few bytes more.
constexpr long alignment_allowance = 4 * 64;
// Scratch of this size comes from the stack.
constexpr std::size_t on_the_stack = 1 << 14;

double most_resident() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

// Whether the law holds for one call on `count` matrices.
template <class T>
bool holds(form f, index_t n, index_t count, cholinv::backend use, const char* backend) {
  cholinv::tensor<T> a({count, n, n});
  for (const auto& m : matrices(a))  // a factor, and positive definite; all pages are touched
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) m(i, j) = i == j ? T(2) : T(real_t<T>(1) / static_cast<real_t<T>>(n + i + j));
  cholinv::options o;
  o.use = use;
  std::vector<T*> list;
  for (const auto& m : matrices(a)) list.push_back(m.data);
  const cholinv::pointer_batch<T> pointers(list.data(), count, n);
  const std::size_t stated = f == form::inverse_of_pointers ? cholinv::cholesky_inverse_scratch(pointers, false, o)
                                                            : cholinv::cholesky_inverse_scratch(a, false, o);
  std::vector<unsigned char> scratch;
  if (f == form::inverse_with_scratch) {
    scratch.assign(std::max<std::size_t>(stated, 1), 1);
    o.scratch = scratch.data();
    o.scratch_size = stated;
  }
  const bool in_place = f != form::inverse && f != form::inverse_ex && f != form::factor;
  const auto result = in_place ? 0 : static_cast<long>(sizeof(T)) * count * n * n + (f == form::inverse_ex ? 4 * count : 0);

  const double resident_before = most_resident();
  counting counted;
  switch (f) {
    case form::inverse:
      cholinv::cholesky_inverse(a, false, o);
      break;
    case form::inverse_ex:
      cholinv::cholesky_inverse_ex(a, false, o);
      break;
    case form::inverse_in_place:
    case form::inverse_with_scratch:
      cholinv::cholesky_inverse(a, false, a, o);
      break;
    case form::inverse_of_pointers:
      cholinv::cholesky_inverse(pointers, false, pointers, o);
      break;
    case form::factor:
      cholinv::cholesky(a, false, o);
      break;
    case form::factor_in_place:
      cholinv::cholesky(a, false, a, o);
      break;
  }
  counted.stop();
  const double grown = most_resident() - resident_before;

  const long heap = f == form::inverse_with_scratch ? 0 : static_cast<long>(stated);
  const long most = result + heap + alignment_allowance;
  const long least = result + (stated > 2 * on_the_stack && f != form::inverse_of_pointers ? heap : 0);
  const bool counts = counted.peak() <= most && counted.peak() >= least && counted.live() == 0;
  const bool grows = grown <= static_cast<double>(result + heap) + resident_allowance(use) &&
                     grown >= static_cast<double>(result) - resident_allowance(use);
  std::printf(
      "%-7s order %5td x %2td, %-9s %-22s input %11.3f MB, result %11.3f, scratch %11.3f, peak of new %11.3f, resident +%11.3f%s%s\n",
      std::is_same_v<T, float>    ? "float"
      : std::is_same_v<T, double> ? "double"
      : sizeof(T) == 8            ? "complex8"
                                  : "complex16",
      n, count, backend, form_names[static_cast<int>(f)], 1e-6 * static_cast<double>(sizeof(T)) * static_cast<double>(a.size()),
      1e-6 * static_cast<double>(result), 1e-6 * static_cast<double>(heap), 1e-6 * static_cast<double>(counted.peak()), 1e-6 * grown,
      counts ? "" : "  NOT WHAT IS STATED", grows ? "" : "  NOT WHAT IS STATED (resident)");
  return counts && grows;
}

// The parent never calls the library, so that each child starts without threads and with little memory.
template <class T>
bool holds_in_a_process(form f, index_t n, index_t count, cholinv::backend use, const char* backend) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const bool good = holds<T>(f, n, count, use, backend);
    std::fflush(stdout);
    _exit(good ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  bool all = argument_count > 1;
  for (int k = 1; k < argument_count; ++k) {
    const index_t n = std::atol(arguments[k]);
    const bool large = n > 1000;  // a minute of arithmetic for each form: three of them then, and one of LAPACK's
    for (int f = 0; f <= static_cast<int>(form::factor_in_place); ++f)
      for (const index_t count : {1, 3}) {
        const auto what = static_cast<form>(f);
        if (large && (count > 1 || (what != form::inverse && what != form::inverse_in_place && what != form::factor))) continue;
        const auto run = [&](cholinv::backend use, const char* backend) {
          all = holds_in_a_process<float>(what, n, count, use, backend) && all;
          all = holds_in_a_process<double>(what, n, count, use, backend) && all;
          all = holds_in_a_process<std::complex<float>>(what, n, count, use, backend) && all;
          all = holds_in_a_process<std::complex<double>>(what, n, count, use, backend) && all;
        };
        run(cholinv::backend::native, "native");
#ifdef CHOLINV_USE_LAPACK
        if (!large || what == form::inverse) run(cholinv::backend::lapack, "lapack");
#endif
      }
  }
  return all ? 0 : 1;
}
