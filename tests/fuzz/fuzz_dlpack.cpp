// fuzz_dlpack.cpp: a DLTensor of any contents is seen as what it says or refused in words, and never read where it does not point;
// managed tensors are released exactly once.
#include <cholinv/dlpack.hpp>

#include "../support/layout.hpp"
#include "input.hpp"

#include <array>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace {

using namespace support;
using fuzz::input;

// DLPack's structs as its specification lays them out. Their enums are plain integers here, so that any number can stand in them.
struct device {
  std::int32_t device_type, device_id;
};
struct data_type {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct dl_tensor {
  void* data;
  ::device device;
  std::int32_t ndim;
  data_type dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct old_tensor {  // before 0.4
  void* data;
  ::device ctx;
  std::int32_t ndim;
  data_type dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct managed {
  ::dl_tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(managed*);
};
struct managed_versioned {
  struct {
    std::uint32_t major, minor;
  } version;
  void* manager_ctx;
  void (*deleter)(managed_versioned*);
  std::uint64_t flags;
  ::dl_tensor dl_tensor;
};

template <class T>
constexpr data_type dtype_of() {
  return {std::is_same_v<T, int> ? std::uint8_t(0) : is_complex<T> ? std::uint8_t(5) : std::uint8_t(2), 8 * sizeof(T), 1};
}

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();

// A DLTensor and all that it points to, each array exactly as long as it is said to be, so that a sanitizer sees what is read besides.
template <class T>
class subject {
 public:
  explicit subject(input& in) {
    memory_.resize(static_cast<std::size_t>(in.one_of({40, 1, 9, 100})));
    for (std::size_t k = 0; k < memory_.size(); ++k) memory_[k] = T(static_cast<real_t<T>>(2 + static_cast<int>(k % 5)));
    x_.data = memory_.data();
    x_.device = {in.one_of<std::int32_t>({1, 1, 1, 1, 3, 11, 2, 13, 0, -1, 4, 1 << 30}), in.below(3)};
    x_.dtype = dtype_of<T>();
    if (in.rarely()) x_.dtype.code = in.byte();
    if (in.rarely()) x_.dtype.bits = in.byte();
    if (in.rarely()) x_.dtype.lanes = static_cast<std::uint16_t>(in.byte() * 257);
    x_.ndim = in.one_of<std::int32_t>(
        {2, 2, 3, 3, 0, 1, 4, 8, 2, 3, 9, -1, 5, 255, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()});
    const auto rank = static_cast<std::size_t>(x_.ndim < 0 || x_.ndim > 8 ? 0 : x_.ndim);
    shape_ = std::make_unique<std::int64_t[]>(rank);
    strides_ = std::make_unique<std::int64_t[]>(rank);
    std::int64_t step = 1, n = in.below(6);
    for (std::size_t d = rank; d-- > 0;) {
      shape_[d] = d + 2 >= rank ? n : in.one_of<std::int64_t>({1, 2, 3, 0});
      strides_[d] = step;
      step *= shape_[d];
    }
    for (int faults = in.one_of({0, 0, 0, 1, 1, 2, 3, 4}); faults > 0 && rank > 0; --faults) {
      const bool extent = in.flag();
      auto& number = (extent ? shape_ : strides_)[static_cast<std::size_t>(in.byte()) % rank];
      number = in.one_of<std::int64_t>({0, 1, 2, -1, -2, 3, most, least, most / 2, least / 2, most / 8, std::int64_t(1) << 31,
                                        std::int64_t(1) << 32, -(std::int64_t(1) << 32), 7, least + 1});
    }
    x_.shape = in.rarely() ? nullptr : shape_.get();
    x_.strides = in.below(3) == 2 ? strides_.get() : nullptr;
    switch (in.below(16)) {
      case 13:
        x_.data = nullptr;
        break;
      case 14:
        x_.data = reinterpret_cast<void*>(~std::uintptr_t(0) - in.byte());
        break;
      case 15:
        x_.data = reinterpret_cast<char*>(memory_.data()) + in.below(sizeof(T));
        break;
      default:
        break;
    }
    x_.byte_offset = in.one_of<std::uint64_t>({0, 0, 0, 0, 0, sizeof(T), 1, 4, 8, sizeof(real_t<T>), ~std::uint64_t(0),
                                               std::uint64_t(1) << 63, ~std::uint64_t(0) - 4096, 3 * sizeof(T), 16, 2});
    find_faults();
    find_hull();
  }

  dl_tensor& tensor() { return x_; }
  const std::vector<std::string>& faults() const { return faults_; }
  const std::vector<T>& memory() const { return memory_; }
  std::vector<index_t> shape() const { return {shape_.get(), shape_.get() + (x_.ndim < 0 ? 0 : x_.ndim)}; }
  std::vector<index_t> strides() const {
    if (x_.strides != nullptr) return {strides_.get(), strides_.get() + x_.ndim};
    std::vector<index_t> list(static_cast<std::size_t>(x_.ndim));
    index_t step = 1;
    for (std::size_t d = list.size(); d-- > 0;) {
      list[d] = step;
      if (!empty_) step *= shape_[d];
    }
    return list;
  }
  T* first() const { return reinterpret_cast<T*>(static_cast<char*>(x_.data) + x_.byte_offset); }
  bool empty() const { return empty_; }
  // Where no fault is: do all elements lie in memory_? Can they lie in any memory? Are they square matrices?
  bool is_here() const { return here_; }
  bool is_nowhere() const { return nowhere_; }
  bool is_square() const {
    return x_.ndim >= 2 && shape_[static_cast<std::size_t>(x_.ndim - 1)] == shape_[static_cast<std::size_t>(x_.ndim - 2)];
  }
  bool is_small() const { return room_ <= 1 << 14; }

  std::string text() const {
    std::ostringstream s;
    s << dtype_name<T>() << " seen in data " << x_.data << " + " << x_.byte_offset << " (memory at " << memory_.data() << "), device "
      << x_.device.device_type << ", dtype " << int(x_.dtype.code) << " " << int(x_.dtype.bits) << " " << x_.dtype.lanes << ", ndim "
      << x_.ndim << (x_.shape == nullptr ? ", null shape" : ", shape");
    for (int d = 0; d < x_.ndim && x_.ndim <= 8; ++d) s << " " << shape_[static_cast<std::size_t>(d)];
    s << (x_.strides == nullptr ? ", null strides" : ", strides");
    for (int d = 0; d < x_.ndim && x_.ndim <= 8; ++d) s << " " << strides_[static_cast<std::size_t>(d)];
    s << "\n expected misuse of:";
    for (const std::string& f : faults_) s << " " << f << ";";
    return s.str();
  }

 private:
  __extension__ using wide = __int128;

  void find_faults() {
    const auto fault = [&](bool is_one, const char* word) {
      if (is_one) faults_.push_back(word);
    };
    fault(x_.device.device_type != 1 && x_.device.device_type != 3 && x_.device.device_type != 11, "device_type");
    const data_type right = dtype_of<T>();
    fault(x_.dtype.code != right.code || x_.dtype.bits != right.bits || x_.dtype.lanes != 1, "dtype");
    fault(x_.ndim < 0 || x_.ndim > 8, "ndim");
    fault(x_.ndim > 0 && x_.shape == nullptr, "null shape");
    if (x_.ndim < 0 || x_.ndim > 8 || x_.shape == nullptr) {
      empty_ = x_.ndim != 0;
      if (x_.ndim != 0) return;
    }
    bytes_ = sizeof(T);
    for (int d = 0; d < x_.ndim; ++d) {
      const std::int64_t e = shape_[static_cast<std::size_t>(d)];
      fault(e < 0, "shape");
      empty_ = empty_ || e == 0;
      if (bytes_ <= most && e >= 0) bytes_ *= std::max<wide>(e, 1);
    }
    room_ = bytes_;
    if (empty_) bytes_ = 0;
    fault(bytes_ > most, "bytes");
    if (empty_) return;
    fault(x_.data == nullptr, "null data");
    const wide address = static_cast<wide>(reinterpret_cast<std::uintptr_t>(x_.data)) + x_.byte_offset;
    fault(address > static_cast<wide>(~std::uintptr_t(0)), "byte_offset");
    fault(address % static_cast<wide>(alignof(T)) != 0, "not aligned");
  }
  void find_hull() {
    if (!faults_.empty()) return;
    here_ = empty_;
    if (empty_) return;
    const std::vector<index_t> steps = strides();
    wide low = 0, high = 0;
    for (std::size_t d = 0; d < steps.size(); ++d)
      if (shape_[d] > 1) (steps[d] < 0 ? low : high) += static_cast<wide>(steps[d]) * (shape_[d] - 1);
    nowhere_ = (high - low) * static_cast<wide>(sizeof(T)) > most;
    const auto base = static_cast<wide>(reinterpret_cast<std::uintptr_t>(x_.data)) + x_.byte_offset;
    const auto begin = static_cast<wide>(reinterpret_cast<std::uintptr_t>(memory_.data()));
    here_ = base + low * static_cast<wide>(sizeof(T)) >= begin &&
            base + (high + 1) * static_cast<wide>(sizeof(T)) <= begin + static_cast<wide>(memory_.size() * sizeof(T));
  }

  std::vector<T> memory_;
  std::unique_ptr<std::int64_t[]> shape_, strides_;
  dl_tensor x_{};
  std::vector<std::string> faults_;
  wide bytes_ = 0, room_ = 0;  // room_: with extents of 0 as 1, for a batch of empty matrices has infos
  bool empty_ = false, here_ = false, nowhere_ = false;
};

template <class T>
class trial {
 public:
  explicit trial(input& in) : in_(in), s_(in) {}

  void check() {
    const dl_tensor& x = s_.tensor();
    switch (in_.below(4)) {
      case 0:
        check_view(x);
        break;
      case 1:
        check_view(old_tensor{x.data, x.device, x.ndim, x.dtype, x.shape, x.strides, x.byte_offset});
        break;
      case 2:
        check_view(managed{x, nullptr, nullptr});
        break;
      default:
        check_view(managed_versioned{{1, 0}, nullptr, nullptr, 0, x});
        break;
    }
    if constexpr (std::is_same_v<T, int>)
      check_info();
    else
      check_calls();
  }

 private:
  template <class X>
  void check_view(const X& x) {
    expect(s_.faults(), "the argument", [&] {
      const auto v = in_.flag() ? cholinv::tensor_view<const T>(cholinv::view<T>(x)) : cholinv::view<const T>(x);
      std::vector<index_t> shape, strides;
      for (int d = 0; d < v.rank(); ++d) shape.push_back(v.extent(d)), strides.push_back(v.stride(d));
      if (shape != s_.shape()) broken("the view has the shape that was given");
      if ((!s_.empty() || s_.tensor().strides != nullptr) && strides != s_.strides()) broken("the view has the strides that were given");
      if (!s_.empty() && v.data() != s_.first()) broken("the view begins at data + byte_offset");
    });
  }

  // All that is wrong with x as an argument besides, for a function that takes square matrices.
  std::vector<std::string> faults_of_matrices() {
    std::vector<std::string> list = s_.faults();
    if (!s_.faults().empty()) return list;
    if (!s_.is_square()) list.push_back("should be");
    if (s_.is_nowhere()) list.push_back("address space");
    return list;
  }

  void check_calls() {
    const bool upper = in_.flag();
    const std::vector<std::string> faults = faults_of_matrices();
    // Elsewhere the library would have to believe what it is told; and what is large is allocated before strides are looked at.
    if (faults.empty() && !s_.is_here()) return;
    if ((faults.empty() || s_.is_nowhere()) && !s_.is_small()) return;
    const std::vector<T> before = s_.memory();
    dl_tensor& x = s_.tensor();
    cholinv::tensor<T> result;
    expect(faults, "argument factor", [&] { result = cholinv::cholesky_inverse_ex<T>(x, upper).inverse; });
    expect(faults, "argument a", [&] { cholinv::cholesky_ex<T>(x, upper); });
    if (!faults.empty()) {
      cholinv::tensor<T> good({2, 2});
      good(0, 0) = good(1, 1) = T(1);
      const cholinv::tensor<T> same = good;
      std::vector<std::string> other_shape = faults;
      other_shape.push_back("should have the shape");
      expect(other_shape, "argument out", [&] { cholinv::cholesky_inverse<T>(good, upper, x); });
      expect(other_shape, "argument ", [&] { cholinv::cholesky_inverse<T>(x, upper, good); });
      if (!same_tensor(good, same)) broken("misuse changes nothing");
      if (!std::equal(before.begin(), before.end(), s_.memory().begin(), same_bits<T>)) broken("misuse changes nothing that is pointed to");
      return;
    }
    if (!std::equal(before.begin(), before.end(), s_.memory().begin(), same_bits<T>)) broken("the input is not changed");
    const cholinv::tensor_view<const T> v(s_.empty() ? nullptr : s_.first(), s_.shape(), s_.strides());
    if (!same_tensor(result, cholinv::cholesky_inverse_ex(v, upper).inverse)) broken("the result is that of the view");
  }

  void check_info() {
    cholinv::tensor<double> factor({3, 1, 1}), out({3, 1, 1});
    for (double& d : factor) d = 2;
    std::vector<std::string> faults = s_.faults();
    const bool fits = faults.empty() && s_.shape() == std::vector<index_t>{3};
    if (faults.empty() && !fits) faults.push_back("should have the batch shape");
    if (fits && !s_.is_here() && !s_.is_nowhere()) return;
    if (fits && s_.is_nowhere()) faults.push_back("address space");
    if (fits && !s_.is_nowhere() && s_.strides()[0] == 0) faults.push_back("lie apart");
    const std::vector<int> before = s_.memory();
    expect(faults, "argument info", [&] { cholinv::cholesky_inverse_ex<double>(factor, false, out, s_.tensor()); });
    if (faults.empty()) {
      for (index_t b = 0; b < 3; ++b)
        if (s_.first()[b * s_.strides()[0]] != 0 || out(b, 0, 0) != 0.25) broken("info and the inverse are written");
    } else if (before != s_.memory() || out(0, 0, 0) != 0) {
      broken("misuse changes nothing");
    }
  }

  // The call is refused in words of one of the faults, or there are none.
  template <class F>
  void expect(const std::vector<std::string>& faults, const std::string& name, F call) {
    std::string message;
    try {
      call();
      if (!faults.empty()) broken("misuse is refused");
      return;
    } catch (const std::invalid_argument& e) {
      message = e.what();
    }
    if (faults.empty()) broken("what is no misuse is not refused: " + message);
    if (message.find(name) == std::string::npos) broken("the message says '" + name + "': " + message);
    for (const std::string& f : faults)
      if (message.find(f) != std::string::npos) return;
    broken("the message says what is wrong: " + message);
  }
  [[noreturn]] void broken(const std::string& law) const { fuzz::broken(law, s_.text()); }

  input& in_;
  subject<T> s_;
};

// ---- Owners ----

template <class Managed>
class ownership {
 public:
  // A tensor of the heap that its deleter frees: released twice, it is freed twice.
  struct counted {
    Managed m{};
    std::int64_t shape[2] = {2, 2};
    double elements[4] = {2, 0, 0, 2};
    int* released;
  };

  explicit ownership(input& in) : in_(in) {}

  void check() {
    for (int steps = 2 + in_.below(24); steps > 0; --steps) {
      auto &a = slots_[static_cast<std::size_t>(in_.below(3))], &b = slots_[static_cast<std::size_t>(in_.below(3))];
      switch (in_.below(7)) {
        case 0:
          take(a);
          break;
        case 1:
          if (b && &a != &b) a.emplace(std::move(*b));
          break;
        case 2:
          if (a && b) *a = std::move(*b);
          break;
        case 3:
          a.reset();
          break;
        case 4:
          if (a)
            if (Managed* const m = a->release(); m != nullptr && m->deleter != nullptr) m->deleter(m);
          break;
        case 5:
          if (a) look(*a);
          break;
        default:
          give_away(a);
          break;
      }
    }
    for (auto& s : slots_) s.reset();
    for (int n : released_)
      if (n > 1) fuzz::broken("a managed tensor is released once", std::to_string(n) + " times");
    for (std::size_t k = 0; k < made_; ++k)
      if (released_[k] != 1) fuzz::broken("a managed tensor is released", std::to_string(released_[k]) + " times");
  }

 private:
  using owner = cholinv::dlpack_tensor<Managed>;
  static constexpr bool versioned = std::is_same_v<Managed, managed_versioned>;

  void take(std::optional<owner>& slot) {
    if (made_ == released_.size()) return;
    auto* const c = new counted;
    c->released = &released_[made_++];
    c->m.dl_tensor = {c->elements, {1, 0}, 2, dtype_of<double>(), c->shape, nullptr, 0};
    c->m.manager_ctx = c;
    c->m.deleter = [](Managed* m) {
      auto* const self = static_cast<counted*>(m->manager_ctx);
      ++*self->released;
      delete self;
    };
    bool refused = false;
    if constexpr (versioned) {
      c->m.version = {in_.one_of<std::uint32_t>({1, 1, 1, 0, 2, 77}), in_.byte()};
      c->m.flags = in_.byte() % 4U;
      refused = c->m.version.major != 1;
      if (refused)  // nothing behind the deleter is where it seems to be then
        c->m.dl_tensor.shape = reinterpret_cast<std::int64_t*>(8);
    }
    try {
      slot.emplace(&c->m);
      if (refused) fuzz::broken("another major version is refused", "");
    } catch (const std::invalid_argument& e) {
      if (!refused) fuzz::broken("a managed tensor is taken", e.what());
    }
  }
  void look(owner& x) {
    const bool held = x.get() != nullptr;
    bool read_only = false;
    if constexpr (versioned) read_only = held && (x.get()->flags & 1) != 0;
    for (bool write : {false, true}) {
      bool refused = false;
      try {
        if (write)
          cholinv::view<double>(x);
        else if (cholinv::cholesky_inverse<double>(x)(0, 0) != 0.25)
          fuzz::broken("the inverse is computed", "");
      } catch (const std::invalid_argument&) {
        refused = true;
      }
      if (refused != (!held || (write && read_only))) fuzz::broken("what is held is seen", refused ? "refused" : "not refused");
    }
  }
  void give_away(std::optional<owner>& slot) {
    cholinv::tensor<double> t({2, 2});
    t(0, 0) = t(1, 1) = 2;
    slot.emplace(cholinv::to_dlpack<Managed>(std::move(t)));  // lost, it is the sanitizer's to find
  }

  input& in_;
  std::optional<owner> slots_[3];
  std::array<int, 24> released_{};
  std::size_t made_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in(data, size);
  switch (const int which = in.below(8); which) {
    case 4:
      trial<int>(in).check();
      break;
    case 5:
      ownership<managed>(in).check();
      break;
    case 6:
      ownership<managed_versioned>(in).check();
      break;
    default:
      fuzz::check_scalar<trial>(which, in);
  }
  return 0;
}
