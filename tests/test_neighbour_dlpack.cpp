// test_neighbour_dlpack.cpp: DLTensor as it should be and as it should not, and managed tensors, released exactly once.
#include <cholinv/dlpack.hpp>

#include "support/allocations.hpp"
#include "support/neighbour.hpp"

#include <dlpack/dlpack.h>

#include <array>
#include <memory>

// What DLPack 1.x adds, as its specification lays it out; Debian's header is of version 0.6.
#ifndef DLPACK_MAJOR_VERSION
struct DLPackVersion {
  std::uint32_t major, minor;
};
struct DLManagedTensorVersioned {
  DLPackVersion version;
  void* manager_ctx;
  void (*deleter)(DLManagedTensorVersioned* self);
  std::uint64_t flags;
  DLTensor dl_tensor;
};
#endif

namespace {

using namespace support;

template <class T>
constexpr DLDataType dtype_of() {
  if constexpr (std::is_same_v<T, int>)
    return {kDLInt, 32, 1};
  else
    return {is_complex<T> ? kDLComplex : kDLFloat, 8 * sizeof(T), 1};
}

// A DLTensor and what it points to.
template <class T>
struct borrowed {
  std::vector<T> memory;
  std::vector<std::int64_t> shape, strides;
  DLTensor x{};

