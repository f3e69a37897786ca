// fuzz_inverse.cpp: any call of the public functions on any memory: what is misuse is refused and changes nothing, and all else keeps
// every rule that can be checked, against textbook loops in long double and against the same matrix alone.
#include "oracle.hpp"
#include "values.hpp"

#include <sstream>

namespace {

using namespace support;
using fuzz::call_plan;
using fuzz::expectation;
using fuzz::form;
using fuzz::input;
using fuzz::outcome;
using fuzz::shape_list;
using fuzz::view_plan;

template <class T>
class trial {
  using R = real_t<T>;

 public:
  explicit trial(input& in) : c_(fuzz::draw_call(in, sizeof(T))) {
    fuzz::lay_out(in, c_, memory_, sizeof(R));
    ask_for_scratch(in);
    memory_.allocate(c_.margin);
    if (const bool square = c_.factor.shape.size() >= 2 && c_.factor.shape.end()[-1] == c_.factor.shape.end()[-2];
        square && !c_.factor.wild && !c_.factor.null && c_.factor.size() > 0) {
      c_.order = c_.factor.shape.back();
      fuzz::fill(in, c_, matrices(factor_of(memory_)));
    }
    find_faults();
  }

  void check() {
    if (faults_.empty())
      for (const auto& m : matrices(factor_of(memory_))) {
        const dense<T> f = to_dense<T>(m);
        expected_.push_back(c_.inverts() ? fuzz::expect_inverse<T>(f, c_.upper) : fuzz::expect_factor<T>(f, c_.upper));
        alone_.push_back(f);
      }
    const fuzz::blocks before = memory_;
    const outcome<T> got = call(memory_);
    if (!faults_.empty()) {
      if (got.how != outcome<T>::refused) broken("misuse is refused");
      bool named = false;
      for (const std::string& f : faults_) named = named || got.message.find(f) != std::string::npos;
      if (!named) broken("the message names the argument: " + got.message);
      expect_unwritten(before, c_.pointers ? fuzz::of_scratch : 0);
      return;
    }
    if (got.how == outcome<T>::refused) broken("what is no misuse is not refused: " + got.message);
    check_infos(got);
    expect_unwritten(before, fuzz::of_written | fuzz::of_info * c_.has_info() | fuzz::of_scratch);
    check_matrices(got);
    check_other_triangle(got, before);
  }

 private:
  cholinv::tensor_view<T> factor_of(fuzz::blocks& m) { return {m.address<T>(c_.factor), c_.factor.shape, c_.factor.strides}; }
  cholinv::tensor_view<T> out_of(fuzz::blocks& m) { return {m.address<T>(c_.out), c_.out.shape, c_.out.strides}; }
  cholinv::tensor_view<int> info_of(fuzz::blocks& m) { return {m.address<int>(c_.info), c_.info.shape, c_.info.strides}; }
  cholinv::options options_of(fuzz::blocks& m) {
    cholinv::options o;
    o.use = static_cast<cholinv::backend>(c_.use);
    o.threads = c_.threads;
    if (c_.has_scratch()) o.scratch = m.bytes[scratch_block_].data() + scratch_start_;
    o.scratch_size = scratch_size_;
    return o;
  }
  // The addresses of the matrices of a view of rank 3.
  template <class V>
  static auto pointers_of(const V& v) {
    std::vector<typename V::element_type*> list;
    for (index_t b = 0; b < v.extent(0); ++b) list.push_back(v.data() == nullptr || v.size() == 0 ? v.data() : v.data() + b * v.stride(0));
    return list;
  }
  outcome<T> call(fuzz::blocks& m) {
    const cholinv::tensor_view<const T> factor = factor_of(m);
    if (!c_.pointers) return fuzz::run<T>(c_, factor, out_of(m), info_of(m), options_of(m));
    const auto from = pointers_of(factor);
    const auto to = pointers_of(out_of(m));
    return fuzz::run<T>(
        c_, cholinv::pointer_batch<const T>(from.data(), factor.extent(0), factor.extent(1), factor.stride(1), factor.stride(2)),
        cholinv::pointer_batch<T>(to.data(), c_.out.shape[0], c_.out.shape[1], c_.out.strides[1], c_.out.strides[2]), info_of(m),
        options_of(m));
  }

