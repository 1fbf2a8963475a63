#include "data/row_file.h"

#include <strings.h>

#include <vector>

#include "core/error.h"
#include "data/byte_source.h"
#include "data/sniff.h"

namespace recveil::data {
namespace {

bool ends_with_word(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && ::strncasecmp(name.data() + name.size() - ending.size(),
                                                       ending.data(), ending.size()) == 0;
}

}  // namespace

bool is_npy_file(const std::string &path) {
  const OpenFile file = open_file(path);
  std::string head(6, '\0');
  head.resize(file.bytes->read(head));
  if (!is_npy(head)) return ends_with_word(path, ".npy");
  if (file.packed) throw Error(Status::data, file.name + ": is a packed .npy; unpack it");
  return true;
}

std::unique_ptr<RowFile> open_row_file(const std::string &path, const CsvShape &csv) {
  return is_npy_file(path) ? open_npy_rows(path, !csv.id_columns) : open_csv_rows(path, csv);
}

const char *rounding_note(RowFormat format) {
  switch (format) {
    case RowFormat::float64:
      return "The file holds float64; rows that change have the 7 digits of float32.";
    case RowFormat::float16:
      return "The file holds float16; rows that change are rounded to its 3 digits, in which a "
             "trace "
             "of the attribute can stay. Audit the file, or save float32.";
    case RowFormat::float32:
    case RowFormat::text:
      break;
  }
  return nullptr;
}

void check_output_name(const std::string &output, RowFormat format, bool may_pack) {
  const auto refuse = [&](const char *what) {
    throw Error(Status::argument, output + ": " + what);
  };
  // What no command writes, whatever is in it.
  for (const char *other :
       {".bz2", ".zst", ".zip", ".7z", ".tar", ".tgz", ".parquet", ".feather", ".arrow", ".xlsx",
        ".xls", ".h5", ".hdf5", ".pkl", ".pt", ".safetensors"}) {
    if (ends_with_word(output, other)) {
      refuse("the output is nothing that is called so; it needs another ending");
    }
  }
  const bool array = ends_with_word(output, ".npy");
  if (format != RowFormat::text) {
    for (const char *other : {".csv", ".tsv", ".txt", ".json", ".npz", ".gz", ".xz"}) {
      if (ends_with_word(output, other)) {
        refuse("the output is an array as the input is, and not packed; let its name end in .npy");
      }
    }
    return;
  }
  if (array || ends_with_word(output, ".npz"))
    refuse("the output is no array; it needs another ending");
  if (!may_pack && packing_of_name(output) != Packing::none) {
    refuse("the output is not packed; name it without that ending and pack it afterwards");
  }
}

}  // namespace recveil::data
