// test_threads.cpp: many callers at once. Not in test_resources, whose operator new the thread sanitizer does not bear.
// builds: native full
#include "support/layout.hpp"

#include <atomic>
#include <thread>

namespace {

using namespace support;

template <class T>
class threads : public testing::Test {};
TYPED_TEST_SUITE(threads, dtypes, dtype_names);

// Law: any number of threads may call at once, on shared inputs, and each has the answer of a call alone. They come first, so that of this
// program's first calls too. With OpenMP the larger jobs are shared among a team for each caller.
TYPED_TEST(threads, calls_at_once_have_the_answers_of_calls_alone) {
  using T = TypeParam;
  const std::uint64_t seed = 406;
  constexpr std::size_t callers = 4;
  struct answers {
    cholinv::tensor<T> inverse, root, in_place;
  };
  struct job {
    cholinv::tensor<T> factor;
    bool upper;
    cholinv::options o;
    std::vector<answers> of;
  };
  engine g(seed);
  std::vector<job> jobs;
  for (const auto& [n, batch] : std::vector<std::pair<index_t, index_t>>{{1, 6}, {4, 5000}, {9, 6}, {30, 40}})
    for (cholinv::backend use : backends())
      for (bool upper : {false, true})
        for (int wanted : {0, 1}) {
          // OpenBLAS takes turns among callers, and slowly: a few calls show what many would.
          if (use != cholinv::backend::native && (upper || wanted == 0 || n == 1 || n == 9)) continue;
          cholinv::options o = using_backend(use);
          o.threads = wanted;
          jobs.push_back({random_factors<T>(g, {batch}, n, upper), upper, o, std::vector<answers>(callers)});
        }
  const auto work = [](job& j, std::size_t me) {
    answers& mine = j.of[me];
    mine.inverse = cholinv::cholesky_inverse(j.factor, j.upper, j.o);
    mine.root = cholinv::cholesky(mine.inverse, j.upper, j.o);
    mine.in_place = j.factor;
    cholinv::cholesky_inverse(mine.in_place, j.upper, mine.in_place, j.o);
  };
  std::atomic<int> thrown{0};
  std::vector<std::thread> team;
  for (std::size_t me = 0; me < callers; ++me)
    team.emplace_back([&, me] {
      try {
        for (std::size_t k = 0; k < jobs.size(); ++k) work(jobs[(k + me * jobs.size() / callers) % jobs.size()], me);
      } catch (...) {
        ++thrown;
      }
    });
  for (std::thread& t : team) t.join();
  ASSERT_EQ(thrown, 0) << "seed " << seed;

  for (job& j : jobs) {
    SCOPED_TRACE(describe<T>(seed, j.factor.extent(1), j.upper, "row_major", j.o.use) + ", threads " + std::to_string(j.o.threads));
    const auto inverse = cholinv::cholesky_inverse(j.factor, j.upper, j.o), root = cholinv::cholesky(inverse, j.upper, j.o);
    for (const answers& a : j.of) {
      EXPECT_TRUE(same_tensor(a.inverse, inverse));
      EXPECT_TRUE(same_tensor(a.root, root));
      EXPECT_TRUE(same_tensor(a.in_place, inverse));
    }
  }
}

}  // namespace
