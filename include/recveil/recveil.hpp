// Recveil for C++17 and later: handles that close themselves, and errors as exceptions.
// Header-only, over the C functions; link librecveil, or load it with recveil/loader.hpp.
#ifndef RECVEIL_RECVEIL_HPP
#define RECVEIL_RECVEIL_HPP

#include "recveil/api.hpp"
#include "recveil/engine.hpp"
#include "recveil/forget.hpp"

#endif
