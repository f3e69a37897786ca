// test_neighbour_torch.cpp: at::Tensor, whose type, device and layout are checked when it is seen.
#include "support/neighbour.hpp"

#include <ATen/ATen.h>  // takes a quarter of the time of <torch/torch.h>, which the example includes
#include <ATen/DLConvertor.h>
#include <cholinv/dlpack.hpp>

namespace {

using namespace support;

template <class T>
constexpr at::ScalarType type_of() {
  return std::is_same_v<T, float>                 ? at::kFloat
         : std::is_same_v<T, double>              ? at::kDouble
         : std::is_same_v<T, std::complex<float>> ? at::kComplexFloat
                                                  : at::kComplexDouble;
}

// torch's own strides and address; an at::Tensor has no typed element access to std::complex.
template <class T>
struct typed : at::Tensor {
  typed(at::Tensor t) : at::Tensor(std::move(t)) {}
  T& at(index_t b, index_t i, index_t j) const {
    T* const first = static_cast<T*>(data_ptr());
    return dim() == 2 ? first[i * stride(0) + j * stride(1)] : first[b * stride(0) + i * stride(1) + j * stride(2)];
  }
};
constexpr auto at = [](auto& x, index_t b, index_t i, index_t j) -> auto& { return x.at(b, i, j); };

template <class T>
class neighbour_torch : public testing::Test {};
TYPED_TEST_SUITE(neighbour_torch, dtypes, dtype_names);

TYPED_TEST(neighbour_torch, seen_and_computed_with) {
  using T = TypeParam;
  const auto check = [](typed<T> in, typed<T> out) {
    const std::vector<index_t> shape = in.sizes().vec();
    expect_same_addresses(
        cholinv::view<T>(in), shape, [&](index_t b, index_t i, index_t j) -> auto& { return in.at(b, i, j); });
    expect_bits_of_tensors<T, spelling::named>(in, out, shape, at);
  };
  const auto make = [](const std::vector<index_t>& shape) { return at::empty(shape, type_of<T>()); };
  for (index_t n : neighbour_orders()) {
    check(make({n, n}), make({n, n}));
    check(make({n, n}).t(), make({n, n}));
    check(make({n, n}), make({2 * n + 1, 3 * n + 2}).slice(0, 1, 2 * n + 1, 2).slice(1, 2, n + 2));
    check(make({7, n, n}), make({n, 7, n}).transpose(0, 1));
    check(make({7, n, n}).transpose(1, 2), make({14, n, n}).slice(0, 0, 14, 2));
    check(make({n, n}), make({7, n, n})[3]);
  }
}

TEST(neighbour_torch_checks, what_is_not_plain_memory_is_refused) {
  const at::Tensor good = at::eye(3, at::kDouble);
  struct {
    at::Tensor x;
    std::vector<std::string> words;
  } const list[] = {
      {at::Tensor(), {"undefined"}},
      {good.to(at::kFloat), {"Float", "Double"}},
      {good.to(at::kComplexDouble), {"ComplexDouble", "should be Double"}},
      {good.to(at::kLong), {"Long", "should be Double"}},
      {good.to_sparse(), {"layout", "to_dense"}},
      {at::_neg_view(good), {"is_neg", "resolve_neg"}},
      {at::real(at::conj(at::eye(3, at::kComplexDouble))), {}},
      {at::imag(at::conj(at::eye(3, at::kComplexDouble))), {"is_neg", "resolve_neg"}},
      {at::empty({3, 3}, at::TensorOptions(at::kDouble).device(at::kMeta)), {"device", "cpu()"}},
      {at::_efficientzerotensor({3, 3}, at::TensorOptions(at::kDouble)), {"memory"}},
      {at::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1}, at::kDouble), {"rank 9", "0 to 8"}},
  };
  for (const auto& c : list) {
    if (c.words.empty()) {
      EXPECT_NO_THROW(cholinv::view<const double>(c.x));
      continue;
    }
    at::Tensor out = at::ones({3, 3}, at::kDouble), writable = c.x;
    EXPECT_TRUE(says(refusal([&] { cholinv::view<const double>(c.x); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(c.x); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(c.x, false, out); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(good, false, writable); }), c.words));
    EXPECT_TRUE(at::equal(out, at::ones({3, 3}, at::kDouble)));
  }
  const at::Tensor conjugate = at::conj(at::eye(3, at::kComplexFloat));
  EXPECT_TRUE(says(refusal([&] { cholinv::view<const std::complex<float>>(conjugate); }), {"is_conj", "resolve_conj"}));
  EXPECT_NO_THROW(cholinv::view<const std::complex<float>>(conjugate.resolve_conj()));
}

TEST(neighbour_torch_checks, info_and_expand) {
  at::Tensor factor = at::eye(3, at::kDouble).repeat({4, 1, 1}), info = at::full({4}, -1, at::kInt);
  factor[2][1][1] = 0;
  at::Tensor out = at::zeros_like(factor);
  EXPECT_EQ(cholinv::cholesky_inverse_ex<double>(factor, false, out, info), 1);
  EXPECT_TRUE(at::equal(info, at::tensor({0, 0, 2, 0}, at::kInt)));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<double>(factor, false, out, info.to(at::kLong)); }),
                   {"argument info", "Long", "should be Int"}));
  // A broadcast factor is fine, a broadcast output is not.
  const at::Tensor wide = at::eye(3, at::kDouble).expand({4, 3, 3});
  cholinv::cholesky_inverse<double>(wide, false, out);
  EXPECT_TRUE(at::equal(out, wide));
  EXPECT_TRUE(says(refusal([&] {
                     cholinv::cholesky_inverse<double>(factor, false, at::zeros({3, 3}, at::kDouble).expand({4, 3, 3}));
                   }),
                   {"argument out", "strides (0, 3, 1)"}));
}

// The same answer as torch's own, where both are exact.
TEST(neighbour_torch_checks, agrees_with_torch) {
  const at::Tensor factor = at::tensor({2.0, 0.0, 1.0, 4.0}, at::kDouble).reshape({2, 2});
  at::Tensor out = at::empty({2, 2}, at::kDouble);
  for (bool upper : {false, true}) {
    cholinv::cholesky_inverse<double>(factor, upper, out);
    EXPECT_TRUE(at::allclose(out, at::cholesky_inverse(factor, upper), 1e-15, 1e-15)) << out;
  }
}

// Through DLPack both ways, with torch's own conversions.
TEST(neighbour_torch_checks, dlpack_round_trip) {
  cholinv::tensor<float> t({2, 3, 3});
  for (index_t k = 0; k < t.size(); ++k) t.data()[k] = static_cast<float>(k);
  const float* const data = t.data();
  const at::Tensor there = at::fromDLPack(cholinv::to_dlpack<DLManagedTensor>(std::move(t)));
  EXPECT_EQ(there.data_ptr(), data);
  EXPECT_TRUE(at::equal(there, at::arange(18, at::kFloat).reshape({2, 3, 3})));
  const cholinv::dlpack_tensor<DLManagedTensor> back(at::toDLPack(there.transpose(1, 2)));
  EXPECT_EQ(cholinv::view<const float>(back)(1, 0, 2), 15);
}

}  // namespace
