// input.hpp: what a fuzz target is made of: choices drawn from the fuzzer's bytes, and the end of the program where a law is broken.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

// One byte a choice, so that a change of one byte changes one thing. After the last byte all choices are the first: the plain one.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}

  std::uint8_t byte() { return next_ == end_ ? std::uint8_t(0) : *next_++; }
  int below(int bound) { return byte() % bound; }
  bool flag() { return below(2) == 1; }
  // Mostly no.
  bool rarely() { return below(16) == 15; }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

 private:
  const std::uint8_t *next_, *end_;
};

// A trial of one of the four scalars.
template <template <class> class Trial>
void check_scalar(int which, input& in) {
  switch (which) {
    case 1:
      return Trial<float>(in).check();
    case 2:
      return Trial<std::complex<double>>(in).check();
    case 3:
      return Trial<std::complex<float>>(in).check();
    default:
      return Trial<double>(in).check();
  }
}

[[noreturn]] inline void broken(const std::string& law, const std::string& description) {
  std::fprintf(stderr, "broken: %s\nby: %s\n", law.c_str(), description.c_str());
  std::abort();
}

}  // namespace fuzz
