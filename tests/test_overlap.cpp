// test_overlap.cpp: rule 9: which placements of out, info and factor are accepted, against addresses written out one by one.
// builds: full
#include "support/layout.hpp"

#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>

namespace {

using namespace support;

// Where a view lies: its shape, strides in elements, and the byte of its first element in an arena.
struct placement {
  std::vector<index_t> shape, strides;
  index_t first = 0;

  template <class T>
  cholinv::tensor_view<T> view(unsigned char* arena) const {
    return cholinv::tensor_view<T>(reinterpret_cast<T*>(arena + first), shape, strides);
  }
};
std::ostream& operator<<(std::ostream& s, const placement& p) {
  s << "byte " << p.first << ", shape (";
  for (index_t e : p.shape) s << e << ",";
  s << ") strides (";
  for (index_t e : p.strides) s << e << ",";
  return s << ")";
}

// The oracle: every byte of every element, written out.
std::map<index_t, int> bytes_of(const placement& p, index_t element_size) {
  std::map<index_t, int> times;
  for_each_index(p.shape, [&](const std::vector<index_t>& i) {
    index_t at = p.first;
    for (std::size_t d = 0; d < i.size(); ++d) at += i[d] * p.strides[d] * element_size;
    for (index_t b = 0; b < element_size; ++b) ++times[at + b];
  });
  return times;
}
bool any_twice(const std::map<index_t, int>& bytes) {
  for (const auto& [at, times] : bytes)
    if (times > 1) return true;
  return false;
}
bool any_common(const std::map<index_t, int>& a, const std::map<index_t, int>& b) {
  for (const auto& [at, times] : a)
    if (b.count(at) > 0) return true;
  return false;
}
bool same_place(const placement& a, const placement& b) {
  if (a.first != b.first || a.shape != b.shape) return false;
  for (std::size_t d = 0; d < a.shape.size(); ++d)
    if (a.shape[d] > 1 && a.strides[d] != b.strides[d]) return false;
  return true;
}
enum class verdict { in_place, disjoint, out_itself, out_on_factor, info_itself, info_on_factor, info_on_out };
bool allowed(verdict v) { return v == verdict::in_place || v == verdict::disjoint; }
bool about_info(verdict v) { return v == verdict::info_itself || v == verdict::info_on_factor || v == verdict::info_on_out; }
// Every reason to refuse; where there is none, the one way in which the addresses are allowed.
std::vector<verdict> by_enumeration(const placement& factor, const placement& out, const placement* info, index_t element_size) {
  const auto f = bytes_of(factor, element_size), o = bytes_of(out, element_size);
  const auto i = info != nullptr ? bytes_of(*info, sizeof(int)) : std::map<index_t, int>();
  const bool same = same_place(factor, out);
  std::vector<verdict> reasons;
  if (any_twice(o)) reasons.push_back(verdict::out_itself);
  if (!same && any_common(f, o)) reasons.push_back(verdict::out_on_factor);
  if (any_twice(i)) reasons.push_back(verdict::info_itself);
  if (any_common(i, o)) reasons.push_back(verdict::info_on_out);
  if (any_common(i, f)) reasons.push_back(verdict::info_on_factor);
  if (reasons.empty()) reasons.push_back(same ? verdict::in_place : verdict::disjoint);
  return reasons;
}

// An arena that starts as positive numbers of type T, so that any placement in it is a factor with a non-zero diagonal.
template <class T>
class arena {
 public:
  explicit arena(index_t bytes) : size_(static_cast<std::size_t>(bytes)), memory_(new unsigned char[size_ + sizeof(T)]) {
    // A pattern of one real number: an element that starts half an element later reads the same.
    const real_t<T> value = static_cast<real_t<T>>(1.5);
    for (std::size_t k = 0; k + sizeof value <= size_; k += sizeof value) std::memcpy(memory_.get() + k, &value, sizeof value);
    start_.assign(memory_.get(), memory_.get() + size_);
  }
  unsigned char* data() { return memory_.get(); }
  bool untouched() const { return std::equal(start_.begin(), start_.end(), memory_.get()); }
  // Untouched except for these bytes.
  bool untouched_but(const std::map<index_t, int>& written) const {
    for (std::size_t k = 0; k < size_; ++k)
      if (written.count(static_cast<index_t>(k)) == 0 && start_[k] != memory_[k]) return false;
    return true;
  }

