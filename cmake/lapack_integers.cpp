// Prints how many bits the integers of lapacke.h, of liblapacke and of the LAPACK under it have. No call here depends on their agreeing.
#include <lapacke.h>

#include <cstdint>
#include <cstdio>

namespace {

template <class To, class From>
To* as(From* function) {
  return reinterpret_cast<To*>(reinterpret_cast<void (*)()>(function));
}

// LAPACKE_ilaver hands its pointers to LAPACK, which writes three small numbers there: over all of each -1, or over half of it.
int bits_of_lapack() {
  std::int64_t version[3] = {-1, -1, -1};
  as<void(void*, void*, void*)> (&LAPACKE_ilaver)(version, version + 1, version + 2);
  return version[0] >= 0 && version[0] < 1000 ? 64 : 32;
}

// A leading dimension of 2^32 is 0 to 32 bits, and refused before anything is computed. On these machines an integer of 32 bits is the
// lower half of a register, whatever the upper one holds; elsewhere what the header says is believed.
int bits_of_lapacke() {
#if defined(__x86_64__) || defined(__aarch64__)
  double one = 1;
  const int info =
      as<int(int, char, std::int64_t, double*, std::int64_t)>(&LAPACKE_dpotri_work)(LAPACK_ROW_MAJOR, 'L', 1, &one, std::int64_t(1) << 32);
  return info == 0 ? 64 : 32;
#else
  return 8 * static_cast<int>(sizeof(lapack_int));
#endif
}

}  // namespace

int main() {
  const int header = 8 * static_cast<int>(sizeof(lapack_int)), lapacke = bits_of_lapacke(), lapack = bits_of_lapack();
  std::printf("\nbits: lapacke.h %d, liblapacke %d, LAPACK %d\n", header, lapacke, lapack);  // after what LAPACKE says of the refusal
}
