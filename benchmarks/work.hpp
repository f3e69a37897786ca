// What is measured: a job (task, type, order, batch), its cost in flops and bytes, its data, and the check of a result.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace bench {

enum class task { inverse, cholesky };
enum class scalar { f32, f64, c32, c64 };
enum class regime { cache, memory, single };

inline constexpr const char* task_names[] = {"inverse", "cholesky"};
inline constexpr const char* scalar_names[] = {"float", "double", "cfloat", "cdouble"};
inline constexpr const char* regime_names[] = {"cache", "memory", "single"};

inline const char* name(task t) { return task_names[static_cast<int>(t)]; }
inline const char* name(scalar s) { return scalar_names[static_cast<int>(s)]; }
inline const char* name(regime r) { return regime_names[static_cast<int>(r)]; }

/// Row-major contiguous (batch, order, order) matrices, all of them Hermitian arrays. For cholesky `in` is the matrix A itself; for the
/// inverse its lower triangle is a factor L, A = L L^H. A candidate may read either triangle and either storage order as suits it
/// best: the transpose of a Hermitian array is its conjugate, whose result is the transpose of the one asked for.
struct job {
  task what = task::inverse;
  scalar type = scalar::f64;
  std::ptrdiff_t order = 0, batch = 0;
  int threads = 1;
  const void* in = nullptr;
  void* out = nullptr;
};

template <class T>
struct type_tag {
  using type = T;
};

/// f(type_tag<T>{}) with the C++ type of `s`.
template <class F>
auto with_type(scalar s, F f) {
  switch (s) {
    case scalar::f32:
      return f(type_tag<float>{});
    case scalar::f64:
      return f(type_tag<double>{});
    case scalar::c32:
      return f(type_tag<std::complex<float>>{});
    case scalar::c64:
      break;
  }
  return f(type_tag<std::complex<double>>{});
}

inline bool is_complex(scalar s) { return s == scalar::c32 || s == scalar::c64; }
inline bool is_single(scalar s) { return s == scalar::f32 || s == scalar::c32; }
inline std::size_t size_of(scalar s) { return (is_single(s) ? 4u : 8u) * (is_complex(s) ? 2u : 1u); }

/// Real multiplications and additions for one matrix; a complex multiply-add counts as four real ones.
inline double flops(task t, scalar s, std::ptrdiff_t order) {
  const double n = static_cast<double>(order);
  const double real = t == task::inverse ? 2. / 3 * n * n * n + n * n / 2 + 5. / 6 * n : n * n * n / 3 + n * n / 2 + n / 6;
  return is_complex(s) ? 4 * real : real;
}

/// Bytes of one matrix read and written once.
inline double bytes(scalar s, std::ptrdiff_t order) {
  return 2.0 * static_cast<double>(order) * static_cast<double>(order) * static_cast<double>(size_of(s));
}

/// So many matrices that input and output together fill 400 kB (half a level-2 cache) or 192 MB (beyond every cache); at least one.
inline std::ptrdiff_t batch_of(regime r, scalar s, std::ptrdiff_t order) {
  if (r == regime::single) return 1;
  return std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>((r == regime::cache ? 400e3 : 192e6) / bytes(s, order)));
}

template <class T>
struct real_of {
  using type = T;
};
template <class R>
struct real_of<std::complex<R>> {
  using type = R;
};

inline double conjugate(double x) { return x; }
inline std::complex<double> conjugate(const std::complex<double>& x) { return std::conj(x); }

