// The rows and classes that `recveil erase fit` reads.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "erase/files.h"
#include "erase/shared_count.h"
#include "row_stream.h"
#include "terminal.h"

namespace recveil::cli {

class Reading {
 public:
  Reading(const Api &api, const EraseOptions &options);

  const std::vector<std::string> &names() const { return classes_->names(); }
  const std::vector<std::uint32_t> &n_classes() const { return n_classes_; }
  std::size_t d() const { return rows_->cols() - options_.frozen_tail; }
  std::uint64_t rows_read() const { return read_; }
  std::uint64_t resumed_from() const { return resumed_; }
  // Of the rows of this run that statistics() read.
  const SharedCount &shared() const { return shared_; }

  // Statistics of all rows, one block an attribute. From time to time they go to `checkpoint`, from
  // which a later run resumes.
  std::vector<Statistics> statistics(const std::string &checkpoint);

  // At most `most` rows, those whose numbers have the lowest hashes.
  struct Sample {
    std::vector<float> numbers;
    std::vector<std::int32_t> classes;
  };
  Sample sample(std::size_t most, std::uint64_t seed);

 private:
  void open_classes() { classes_ = data::open_class_file(options_.classes, options_.attributes); }
  // The highest class of each attribute, in a pass over the classes alone.
  void find_classes();
  nlohmann::json job() const;
  // Continues where `checkpoint` ends.
  void resume(const std::string &checkpoint, std::vector<Statistics> &total);
  // Empty statistics of every attribute, and where each begins in RowBlock::sums.
  std::vector<Statistics> empty_statistics(std::vector<std::size_t> &at) const;
  void add_block(RowBlock &block, const std::vector<std::size_t> &at) const;
  void progress(const char *what);

  const Api &api_;
  const EraseOptions &options_;
  std::unique_ptr<data::RowFile> rows_;
  std::unique_ptr<data::ClassFile> classes_;
  std::vector<std::uint32_t> n_classes_;
  std::uint64_t read_ = 0, resumed_ = 0;
  SharedCount shared_;
  Progress progress_;
};

}  // namespace recveil::cli
