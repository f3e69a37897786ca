// The worst residual of each candidate over LAPACK's matrix types, as rows that accuracy.sh makes a table of. Residuals are LAPACK's own
// measures in long double: ||I - A X||_1 / (n ||A||_1 ||X||_1 eps) of an inverse and ||A - L L^H||_1 / (n ||A||_1 eps) of a factor.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "../tests/support/random.hpp"
#include "candidates.hpp"

namespace {

using support::dense;
using support::index_t;
using support::wide_t;

/// Orders of a row of the table: those up to this one, beyond the one before.
constexpr index_t edges[] = {1, 8, 32, 64, 128, 300};
index_t edge_of(index_t order) { return *std::lower_bound(std::begin(edges), std::end(edges), order); }

struct worst {
  long double residual = -1;
  index_t order = 0;
  const char* type = "";
  int refused = 0;  // batches with a matrix that was found not to be positive definite
};

/// A row-major Hermitian array, as candidates expect it: the lower triangle of m and its mirror image.
template <class T>
void put(const dense<T>& m, T* to) {
  for (index_t i = 0; i < m.rows; ++i)
    for (index_t j = 0; j <= i; ++j) {
      to[i * m.rows + j] = m(i, j);
      to[j * m.rows + i] = support::conjugate(m(i, j));
    }
}

template <class T>
dense<wide_t<T>> get(const T* from, index_t n) {
  dense<wide_t<T>> m(n, n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j) m(i, j) = support::convert<wide_t<T>>(from[i * n + j]);
  return m;
}

/// A factor may come as the lower L or as the upper L^H: the one has zeros where the other has numbers.
template <class W>
dense<W> lower_of(dense<W> f) {
  for (index_t i = 1; i < f.rows; ++i)
    if (f(i, 0) != W(0)) return f;
  return support::adjoint(f);
}

template <class T>
void study(bench::scalar type, const std::vector<bench::candidate>& candidates, index_t every) {
  // Copies side by side, so that a kernel of many lanes has them full.
  constexpr std::size_t copies = 3, types = std::size(support::lapack_types);
  std::map<std::tuple<bench::task, index_t, std::string>, worst> found;
  for (index_t n = 1; n <= edges[std::size(edges) - 1]; n += n < 65 ? 1 : every) {
    support::engine g(static_cast<std::uint64_t>(n));
    const auto size = static_cast<std::size_t>(n * n);
    std::vector<dense<wide_t<T>>> exact[2];
    std::vector<T> in[2], out(size * copies * types);
    for (auto& batch : in) batch.resize(out.size());
    for (std::size_t k = 0; k < types; ++k) {
      const dense<T> a = support::to_dense<T>(support::lapack_matrix<T>(g, support::lapack_types[k].number, n));
      const dense<T> l = support::to_dense<T>(support::cholesky_of(support::to_dense<wide_t<T>>(a)));
      exact[0].push_back(support::gram(support::to_dense<wide_t<T>>(l)));
      exact[1].push_back(support::to_dense<wide_t<T>>(a));
      for (std::size_t c = 0; c < copies; ++c) {
        put(l, in[0].data() + (c * types + k) * size);
        put(a, in[1].data() + (c * types + k) * size);
      }
    }
    for (const bench::task what : {bench::task::inverse, bench::task::cholesky})
      for (const auto& candidate : candidates) {
        if (!candidate.takes(n)) continue;
        const auto task = static_cast<std::size_t>(what);
        bench::job j;
        j.what = what;
        j.type = type;
        j.order = n;
        j.batch = copies * types;
        j.in = in[task].data();
        j.out = out.data();
        worst& w = found[{what, edge_of(n), candidate.name}];
        try {
          candidate.prepare(j)();
        } catch (const std::exception&) {
          ++w.refused;
          continue;
        }
        for (std::size_t k = 0; k < types; ++k) {
          const auto x = get(out.data() + k * size, n);
          const auto& a = exact[task][k];
          const long double r = what == bench::task::inverse ? support::residual<T>(a, x) : support::factor_residual<T>(a, lower_of(x));
          if (w.residual == w.residual && !(r <= w.residual)) w = {r, n, support::lapack_types[k].name, w.refused};
        }
      }
  }
  for (const auto& [key, w] : found) {
    const auto& [what, edge, name] = key;
    std::printf("%s\t%s\t%td\t%s\t%.4Lg\t%td\t%s\t%d\n", bench::name(what), bench::name(type), edge, name.c_str(), w.residual, w.order,
                w.type, w.refused);
  }
}

}  // namespace

int main(int argc, char** argv) {
  index_t every = 1;
  std::string only = "native,lapack,eigen";
  bool understood = argc % 2 == 1;
  for (int i = 1; i + 1 < argc; i += 2)
    if (std::strcmp(argv[i], "--every") == 0)
      every = std::atol(argv[i + 1]);
    else if (std::strcmp(argv[i], "--only") == 0)
      only = argv[i + 1];
    else
      understood = false;
  if (!understood || every < 1) {
    std::fprintf(stderr, "usage: accuracy [--every K] [--only native,lapack,eigen]: from order 65 to 300 each K-th order\n");
    return 2;
  }
  std::vector<bench::candidate> candidates;
  for (const auto& c : bench::all_candidates())
    if (("," + only + ",").find("," + std::string(c.name) + ",") != std::string::npos) candidates.push_back(c);
  std::fprintf(stderr, "cholinv's kernels: %s\n", bench::cholinv_isa());  // throws where CHOLINV_FORCE_ISA names what there is not
  if (candidates.empty()) return 0;
  for (const bench::scalar s : {bench::scalar::f32, bench::scalar::f64, bench::scalar::c32, bench::scalar::c64})
    bench::with_type(s, [&](auto tag) { study<typename decltype(tag)::type>(s, candidates, every); });
}
