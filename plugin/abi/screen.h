// Accounts of a host, for the calls of screening.
#pragma once

#include <cstdint>
#include <string>

#include "abi/adopt.h"
#include "hooks/update/host_accounts.h"
#include "hooks/update/window.h"
#include "recveil/screen_window.h"

namespace recveil::abi {

// Throws Error(unsupported).
void no_screen_flags(std::uint32_t flags, const char *name);

// What is read before the rows are checked is checked here: arrays, offsets, users. defense/screen
// checks the rest. Throws Error(argument or unsupported).
hooks::HostAccounts adopt_accounts(const recveil_screen_accounts *given);

// A window that is only read.
hooks::Window borrow_window(const void *window, std::size_t n_bytes);

}  // namespace recveil::abi
