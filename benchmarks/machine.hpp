// The machine under the candidates: its limits (FMA peak, memcpy rate), and who they are (BLAS, ISA, compiler).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "work.hpp"

namespace bench {

/// One short burst of independent fused multiply-adds in the widest vectors that this machine runs.
struct fma_burst {
  const char* isa;
  double flops;
  void (*run)();
};

/// The fastest burst for float or double: wider vectors are not faster on every machine, so each is tried.
fma_burst fastest_burst(bool single_precision);

/// Restarts the program, once, with the BLAS told what it reads only when it loads: how many threads, and (where the user has not
/// chosen and the processor can run them) OpenBLAS's AVX-512 kernels, which its older versions do not find on newer processors.
void settle_environment(char** argv, int threads);

/// What a reader of the numbers must know, as (key, value).
std::vector<std::pair<std::string, std::string>> machine_context(int threads);

}  // namespace bench