 private:
  std::size_t size_;
  std::unique_ptr<unsigned char[]> memory_;
  std::vector<unsigned char> start_;
};

// Runs the call for real. Accepted: out has the bits of a call on separate contiguous tensors, nothing else changed.
// Refused: nothing at all changed. `seen` counts the cases that have one reason only.
template <class T>
void check(const placement& factor, const placement& out, const placement* info, index_t arena_bytes, cholinv::backend use,
           std::map<verdict, int>& seen) {
  const std::vector<verdict> expected = by_enumeration(factor, out, info, sizeof(T));
  if (expected.size() == 1) ++seen[expected.front()];
  arena<T> memory(arena_bytes);
  const cholinv::tensor_view<const T> factor_view = factor.view<T>(memory.data());
  const cholinv::tensor_view<T> out_view = out.view<T>(memory.data());
  const cholinv::options options = using_backend(use);

  cholinv::tensor<T> apart(factor.shape);
  std::fill_n(apart.data(), apart.size(), *factor_view.data());
  const cholinv::tensor<T> answer = cholinv::cholesky_inverse(apart, false, options);

  std::string refusal;
  try {
    if (info != nullptr) {
      EXPECT_EQ(cholinv::cholesky_inverse_ex(factor_view, false, out_view, info->view<int>(memory.data()), options), 0);
    } else {
      cholinv::cholesky_inverse(factor_view, false, out_view, options);
    }
  } catch (const std::invalid_argument& e) {
    refusal = e.what();
  }
  SCOPED_TRACE(testing::Message() << "factor at " << factor << "; out at " << out << "; info at " << (info ? *info : placement{})
                                  << "; dtype " << dtype_name<T>() << ", backend " << backend_name(use) << "; message: " << refusal);
  if (allowed(expected.front())) {
    ASSERT_EQ(refusal, "") << "these addresses are allowed";
    ASSERT_TRUE(same_tensor(out_view, answer));
    auto written = bytes_of(out, sizeof(T));
    if (info != nullptr) written.merge(bytes_of(*info, sizeof(int)));
    ASSERT_TRUE(memory.untouched_but(written));
  } else {
    ASSERT_NE(refusal, "") << "these addresses are not allowed";
    bool names_a_reason = false;
    for (verdict v : expected)
      names_a_reason = names_a_reason || refusal.find(about_info(v) ? "argument info" : "argument out") != std::string::npos;
    ASSERT_TRUE(names_a_reason);
    ASSERT_TRUE(memory.untouched());
  }
}

// Moves the placements so that all of them start at byte 0 or later, and returns where they end.
index_t settle(const std::vector<std::pair<placement*, index_t>>& list, index_t grain) {
  index_t low = 0, high = 0;
  for (const auto& [p, element_size] : list)
    for (const auto& [at, times] : bytes_of(*p, element_size)) {
      low = std::min(low, at);
      high = std::max(high, at + 1);
    }
  const index_t shift = (-low + grain - 1) / grain * grain;
  for (const auto& [p, element_size] : list) p->first += shift;
  return (high + shift + grain - 1) / grain * grain;
}

template <class T>
class overlap_random : public testing::Test {};
// The verdict depends on the size of an element and of a real number only.
using overlap_types = testing::Types<float, std::complex<double>>;
TYPED_TEST_SUITE(overlap_random, overlap_types, dtype_names);

TYPED_TEST(overlap_random, verdicts_are_those_of_the_addresses) {
  using T = TypeParam;
  constexpr index_t real_size = sizeof(real_t<T>), element = sizeof(T);
  const std::uint64_t seed = 201;
  engine g(seed);
  std::map<verdict, int> seen;
  for (int repeat = 0; repeat < 15000; ++repeat) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", repeat " << repeat);
    const int rank = static_cast<int>(2 + below(g, 3));
    placement factor, out, info;
    for (int d = 0; d < rank - 2; ++d) factor.shape.push_back(1 + below(g, 3));
    info.shape = factor.shape;
    factor.shape.resize(static_cast<std::size_t>(rank), 1 + below(g, 3));
    out.shape = factor.shape;
    // Half of the outs are row-major in some order of the dimensions, with gaps, so that many do not meet themselves.
    const auto strides_for = [&](const std::vector<index_t>& shape) {
      std::vector<index_t> strides(shape.size());
      if (below(g, 3) == 0) {
        for (index_t& s : strides) s = below(g, 13) - 4;
        return strides;
      }
      std::vector<std::size_t> order(shape.size());
      for (std::size_t d = 0; d < order.size(); ++d) order[d] = d;
      for (std::size_t d = order.size(); d > 1; --d)
        std::swap(order[d - 1], order[static_cast<std::size_t>(below(g, static_cast<index_t>(d)))]);
      index_t step = 1 + below(g, 2);
      for (std::size_t d : order) {
        strides[d] = below(g, 3) == 0 ? -step : step;
        step = step * shape[d] + below(g, 3);
      }
      return strides;
    };
    factor.strides = strides_for(factor.shape);
    out.strides = below(g, 4) == 0 ? factor.strides : strides_for(out.shape);
    info.strides = strides_for(info.shape);
    // Offsets of any number of real parts: complex views may sit half an element apart.
    out.first = below(g, 5) == 0 ? 0 : (below(g, 121) - 60) * real_size;
    info.first = (below(g, 121) - 60) * static_cast<index_t>(sizeof(int));
    for (std::size_t d = 0; d < out.shape.size(); ++d)  // a stride that is never taken
      if (out.shape[d] == 1 && below(g, 2) == 0) out.strides[d] = below(g, 2000) - 1000;
    const bool with_info = below(g, 2) == 0;
    std::vector<std::pair<placement*, index_t>> list = {{&factor, element}, {&out, element}};
    if (with_info) list.emplace_back(&info, static_cast<index_t>(sizeof(int)));
    const index_t bytes = settle(list, 16);
    check<T>(factor, out, with_info ? &info : nullptr, bytes, cholinv::backend::native, seen);
    if (this->HasFatalFailure()) return;
  }
  for (verdict v : {verdict::in_place, verdict::disjoint, verdict::out_itself, verdict::out_on_factor, verdict::info_itself,
                    verdict::info_on_factor, verdict::info_on_out})
    EXPECT_GT(seen[v], 30) << "too few cases of verdict " << static_cast<int>(v) << " to mean anything";
}

