// A Gaussian graphical model: two variables are joined where their partial correlation, -P(i,j) / sqrt(P(i,i) P(j,j)) with P the inverse
// covariance, is not zero: given all other variables, one still tells something of the other. Here the pixels of handwritten digits. The
// model is not told where a pixel is, and mostly finds it out: many pixels far apart are correlated, but few are joined by an edge.
//
//   c++ -std=c++17 -O2 -I include examples/graphical_model.cpp -o graphical_model
//   ./graphical_model examples/data/digits.csv edges.csv && python3 examples/plot.py graphical_model edges.csv edges.png
#include <cholinv/cholinv.hpp>
#include <fstream>

#include "table.hpp"

namespace {

using cholinv::index_t;
using cholinv::tensor;
using example::table;

// The columns that are not zero in a twentieth of all rows or more: a margin that is always white has no covariance to invert.
std::vector<index_t> inked_columns(const table& data) {
  std::vector<index_t> columns;
  for (index_t c = 0; c < data.width(); ++c) {
    index_t rows = 0, inked = 0;
    for (const example::group& g : data.groups)
      for (index_t row = 0; row < data.rows(g); ++row, ++rows) inked += g.values[std::size_t(row * data.width() + c)] > 0;
    if (20 * inked >= rows) columns.push_back(c);
  }
  return columns;
}

// Adds to matrix `m` the products of the deviations of one group's rows from the group's mean.
void add_scatter(const table& data, const example::group& g, const std::vector<index_t>& columns, tensor<double>& scatter, index_t m) {
  const auto n = static_cast<index_t>(columns.size()), rows = data.rows(g);
  std::vector<double> mean(columns.size()), x(columns.size());
  const auto value = [&](index_t row, index_t i) { return g.values[std::size_t(row * data.width() + columns[std::size_t(i)])]; };
  for (index_t row = 0; row < rows; ++row)
    for (index_t i = 0; i < n; ++i) mean[std::size_t(i)] += value(row, i) / double(rows);
  for (index_t row = 0; row < rows; ++row) {
    for (index_t i = 0; i < n; ++i) x[std::size_t(i)] = value(row, i) - mean[std::size_t(i)];
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) scatter(m, i, j) += x[std::size_t(i)] * x[std::size_t(j)];
  }
}

// a(i,j) / sqrt(a(i,i) a(j,j)): a correlation where `a` is a covariance; minus a partial correlation where it is an inverse.
double normalised(const tensor<double>& a, index_t m, index_t i, index_t j) { return a(m, i, j) / std::sqrt(a(m, i, i) * a(m, j, j)); }

void run(const std::string& path, const char* csv_name) {
  const table data = example::read_table(path, "digit");
  if (data.width() != 64) throw example::bad_input(path + ": the digits should have 8 x 8 pixels");
  const std::vector<index_t> columns = inked_columns(data);
  const auto n = static_cast<index_t>(columns.size()), groups = data.count();

  // Matrix g of the batch is made without group g, the last one with all: an edge has to be there whichever digit is left out.
  tensor<double> scatter({groups + 1, n, n});
  index_t all_rows = 0;
  for (index_t g = 0; g < groups; ++g) {
    const example::group& current = data.groups[std::size_t(g)];
    all_rows += data.rows(current);
    for (index_t m = 0; m <= groups; ++m)
      if (m != g) add_scatter(data, current, columns, scatter, m);
  }
  const tensor<double> precision = cholinv::cholesky_inverse(cholinv::cholesky(scatter));  // but for a factor, that does not matter

  // |r| > bound has a chance below 1 in 10000 for each of the pairs that are no edge (Fisher's z: normal, sd 1 / sqrt(dof)).
  const double bound = std::tanh(3.89 / std::sqrt(double(all_rows - groups - n - 1)));
  std::printf(
      "%td images, %td pixels with ink; correlated: correlation beyond +-%.3f;\nan edge: partial correlation beyond it, whichever digit is "
      "left out\n",
      all_rows, n, bound);

  std::ofstream csv;
  if (csv_name != nullptr) csv.open(csv_name);
  csv.precision(17);
  csv << "a,b,correlation,partial_correlation,edge\n";
  const char* const kinds[] = {"side by side", "corner to corner", "further apart"};
  double pairs[3] = {}, edges[3] = {}, correlated[3] = {};
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < i; ++j) {
      const index_t a = columns[std::size_t(i)], b = columns[std::size_t(j)];
      const index_t down = std::abs(a / 8 - b / 8), across = std::abs(a % 8 - b % 8);
      const std::size_t kind = down + across == 1 ? 0 : std::max(down, across) == 1 ? 1 : 2;
      const double r = -normalised(precision, groups, i, j), correlation = normalised(scatter, groups, i, j);
      double weakest = std::abs(r);
      for (index_t m = 0; m < groups; ++m)
        weakest = std::min(weakest, r < 0 ? normalised(precision, m, i, j) : -normalised(precision, m, i, j));
      const bool edge = weakest > bound;
      pairs[kind] += 1, edges[kind] += edge, correlated[kind] += std::abs(correlation) > bound;
      csv << data.name(a) << ',' << data.name(b) << ',' << correlation << ',' << r << ',' << edge << '\n';
    }
  std::printf("%-18s%8s%15s%10s\n", "pixels", "pairs", "correlated", "edges");
  for (int k = 0; k < 3; ++k)
    std::printf("%-18s%8.0f%8.0f (%3.0f%%)%6.0f (%2.0f%%)\n", kinds[k], pairs[k], correlated[k], 100 * correlated[k] / pairs[k], edges[k],
                100 * edges[k] / pairs[k]);
  if (csv_name != nullptr && !csv.flush()) throw example::bad_input(std::string(csv_name) + ": cannot write");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2 || argc > 3) throw example::bad_input("usage: graphical_model digits.csv [OUT.csv]");
    run(argv[1], argc == 3 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
