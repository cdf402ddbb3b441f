#pragma once

#include "cli/command.h"

namespace sememe::cli {

extern const Command kTrainMine;

}  // namespace sememe::cli
