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

// Calls f(b, i, j) for every element of `shape`, (n, n) or (count, n, n); b is 0 where there is one matrix.
template <class F>
void for_each_element(const std::vector<index_t>& shape, F f) {
  for_each_index(shape, [&](const std::vector<index_t>& i) {
    if (i.size() == 2)
      f(index_t(0), i[0], i[1]);
    else
      f(i[0], i[1], i[2]);
  });
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

// Every function with `in` and `out`, which hold matrices of `shape` and whose own access is at(x, b, i, j): out of place, in place, with
// info and into new tensors, all to the bits that tensors give.
template <class T, spelling how = spelling::deduced, class In, class Out, class At>
void expect_bits_of_tensors(In&& in, Out&& out, const std::vector<index_t>& shape, At at) {
  const index_t n = shape.back();
  const auto fill = [&](auto& x, const cholinv::tensor<T>& from) {
    const cholinv::tensor_view<const T> f = from;
    for_each_element(shape, [&](index_t b, index_t i, index_t j) { at(x, b, i, j) = element(f, b, i, j); });
  };
  const auto expect = [&](auto& x, const cholinv::tensor<T>& expected, const char* what) {
    const cholinv::tensor_view<const T> e = expected;
    for_each_element(shape, [&](index_t b, index_t i, index_t j) {
      ASSERT_TRUE(same_bits(T(at(x, b, i, j)), element(e, b, i, j))) << what << " at " << b << ", " << i << ", " << j;
    });
  };
  for (bool upper : {false, true}) {
    SCOPED_TRACE(testing::Message() << "order " << n << (upper ? ", upper" : ", lower") << ", dtype " << dtype_name<T>());
    engine g(static_cast<std::uint64_t>(20 + n));
    const cholinv::tensor<T> factor = random_factors<T>(g, batch_of(shape), n, upper, T(static_cast<real_t<T>>(7)));
    const cholinv::tensor<T> inverse = cholinv::cholesky_inverse(factor, upper), nothing(shape);
    const cholinv::tensor<T> again = cholinv::cholesky(inverse, upper);  // of another positive definite matrix, that is
    std::vector<int> info(matrices(factor).size(), -1);
    const cholinv::tensor_view<int> infos(info.data(), batch_of(shape));
    const auto call = [&](const auto& x, auto&& y) {
      if constexpr (how == spelling::deduced)
        cholinv::cholesky_inverse(x, upper, y);
      else
        cholinv::cholesky_inverse<T>(x, upper, y);
    };

    fill(in, factor), fill(out, nothing);
    call(in, out);
    expect(out, inverse, "cholesky_inverse"), expect(in, factor, "the factor afterwards");
    fill(out, nothing);
    EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(in, upper, out, infos), 0);
    expect(out, inverse, "cholesky_inverse_ex");
    EXPECT_EQ(info, std::vector<int>(info.size(), 0));
    EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse<T>(in, upper), inverse));
    EXPECT_TRUE(same_tensor(cholinv::cholesky_inverse_ex<T>(in, upper).inverse, inverse));
    EXPECT_EQ(cholinv::cholesky_inverse_scratch<T>(in, upper), cholinv::cholesky_inverse_scratch(factor, upper));
    call(in, in);
    expect(in, inverse, "in place");
    cholinv::cholesky<T>(in, upper, out);
    expect(out, again, "cholesky");
    EXPECT_TRUE(same_tensor(cholinv::cholesky<T>(in, upper), again));
    EXPECT_TRUE(same_tensor(cholinv::cholesky_ex<T>(in, upper).factor, again));
    cholinv::cholesky<T>(in, upper, in);
    expect(in, again, "cholesky in place");
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
