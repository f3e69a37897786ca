// The peer "eigen": two triangular solves on the identity, or LLT; compiled with -march=native, which Eigen needs to be fast.
#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "candidates.hpp"

namespace bench {
namespace {

template <class T, int Order>
void run(const job& j) {
  // Column-major and lower: what Eigen is fastest with (see job).
  using matrix = Eigen::Matrix<T, Order, Order>;
  const std::ptrdiff_t n = j.order;
  for (std::ptrdiff_t b = 0; b < j.batch; ++b) {
    const Eigen::Map<const matrix> in(static_cast<const T*>(j.in) + b * n * n, n, n);
    Eigen::Map<matrix> out(static_cast<T*>(j.out) + b * n * n, n, n);
    if (j.what == task::inverse) {
      out.setIdentity();
      in.template triangularView<Eigen::Lower>().solveInPlace(out);
      in.template triangularView<Eigen::Lower>().adjoint().solveInPlace(out);
    } else {
      out = in;
      const Eigen::LLT<Eigen::Ref<matrix>, Eigen::Lower> llt(out);
      if (llt.info() != Eigen::Success) throw std::runtime_error("Eigen: LLT failed");
      out.template triangularView<Eigen::StrictlyUpper>().setZero();
    }
  }
}

/// The loop for an order known at compile time, null for most. Each takes long to compile, 6 and 8 a minute: where benchmarks are not
/// optimised, and refuse to measure, there is one.
template <class T>
void (*fixed(std::ptrdiff_t order))(const job&) {
  switch (order) {
    case 2:
      return run<T, 2>;
#ifdef __OPTIMIZE__
    case 3:
      return run<T, 3>;
    case 4:
      return run<T, 4>;
    case 6:
      return run<T, 6>;
    case 8:
      return run<T, 8>;
#endif
    default:
      return nullptr;
  }
}

}  // namespace

call prepare_eigen(const job& j) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    return [j] { run<T, Eigen::Dynamic>(j); };
  });
}

bool eigen_is_fixed(std::ptrdiff_t order) { return fixed<double>(order) != nullptr; }

call prepare_eigen_fixed(const job& j) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    return [j, loop = fixed<T>(j.order)] { loop(j); };
  });
}

std::string eigen_version() {
  return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace bench