  void ask_for_scratch(input& in) {
    index_t need = 0;
    if (c_.scratch != call_plan::none) {
      cholinv::options o;
      o.use = static_cast<cholinv::backend>(c_.use);
      o.threads = c_.threads;
      T* const nothing = nullptr;  // no element is looked at
      try {
        const cholinv::tensor_view<const T> factor(nothing, c_.factor.shape, c_.factor.strides);
        need = static_cast<index_t>(
            c_.pointers ? cholinv::cholesky_inverse_scratch(cholinv::pointer_batch<const T>(nullptr, factor.extent(0), factor.extent(1),
                                                                                            factor.stride(1), factor.stride(2)),
                                                            c_.upper, o)
                        : cholinv::cholesky_inverse_scratch(factor, c_.upper, o));
      } catch (const std::invalid_argument&) {  // the call's to refuse, too
      }
    }
    if (c_.scratch == call_plan::too_little && (need == 0 || !c_.inverts())) c_.scratch = call_plan::exact;
    if (c_.scratch == call_plan::more || c_.scratch == call_plan::null_with_size) need += 1 + c_.scratch_offset;
    if (c_.scratch == call_plan::too_little) need -= std::min<index_t>(need, 1 + c_.scratch_offset);
    if (c_.scratch == call_plan::none) return;
    scratch_size_ = static_cast<std::size_t>(need);
    if (!c_.has_scratch()) return;
    scratch_block_ = c_.scratch == call_plan::over_others ? in.below(3) : 3;
    scratch_start_ = c_.scratch_offset;
    memory_.reserve(scratch_block_, scratch_start_ + need);
  }

  void find_faults() {
    const auto fault = [&](bool is_one, const char* name) {
      if (is_one) faults_.push_back(name);
    };
    const std::string input_name = c_.inverts() ? "argument factor" : "argument a";
    const std::size_t rank = c_.factor.shape.size();
    const bool square = rank >= 2 && c_.factor.shape[rank - 1] == c_.factor.shape[rank - 2];
    fault(!square, input_name.c_str());
    fault(c_.threads < 0, "options.threads");
    fault(c_.scratch == call_plan::null_with_size, "options.scratch");
    fault(c_.scratch == call_plan::too_little, "options.scratch_size");
    const std::vector<cholinv::backend> known = backends();
    fault(std::find(known.begin(), known.end(), static_cast<cholinv::backend>(c_.use)) == known.end(), "options.use");
    const auto out_of_reach = [](const view_plan& v) { return v.wild || (v.null && v.size() > 0); };
    fault(out_of_reach(c_.factor), input_name.c_str());

    memory_.own(c_.factor, fuzz::of_input);
    if (square && !out_of_reach(c_.factor) && c_.factor.size() > 0) mark_used_triangle();
    if (c_.has_out()) {
      fault(c_.out.shape != c_.factor.shape || out_of_reach(c_.out), "argument out");
      const int before = memory_.own(c_.out, fuzz::of_out);
      fault((before & fuzz::of_out) != 0 || ((before & fuzz::of_input) != 0 && !same_view()), "argument out");
    }
    if (c_.has_info()) {
      fault(rank < 2 || c_.info.shape != shape_list(c_.factor.shape.begin(), c_.factor.shape.end() - 2) || out_of_reach(c_.info),
            "argument info");
      fault(memory_.own(c_.info, fuzz::of_info) != 0, "argument info");
    }
    if (c_.has_scratch())
      fault(memory_.own(scratch_block_, scratch_start_, static_cast<index_t>(scratch_size_), fuzz::of_scratch) != 0, "options.scratch");
  }
  bool same_view() const {
    if (c_.out.block != c_.factor.block || c_.out.start != c_.factor.start || c_.out.shape != c_.factor.shape) return false;
    for (std::size_t d = 0; d < c_.out.shape.size(); ++d)
      if (c_.out.shape[d] > 1 && c_.out.strides[d] != c_.factor.strides[d]) return false;
    return true;
  }
  index_t byte_of(const void* p, int block) const { return static_cast<const unsigned char*>(p) - memory_.bytes[block].data(); }
  // An imaginary part on the diagonal is nothing to cholesky; only, on it depends whether LAPACK is trusted with the matrix.
  void mark_used_triangle() {
    const bool real_diagonal = !c_.inverts() && c_.use == static_cast<int>(cholinv::backend::native);
    for (const auto& m : matrices(factor_of(memory_)))
      for (index_t i = 0; i < m.order; ++i)
        for (index_t j = 0; j <= i; ++j)
          memory_.own(0, byte_of(c_.upper ? &m(j, i) : &m(i, j), 0), i == j && real_diagonal ? sizeof(R) : sizeof(T),
                      fuzz::of_used_triangle);
  }

