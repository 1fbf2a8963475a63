#include "metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>

#include "metrics/families.h"

namespace recveil::metrics {

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::Exposition(Exposition &&) noexcept = default;
Exposition &Exposition::operator=(Exposition &&) noexcept = default;
Exposition::~Exposition() = default;

prometheus::ClientMetric &Exposition::Families::add(const std::string &name,
                                                    const std::string &help,
                                                    prometheus::MetricType type,
                                                    const Labels &labels) {
  if (list.empty() || list.back().name != name) list.push_back({name, help, type, {}});
  prometheus::ClientMetric &metric = list.back().metric.emplace_back();
  for (const auto &[key, value] : labels) metric.label.push_back({key, value});
  return metric;
}

void Exposition::counter(const std::string &name, const std::string &help, const Labels &labels,
                         double value) {
  families_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::gauge(const std::string &name, const std::string &help, const Labels &labels,
                       double value) {
  families_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::histogram(const std::string &name, const std::string &help,
                           std::span<const double> bounds, std::span<const std::uint64_t> counts,
                           double sum, const Labels &labels) {
  prometheus::ClientMetric::Histogram &histogram =
      families_->add(name, help, prometheus::MetricType::Histogram, labels).histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({cumulative, bound});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = sum;
}

std::string Exposition::text() const {
  return prometheus::TextSerializer().Serialize(families_->list);
}

}  // namespace recveil::metrics
