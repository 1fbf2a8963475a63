// From a trusted window to a screening model.
#pragma once

#include <cstdint>

#include "core/screening.h"
#include "defense/screen/screen_model.h"
#include "hooks/update/window.h"

namespace recveil::hooks {

// By the policy's method and rates. Throws Error(data) for too few accounts. Reports its progress
// (core/watch.h).
defense::ScreenModel train_screen_model(const Window &window, const ScreenPolicy &policy,
                                        std::uint64_t seed);

}  // namespace recveil::hooks
