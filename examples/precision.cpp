// A small tool: precision matrices (inverse covariances) and partial correlations of a CSV table, one per group of rows.
//
//   c++ -std=c++17 -O2 -I include examples/precision.cpp -o precision && ./precision --help
#include <cholinv/cholinv.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "table.hpp"

namespace {

using cholinv::index_t;
using cholinv::tensor;
using cholinv::tensor_view;
using example::bad_input;
using example::group;
using example::quote;
using example::table;

constexpr int exit_singular = 1;
constexpr int exit_bad_input = 2;
constexpr index_t widest_printed = 12;  // columns of a matrix that still fits a terminal
constexpr index_t strongest_listed = 3;

const char* const help = R"(usage: precision TABLE.csv [options]

Reads a table, computes one covariance matrix per group of rows (divisor: rows - 1), inverts it, and prints the
precision matrix P (the inverse) and the partial correlations -P(i,j) / sqrt(P(i,i) P(j,j)).

  --group COLUMN   one matrix for every value of this column, which may be text; without it all rows are one group
  --ridge LAMBDA   add LAMBDA >= 0 to the diagonal of every covariance: a singular one can then be inverted
  --out FILE       write all of it as CSV: group,row,column,precision,partial_correlation
  --full           print the matrices even if they have more than 12 columns
  --help           this text

The table is UTF-8 with commas, the first line names the columns, every cell outside the group column is a finite
number. Cells may be quoted; blank lines are skipped.

exit code: 0 done; 1 a covariance is singular: the message says in which group and which column, and what to do;
2 bad input or usage, or output that cannot be written: one line says what and where. FILE is only ever written whole.
)";

// For a terminal: one line, whatever the data hold.
std::string printable(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return text;
}

void complain(const std::string& message) { std::fprintf(stderr, "precision: %s\n", printable(message).c_str()); }

std::string format(const char* pattern, double x) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, x);
  return text;
}

// ---- the command line -----------------------------------------------------------------------------------------------

struct arguments {
  std::string table, out;
  std::optional<std::string> group_column;
  bool full = false, help = false;
  double ridge = 0;
};

arguments parse_arguments(const std::vector<std::string>& words) {
  arguments result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.find('=');
    const std::string option = word.substr(0, equals);
    const auto value = [&] {
      if (equals != std::string::npos) return word.substr(equals + 1);
      if (i + 1 == words.size()) throw bad_input(option + " needs a value; see --help");
      return words[++i];
    };
    if (word == "--help" || word == "-h") {
      result.help = true;
    } else if (word == "--full") {
      result.full = true;
    } else if (option == "--group") {
      result.group_column = value();
    } else if (option == "--out") {
      result.out = value();
      if (result.out.empty()) throw bad_input("--out is empty; it should be the name of a file");
    } else if (option == "--ridge") {
      const std::string text = value();
      if (!example::parse_number(text, result.ridge) || result.ridge < 0)
        throw bad_input("--ridge is " + quote(text) + "; it should be a finite number, 0 or more");
    } else if (word.size() > 1 && word[0] == '-') {
      throw bad_input("unknown option " + quote(word) + "; see --help");
    } else if (result.table.empty()) {
      result.table = word;
    } else {
      throw bad_input("one table expected, " + quote(word) + " is another; see --help");
    }
  }
  if (result.table.empty() && !result.help) throw bad_input("no table given; see --help");
  return result;
}

// ---- the statistics -------------------------------------------------------------------------------------------------

// One matrix of a batch of square ones.
template <class T>
tensor_view<T> matrix(tensor_view<T> batch, index_t m) {
  return {batch.data() + m * batch.stride(0), {batch.extent(1), batch.extent(2)}, {batch.stride(1), batch.stride(2)}};
}

// Overwrites x, rows by columns, with its deviations from the columns' means. The first row is taken off before the mean: a constant
// column becomes exactly zero, and a large common offset costs no digits.
void centre(tensor_view<double> x) {
  for (index_t j = 0; j < x.extent(1); ++j) {
    const double origin = x(0, j);
    double sum = 0;
    for (index_t r = 0; r < x.extent(0); ++r) sum += x(r, j) -= origin;
    const double mean = sum / static_cast<double>(x.extent(0));
    for (index_t r = 0; r < x.extent(0); ++r) x(r, j) -= mean;
  }
}

void covariance(tensor_view<const double> centred, double ridge, tensor_view<double> out) {
  const index_t rows = centred.extent(0), n = centred.extent(1);
  for (index_t r = 0; r < rows; ++r)
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j <= i; ++j) out(i, j) += centred(r, i) * centred(r, j);
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j <= i; ++j) out(j, i) = out(i, j) /= static_cast<double>(rows - 1);
    out(i, i) += ridge;
  }
}

// Where a group begins, and its name.
std::string describe(const arguments& args, const group& g) {
  return args.table + ":" + std::to_string(g.first_line) + ": " +
         (args.group_column ? "group " + *args.group_column + " = " + quote(g.name) + ": " : "");
}