/// x * y without the NaN recovery that makes std::complex's own product slow.
inline double product(double x, double y) { return x * y; }
inline std::complex<double> product(const std::complex<double>& x, const std::complex<double>& y) {
  return {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
}

/// Where input and output lie: each `past` bytes behind the beginning of a cache line, and on Linux, if each has 2 MB or more, in memory
/// for which large pages are asked for, or small ones.
struct layout {
  std::size_t past = 0;
  bool large_pages = true;
};

/// The input and output of one job. Every matrix is well conditioned: off-diagonal elements below 1/2n, the diagonal in [1, 2].
class workload {
 public:
  workload(task t, scalar s, std::ptrdiff_t order, std::ptrdiff_t batch, int threads, layout how = {})
      : in_(byte_count(s, order, batch), how), out_(byte_count(s, order, batch), how) {
    job_.what = t;
    job_.type = s;
    job_.order = order;
    job_.batch = batch;
    job_.threads = threads;
    job_.in = in_.data;
    job_.out = out_.data;
    with_type(s, [&](auto tag) { fill<typename decltype(tag)::type>(); });
  }

  const job& what() const { return job_; }
  std::size_t size() const { return byte_count(job_.type, job_.order, job_.batch); }

  /// NaN everywhere in `out`, so that a candidate cannot live on another's result.
  void poison() {
    with_type(job_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::fill_n(static_cast<T*>(out_.data), elements(), T(std::numeric_limits<typename real_of<T>::type>::quiet_NaN()));
    });
  }

  /// Empty when `out` holds the right result, else what is wrong. Matrices are applied to a random vector v: A (X v) = v, or
  /// F (F^H v) = A v with a lower factor F, or F^H (F v) = A v with an upper one.
  std::string complaint() const {
    return with_type(job_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const std::ptrdiff_t looked_at = std::min<std::ptrdiff_t>(job_.batch, 64);
      for (std::ptrdiff_t k = 0; k < looked_at; ++k) {
        const std::ptrdiff_t m = looked_at == 1 ? 0 : k * (job_.batch - 1) / (looked_at - 1);
        const std::string wrong = complaint_about<T>(m);
        if (!wrong.empty()) return "matrix " + std::to_string(m) + ": " + wrong;
      }
      return std::string();
    });
  }

 private:
  static constexpr std::size_t large_page = std::size_t(1) << 21;

  struct block {
    block(std::size_t size, layout how)
        : alignment{size < large_page ? 64 : large_page},
          memory(::operator new(size + how.past, alignment)),
          data(static_cast<char*>(memory) + how.past) {
#ifdef __linux__
      if (size >= large_page) madvise(memory, size, how.large_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
#endif
    }
    block(const block&) = delete;
    block& operator=(const block&) = delete;
    ~block() { ::operator delete(memory, alignment); }
    std::align_val_t alignment;
    void *memory, *data;
  };

  static std::size_t byte_count(scalar s, std::ptrdiff_t order, std::ptrdiff_t batch) {
    return static_cast<std::size_t>(order) * static_cast<std::size_t>(order) * static_cast<std::size_t>(batch) * size_of(s);
  }
  std::ptrdiff_t elements() const { return job_.order * job_.order * job_.batch; }

  template <class T>
  void fill() {
    const std::ptrdiff_t n = job_.order, distinct = std::min<std::ptrdiff_t>(job_.batch, 61);
    T* const in = static_cast<T*>(in_.data);
    std::mt19937 engine(20240229u + static_cast<unsigned>(n));
    std::uniform_real_distribution<double> unit(0, 1);
    const auto off_diagonal = [&] { return (unit(engine) - 0.5) / static_cast<double>(n); };
    using R = typename real_of<T>::type;
    for (std::ptrdiff_t m = 0; m < distinct; ++m)
      for (std::ptrdiff_t i = 0; i < n; ++i) {
        T *const row = in + (m * n + i) * n, *const column = in + m * n * n + i;
        for (std::ptrdiff_t j = 0; j < i; ++j) {
          const double re = off_diagonal();
          if constexpr (std::is_same_v<T, R>) {
            row[j] = static_cast<R>(re);
            column[j * n] = row[j];
          } else {
            row[j] = T(static_cast<R>(re), static_cast<R>(off_diagonal()));
            column[j * n] = std::conj(row[j]);
          }
        }
        row[i] = T(static_cast<R>(1 + unit(engine)));
      }
    for (std::ptrdiff_t m = distinct; m < job_.batch; ++m) std::copy_n(in + (m % distinct) * n * n, n * n, in + m * n * n);
    std::fill_n(static_cast<T*>(out_.data), elements(), T(0));
  }

  template <class T>
  std::string complaint_about(std::ptrdiff_t m) const {
    using R = typename real_of<T>::type;
    using wide = std::conditional_t<std::is_same_v<T, R>, double, std::complex<double>>;
    using vector = std::vector<wide>;
    const std::ptrdiff_t n = job_.order;
    const T *const in = static_cast<const T*>(in_.data) + m * n * n, *const out = static_cast<const T*>(out_.data) + m * n * n;
    const auto size = static_cast<std::size_t>(n);

    enum class part { all, lower, upper };
    const auto first = [](part p, std::ptrdiff_t i) { return p == part::upper ? i : 0; };
    const auto last = [n](part p, std::ptrdiff_t i) { return p == part::lower ? i + 1 : n; };
    const auto multiply = [&](const T* a, part p, const vector& x) {
      vector y(size);
      for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = first(p, i); j < last(p, i); ++j)
          y[static_cast<std::size_t>(i)] += product(wide(a[i * n + j]), x[static_cast<std::size_t>(j)]);
      return y;
    };
    const auto multiply_adjoint = [&](const T* a, part p, const vector& x) {
      vector y(size);
      for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = first(p, i); j < last(p, i); ++j)
          y[static_cast<std::size_t>(j)] += product(conjugate(wide(a[i * n + j])), x[static_cast<std::size_t>(i)]);
      return y;
    };

    vector v(size);
    std::mt19937 engine(7);
    std::uniform_real_distribution<double> unit(-1, 1);
    for (wide& x : v) x = wide(unit(engine));
    vector expected = v, got;
    if (job_.what == task::inverse) {
      got = multiply(in, part::lower, multiply_adjoint(in, part::lower, multiply(out, part::all, v)));
    } else {
      bool lower = true, upper = true;
      for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < i; ++j) {
          lower = lower && out[j * n + i] == T(0);
          upper = upper && out[i * n + j] == T(0);
        }
      if (!lower && !upper) return "the factor has no triangle of zeros";
      expected = multiply(in, part::all, v);
      got = lower ? multiply(out, part::lower, multiply_adjoint(out, part::lower, v))
                  : multiply_adjoint(out, part::upper, multiply(out, part::upper, v));
    }
    double error = 0, scale = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double e = std::abs(got[i] - expected[i]);
      if (!(e <= error)) error = e;  // also when e is NaN
      scale = std::max(scale, std::abs(expected[i]));
    }
    const double bound = 50 * static_cast<double>(n + 5) * static_cast<double>(std::numeric_limits<R>::epsilon());
    if (error <= bound * scale) return {};
    std::ostringstream text;
    text << "relative error " << error / scale << ", above " << bound;
    return text.str();
  }

  block in_, out_;
  job job_;
};

}  // namespace bench
