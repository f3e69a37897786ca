// test_misuse.cpp: rule 10: every misuse of every function is std::invalid_argument, in words, before anything is written.
// builds: native full
#include "support/layout.hpp"

#include <stdexcept>

namespace {

using namespace support;

using shape = std::vector<index_t>;

// The public functions, by the arguments that they take.
enum class function { inverse, inverse_out, inverse_ex, inverse_ex_out, scratch, cholesky, cholesky_out, cholesky_ex };
constexpr function all_functions[] = {function::inverse, function::inverse_out, function::inverse_ex,   function::inverse_ex_out,
                                      function::scratch, function::cholesky,    function::cholesky_out, function::cholesky_ex};
const char* function_name(function f) {
  constexpr const char* names[] = {
      "cholesky_inverse", "cholesky_inverse(out)", "cholesky_inverse_ex", "cholesky_inverse_ex(out)", "cholesky_inverse_scratch",
      "cholesky",         "cholesky(out)",         "cholesky_ex"};
  return names[static_cast<int>(f)];
}
bool is_cholesky(function f) { return f == function::cholesky || f == function::cholesky_out || f == function::cholesky_ex; }
bool has_out(function f) { return f == function::inverse_out || f == function::inverse_ex_out || f == function::cholesky_out; }
bool has_info(function f) { return f == function::inverse_ex_out; }
const char* input_name(function f) { return is_cholesky(f) ? "argument a " : "argument factor "; }

template <class T>
void call(function f, cholinv::tensor_view<const T> in, bool upper, cholinv::tensor_view<T> out, cholinv::tensor_view<int> info,
          const cholinv::options& o) {
  switch (f) {
    case function::inverse:
      cholinv::cholesky_inverse<T>(in, upper, o);
      break;
    case function::inverse_out:
      cholinv::cholesky_inverse<T>(in, upper, out, o);
      break;
    case function::inverse_ex:
      cholinv::cholesky_inverse_ex<T>(in, upper, o);
      break;
    case function::inverse_ex_out:
      cholinv::cholesky_inverse_ex<T>(in, upper, out, info, o);
      break;
    case function::scratch:
      static_cast<void>(cholinv::cholesky_inverse_scratch<T>(in, upper, o));
      break;
    case function::cholesky:
      cholinv::cholesky<T>(in, upper, o);
      break;
    case function::cholesky_out:
      cholinv::cholesky<T>(in, upper, out, o);
      break;
    case function::cholesky_ex:
      cholinv::cholesky_ex<T>(in, upper, o);
      break;
  }
}

// The message of the std::invalid_argument that must come out.
template <class F>
std::string refusal(F run) {
  try {
    run();
  } catch (const std::invalid_argument& e) {
    EXPECT_STRNE(e.what(), "");
    return e.what();
  }
  ADD_FAILURE() << "std::invalid_argument expected";
  return "";
}
testing::AssertionResult says(const std::string& message, const std::vector<std::string>& words) {
  for (const std::string& w : words)
    if (message.find(w) == std::string::npos) return testing::AssertionFailure() << "no '" << w << "' in: " << message;
  return testing::AssertionSuccess();
}
std::string text(const shape& s) {
  std::string t = "(";
  for (std::size_t d = 0; d < s.size(); ++d) t += (d == 0 ? "" : ", ") + std::to_string(s[d]);
  return t + (s.size() == 1 ? ",)" : ")");
}

// A call whose arguments can be spoilt one by one. Everything that it might write is a canary.
template <class T>
struct attempt {
  shape in, out, info;
  cholinv::options options;
  std::vector<std::string> words;  // that the message must have, besides the function's name

  void check(function f) {
    SCOPED_TRACE(testing::Message() << function_name(f) << ", factor " << text(in) << ", out " << text(out) << ", info " << text(info)
                                    << ", dtype " << dtype_name<T>() << ", backend " << backend_name(options.use) << ", scratch_size "
                                    << options.scratch_size);
    for (bool upper : {false, true}) {
      const cholinv::tensor<T> factor = filled(in);
      guarded<T> x(layout::spread, out);
      guarded<int> i(layout::spread, info);
      const std::string message = refusal([&] { call<T>(f, factor, upper, x.view(), i.view(), options); });
      EXPECT_TRUE(says(message, words));
      EXPECT_TRUE(says(message, {is_cholesky(f) ? "cholesky" : "cholesky_inverse"}));
      EXPECT_TRUE(x.untouched());
      EXPECT_TRUE(i.untouched());
      EXPECT_TRUE(same_tensor_elements(factor, filled(in)));
    }
  }
  static cholinv::tensor<T> filled(const shape& s) {
    cholinv::tensor<T> t(s);
    std::fill_n(t.data(), t.size(), T(2));
    return t;
  }
  static bool same_tensor_elements(const cholinv::tensor<T>& a, const cholinv::tensor<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same_bits(x, y); });
  }
};