  borrowed(std::vector<std::int64_t> s, std::vector<std::int64_t> t = {}) : shape(std::move(s)), strides(std::move(t)) {
    std::int64_t needed = 1;
    for (std::size_t d = 0; d < shape.size(); ++d) needed += (shape[d] - 1) * (strides.empty() ? 0 : strides[d]);
    if (strides.empty())
      for (std::int64_t e : shape) needed *= e;
    memory.assign(static_cast<std::size_t>(std::max<std::int64_t>(needed, 1)), T(2));
    x.data = memory.data();
    x.device = {kDLCPU, 0};
    x.ndim = static_cast<int>(shape.size());
    x.dtype = dtype_of<T>();
    x.shape = shape.data();
    x.strides = strides.empty() ? nullptr : strides.data();
  }
  borrowed(const borrowed&) = delete;
  borrowed& operator=(const borrowed&) = delete;
};

template <class T>
class neighbour_dlpack : public testing::Test {};
TYPED_TEST_SUITE(neighbour_dlpack, dtypes, dtype_names);

constexpr auto at = [](auto& x, index_t b, index_t i, index_t j) -> auto& {
  using T = typename std::remove_reference_t<decltype(x)>::type;
  const bool batch = x.ndim == 3;
  const std::int64_t n = x.shape[x.ndim - 1];
  const std::int64_t* s = x.strides;
  return static_cast<T*>(x.data)[batch ? b * (s != nullptr ? s[0] : n * n) + i * (s != nullptr ? s[1] : n) + j * (s != nullptr ? s[2] : 1)
                                       : i * (s != nullptr ? s[0] : n) + j * (s != nullptr ? s[1] : 1)];
};
// A DLTensor that knows its type, for the test's own access only.
template <class T>
struct typed : DLTensor {
  using type = T;
};

TYPED_TEST(neighbour_dlpack, seen_and_computed_with) {
  using T = TypeParam;
  for (index_t n : neighbour_orders())
    for (const std::vector<std::int64_t>& strides :
         {std::vector<std::int64_t>{}, {1, std::max<std::int64_t>(n, 1)}, {2 * n + 3, 2}, {1, n + 4}}) {
      borrowed<T> a({n, n}, strides), b({n, n});
      typed<T> in{a.x}, out{b.x};
      expect_same_addresses(
          cholinv::view<T>(in), {n, n}, [&](index_t k, index_t i, index_t j) -> auto& { return at(in, k, i, j); });
      expect_bits_of_tensors<T, spelling::named>(in, out, {n, n}, at);
    }
  for (index_t n : {1, 3, 9}) {
    borrowed<T> a({7, n, n}, {1, 7, 7 * n + 1}), b({7, n, n});
    typed<T> in{a.x}, out{b.x};
    expect_same_addresses(
        cholinv::view<T>(in), {7, n, n}, [&](index_t k, index_t i, index_t j) -> auto& { return at(in, k, i, j); });
    expect_bits_of_tensors<T, spelling::named>(in, out, {7, n, n}, at);
  }
}

TYPED_TEST(neighbour_dlpack, offset_devices_and_empty) {
  using T = TypeParam;
  borrowed<T> a({2, 2});
  a.x.data = a.memory.data() - 3;
  a.x.byte_offset = 3 * sizeof(T);
  EXPECT_EQ(cholinv::view<T>(a.x).data(), a.memory.data());
  for (DLDeviceType host : {kDLCPU, kDLCUDAHost, kDLROCMHost}) {
    a.x.device = {host, 3};
    EXPECT_EQ(cholinv::view<const T>(a.x).data(), a.memory.data());
  }
  borrowed<T> none({0, 5, 5});
  none.x.data = nullptr;
  EXPECT_EQ(cholinv::cholesky_inverse<T>(none.x).size(), 0);
  borrowed<T> scalar({});
  scalar.x.shape = nullptr;
  EXPECT_EQ(cholinv::view<T>(scalar.x).rank(), 0);
  static_assert(std::is_same_v<decltype(cholinv::view<const T>(a.x)), cholinv::tensor_view<const T>>);
  static_assert(std::is_same_v<decltype(cholinv::view<T>(std::as_const(a.x))), cholinv::tensor_view<T>>);  // a handle
}

// One field wrong at a time; the message names it, what it was and what it should be.
TYPED_TEST(neighbour_dlpack, hostile_metadata) {
  using T = TypeParam;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  struct fault {
    void (*plant)(borrowed<T>&);
    std::vector<std::string> words;
  };
  const int bits = 8 * sizeof(T);
  const std::vector<fault> faults = {
      {[](borrowed<T>& b) { b.x.device.device_type = kDLCUDA; }, {"device_type 2", "should be 1"}},
      {[](borrowed<T>& b) { b.x.device.device_type = kDLCUDAManaged; }, {"device_type 13", "should be 1"}},
      {[](borrowed<T>& b) { b.x.device.device_type = static_cast<DLDeviceType>(0); }, {"device_type 0", "should be 1"}},
      {[](borrowed<T>& b) { b.x.dtype.code = kDLInt; }, {"dtype code 0", "should have code"}},
      {[](borrowed<T>& b) { b.x.dtype.code = kDLBfloat; }, {"dtype", "code 4", "should have code"}},
      {[](borrowed<T>& b) { b.x.dtype.code = is_complex<T> ? kDLFloat : kDLComplex; }, {"dtype", "should have code"}},
      {[](borrowed<T>& b) { b.x.dtype.code = 255; }, {"dtype", "code 255"}},
      {[](borrowed<T>& b) { b.x.dtype.bits = static_cast<std::uint8_t>(b.x.dtype.bits / 2); },
       {"dtype", std::to_string(bits / 2) + " bits", std::to_string(bits) + " bits and 1 lane"}},
      {[](borrowed<T>& b) { b.x.dtype.bits = 0; }, {"dtype", "0 bits"}},
      {[](borrowed<T>& b) { b.x.dtype.lanes = 2; }, {"dtype", "2 lanes", "1 lane"}},
      {[](borrowed<T>& b) { b.x.dtype.lanes = 0; }, {"dtype", "0 lanes", "1 lane"}},
      {[](borrowed<T>& b) { b.x.ndim = -1; }, {"ndim", "rank -1", "0 to 8"}},
      {[](borrowed<T>& b) { b.x.ndim = 9; }, {"ndim", "rank 9", "0 to 8"}},
      {[](borrowed<T>& b) { b.x.ndim = std::numeric_limits<int>::max(); }, {"ndim", "0 to 8"}},
      {[](borrowed<T>& b) { b.x.ndim = std::numeric_limits<int>::min(); }, {"ndim", "0 to 8"}},
      {[](borrowed<T>& b) { b.x.shape = nullptr; }, {"null shape", "ndim is 3"}},
      {[](borrowed<T>& b) { b.shape[1] = -1; }, {"(2, -1, 2)", "at least 0"}},
      {[](borrowed<T>& b) { b.shape[0] = least; }, {std::to_string(least), "at least 0"}},
      {[](borrowed<T>& b) { b.shape[0] = most; }, {std::to_string(most), "index_t"}},
      {[](borrowed<T>& b) {
         b.shape = {most / 4, 2, 2};
         b.x.shape = b.shape.data();
       },
       {std::to_string(most / 4), "bytes", "index_t"}},
      {[](borrowed<T>& b) {
         b.shape = {1LL << 31, 1LL << 31, 4};
         b.x.shape = b.shape.data();
       },
       {"2147483648", "index_t"}},
      {[](borrowed<T>& b) { b.x.data = nullptr; }, {"(2, 2, 2)", "null data"}},
      {[](borrowed<T>& b) { b.x.byte_offset = 1; }, {"not aligned", "byte_offset 1,", "multiple of"}},
      {[](borrowed<T>& b) { b.x.data = reinterpret_cast<char*>(b.memory.data()) + 2; }, {"not aligned"}},
      {[](borrowed<T>& b) { b.x.byte_offset = std::numeric_limits<std::uint64_t>::max(); }, {"byte_offset", "address space"}},
  };
  for (std::size_t f = 0; f < faults.size(); ++f) {
    borrowed<T> bad({2, 2, 2}), good({2, 2, 2});
    faults[f].plant(bad);
    const std::vector<T> before = bad.memory;
    SCOPED_TRACE(testing::Message() << "fault " << f);
    EXPECT_TRUE(says(refusal([&] { cholinv::view<T>(bad.x); }), faults[f].words));
    EXPECT_TRUE(says(refusal([&] { cholinv::view<const T>(bad.x); }), faults[f].words));
    const auto expect = [&](const char* name, auto call) {
      const std::string message = refusal(call);
      EXPECT_TRUE(says(message, faults[f].words));
      EXPECT_TRUE(says(message, {name}));
    };
    expect("argument factor", [&] { cholinv::cholesky_inverse<T>(bad.x); });
    expect("argument factor", [&] { cholinv::cholesky_inverse<T>(bad.x, false, good.x); });
    expect("argument out", [&] { cholinv::cholesky_inverse<T>(good.x, false, bad.x); });
    expect("argument a,", [&] { cholinv::cholesky<T>(bad.x, true, good.x); });
    expect("argument out", [&] { cholinv::cholesky<T>(good.x, true, bad.x); });
    EXPECT_EQ(bad.memory, before);
    EXPECT_EQ(good.memory, std::vector<T>(good.memory.size(), T(2)));
  }
  // Strides that no memory can hold are the call's to refuse.
  borrowed<T> wild({2, 2, 2}, {4, 2, 1});
  wild.strides[0] = most;
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<T>(wild.x); }), {"argument factor", std::to_string(most)}));
}

