// How many times faster than the best peer, and how close to the machine: one line for each type, order and regime, and JSON.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include "candidates.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "selection.hpp"

namespace {

using namespace bench;

constexpr char usage[] =
    "usage: ratios [options]\n"
    "  --budget SECONDS (1)         how long to measure a row, about; on several threads six times that\n"
    "  --quick                      0.15 seconds a row: numbers within ten per cent or so\n"
    "  --json FILE                  the rows as JSON\n"
    "Prints microseconds per matrix, medians of turns taken in one run, and\n"
    "  ratio  best peer over cholinv            most  best peer over the limit: no ratio can be larger\n"
    "  limit  the machine's limit over cholinv: the larger of flops / FMA peak and bytes / memcpy rate, which take turns with the\n"
    "         candidates; memcpy works on their memory\n"
    "  GF/s   cholinv's flops                   peak, GB/s  of FMA and of memcpy, read plus written\n";

struct settings {
  selection rows;
  pace how;
  std::string json;
};

settings parse(int argc, char** argv) {
  settings s;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto value = [&]() -> std::string {
      if (++i == argc) refuse(option + " needs a value");
      return argv[i];
    };
    if (take_option(s.rows, i, argc, argv)) continue;
    if (option == "--budget") {
      const std::string text = value();
      s.how.budget = std::strtod(text.c_str(), nullptr);
      if (!(s.how.budget > 0)) refuse("--budget has '" + text + "'; it should be seconds above 0");
    } else if (option == "--quick") {
      s.how.budget = 0.15;
      s.how.turn = 5e-4;
      s.how.fewest_rounds = 3;
    } else if (option == "--json") {
      s.json = value();
    } else if (option == "--help") {
      std::printf("%s%s", usage, selection_usage);
      std::exit(0);
    } else {
      refuse("there is no option '" + option + "'; --help lists them");
    }
  }
  if (s.rows.threads > 1) {
    s.how.wall_clock = true;
    s.how.budget *= 6;  // much of it goes into rests
  }
  return s;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

/// Microseconds with three digits: from nanoseconds to minutes in one column.
std::string brief(double x) {
  char text[32];
  std::snprintf(text, sizeof text, x < 0.9995 ? "%.4f" : x < 9.995 ? "%.3f" : x < 99.95 ? "%.2f" : x < 999.5 ? "%.1f" : "%.0f", x);
  return text;
}

struct row {
  job what;
  regime where;
  std::vector<std::string> names;       // those that were timed
  std::vector<timing> per_matrix;       // of each name, seconds
  std::vector<std::string> complaints;  // candidates whose result was wrong
  double peak = 0, copy_rate = 0;       // flop/s and bytes/s, of all threads together

  std::string ours, best_peer;  // empty: none was timed

  double seconds(const std::string& wanted) const {  // 0: not timed
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == wanted) return per_matrix[i].median;
    return 0;
  }
  double ratio() const { return ours.empty() || best_peer.empty() ? 0 : seconds(best_peer) / seconds(ours); }
  double flop_rate() const { return flops(what.what, what.type, what.order) / seconds(ours); }
  double limit() const { return std::max(flops(what.what, what.type, what.order) / peak, bytes(what.type, what.order) / copy_rate); }
};

/// memcpy by all threads, each a share.
void copy(void* to, const void* from, std::size_t size, int threads) {
  if (threads == 1 || size < 4000000) {
    std::memcpy(to, from, size);
    return;
  }
  std::vector<std::thread> team;
  const std::size_t share = size / static_cast<std::size_t>(threads) + 1;
  for (std::size_t begin = 0; begin < size; begin += share)
    team.emplace_back(
        [=] { std::memcpy(static_cast<char*>(to) + begin, static_cast<const char*>(from) + begin, std::min(share, size - begin)); });
  for (std::thread& t : team) t.join();
}

row measure(const std::vector<candidate>& candidates, regime where, workload& work, const fma_burst& burst, const settings& s) {
  row result;
  result.what = work.what();
  result.where = where;
  std::vector<call> calls;
  const auto admit = [&](const std::string& who, const call& run) {
    work.poison();
    std::string complaint;
    try {
      run();
      complaint = work.complaint();
    } catch (const std::exception& e) {
      complaint = e.what();
    }
    if (complaint.empty()) {
      result.names.push_back(who);
      calls.push_back(run);
    } else {
      result.complaints.push_back(who + ": " + complaint);
    }
  };
  const std::ptrdiff_t order = work.what().order;
  for (const candidate& c : candidates) {
    if (!c.takes(order)) continue;
    admit(c.name, c.prepare(work.what()));
    if (s.rows.threads > 1 && c.is == role::ours) {
      job alone = work.what();
      alone.threads = 1;
      admit(std::string(c.name) + "_1", c.prepare(alone));
    }
  }
  calls.push_back(burst.run);
  calls.push_back([&] { copy(work.what().out, work.what().in, work.size(), s.rows.threads); });

  std::vector<timing> timings = take_turns(calls, s.how);
  const double batch = static_cast<double>(work.what().batch);
  result.copy_rate = 2 * static_cast<double>(work.size()) / timings.back().median;
  timings.pop_back();
  result.peak = burst.flops / timings.back().median * s.rows.threads;
  timings.pop_back();
  for (const timing& t : timings) result.per_matrix.push_back({t.median / batch, t.fastest / batch});

  for (const candidate& c : candidates) {
    const double t = result.seconds(c.name);
    if (t > 0 && c.is == role::ours && result.ours.empty()) result.ours = c.name;
    if (t > 0 && c.is == role::peer && (result.best_peer.empty() || t < result.seconds(result.best_peer))) result.best_peer = c.name;
  }
  return result;
}

