// Which rows to measure: the options that ratios and compare share.
#pragma once

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "candidates.hpp"

namespace bench {

inline constexpr char selection_usage[] =
    "  --task inverse,cholesky      (inverse)       --dtype float,double,cfloat,cdouble  (double)\n"
    "  --orders 2,4,8-16,100-300:25 (by regime)     --regime cache,memory,single         (cache)\n"
    "  --only cholinv,lapack,...    (all there are) --threads N (1)   --batch N (by regime)\n"
    "  --past BYTES (0)             input and output begin so far behind the beginning of a cache line: malloc's large arrays, 16\n"
    "  --pages large|small (large)  what Linux is asked for where input and output have 2 MB and more each\n"
    "  'all' stands for every task, dtype or regime.\n";

struct selection {
  std::vector<task> tasks{task::inverse};
  std::vector<scalar> types{scalar::f64};
  std::vector<regime> regimes{regime::cache};
  std::vector<std::ptrdiff_t> orders;  // empty: what suits each regime
  std::vector<std::string> only;       // empty: every candidate of this build
  int threads = 1;
  std::ptrdiff_t batch = 0;  // 0: what the regime says
  layout memory;
};

[[noreturn]] inline void refuse(const std::string& what) { throw std::invalid_argument(what); }

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

inline long whole_number(const std::string& option, const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 1) refuse(option + " has '" + text + "'; it should be a number from 1");
  return value;
}

template <class E, std::size_t N>
std::vector<E> choose(const std::string& option, const std::string& text, const char* const (&names)[N]) {
  std::vector<E> chosen;
  for (const std::string& word : split(text, ',')) {
    const std::size_t before = chosen.size();
    for (std::size_t i = 0; i < N; ++i)
      if (word == names[i] || word == "all") chosen.push_back(static_cast<E>(i));
    if (chosen.size() == before) {
      std::string known = "all";
      for (const char* one : names) known += std::string(", ") + one;
      refuse(option + " has '" + word + "'; it should be of " + known);
    }
  }
  return chosen;
}

/// Numbers and ranges: 4, 8-16 or 100-300:25.
inline std::vector<std::ptrdiff_t> choose_orders(const std::string& text) {
  std::vector<std::ptrdiff_t> orders;
  for (const std::string& item : split(text, ',')) {
    const std::size_t dash = item.find('-'), colon = item.find(':');
    const long first = whole_number("--orders", item.substr(0, dash));
    const long last = dash == std::string::npos ? first : whole_number("--orders", item.substr(dash + 1, colon - dash - 1));
    const long step = colon == std::string::npos ? 1 : whole_number("--orders", item.substr(colon + 1));
    for (long n = first; n <= last; n += step) orders.push_back(n);
  }
  return orders;
}

inline std::size_t choose_past(const std::string& option, const std::string& text) {
  for (const std::size_t bytes : {0, 16, 32, 48})
    if (text == std::to_string(bytes)) return bytes;
  refuse(option + " has '" + text + "'; it should be 0, 16, 32 or 48");
}

inline bool choose_large_pages(const std::string& option, const std::string& text) {
  if (text != "large" && text != "small") refuse(option + " has '" + text + "'; it should be large or small");
  return text == "large";
}

/// Takes argv[i] and its value when it is one of these options; `i` is then at the value.
inline bool take_option(selection& s, int& i, int argc, char** argv) {
  const std::string option = argv[i];
  const auto value = [&]() -> std::string {
    if (++i == argc) refuse(option + " needs a value");
    return argv[i];
  };
  if (option == "--task")
    s.tasks = choose<task>(option, value(), task_names);
  else if (option == "--dtype")
    s.types = choose<scalar>(option, value(), scalar_names);
  else if (option == "--regime")
    s.regimes = choose<regime>(option, value(), regime_names);
  else if (option == "--orders")
    s.orders = choose_orders(value());
  else if (option == "--only")
    s.only = split(value(), ',');
  else if (option == "--threads")
    s.threads = static_cast<int>(whole_number(option, value()));
  else if (option == "--batch")
    s.batch = whole_number(option, value());
  else if (option == "--past")
    s.memory.past = choose_past(option, value());
  else if (option == "--pages")
    s.memory.large_pages = choose_large_pages(option, value());
  else
    return false;
  return true;
}

inline std::vector<std::ptrdiff_t> orders_of(const selection& s, regime r) {
  if (!s.orders.empty()) return s.orders;
  if (r == regime::memory) return {4, 8, 16, 32, 64};
  if (r == regime::single) return {2, 3, 4, 8, 16, 32, 64, 128};  // from 256 the batch in cache is one matrix as well
  return {2, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
}

inline std::vector<candidate> candidates_of(const selection& s) {
  const std::vector<candidate> all = all_candidates();
  if (s.only.empty()) return all;
  std::vector<candidate> kept;
  for (const std::string& wanted : s.only) {
    const std::size_t before = kept.size();
    std::string known;
    for (const candidate& c : all) {
      known += std::string(known.empty() ? "" : ", ") + c.name;
      if (wanted == c.name) kept.push_back(c);
    }
    if (kept.size() == before) refuse("--only has '" + wanted + "'; this build has " + known);
  }
  return kept;
}

/// What a report says of the rows' memory.
inline std::vector<std::pair<std::string, std::string>> memory_context(const layout& memory) {
  return {{"bytes_past_a_line", std::to_string(memory.past)},
          {"pages", memory.large_pages ? "large ones asked for where input and output have 2 MB and more each" : "small"}};
}

/// f(task, scalar, regime, order, batch) for every row.
template <class F>
void for_each_row(const selection& s, F f) {
  for (const task t : s.tasks)
    for (const scalar type : s.types)
      for (const regime r : s.regimes)
        for (const std::ptrdiff_t order : orders_of(s, r)) f(t, type, r, order, s.batch > 0 ? s.batch : batch_of(r, type, order));
}

}  // namespace bench
