#include "audit/attribute_erase.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/erasure_map.h"
#include "defense/erase/row_optimizer.h"
#include "numerics/class_auc.h"
#include "numerics/product_kernels.h"

namespace recveil::audit {
namespace {

std::vector<defense::AttributeLabels> labels_of(const std::vector<PeopleClasses> &attributes) {
  std::vector<defense::AttributeLabels> out;
  out.reserve(attributes.size());
  for (const PeopleClasses &people : attributes) {
    out.push_back({people.name, static_cast<std::int32_t>(people.classes()), people.of_row});
  }
  return out;
}

// The AUC of a bit for the class, of those whose class is known.
double bit_auc(const std::vector<std::uint8_t> &bits, const PeopleClasses &attribute,
               std::size_t d) {
  const std::size_t classes = attribute.classes();
  std::vector<double> scores;
  std::vector<std::int32_t> y;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (attribute.of_row[i] < 0) continue;
    y.push_back(attribute.of_row[i]);
    scores.insert(scores.end(), classes, static_cast<double>(bits[i]));
  }
  double out = 0.5;
  const ClassCounts counts = count_classes(attribute, d);
  for (const double auc : numerics::class_auc(scores, y, classes, counts.certifiable).of_class) {
    if (std::isfinite(auc) && std::abs(auc - 0.5) > std::abs(out - 0.5)) out = auc;
  }
  return out;
}

EraseReport::Cells cells_of(const defense::ErasureMap &map, const defense::Embeddings &raw,
                            const Matrix &erased, const std::vector<PeopleClasses> &attributes) {
  const std::vector<std::uint8_t> before = map.shared(raw),
                                  after = map.shared({erased.data.data(), erased.rows, erased.cols,
                                                      erased.cols, 0});
  EraseReport::Cells out;
  out.cells = map.sharing().n_cells;
  out.people = static_cast<std::size_t>(std::count(before.begin(), before.end(), 1));
  out.moved = map.sharing().moved;
  for (const PeopleClasses &attribute : attributes) {
    out.auc_before.push_back(bit_auc(before, attribute, raw.d()));
    out.auc.push_back(bit_auc(after, attribute, raw.d()));
  }
  return out;
}

// Gradient in the user rows of the loss of recommend/row_solver.h, but for its regularization,
// which AttrCloak's L_Rec does not have: 2 (w0 Y^T Y x + sum over the history of ((w1 - w0) x.y -
// w1) y).
defense::RecommenderGradient recommender_gradient(const recommend::FactorModel &model,
                                                  const Interactions &trained,
                                                  const recommend::SquaredLoss &loss) {
  return [&, loss](std::span<const float> rows, std::span<float> gradient) {
    const Matrix &items = model.item_factors(), &gram = model.item_gram();
    const std::size_t d = items.cols, width = numerics::padded_floats(d), n = trained.n_users();
    std::vector<float> padded(d * width), product(n * width);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) padded[i * width + j] = gram.row(i)[j];
    }
    numerics::multiply(numerics::ProductTask<float>{rows.data(), d, 1, n, d, padded.data(), width,
                                                    width, product.data(), width});
    const auto w0 = static_cast<float>(loss.unobserved_weight);
    const auto w1 = static_cast<float>(loss.observed_weight);
    double sum = 0;
    for (std::size_t u = 0; u < n; ++u) {
      if (u % 256 == 0) pulse();
      const float *x = rows.data() + u * d;
      float *to = gradient.data() + u * d;
      for (std::size_t c = 0; c < d; ++c) {
        to[c] = 2 * w0 * product[u * width + c];
        sum += static_cast<double>(w0 * x[c] * product[u * width + c]);
      }
      for (const std::uint32_t item : trained.row(u)) {
        const float *y = items.row(item);
        float score = 0;
        for (std::size_t c = 0; c < d; ++c) score += x[c] * y[c];
        sum += static_cast<double>(w1 * (1 - score) * (1 - score) - w0 * score * score);
        const float by = 2 * ((w1 - w0) * score - w1);
        for (std::size_t c = 0; c < d; ++c) to[c] += by * y[c];
      }
    }
    return sum;
  };
}

}  // namespace

Matrix erase_rows(const std::string &defense, const Matrix &rows,
                  const std::vector<PeopleClasses> &attributes,
                  const std::vector<std::uint8_t> &requesters, const recommend::FactorModel &model,
                  const Interactions &trained, const recommend::SquaredLoss &loss,
                  std::uint64_t seed, EraseReport &report,
                  const std::vector<std::uint8_t> &outside) {
  Matrix out = rows;
  if (defense == "none") return out;
  const auto began = std::chrono::steady_clock::now();
  defense::EraseOptions options;
  options.method = defense::method_of(defense);
  options.seed = seed;
  options.cells = true;
  const std::vector<defense::AttributeLabels> labels = labels_of(attributes);
  const defense::Embeddings given{rows.data.data(), rows.rows, rows.cols, rows.cols, 0};
  const defense::MutableEmbeddings moved{out.data.data(), rows.rows, rows.cols, rows.cols, 0};
  if (!outside.empty() && !defense::is_map(options.method)) {
    throw Error(Status::unsupported, "source outside: " + defense + " leaves no map");
  }
  if (defense::is_map(options.method)) {
    std::vector<PeopleClasses> inside = attributes;
    for (std::size_t i = 0; i < outside.size(); ++i) {
      if (outside[i] == 0) continue;
      for (PeopleClasses &people : inside) people.of_row[i] = defense::kUnknown;
    }
    const auto map = defense::ErasureMap::fit(given, labels_of(inside), options);
    // Who is drawn where people share a row: one key a run.
    defense::DrawKey key{};
    for (std::size_t b = 0; b < 8; ++b) key[b] = static_cast<std::uint8_t>(seed >> (8 * b));
    std::vector<std::uint64_t> users(rows.rows);
    std::iota(users.begin(), users.end(), std::uint64_t{0});
    defense::ApplyCounts counts;
    map.apply_rows(given, map.needs_labels() ? labels : std::vector<defense::AttributeLabels>{},
                   moved, counts, {}, {&key, users});
    for (std::size_t i = 0; i < rows.rows; ++i) {
      if (requesters[i] == 0) std::copy_n(rows.row(i), rows.cols, out.row(i));
    }
    if (map.needs_users()) report.cells = cells_of(map, given, out, attributes);
  } else {
    const auto found = defense::optimize_rows(moved, labels, options, requesters,
                                              options.method == defense::EraseMethod::attrcloak_dd
                                                  ? recommender_gradient(model, trained, loss)
                                                  : defense::RecommenderGradient{});
    report.steps = found.steps.size();
    report.converged = found.converged;
    report.final_loss = found.final_attribute_loss;
  }
  report.fit_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

}  // namespace recveil::audit
