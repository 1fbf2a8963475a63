#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "unit/metrics/prometheus_text.h"

namespace recveil::metrics {
namespace {

using support::Families;
using support::Family;
using support::parse_prometheus;

TEST(Exposition, NamesEachFamilyOnce) {
  Exposition out;
  out.counter("a_total", "The a.", {{"x", "1"}}, 3);
  out.counter("a_total", "The a.", {{"x", "2"}}, 4);
  out.gauge("b", "The b.", {}, 0.25);
  EXPECT_EQ(out.text(),
            "# HELP a_total The a.\n# TYPE a_total counter\n"
            "a_total{x=\"1\"} 3\na_total{x=\"2\"} 4\n"
            "# HELP b The b.\n# TYPE b gauge\nb 0.25\n");
}

TEST(Exposition, IsEmptyWithoutMetrics) {
  EXPECT_EQ(Exposition().text(), "");
}

TEST(Exposition, EscapesLabels) {
  const std::string value = "quote \" backslash \\ newline \n end";
  Exposition out;
  out.gauge("a", "The a.", {{"x", value}, {"y", "\\"}}, 1);
  const Families families = parse_prometheus(out.text());
  EXPECT_EQ(families.at("a").samples.at(0).labels.at("x"), value);
  EXPECT_EQ(families.at("a").samples.at(0).labels.at("y"), "\\");
}

TEST(Exposition, BucketsAreCumulative) {
  Exposition out;
  const std::vector<double> bounds{0.001, 0.01, 1};
  const std::vector<std::uint64_t> counts{5, 0, 7, 2};
  out.histogram("h_seconds", "The h.", bounds, counts, 12.5);
  const Family family = parse_prometheus(out.text()).at("h_seconds");
  EXPECT_EQ(family.type, "histogram");
  std::vector<std::pair<std::string, double>> got;
  for (const auto &sample : family.samples) {
    got.emplace_back(sample.name + (sample.labels.empty() ? "" : sample.labels.at("le")),
                     sample.value);
  }
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<std::pair<std::string, double>>{{"h_seconds_bucket+Inf", 14},
                                                              {"h_seconds_bucket0.001", 5},
                                                              {"h_seconds_bucket0.01", 5},
                                                              {"h_seconds_bucket1", 12},
                                                              {"h_seconds_count", 14},
                                                              {"h_seconds_sum", 12.5}}));
}

TEST(Exposition, AnEmptyHistogramIsWhole) {
  Exposition out;
  const std::vector<double> bounds{1};
  const std::vector<std::uint64_t> counts{0, 0};
  out.histogram("h", "The h.", bounds, counts, 0);
  EXPECT_NO_THROW(parse_prometheus(out.text()));
}

// Counters are exact up to 2^53, whatever the size and the process's locale.
TEST(Exposition, KeepsNumbers) {
  std::setlocale(LC_ALL, "");
  for (const double value : {0.0, 1.0, 123456789.0, 9007199254740992.0, 1e-9, 0.1, -2.5, 1e300}) {
    Exposition out;
    out.gauge("a", "The a.", {}, value);
    EXPECT_EQ(parse_prometheus(out.text()).at("a").samples.at(0).value, value) << out.text();
  }
  std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace recveil::metrics