// Before version 0.4 the device was called the context.
TEST(neighbour_dlpack_old, the_context_is_the_device) {
  struct old_tensor {
    void* data;
    DLDevice ctx;
    int ndim;
    DLDataType dtype;
    std::int64_t *shape, *strides;
    std::uint64_t byte_offset;
  };
  struct old_managed {
    old_tensor dl_tensor;
    void* manager_ctx;
    void (*deleter)(old_managed*);
  };
  borrowed<double> b({2, 2});
  old_tensor x{b.x.data, {kDLCPU, 0}, 2, b.x.dtype, b.x.shape, nullptr, 0};
  EXPECT_EQ(cholinv::view<double>(x).data(), b.memory.data());
  x.ctx.device_type = kDLMetal;
  EXPECT_TRUE(says(refusal([&] { cholinv::view<double>(x); }), {"device_type 8", "should be 1"}));
  const cholinv::dlpack_tensor<old_managed> given(cholinv::to_dlpack<old_managed>(cholinv::tensor<float>({2, 3})));
  EXPECT_EQ(given.get()->dl_tensor.ctx.device_type, kDLCPU);
  EXPECT_EQ(shape_of(cholinv::view<float>(given)), (std::vector<index_t>{2, 3}));
}

TEST(neighbour_dlpack_info, is_a_tensor_of_int32) {
  borrowed<double> factor({3, 2, 2});
  factor.memory[4] = 0;
  borrowed<int> info({3});
  EXPECT_EQ(cholinv::cholesky_inverse_ex<double>(factor.x, false, factor.x, info.x), 1);
  EXPECT_EQ(info.memory[0], 0);
  EXPECT_EQ(info.memory[1], 1);
  EXPECT_EQ(info.memory[2], 0);
  info.x.dtype.bits = 64;
  EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse_ex<double>(factor.x, false, factor.x, info.x); }),
                   {"argument info", "64 bits", "32 bits"}));
}

