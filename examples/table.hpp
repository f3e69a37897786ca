// A CSV table of numbers, read for the examples: its numeric columns, its rows in groups, and errors that name file and line.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace example {

// What the program cannot work with; the text is for the user.
struct bad_input : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The beginning of a long text, not cut inside a UTF-8 sequence.
inline std::string shortened(const std::string& text, std::size_t length = 60) {
  if (text.size() <= length) return text;
  std::size_t end = length;
  while ((text[end] & 0xC0) == 0x80 && end > length - 4) --end;
  return text.substr(0, end) + "...";
}

inline std::string quote(const std::string& text) { return "'" + shortened(text) + "'"; }

// Decimal notation only: strtod alone would take inf, nan, hexadecimal and leading blanks. The locale is "C" in this program.
inline bool parse_number(const std::string& text, double& number) {
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) return false;
  char* end = nullptr;
  number = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() && std::isfinite(number);
}

inline std::string read_file(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  bool failed = file == nullptr;
  if (!failed) {
    std::vector<char> piece(1 << 16);
    while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file)) text.append(piece.data(), got);
    failed = std::ferror(file) != 0;
  }
  const int error = errno;
  if (file != nullptr) std::fclose(file);
  if (failed) throw bad_input(path + ": cannot read: " + std::strerror(error));
  return text;
}

// The records of a CSV file (RFC 4180; any of the three line ends; blanks around a cell do not count), each with its line number.
class csv_reader {
 public:
  explicit csv_reader(const std::string& path) : path_(path), text_(read_file(path)) {
    if (text_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;  // a byte order mark
    const std::size_t zero = text_.find('\0');
    if (zero == std::string::npos) return;
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(zero);
    fail(1 + std::count(text_.begin(), end, '\n'), "a zero byte; the table should be UTF-8 text");
  }

  // Moves to the next record that is not a blank line; false at the end.
  bool next() {
    while (at_ < text_.size()) {
      record_line_ = line_;
      cells_.clear();
      bool quoted = false;
      do {
        cells_.push_back(read_cell(quoted));
      } while (take(','));
      take_line_end();
      if (cells_.size() > 1 || !cells_[0].empty() || quoted) return true;
    }
    return false;
  }

  const std::vector<std::string>& cells() const { return cells_; }
  std::ptrdiff_t line() const { return record_line_; }

  [[noreturn]] void fail(std::ptrdiff_t line, const std::string& what) const {
    throw bad_input(path_ + ":" + std::to_string(line) + ": " + what);
  }
  [[noreturn]] void fail(const std::string& what) const { fail(record_line_, what); }

 private:
  static bool blank(char c) { return c == ' ' || c == '\t'; }
  bool at_cell_end() const { return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r'; }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_line_end() {
    const bool carriage_return = take('\r');
    if (!take('\n') && !carriage_return) return false;
    ++line_;
    return true;
  }

  std::string read_cell(bool& quoted) {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
    if (take('"')) {
      quoted = true;
      return read_quoted_cell();
    }
    const std::size_t begin = at_;
    while (!at_cell_end()) ++at_;
    std::size_t end = at_;
    while (end > begin && blank(text_[end - 1])) --end;
    return text_.substr(begin, end - begin);
  }

  std::string read_quoted_cell() {
    const std::ptrdiff_t opened = line_;
    std::string cell;
    for (;;) {
      if (at_ == text_.size()) fail(opened, "a quoted cell begins here and never ends");
      if (take('"')) {
        if (!take('"')) break;
        cell += '"';  // a doubled quote stands for one
        continue;
      }
      const std::size_t begin = at_;
      if (!take_line_end()) ++at_;
      cell.append(text_, begin, at_ - begin);
    }
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
    if (!at_cell_end()) fail(line_, "text follows the closing quote of a cell; a comma should");
    return cell;
  }

  std::string path_, text_;
  std::size_t at_ = 0;
  std::ptrdiff_t line_ = 1, record_line_ = 1;
  std::vector<std::string> cells_;
};

struct group {
  std::string name;
  std::ptrdiff_t first_line;   // in the file
  std::vector<double> values;  // rows x columns, row-major
};

struct table {
  std::vector<std::string> columns;  // the numeric ones
  std::vector<group> groups;         // in the order of their first rows

  std::ptrdiff_t width() const { return static_cast<std::ptrdiff_t>(columns.size()); }
  std::ptrdiff_t count() const { return static_cast<std::ptrdiff_t>(groups.size()); }
  std::ptrdiff_t rows(const group& g) const { return static_cast<std::ptrdiff_t>(g.values.size()) / width(); }
  const std::string& name(std::ptrdiff_t column) const { return columns[static_cast<std::size_t>(column)]; }
};

// Reads the header; returns the position of the group column, or one past the last column without one.
inline std::size_t read_header(csv_reader& reader, const std::optional<std::string>& group_column, table& result) {
  if (!reader.next()) reader.fail(1, "the file is empty; its first line should name the columns");
  const std::vector<std::string>& header = reader.cells();
  std::string listing;
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (header[c].empty()) reader.fail("column " + std::to_string(c + 1) + " has no name");
    if (std::count(header.begin(), header.end(), header[c]) > 1) reader.fail("two columns are named " + quote(header[c]));
    listing += (c == 0 ? "" : ", ") + header[c];
  }
  std::size_t group_at = header.size();
  if (group_column) {
    group_at = static_cast<std::size_t>(std::find(header.begin(), header.end(), *group_column) - header.begin());
    if (group_at == header.size())
      reader.fail("no column is named " + quote(*group_column) + "; the names are: " + shortened(listing, 200));
  }
  for (std::size_t c = 0; c < header.size(); ++c)
    if (c != group_at) result.columns.push_back(header[c]);
  if (result.columns.empty()) reader.fail("there is no column besides the group column");
  return group_at;
}

// Reads a table whose rows belong to the groups that the cells of `group_column` name; without one they are all of one group.
inline table read_table(const std::string& path, const std::optional<std::string>& group_column) {
  table result;
  csv_reader reader(path);
  const std::size_t group_at = read_header(reader, group_column, result);
  const std::vector<std::string> header = reader.cells();

  std::unordered_map<std::string, std::size_t> group_of;
  while (reader.next()) {
    const std::vector<std::string>& cells = reader.cells();
    if (cells.size() != header.size())
      reader.fail(std::to_string(cells.size()) + (cells.size() == 1 ? " cell" : " cells") + "; the header has " +
                  std::to_string(header.size()));
    const std::string name = group_column ? cells[group_at] : "all";
    if (name.empty()) reader.fail("column " + quote(*group_column) + ": the name of the group is empty");
    const auto [entry, added] = group_of.try_emplace(name, result.groups.size());
    if (added) result.groups.push_back({name, reader.line(), {}});
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c == group_at) continue;
      double number = 0;
      if (!parse_number(cells[c], number)) {
        const bool first_row = result.groups.size() == 1 && result.groups[0].values.size() < result.columns.size();
        reader.fail("column " + quote(header[c]) + ": " + (cells[c].empty() ? "an empty cell" : quote(cells[c])) +
                    " is not a finite number" + (first_row && !group_column ? "; if it names a group: --group " + header[c] : ""));
      }
      result.groups[entry->second].values.push_back(number);
    }
  }
  if (result.groups.empty()) reader.fail("no row follows the header");
  for (const group& g : result.groups)
    if (result.rows(g) == 1)
      reader.fail(g.first_line, (group_column ? "group " + quote(g.name) + " has only this row" : "the table has only this row") +
                                    "; a covariance needs 2 or more");
  return result;
}

}  // namespace example
