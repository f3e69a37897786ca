// call.hpp: one call of a public function as a fuzzer draws it: shapes, strides, places in memory and options, and what came of it.
#pragma once

#include "memory.hpp"

#include <stdexcept>

namespace fuzz {

enum class form { inverse_out, inverse, inverse_ex_out, inverse_ex, cholesky_out, cholesky, cholesky_ex };
inline constexpr const char* form_names[] = {"cholesky_inverse(out)",
                                             "cholesky_inverse",
                                             "cholesky_inverse_ex(out)",
                                             "cholesky_inverse_ex",
                                             "cholesky(out)",
                                             "cholesky",
                                             "cholesky_ex"};

struct call_plan {
  form what = form::inverse_out;
  bool upper = false, pointers = false, in_place = false;
  index_t order = 0;
  view_plan factor, out, info;
  int threads = 0, use = 0;
  int scratch = 0, scratch_offset = 0;  // see scratch_kinds
  int values = 0, other = 0;
  std::uint64_t seed = 0;
  std::size_t margin = 0;

  bool inverts() const { return what <= form::inverse_ex; }
  bool has_out() const { return what == form::inverse_out || what == form::inverse_ex_out || what == form::cholesky_out; }
  bool has_info() const { return what == form::inverse_ex_out; }
  bool has_scratch() const { return scratch != none && scratch != null_with_size; }
  enum scratch_kinds { none, exact, more, too_little, null_with_size, over_others };
};

// The sum over the batch of n^3 stays small: many calls find more than large ones.
inline shape_list draw_shape(input& in, index_t& order) {
  const int size = in.below(32);
  order = size < 20   ? in.below(10)
          : size < 31 ? in.one_of<index_t>({11, 12, 13, 15, 16, 17, 20, 23, 24, 25, 31, 32, 33})
                      : in.one_of<index_t>({40, 8, 48, 16, 49, 64, 65, 24, 80, 81, 97});
  const index_t work = std::max(order * order * order, index_t(1));
  shape_list shape;
  index_t count = 1;
  for (int rank = in.one_of({0, 1, 1, 2, 3, 6}); rank > 0; --rank) {
    index_t extent = in.one_of<index_t>({2, 1, 3, 4, 8, 17, 33, 0});
    // From 2^18 on a call may have a team of threads.
    if (count * extent * work > (size < 31 ? 30000 : 600000)) extent = in.flag() ? 2 : 1;
    if (count * extent * work > 600000) extent = 1;
    count *= std::max(extent, index_t(1));
    shape.push_back(extent);
  }
  shape.push_back(order);
  shape.push_back(order);
  return shape;
}
inline void spoil_shape(input& in, shape_list& shape) {
  const auto d = static_cast<std::size_t>(in.below(static_cast<int>(shape.size()) + 1));
  if (d == shape.size() || in.flag()) {
    if (shape.size() < 8 && in.flag())
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(d), 1);
    else
      shape.resize(d);
  } else {
    shape[d] = shape[d] > 0 && in.flag() ? shape[d] - 1 : shape[d] + 1;
  }
}

inline call_plan draw_call(input& in, index_t element_size) {
  call_plan c;
  c.what = static_cast<form>(in.below(7));
  c.upper = in.flag();
  c.factor.shape = draw_shape(in, c.order);
  c.values = in.below(8);
  c.other = in.below(4);
  c.seed = in.byte();
  c.use = in.one_of({1, 0, 2, 1, 0, 2, 1, 77});
  c.threads = in.one_of({1, 0, 2, 3, 1, 2, 0, -1});
  c.scratch = in.one_of({call_plan::none, call_plan::exact, call_plan::none, call_plan::exact, call_plan::more, call_plan::too_little,
                         call_plan::null_with_size, call_plan::over_others});
  c.scratch_offset = in.below(65);
  c.margin = in.flag() ? 0 : 64;

  c.factor.element_size = c.out.element_size = element_size;
  c.info.element_size = sizeof(int);
  if (in.rarely()) spoil_shape(in, c.factor.shape);
  const std::size_t rank = c.factor.shape.size();
  c.out.shape = c.factor.shape;
  c.info.shape = shape_list(c.factor.shape.begin(), c.factor.shape.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(rank, 2)));
  if (in.rarely()) spoil_shape(in, c.out.shape);
  if (in.rarely()) spoil_shape(in, c.info.shape);
  c.pointers = in.below(4) == 3;
  draw_strides(in, c.factor, true);
  const int place = in.below(8);
  c.in_place = place == 1 && c.out.shape == c.factor.shape;
  if (c.in_place) {
    c.out = c.factor;
  } else {
    draw_strides(in, c.out, in.rarely());
    if (place == 2 && c.factor.shape == c.out.shape) c.out.strides = c.factor.strides, c.out.wild = c.factor.wild;
    if (!c.out.wild) find_hull(c.out);
  }
  draw_strides(in, c.info, in.rarely());
  c.factor.null = in.rarely();
  c.out.null = c.in_place ? c.factor.null : in.rarely();
  c.info.null = in.rarely();
  return c;
}