// Values whose squares, or the inverses of these, leave the range of a double. The diagonal bounds all other elements.
void check_finite(const arguments& args, const table& data, tensor_view<const double> matrices, const char* what) {
  for (index_t g = 0; g < data.count(); ++g)
    for (index_t i = 0; i < data.width(); ++i)
      if (!std::isfinite(matrices(g, i, i)))
        throw bad_input(describe(args, data.groups[static_cast<std::size_t>(g)]) + "column " + quote(data.name(i)) + ": " + what +
                        " leaves the range of a double; scale the column");
}

// The first column that the columns before it determine up to rounding, or -1. The square of a pivot of the Cholesky factor is the
// variance that is left of a column when the columns before it are known; info > 0 names the first pivot that did not exist.
index_t dependent_column(tensor_view<const double> a, tensor_view<const double> factor, int info, index_t rows) {
  const index_t n = a.extent(0);
  index_t factored = n;
  tensor<double> leading;
  while (info > 0) {  // a failed matrix has no factor: factor the part before the failure, its pivots may have been mere rounding
    factored = info - 1;
    auto [part, part_info] = cholinv::cholesky_ex<double>(tensor_view<const double>(a.data(), {factored, factored}, {n, 1}));
    leading = std::move(part);
    factor = leading;
    info = part_info();
  }
  const double rounding = 10 * std::sqrt(static_cast<double>(rows)) * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  for (index_t j = 0; j < factored; ++j)
    if (!(factor(j, j) * factor(j, j) > rounding * a(j, j))) return j;
  return factored < n ? factored : -1;
}

bool constant(tensor_view<const double> centred, index_t column) {
  for (index_t r = 0; r < centred.extent(0); ++r)
    if (centred(r, column) != 0) return false;
  return true;
}

std::string explain(tensor_view<const double> centred, tensor_view<const double> a, const table& data, index_t column) {
  const index_t rows = centred.extent(0), n = centred.extent(1);
  const std::string text = "the covariance is singular: column " + quote(data.name(column));
  if (constant(centred, column)) {
    index_t such = 0;
    for (index_t j = 0; j < n; ++j) such += constant(centred, j);
    return text + " is constant" + (such > 1 ? " (" + std::to_string(such) + " such columns)" : "");
  }
  if (a(column, column) == 0) return text + " varies too little for its variance to be a double; scale it";
  return text + " is a linear combination of the columns before it" +
         (rows <= n ? " (" + std::to_string(rows) + " rows are too few for " + std::to_string(n) + " columns)" : "");
}

// A hundredth of the mean variance, to one digit.
std::string enough_ridge(const table& data, tensor_view<const double> covariances) {
  double sum = 0;
  for (index_t g = 0; g < data.count(); ++g)
    for (index_t j = 0; j < data.width(); ++j) sum += covariances(g, j, j);
  const double hundredth = sum / static_cast<double>(data.count() * data.width()) / 100;
  return format("%g", std::strtod(format("%.0e", hundredth > 0 ? hundredth : 1.0).c_str(), nullptr));
}

double partial_correlation(tensor_view<const double> p, index_t i, index_t j) {
  return i == j ? 1.0 : (0.0 - p(i, j)) / (std::sqrt(p(i, i)) * std::sqrt(p(j, j)));
}

// ---- the results ----------------------------------------------------------------------------------------------------

// A file that appears under its name whole or not at all: written beside it, renamed at the end.
class output_file {
 public:
  output_file(const std::string& path, const std::string& input) : path_(path) {
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored)) {
      if (!std::filesystem::is_regular_file(path_, ignored)) throw bad_input(path + ": cannot write: not a regular file");
      if (std::filesystem::equivalent(path_, input, ignored)) throw bad_input(path + ": cannot write: it is the table itself");
      path_ = std::filesystem::canonical(path_);  // where a symbolic link leads, so that the link stays
    }
    temporary_ = path_;
    temporary_ += "." + std::to_string(std::random_device()()) + ".partial";
    file_ = std::fopen(temporary_.string().c_str(), "wbx");
    if (file_ == nullptr) fail(errno);
  }
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file() {
    if (file_ != nullptr) std::fclose(file_);
    std::error_code ignored;
    if (!renamed_) std::filesystem::remove(temporary_, ignored);
  }

  void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail(errno);
  }
  void commit() {
    if (std::fclose(std::exchange(file_, nullptr)) != 0) fail(errno);
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (error) fail(error.value());
    renamed_ = true;
  }

 private:
  [[noreturn]] void fail(int error) const { throw bad_input(path_.string() + ": cannot write: " + std::strerror(error)); }

  std::filesystem::path path_, temporary_;
  std::FILE* file_ = nullptr;
  bool renamed_ = false;
};

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n\t ") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