// ---- managed tensors ----

template <class Managed>
struct counted {
  borrowed<double> tensor{{2, 2}};
  Managed managed{};
  int released = 0;

  counted() {
    managed.dl_tensor = tensor.x;
    managed.manager_ctx = this;
    managed.deleter = [](Managed* self) { ++static_cast<counted*>(self->manager_ctx)->released; };
    if constexpr (std::is_same_v<Managed, DLManagedTensorVersioned>) managed.version = {1, 3};
  }
};

template <class Managed>
class dlpack_managed : public testing::Test {};
using managed_types = testing::Types<DLManagedTensor, DLManagedTensorVersioned>;
struct managed_names {
  template <class Managed>
  static std::string GetName(int) {
    return std::is_same_v<Managed, DLManagedTensor> ? "unversioned" : "versioned";
  }
};
TYPED_TEST_SUITE(dlpack_managed, managed_types, managed_names);

TYPED_TEST(dlpack_managed, is_released_once) {
  using Managed = TypeParam;
  using owner = cholinv::dlpack_tensor<Managed>;
  counted<Managed> a, b, c;
  {
    owner x(&a.managed);
    EXPECT_EQ(x.get(), &a.managed);
    EXPECT_EQ(cholinv::view<double>(x).data(), a.tensor.memory.data());
    EXPECT_EQ(cholinv::cholesky_inverse<double>(x).size(), 4);
    owner y(std::move(x));
    EXPECT_EQ(x.get(), nullptr);
    EXPECT_TRUE(says(refusal([&] { cholinv::view<double>(x); }), {"released"}));
    owner z(&b.managed);
    z = std::move(y);
    EXPECT_EQ(z.get(), &a.managed);
    EXPECT_EQ(a.released, 0);
    owner w(&c.managed);
    EXPECT_EQ(w.release(), &c.managed);
    EXPECT_EQ(w.release(), nullptr);
  }
  EXPECT_EQ(a.released, 1);
  EXPECT_EQ(b.released, 1);
  EXPECT_EQ(c.released, 0);
  static_assert(!std::is_copy_constructible_v<owner> && !std::is_copy_assignable_v<owner>);
  static_assert(std::is_nothrow_move_constructible_v<owner> && std::is_nothrow_move_assignable_v<owner>);

  counted<Managed> nobody;
  nobody.managed.deleter = nullptr;
  { owner x(&nobody.managed); }
  EXPECT_TRUE(says(refusal([] { owner x(nullptr); }), {"managed", "null"}));
  // Seen without being owned, it stays the caller's.
  counted<Managed> lent;
  EXPECT_EQ(cholinv::view<double>(lent.managed).data(), lent.tensor.memory.data());
  EXPECT_EQ(lent.released, 0);
}

TEST(dlpack_managed_versioned, another_major_version_is_released_and_refused) {
  for (std::uint32_t major : {0U, 2U, 4000000000U}) {
    counted<DLManagedTensorVersioned> a;
    a.managed.version.major = major;
    EXPECT_TRUE(says(refusal([&] { cholinv::dlpack_tensor<DLManagedTensorVersioned> x(&a.managed); }),
                     {"version", std::to_string(major), "should be 1"}));
    EXPECT_EQ(a.released, 1);
    EXPECT_TRUE(says(refusal([&] { cholinv::view<const double>(a.managed); }), {"version", std::to_string(major)}));
    EXPECT_EQ(a.released, 1);
  }
}

