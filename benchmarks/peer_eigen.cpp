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

}  // namespace

call prepare_eigen(const job& j) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    return [j] { run<T, Eigen::Dynamic>(j); };
  });
}

// Orders 6 and 8 take a minute to compile: they are left out where benchmarks are not optimised, and refuse to measure.
#ifdef __OPTIMIZE__
constexpr bool has_larger_fixed = true;
#else
constexpr bool has_larger_fixed = false;
#endif
bool eigen_is_fixed(std::ptrdiff_t order) {
  return order == 2 || order == 3 || order == 4 || (has_larger_fixed && (order == 6 || order == 8));
}

call prepare_eigen_fixed(const job& j) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    switch (j.order) {
      case 2:
        return [j] { run<T, 2>(j); };
      case 3:
        return [j] { run<T, 3>(j); };
      case 4:
        return [j] { run<T, 4>(j); };
      case 6:
        if constexpr (has_larger_fixed) return [j] { run<T, 6>(j); };
        break;
      case 8:
        if constexpr (has_larger_fixed) return [j] { run<T, 8>(j); };
        break;
    }
    throw std::logic_error("this order is not one of those fixed");
  });
}

std::string eigen_version() {
  return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace bench
