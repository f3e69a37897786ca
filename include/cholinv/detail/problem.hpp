// The contract's checks, and the one case that is left after them: a list of equal lower-triangular problems.
#pragma once

#include <cstddef>

#include "lists.hpp"
#include "scalar.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

enum class task { invert, factorize };
enum class triangle { lower, upper };

/// What the two tasks call themselves and their arguments in messages.
struct wording {
  task what;
  const char *function, *input;
};
constexpr wording wording_of(task t) noexcept {
  return t == task::invert ? wording{t, "cholesky_inverse", "factor"} : wording{t, "cholesky", "a"};
}

/// One matrix of the batch: where its input, its output and its info begin.
template <class T>
struct place {
  const T* in;
  T* out;
  int* info;
};

/// A batch of `count` matrices of order `order`. Element (i, j) of a matrix lies i * row + j * column scalars from its first.
template <class T>
struct problem {
  index_t order = 0, count = 0;
  index_t in_row = 0, in_column = 0, out_row = 0, out_column = 0;

  /// The b-th matrix, row-major over the batch dimensions.
  place<T> at(index_t b) const noexcept {
    place<T> p{in, out, info};
    for (int d = rank - 1; d > 0; --d) {
      move(p, d, b % extent[d]);
      b /= extent[d];
    }
    if (rank > 0) move(p, 0, b);
    if (in_list.from != nullptr) p.in = in_list.at<const T>(b);
    if (out_list.from != nullptr) p.out = out_list.at<T>(b);
    return p;
  }

  /// How many matrices from the b-th on lie evenly, `in_step` and `out_step` scalars apart.
  index_t evenly(index_t b) const noexcept {
    if (rank == 0 || in_list.from != nullptr || out_list.from != nullptr) return 1;
    return extent[rank - 1] - (rank == 1 ? b : b % extent[rank - 1]);
  }
  /// Nothing went wrong with the matrices [b, end).
  void clear_info(index_t b, index_t end) const noexcept {
    if (info == nullptr) return;
    const index_t step = rank == 0 ? 0 : info_stride[rank - 1];
    while (b < end) {
      int* to = at(b).info;
      for (index_t here = evenly(b); here > 0 && b < end; --here, ++b, to += step) *to = 0;
    }
  }
  index_t in_step() const noexcept { return rank == 0 ? 0 : in_stride[rank - 1]; }
  index_t out_step() const noexcept { return rank == 0 ? 0 : out_stride[rank - 1]; }

  // Batch dimensions after those of extent 1 are dropped and those that lie evenly are merged; mostly there is one or none.
  const T* in = nullptr;
  T* out = nullptr;
  int* info = nullptr;
  int rank = 0;
  index_t extent[max_rank], in_stride[max_rank], out_stride[max_rank], info_stride[max_rank];
  matrix_list in_list, out_list;  // where there is one, there is at most one batch dimension
  std::size_t list_bytes = 0;     // of scratch that checking them takes

  void add_dimension(index_t e, index_t i, index_t o, index_t f) noexcept {
    if (e == 1) return;
    const int last = rank - 1;
    if (rank > 0 && in_stride[last] == e * i && out_stride[last] == e * o && info_stride[last] == e * f)
      extent[last] *= e;
    else
      extent[rank++] = e;
    in_stride[rank - 1] = i;
    out_stride[rank - 1] = o;
    info_stride[rank - 1] = f;
  }

 private:
  void move(place<T>& p, int d, index_t steps) const noexcept {
    if (p.in != nullptr) p.in += steps * in_stride[d];
    if (p.out != nullptr) p.out += steps * out_stride[d];
    if (p.info != nullptr) p.info += steps * info_stride[d];
  }
};

/// Rank and squareness of the input, and what the options alone can get wrong.
inline void check_input(const wording& w, const layout& a, const options& o) {
  if (a.rank() < 2) misuse({w.function, ": argument ", w.input, " has rank ", a.rank(), "; it should be at least 2, of shape (*, n, n)"});
  if (a.extent(a.rank() - 1) != a.extent(a.rank() - 2))
    misuse({w.function, ": argument ", w.input, " has shape ", a.shape(),
            "; it should be square in its last two dimensions, of shape (*, n, n)"});
  if (o.threads < 0) misuse({w.function, ": options.threads is ", o.threads, "; it should be 0 (the runtime's choice) or more"});
  if (o.use != backend::automatic && o.use != backend::native && o.use != backend::lapack)
    misuse({w.function, ": options.use is ", static_cast<int>(o.use),
            "; it should be backend::automatic, backend::native or backend::lapack"});
  if (o.scratch == nullptr && o.scratch_size != 0)
    misuse({w.function, ": options.scratch is null but options.scratch_size is ", o.scratch_size, "; it should be 0"});
}

