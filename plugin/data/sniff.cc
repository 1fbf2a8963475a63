#include "data/sniff.h"

#include <algorithm>
#include <array>
#include <utility>

namespace recveil::data {
namespace {

using namespace std::string_view_literals;

using Kind = std::pair<std::string_view, const char *>;

constexpr std::array<Kind, 25> kKinds{{
    {"\x93NUMPY"sv, "is a .npy array, not text"},
    {"\x28\xB5\x2F\xFD"sv, "is packed with zstd; pack it with gzip or xz, or unpack it"},
    {"\x04\x22\x4D\x18"sv, "is packed with lz4; pack it with gzip or xz, or unpack it"},
    {"\x37\x7A\xBC\xAF\x27\x1C"sv, "is a 7z archive; unpack it"},
    {"Rar!\x1A"sv, "is a RAR archive; unpack it"},
    {"\x1F\x9D"sv, "is packed with compress; unpack it"},
    {"\x1F\x8B"sv, "is packed with gzip twice; unpack it once"},
    {"\xFD\x37zXZ\0"sv, "is packed with xz twice; unpack it once"},
    {"\x5D\0\0"sv, "is packed with lzma; pack it with gzip or xz, or unpack it"},
    {"x\x9C"sv, "is packed with zlib; pack it with gzip or xz, or unpack it"},
    {"x\xDA"sv, "is packed with zlib; pack it with gzip or xz, or unpack it"},
    {"PAR1\x15"sv, "is a Parquet file; save it as CSV"},
    {"PAR1\0"sv, "is a Parquet file; save it as CSV"},
    {"version https://git-lfs."sv, "is a pointer of Git LFS; fetch the file with git lfs pull"},
    {"ARROW1\0"sv, "is an Arrow file; save it as CSV"},
    {"FEA1\0"sv, "is a Feather file; save it as CSV"},
    {"Obj\x01"sv, "is an Avro file; save it as CSV"},
    {"\x89HDF\r\n\x1A\n"sv, "is an HDF5 file; save one table as CSV, one array with numpy.save"},
    {"SQLite format 3\0"sv, "is an SQLite database; save one table as CSV"},
    {"\xD0\xCF\x11\xE0"sv, "is an Excel workbook; save one sheet as CSV (UTF-8)"},
    {"%PDF-"sv, "is a PDF"},
    {"RDX2\n"sv, "is an R data file; save it with write.csv"},
    {"RDX3\n"sv, "is an R data file; save it with write.csv"},
    {"MATLAB 5.0 MAT-file"sv, "is a MATLAB file; save one table as CSV"},
    {"%%MatrixMarket"sv, "is a Matrix Market file; its second line would be taken for a row"},
}};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

// The local file headers of a ZIP archive name what is in it.
std::string zip_kind(std::string_view head) {
  const std::string_view first = head.substr(std::min<std::size_t>(30, head.size()));
  if (holds(first, ".npy")) return "is a .npz archive; save one array with numpy.save";
  if (holds(first, "[Content_Types].xml")) {
    return "is an Excel workbook; save one sheet as CSV (UTF-8)";
  }
  if (holds(first, "/data.pkl")) return "is a PyTorch file; save one array with numpy.save";
  return "is a ZIP archive; unpack it";
}

// Text in two or four bytes a character has a NUL in every ASCII one.
const char *wide_kind(std::string_view head) {
  if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv)) {
    return "is UTF-32; save it as UTF-8";
  }
  constexpr const char *kUtf16 = "is UTF-16 (Excel calls it Unicode text); save it as UTF-8";
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) return kUtf16;
  std::size_t odd = 0, even = 0;
  for (std::size_t at = 0; at < head.size(); ++at) {
    if (head[at] == '\0') ++(at % 2 == 0 ? even : odd);
  }
  const std::size_t pairs = head.size() / 2, most = std::max(odd, even),
                    least = std::min(odd, even);
  return pairs >= 4 && most * 2 > pairs && least == 0 ? kUtf16 : nullptr;
}

bool is_pickle(std::string_view head) {
  return head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
}

// The length of a JSON object in eight bytes, then the object.
bool is_safetensors(std::string_view head) {
  return head.size() > 10 && head.substr(5, 3) == "\0\0\0"sv && head.substr(8, 2) == "{\"";
}

}  // namespace

bool is_npy(std::string_view head) {
  return head.starts_with("\x93NUMPY"sv);
}

std::string no_text(std::string_view head) {
  for (const auto &[start, what] : kKinds) {
    if (head.starts_with(start)) return what;
  }
  if (head.size() >= 10 && head.starts_with("BZh"sv) && head.substr(4).starts_with("1AY&SY"sv)) {
    return "is packed with bzip2; pack it with gzip or xz, or unpack it";
  }
  if (head.starts_with("PK\3\4"sv) || head.starts_with("PK\5\6"sv)) return zip_kind(head);
  if (is_pickle(head)) return "is a pickle; save it as CSV, or an array with numpy.save";
  if (is_safetensors(head)) return "is a safetensors file; save one array with numpy.save";
  if (head.size() >= 262 && head.substr(257, 5) == "ustar") return "is a tar archive; unpack it";
  const char *wide = wide_kind(head);
  return wide != nullptr ? wide : "";
}

std::string no_table(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto skip_blanks = [&] {
    while (!head.empty() && static_cast<unsigned char>(head.front()) <= ' ') head.remove_prefix(1);
  };
  skip_blanks();
  if (head.empty()) return "";
  const char first = head.front();
  if (first == '{' || first == '[') {
    head.remove_prefix(1);
    skip_blanks();
    const bool json = head.empty() || std::string_view("\"{[").find(head.front()) != head.npos ||
                      (first == '{' && head.front() == '}');
    if (first == '{' && head.starts_with('\'')) return "is a dictionary of Python, not CSV";
    return json ? "is JSON, not CSV" : "";
  }
  std::string lower(head.substr(0, 16));
  for (char &c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (lower.starts_with("<!doctype") || lower.starts_with("<html")) {
    return "is HTML, not CSV: was it downloaded without being signed in?";
  }
  if (lower.starts_with("<?xml")) return "is XML, not CSV";
  for (const char *sql : {"insert into ", "create table ", "-- mysql dump", "-- postgresql"}) {
    if (lower.starts_with(sql)) return "is SQL; export the table as CSV";
  }
  return "";
}

}  // namespace recveil::data
