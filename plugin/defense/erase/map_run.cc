#include <algorithm>
#include <cmath>
#include <cstring>

#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

// other = rows M + b for n rows.
void multiply_rows(const float *values, std::size_t width, const float *rows, std::size_t n,
                   float *other) {
  const std::size_t step = numerics::padded_floats(width);
  const float *b = values + width * step;
  for (std::size_t i = 0; i < n; ++i) std::memcpy(other + i * step, b, step * sizeof(float));
  numerics::multiply_add({rows, step, 1, n, width, values, step, step, other, step});
}

void add_displacement(const float *tables, std::size_t cells, std::size_t width, float *row) {
  const auto last = static_cast<float>(cells - 1);
  for (std::size_t c = 0; c < width; ++c, tables += 2 + cells) {
    // Written so that a NaN ends at the first cell.
    float at = (row[c] - tables[0]) * tables[1];
    at = at > 0 ? at : 0;
    at = at < last ? at : last;
    std::size_t cell = static_cast<std::size_t>(static_cast<std::int32_t>(at));
    cell = cell < cells - 1 ? cell : cells - 2;
    const float *values = tables + 2 + cell;
    row[c] += values[0] + (at - static_cast<float>(cell)) * (values[1] - values[0]);
  }
}

constexpr std::size_t kUnits = kPushUnits;
constexpr std::size_t kTile = 16;  // rows pushed at a time

// The network of a class_push stage.
struct PushNet {
  std::size_t width, classes, outputs;
  float eta;
  const float *first, *first_bias, *second, *second_bias, *second_turned, *first_turned;

  PushNet(const Stage &stage, std::size_t inputs)
      : width(inputs),
        classes(stage.cells),
        outputs(numerics::padded_floats(2 * classes)),
        eta(stage.values[0]),
        first(stage.values.data() + 1 + stage.count),
        first_bias(first + width * kUnits),
        second(first_bias + kUnits),
        second_bias(second + kUnits * outputs),
        second_turned(second_bias + outputs),
        first_turned(second_turned + 2 * classes * kUnits) {}
};

// The gradient of scale log softmax_k of the logits, which it replaces.
void log_softmax_gradient(float *logits, std::size_t classes, std::size_t k, float scale) {
  float largest = logits[0], total = 0;
  for (std::size_t c = 1; c < classes; ++c) largest = std::max(largest, logits[c]);
  for (std::size_t c = 0; c < classes; ++c) total += logits[c] = std::exp(logits[c] - largest);
  for (std::size_t c = 0; c < classes; ++c) logits[c] *= -scale / total;
  logits[k] += scale;
}

// rows -= eta grad (log D_k - log C_k) for n <= kTile rows of the class with output k.
void push(const PushNet &net, std::size_t k, std::size_t n, float *rows) {
  const std::size_t width = net.width, outputs = net.outputs;
  const std::size_t step = numerics::padded_floats(width);
  float hidden[kTile * kUnits], back[kTile * kUnits], out[kTile * 2 * kMaxNetClasses];
  for (std::size_t i = 0; i < n; ++i) {
    std::memcpy(hidden + i * kUnits, net.first_bias, kUnits * sizeof(float));
    std::memcpy(out + i * outputs, net.second_bias, outputs * sizeof(float));
  }
  numerics::multiply_add({rows, step, 1, n, width, net.first, kUnits, kUnits, hidden, kUnits});
  for (std::size_t i = 0; i < n * kUnits; ++i) hidden[i] = hidden[i] > 0 ? hidden[i] : 0;
  numerics::multiply_add(
      {hidden, kUnits, 1, n, kUnits, net.second, outputs, outputs, out, outputs});
  for (std::size_t i = 0; i < n; ++i) {
    log_softmax_gradient(out + i * outputs, net.classes, k, -net.eta);
    log_softmax_gradient(out + i * outputs + net.classes, net.classes, k, net.eta);
  }
  numerics::multiply(
      {out, outputs, 1, n, 2 * net.classes, net.second_turned, kUnits, kUnits, back, kUnits});
  for (std::size_t i = 0; i < n * kUnits; ++i) back[i] = hidden[i] > 0 ? back[i] : 0;
  numerics::multiply_add({back, kUnits, 1, n, kUnits, net.first_turned, step, step, rows, step});
}

// The end of the run of rows with the class of row `begin`.
std::size_t run_end(const std::int32_t *classes, std::size_t attributes, std::size_t j,
                    std::size_t begin, std::size_t n) {
  std::size_t end = begin + 1;
  while (end < n && classes[end * attributes + j] == classes[begin * attributes + j]) ++end;
  return end;
}

