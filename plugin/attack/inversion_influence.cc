#include "attack/inversion_influence.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/watch.h"

namespace recveil::attack {
namespace {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

struct FakeInfluence::Model {
  Table basis;           // n_items x d: orthonormal columns that span the clean directions
  Table rows;            // people x d: their rows in it
  Eigen::MatrixXd gram;  // rows' rows
  Table item_rows;  // n_items x d: the rows of those who have the item, each times its rating there
  Eigen::VectorXd squares;  // of each item's ratings, summed
  double decoy_squares = 0;
  double n_decoys = 0, highest = 1;
  const Accounts *people = nullptr;

  double rating(std::uint64_t entry) const {
    return people->ratings.empty() ? 1 : double{people->ratings[entry]};
  }
  double rating_of(std::size_t row, std::uint32_t item) const {
    const Interactions &all = people->histories;
    for (std::uint64_t e = all.offsets[row]; e < all.offsets[row + 1]; ++e) {
      if (all.items[e] == item) return rating(e);
    }
    return 0;
  }
};

FakeInfluence::FakeInfluence(const Accounts &people, std::span<const double> items, std::size_t d,
                             std::size_t n_decoys, double highest) {
  auto model = std::make_unique<Model>();
  Model &m = *model;
  const Interactions &all = people.histories;
  const auto n_items = static_cast<Eigen::Index>(all.n_items), k = static_cast<Eigen::Index>(d);
  m.people = &people;
  m.n_decoys = static_cast<double>(n_decoys);
  m.highest = highest;
  const Eigen::Map<const Table> factors(items.data(), n_items, k);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(factors.transpose() * factors);
  const double least = 1e-9 * std::max(axes.eigenvalues().maxCoeff(), 1e-30);
  const Eigen::VectorXd scale = axes.eigenvalues().unaryExpr(
      [&](double value) { return value > least ? 1 / std::sqrt(value) : 0.0; });
  m.basis = factors * (axes.eigenvectors() * scale.asDiagonal());
  m.rows = Table::Zero(static_cast<Eigen::Index>(all.n_users()), k);
  m.item_rows = Table::Zero(n_items, k);
  m.squares = Eigen::VectorXd::Zero(n_items);
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    pulse();
    auto row = m.rows.row(static_cast<Eigen::Index>(u));
    for (std::uint64_t e = all.offsets[u]; e < all.offsets[u + 1]; ++e) {
      row += m.rating(e) * m.basis.row(all.items[e]);
    }
    for (std::uint64_t e = all.offsets[u]; e < all.offsets[u + 1]; ++e) {
      m.item_rows.row(all.items[e]) += m.rating(e) * row;
      m.squares[all.items[e]] += m.rating(e) * m.rating(e);
    }
  }
  m.gram = m.rows.transpose() * m.rows;
  std::vector<double> had;
  for (const double squares : m.squares) {
    if (squares > 0) had.push_back(squares);
  }
  if (!had.empty()) {
    const auto middle = had.begin() + static_cast<std::ptrdiff_t>(had.size() / 2);
    std::nth_element(had.begin(), middle, had.end());
    m.decoy_squares = *middle;
  }
  model_ = std::move(model);
}

FakeInfluence::~FakeInfluence() = default;

void FakeInfluence::decoy_scores(std::uint32_t item, std::span<const std::uint32_t> rows,
                                 double fakes, std::span<double> scores) const {
  const Model &m = *model_;
  const Eigen::Index k = m.basis.cols();
  const Eigen::VectorXd v = m.basis.row(item).transpose();
  // The basis, what is left of x, and the decoys.
  const double left = std::sqrt(std::max(1 - v.squaredNorm(), 1e-9));
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(k + 2, k + 2);
  gram.topLeftCorner(k, k) = m.gram;
  const Eigen::VectorXd with_x = m.item_rows.row(item).transpose(), of_v = m.gram * v;
  gram.block(0, k, k, 1) = (with_x - of_v) / left;
  gram.block(k, 0, 1, k) = gram.block(0, k, k, 1).transpose();
  gram(k, k) = std::max(0.0, m.squares[item] - 2 * with_x.dot(v) + v.dot(of_v)) / (left * left);
  gram(k + 1, k + 1) = m.decoy_squares;
  Eigen::VectorXd z(k + 2);
  z << v, left, std::sqrt(m.n_decoys);
  z *= m.highest;
  gram += fakes * z * z.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(gram);  // by rising value
  // What the two weakest directions leave of a decoy's coordinate.
  const auto weak = axes.eigenvectors().leftCols(2);
  const Eigen::VectorXd decoy =
      (Eigen::VectorXd::Unit(k + 2, k + 1) - weak * weak.row(k + 1).transpose()) /
      std::sqrt(m.n_decoys);
  Eigen::VectorXd coordinates(k + 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = m.rows.row(static_cast<Eigen::Index>(rows[i])).transpose();
    coordinates << row, (m.rating_of(rows[i], item) - v.dot(row)) / left, 0;
    scores[i] = decoy.dot(coordinates);
  }
}

}  // namespace recveil::attack
