#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "sememe/matrix.h"

namespace sememe::cli {

/// What a map is made of. `texts` and `labels` are empty, or one for each row.
struct MapInput {
  Matrix vectors;
  std::vector<std::string> texts, labels;
};

/// The points that the flags name: vectors of a .npy file, with the texts of --texts; or texts, which the model embeds;
/// or the words of --demo. Labels come from --labels.
/// Errors  kInvalidArgument: an array that is not (points, dimensions), another number of labels or texts than of
/// points,
///         flags that do not go together; those of read_npy, TextInput, TextReader and Encoder.
MapInput read_map_input(const Arguments& arguments, Console& console);

}  // namespace sememe::cli
