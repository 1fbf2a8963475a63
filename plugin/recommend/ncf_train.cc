#include "recommend/ncf_train.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/watch.h"
#include "recommend/ncf_rows.h"

namespace recveil::recommend {
namespace {

// The rows of people or of items, with what Adam keeps of them.
struct Table {
  explicit Table(const Matrix &start)
      : n(start.rows), records(n * kNcfRecord, 0), last(n, 0), slot(n, 0) {
    for (std::size_t i = 0; i < n; ++i) pad_row(start.row(i), &records[i * kNcfRecord]);
  }

  // The rows of a batch, each once, in the order of their first sample.
  template <class RowOf>
  void touch(std::size_t n_samples, std::uint64_t now, const IdleSteps &steps, RowOf row_of) {
    rows.clear();
    idle.clear();
    first.clear();
    tail.clear();
    next.assign(n_samples, kNcfNone);
    for (std::uint32_t s = 0; s < n_samples; ++s) {
      const std::uint32_t row = row_of(s), at = slot[row];
      if (at < rows.size() && rows[at] == row) {
        next[tail[at]] = s;
        tail[at] = s;
        continue;
      }
      slot[row] = static_cast<std::uint32_t>(rows.size());
      rows.push_back(row);
      first.push_back(s);
      tail.push_back(s);
      catch_up(row, now - 1, steps);
      last[row] = now;
    }
  }

  // The steps that a row has missed up to `now`.
  void catch_up(std::uint32_t row, std::uint64_t now, const IdleSteps &steps) {
    const bool never = last[row] == 0 || last[row] >= now;
    idle.push_back(never ? NcfIdle{} : steps.between(last[row], now));
  }

  NcfTouched touched(const float *inputs, const float *products, float pull) {
    return {records.data(), rows.data(), first.data(), next.data(), inputs, products, pull};
  }

  Matrix finished(std::uint64_t now, const IdleSteps &steps, const NcfKernels &kernels) {
    rows.clear();
    idle.clear();
    for (std::uint32_t row = 0; row < n; ++row) {
      rows.push_back(row);
      catch_up(row, now, steps);
      if (last[row] != 0) last[row] = now;
    }
    kernels.idle(touched(nullptr, nullptr, 0), idle.data(), n);
    Matrix out{n, kNcfFactors, std::vector<float>(n * kNcfFactors)};
    for (std::size_t i = 0; i < n; ++i) plain_row(&records[i * kNcfRecord], out.row(i));
    return out;
  }

  std::size_t n;
  Floats records;
  std::vector<std::uint64_t> last;  // the last step with a gradient, 0 for none; or up to date
  std::vector<std::uint32_t> slot;  // of a row in `rows`, if it is there
  // Of the current batch.
  std::vector<std::uint32_t> rows, first, tail, next;
  std::vector<NcfIdle> idle;
};

}  // namespace

class NcfTrainer::Impl {
 public:
  Impl(const NcfParameters &start, const NcfOptions &options, const NcfKernels &kernels)
      : kernels_(kernels),
        learning_rate_(options.learning_rate),
        regularization_(options.regularization),
        steps_(options.learning_rate),
        batch_(options.batch),
        n_slices_((options.batch + kNcfSlice - 1) / kNcfSlice),
        users_(start.users),
        items_(start.items),
        layers_(padded_layers(start.layers)),
        m_(ncf::kLayers, 0),
        v_(ncf::kLayers, 0),
        transposed_(ncf::kTransposed, 0),
        gradients_(n_slices_ * ncf::kLayers, 0),
        inputs_(n_slices_ * kNcfSlice * 64, 0),
        user_products_(n_slices_ * kNcfSlice * 16, 0),
        item_products_(n_slices_ * kNcfSlice * 16, 0),
        slices_(n_slices_),
        work_(kNcfWork, 0) {}

  double pass(std::span<const NcfSample> samples,
              const std::function<void(std::size_t)> &progress) {
    double total = 0;
    for (std::size_t begin = 0; begin < samples.size(); begin += batch_) {
      pulse();
      const std::size_t n = std::min(batch_, samples.size() - begin);
      total += step(samples.subspan(begin, n)) * static_cast<double>(n);
      if (progress) progress(begin + n);
    }
    return samples.empty() ? 0 : total / static_cast<double>(samples.size());
  }

