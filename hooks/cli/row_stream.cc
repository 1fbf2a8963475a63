#include "row_stream.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace recveil::cli {
namespace {

class Run {
 public:
  Run(const RowStream &stream, std::uint64_t first_row, const std::function<void(RowBlock &)> &work,
      const std::function<void(RowBlock &)> &in_order)
      : stream_(stream), work_(work), in_order_(in_order), rows_(first_row) {}

  void thread() noexcept {
    try {
      RowBlock block;
      for (std::uint64_t number = 0; read(block, number);) {
        std::exception_ptr error;
        try {
          block.numbers = stream_.rows.numbers(block.raw, block.scratch);
          work_(block);
        } catch (...) {
          error = std::current_exception();
        }
        if (!finish(block, number, error)) return;
      }
    } catch (...) {  // no memory for a block
      stop(std::current_exception());
    }
  }

  std::uint64_t rows() const { return rows_; }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  bool read(RowBlock &block, std::uint64_t &number) {
    const std::lock_guard lock(reading_);
    if (ended_) return false;
    number = read_;
    try {
      ended_ = !stream_.rows.next(stream_.block_rows, block.raw);
      if (ended_) return false;
      if (stream_.classes != nullptr) stream_.classes->next(block.raw.count, block.classes);
      ++read_;
      return true;
    } catch (...) {  // what is wrong beyond the blocks before it
      ended_ = true;
      if (number == 0 || finished_before(number)) stop(std::current_exception());
      return false;
    }
  }

  // Waits for the blocks before `number`, unless one of them failed.
  bool finished_before(std::uint64_t number) {
    std::unique_lock lock(finishing_);
    turn_.wait(lock, [&] { return finished_ == number || error_; });
    return !error_;
  }

  bool finish(RowBlock &block, std::uint64_t number, std::exception_ptr error) {
    if (!finished_before(number)) return false;
    // This block's turn: no other thread gets here before finished_ moves on.
    try {
      if (error) std::rethrow_exception(error);
      in_order_(block);
    } catch (...) {
      stop(std::current_exception());
      return false;
    }
    const std::lock_guard lock(finishing_);
    rows_ += block.raw.count;
    ++finished_;
    turn_.notify_all();
    return true;
  }

  void stop(std::exception_ptr error) {
    const std::lock_guard lock(finishing_);
    if (!error_) error_ = error;
    turn_.notify_all();
  }

  const RowStream &stream_;
  const std::function<void(RowBlock &)> &work_, &in_order_;
  std::mutex reading_, finishing_;
  std::condition_variable turn_;
  std::uint64_t read_ = 0;      // blocks, guarded by reading_
  bool ended_ = false;          // guarded by reading_
  std::uint64_t finished_ = 0;  // blocks, guarded by finishing_
  std::uint64_t rows_;          // guarded by finishing_
  std::exception_ptr error_;    // guarded by finishing_
};

}  // namespace

std::uint64_t RowStream::run(std::uint64_t first_row, const std::function<void(RowBlock &)> &work,
                             const std::function<void(RowBlock &)> &in_order) const {
  Run run(*this, first_row, work, in_order);
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back([&run] { run.thread(); });
    run.thread();
  }
  run.rethrow();
  return run.rows();
}

}  // namespace recveil::cli
