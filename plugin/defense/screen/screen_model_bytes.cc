// A screening model as bytes: magic, version, what it holds, and a seal (core/seal.h). Somebody who
// may have changed them on purpose is kept out by the state_dir's authentication, not by this.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/bytes.h"
#include "core/error.h"
#include "core/seal.h"
#include "defense/screen/channel_parts.h"
#include "defense/screen/screen_model.h"

namespace recveil::defense {
namespace {

constexpr std::uint64_t kMagic = 0x6e65657263535652;  // "RVScreen"
constexpr std::uint32_t kVersion = 6;
constexpr std::uint64_t kLongestEmpty = 1 << 20;

bool finite(double x) {
  return std::isfinite(x);
}

template <class T, std::size_t n>
bool finite(const std::array<T, n> &row) {
  return std::all_of(row.begin(), row.end(), [](T x) { return finite(x); });
}

// Every number of a model is finite: NaN has no place in an order, and scores are sorted.
template <class T>
T number(ByteReader &in) {
  const T x = in.value<T>();
  if (!finite(x)) in.fail("a number is not finite");
  return x;
}

template <class T>
std::vector<T> numbers(ByteReader &in) {
  std::vector<T> x = in.array<T>();
  if (!std::all_of(x.begin(), x.end(), [](const T &one) { return finite(one); })) {
    in.fail("a number is not finite");
  }
  return x;
}

void put(ByteWriter &out, const Matrix &m) {
  out.value<std::uint64_t>(m.rows);
  out.value<std::uint64_t>(m.cols);
  out.array(m.data);
}

Matrix get_matrix(ByteReader &in) {
  Matrix m;
  m.rows = in.value<std::uint64_t>();
  m.cols = in.value<std::uint64_t>();
  m.data = numbers<float>(in);
  // Without numbers it may say any number of rows or columns, for which memory would be taken.
  if (m.data.empty() && std::max(m.rows, m.cols) > kLongestEmpty) {
    throw Error(Status::data, "screening model: a matrix has another size than it says");
  }
  if (m.cols > 0 ? m.data.size() % m.cols != 0 || m.data.size() / m.cols != m.rows
                 : !m.data.empty()) {
    throw Error(Status::data, "screening model: a matrix has another size than it says");
  }
  return m;
}

void put(ByteWriter &out, const numerics::OneClassSvm &svm) {
  put(out, svm.support());
  out.array(svm.alpha());
  out.value(svm.gamma());
  out.value(svm.rho());
}

numerics::OneClassSvm get_svm(ByteReader &in) {
  Matrix support = get_matrix(in);
  auto alpha = numbers<double>(in);
  const auto gamma = number<double>(in), rho = number<double>(in);
  return {std::move(support), std::move(alpha), gamma, rho};
}

// Member by member, here and below: padding would be whatever was in memory.
void put(ByteWriter &out, const RatingScale &scale) {
  for (const float x : {scale.lowest, scale.highest, scale.high}) out.value(x);
  out.value<std::uint8_t>(scale.rated ? 1 : 0);
}

RatingScale get_scale(ByteReader &in) {
  RatingScale scale;
  for (float *x : {&scale.lowest, &scale.highest, &scale.high}) *x = number<float>(in);
  scale.rated = in.value<std::uint8_t>() != 0;
  return scale;
}

void put(ByteWriter &out, const GroupBaseline::Parts &parts) {
  for (const double edge : parts.edges) out.value(edge);
  for (const ChannelBaseline &bin : parts.bins) {
    for (const MeanDeviation &channel : bin) {
      out.value(channel.mean);
      out.value(channel.deviation);
    }
  }
  out.value(parts.share);
  out.value(parts.strength);
  out.value(parts.group_mean);
  out.value(parts.group_deviation);
  for (const ChannelRow &row : parts.correlation) out.value(row);
  out.value<std::uint8_t>(parts.rated ? 1 : 0);
}

GroupBaseline::Parts get_baseline(ByteReader &in) {
  GroupBaseline::Parts parts;
  for (double &edge : parts.edges) edge = number<double>(in);
  for (ChannelBaseline &bin : parts.bins) {
    for (MeanDeviation &channel : bin) {
      channel.mean = number<double>(in);
      channel.deviation = number<double>(in);
    }
  }
  parts.share = number<double>(in);
  parts.strength = number<double>(in);
  parts.group_mean = number<double>(in);
  parts.group_deviation = number<double>(in);
  for (ChannelRow &row : parts.correlation) row = number<ChannelRow>(in);
  parts.rated = in.value<std::uint8_t>() != 0;
  return parts;
}

void put(ByteWriter &out, const ItemHistory &history) {
  put(out, history.scale);
  for (const double x :
       {history.accounts, history.interactions, history.rating_sum, history.rating_squares}) {
    out.value(x);
  }
  for (const auto &counts : history.count) out.array(counts);
  for (const auto &counts : history.low) out.array(counts);
  out.array(history.sum);
}

ItemHistory get_history(ByteReader &in) {
  ItemHistory history;
  history.scale = get_scale(in);
  for (double *x :
       {&history.accounts, &history.interactions, &history.rating_sum, &history.rating_squares}) {
    *x = number<double>(in);
  }
  for (auto &counts : history.count) counts = numbers<double>(in);
  for (auto &counts : history.low) counts = numbers<double>(in);
  history.sum = numbers<double>(in);
  for (const auto &counts : history.low) {
    if (counts.size() != history.sum.size()) in.fail("item counts");
  }
  for (const auto &counts : history.count) {
    if (counts.size() != history.sum.size())
      throw Error(Status::data, "screening model: item counts");
  }
  return history;
}

void put(ByteWriter &out, const LengthNorm::Parts &parts) {
  out.array(parts.lengths);
  out.array(parts.mean);
  out.array(parts.deviation);
  out.value(parts.overall);
  out.value(parts.length_mean);
  out.value(parts.length_deviation);
  out.value<std::uint64_t>(parts.window);
}

LengthNorm get_norm(ByteReader &in) {
  LengthNorm::Parts parts;
  parts.lengths = numbers<double>(in);
  parts.mean = numbers<FeatureRow>(in);
  parts.deviation = numbers<FeatureRow>(in);
  parts.overall = number<FeatureRow>(in);
  parts.length_mean = number<double>(in);
  parts.length_deviation = number<double>(in);
  parts.window = in.value<std::uint64_t>();
  if (parts.lengths.empty() || parts.mean.size() != parts.lengths.size() ||
      parts.deviation.size() != parts.lengths.size()) {
    throw Error(Status::data, "screening model: length norm");
  }
  return LengthNorm(std::move(parts));
}

void put(ByteWriter &out, const CoverIndex::Parts &parts) {
  out.value(parts.levels);
  out.array(parts.level);
  out.array(parts.offsets);
  out.array(parts.accounts);
  out.array(parts.weight);
  out.array(parts.lengths);
}

CoverIndex get_cover(ByteReader &in, std::size_t n_items) {
  CoverIndex::Parts parts;
  parts.levels = in.value<std::uint64_t>();
  parts.level = numbers<float>(in);
  parts.offsets = in.array<std::uint64_t>();
  parts.accounts = in.array<std::uint32_t>();
  parts.weight = numbers<float>(in);
  parts.lengths = numbers<float>(in);
  bool whole = parts.levels >= 1 && parts.levels <= 64 &&
               (parts.levels == 1 || parts.level.size() == parts.levels) &&
               parts.offsets.size() == n_items * parts.levels + 1 &&
               parts.weight.size() + 1 == parts.offsets.size() && parts.offsets.front() == 0 &&
               parts.offsets.back() == parts.accounts.size();
  for (std::size_t c = 1; whole && c < parts.offsets.size(); ++c) {
    whole = parts.offsets[c] >= parts.offsets[c - 1];
  }
  for (const std::uint32_t account : parts.accounts) {
    whole = whole && account < parts.lengths.size();
  }
  if (!whole) throw Error(Status::data, "screening model: index of accounts");
  return CoverIndex(std::move(parts));
}

void put(ByteWriter &out, const SimilarityTest::Parts &parts) {
  out.array(parts.columns);
  out.array(parts.mean);
  out.array(parts.whiten);
  put(out, parts.reference);
  out.value(parts.stride);
  for (const double x : {parts.pair_mean, parts.pair_variance, parts.shared_variance}) {
    out.value(x);
  }
  out.value(parts.item_mean);
  out.value(parts.item_deviation);
}

SimilarityTest get_similarity(ByteReader &in) {
  SimilarityTest::Parts parts;
  parts.columns = in.array<std::uint8_t>();
  parts.mean = numbers<double>(in);
  parts.whiten = numbers<double>(in);
  parts.reference = get_matrix(in);
  parts.stride = in.value<std::uint64_t>();
  for (double *x : {&parts.pair_mean, &parts.pair_variance, &parts.shared_variance}) {
    *x = number<double>(in);
  }
  parts.item_mean = number<std::array<double, kSides>>(in);
  parts.item_deviation = number<std::array<double, kSides>>(in);
  const std::size_t d = parts.columns.size();
  const bool known = std::all_of(parts.columns.begin(), parts.columns.end(),
                                 [](std::uint8_t f) { return f < kBehaviour; });
  if (!known || d > kFeatures || parts.mean.size() != d || parts.whiten.size() != d * d ||
      parts.reference.cols != d) {
    throw Error(Status::data, "screening model: similarity");
  }
  return SimilarityTest(std::move(parts));
}

void put(ByteWriter &out, const AccountChannels::Parts &parts) {
  put(out, parts.axes.axes());
  put(out, parts.norm.parts());
  put(out, parts.cover.parts());
  put(out, parts.similarity.parts());
  put(out, parts.svm);
  out.array(parts.families.weights);
  out.value(parts.families.intercept);
  for (const auto &scores : parts.scores) out.array(scores);
  out.array(parts.trusted_p);
  out.array(parts.ids);
  out.array(parts.persons);
}

std::shared_ptr<const AccountChannels> get_channels(ByteReader &in, bool rated,
                                                    std::size_t n_items) {
  TasteAxes axes(get_matrix(in));
  LengthNorm norm = get_norm(in);
  CoverIndex cover = get_cover(in, n_items);
  SimilarityTest similarity = get_similarity(in);
  numerics::OneClassSvm svm = get_svm(in);
  numerics::Logistic families;
  families.weights = numbers<double>(in);
  families.intercept = number<double>(in);
  AccountChannels::Parts parts{rated,
                               std::move(axes),
                               std::move(norm),
                               std::move(cover),
                               std::move(similarity),
                               std::move(svm),
                               std::move(families),
                               {},
                               {},
                               {},
                               {}};
  for (auto &scores : parts.scores) {
    scores = numbers<double>(in);
    if (scores.empty()) throw Error(Status::data, "screening model: scores");
  }
  parts.trusted_p = numbers<ChannelRow>(in);
  parts.ids = in.array<std::uint64_t>();
  parts.persons = in.array<std::uint64_t>();
  const std::size_t n_rows = parts.cover.n_accounts();
  if (parts.trusted_p.size() != n_rows || (!parts.ids.empty() && parts.ids.size() != n_rows) ||
      (!parts.persons.empty() && parts.persons.size() != parts.ids.size())) {
    throw Error(Status::data, "screening model: accounts of the window");
  }
  const std::size_t used = features_in_use(rated).size() - 2;
  if (parts.axes.axes().rows != n_items || parts.svm.cols() != used ||
      parts.families.weights.size() != used * (used + 3) / 2) {
    throw Error(Status::data, "screening model: channels");
  }
  return std::make_shared<AccountChannels>(std::move(parts));
}

}  // namespace

std::vector<std::uint8_t> ScreenModel::bytes() const {
  ByteWriter out;
  out.value(kMagic);
  out.value(kVersion);
  out.value(static_cast<std::uint32_t>(options_.method));
  for (const double x :
       {options_.false_positive_rate, options_.nu, options_.gamma, options_.dispersion}) {
    out.value(x);
  }
  out.value<std::uint64_t>(options_.components);
  out.value(options_.seed);
  out.value<std::uint32_t>(options_.push_down ? 1 : 0);
  out.value<std::uint64_t>(n_training_accounts_);
  out.value(limits_.lowest);
  out.value(limits_.highest);
  put(out, history_);
  if (published_ != nullptr) {
    put(out, published_->axes());
    out.array(published_->mean_scores());
    put(out, published_->svm());
  } else {
    put(out, channels_->parts());
    out.value(excess_.alpha());
    put(out, baseline_.parts());
    out.value<std::uint8_t>(down_.has_value() ? 1 : 0);
    if (down_.has_value()) put(out, down_->baseline.parts());
    out.array(established_);
    out.value(median_length_);
  }
  return seal(std::move(out.bytes));
}

ScreenModel ScreenModel::from_bytes(std::span<const std::uint8_t> bytes) {
  ByteReader in(unseal(bytes, "screening model"), "screening model");
  if (in.value<std::uint64_t>() != kMagic) in.fail("not a screening model");
  if (in.value<std::uint32_t>() != kVersion) {
    throw Error(Status::version, "screening model: is of another version of this library");
  }
  ScreenModel out;
  const auto method = in.value<std::uint32_t>();
  if (method > static_cast<std::uint32_t>(ScreenMethod::full)) in.fail("method");
  out.options_.method = static_cast<ScreenMethod>(method);
  for (double *x : {&out.options_.false_positive_rate, &out.options_.nu, &out.options_.gamma,
                    &out.options_.dispersion}) {
    *x = number<double>(in);
  }
  out.options_.components = in.value<std::uint64_t>();
  out.options_.seed = in.value<std::uint64_t>();
  out.options_.push_down = in.value<std::uint32_t>() != 0;
  out.n_training_accounts_ = in.value<std::uint64_t>();
  out.limits_.lowest = number<float>(in);
  out.limits_.highest = number<float>(in);
  out.history_ = get_history(in);
  if (out.options_.method == ScreenMethod::ocsvm) {
    Matrix axes = get_matrix(in);
    auto mean_scores = numbers<float>(in);
    numerics::OneClassSvm svm = get_svm(in);
    if (axes.rows != out.n_items() || axes.cols != mean_scores.size() || svm.cols() != axes.cols) {
      throw Error(Status::data, "screening model: components");
    }
    out.published_ =
        std::make_shared<PublishedSvm>(std::move(axes), std::move(mean_scores), std::move(svm));
  } else {
    out.channels_ = get_channels(in, out.rated(), out.n_items());
    out.excess_ = ExcessTest(out.history_, number<double>(in));
    out.baseline_ = GroupBaseline(get_baseline(in));
    if (in.value<std::uint8_t>() != 0) out.look_down(GroupBaseline(get_baseline(in)));
    out.established_ = in.array<std::uint8_t>();
    out.median_length_ = number<double>(in);
    if (out.established_.size() != out.n_items())
      throw Error(Status::data, "screening model: items");
  }
  in.finish();
  return out;
}

}  // namespace recveil::defense