// The dense neighbourhood: one factor, and an out of every small stride at every offset around it.
TEST(overlap_exhaustive, two_by_two) {
  std::map<verdict, int> seen;
  for (index_t row = -3; row <= 3; ++row)
    for (index_t column = -3; column <= 3; ++column)
      for (index_t offset = -8; offset <= 8; ++offset)
        for (const auto& strides : {std::vector<index_t>{2, 1}, {1, 2}, {4, 2}, {0, 0}}) {
          placement factor{{2, 2}, strides, 0}, out{{2, 2}, {row, column}, offset * static_cast<index_t>(sizeof(float))};
          const index_t bytes = settle({{&factor, 4}, {&out, 4}}, 4);
          check<float>(factor, out, nullptr, bytes, cholinv::backend::native, seen);
          if (HasFatalFailure()) return;
        }
  EXPECT_GT(seen[verdict::in_place], 0);
  EXPECT_GT(seen[verdict::disjoint], 100);
  EXPECT_GT(seen[verdict::out_itself], 100);
  EXPECT_GT(seen[verdict::out_on_factor], 100);
}

// ---- The cases people have, by name, on every backend ----

struct named {
  const char* name;
  verdict expected;
  placement factor, out;  // `first` in elements
};
const index_t elsewhere = 4000;
const std::vector<named>& named_cases() {
  static const std::vector<named> list = {
      {"exactly in place", verdict::in_place, {{4, 3, 3}, {9, 3, 1}, 0}, {{4, 3, 3}, {9, 3, 1}, 0}},
      {"in place, the stride of an extent 1 differs", verdict::in_place, {{1, 3, 3}, {9, 3, 1}, 0}, {{1, 3, 3}, {-77, 3, 1}, 0}},
      {"in place, order 1, other strides", verdict::in_place, {{4, 1, 1}, {2, 1, 1}, 0}, {{4, 1, 1}, {2, -5, 9}, 0}},
      {"in place, one matrix, all strides differ", verdict::in_place, {{1, 1, 1}, {1, 1, 1}, 0}, {{1, 1, 1}, {3, -5, 0}, 0}},
      {"in place, columns reversed", verdict::in_place, {{3, 3}, {3, -1}, 2}, {{3, 3}, {3, -1}, 2}},
      {"interleaved batches", verdict::disjoint, {{4, 3, 3}, {18, 3, 1}, 0}, {{4, 3, 3}, {18, 3, 1}, 9}},
      {"interleaved elements", verdict::disjoint, {{4, 3, 3}, {18, 6, 2}, 0}, {{4, 3, 3}, {18, 6, 2}, 1}},
      {"interleaved rows", verdict::disjoint, {{3, 3}, {6, 1}, 0}, {{3, 3}, {6, 1}, 3}},
      {"the two halves of each row", verdict::disjoint, {{50, 50}, {100, 1}, 0}, {{50, 50}, {100, 1}, 50}},
      {"the two halves of each row, batch", verdict::disjoint, {{5, 20, 20}, {837, 41, 1}, 0}, {{5, 20, 20}, {837, 41, 1}, 20}},
      {"factor row-major, out column-major in the gaps", verdict::disjoint, {{3, 3}, {6, 2}, 0}, {{3, 3}, {2, 6}, 1}},
      {"a chessboard", verdict::disjoint, {{2, 2}, {8, 2}, 0}, {{2, 2}, {8, 2}, 1}},
      {"right behind", verdict::disjoint, {{3, 3}, {3, 1}, 0}, {{3, 3}, {3, 1}, 9}},
      {"right before", verdict::disjoint, {{3, 3}, {3, 1}, 9}, {{3, 3}, {3, 1}, 0}},
      {"a factor broadcast over the batch", verdict::disjoint, {{4, 3, 3}, {0, 3, 1}, elsewhere}, {{4, 3, 3}, {9, 3, 1}, 0}},
      {"all factors one number", verdict::disjoint, {{4, 3, 3}, {0, 0, 0}, elsewhere}, {{4, 3, 3}, {9, 3, 1}, 0}},
      {"out between overlapping rows of a factor", verdict::disjoint, {{3, 3}, {2, 2}, 0}, {{3, 3}, {6, 2}, 1}},
      {"nothing at all in the same place", verdict::disjoint, {{0, 3, 3}, {9, 3, 1}, 0}, {{0, 3, 3}, {5, 5, 5}, 0}},
      {"order 0 in the same place", verdict::disjoint, {{4, 0, 0}, {1, 1, 1}, 0}, {{4, 0, 0}, {0, 0, 0}, 0}},
      {"transposed in place", verdict::out_on_factor, {{3, 3}, {3, 1}, 0}, {{3, 3}, {1, 3}, 0}},
      {"batch reversed in place", verdict::out_on_factor, {{4, 3, 3}, {9, 3, 1}, 0}, {{4, 3, 3}, {-9, 3, 1}, 27}},
      {"one element later", verdict::out_on_factor, {{3, 3}, {3, 1}, 0}, {{3, 3}, {3, 1}, 1}},
      {"one row later", verdict::out_on_factor, {{3, 3}, {3, 1}, 0}, {{3, 3}, {3, 1}, 3}},
      {"one matrix later", verdict::out_on_factor, {{4, 3, 3}, {9, 3, 1}, 0}, {{4, 3, 3}, {9, 3, 1}, 9}},
      {"the last element is the first", verdict::out_on_factor, {{3, 3}, {3, 1}, 0}, {{3, 3}, {3, 1}, 8}},
      {"only the unread triangle", verdict::out_on_factor, {{2, 2}, {2, 1}, 0}, {{2, 2}, {-10, -20}, 1}},
      {"in place, row stride differs", verdict::out_on_factor, {{3, 3}, {4, 1}, 0}, {{3, 3}, {3, 1}, 0}},
      {"inside one broadcast factor", verdict::out_on_factor, {{4, 3, 3}, {0, 3, 1}, 0}, {{4, 3, 3}, {9, 3, 1}, 0}},
      {"all out matrices in one place", verdict::out_itself, {{4, 3, 3}, {9, 3, 1}, elsewhere}, {{4, 3, 3}, {0, 3, 1}, 0}},
      {"all out rows in one place", verdict::out_itself, {{3, 3}, {3, 1}, elsewhere}, {{3, 3}, {0, 1}, 0}},
      {"out like a Hankel matrix", verdict::out_itself, {{3, 3}, {3, 1}, elsewhere}, {{3, 3}, {1, 1}, 0}},
      {"out like a Toeplitz matrix", verdict::out_itself, {{3, 3}, {3, 1}, elsewhere}, {{3, 3}, {1, -1}, 2}},
      {"out with lda < n", verdict::out_itself, {{4, 4}, {4, 1}, elsewhere}, {{4, 4}, {3, 1}, 0}},
      {"out matrices that share their last row", verdict::out_itself, {{2, 3, 3}, {9, 3, 1}, elsewhere}, {{2, 3, 3}, {6, 3, 1}, 0}},
      {"out whose strides have a common multiple", verdict::out_itself, {{4, 4}, {4, 1}, elsewhere}, {{4, 4}, {3, 2}, 0}},
      {"a broadcast factor in place", verdict::out_itself, {{4, 3, 3}, {0, 3, 1}, 0}, {{4, 3, 3}, {0, 3, 1}, 0}},
      {"coprime strides that never meet", verdict::disjoint, {{3, 3}, {3, 1}, elsewhere}, {{3, 3}, {5, 3}, 0}},
      {"rank 8, all in each other's gaps",
       verdict::disjoint,
       {{2, 2, 2, 2, 2, 2, 2, 2}, {512, 256, 128, 64, 32, 16, 8, 4}, 0},
       {{2, 2, 2, 2, 2, 2, 2, 2}, {512, 256, 128, 64, 32, 16, 8, 4}, 2}},
      {"rank 8, order of strides reversed in the gaps",
       verdict::disjoint,
       {{2, 2, 2, 2, 2, 2, 2, 2}, {512, 256, 128, 64, 32, 16, 8, 4}, 0},
       {{2, 2, 2, 2, 2, 2, 2, 2}, {4, 8, 16, 32, 64, 128, 256, 512}, 3}},
      {"rank 8, one element of many",
       verdict::out_on_factor,
       {{2, 2, 2, 2, 2, 2, 2, 2}, {256, 128, 64, 32, 16, 8, 4, 2}, 0},
       {{2, 2, 2, 2, 2, 2, 2, 2}, {128, 64, 32, 16, 8, 4, 2, 1}, 510}},
  };
  return list;
}

