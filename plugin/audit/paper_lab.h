// One split of the data, with the recommenders trained on it, the people they serve, and what the
// attacker makes of the third part.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attack/evidence.h"
#include "audit/paper_request.h"
#include "audit/paper_split.h"

namespace recveil::audit {

enum class PaperPart : std::uint8_t { shadow, target };

// A population: who recommends to members, and what the others are shown.
struct PaperSystem {
  std::string recommender;
  PaperPart part = PaperPart::shadow;
  double ratio = 0;  // of popularity randomization; 0: the most popular items
  std::uint32_t list_length = 100;
  auto operator<=>(const PaperSystem &) const = default;
};

class PaperLab {
 public:
  // longest: of all lists that will be asked for.
  PaperLab(const PaperRequest &request, const Interactions &all, std::size_t least,
           std::uint64_t seed, std::size_t longest);

  // Trains; one recommender and part may be trained while another is. Every other function reads
  // alone.
  void train(const std::string &recommender, PaperPart part);
  // Item vectors of that length by the authors' kind of model.
  void make_vectors(std::size_t length);
  // Room for what is made by several threads.
  void reserve(const std::vector<std::string> &recommenders,
               const std::vector<std::uint32_t> &lengths);

  attack::Population population(const PaperSystem &system) const;
  const Matrix &vectors(std::size_t length) const { return vectors_.at(length); }
  // SVD vectors of 100, popularity and a model of the third part.
  const std::shared_ptr<const attack::Knowledge> &knowledge() const { return knowledge_; }
  void learn();
  const PaperSplit &split() const { return split_; }

 private:
  const PaperRequest &request_;
  const std::uint64_t seed_;
  const std::size_t longest_;
  PaperSplit split_;
  std::map<std::pair<std::string, PaperPart>, RankedLists> lists_;  // of members
  std::map<std::size_t, Matrix> vectors_;
  std::shared_ptr<const attack::Knowledge> knowledge_;
};

}  // namespace recveil::audit
