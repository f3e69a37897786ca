// neighbour.hpp: the laws of another library's matrices: seen at the addresses where that library sees them, and computed with to the
// same bits as tensors.
#pragma once

#include "layout.hpp"

#include <stdexcept>

namespace support {

// Does the caller name the element type, as he must where the object's type does not say it?
enum class spelling { deduced, named };

inline std::vector<index_t> batch_of(std::vector<index_t> shape) {
  shape.resize(shape.size() - 2);
  return shape;
}

// Calls f(b, i, j) for every element of `shape`, (n, m) or (count, n, m); b is 0 where there is one matrix.
template <class F>
void for_each_element(const std::vector<index_t>& shape, F f) {
  const index_t count = shape.size() == 2 ? 1 : shape.front(), rows = shape.end()[-2], columns = shape.back();
  for (index_t b = 0; b < count; ++b)
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < columns; ++j) f(b, i, j);
}
template <class T>
T& element(const cholinv::tensor_view<T>& v, index_t b, index_t i, index_t j) {
  return v.rank() == 2 ? v(i, j) : v(b, i, j);
}

// `view` sees each element where at(b, i, j), the library's own access, has it.
template <class View, class At>
void expect_same_addresses(const View& view, const std::vector<index_t>& shape, At at) {
  ASSERT_EQ(shape_of(view), shape);
  for_each_element(shape, [&](index_t b, index_t i, index_t j) {
    ASSERT_EQ(static_cast<const void*>(&element(view, b, i, j)), static_cast<const void*>(&at(b, i, j))) << b << ", " << i << ", " << j;
  });
}

// What is in x, whose own access is at(x, b, i, j), as a tensor, and the way back.
template <class T, class X, class At>
cholinv::tensor<T> copy_of(X& x, const std::vector<index_t>& shape, At at) {
  cholinv::tensor<T> copy(shape);
  const cholinv::tensor_view<T> c = copy;
  for_each_element(shape, [&](index_t b, index_t i, index_t j) { element(c, b, i, j) = T(at(x, b, i, j)); });
  return copy;
}
template <class T, class X, class At>
void assign(X& x, const cholinv::tensor<T>& from, const std::vector<index_t>& shape, At at) {
  const cholinv::tensor_view<const T> f = from;
  for_each_element(shape, [&](index_t b, index_t i, index_t j) { at(x, b, i, j) = element(f, b, i, j); });
}

// A factor, what becomes of it, and the verdict on what comes out elsewhere. It knows nothing of the other library, and is compiled
// once for each scalar.
template <class T>
struct from_tensors {
  from_tensors(const std::vector<index_t>& shape, bool upper) : trace(description(shape.back(), upper)) {
    engine g(static_cast<std::uint64_t>(20 + shape.back()));
    factor = random_factors<T>(g, batch_of(shape), shape.back(), upper, T(static_cast<real_t<T>>(7)));
    inverse = cholinv::cholesky_inverse(factor, upper);
    again = cholinv::cholesky(inverse, upper);  // of another positive definite matrix, that is
    scratch = cholinv::cholesky_inverse_scratch(factor, upper);
  }
  static std::string description(index_t n, bool upper) {
    return "order " + std::to_string(n) + (upper ? ", upper" : ", lower") + ", dtype " + dtype_name<T>();
  }
  void expect(const cholinv::tensor<T>& x, const cholinv::tensor<T>& expected, const char* what) const {
    EXPECT_TRUE(same_tensor(x, expected)) << what << ", " << trace;
  }
  void expect_none_bad(index_t bad, const std::vector<int>& info) const {
    EXPECT_EQ(bad, 0) << trace;
    EXPECT_EQ(info, std::vector<int>(info.size(), 0)) << trace;
  }
  void expect_scratch(std::size_t bytes) const { EXPECT_EQ(bytes, scratch) << trace; }

  std::string trace;
  cholinv::tensor<T> factor, inverse, again;
  std::size_t scratch;
};

// Every function with `in` and `out`, which hold matrices of `shape` and whose own access is at(x, b, i, j): out of place, in place, with
// info and into new tensors, all to the bits that tensors give.
template <class T, spelling how = spelling::deduced, class In, class Out, class At>
void expect_bits_of_tensors(In&& in, Out&& out, const std::vector<index_t>& shape, At at) {
  for (bool upper : {false, true}) {
    const from_tensors<T> law(shape, upper);
    std::vector<int> info(matrices(law.factor).size(), -1);
    const cholinv::tensor_view<int> infos(info.data(), batch_of(shape));
    const auto expect = [&](auto& x, const cholinv::tensor<T>& expected, const char* what) {
      law.expect(copy_of<T>(x, shape, at), expected, what);
    };
    const auto call = [&](const auto& x, auto&& y) {
      if constexpr (how == spelling::deduced)
        cholinv::cholesky_inverse(x, upper, y);
      else
        cholinv::cholesky_inverse<T>(x, upper, y);
    };
    const cholinv::tensor<T> nothing(shape);

    assign(in, law.factor, shape, at), assign(out, nothing, shape, at);
    call(in, out);
    expect(out, law.inverse, "cholesky_inverse"), expect(in, law.factor, "the factor afterwards");
    assign(out, nothing, shape, at);
    law.expect_none_bad(cholinv::cholesky_inverse_ex<T>(in, upper, out, infos), info);
    expect(out, law.inverse, "cholesky_inverse_ex");
    law.expect(cholinv::cholesky_inverse<T>(in, upper), law.inverse, "a new tensor");
    law.expect(cholinv::cholesky_inverse_ex<T>(in, upper).inverse, law.inverse, "a new tensor with info");
    law.expect_scratch(cholinv::cholesky_inverse_scratch<T>(in, upper));
    call(in, in);
    expect(in, law.inverse, "in place");
    cholinv::cholesky<T>(in, upper, out);
    expect(out, law.again, "cholesky");
    law.expect(cholinv::cholesky<T>(in, upper), law.again, "a new tensor of cholesky");
    law.expect(cholinv::cholesky_ex<T>(in, upper).factor, law.again, "a new tensor of cholesky with info");
    cholinv::cholesky<T>(in, upper, in);
    expect(in, law.again, "cholesky in place");
  }
}

// The message of the std::invalid_argument that must come out.
template <class F>
std::string refusal(F run) {
  try {
    run();
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  ADD_FAILURE() << "std::invalid_argument expected";
  return "";
}
inline testing::AssertionResult says(const std::string& message, const std::vector<std::string>& words) {
  for (const std::string& w : words)
    if (message.find(w) == std::string::npos) return testing::AssertionFailure() << "no '" << w << "' in: " << message;
  return testing::AssertionSuccess();
}

// Across every small unrolled order, and the edges of lanes and tiles.
inline const std::vector<index_t>& neighbour_orders() {
  static const std::vector<index_t> list = {0, 1, 2, 3, 4, 5, 8, 9, 17, 33};
  return list;
}

}  // namespace support