TEST(overlap_named, what_people_do) {
  for (const named& c : named_cases())
    for (cholinv::backend use : backends()) {
      SCOPED_TRACE(c.name);
      placement factor = c.factor, out = c.out;
      factor.first *= static_cast<index_t>(sizeof(float));
      out.first *= static_cast<index_t>(sizeof(float));
      std::map<verdict, int> seen;
      const index_t bytes = settle({{&factor, 4}, {&out, 4}}, 4);
      check<float>(factor, out, nullptr, bytes, use, seen);
      EXPECT_EQ(seen[c.expected], 1) << "the list says otherwise than the addresses";
    }
}

// What the oracle above does not look at: the triangle, cholesky, and the forms without info.
TEST(overlap_named, every_function_and_triangle_agrees) {
  for (const named& c : named_cases())
    for (bool upper : {false, true}) {
      SCOPED_TRACE(testing::Message() << c.name << (upper ? ", upper" : ", lower"));
      placement factor = c.factor, out = c.out;
      factor.first *= static_cast<index_t>(sizeof(float));
      out.first *= static_cast<index_t>(sizeof(float));
      const index_t bytes = settle({{&factor, 4}, {&out, 4}}, 4);
      const bool is_allowed = allowed(c.expected);
      cholinv::tensor<int> info(std::vector<index_t>(factor.shape.begin(), factor.shape.end() - 2));
      const auto run = [&](auto call) {
        arena<float> memory(bytes);
        const auto f = factor.view<float>(memory.data());
        const auto o = out.view<float>(memory.data());
        bool refused = false;
        try {
          call(cholinv::tensor_view<const float>(f), o);
        } catch (const std::invalid_argument& e) {
          refused = true;
          EXPECT_NE(std::string(e.what()).find("out"), std::string::npos) << e.what();
        } catch (const cholinv::not_positive_definite&) {
        }
        EXPECT_EQ(refused, !is_allowed);
        EXPECT_TRUE(!refused || memory.untouched());
      };
      std::fill_n(info.data(), info.size(), -3);
      run([&](auto f, auto o) { cholinv::cholesky_inverse(f, upper, o); });
      run([&](auto f, auto o) { cholinv::cholesky(f, upper, o); });
      run([&](auto f, auto o) { cholinv::cholesky_inverse_ex(f, upper, o, info); });
      for (index_t b = 0; b < info.size(); ++b) EXPECT_EQ(info.data()[b], is_allowed ? 0 : -3);
    }
}

