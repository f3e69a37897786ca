// A view of a temporary that owns its elements would point to nothing.
// refused with: this temporary takes its elements with it; give it a name
#include <cholinv/cholinv.hpp>
#include <vector>

double first(const std::vector<double>& v) {
#ifdef MISUSE
  const auto view = cholinv::view(std::vector<double>(v));
#else
  const auto view = cholinv::view(v);
#endif
  return view(0);
}
