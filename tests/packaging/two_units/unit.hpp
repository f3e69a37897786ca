// What a translation unit built with settings of its own tells about the library it got.
#pragma once

#include <cmath>

struct report {
  bool inverts;     // the automatic backend gives the right inverse
  bool has_lapack;  // backend::lapack is served
  int threads;      // how many threads did arithmetic on a batch of two, when told threads = 2
};

// Notes the calling thread; how many were noted so far. One definition for the whole program, in main.cpp.
void note_thread();
int noted_threads();
void forget_threads();

// A number that notes which thread computes with it.
struct traced {
  double value;
  explicit traced(double v = 0) : value(v) {}
};
inline traced noted(double v) {
  note_thread();
  return traced(v);
}
inline traced operator+(traced a, traced b) { return noted(a.value + b.value); }
inline traced operator-(traced a, traced b) { return noted(a.value - b.value); }
inline traced operator*(traced a, traced b) { return noted(a.value * b.value); }
inline traced operator/(traced a, traced b) { return noted(a.value / b.value); }
inline traced operator-(traced a) { return noted(-a.value); }
inline traced& operator+=(traced& a, traced b) { return a = a + b; }
inline traced& operator-=(traced& a, traced b) { return a = a - b; }
inline traced& operator*=(traced& a, traced b) { return a = a * b; }
inline bool operator==(traced a, traced b) { return a.value == b.value; }
inline bool operator!=(traced a, traced b) { return a.value != b.value; }
inline bool operator<(traced a, traced b) { return a.value < b.value; }
inline bool operator>(traced a, traced b) { return a.value > b.value; }
inline traced sqrt(traced a) { return noted(std::sqrt(a.value)); }
