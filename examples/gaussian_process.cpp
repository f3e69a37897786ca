// Gaussian-process regression, each model judged by leaving every observation out, and none refitted: with K the covariance of the
// observations y, all others predict y(i) with variance 1 / K^-1(i,i) and miss it by [K^-1 y](i) / K^-1(i,i) (Rasmussen and Williams,
// Gaussian Processes for Machine Learning, 5.4.2). Here the width of an iris petal from its length, a batch of 25 models in one call.
//
//   c++ -std=c++17 -O2 -I include examples/gaussian_process.cpp -o gaussian_process
//   ./gaussian_process examples/data/iris.csv loo.csv && python3 examples/plot.py gaussian_process loo.csv loo.png
#include <cholinv/cholinv.hpp>
#include <fstream>
#include <numeric>

#include "table.hpp"

namespace {

using cholinv::index_t;

constexpr double length_scales[] = {0.5, 1, 2, 4, 8};        // cm of petal length
constexpr double noises[] = {0.10, 0.15, 0.20, 0.25, 0.30};  // cm of petal width; the signal's standard deviation is 1 cm
constexpr index_t models = 25;

struct flower {
  std::string species;
  double length, width, mean, sd;  // the last two: what all other flowers predict
  double z() const { return (width - mean) / sd; }
};

std::vector<flower> read_flowers(const std::string& path) {
  const example::table data = example::read_table(path, "species");
  const auto column = [&](const char* name) {
    const auto found = std::find(data.columns.begin(), data.columns.end(), name);
    if (found == data.columns.end()) throw example::bad_input(path + ": no column is named " + name);
    return static_cast<std::size_t>(found - data.columns.begin());
  };
  const std::size_t length = column("petal_length"), width = column("petal_width");
  std::vector<flower> flowers;
  for (const example::group& g : data.groups)
    for (std::size_t row = 0; row < g.values.size(); row += data.columns.size())
      flowers.push_back({g.name, g.values[row + length], g.values[row + width], 0, 0});
  return flowers;
}

// Fills in what the others predict under model `m`; returns the mean log density of what was then observed.
double leave_one_out(const cholinv::tensor<double>& inverses, index_t m, double prior_mean, std::vector<flower>& flowers) {
  double log_density = 0;
  for (std::size_t i = 0; i < flowers.size(); ++i) {
    double weighted = 0;  // [K^-1 y](i)
    for (std::size_t j = 0; j < flowers.size(); ++j)
      weighted += inverses(m, static_cast<index_t>(i), static_cast<index_t>(j)) * (flowers[j].width - prior_mean);
    const double variance = 1 / inverses(m, static_cast<index_t>(i), static_cast<index_t>(i)), residual = weighted * variance;
    flowers[i].mean = flowers[i].width - residual;
    flowers[i].sd = std::sqrt(variance);
    log_density -= (std::log(2 * std::acos(-1.0) * variance) + residual * residual / variance) / 2;
  }
  return log_density / static_cast<double>(flowers.size());
}

void run(const std::string& table, const char* csv_name) {
  std::vector<flower> flowers = read_flowers(table);
  const auto n = static_cast<index_t>(flowers.size());
  const double prior_mean =
      std::accumulate(flowers.begin(), flowers.end(), 0.0, [](double sum, const flower& f) { return sum + f.width; }) / double(n);

  cholinv::tensor<double> covariances({models, n, n});
  for (index_t m = 0; m < models; ++m)
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) {
        const double distance = (flowers[std::size_t(i)].length - flowers[std::size_t(j)].length) / length_scales[m / 5];
        covariances(m, i, j) = std::exp(-distance * distance / 2) + (i == j ? noises[m % 5] * noises[m % 5] : 0);
      }
  const cholinv::tensor<double> inverses = cholinv::cholesky_inverse(cholinv::cholesky(covariances));  // all models at once

  std::printf("Mean log density of a petal's width, predicted from all other flowers (higher is better)\n  length scale \\ noise");
  for (const double noise : noises) std::printf("%9.2f", noise);
  index_t best = 0;
  double best_density = -HUGE_VAL;
  for (index_t m = 0; m < models; ++m) {
    if (m % 5 == 0) std::printf("\n%22.1f", length_scales[m / 5]);
    const double density = leave_one_out(inverses, m, prior_mean, flowers);
    std::printf("%9.4f", density);
    if (density > best_density) best = m, best_density = density;
  }
  leave_one_out(inverses, best, prior_mean, flowers);
  std::printf("\nBest: length scale %g cm, noise %g cm, log density %.9f\n", length_scales[best / 5], noises[best % 5], best_density);

  const auto within = std::count_if(flowers.begin(), flowers.end(), [](const flower& f) { return std::abs(f.z()) < 2; });
  std::printf("Within 2 standard deviations of what the others predict: %td of %td flowers\nThe greatest surprises:\n", within, n);
  std::vector<flower> sorted = flowers;
  std::sort(sorted.begin(), sorted.end(), [](const flower& a, const flower& b) { return std::abs(a.z()) > std::abs(b.z()); });
  for (std::size_t i = 0; i < std::min<std::size_t>(5, sorted.size()); ++i)
    std::printf("  %-10s  petal %.1f cm long, %.1f cm wide; predicted %.2f +- %.2f cm (%+.1f standard deviations)\n",
                sorted[i].species.c_str(), sorted[i].length, sorted[i].width, sorted[i].mean, sorted[i].sd, sorted[i].z());

  if (csv_name == nullptr) return;
  std::ofstream csv(csv_name);
  csv.precision(17);
  csv << "species,length,width,loo_mean,loo_sd\n";
  for (const flower& f : flowers) csv << f.species << ',' << f.length << ',' << f.width << ',' << f.mean << ',' << f.sd << '\n';
  if (!csv.flush()) throw example::bad_input(std::string(csv_name) + ": cannot write");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2 || argc > 3) throw example::bad_input("usage: gaussian_process iris.csv [OUT.csv]");
    run(argv[1], argc == 3 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
