// Asks every unit of this program what library it got: each must have its own settings, whatever the link order.
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

#include "unit.hpp"

namespace {
std::mutex mutex;
std::set<std::thread::id> threads;
bool good = true;

void check(const char* unit, const report& got, bool has_lapack, int used_threads) {
  if (got.inverts && got.has_lapack == has_lapack && got.threads == used_threads) return;
  std::fprintf(stderr, "unit %s: inverts %d, should be 1; has LAPACK %d, should be %d; threads %d, should be %d\n", unit, got.inverts,
               got.has_lapack, has_lapack, got.threads, used_threads);
  good = false;
}
}  // namespace

void note_thread() {
  const std::lock_guard<std::mutex> lock(mutex);
  threads.insert(std::this_thread::get_id());
}
int noted_threads() {
  const std::lock_guard<std::mutex> lock(mutex);
  return static_cast<int>(threads.size());
}
void forget_threads() {
  const std::lock_guard<std::mutex> lock(mutex);
  threads.clear();
}

// UNITS is a list of X(name, has LAPACK, threads used), from CMakeLists.txt.
#define X(name, has_lapack, used_threads) report unit_##name();
UNITS
#undef X

int main() {
#define X(name, has_lapack, used_threads) check(#name, unit_##name(), has_lapack, used_threads);
  UNITS
#undef X
  return good ? 0 : 1;
}