void write_csv(const arguments& args, const table& data, tensor_view<const double> precisions) {
  output_file file(args.out, args.table);
  file.write("group,row,column,precision,partial_correlation\n");
  for (index_t g = 0; g < data.count(); ++g) {
    const auto p = matrix(precisions, g);
    const std::string name = csv_cell(data.groups[static_cast<std::size_t>(g)].name);
    for (index_t i = 0; i < data.width(); ++i)
      for (index_t j = 0; j < data.width(); ++j)
        file.write(name + ',' + csv_cell(data.name(i)) + ',' + csv_cell(data.name(j)) + format(",%.17g", p(i, j)) +
                   format(",%.17g\n", partial_correlation(p, i, j)));
  }
  file.commit();
}

std::size_t printed_width(const std::string& text) {  // UTF-8: continuation bytes take no place
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, printed_width(text)), ' ') + text;
}

template <class Element>
void print_matrix(const char* title, const table& data, const char* pattern, Element element) {
  std::size_t width = 10;
  for (const std::string& name : data.columns) width = std::max(width, printed_width(name));
  std::printf("  %s\n  %s", title, padded("", width).c_str());
  for (const std::string& name : data.columns) std::printf("  %s", padded(printable(name), width).c_str());
  for (index_t i = 0; i < data.width(); ++i) {
    std::printf("\n  %s", padded(printable(data.name(i)), width).c_str());
    for (index_t j = 0; j < data.width(); ++j) std::printf("  %s", padded(format(pattern, element(i, j)), width).c_str());
  }
  std::printf("\n");
}

void print_strongest(const table& data, tensor_view<const double> p) {
  struct pair {
    index_t i, j;
    double correlation;
  };
  std::vector<pair> pairs;
  for (index_t i = 0; i < data.width(); ++i)
    for (index_t j = i + 1; j < data.width(); ++j) pairs.push_back({i, j, partial_correlation(p, i, j)});
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const pair& a, const pair& b) { return std::abs(a.correlation) > std::abs(b.correlation); });
  pairs.resize(std::min(pairs.size(), static_cast<std::size_t>(strongest_listed)));
  std::printf("  strongest partial correlations:");
  for (const pair& c : pairs)
    std::printf("  %s~%s %.4f", printable(data.name(c.i)).c_str(), printable(data.name(c.j)).c_str(), c.correlation);
  std::printf("\n");
}

void print(const arguments& args, const table& data, tensor_view<const double> precisions) {
  const bool matrices = args.full || data.width() <= widest_printed;
  for (index_t g = 0; g < data.count(); ++g) {
    const group& current = data.groups[static_cast<std::size_t>(g)];
    const auto p = matrix(precisions, g);
    const std::string title = args.group_column ? *args.group_column + " = " + current.name : "all rows";
    std::printf("%s (%td rows, %td columns)\n", printable(title).c_str(), data.rows(current), data.width());
    if (matrices) {
      print_matrix("precision", data, "%.5g", [&](index_t i, index_t j) { return p(i, j); });
      print_matrix("partial correlation", data, "%.4f", [&](index_t i, index_t j) { return partial_correlation(p, i, j); });
    } else {
      print_strongest(data, p);
    }
  }
  if (!matrices) std::printf("(the matrices are wide: --full prints them, --out FILE writes them)\n");
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw bad_input("standard output: cannot write: " + std::string(std::strerror(errno)));
}

int run(const arguments& args) {
  table data = example::read_table(args.table, args.group_column);
  const index_t groups = data.count(), n = data.width();

  std::vector<tensor_view<const double>> centred;
  tensor<double> covariances({groups, n, n});
  for (index_t g = 0; g < groups; ++g) {
    group& current = data.groups[static_cast<std::size_t>(g)];
    const tensor_view<double> x(current.values.data(), {data.rows(current), n});
    centre(x);
    covariance(x, args.ridge, matrix<double>(covariances, g));
    centred.push_back(x);
  }
  check_finite(args, data, covariances, "the covariance");

  auto [factors, info] = cholinv::cholesky_ex<double>(covariances);  // all groups at once

  bool singular = false;
  for (index_t g = 0; g < groups; ++g) {
    const auto& x = centred[static_cast<std::size_t>(g)];
    const index_t column = dependent_column(matrix<const double>(covariances, g), matrix<const double>(factors, g), info(g), x.extent(0));
    if (column < 0) continue;
    singular = true;
    complain(describe(args, data.groups[static_cast<std::size_t>(g)]) + explain(x, matrix<const double>(covariances, g), data, column));
  }
  if (singular) {
    complain("a singular covariance has no inverse: add a ridge, for instance --ridge " + enough_ridge(data, covariances) +
             ", or take the named columns out");
    return exit_singular;
  }

  cholinv::cholesky_inverse<double>(factors, false, factors);  // in place: the factors become the precision matrices
  check_finite(args, data, factors, "the precision");

  if (!args.out.empty()) write_csv(args, data, factors);
  print(args, data, factors);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const arguments args = parse_arguments(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (!args.help) return run(args);
    std::fputs(help, stdout);
    return 0;
  } catch (const std::bad_alloc&) {
    complain("not enough memory");
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return exit_bad_input;
}
