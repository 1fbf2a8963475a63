#include "hooks/serve/state_store.h"

#include <utility>

#include "core/error.h"
#include "hooks/serve/state_file.h"

namespace recveil::hooks {

StateStore::StateStore(std::string folder, const Key &key)
    : files_(std::move(folder), "state", "CURRENT", "LOCK"), key_(key) {}

std::optional<ServeState> StateStore::newer_than(std::uint64_t version) const {
  const auto file = files_.newer_than(version);
  if (!file) return std::nullopt;
  ServeState state = decode_state(file->bytes, key_, file->path);
  if (state.version != file->version) {
    throw Error(Status::io, file->path + ": holds another version");
  }
  return state;
}

void StateStore::write(const ServeState &state) const {
  files_.write(state.version, encode_state(state, key_));
}

}  // namespace recveil::hooks
