// What an Exposition holds: the form prometheus-cpp serializes.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "metrics/exposition.h"

namespace recveil::metrics {

struct Exposition::Families {
  std::vector<prometheus::MetricFamily> list;

  // A new sample of the last family, or of a new one if the name is new.
  prometheus::ClientMetric &add(const std::string &name, const std::string &help,
                                prometheus::MetricType type, const Labels &labels);
};

}  // namespace recveil::metrics
