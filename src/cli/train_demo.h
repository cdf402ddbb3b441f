#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

namespace sememe::cli {

/// sememe train --demo: a tiny model learns from random weights, and the program tells what changed. Learns from --data
/// if given, else from pairs that it makes up itself; judges by --eval; keeps the model if --out is given.
int run_train_demo(const Arguments& arguments, Console& console);

}  // namespace sememe::cli