  NcfParameters parameters() {
    return {users_.finished(now_, steps_, kernels_), items_.finished(now_, steps_, kernels_),
            plain_layers(layers_)};
  }

 private:
  // The mean loss before the step.
  double step(std::span<const NcfSample> batch) {
    ++now_;
    for (const NcfSample &sample : batch) {
      if (sample.user < users_.n && sample.item < items_.n) continue;
      throw Error(Status::argument, "ncf: a sample is outside the rows");
    }
    users_.touch(batch.size(), now_, steps_, [&](std::uint32_t s) { return batch[s].user; });
    items_.touch(batch.size(), now_, steps_, [&](std::uint32_t s) { return batch[s].item; });
    const auto pull = static_cast<float>(regularization_ / static_cast<double>(batch.size()));
    const NcfTouched users = users_.touched(inputs_.data(), user_products_.data(), pull);
    const NcfTouched items =
        items_.touched(inputs_.data() + kNcfInput, item_products_.data(), pull);
    kernels_.idle(users, users_.idle.data(), users_.rows.size());
    kernels_.idle(items, items_.idle.data(), items_.rows.size());
    kernels_.transpose(layers_.data(), transposed_.data());
    const std::size_t used = (batch.size() + kNcfSlice - 1) / kNcfSlice;
    for (std::size_t at = 0; at < used; ++at) run_slice(batch, at);
    const NcfAdam adam = adam_step(learning_rate_, now_);
    kernels_.step(users, adam, users_.rows.size());
    kernels_.step(items, adam, items_.rows.size());
    kernels_.adam(layers_.data(), m_.data(), v_.data(), gradients_.data(), used, ncf::kLayers,
                  ncf::kLayers, adam);
    double loss = 0;
    for (std::size_t at = 0; at < used; ++at) {
      loss += double{slices_[at].linear} + std::log(double{slices_[at].product});
    }
    return loss / static_cast<double>(batch.size());
  }

  void run_slice(std::span<const NcfSample> batch, std::size_t at) {
    NcfSlice &slice = slices_[at];
    const std::size_t begin = at * kNcfSlice;
    for (std::size_t s = 0; s < kNcfSlice; ++s) {
      const bool there = begin + s < batch.size();
      const NcfSample &sample = batch[there ? begin + s : begin];
      slice.users[s] = &users_.records[sample.user * kNcfRecord];
      slice.items[s] = &items_.records[sample.item * kNcfRecord];
      slice.labels[s] = sample.label;
      slice.weights[s] = there ? 1 / static_cast<float>(batch.size()) : 0;
    }
    slice.inputs = &inputs_[begin * 64];
    slice.user_products = &user_products_[begin * 16];
    slice.item_products = &item_products_[begin * 16];
    slice.layers = &gradients_[at * ncf::kLayers];
    kernels_.slice(layers_.data(), transposed_.data(), slice, work_.data());
  }

  const NcfKernels &kernels_;
  const double learning_rate_, regularization_;
  const IdleSteps steps_;
  const std::size_t batch_, n_slices_;
  Table users_, items_;
  Floats layers_, m_, v_, transposed_;
  Floats gradients_;                               // of the layers, a slice
  Floats inputs_, user_products_, item_products_;  // gradients, a sample
  std::vector<NcfSlice> slices_;
  Floats work_;
  std::uint64_t now_ = 0;
};

NcfTrainer::NcfTrainer(const NcfParameters &start, const NcfOptions &options,
                       const NcfKernels &kernels) {
  check_parameters(start);
  check_options(options);
  impl_ = std::make_unique<Impl>(start, options, kernels);
}
NcfTrainer::~NcfTrainer() = default;

double NcfTrainer::pass(std::span<const NcfSample> samples,
                        const std::function<void(std::size_t)> &progress) {
  return impl_->pass(samples, progress);
}

NcfParameters NcfTrainer::parameters() {
  return impl_->parameters();
}

}  // namespace recveil::recommend
