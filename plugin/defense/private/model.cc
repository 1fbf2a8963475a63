#include "defense/private/model.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/bytes.h"
#include "core/error.h"
#include "core/seal.h"
#include "defense/private/block.h"
#include "defense/private/statistics.h"

namespace recveil::defense {
namespace {

constexpr std::uint64_t kMagic = 0x314d564952505652;  // "RVPRIVM1"
constexpr std::uint64_t kAnyVersion = kMagic << 8 >> 8;
constexpr char kWhat[] = "private model";

bool finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

// Throws where the parts do not fit together: a model is used without looking again.
void check(const ItemModel &model, const ByteReader &in) {
  const std::size_t n = model.catalogue.size();
  const bool factors = model.factors.rows == n && model.factors.cols >= 1 &&
                       model.factors.cols <= 512 && model.weights.empty() &&
                       model.factors.data.size() == n * model.factors.cols;
  const bool weights =
      model.factors.cols == 0 && model.factors.data.empty() && model.weights.size() == n * n;
  if (n < 1 || n > kMaxCatalogue || model.noisy.size() != model.n_items || !(factors || weights) ||
      !(model.regularization > 0) || !std::isfinite(model.regularization) || !(model.mu > 0) ||
      !std::isfinite(model.mu) || !finite(model.factors.data) || !finite(model.weights)) {
    in.fail("damaged");
  }
  try {
    static_cast<void>(Catalogue(model.catalogue, model.n_items));
  } catch (const Error &) {
    in.fail("damaged");
  }
}

}  // namespace

double least_ridge(std::uint64_t people) {
  return people < 6000 ? 3 : people <= 100000 ? 10 : 30;
}

double ItemModel::catalogue_share() const {
  double all = 0, covered = 0;
  for (const std::int64_t count : noisy) all += static_cast<double>(count);
  for (const std::uint32_t item : catalogue) covered += static_cast<double>(noisy[item]);
  return all > 0 ? std::clamp(covered / all, 0.0, 1.0) : 1;
}

std::vector<std::uint8_t> model_bytes(const ItemModel &model) {
  ByteWriter out;
  out.value(kMagic);
  out.value(model.release);
  out.value(model.mu);
  out.value(model.n_items);
  out.value(model.n_above);
  out.value(model.regularization);
  out.value<std::uint64_t>(model.factors.cols);
  out.array(model.catalogue);
  out.array(model.noisy);
  out.array(model.factors.data);
  out.array(model.weights);
  return seal(std::move(out.bytes));
}

ItemModel model_of(std::span<const std::uint8_t> bytes) {
  ByteReader head(bytes, kWhat);
  const auto magic = head.value<std::uint64_t>();
  if (magic << 8 >> 8 != kAnyVersion) head.fail("the bytes are none");
  if (magic != kMagic) throw Error(Status::version, "private model: of another version");
  ByteReader in(unseal(bytes, kWhat), kWhat);
  static_cast<void>(in.value<std::uint64_t>());
  ItemModel out;
  out.release = in.value<std::uint64_t>();
  out.mu = in.value<double>();
  out.n_items = in.value<std::uint32_t>();
  out.n_above = in.value<std::uint32_t>();
  out.regularization = in.value<double>();
  const auto d = in.value<std::uint64_t>();
  out.catalogue = in.array<std::uint32_t>();
  out.noisy = in.array<std::int64_t>();
  out.factors.data = in.array<float>();
  out.factors.cols = d;
  out.factors.rows = d > 0 ? out.catalogue.size() : 0;
  out.weights = in.array<float>();
  in.finish();
  check(out, in);
  return out;
}

ServedModel::ServedModel(const ItemModel &model) {
  const std::size_t n = model.catalogue.size(), d = model.factors.cols;
  for (const std::int64_t count : model.noisy) {
    counts.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(0, count)));
  }
  support.resize(model.n_items);
  for (const std::uint32_t item : model.catalogue) {
    const std::uint64_t people = counts[item] / static_cast<std::uint64_t>(kScale);
    support[item] = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(people, 1, UINT32_MAX));
  }
  if (d > 0) {
    factors.resize(std::size_t{model.n_items} * d);
    for (std::size_t place = 0; place < n; ++place) {
      std::copy_n(model.factors.row(place), d, factors.data() + model.catalogue[place] * d);
    }
    return;
  }
  std::vector<std::size_t> place(model.n_items, n);
  for (std::size_t p = 0; p < n; ++p) place[model.catalogue[p]] = p;
  offsets.push_back(0);
  items.reserve(n * n);
  weights.reserve(n * n);
  for (std::uint32_t item = 0; item < model.n_items; ++item) {
    if (place[item] < n) {
      items.insert(items.end(), model.catalogue.begin(), model.catalogue.end());
      const auto row = model.weights.begin() + static_cast<std::ptrdiff_t>(place[item] * n);
      weights.insert(weights.end(), row, row + static_cast<std::ptrdiff_t>(n));
    }
    offsets.push_back(items.size());
  }
}

}  // namespace recveil::defense