template <class T>
class misuse : public testing::Test {};
// The checks do not look at the scalar; one real and one complex type stand for the four.
using misuse_types = testing::Types<double, std::complex<float>>;
TYPED_TEST_SUITE(misuse, misuse_types, dtype_names);

TYPED_TEST(misuse, rank_below_two) {
  for (const shape& s : {shape{}, shape{0}, shape{1}, shape{4}})
    for (function f : all_functions)
      for (cholinv::backend use : backends())
        attempt<TypeParam>{s, s, {}, using_backend(use), {input_name(f), "rank " + std::to_string(s.size()), "(*, n, n)"}}.check(f);
}

TYPED_TEST(misuse, not_square) {
  for (const shape& s :
       {shape{2, 3}, shape{3, 2}, shape{0, 1}, shape{1, 0}, shape{4, 2, 3}, shape{0, 2, 3}, shape{3, 3, 4}, shape{2, 2, 2, 1}}) {
    const shape batch(s.begin(), s.end() - 2);
    for (function f : all_functions)
      for (cholinv::backend use : backends())
        attempt<TypeParam>{s, s, batch, using_backend(use), {input_name(f), text(s), "square"}}.check(f);
  }
}

TYPED_TEST(misuse, out_of_another_shape) {
  struct {
    shape in, out;
  } const list[] = {
      {{3, 3}, {}},
      {{3, 3}, {9}},
      {{3, 3}, {2, 2}},
      {{3, 3}, {3, 4}},
      {{3, 3}, {1, 3, 3}},
      {{3, 3}, {0, 3, 3}},
      {{2, 3, 3}, {3, 3}},
      {{2, 3, 3}, {1, 3, 3}},
      {{2, 3, 3}, {3, 3, 3}},
      {{2, 3, 3}, {0, 3, 3}},
      {{2, 3, 3}, {3, 3, 2}},
      {{0, 3, 3}, {0, 2, 2}},
      {{0, 0}, {1, 1}},
      {{2, 0, 0}, {3, 0, 0}},
      {{2, 3, 3, 3}, {3, 2, 3, 3}},
      {{2, 2, 2}, {8}},
      {{4, 2, 2}, {2, 2, 2, 2}},
  };
  for (const auto& c : list) {
    const shape batch(c.in.begin(), c.in.end() - 2);
    for (function f : all_functions)
      for (cholinv::backend use : backends())
        if (has_out(f)) attempt<TypeParam>{c.in, c.out, batch, using_backend(use), {"argument out ", text(c.out), text(c.in)}}.check(f);
  }
}

TYPED_TEST(misuse, info_of_another_shape) {
  struct {
    shape in, info;
  } const list[] = {
      {{3, 3}, {1}},    {{3, 3}, {3, 3}}, {{3, 3}, {0}},          {{2, 3, 3}, {}},        {{2, 3, 3}, {1}},
      {{2, 3, 3}, {3}}, {{2, 3, 3}, {0}}, {{2, 3, 3}, {2, 1}},    {{2, 3, 3}, {2, 3, 3}}, {{0, 3, 3}, {1}},
      {{0, 3, 3}, {}},  {{2, 0, 0}, {0}}, {{2, 4, 3, 3}, {4, 2}}, {{2, 4, 3, 3}, {8}},    {{2, 4, 3, 3}, {2}},
  };
  for (const auto& c : list) {
    const shape batch(c.in.begin(), c.in.end() - 2);
    for (function f : all_functions)
      for (cholinv::backend use : backends())
        if (has_info(f)) attempt<TypeParam>{c.in, c.in, c.info, using_backend(use), {"argument info ", text(c.info), text(batch)}}.check(f);
  }
}

