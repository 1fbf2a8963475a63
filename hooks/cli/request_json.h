// Deletion requests in JSON, in the shape of OpenDSR 1.0 or 2.0, read strictly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recveil/recveil.hpp"

namespace recveil::cli {

// A request as the C struct, with what it points to. Not to be copied: request() points into it.
struct ReadRequest {
  recveil_forget_request given = RECVEIL_FORGET_REQUEST_INIT;
  std::vector<std::string> attributes;
  std::vector<std::string> identities;  // raw ids of the person
  std::string policy;

  // Filled by the caller, who knows the engine.
  std::vector<recveil_subject> subjects;
  std::vector<recveil_user> users;
};

struct ReadRequests {
  std::vector<ReadRequest> requests;
  bool many = false;  // the file holds an array of them
};

// name: of the file. now: Unix seconds. Absent and null are the same; keys of extensions other than
// "recveil" are left alone. Throws std::runtime_error in one line: the file, the request (its place
// in the array and its id), the key, and what is wrong; nothing is taken from a file that has one
// bad request.
ReadRequests read_requests(std::string_view text, const std::string &name, std::uint64_t now);

// "2026-11-28T04:59:00Z", with a fraction that is dropped, or with an offset such as +02:00. Throws
// std::runtime_error "what is wrong" for any other text and for a time that the calendar lacks.
std::uint64_t parse_time(std::string_view text);

}  // namespace recveil::cli
