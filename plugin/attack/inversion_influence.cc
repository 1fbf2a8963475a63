#include "attack/inversion_influence.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/watch.h"

namespace recveil::attack {
namespace {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The row of somebody whose ratings weigh w and whose zeros weigh 1, in orthonormal directions.
class WeightedFit {
 public:
  WeightedFit(Eigen::Index d, double weight) : weight_(weight), right_(Eigen::VectorXd::Zero(d)) {
    if (weight_ > 1) left_ = Eigen::MatrixXd::Identity(d, d);
  }
  template <class Vector>
  void add(const Vector &item, double rating) {
    right_ += weight_ * rating * item;
    if (weight_ > 1) left_.selfadjointView<Eigen::Lower>().rankUpdate(item, weight_ - 1);
  }
  Eigen::VectorXd solve() const {
    if (weight_ > 1) return left_.selfadjointView<Eigen::Lower>().llt().solve(right_);
    return right_;
  }
  // Of the inverse of the left side. REQUIRES: weight is above 1.
  Eigen::VectorXd inverse_diagonal() const {
    const Eigen::MatrixXd all = left_.selfadjointView<Eigen::Lower>();
    return all.llt().solve(Eigen::MatrixXd::Identity(all.rows(), all.cols())).diagonal();
  }

 private:
  double weight_;
  Eigen::MatrixXd left_;
  Eigen::VectorXd right_;
};

}  // namespace

struct FakeInfluence::Model {
  Table basis;           // n_items x d: orthonormal columns that span the clean directions
  Table rows;            // people x d: their fold-in into it
  Eigen::MatrixXd gram;  // rows' rows
  // By how much the loss grows without a direction: `gram`, but for weights less on its diagonal.
  Eigen::MatrixXd worth;
  // Of each item's column, zeros filled in: its product with the rows (n_items x d), and its
  // square.
  Table item_rows;
  Eigen::VectorXd squares;
  double filled = 0;  // 1 - 1/w
  double decoy_squares = 0;
  double n_decoys = 0, highest = 1, weight = 1;
  const Accounts *people = nullptr;

  WeightedFit fit(std::size_t row) const {
    WeightedFit out(basis.cols(), weight);
    for (std::uint64_t e = people->histories.offsets[row]; e < people->histories.offsets[row + 1];
         ++e) {
      out.add(basis.row(people->histories.items[e]).transpose(), rating(e));
    }
    return out;
  }

  // Turns the basis to the rows' principal directions, and weighs each: without it the other
  // coordinates of everybody's fold-in make up for a part. What stands in place of zeros hides
  // that: the rows' squares are as if the directions had to be given up with nothing else moved.
  void weigh_directions() {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(gram);
    const Eigen::MatrixXd turn = axes.eigenvectors();
    basis = (basis * turn).eval();
    rows = (rows * turn).eval();
    item_rows = (item_rows * turn).eval();
    gram = axes.eigenvalues().asDiagonal();
    worth.setZero();
    for (Eigen::Index u = 0; u < rows.rows(); ++u) {
      pulse();
      const Eigen::VectorXd left = fit(static_cast<std::size_t>(u)).inverse_diagonal();
      worth.diagonal() +=
          (rows.row(u).transpose().array().square() / (weight * left.array())).matrix();
    }
  }

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
                             std::size_t n_decoys, double highest, double weight) {
  auto model = std::make_unique<Model>();
  Model &m = *model;
  const Interactions &all = people.histories;
  const auto n_items = static_cast<Eigen::Index>(all.n_items), k = static_cast<Eigen::Index>(d);
  m.people = &people;
  m.n_decoys = static_cast<double>(n_decoys);
  m.highest = highest;
  m.weight = weight;
  m.filled = 1 - 1 / weight;
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
    m.rows.row(static_cast<Eigen::Index>(u)) = m.fit(u).solve().transpose();
    const auto row = m.rows.row(static_cast<Eigen::Index>(u));
    for (std::uint64_t e = all.offsets[u]; e < all.offsets[u + 1]; ++e) {
      // The rating in place of what is filled in.
      const double fill = m.filled * row.dot(m.basis.row(all.items[e]));
      m.item_rows.row(all.items[e]) += (m.rating(e) - fill) * row;
      m.squares[all.items[e]] += m.rating(e) * m.rating(e) - fill * fill;
    }
  }
  m.gram = m.rows.transpose() * m.rows;
  m.worth = m.gram;
  if (m.filled > 0) {
    m.weigh_directions();
    const Table of_items = m.basis * m.gram;
    m.item_rows += m.filled * of_items;
    m.squares += m.filled * m.filled * of_items.cwiseProduct(m.basis).rowwise().sum();
  }
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
  gram.topLeftCorner(k, k) = m.worth;
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
  if (m.filled == 0) {
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
    return;
  }
  const auto strong = axes.eigenvectors().rightCols(k);
  const Eigen::MatrixXd from_basis = strong.topRows(k).transpose();
  const Eigen::VectorXd of_item = from_basis * v + left * strong.row(k).transpose();
  const Eigen::VectorXd decoy = strong.row(k + 1).transpose() / std::sqrt(m.n_decoys);
  const Interactions &all = m.people->histories;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pulse();
    WeightedFit fit(k, m.weight);
    for (std::uint64_t e = all.offsets[rows[i]]; e < all.offsets[rows[i] + 1]; ++e) {
      if (all.items[e] == item) {
        fit.add(of_item, m.rating(e));
      } else {
        fit.add(from_basis * m.basis.row(all.items[e]).transpose(), m.rating(e));
      }
    }
    scores[i] = decoy.dot(fit.solve());
  }
}

}  // namespace recveil::attack