TYPED_TEST(misuse, out_without_distinct_elements) {
  using T = TypeParam;
  const cholinv::tensor<T> factor = attempt<T>::filled({2, 3, 3});
  std::vector<T> memory(64, T(-5));
  std::vector<int> flags(8, -5);
  for (const shape& strides : {shape{0, 3, 1}, shape{9, 0, 1}, shape{9, 3, 0}, shape{9, 1, 1}, shape{3, 3, 1}})
    for (function f : all_functions)
      if (has_out(f)) {
        const cholinv::tensor_view<T> out(memory.data(), {2, 3, 3}, strides);
        const std::string message =
            refusal([&] { call<T>(f, factor, false, out, cholinv::tensor_view<int>(flags.data(), {2}), cholinv::options()); });
        EXPECT_TRUE(says(message, {"argument out ", text(strides)}));
        for (const T& x : memory) ASSERT_TRUE(same_bits(x, T(-5)));
        for (int i : flags) ASSERT_EQ(i, -5);
      }
}

TYPED_TEST(misuse, negative_threads) {
  for (int threads : {-1, -2, std::numeric_limits<int>::min()})
    for (function f : all_functions)
      for (cholinv::backend use : backends()) {
        cholinv::options o = using_backend(use);
        o.threads = threads;
        attempt<TypeParam>{{2, 3, 3}, {2, 3, 3}, {2}, o, {"options.threads", std::to_string(threads)}}.check(f);
      }
}

TYPED_TEST(misuse, a_backend_that_does_not_exist) {
  for (int number : {-1, 3, 1000})
    for (function f : all_functions)
      attempt<TypeParam>{{2, 3, 3},
                         {2, 3, 3},
                         {2},
                         using_backend(static_cast<cholinv::backend>(number)),
                         {"options.use", std::to_string(number), "native"}}
          .check(f);
}

// Where nothing need be written, misuse is misuse all the same.
TYPED_TEST(misuse, of_an_empty_batch) {
  for (function f : all_functions) {
    cholinv::options o;
    o.threads = -3;
    attempt<TypeParam>{{0, 3, 3}, {0, 3, 3}, {0}, o, {"options.threads", "-3"}}.check(f);
    attempt<TypeParam>{{4, 0, 0}, {4, 0, 0}, {4}, o, {"options.threads", "-3"}}.check(f);
  }
}

TYPED_TEST(misuse, null_scratch_with_a_size) {
  for (std::size_t size : {std::size_t(1), std::size_t(1) << 20})
    for (function f : all_functions)
      for (cholinv::backend use : backends()) {
        cholinv::options o = using_backend(use);
        o.scratch_size = size;
        attempt<TypeParam>{{2, 3, 3}, {2, 3, 3}, {2}, o, {"options.scratch", "null", std::to_string(size)}}.check(f);
      }
}

// One byte less than what the query asks for. cholesky_inverse_scratch itself ignores the scratch it is to measure.
TYPED_TEST(misuse, too_little_scratch) {
  using T = TypeParam;
  for (index_t n : {1, 2, 3, 9, 40})
    for (cholinv::backend use : backends())
      for (index_t count : {1, 2})
        for (function f : {function::inverse, function::inverse_out, function::inverse_ex, function::inverse_ex_out}) {
          const shape in = {count, n, n};
          cholinv::options o = using_backend(use);
          const std::size_t need = cholinv::cholesky_inverse_scratch(attempt<T>::filled(in), false, o);
          if (need == 0) continue;  // nothing is too little then
          std::vector<unsigned char> memory(need, 0xa5);
          o.scratch = memory.data();
          o.scratch_size = need;
          EXPECT_EQ(cholinv::cholesky_inverse_scratch(attempt<T>::filled(in), false, o), need);
          EXPECT_NO_THROW(cholinv::cholesky_inverse(attempt<T>::filled(in), false, o));
          for (std::size_t size : {need - 1, need / 2, std::size_t(0)}) {
            std::fill(memory.begin(), memory.end(), static_cast<unsigned char>(0xa5));
            o.scratch_size = size;
            attempt<T>{in, in, {count}, o, {"options.scratch_size", std::to_string(size), std::to_string(need)}}.check(f);
            for (unsigned char byte : memory) ASSERT_EQ(byte, 0xa5) << "the scratch was written";
          }
        }
}