  // The infos, wherever this form says them; and the elements of out that may be written.
  void check_infos(const outcome<T>& got) {
    const std::size_t count = expected_.size();
    infos_.assign(count, -1);
    if (c_.what == form::inverse_ex || c_.what == form::cholesky_ex) {
      if (got.info.size() != static_cast<index_t>(count)) broken("info has the batch shape");
      for (std::size_t b = 0; b < count; ++b) infos_[b] = got.info.data()[b];
    } else if (c_.has_info()) {
      std::size_t b = 0;
      const auto info = info_of(memory_);
      for_each_index(c_.info.shape, [&](const shape_list& i) {
        index_t at = 0;
        for (std::size_t d = 0; d < i.size(); ++d) at += i[d] == 0 ? 0 : i[d] * info.stride(static_cast<int>(d));
        infos_[b++] = info.data()[at];
      });
    } else {
      // Thrown or not: only a count and the first are known, and where the oracle is sure the rest follows from it.
      index_t sure = 0, possible = 0;
      std::size_t first_sure = count;
      for (std::size_t b = count; b-- > 0;) {
        if (!expected_[b].may_succeed) ++sure, first_sure = b;
        if (may_fail(b)) ++possible;
      }
      const bool failed = got.how == outcome<T>::failed;
      if (!failed && sure > 0) broken("a numerical failure is thrown");
      if (failed) {
        const auto first = static_cast<std::size_t>(got.batch);
        if (got.batch < 0 || first >= count || first > first_sure) broken("the first failure is named");
        if (!expected_[first].allows(got.diagonal) || got.diagonal == 0) broken("the diagonal element is named");
        if (got.count < std::max<index_t>(sure, 1) || got.count > possible) broken("all failures are counted");
        infos_[first] = got.diagonal;
        for (std::size_t b = 0; b < first; ++b) infos_[b] = 0;
      }
      for (std::size_t b = 0; b < count; ++b)
        if (infos_[b] < 0) infos_[b] = !failed || !may_fail(b) ? 0 : expected_[b].may_succeed ? -1 : expected_[b].least;
      mark_written();
      return;
    }
    index_t failed = 0;
    for (std::size_t b = 0; b < count; ++b) {
      failed += infos_[b] != 0;
      if (!expected_[b].allows(infos_[b]))
        broken("info of matrix " + std::to_string(b) + " is " + std::to_string(infos_[b]) + ", should be in " +
               std::to_string(expected_[b].least) + ".." + std::to_string(expected_[b].most) + (expected_[b].may_succeed ? " or 0" : ""));
    }
    if (c_.has_info() && got.count != failed) broken("the count of failures is returned");
    mark_written();
  }
  bool may_fail(std::size_t b) const { return expected_[b].least != 0 && expected_[b].least <= expected_[b].most; }
  void mark_written() {
    if (!c_.has_out()) return;
    const auto outs = matrices(out_of(memory_));
    for (std::size_t b = 0; b < outs.size(); ++b)
      if (infos_[b] <= 0)
        for (index_t i = 0; i < outs[b].order; ++i)
          for (index_t j = 0; j < outs[b].order; ++j)
            memory_.own(c_.out.block, byte_of(&outs[b](i, j), c_.out.block), sizeof(T), fuzz::of_written);
  }

  void expect_unwritten(const fuzz::blocks& before, int but) {
    for (int block = 0; block < static_cast<int>(fuzz::blocks::count); ++block) {
      const unsigned char *now = memory_.bytes[block].data(), *then = before.bytes[block].data();
      const std::uint8_t* owner = memory_.owners[block].data();
      const std::size_t size = memory_.bytes[block].size();
      if (std::memcmp(now, then, size) == 0) continue;
      for (std::size_t k = 0; k < size; ++k)
        if (now[k] != then[k] && (owner[k] & but) == 0)
          broken("nothing else is written: byte " + std::to_string(k) + " of block " + std::to_string(block));
    }
  }

  void check_matrices(const outcome<T>& got) {
    std::vector<matrix_ref<const T>> results;
    if (c_.has_out())
      results = matrices(cholinv::tensor_view<const T>(out_of(memory_)));
    else if (got.how == outcome<T>::failed)
      return;  // there is no result
    else
      results = matrices(got.result);
    if (!c_.has_out() && got.result.shape() != cholinv::extents_list(c_.factor.shape)) broken("the result has the shape of the input");
    for (std::size_t b = 0; b < results.size(); ++b) {
      const auto& x = results[b];
      if (infos_[b] < 0) continue;
      if (infos_[b] > 0) {
        if (!c_.has_out() && !all_nan(x)) broken("a matrix that failed is NaN in a new result");
        continue;
      }
      const std::string law = c_.inverts() ? fuzz::broken_inverse<T>(expected_[b], x) : fuzz::broken_factor<T>(expected_[b], x, c_.upper);
      if (!law.empty()) broken("matrix " + std::to_string(b) + ": " + law);
      if (c_.use == static_cast<int>(cholinv::backend::native)) check_alone(b, x);
    }
  }

