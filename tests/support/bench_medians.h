// The median times of a run of Google Benchmark, for the ratios of one run.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace recveil::support {

// Remembers the time of one iteration in every repetition.
class Medians : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      failed_ = failed_ || run.error_occurred;
      times_[run.benchmark_name()].push_back(run.GetAdjustedRealTime());
    }
    ConsoleReporter::ReportRuns(runs);
  }
  double median(const std::string &name) {
    std::vector<double> &times = times_.at(name);
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }
  // Whatever else runs on the machine only adds time.
  double fastest(const std::string &name) const {
    const std::vector<double> &times = times_.at(name);
    return *std::min_element(times.begin(), times.end());
  }
  bool failed() const { return failed_; }

 private:
  std::map<std::string, std::vector<double>> times_;
  bool failed_ = false;
};

}  // namespace recveil::support
