// test_concurrency.cpp: calls from many threads, from a parallel region and from a forked child have the bits of calls alone.
// builds: native full
#include "support/layout.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace {

using namespace support;

// One call with its inputs, which threads share, and what it answers when it is alone.
template <class T>
struct job {
  cholinv::tensor<T> factor, positive;
  bool upper;
  cholinv::options o;
  cholinv::tensor<T> inverse, root;
};

template <class T>
std::vector<job<T>> make_jobs(std::uint64_t seed, const std::vector<int>& thread_counts) {
  engine g(seed);
  std::vector<job<T>> jobs;
  for (index_t n : {1, 2, 3, 5, 8, 9, 17, 33, 65})
    for (index_t batch : {1, 7, 19})
      for (cholinv::backend use : backends())
        for (int threads : thread_counts) {
          // OpenBLAS lets its callers in one by one, and those who wait spin: a few small calls show what many would.
          if (use != cholinv::backend::native && (batch != 1 || n != 5)) continue;
          job<T> j;
          j.upper = below(g, 2) == 0;
          j.o = using_backend(use);
          j.o.threads = threads;
          j.factor = random_factors<T>(g, {batch}, n, j.upper);
          std::vector<dense<T>> positive;
          for (index_t b = 0; b < batch; ++b) positive.push_back(random_positive_definite<T>(g, n));
          j.positive = stack<T>(positive);
          j.inverse = cholinv::cholesky_inverse(j.factor, j.upper, j.o);
          j.root = cholinv::cholesky(j.positive, j.upper, j.o);
          jobs.push_back(std::move(j));
        }
  return jobs;
}

// How many of the answers are not those of the calls alone, or threw.
template <class T>
int differences(const std::vector<job<T>>& jobs, std::size_t start) {
  int different = 0;
  for (std::size_t k = 0; k < jobs.size(); ++k) {
    const job<T>& j = jobs[(start + k) % jobs.size()];
    try {
      if (!same_tensor(cholinv::cholesky_inverse(j.factor, j.upper, j.o), j.inverse)) ++different;
      if (!same_tensor(cholinv::cholesky(j.positive, j.upper, j.o), j.root)) ++different;
      cholinv::tensor<T> in_place = j.factor;
      cholinv::cholesky_inverse(in_place, j.upper, in_place, j.o);
      if (!same_tensor(in_place, j.inverse)) ++different;
    } catch (...) {
      ++different;
    }
  }
  return different;
}

template <class T>
class concurrency : public testing::Test {};
TYPED_TEST_SUITE(concurrency, dtypes, dtype_names);

// Once through the list; for as long as CHOLINV_TEST_SECONDS says where it is set.
TYPED_TEST(concurrency, sixty_four_threads) {
  const std::uint64_t seed = 1301;
  const auto jobs = make_jobs<TypeParam>(seed, {0, 1});
  const char* seconds = std::getenv("CHOLINV_TEST_SECONDS");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds == nullptr ? 0 : std::atoi(seconds));
  std::atomic<int> different{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 64; ++t)
    threads.emplace_back([&, t] {
      do different += differences(jobs, t * jobs.size() / 64);
      while (std::chrono::steady_clock::now() < end);
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(different, 0) << "seed " << seed << ", dtype " << dtype_name<TypeParam>() << ", ISA " << cholinv::isa_name();
}

#ifdef _OPENMP
TYPED_TEST(concurrency, inside_a_parallel_region) {
  const std::uint64_t seed = 1302;
  const auto jobs = make_jobs<TypeParam>(seed, {0, 1, 3});
  int different = 0;
#pragma omp parallel for num_threads(4) reduction(+ : different)
  for (int t = 0; t < 8; ++t) different += differences(jobs, static_cast<std::size_t>(t) * jobs.size() / 8);
  EXPECT_EQ(different, 0) << "seed " << seed << ", dtype " << dtype_name<TypeParam>() << ", ISA " << cholinv::isa_name();
}
#endif

#if defined(__unix__) || defined(__APPLE__)
// The parent has called before, from several threads if it can. GNU's OpenMP runtime itself cannot start a team in the child of a
// process that had one, so there the child stays on its thread.
TYPED_TEST(concurrency, in_a_forked_child) {
  const std::uint64_t seed = 1303;
  auto jobs = make_jobs<TypeParam>(seed, {0, 2});
  for (auto& j : jobs) j.o.threads = 1;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(differences(jobs, 0) == 0 ? 0 : 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status << ", seed " << seed;
  EXPECT_EQ(differences(jobs, 0), 0) << "in the parent, seed " << seed;
}
#endif

}  // namespace
