// test_neighbour_torch.cpp: torch::Tensor, whose type, device and layout are checked when it is seen.
#include "support/neighbour.hpp"

#include <ATen/DLConvertor.h>
#include <torch/torch.h>
#include <cholinv/dlpack.hpp>

namespace {

using namespace support;

template <class T>
constexpr torch::ScalarType type_of() {
  return std::is_same_v<T, float>                 ? torch::kFloat
         : std::is_same_v<T, double>              ? torch::kDouble
         : std::is_same_v<T, std::complex<float>> ? torch::kComplexFloat
                                                  : torch::kComplexDouble;
}

// torch's own strides and address; a torch::Tensor has no typed element access to std::complex.
template <class T>
struct typed : torch::Tensor {
  typed(torch::Tensor t) : torch::Tensor(std::move(t)) {}
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
  const auto make = [](const std::vector<index_t>& shape) { return torch::empty(shape, type_of<T>()); };
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
  const torch::Tensor good = torch::eye(3, torch::kDouble);
  struct {
    torch::Tensor x;
    std::vector<std::string> words;
  } const list[] = {
      {torch::Tensor(), {"undefined"}},
      {good.to(torch::kFloat), {"Float", "Double"}},
      {good.to(torch::kComplexDouble), {"ComplexDouble", "should be Double"}},
      {good.to(torch::kLong), {"Long", "should be Double"}},
      {good.to_sparse(), {"layout", "to_dense"}},
      {torch::_neg_view(good), {"is_neg", "resolve_neg"}},
      {torch::real(torch::conj(torch::eye(3, torch::kComplexDouble))), {}},
      {torch::imag(torch::conj(torch::eye(3, torch::kComplexDouble))), {"is_neg", "resolve_neg"}},
      {torch::empty({3, 3}, torch::TensorOptions(torch::kDouble).device(torch::kMeta)), {"device", "cpu()"}},
      {torch::_efficientzerotensor({3, 3}, torch::TensorOptions(torch::kDouble)), {"memory"}},
      {torch::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1}, torch::kDouble), {"rank 9", "0 to 8"}},
  };
  for (const auto& c : list) {
    if (c.words.empty()) {
      EXPECT_NO_THROW(cholinv::view<const double>(c.x));
      continue;
    }
    torch::Tensor out = torch::ones({3, 3}, torch::kDouble), writable = c.x;
    EXPECT_TRUE(says(refusal([&] { cholinv::view<const double>(c.x); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(c.x); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(c.x, false, out); }), c.words));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(good, false, writable); }), c.words));
    EXPECT_TRUE(torch::equal(out, torch::ones({3, 3}, torch::kDouble)));
  }
  const torch::Tensor conjugate = torch::conj(torch::eye(3, torch::kComplexFloat));
  EXPECT_TRUE(says(refusal([&] { cholinv::view<const std::complex<float>>(conjugate); }), {"is_conj", "resolve_conj"}));
  EXPECT_NO_THROW(cholinv::view<const std::complex<float>>(conjugate.resolve_conj()));
}

TEST(neighbour_torch_checks, info_and_expand) {
  torch::Tensor factor = torch::eye(3, torch::kDouble).repeat({4, 1, 1}), info = torch::full({4}, -1, torch::kInt);
  factor[2][1][1] = 0;
  torch::Tensor out = torch::zeros_like(factor);
  EXPECT_EQ(cholinv::cholesky_inverse_ex<double>(factor, false, out, info), 1);
  EXPECT_TRUE(torch::equal(info, torch::tensor({0, 0, 2, 0}, torch::kInt)));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<double>(factor, false, out, info.to(torch::kLong)); }),
                   {"argument info", "Long", "should be Int"}));
  // A broadcast factor is fine, a broadcast output is not.
  const torch::Tensor wide = torch::eye(3, torch::kDouble).expand({4, 3, 3});
  cholinv::cholesky_inverse<double>(wide, false, out);
  EXPECT_TRUE(torch::equal(out, wide));
  EXPECT_TRUE(says(refusal([&] {
                     cholinv::cholesky_inverse<double>(factor, false, torch::zeros({3, 3}, torch::kDouble).expand({4, 3, 3}));
                   }),
                   {"argument out", "strides (0, 3, 1)"}));
}

// The same answer as torch's own, where both are exact.
TEST(neighbour_torch_checks, agrees_with_torch) {
  const torch::Tensor factor = torch::tensor({2.0, 0.0, 1.0, 4.0}, torch::kDouble).reshape({2, 2});
  torch::Tensor out = torch::empty({2, 2}, torch::kDouble);
  for (bool upper : {false, true}) {
    cholinv::cholesky_inverse<double>(factor, upper, out);
    EXPECT_TRUE(torch::allclose(out, torch::cholesky_inverse(factor, upper), 1e-15, 1e-15)) << out;
  }
}

// Through DLPack both ways, with torch's own conversions.
TEST(neighbour_torch_checks, dlpack_round_trip) {
  cholinv::tensor<float> t({2, 3, 3});
  for (index_t k = 0; k < t.size(); ++k) t.data()[k] = static_cast<float>(k);
  const float* const data = t.data();
  const torch::Tensor there = at::fromDLPack(cholinv::to_dlpack<DLManagedTensor>(std::move(t)));
  EXPECT_EQ(there.data_ptr(), data);
  EXPECT_TRUE(torch::equal(there, torch::arange(18, torch::kFloat).reshape({2, 3, 3})));
  const cholinv::dlpack_tensor<DLManagedTensor> back(at::toDLPack(there.transpose(1, 2)));
  EXPECT_EQ(cholinv::view<const float>(back)(1, 0, 2), 15);
}

}  // namespace