  // Rules 2 and 11: the same matrix alone, row-major, on one thread, with NaN in its other triangle.
  void check_alone(std::size_t b, const matrix_ref<const T>& x) {
    cholinv::options o = using_backend(cholinv::backend::native);
    o.threads = 1;
    dense<T> f = alone_[b];
    for (index_t i = 0; i < f.rows; ++i)
      for (index_t j = 0; j < i; ++j) (c_.upper ? f(i, j) : f(j, i)) = T(std::numeric_limits<R>::quiet_NaN());
    const cholinv::tensor<T> factor = single<T>(f);
    const cholinv::tensor<T> alone =
        c_.inverts() ? cholinv::cholesky_inverse_ex(factor, c_.upper, o).inverse : cholinv::cholesky_ex(factor, c_.upper, o).factor;
    for (index_t i = 0; i < f.rows; ++i)
      for (index_t j = 0; j < f.rows; ++j)
        if (!same_value(alone(i, j), x(i, j)))
          broken("matrix " + std::to_string(b) + " has the bits that it has alone, at " + std::to_string(i) + ", " + std::to_string(j));
  }

  // The same call with NaN in all that is not used, on every backend.
  void check_other_triangle(const outcome<T>& got, const fuzz::blocks& before) {
    fuzz::blocks again = before;
    const R nan = std::numeric_limits<R>::quiet_NaN();
    bool other = false;
    for (const auto& m : matrices(factor_of(again)))
      for (index_t i = 0; i < m.order; ++i)
        for (index_t j = 0; j < m.order; ++j) {
          auto* const p = reinterpret_cast<R*>(&m(i, j));
          for (std::size_t k = 0; k < sizeof(T) / sizeof(R); ++k) {
            const index_t first = reinterpret_cast<unsigned char*>(p + k) - again.bytes[0].data();
            if ((again.own(0, first, sizeof(R), 0) & fuzz::of_used_triangle) == 0) p[k] = nan, other = true;
          }
        }
    if (!other) return;
    const outcome<T> same = call(again);
    if (same.how != got.how || same.batch != got.batch || same.diagonal != got.diagonal || same.count != got.count)
      broken("the other triangle changes nothing that is reported");
    for (std::size_t k = 0; k < memory_.bytes[c_.info.block].size(); ++k)
      if ((memory_.owners[c_.info.block][k] & fuzz::of_info) != 0 && memory_.bytes[c_.info.block][k] != again.bytes[c_.info.block][k])
        broken("the other triangle changes no info");
    if (!c_.has_out() && got.how == outcome<T>::failed) return;
    const auto xs = c_.has_out() ? matrices(out_of(memory_)) : matrices(const_cast<cholinv::tensor<T>&>(got.result));
    const auto ys = c_.has_out() ? matrices(out_of(again)) : matrices(const_cast<cholinv::tensor<T>&>(same.result));
    for (std::size_t b = 0; b < xs.size(); ++b)
      if (infos_[b] == 0)
        if (const auto bits = same_matrix(xs[b], ys[b]); !bits) broken(std::string("the other triangle changes no bit: ") + bits.message());
  }

  [[noreturn]] void broken(const std::string& law) const {
    std::ostringstream s;
    s << fuzz::form_names[static_cast<int>(c_.what)] << ", dtype " << dtype_name<T>() << ", " << (c_.upper ? "upper" : "lower") << ", ISA "
      << cholinv::isa_name() << ", backend " << c_.use << ", threads " << c_.threads << (c_.pointers ? ", pointers" : "") << "\n factor "
      << text(c_.factor) << "\n out " << (c_.has_out() ? text(c_.out) : "new") << "\n info " << (c_.has_info() ? text(c_.info) : "none")
      << "\n scratch kind " << c_.scratch << ", " << scratch_size_ << " bytes at byte " << scratch_start_ << " of block " << scratch_block_
      << "\n values " << c_.values << ", other triangle " << c_.other << ", seed " << c_.seed << "\n expected misuse of:";
    for (const std::string& f : faults_) s << " " << f << ";";
    fuzz::broken(law, s.str());
  }

  call_plan c_;
  fuzz::blocks memory_;
  int scratch_block_ = 3;
  index_t scratch_start_ = 0;
  std::size_t scratch_size_ = 0;
  std::vector<std::string> faults_;
  std::vector<expectation<T>> expected_;
  std::vector<dense<T>> alone_;
  std::vector<index_t> infos_;  // -1 where it is not known
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in(data, size);
  fuzz::check_scalar<trial>(in.below(4), in);
  return 0;
}