double length_of(const float *row, std::size_t d) {
  double squares = 0;
  for (std::size_t c = 0; c < d; ++c) {
    const double value = static_cast<double>(row[c]);
    squares += value * value;
  }
  return std::sqrt(squares);
}

}  // namespace

std::size_t Stage::linear_size(std::size_t width) {
  return (width + 1) * numerics::padded_floats(width);
}

std::size_t Stage::size_of_class(std::size_t width) const {
  return kind == StageKind::class_tables ? width * (2 + std::size_t{cells}) : linear_size(width);
}

std::size_t Stage::total_size(std::size_t width) const {
  if (kind != StageKind::class_push) return count * size_of_class(width);
  const std::size_t used = 2 * std::size_t{cells};
  return 1 + count + (width + 1) * kUnits + (kUnits + 1) * numerics::padded_floats(used) +
         used * kUnits + kUnits * numerics::padded_floats(width);
}

std::size_t MapParts::step() const {
  return numerics::padded_floats(width());
}

void put_linear(Stage &stage, std::size_t k, std::size_t width, std::span<const double> m,
                std::span<const double> b) {
  const std::size_t step = numerics::padded_floats(width), size = Stage::linear_size(width);
  if (stage.values.size() < (k + 1) * size) stage.values.resize((k + 1) * size);
  float *to = stage.values.data() + k * size;
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      to[i * step + j] = static_cast<float>(m[i * width + j]);
    }
  }
  for (std::size_t j = 0; j < width; ++j) to[width * step + j] = static_cast<float>(b[j]);
}

void run_stage(const Stage &stage, std::size_t width, std::size_t attributes,
               const std::int32_t *classes, std::size_t n, float *rows, float *other) noexcept {
  const std::size_t step = numerics::padded_floats(width);
  const std::size_t size = stage.kind == StageKind::class_push ? 0 : stage.size_of_class(width);
  if (stage.kind == StageKind::linear) {
    multiply_rows(stage.values.data(), width, rows, n, other);
    std::memcpy(rows, other, n * step * sizeof(float));
    return;
  }
  for (std::size_t begin = 0; begin < n;) {
    const std::int32_t k = classes[begin * attributes + stage.attribute];
    const std::size_t end = run_end(classes, attributes, stage.attribute, begin, n);
    if (k >= 0 && stage.kind == StageKind::class_push) {
      const float output = stage.values[1 + static_cast<std::size_t>(k)];
      for (std::size_t i = begin; output >= 0 && i < end; i += kTile) {
        push(PushNet(stage, width), static_cast<std::size_t>(output), std::min(kTile, end - i),
             rows + i * step);
      }
    } else if (k >= 0) {
      const float *values = stage.values.data() + static_cast<std::size_t>(k) * size;
      float *from = rows + begin * step;
      if (stage.kind == StageKind::class_linear) {
        multiply_rows(values, width, from, end - begin, other);
        std::memcpy(from, other, (end - begin) * step * sizeof(float));
      } else {
        for (std::size_t i = begin; i < end; ++i, from += step) {
          add_displacement(values, stage.cells, width, from);
        }
      }
    }
    begin = end;
  }
}

bool to_coordinates(const MapParts &parts, const float *row, float *coordinates) noexcept {
  const std::size_t d = parts.d;
  std::memcpy(coordinates, row, d * sizeof(float));
  std::memset(coordinates + d, 0, (parts.step() - d) * sizeof(float));
  if (!parts.polar && parts.least_norm == 0) return true;
  const double norm = length_of(row, d);
  if (!(norm >= static_cast<double>(parts.least_norm))) return false;
  if (parts.polar) {
    const auto scale = static_cast<float>(std::sqrt(static_cast<double>(d)) / norm);
    for (std::size_t c = 0; c < d; ++c) coordinates[c] *= scale;
    coordinates[d] = static_cast<float>(std::log(norm));
  }
  return true;
}

bool from_coordinates(const MapParts &parts, float *coordinates, float *out) noexcept {
  const std::size_t d = parts.d;
  if (parts.polar) {
    const double log_norm = std::clamp(static_cast<double>(coordinates[d]), -40.0, 40.0);
    const auto scale = static_cast<float>(std::exp(log_norm) / length_of(coordinates, d));
    for (std::size_t c = 0; c < d; ++c) coordinates[c] *= scale;
  }
  if (!all_finite({coordinates, d})) return false;
  std::memcpy(out, coordinates, d * sizeof(float));
  return true;
}

}  // namespace recveil::defense