inline extents_list batch_shape(const extents_list& shape) {
  extents_list batch;
  for (int d = 0; d < shape.size() - 2; ++d) batch.push_back(shape[d]);
  return batch;
}

inline void check_apart_from_itself(const wording& w, const char* name, const layout& view, const footprint& bytes) {
  if (overlaps_itself(bytes))
    misuse({w.function, ": argument ", name, " of shape ", view.shape(), " has strides ", view.strides(),
            ", which give two of its elements one address; they should all lie apart"});
}

inline void check_apart(const wording& w, const char* name, const footprint& bytes, const char* other, const footprint& other_bytes,
                        const char* expected) {
  if (overlap(bytes, other_bytes))
    misuse({w.function, ": argument ", name, " overlaps argument ", other, " in part; it should ", expected});
}

/// What lies beside the matrices shares no memory with them.
inline void check_beside(const wording& w, const footprint& in, const footprint& out, const footprint& info, const footprint& scratch) {
  const auto check = [&](const char* name, const footprint& bytes) {
    if (bytes.empty()) return;
    check_apart(w, name, bytes, w.input, in, "share no memory with it");
    check_apart(w, name, bytes, "out", out, "share no memory with it");
  };
  check("info", info);
  check("options.scratch", scratch);
}

inline void check_shapes(const wording& w, const layout& a, const layout& out, const tensor_view<int>* info, const options& o) {
  check_input(w, a, o);
  if (out.shape() != a.shape())
    misuse({w.function, ": argument out has shape ", out.shape(), "; it should have the shape of ", w.input, ", ", a.shape()});
  if (info != nullptr && info->shape() != batch_shape(a.shape()))
    misuse({w.function, ": argument info has shape ", info->shape(), "; it should have the batch shape of ", w.input, ", ",
            batch_shape(a.shape())});
}

/// Do the numbers of a matrix lie one behind the other, by rows or by columns? Strides and `one` number are in the same unit.
constexpr bool is_plain(index_t order, index_t row, index_t column, index_t one) noexcept {
  return (column == one && row == order * one) || (row == one && column == order * one);
}

/// Are the matrices plain and one behind the other? Of a view that is not empty.
inline bool is_packed(const layout& x) noexcept {
  const int rows = x.rank() - 2, columns = x.rank() - 1;
  const index_t n = x.extent(rows);
  if (n > 1 && !is_plain(n, x.stride(rows), x.stride(columns), 1)) return false;
  index_t step = n * n;
  for (int d = rows - 1; d >= 0; --d) {
    if (x.extent(d) > 1 && x.stride(d) != step) return false;
    step *= x.extent(d);
  }
  return true;
}

/// Can it be seen at once that no memory is shared that should not be? Otherwise it takes a closer look, as long as all else in a call with
/// a small matrix. For square matrices whose shapes agree.
inline bool plainly_apart(const layout& a, const void* a_data, const layout& out, const void* out_data, std::size_t element_size,
                          const tensor_view<int>* info) noexcept {
  if (a.size() > most_bytes / static_cast<index_t>(element_size)) return false;
  const std::size_t bytes = static_cast<std::size_t>(a.size()) * element_size;
  const footprint in = footprint_of(a_data, bytes), result = footprint_of(out_data, bytes);
  if (in.empty() || result.empty() || (meet(in, result) && !same_view(a, a_data, out, out_data))) return false;
  if (info != nullptr) {
    const footprint one = footprint_of(info->data(), sizeof(int));
    if (info->size() != 1 || one.empty() || meet(one, in) || meet(one, result)) return false;
  }
  return is_packed(a) && is_packed(out);
}

/// Everything about the arguments that rules 1, 9 and 10 ask, before anything is written.
inline void check_arguments(const wording& w, const layout& a, const void* a_data, const layout& out, const void* out_data,
                            std::size_t element_size, const tensor_view<int>* info, const options& o) {
  check_shapes(w, a, out, info, o);
  if (o.scratch == nullptr && plainly_apart(a, a_data, out, out_data, element_size, info)) return;
  const footprint in_bytes = footprint_of(w.function, w.input, a, a_data, element_size),
                  out_bytes = footprint_of(w.function, "out", out, out_data, element_size);
  const footprint info_bytes = info == nullptr ? footprint{} : footprint_of(w.function, "info", *info);
  const footprint scratch_bytes = footprint_of(o.scratch, o.scratch_size);
  check_apart_from_itself(w, "out", out, out_bytes);
  if (info != nullptr) check_apart_from_itself(w, "info", *info, info_bytes);
  if (!same_view(a, a_data, out, out_data))
    check_apart(w, "out", out_bytes, w.input, in_bytes, "be exactly the same view (in place) or share no memory with it");
  check_beside(w, in_bytes, out_bytes, info_bytes, scratch_bytes);
  check_apart(w, "options.scratch", scratch_bytes, "info", info_bytes, "share no memory with it");
}

