#include "numerics/ridge.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <utility>

#include "core/error.h"

namespace recveil::numerics {
namespace {

// 64 gathered rows of 64 floats are half of a first-level cache.
constexpr std::size_t kBlockRows = 64;

// The sums of a tile of the update are 8 of the 16 vector registers that every x86-64 has.
constexpr std::size_t kTileRows = 4, kTileColumns = 8;

// A Matrix is row-major and Eigen's decompositions are fastest on column-major: to them our upper
// triangle is a lower one, and R is L^T.
using Symmetric = Eigen::Map<Eigen::MatrixXf>;
using Triangular = Eigen::Map<const Eigen::MatrixXf>;

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

std::size_t padded(std::size_t d) {
  return (d + kTileColumns - 1) / kTileColumns * kTileColumns;
}

// system += weight * B^T B. b: n rows of padded(d) values. By hand, not by Eigen's rankUpdate, as
// that cuts its sums by the size of the machine's caches and, for large d, allocates.
void add_gram_of_block(const float *b, std::size_t n, float weight, Matrix &system) {
  const std::size_t d = system.rows, stride = padded(d);
  for (std::size_t i = 0; i < d; i += kTileRows) {
    for (std::size_t j = i / kTileColumns * kTileColumns; j < d; j += kTileColumns) {
      float tile[kTileRows][kTileColumns] = {};
      for (std::size_t r = 0; r < n; ++r) {
        const float *left = b + r * stride + i, *right = b + r * stride + j;
        for (std::size_t p = 0; p < kTileRows; ++p) {
          for (std::size_t q = 0; q < kTileColumns; ++q) tile[p][q] += left[p] * right[q];
        }
      }
      for (std::size_t p = 0; p < std::min(kTileRows, d - i); ++p) {
        float *out = system.row(i + p) + j;
        for (std::size_t q = 0; q < std::min(kTileColumns, d - j); ++q) {
          out[q] += weight * tile[p][q];
        }
      }
    }
  }
}

// scratch.system += weight * sum over k < n of f_r f_r^T with r = row_of(k).
template <class RowOf>
void add_outer_products_of(const Matrix &f, std::size_t n, RowOf row_of, float weight,
                           RidgeScratch &scratch) {
  const std::size_t stride = padded(f.cols);
  for (std::size_t begin = 0; begin < n; begin += kBlockRows) {
    const std::size_t rows = std::min(kBlockRows, n - begin);
    for (std::size_t k = 0; k < rows; ++k) {
      const float *row = f.row(row_of(begin + k));
      std::copy(row, row + f.cols, scratch.block.data() + k * stride);  // the padding stays 0
    }
    add_gram_of_block(scratch.block.data(), rows, weight, scratch.system);
  }
}

}  // namespace

RidgeScratch::RidgeScratch(std::size_t d)
    : system{d, d, std::vector<float>(d * d)}, block(kBlockRows * padded(d)) {}

Matrix gram(const Matrix &f) {
  RidgeScratch scratch(f.cols);
  const auto same = [](std::size_t k) { return k; };
  add_outer_products_of(f, f.rows, same, 1, scratch);
  Matrix out = std::move(scratch.system);
  for (std::size_t p = 0; p < out.rows; ++p) {
    for (std::size_t q = 0; q < p; ++q) out.row(p)[q] = out.row(q)[p];
  }
  return out;
}

void add_outer_products(const Matrix &f, std::span<const std::uint32_t> rows, float weight,
                        RidgeScratch &scratch) {
  const auto row_of = [rows](std::size_t k) { return rows[k]; };
  add_outer_products_of(f, rows.size(), row_of, weight, scratch);
}

void sum_rows(const Matrix &f, std::span<const std::uint32_t> rows, float weight,
              std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0f);
  for (const std::uint32_t r : rows) {
    const float *row = f.row(r);
    for (std::size_t c = 0; c < out.size(); ++c) out[c] += row[c];
  }
  for (float &value : out) value *= weight;
}

void factorize(Matrix &a) {
  Symmetric system(a.data.data(), index(a.rows), index(a.cols));
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>> llt(system);
  // Eigen takes a diagonal that is not a number for a positive one.
  if (llt.info() != Eigen::Success || !system.diagonal().allFinite()) {
    throw Error(Status::data, "ridge: the system is not positive definite in single precision");
  }
}

void solve(const Matrix &r, std::span<float> b) {
  const Triangular l(r.data.data(), index(r.rows), index(r.cols));
  Eigen::Map<Eigen::VectorXf> x(b.data(), index(b.size()));
  l.triangularView<Eigen::Lower>().solveInPlace(x);
  l.transpose().triangularView<Eigen::Upper>().solveInPlace(x);
}

void multiply(const Matrix &f, std::span<const float> x, std::span<float> out) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> factors(f.data.data(), index(f.rows), index(f.cols));
  const Eigen::Map<const Eigen::VectorXf> row(x.data(), index(x.size()));
  Eigen::Map<Eigen::VectorXf>(out.data(), index(out.size())).noalias() = factors * row;
}

}  // namespace recveil::numerics