// cholesky has no query of its own; what is enough for the inverse is enough for it, and one byte is not.
TYPED_TEST(misuse, too_little_scratch_for_cholesky) {
  using T = TypeParam;
  for (cholinv::backend use : backends())
    for (function f : {function::cholesky, function::cholesky_out, function::cholesky_ex}) {
      const shape in = {2, 40, 40};
      unsigned char one = 0;
      cholinv::options o = using_backend(use);
      o.scratch = &one;
      o.scratch_size = 1;
      attempt<T>{in, in, {2}, o, {"options.scratch_size", "1", "at least"}}.check(f);
    }
}

TYPED_TEST(misuse, null_data) {
  using T = TypeParam;
  const cholinv::tensor<T> good = attempt<T>::filled({2, 3, 3});
  T* const nothing = nullptr;
  for (function f : all_functions) {
    if (f == function::scratch) continue;  // looks at no element
    guarded<T> out(layout::spread, shape{2, 3, 3});
    guarded<int> info(layout::spread, shape{2});
    const cholinv::tensor_view<const T> null_in(nothing, {2, 3, 3});
    EXPECT_TRUE(says(refusal([&] { call<T>(f, null_in, false, out.view(), info.view(), {}); }), {input_name(f), "null"}))
        << function_name(f);
    if (has_out(f)) {
      const cholinv::tensor_view<T> null_out(nothing, {2, 3, 3});
      EXPECT_TRUE(says(refusal([&] { call<T>(f, good, false, null_out, info.view(), {}); }), {"argument out ", "null"}))
          << function_name(f);
    }
    if (has_info(f)) {
      for (index_t count : {1, 2}) {
        const cholinv::tensor_view<const T> some(good.data(), {count, 3, 3});
        cholinv::tensor<T> result({count, 3, 3});
        EXPECT_TRUE(says(refusal([&] { call<T>(f, some, false, result, cholinv::tensor_view<int>(nullptr, {count}), {}); }),
                         {"argument info ", "null"}))
            << function_name(f);
        for (const T& x : result) ASSERT_TRUE(same_bits(x, T(0)));
      }
    }
    EXPECT_TRUE(out.untouched());
    EXPECT_TRUE(info.untouched());
    // No element, no address needed.
    const cholinv::tensor_view<const T> empty_in(nothing, {0, 3, 3});
    const cholinv::tensor_view<T> empty_out(nothing, {0, 3, 3});
    EXPECT_NO_THROW(call<T>(f, empty_in, false, empty_out, cholinv::tensor_view<int>(nullptr, {0}), {})) << function_name(f);
  }
}

// A view that no memory can hold is a wrong stride, not a crash.
TYPED_TEST(misuse, strides_beyond_the_address_space) {
  using T = TypeParam;
  const cholinv::tensor<T> good = attempt<T>::filled({2, 3, 3});
  constexpr index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
  for (index_t stride : {most, least, most / 2, most / 8, least / 8})
    for (int d = 0; d < 3; ++d)
      for (function f : all_functions) {
        if (f == function::scratch) continue;  // depends on no stride
        SCOPED_TRACE(testing::Message() << function_name(f) << ", stride " << stride << " of dimension " << d);
        shape strides = {9, 3, 1};
        strides[static_cast<std::size_t>(d)] = stride;
        guarded<T> out(layout::spread, shape{2, 3, 3});
        guarded<int> info(layout::spread, shape{2});
        if (!has_out(f) || d == 0) {
          const cholinv::tensor_view<const T> in(good.data(), {2, 3, 3}, strides);
          EXPECT_TRUE(says(refusal([&] { call<T>(f, in, false, out.view(), info.view(), {}); }), {input_name(f), std::to_string(stride)}));
        }
        if (has_out(f)) {
          T one = T(-5);
          const cholinv::tensor_view<T> wide(&one, {2, 3, 3}, strides);
          EXPECT_TRUE(says(refusal([&] { call<T>(f, good, false, wide, info.view(), {}); }), {"argument out ", std::to_string(stride)}));
          EXPECT_TRUE(same_bits(one, T(-5)));
        }
        if (has_info(f)) {
          int one = -5;
          const cholinv::tensor_view<int> wide(&one, {2}, {stride});
          EXPECT_TRUE(says(refusal([&] { call<T>(f, good, false, out.view(), wide, {}); }), {"argument info ", std::to_string(stride)}));
          EXPECT_EQ(one, -5);
        }
        EXPECT_TRUE(out.untouched());
        EXPECT_TRUE(info.untouched());
      }
}

