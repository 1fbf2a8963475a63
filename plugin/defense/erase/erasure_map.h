// A fitted erasure: takes an attribute, or several, out of one row at a time. An immutable value
// that can be written and read back; its id is the digest of its bytes.
//
// Not idempotent: a row that is mapped twice tells its class as well as before, so a caller keeps
// track of which rows are mapped (hooks/forget does). Maps of classes are the labels' statistics:
// they belong to the model they were fitted on and are to be refitted with it. What they cannot do:
// docs/erasure.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "defense/erase/cells.h"
#include "defense/erase/embeddings.h"
#include "defense/erase/options.h"
#include "defense/erase/wide_rows.h"

namespace recveil::defense {

// The numbers of recveil/erase.h.
enum class ClassStatus : std::uint8_t {
  certifiable = 1,
  too_small = 2,  // "too small to certify": see EraseOptions::min_class_rows
  absent = 3,     // no row had it; mapped like the pooled rows
};

struct ClassReport {
  std::uint64_t n = 0;
  ClassStatus status = ClassStatus::absent;
  double mean_strength = 1;  // c_k: share of the mean's way to the barycentre (James-Stein)
  double shrinkage = 0;      // rho_k of the covariance
};

struct AttributeReport {
  std::string name;
  std::vector<ClassReport> classes;  // K
  // What told the classes apart before: the correlation of a cross-fitted score with them, times
  // the root of the rows (score.h); standard normal where they do not differ. 0: not tested.
  double separation = 0;
  bool left_alone = false;  // the classes do not surely differ: no row is changed for it
};

using MapId = std::array<std::uint8_t, 32>;  // BLAKE2b-256, without a key

// Whose rows they are, for a map that needs_users(): one user a row.
struct RowOwners {
  const DrawKey *key = nullptr;
  std::span<const std::uint64_t> users;
};

struct MapParts;  // erase/map_parts.h

struct ApplyCounts {
  std::uint64_t done = 0;  // rows, from the first: mapped or unlabelled
  std::uint64_t mapped = 0;
  std::uint64_t unlabelled = 0;  // copied as they are: no known class, and the map needs one
};

// const calls from any thread.
class ErasureMap {
 public:
  // Fits on the rows whose class is known (of at least one attribute; an attribute's own maps on
  // the rows where its class is). One attribute or several, interleaved. Throws Error(argument)
  // where options, shapes or labels are wrong or the method leaves no map, Error(data) where fewer
  // than 2 classes have rows or the rows have no variance. Deterministic in (rows, labels, options)
  // on one machine. Cost, N rows: gaussian_transport and leace O(N d^2 + K d^3); optimal_transport
  // O(sweeps (N d^2 + K d^3)) an attribute. Holds three float copies of the labelled rows and the
  // map: 4 (d + 2)^2 floats a sweep and certifiable class.
  static ErasureMap fit(const Embeddings &rows, std::span<const AttributeLabels> labels,
                        const EraseOptions &options, const Progress &progress = {});

  // The same map from statistics (class_moments.h): gaussian_transport of one attribute, leace of
  // several. fit() of these methods goes this way, so that streamed rows give the same map up to
  // the rounding of sums. Throws Error(unsupported) for anything else.
  struct Statistics {
    std::string name;
    std::span<const double> moments;
  };
  static ErasureMap fit_moments(std::span<const Statistics> attributes,
                                const EraseOptions &options);

  // Throws Error(data) "map: what is wrong" for bytes that are no map, were cut short or changed.
  static ErasureMap from_bytes(std::span<const std::uint8_t> bytes);
  // Little-endian, the last 32 bytes are the id of those before.
  std::span<const std::uint8_t> bytes() const noexcept;
  const MapId &id() const noexcept;
  // "3f2a..": 64 lower-case hexadecimal digits.
  std::string id_text() const;

  EraseMethod method() const noexcept;
  std::size_t d() const noexcept;
  std::span<const AttributeReport> attributes() const noexcept;
  // False for leace: classes are ignored.
  bool needs_labels() const noexcept;
  // True where people share rows: they are put by user and key.
  bool needs_users() const noexcept;
  struct Sharing {
    std::uint64_t n_shared;  // rows of the fit that people shared
    std::size_t n_cells;
    double moved;  // expected share of all rows that get the row of another cell
  };
  Sharing sharing() const noexcept;
  // Of each row whether people share it, by the cells of this map; none does where it has no cells.
  // Throws Error(argument) for rows of another d. O(rows d), and O(d cells) a row of like length.
  std::vector<std::uint8_t> shared(const Embeddings &rows) const;

  // Floats of scratch for one row.
  std::size_t scratch_floats() const noexcept;
  // out[0..d) = the map of row[0..d); may be the same memory. classes: one an attribute, kUnknown
  // skips that attribute's part, and all unknown copies the row bit for bit (but for leace). False,
  // and nothing written, where a class is out of range or the result is not finite. O(sweeps d^2);
  // allocates nothing, throws nothing.
  bool apply(const float *row, std::span<const std::int32_t> classes, float *out, float *scratch,
             const RowOwners &owner = {}) const noexcept;

  // All rows: out (of the same shape) = the map of `in`, its frozen tail a copy of in's bit for
  // bit. labels: in the order of attributes(); none: all. counts: added to. Throws
  // Error(argument) for shapes, labels or a value that is not finite, before anything is written;
  // Error(data) for a row whose image is not finite. Where that, the watch or the progress stops
  // the work, counts.done rows are finished and, if out is in's memory, all others as they were. No
  // thread of its own: split the rows to use several. Results differ from apply()'s by the rounding
  // of float sums alone.
  void apply_rows(const Embeddings &in, std::span<const AttributeLabels> labels,
                  const MutableEmbeddings &out, ApplyCounts &counts, const Progress &progress = {},
                  const RowOwners &owners = {}) const;
  ApplyCounts apply_rows(const Embeddings &in, std::span<const AttributeLabels> labels,
                         const MutableEmbeddings &out) const;
  // The same in place, computed in float. Rows of no known class keep every bit.
  void apply_rows(const WideRows &rows, std::span<const AttributeLabels> labels,
                  ApplyCounts &counts, const Progress &progress = {},
                  const RowOwners &owners = {}) const;

  explicit ErasureMap(MapParts parts);  // for the fits of this room

 private:
  // Are there rows of the map's d, and labels of its attributes? Throws Error(argument).
  void check_rows(std::size_t rows, std::size_t d, std::span<const AttributeLabels> labels,
                  const RowOwners &owners) const;

  std::shared_ptr<const MapParts> parts_;
  std::vector<std::uint8_t> bytes_;
  MapId id_{};
};

}  // namespace recveil::defense
