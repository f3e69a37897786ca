// A batch of Kalman filters in information form: 200 targets in the plane, three sensors that each hear one direction of the position,
// and not always. To fuse them is to add: the information (inverse covariance) of a target grows by h h^T / r^2 for each sensor heard.
// Only the prediction needs the covariance, so a step inverts the batch twice. The targets are simulated, with the noise the filters
// expect.
//
//   c++ -std=c++17 -O2 -I include examples/kalman.cpp -o kalman
//   ./kalman tracks.csv && python3 examples/plot.py kalman tracks.csv tracks.png
#include <array>
#include <cholinv/cholinv.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

namespace {

using cholinv::index_t;
using cholinv::tensor;
using state = std::array<double, 4>;  // x, its velocity, y, its velocity; metres and seconds

constexpr index_t targets = 200, steps = 30, n = 4;
constexpr double prior_sd[n] = {20, 2, 20, 2}, q = 0.05;  // q: the spectral density of the random acceleration; a step is one second

struct sensor {
  double degrees, sd, heard;  // z = x cos + y sin + noise, heard with this probability
  state h() const { return {std::cos(degrees * std::acos(-1.0) / 180), 0, std::sin(degrees * std::acos(-1.0) / 180), 0}; }
};
constexpr sensor sensors[] = {{0, 0.5, 0.6}, {60, 1, 0.6}, {120, 2, 0.9}};

double uniform(std::mt19937_64& bits) { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }
double normal(std::mt19937_64& bits) {  // Box and Muller; std::normal_distribution is not the same in every library
  const double radius = std::sqrt(-2 * std::log(uniform(bits)));
  return radius * std::cos(2 * std::acos(-1.0) * uniform(bits));
}

double dot(const state& a, const state& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]; }
state times(const tensor<double>& batch, index_t t, const state& v) {
  state result{};
  for (index_t i = 0; i < n; ++i) result[std::size_t(i)] = dot({batch(t, i, 0), batch(t, i, 1), batch(t, i, 2), batch(t, i, 3)}, v);
  return result;
}
state moved(const state& s) { return {s[0] + s[1], s[1], s[2] + s[3], s[3]}; }  // F s

// F P F^T + Q for target `t`: F adds each velocity to its position.
void predict(tensor<double>& p, index_t t) {
  for (index_t axis = 0; axis < n; axis += 2)
    for (index_t j = 0; j < n; ++j) p(t, axis, j) += p(t, axis + 1, j);
  for (index_t axis = 0; axis < n; axis += 2) {
    for (index_t i = 0; i < n; ++i) p(t, i, axis) += p(t, i, axis + 1);
    p(t, axis, axis) += q / 3;
    p(t, axis, axis + 1) += q / 2;
    p(t, axis + 1, axis) += q / 2;
    p(t, axis + 1, axis + 1) += q;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::ofstream csv;
  if (argc > 1) csv.open(argv[1]);
  csv.precision(17);
  csv << "target,step,true_x,true_y,z0,z1,z2,x,vx,y,vy,i00,i01,i02,i03,i11,i12,i13,i22,i23,i33,error2\n";

  std::mt19937_64 bits(20240601);
  std::vector<state> truth(targets), estimate(targets);
  tensor<double> covariance({targets, n, n});
  for (index_t t = 0; t < targets; ++t)
    for (index_t i = 0; i < n; ++i) {
      covariance(t, i, i) = prior_sd[i] * prior_sd[i];
      truth[std::size_t(t)][std::size_t(i)] = prior_sd[i] * normal(bits);
    }

  std::printf("second   position error (m), rms   expected   error^T information error, mean (4 if the filters are honest)\n");
  for (index_t step = 1; step <= steps; ++step) {
    for (index_t t = 0; t < targets; ++t) {
      state &s = truth[std::size_t(t)], &x = estimate[std::size_t(t)];
      s = moved(s);
      for (std::size_t axis = 0; axis < n; axis += 2) {  // noise of covariance q [1/3 1/2; 1/2 1]
        const double a = normal(bits), b = normal(bits);
        s[axis] += std::sqrt(q / 3) * a;
        s[axis + 1] += std::sqrt(q) * (std::sqrt(0.75) * a + 0.5 * b);
      }
      x = moved(x);
      predict(covariance, t);
    }
    tensor<double> information = cholinv::cholesky_inverse(cholinv::cholesky(covariance));

    std::vector<state> weighted(targets);  // information times estimate, to which sensors add too
    std::vector<std::array<double, 3>> heard(targets, {NAN, NAN, NAN});
    for (index_t t = 0; t < targets; ++t) {
      state& y = weighted[std::size_t(t)] = times(information, t, estimate[std::size_t(t)]);
      for (std::size_t k = 0; k < 3; ++k) {
        const bool silent = uniform(bits) > sensors[k].heard;
        const state h = sensors[k].h();
        const double z = dot(h, truth[std::size_t(t)]) + sensors[k].sd * normal(bits), weight = 1 / (sensors[k].sd * sensors[k].sd);
        if (silent) continue;
        heard[std::size_t(t)][k] = z;
        for (std::size_t i = 0; i < n; ++i) {
          y[i] += h[i] * z * weight;
          for (std::size_t j = 0; j < n; ++j) information(t, index_t(i), index_t(j)) += h[i] * h[j] * weight;
        }
      }
    }
    covariance = cholinv::cholesky_inverse(cholinv::cholesky(information));

    double squared = 0, expected = 0, consistency = 0;
    for (index_t t = 0; t < targets; ++t) {
      const state &s = truth[std::size_t(t)], &x = estimate[std::size_t(t)] = times(covariance, t, weighted[std::size_t(t)]);
      const state error = {x[0] - s[0], x[1] - s[1], x[2] - s[2], x[3] - s[3]};
      const double error2 = dot(error, times(information, t, error));
      squared += (error[0] * error[0] + error[2] * error[2]) / targets;
      expected += (covariance(t, 0, 0) + covariance(t, 2, 2)) / targets;
      consistency += error2 / targets;
      csv << t << ',' << step << ',' << s[0] << ',' << s[2];
      for (const double z : heard[std::size_t(t)]) std::isnan(z) ? csv << ',' : csv << ',' << z;
      for (const double v : x) csv << ',' << v;
      for (index_t i = 0; i < n; ++i)
        for (index_t j = i; j < n; ++j) csv << ',' << information(t, i, j);
      csv << ',' << error2 << '\n';
    }
    if (step <= 5 || step % 5 == 0) std::printf("%6td %25.3f %10.3f %27.3f\n", step, std::sqrt(squared), std::sqrt(expected), consistency);
  }
  if (argc > 1 && !csv.flush()) return std::fprintf(stderr, "%s: cannot write\n", argv[1]), 2;
}