// The blocks: 0 the factor, 1 out, 2 info, 3 scratch; out, info and scratch may lie in another's.
inline void lay_out(input& in, call_plan& c, blocks& memory, index_t real_size) {
  const auto within = [&](int block, index_t alignment) {
    const auto places = static_cast<int>(std::min<std::size_t>(memory.needed(block) / static_cast<std::size_t>(alignment), 65535)) + 1;
    return index_t(in.byte() * 256 + in.byte()) % places * alignment;
  };
  memory.place(c.factor, 0, in.below(3) * real_size);
  if (c.in_place)
    c.out.block = c.factor.block, c.out.start = c.factor.start;
  else if (in.below(6) == 5)
    memory.place(c.out, 0, within(0, real_size));
  else
    memory.place(c.out, 1, in.below(3) * real_size);
  if (in.rarely()) {
    const int block = in.below(2);
    memory.place(c.info, block, within(block, sizeof(int)));
  } else {
    memory.place(c.info, 2, 0);
  }
  // A list of pointers is made of a view that is within reach; matrices in place beside others that are not would be fine there.
  const auto is_batch = [](const view_plan& v) { return v.shape.size() == 3 && v.shape[1] == v.shape[2] && !v.wild; };
  c.pointers = c.pointers && is_batch(c.factor) && is_batch(c.out) && (c.in_place || c.out.block != c.factor.block);
}

template <class T>
struct outcome {
  enum { returned, refused, failed } how = returned;
  std::string message;                          // of std::invalid_argument
  index_t batch = 0, diagonal = 0, count = -1;  // of the numerical failure; count also what _ex returned
  cholinv::tensor<T> result;
  cholinv::tensor<int> info;
};

template <class T, class F, class X>
outcome<T> run(const call_plan& c, const F& factor, const X& out, cholinv::tensor_view<int> info, const cholinv::options& o) {
  outcome<T> r;
  try {
    switch (c.what) {
      case form::inverse:
        r.result = cholinv::cholesky_inverse(factor, c.upper, o);
        break;
      case form::inverse_out:
        cholinv::cholesky_inverse(factor, c.upper, out, o);
        break;
      case form::inverse_ex: {
        auto both = cholinv::cholesky_inverse_ex(factor, c.upper, o);
        r.result = std::move(both.inverse), r.info = std::move(both.info);
        break;
      }
      case form::inverse_ex_out:
        r.count = cholinv::cholesky_inverse_ex(factor, c.upper, out, info, o);
        break;
      case form::cholesky:
        r.result = cholinv::cholesky(factor, c.upper, o);
        break;
      case form::cholesky_out:
        cholinv::cholesky(factor, c.upper, out, o);
        break;
      case form::cholesky_ex: {
        auto both = cholinv::cholesky_ex(factor, c.upper, o);
        r.result = std::move(both.factor), r.info = std::move(both.info);
        break;
      }
    }
  } catch (const std::invalid_argument& e) {
    r.how = outcome<T>::refused;
    r.message = e.what();
  } catch (const cholinv::singular_factor& e) {
    if (c.inverts()) r.how = outcome<T>::failed, r.batch = e.batch_index(), r.diagonal = e.diagonal_index(), r.count = e.failed();
  } catch (const cholinv::not_positive_definite& e) {
    if (!c.inverts()) r.how = outcome<T>::failed, r.batch = e.batch_index(), r.diagonal = e.diagonal_index(), r.count = e.failed();
  }
  return r;
}

}  // namespace fuzz
