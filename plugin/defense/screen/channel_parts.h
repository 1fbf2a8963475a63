// What AccountChannels is made of, for the bytes of a detector.
#pragma once

#include <array>
#include <vector>

#include "defense/screen/account_channels.h"

namespace recveil::defense {

struct AccountChannels::Parts {
  bool rated = false;
  TasteAxes axes;
  LengthNorm norm;
  CoverIndex cover;
  SimilarityTest similarity;
  numerics::OneClassSvm svm;
  numerics::Logistic families;
  std::array<std::vector<double>, kChannels> scores;
  std::vector<ChannelRow> trusted_p;
  std::vector<std::uint64_t> ids, persons;  // of the rows of the window; may be empty
};

}  // namespace recveil::defense