// Complex numbers whose real part is the other one's imaginary part.
TEST(overlap_complex, half_an_element_apart) {
  using T = std::complex<double>;
  constexpr index_t half = sizeof(T) / 2, whole = sizeof(T);
  struct {
    index_t offset;
    std::vector<index_t> strides;
    verdict expected;
  } const list[] = {
      {half, {3, 1}, verdict::out_on_factor},  {17 * half, {3, 1}, verdict::out_on_factor},  // only the last imaginary part
      {18 * half, {3, 1}, verdict::disjoint},  {19 * half, {3, 1}, verdict::disjoint},      {-17 * half, {3, 1}, verdict::out_on_factor},
      {-18 * half, {3, 1}, verdict::disjoint}, {-19 * half, {3, 1}, verdict::disjoint},     {half, {9, 3}, verdict::out_on_factor},
  };
  for (const auto& c : list)
    for (cholinv::backend use : backends()) {
      placement factor{{3, 3}, {3, 1}, 0}, out{{3, 3}, c.strides, c.offset};
      std::map<verdict, int> seen;
      const index_t bytes = settle({{&factor, whole}, {&out, whole}}, whole);
      check<T>(factor, out, nullptr, bytes, use, seen);
      EXPECT_EQ(seen[c.expected], 1) << "offset " << c.offset << ": the list says otherwise than the addresses";
    }
  // In the gaps of a spread factor: half an element apart is still two halves of different elements.
  placement factor{{3, 3}, {9, 3}, 0}, out{{3, 3}, {9, 3}, whole + half};
  std::map<verdict, int> seen;
  const index_t bytes = settle({{&factor, whole}, {&out, whole}}, whole);
  check<T>(factor, out, nullptr, bytes, cholinv::backend::native, seen);
  EXPECT_EQ(seen[verdict::disjoint], 1);
}

