#include "numerics/libsvm_model.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "support/numerics_libsvm.h"
#include "support/numerics_svm_problems.h"

namespace recveil {
namespace {

using numerics::OneClassSvm;

// A file that goes when the test ends.
class File {
 public:
  File() : path_(testing::TempDir() + "recveil_libsvm_model_" + std::to_string(::getpid())) {}
  ~File() { std::remove(path_.c_str()); }
  const std::string &path() const { return path_; }

 private:
  std::string path_;
};

struct Case {
  Matrix x, y;
  numerics::OneClassOptions options;
};

// Half the columns constant, some of them 0: the format leaves zeros out, and the first and the
// last column are among them.
Case sparse_case() {
  const support::SvmProblem problem{800, 9, 0.1, 0, support::Shape::constant};
  Case out{support::svm_rows(problem, 1), support::svm_rows(problem, 2), {.nu = problem.nu}};
  out.options.gamma = support::svm_gamma(problem, out.x);
  out.options.eps = 1e-6;
  return out;
}

std::vector<double> decisions(const OneClassSvm &svm, const Matrix &x) {
  std::vector<double> out(x.rows);
  svm.decisions(x, out);
  return out;
}

TEST(LibsvmModel, LibsvmPredictsTheSameFromOurFile) {
  const Case c = sparse_case();
  const OneClassSvm svm = numerics::train_one_class(c.x, c.options).svm;
  const File file;
  std::ofstream out(file.path());
  numerics::write_libsvm_model(svm, out);
  out.close();
  ASSERT_TRUE(out);
  const support::Libsvm theirs(file.path());
  ASSERT_TRUE(theirs.loaded());
  EXPECT_EQ(theirs.rho(), svm.rho());
  support::LibsvmRows rows(c.y);
  const std::vector<double> ours = decisions(svm, c.y);
  for (std::size_t i = 0; i < c.y.rows; ++i) {
    EXPECT_NEAR(ours[i], theirs.decision(rows[i]), 1e-5);
  }
}

// LIBSVM writes eight digits of a value and, in some versions, six of rho and gamma: what it reads
// back itself is what we must agree with.
TEST(LibsvmModel, WePredictTheSameFromTheirFile) {
  const Case c = sparse_case();
  support::LibsvmRows training(c.x), rows(c.y);
  const File file;
  ASSERT_TRUE(support::Libsvm(training, c.options).save(file.path()));
  const support::Libsvm theirs(file.path());
  std::ifstream in(file.path());
  const OneClassSvm ours = numerics::read_libsvm_model(in, c.x.cols);
  EXPECT_EQ(ours.rho(), theirs.rho());
  EXPECT_EQ(ours.support().rows, static_cast<std::size_t>(theirs.supports()));
  const std::vector<double> found = decisions(ours, c.y);
  for (std::size_t i = 0; i < c.y.rows; ++i) {
    EXPECT_NEAR(found[i], theirs.decision(rows[i]), 1e-5);
  }
}

TEST(LibsvmModel, WrittenAndReadIsTheSameToTheBit) {
  const Case c = sparse_case();
  const OneClassSvm svm = numerics::train_one_class(c.x, c.options).svm;
  std::stringstream file;
  numerics::write_libsvm_model(svm, file);
  const OneClassSvm again = numerics::read_libsvm_model(file, svm.cols());
  EXPECT_EQ(again.support().data, svm.support().data);
  EXPECT_EQ(again.gamma(), svm.gamma());
  EXPECT_EQ(decisions(again, c.y), decisions(svm, c.y));
}

constexpr const char *kHeader =
    "svm_type one_class\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\nrho 0.25\n";

OneClassSvm read(const std::string &text, std::size_t cols = 0) {
  std::istringstream in(text);
  return numerics::read_libsvm_model(in, cols);
}

TEST(LibsvmModel, ByHand) {
  const std::string header = kHeader;
  const OneClassSvm svm = read(header + "SV\r\n1 2:3 5:-1.5e0 \r\n0.5 \n");
  EXPECT_EQ(svm.cols(), 5u);
  EXPECT_EQ(svm.support().data, (std::vector<float>{0, 3, 0, 0, -1.5f, 0, 0, 0, 0, 0}));
  EXPECT_EQ(svm.alpha()[1], 0.5);
  EXPECT_EQ(svm.rho(), 0.25);
  EXPECT_EQ(read(header + "SV\n1 2:3\n0.5\n", 7).cols(), 7u);
  EXPECT_EQ(read(header + "prob_density_marks 1 2 3\nSV\n1\n1\n").cols(), 1u);
  std::ostringstream out;
  numerics::write_libsvm_model(svm, out);
  EXPECT_EQ(out.str(), header + "SV\n1 2:3 5:-1.5 \n0.5 \n");
}

TEST(LibsvmModel, RefusesWhatItCannotRead) {
  const std::string header = kHeader;
  const auto without = [&](const std::string &line) {
    std::string out = header;
    return out.erase(out.find(line), line.size());
  };
  const auto with = [&](const std::string &from, const std::string &to) {
    std::string out = header;
    return out.replace(out.find(from), from.size(), to);
  };
  const std::string rows = "SV\n1 1:1\n1 1:2\n";
  ASSERT_EQ(read(header + rows).support().rows, 2u);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "line 1: the file ends before SV"},
      {header, "line 7: the file ends before SV"},
      {with("one_class", "c_svc") + rows, "line 1: svm_type must be one_class, not 'c_svc'"},
      {with("rbf", "linear") + rows, "line 2: kernel_type must be rbf, not 'linear'"},
      {with("0.5", "nan") + rows, "line 3: gamma is not finite"},
      {with("0.5", "0,5") + rows, "line 3: gamma is no number: '0,5'"},
      {with("0.5", "-1") + rows, "gamma must be in [1e-30, 1e30]"},
      {with("0.5", "0.5 1") + rows, "line 3: more than one value for gamma"},
      {with("class 2", "class 3") + rows, "line 4: nr_class must be 2, not '3'"},
      {with("total_sv 2", "total_sv -2") + rows, "line 5: total_sv is no number: '-2'"},
      {with("rho", "row") + rows, "line 6: unknown field 'row'"},
      {without("rho 0.25\n") + rows, "the header needs"},
      {header + "SV\n1 1:1\n", "1 support vectors, not total_sv 2"},
      {header + rows + "1 1:1\n", "3 support vectors, not total_sv 2"},
      {header + "SV\nx 1:1\n1 1:1\n", "line 8: a coefficient is no number: 'x'"},
      {header + "SV\n1 1:1\n1 1\n", "line 9: a feature needs index:value"},
      {header + "SV\n1 0:1\n1 1:1\n", "line 8: indices must rise from 1"},
      {header + "SV\n1 2:1 2:1\n1 1:1\n", "line 8: indices must rise from 1"},
      {header + "SV\n1 65537:1\n1 1:1\n", "line 8: an index is above 65536"},
      {header + "SV\n1 1:1e39\n1 1:1\n", "line 8: a value is too large for float"},
      {header + "SV\n1 1:inf\n1 1:1\n", "line 8: a value is not finite"},
  };
  for (const auto &[text, message] : cases) {
    try {
      read(text);
      ADD_FAILURE() << "not refused: " << message;
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::data);
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(read(header + "SV\n1 8:1\n1 1:1\n", 7), Error);
}

}  // namespace
}  // namespace recveil
