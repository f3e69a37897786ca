// Who is measured: cholinv and its peers, each in a translation unit of its own with the flags its users would give it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "work.hpp"

namespace bench {

using call = std::function<void()>;

enum class role { ours, peer, bystander };  // a bystander is shown, but is no part of the ratio

/// `prepare` does what a caller has done before the call (wrap its memory in views or tensors) and returns the call to time.
struct candidate {
  const char* name;
  role is;
  call (*prepare)(const job&);
  bool (*takes)(std::ptrdiff_t order);
};

call prepare_cholinv(const job&);         // backend::automatic
call prepare_cholinv_native(const job&);  // backend::native
const char* cholinv_isa();
std::string cholinv_version();

call prepare_lapack(const job&);
call prepare_eigen(const job&);        // orders known at run time
call prepare_eigen_fixed(const job&);  // orders known at compile time
bool eigen_is_fixed(std::ptrdiff_t order);
call prepare_torch(const job&);
std::string eigen_version();
std::string torch_version();

/// All that this build has; cholinv first.
inline std::vector<candidate> all_candidates() {
  const auto any = [](std::ptrdiff_t) { return true; };
  return {
      {"cholinv", role::ours, prepare_cholinv, any},
      {"native", role::ours, prepare_cholinv_native, any},
#ifdef BENCH_WITH_LAPACK
      {"lapack", role::peer, prepare_lapack, any},
#endif
#ifdef BENCH_WITH_TORCH
      // Beyond 1024 it takes twice as long as the best, and gives back memory in small pages of which the next call's scratch is made.
      {"torch", role::peer, prepare_torch, [](std::ptrdiff_t order) { return order <= 1024; }},
#endif
#ifdef BENCH_WITH_EIGEN  // beyond 512 its solves take many times as long as the others
      {"eigen", role::peer, prepare_eigen, [](std::ptrdiff_t order) { return order <= 512; }},
      {"eigen_fixed", role::bystander, prepare_eigen_fixed, eigen_is_fixed},
#endif
  };
}

}  // namespace bench