/// Bytes of scratch that the checks of a call with this input take.
template <class A>
std::size_t scratch_of_list(const wording& w, const A& a) {
  if constexpr (is_list<A>)
    return line_bytes(w.function, a.extent(0), a.extent(1));
  else
    return 0;
}

/// The same where the input or the output is a pointer_batch, which has one batch dimension.
template <class T, class A, class X>
void check_list_arguments(const wording& w, const A& a, const X& out, const tensor_view<int>* info, const options& o) {
  check_shapes(w, a, out, info, o);
  const footprint info_bytes = info == nullptr ? footprint{} : footprint_of(w.function, "info", *info);
  const footprint scratch_bytes = footprint_of(o.scratch, o.scratch_size);
  if (info != nullptr) check_apart_from_itself(w, "info", *info, info_bytes);
  check_apart(w, "options.scratch", scratch_bytes, "info", info_bytes, "share no memory with it");
  if (a.size() == 0) return;

  const index_t count = a.extent(0);
  const matrix_footprints<T> in_bytes(w.function, w.input, a), out_bytes(w.function, "out", out);
  check_apart_from_itself(w, "out", out, out_bytes.of(0));
  const auto meets = [](const matrix_footprints<T>& x, const footprint& y) { return meet(x.range(), y); };
  if (meets(in_bytes, info_bytes) || meets(in_bytes, scratch_bytes) || meets(out_bytes, info_bytes) || meets(out_bytes, scratch_bytes))
    for (index_t b = 0; b < count; ++b) check_beside(w, in_bytes.of(b), out_bytes.of(b), info_bytes, scratch_bytes);
  if constexpr (is_list<X>) {
    const std::size_t bytes = line_bytes(w.function, count, a.extent(1));
    const buffer own(o.scratch_size < bytes ? bytes : 0);
    check_lists_apart(w.function, w.input, in_bytes, out_bytes, count, align_up(o.scratch_size < bytes ? own.data() : o.scratch));
  } else {
    const footprint all = footprint_of(w.function, "out", out);
    check_apart_from_itself(w, "out", out, all);
    if (!meets(in_bytes, all)) return;
    const bool same = same_strides(in_bytes.matrix(), out_bytes.matrix());
    for (index_t b = 0; b < count; ++b)
      if (!(same && in_bytes.at(b) == out_bytes.at(b)))
        check_apart(w, "out", all, w.input, in_bytes.of(b),
                    "be exactly the matrices that it replaces (in place) or share no memory with any");
  }
}

/// The one case that is left of a call. `a` and `out` are tensor_views or pointer_batches.
template <class T, class A, class X>
problem<T> checked_problem(task t, const A& a, triangle uplo, const X& out, const tensor_view<int>* info, const options& o) {
  require_scalar<T>();
  problem<T> p;
  if constexpr (is_list<A> || is_list<X>) {
    check_list_arguments<T>(wording_of(t), a, out, info, o);
    if (a.size() > 0) p.in_list = list_of(a), p.out_list = list_of(out);
    p.list_bytes = scratch_of_list(wording_of(t), a);
  } else {
    check_arguments(wording_of(t), a, a.data(), out, out.data(), sizeof(T), info, o);
  }

  const int rows = a.rank() - 2, columns = a.rank() - 1;
  p.order = a.extent(rows);
  p.in_row = a.stride(rows), p.in_column = a.stride(columns);
  p.out_row = out.stride(rows), p.out_column = out.stride(columns);
  // A = U^H U has the lower factor U^T of its transpose, so the transposed views of input and output make it the lower case.
  if (p.order <= 1) p.in_row = p.in_column = p.out_row = p.out_column = 1;  // strides of one element mean nothing, and may be wild
  if (uplo == triangle::upper) std::swap(p.in_row, p.in_column), std::swap(p.out_row, p.out_column);
  p.in = data_of(a), p.out = data_of(out), p.info = info == nullptr ? nullptr : info->data();
  p.count = checked_size(batch_shape(a.shape()));
  // Strides of what is empty have not been looked at: they may be wild.
  const bool empty = a.size() == 0, no_info = info == nullptr || p.count == 0;
  for (int d = 0; d < rows; ++d)
    p.add_dimension(a.extent(d), empty ? 0 : a.stride(d), empty ? 0 : out.stride(d), no_info ? 0 : info->stride(d));
  return p;
}

}  // namespace detail
CHOLINV_NAMESPACE_END
