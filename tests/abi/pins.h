/* What the pins are made of: see pins.c. */
#ifndef RECVEIL_TESTS_PINS_H
#define RECVEIL_TESTS_PINS_H

#include "recveil/recveil.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define WIDTH(type, field, size) \
  _Static_assert(sizeof(((type *)0)->field) == (size), #type "." #field)
#define VALUE(name, value) _Static_assert((name) == (value), #name)

#endif
