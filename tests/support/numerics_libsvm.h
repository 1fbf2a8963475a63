// LIBSVM's one-class SVM, for dense rows.
#pragma once

#include <libsvm/svm.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "numerics/ocsvm.h"

namespace recveil::support {

// Rows as LIBSVM wants them: index from 1 and value, ended by index -1. Zeros too, as most callers
// of LIBSVM do with dense data.
class LibsvmRows {
 public:
  explicit LibsvmRows(const Matrix &x) : nodes_(x.rows * (x.cols + 1)), rows_(x.rows) {
    for (std::size_t i = 0; i < x.rows; ++i) {
      rows_[i] = nodes_.data() + i * (x.cols + 1);
      for (std::size_t k = 0; k < x.cols; ++k) {
        rows_[i][k] = {static_cast<int>(k + 1), static_cast<double>(x.row(i)[k])};
      }
      rows_[i][x.cols] = {-1, 0};
    }
  }
  std::size_t size() const { return rows_.size(); }
  svm_node **data() { return rows_.data(); }
  const svm_node *operator[](std::size_t i) const { return rows_[i]; }

 private:
  std::vector<svm_node> nodes_;
  std::vector<svm_node *> rows_;
};

class Libsvm {
 public:
  // Borrows rows.
  Libsvm(LibsvmRows &rows, const numerics::OneClassOptions &options, bool shrinking = true) {
    svm_set_print_string_function([](const char *) {});
    std::vector<double> labels(rows.size(), 1);
    const svm_problem problem{static_cast<int>(rows.size()), labels.data(), rows.data()};
    svm_parameter parameter{};
    parameter.svm_type = ONE_CLASS;
    parameter.kernel_type = RBF;
    parameter.gamma = options.gamma;
    parameter.nu = options.nu;
    parameter.eps = options.eps;
    parameter.cache_size = static_cast<double>(options.cache_bytes) / (1 << 20);
    parameter.shrinking = shrinking ? 1 : 0;
    model_.reset(svm_train(&problem, &parameter));
  }
  explicit Libsvm(const std::string &file) : model_(svm_load_model(file.c_str())) {}

  bool loaded() const { return model_ != nullptr; }
  bool save(const std::string &file) const {
    return svm_save_model(file.c_str(), model_.get()) == 0;
  }
  double rho() const { return model_->rho[0]; }
  int supports() const { return model_->l; }
  double decision(const svm_node *row) const {
    double out = 0;
    svm_predict_values(model_.get(), row, &out);
    return out;
  }

 private:
  struct Free {
    void operator()(svm_model *model) const { svm_free_and_destroy_model(&model); }
  };
  std::unique_ptr<svm_model, Free> model_;
};

}  // namespace recveil::support
