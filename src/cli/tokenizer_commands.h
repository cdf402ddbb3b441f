#pragma once

#include "cli/command.h"

namespace sememe::cli {

/// The members of kTokenizer.
extern const Command kTokenizerTrain, kTokenizerInfo;

}  // namespace sememe::cli
