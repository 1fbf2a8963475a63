// What audits of simulated systems saw as the files that a host would export (docs/export.md).
#pragma once

#include <string>

#include "attack/membership.h"
#include "data/read_injection.h"

namespace recveil::audit {

// One split of the membership audit as the files that the lists audit reads:
// writes histories.csv, lists.csv and members.csv of the target, shadow-histories.csv,
// shadow-lists.csv and shadow-members.csv, auxiliary.csv (histories) and items.csv (all items),
// without headers, into `folder`, which is made if it is not there. Users are t0, t1, ... of the
// target, s0, ... of the shadow, a0, ... of the auxiliary people, in order of the rows; items are
// their numbers. Read again, the rows and items are numbered as here. Each file appears whole or
// not at all. Throws Error(Status::io).
void export_lists(const std::string &folder, const attack::Population &target,
                  const attack::Population &shadow, const Interactions &auxiliary);

// One injection of the inversion audit as the files that the injections audit reads: before.csv,
// after.csv, holders.csv, decoys.csv and items.csv (all items). Users are u0, u1, ..., items their
// numbers. As export_lists().
void export_injection(const std::string &folder, const data::InjectionTables &injection);

}  // namespace recveil::audit
