// What every command that writes a file has: it overwrites nothing unless --force is given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "data/whole_file.h"

namespace recveil::cli {

// Declares --force.
void add_force(CLI::App &command);

// What the command was called with: check_new() knows its inputs from it.
void remember_arguments(int argc, char **argv);

// Throws std::runtime_error, "PATH: exists; ...", if there is a regular file at `path` and --force
// was not given; and with it, where the file is an input of this command other than `replaces`, a
// database or a key. Call it before the work. An empty path is no file.
void check_new(const std::string &path, const std::string &replaces = "");

// The same for a folder that is to be filled: it may not hold anything yet.
void check_new_folder(const std::string &path);

// A text that appears whole or not at all, packed if its name says so. Made before the work, so
// that a name that cannot be written is told at once; gone unless commit() was reached. Throws as
// check_new() does, and Error(Status::argument or Status::io) naming the path: also for a name of
// another kind of file, and where there is something that is no regular file.
class NewText {
 public:
  explicit NewText(const std::string &path);
  void commit(std::string_view text);

 private:
  data::WholeFile file_;
};

}  // namespace recveil::cli