// Nor has it room for so many matrices, though each is plain and they are to be replaced in place.
TYPED_TEST(misuse, plain_batches_beyond_the_address_space) {
  using T = TypeParam;
  T one = T(-5);
  const cholinv::tensor_view<T> batch(&one, {index_t(1) << (8 * sizeof(index_t) - 9), 4, 4});
  for (const bool factorize : {false, true}) {
    const std::string message =
        refusal([&] { factorize ? cholinv::cholesky(batch, false, batch) : cholinv::cholesky_inverse(batch, false, batch); });
    EXPECT_TRUE(says(message, {factorize ? "argument a " : "argument factor ", "address space"}));
    EXPECT_TRUE(same_bits(one, T(-5)));
  }
}

// Nobody reaches for an element that there is not: no stride is wrong then, and no arithmetic is done with it (the sanitizers' to see).
TYPED_TEST(misuse, strides_of_what_is_empty_are_not_looked_at) {
  using T = TypeParam;
  constexpr index_t most = std::numeric_limits<index_t>::max();
  T* const nothing = nullptr;
  for (const shape& s : {shape{0, 3, 2, 2}, shape{3, 0, 2, 2}, shape{0, 3, 5, 2, 2}}) {
    const shape batch(s.begin(), s.end() - 2), wild(s.size(), most), wild_batch(batch.size(), most);
    for (function f : all_functions)
      EXPECT_NO_THROW(call<T>(f, {nothing, s, wild}, false, {nothing, s, wild}, {nullptr, batch, wild_batch}, {})) << function_name(f);
  }
  const cholinv::tensor<T> huge({index_t(0), index_t(3), most, index_t(1), index_t(1)});
  EXPECT_EQ(cholinv::cholesky_inverse_ex(huge).info.size(), 0);
}

TYPED_TEST(misuse, info_over_the_matrices) {
  using T = TypeParam;
  std::vector<T> memory(64, T(2)), apart(64, T(2));
  const std::vector<T> before = memory;
  const auto unchanged = [&] {
    return std::equal(memory.begin(), memory.end(), before.begin(), [](const T& x, const T& y) { return same_bits(x, y); });
  };
  const auto ints = reinterpret_cast<int*>(memory.data());
  for (index_t count : {1, 2}) {
    const cholinv::tensor_view<T> here(memory.data(), {count, 3, 3}), there(apart.data(), {count, 3, 3});
    const auto ints_there = 9 * count * static_cast<index_t>(sizeof(T) / sizeof(int));
    for (index_t first : {index_t(0), index_t(3), ints_there - 1}) {
      const cholinv::tensor_view<int> info(ints + first, {count}, {1});
      EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<T>(there, false, here, info); }), {"argument info ", "out"}));
      EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<T>(here, false, there, info); }), {"argument info ", "factor"}));
      EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<T>(here, false, here, info); }), {"argument info "}));
      EXPECT_TRUE(unchanged());
    }
    if (count > 1) {
      const cholinv::tensor_view<int> twice(ints + ints_there, {count}, {0});
      EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<T>(here, false, there, twice); }), {"argument info ", "strides (0,)"}));
      EXPECT_TRUE(unchanged());
    }
  }
  const cholinv::tensor_view<T> here(memory.data(), {2, 3, 3});
  const cholinv::tensor_view<int> behind(ints + 18 * sizeof(T) / sizeof(int), {2}, {1});
  EXPECT_EQ(cholinv::cholesky_inverse_ex<T>(here, false, here, behind), 0);
}

