// Builds one scrape in the Prometheus text format. The only room that includes prometheus-cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace recveil::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Add the samples of a family one after another: a new name starts a new family.
class Exposition {
 public:
  Exposition();
  ~Exposition();

  void counter(const std::string &name, const std::string &help, const Labels &labels,
               double value);
  void gauge(const std::string &name, const std::string &help, const Labels &labels, double value);
  // counts: one per bound and one above the last, not cumulated. bounds and sum in the same unit.
  void histogram(const std::string &name, const std::string &help, std::span<const double> bounds,
                 std::span<const std::uint64_t> counts, double sum);

  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace recveil::metrics
