// What a file is by its first bytes, where it is not the text it should be.
#pragma once

#include <string>
#include <string_view>

namespace recveil::data {

constexpr std::size_t kSniffed = 512;  // bytes that are enough to tell

bool is_npy(std::string_view head);

// "is a .npz archive; save one array with numpy.save" and so on: why a file that begins with `head`
// (as many bytes of it as there are, up to kSniffed) cannot be read as lines of text. Empty where
// it may be text.
std::string no_text(std::string_view head);

// Why a text that begins so is no table of lines and fields: JSON, HTML, XML. Empty where it may
// be.
std::string no_table(std::string_view head);

}  // namespace recveil::data
