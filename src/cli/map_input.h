#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "explore/scene.h"
#include "sememe/encoder.h"
#include "sememe/matrix.h"
#include "sememe/words.h"

namespace sememe::cli {

/// What a map is made of. `texts` and `labels` are empty, or one for each row.
struct MapInput {
  Matrix vectors;
  std::vector<std::string> texts, labels;
  std::vector<SceneColumn> columns;  ///< every --labels-field; labels are the values of the first
  std::string model;                 ///< that embedded the texts
  std::optional<WordVectors> words;  ///< all of the file, if they are kept
};

/// Flags that name points and what is known of them.
inline constexpr Option kMapInputOption = {
    "input", 'i', "FILE",
    "Read vectors from FILE.npy, word vectors from FILE.vec or FILE.bin, or texts, which are embedded first, from any "
    "other FILE; - is standard input"};
inline constexpr Option kWordsOption = {
    "words", '\0', "", "The input is a file of word vectors, whatever its name: word2vec, GloVe or fastText"};
inline constexpr Option kLimitOption = {
    "limit", '\0', "N", "Of word vectors, take the first N (default: 20000; 0 is all)", 0, std::int64_t{1} << 30};
inline constexpr Option kLabelsOption = {
    "labels", '\0', "FILE",
    "A label for each point, which colours it: one a line; .jsonl, .csv and .tsv by their name"};
inline constexpr Option kLabelsFieldOption = {
    .name = "labels-field",
    .value = "NAME",
    .help =
        "Member or column that holds the label, of --labels or else of the file of the texts; may be repeated for "
        "an .html (default: label)",
    .repeats = true};
inline constexpr Option kTextsOption = {"texts", '\0', "FILE",
                                        "The texts of vectors, one for each; formats as for --labels"};
inline constexpr Option kDemoOption = {"demo", '\0', "", "Draw fourteen words of four categories"};

/// Fourteen words of four categories, and their vectors.
MapInput demo_input(const Encoder& encoder, const EncodeOptions& options);

/// The points that the flags name: vectors of a .npy file, with the texts of --texts; or the words of a file of word
/// vectors; or texts, which the model embeds; or the words of --demo. Labels come from --labels; or, where only
/// --labels-field is given, from the file of the texts. `keep_words`: the whole file of word vectors is needed later.
/// Errors  kInvalidArgument: an array that is not (points, dimensions), another number of labels or texts than of
///         points, flags that do not go together; those of read_npy, WordVectors, TextInput, TextReader and Encoder.
MapInput read_map_input(const Arguments& arguments, Console& console, bool keep_words = false);

}  // namespace sememe::cli