#ifndef CHOLINV_USE_LAPACK
TYPED_TEST(misuse, lapack_where_there_is_none) {
  for (const shape& s : {shape{3, 3}, shape{2, 3, 3}, shape{0, 3, 3}, shape{2, 0, 0}})
    for (function f : all_functions)
      attempt<TypeParam>{s,
                         s,
                         shape(s.begin(), s.end() - 2),
                         using_backend(cholinv::backend::lapack),
                         {"options.use", "backend::lapack", "CHOLINV_USE_LAPACK"}}
          .check(f);
  const auto factor = attempt<TypeParam>::filled({3, 3});
  cholinv::tensor<TypeParam> out({3, 3});  // a call that needs no plan
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(factor, false, out, using_backend(cholinv::backend::lapack)); }),
                   {"options.use", "backend::lapack", "CHOLINV_USE_LAPACK"}));
  for (const TypeParam& x : out) ASSERT_TRUE(same_bits(x, TypeParam(0)));
}
#else
TEST(misuse_lapack, a_scalar_it_has_no_routine_for) {
  for (function f : all_functions) {
    attempt<long double>{{2, 3, 3}, {2, 3, 3}, {2}, using_backend(cholinv::backend::lapack), {"options.use", "backend::lapack", "scalar"}}
        .check(f);
    attempt<std::complex<long double>>{
        {2, 3, 3}, {2, 3, 3}, {2}, using_backend(cholinv::backend::lapack), {"options.use", "backend::lapack", "scalar"}}
        .check(f);
  }
}

TYPED_TEST(misuse, an_order_that_no_address_space_holds) {
  using T = TypeParam;
  T one = T(2);
  const index_t n = (index_t(1) << (4 * sizeof(index_t) - 3)) + 1;
  const cholinv::tensor_view<const T> all_one(&one, {n, n}, {0, 0});
  const std::vector<std::string> words = {"cholesky_inverse: the order is " + std::to_string(n), "address space"};
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_scratch(all_one, false); }), words));
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse(all_one, false); }), words));
}

#ifdef LAPACK_ILP64
// Where lapack_int is as wide as index_t, what cannot be held is the matrix.
TYPED_TEST(misuse, lapack_with_an_order_it_cannot_hold) {
  using T = TypeParam;
  static_assert(sizeof(lapack_int) == sizeof(index_t));
  T one = T(2);
  const index_t n = index_t(1) << 31;
  EXPECT_TRUE(says(refusal([&] {
                     cholinv::cholesky_inverse_scratch(cholinv::tensor_view<const T>(&one, {n, n}, {0, 0}), false,
                                                       using_backend(cholinv::backend::lapack));
                   }),
                   {std::to_string(n), "address space"}));
}
#else
// An order that lapack_int cannot hold: no memory is needed to say so, the batch is empty or one number repeated.
TYPED_TEST(misuse, lapack_with_an_order_it_cannot_hold) {
  using T = TypeParam;
  const index_t n = index_t(std::numeric_limits<lapack_int>::max()) + 1;
  const cholinv::options o = using_backend(cholinv::backend::lapack);
  T one = T(2);
  const std::vector<std::string> words = {"lapack", std::to_string(n), std::to_string(n - 1)};
  const cholinv::tensor_view<const T> all_one(&one, {n, n}, {0, 0}), empty(&one, {index_t(0), n, n});
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_scratch(all_one, false, o); }), words));
  const cholinv::tensor_view<T> out(&one, {index_t(0), n, n});
  const cholinv::tensor_view<int> info(nullptr, {0});
  for (function f : all_functions) {
    EXPECT_TRUE(says(refusal([&] { call<T>(f, empty, false, out, info, o); }), words)) << function_name(f);
    EXPECT_NO_THROW(call<T>(f, empty, false, out, info, using_backend(cholinv::backend::automatic))) << function_name(f);
    EXPECT_NO_THROW(call<T>(f, empty, false, out, info, using_backend(cholinv::backend::native))) << function_name(f);
  }
  EXPECT_TRUE(same_bits(one, T(2)));
}
#endif
#endif

// Every fault above is looked for before the numbers are: a singular factor does not come first.
TYPED_TEST(misuse, comes_before_numerical_failure) {
  using T = TypeParam;
  const cholinv::tensor<T> zeros({2, 3, 3});
  cholinv::options o;
  o.threads = -1;
  guarded<T> out(layout::spread, shape{2, 3, 3});
  guarded<int> info(layout::spread, shape{2});
  for (function f : all_functions)
    EXPECT_THROW(call<T>(f, zeros, false, out.view(), info.view(), o), std::invalid_argument) << function_name(f);
  EXPECT_TRUE(out.untouched());
  EXPECT_TRUE(info.untouched());
}

}  // namespace
