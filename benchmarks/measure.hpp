// Fair timing: candidates take turns within one run, and the median of each one's turns counts.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace bench {

/// How long to measure: a turn repeats a short call for `turn` seconds; rounds are added until `budget` seconds are spent.
struct pace {
  double turn = 2e-3, budget = 1.0;
  int fewest_rounds = 5, most_rounds = 41;
  bool wall_clock = false;
};

/// Seconds per call.
struct timing {
  double median = 0, fastest = 0;
};

/// One thread is timed by the processor time of the whole process: others on the same cores cost it nothing, and a
/// candidate with helpers of its own pays for each. Several threads are timed by the clock on the wall.
inline double now(bool wall_clock) {
#ifdef CLOCK_PROCESS_CPUTIME_ID
  if (!wall_clock) {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
#endif
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double seconds_for(const std::function<void()>& f, long repeats, const pace& p) {
  const double start = now(p.wall_clock);
  for (long i = 0; i < repeats; ++i) f();
  return now(p.wall_clock) - start;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Clocks, caches and neighbours change within seconds: only turns taken side by side can be compared.
inline std::vector<timing> take_turns(const std::vector<std::function<void()>>& calls, const pace& p) {
  const std::size_t count = calls.size();
  std::vector<long> repeats(count);
  // Before a turn on several threads: OpenBLAS's helpers look for work for 2^26 ticks before they sleep, where the next turn would be.
  const double rest = p.wall_clock ? 0.05 : 0;
  // So the caches are its own, and its threads awake. What a call leaves in the last-level cache has to go to memory first: the first one
  // after memcpy took 10 to 17% longer. Long calls fill the caches by themselves.
  std::vector<char> warms_up(count);
  double round = 0;
  for (std::size_t c = 0; c < count; ++c) {
    calls[c]();  // what happens only once: page faults, first use of code and thread pools
    double once = seconds_for(calls[c], 1, p);
    for (long trial = 4; static_cast<double>(trial) * once < p.turn; trial *= 4)
      once = std::max(1e-9, seconds_for(calls[c], trial, p) / static_cast<double>(trial));
    repeats[c] = std::max(1L, static_cast<long>(p.turn / once));
    warms_up[c] = repeats[c] > 1 || rest > 0 || once < 0.1;
    round += once * static_cast<double>(repeats[c] + warms_up[c]) + rest;
  }
  const int rounds = std::clamp(static_cast<int>(p.budget / round), p.fewest_rounds, p.most_rounds);

  std::vector<std::vector<double>> seconds(count);
  for (int r = 0; r < rounds; ++r)
    for (std::size_t turn = 0; turn < count; ++turn) {
      const std::size_t c = (turn + static_cast<std::size_t>(r)) % count;
      if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double>(rest));
      if (warms_up[c]) calls[c]();
      seconds[c].push_back(seconds_for(calls[c], repeats[c], p) / static_cast<double>(repeats[c]));
    }

  std::vector<timing> result;
  for (const auto& s : seconds) result.push_back({median(s), *std::min_element(s.begin(), s.end())});
  return result;
}

}  // namespace bench
