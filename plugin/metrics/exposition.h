// Builds one scrape. The only room that includes prometheus-cpp.
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
  Exposition(Exposition &&other) noexcept;
  Exposition &operator=(Exposition &&other) noexcept;
  ~Exposition();

  void counter(const std::string &name, const std::string &help, const Labels &labels,
               double value);
  void gauge(const std::string &name, const std::string &help, const Labels &labels, double value);
  // counts: one per bound and one above the last, not cumulated. bounds and sum in the same unit.
  void histogram(const std::string &name, const std::string &help, std::span<const double> bounds,
                 std::span<const std::uint64_t> counts, double sum, const Labels &labels = {});

  // In the Prometheus text format.
  std::string text() const;

  struct Families;  // metrics/families.h: for this room alone
  const Families &families() const noexcept { return *families_; }

 private:
  std::unique_ptr<Families> families_;
};

}  // namespace recveil::metrics