TEST(dlpack_managed_versioned, read_only_is_read_only) {
  counted<DLManagedTensorVersioned> a;
  for (std::uint64_t flags : {std::uint64_t(1), std::uint64_t(3)}) {
    a.managed.flags = flags;
    cholinv::dlpack_tensor<DLManagedTensorVersioned> x(&a.managed);
    EXPECT_EQ(cholinv::view<const double>(x).data(), a.tensor.memory.data());
    EXPECT_TRUE(says(refusal([&] { cholinv::view<double>(x); }), {"flags", std::to_string(flags), "read-only"}));
    EXPECT_TRUE(says(refusal([&] { cholinv::cholesky_inverse<double>(x, false, x); }), {"flags", "read-only"}));
    EXPECT_EQ(a.tensor.memory, std::vector<double>(a.tensor.memory.size(), 2.0));
  }
  a.managed.flags = 2;  // copied: nobody else sees it
  cholinv::dlpack_tensor<DLManagedTensorVersioned> x(&a.managed);
  EXPECT_NO_THROW(cholinv::view<double>(x));
}

template <class Managed, class T>
void gives_away(const std::vector<index_t>& shape) {
  cholinv::tensor<T> t(shape);
  for (index_t k = 0; k < t.size(); ++k) t.data()[k] = T(static_cast<real_t<T>>(k));
  const T* const data = t.data();
  Managed* const m = cholinv::to_dlpack<Managed>(std::move(t));
  const DLTensor& x = m->dl_tensor;
  EXPECT_EQ(x.data, data);
  EXPECT_EQ(x.byte_offset, 0U);
  EXPECT_EQ(x.device.device_type, kDLCPU);
  EXPECT_EQ(x.device.device_id, 0);
  EXPECT_EQ(x.dtype.code, dtype_of<T>().code);
  EXPECT_EQ(x.dtype.bits, dtype_of<T>().bits);
  EXPECT_EQ(x.dtype.lanes, 1);
  ASSERT_EQ(x.ndim, static_cast<int>(shape.size()));
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    EXPECT_EQ(x.shape[d], shape[d]);
    EXPECT_EQ(x.strides[d], stride);
    stride *= std::max(shape[d], index_t(1));
  }
  if constexpr (std::is_same_v<Managed, DLManagedTensorVersioned>) {
    EXPECT_EQ(m->version.major, 1U);
    EXPECT_EQ(m->version.minor, 0U);
    EXPECT_EQ(m->flags, 0U);
  }
  const cholinv::dlpack_tensor<Managed> back(m);  // a leak would be the sanitizer's to find
  const cholinv::tensor_view<const T> seen = cholinv::view<const T>(back);
  EXPECT_EQ(seen.data(), data);
  EXPECT_EQ(shape_of(seen), shape);
}

TYPED_TEST(dlpack_managed, gives_a_tensor_away) {
  using Managed = TypeParam;
  for (const std::vector<index_t>& shape : {std::vector<index_t>{}, {4}, {3, 3}, {0, 3, 3}, {2, 3, 4, 5}, {2, 1, 2, 1, 2, 1, 2, 1}}) {
    gives_away<Managed, float>(shape);
    gives_away<Managed, double>(shape);
    gives_away<Managed, std::complex<float>>(shape);
    gives_away<Managed, std::complex<double>>(shape);
    gives_away<Managed, int>(shape);
  }
}

TYPED_TEST(dlpack_managed, keeps_the_tensor_where_memory_runs_out) {
  using Managed = TypeParam;
  cholinv::tensor<double> t({2, 2});
  const double* const data = t.data();
  counting count(1);
  bool failed = false;
  try {
    cholinv::to_dlpack<Managed>(std::move(t));
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  count.stop();
  EXPECT_TRUE(failed);
  EXPECT_EQ(count.live(), 0);
  EXPECT_EQ(t.data(), data);
  EXPECT_EQ(t.size(), 4);
}

// Two managed structs of their own kind, alive at once, and released in either order.
TYPED_TEST(dlpack_managed, keeps_the_memory_until_it_is_released) {
  using Managed = TypeParam;
  cholinv::tensor<double> a({2, 2}), b({3, 3});
  a(1, 1) = 5, b(2, 2) = 6;
  Managed* const x = cholinv::to_dlpack<Managed>(std::move(a));
  Managed* const y = cholinv::to_dlpack<Managed>(std::move(b));
  EXPECT_EQ(a.size(), 0);
  x->deleter(x);
  EXPECT_EQ(cholinv::view<double>(*y)(2, 2), 6);
  y->deleter(y);
}

}  // namespace