std::string json_of(const row& r) {
  std::ostringstream out;
  out << "{\"task\": " << quoted(name(r.what.what)) << ", \"dtype\": " << quoted(name(r.what.type)) << ", \"order\": " << r.what.order
      << ", \"batch\": " << r.what.batch << ", \"regime\": " << quoted(name(r.where)) << ", \"threads\": " << r.what.threads;
  for (const bool fastest : {false, true}) {
    out << (fastest ? ", \"fastest_microseconds\": {" : ", \"microseconds\": {");
    for (std::size_t i = 0; i < r.names.size(); ++i)
      out << (i == 0 ? "" : ", ") << quoted(r.names[i]) << ": "
          << number((fastest ? r.per_matrix[i].fastest : r.per_matrix[i].median) * 1e6);
    out << "}";
  }
  if (r.ratio() > 0) out << ", \"best_peer\": " << quoted(r.best_peer) << ", \"ratio\": " << number(r.ratio());
  out << ", \"limit_microseconds\": " << number(r.limit() * 1e6);
  if (!r.ours.empty())
    out << ", \"share_of_limit\": " << number(r.limit() / r.seconds(r.ours)) << ", \"gflops\": " << number(r.flop_rate() * 1e-9);
  out << ", \"peak_gflops\": " << number(r.peak * 1e-9) << ", \"memcpy_gbytes_per_second\": " << number(r.copy_rate * 1e-9)
      << ", \"wrong\": [";
  for (std::size_t i = 0; i < r.complaints.size(); ++i) out << (i == 0 ? "" : ", ") << quoted(r.complaints[i]);
  out << "]}";
  return out.str();
}

void print_heading(const std::vector<std::string>& columns) {
  std::printf("%-8s %-7s %5s %8s %-6s |", "task", "dtype", "n", "batch", "regime");
  for (const std::string& c : columns) std::printf(" %11s", c.c_str());
  std::printf(" | %6s %6s %6s %7s %6s %6s\n", "ratio", "most", "limit", "GF/s", "peak", "GB/s");
}

void print_row(const row& r, const std::vector<std::string>& columns) {
  std::printf("%-8s %-7s %5td %8td %-6s |", name(r.what.what), name(r.what.type), r.what.order, r.what.batch, name(r.where));
  for (const std::string& c : columns) {
    const double t = r.seconds(c);
    std::printf(" %11s", t > 0 ? brief(t * 1e6).c_str() : "-");
  }
  std::printf(" | %6s", r.ratio() > 0 ? brief(r.ratio()).substr(0, 5).c_str() : "-");
  std::printf(" %6s", r.best_peer.empty() ? "-" : brief(r.seconds(r.best_peer) / r.limit()).substr(0, 5).c_str());
  if (r.ours.empty())
    std::printf(" %6s %7s", "-", "-");
  else
    std::printf(" %5.0f%% %7.2f", 100 * r.limit() / r.seconds(r.ours), r.flop_rate() * 1e-9);
  std::printf(" %6.1f %6.1f\n", r.peak * 1e-9, r.copy_rate * 1e-9);
  std::fflush(stdout);
  for (const std::string& c : r.complaints) std::fprintf(stderr, "WRONG, not timed: %s\n", c.c_str());
}

int run(int argc, char** argv) {
  const settings s = parse(argc, argv);
  const std::vector<candidate> candidates = candidates_of(s.rows);
  settle_environment(argv, s.rows.threads);

  std::vector<std::string> columns;
  for (const candidate& c : candidates) {
    columns.emplace_back(c.name);
    if (s.rows.threads > 1 && c.is == role::ours) columns.push_back(std::string(c.name) + "_1");
  }

  std::string context;
  for (const auto& facts : {machine_context(s.rows.threads), memory_context(s.rows.memory)})
    for (const auto& [key, value] : facts) {
      std::printf("# %s: %s\n", key.c_str(), value.c_str());
      context += (context.empty() ? "" : ", ") + quoted(key) + ": " + quoted(value);
    }
  std::map<bool, fma_burst> bursts;
  for (const scalar type : s.rows.types)
    if (const bool single = is_single(type); bursts.count(single) == 0) {
      bursts[single] = fastest_burst(single);
      const std::string key = single ? "peak_isa_float" : "peak_isa_double";
      context += ", " + quoted(key) + ": " + quoted(bursts[single].isa);
    }
  std::size_t count = 0;
  for_each_row(s.rows, [&](task, scalar, regime, std::ptrdiff_t, std::ptrdiff_t) { ++count; });
  std::printf("# %zu rows, at least %.0f seconds; microseconds per matrix, %s\n", count, static_cast<double>(count) * s.how.budget,
              s.how.wall_clock ? "by the wall clock" : "processor time");
  print_heading(columns);

  std::string rows;
  bool wrong = false;
  for_each_row(s.rows, [&](task t, scalar type, regime where, std::ptrdiff_t order, std::ptrdiff_t batch) {
    workload work(t, type, order, batch, s.rows.threads, s.rows.memory);
    const row r = measure(candidates, where, work, bursts[is_single(type)], s);
    print_row(r, columns);
    rows += (rows.empty() ? "\n" : ",\n") + json_of(r);
    wrong = wrong || !r.complaints.empty();
  });
  if (!s.json.empty()) {
    std::ofstream file(s.json);
    file << "{\"context\": {" << context << "},\n\"rows\": [" << rows << "\n]}\n";
    if (!file.flush()) throw std::runtime_error("cannot write '" + s.json + "'");
  }
  return wrong ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "ratios: %s\n", e.what());
    return 2;
  }
}