// ---- Large views: the verdict must not need the addresses one by one ----

TEST(overlap_large, verdicts_without_enumeration) {
  struct {
    const char* name;
    placement factor, out;  // `first` in elements
    bool accepted;
  } const list[] = {
      {"two halves of a wide matrix", {{300, 300}, {601, 1}, 0}, {{300, 300}, {601, 1}, 300}, true},
      {"the halves meet in the last column", {{300, 300}, {599, 1}, 0}, {{300, 300}, {599, 1}, 299}, false},
      {"interleaved columns, many matrices", {{40, 40, 12, 12}, {11520, 288, 24, 2}, 0}, {{40, 40, 12, 12}, {11520, 288, 24, 2}, 1}, true},
      {"interleaved, out transposed", {{40, 40, 12, 12}, {11520, 288, 24, 2}, 0}, {{40, 40, 12, 12}, {288, 11520, 2, 24}, 1}, true},
      {"one element of many", {{40, 40, 12, 12}, {5760, 144, 12, 1}, 0}, {{40, 40, 12, 12}, {5760, 144, 12, 1}, 230399}, false},
      {"right behind", {{40, 40, 12, 12}, {5760, 144, 12, 1}, 0}, {{40, 40, 12, 12}, {5760, 144, 12, 1}, 230400}, true},
      {"batch fastest, in each other's gaps", {{1000, 8, 8}, {2, 16000, 2000}, 0}, {{1000, 8, 8}, {2, 16000, 2000}, 1}, true},
      {"batch fastest beside batch slowest", {{1000, 8, 8}, {2, 16000, 2000}, 0}, {{1000, 8, 8}, {128, 16, 2}, 1}, true},
      {"a different sheet of a cube", {{100, 10, 10}, {1, 2000, 200}, 0}, {{100, 10, 10}, {1, 2000, 200}, 100}, true},
  };
  for (const auto& c : list)
    for (bool swapped : {false, true}) {
      SCOPED_TRACE(testing::Message() << c.name << (swapped ? ", swapped" : ""));
      const placement &first = swapped ? c.out : c.factor, &second = swapped ? c.factor : c.out;
      std::vector<float> memory(600000, 1.5f);
      const cholinv::tensor_view<const float> f(memory.data() + first.first, first.shape, first.strides);
      const cholinv::tensor_view<float> o(memory.data() + second.first, second.shape, second.strides);
      if (c.accepted) {
        cholinv::tensor<float> apart(first.shape);
        std::fill_n(apart.data(), apart.size(), 1.5f);
        EXPECT_NO_THROW(cholinv::cholesky_inverse(f, false, o, using_backend(cholinv::backend::native)));
        EXPECT_TRUE(same_tensor(o, cholinv::cholesky_inverse(apart, false, using_backend(cholinv::backend::native))));
      } else {
        EXPECT_THROW(cholinv::cholesky_inverse(f, false, o), std::invalid_argument);
        for (float x : memory) ASSERT_EQ(x, 1.5f);
      }
    }
}

}  // namespace
