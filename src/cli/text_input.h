#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "io/text_reader.h"

namespace sememe::cli {

inline constexpr Option kInputFormatOption = {"input-format", '\0', "lines|jsonl|csv|tsv",
                                              "Format of the input, whatever its name (default: by name, else lines)"};
inline constexpr Option kFieldOption = {"field", '\0', "NAME",
                                        "Member of a JSON line that holds the text (default: text)"};
inline constexpr Option kColumnOption = {
    "column", '\0', "NAME",
    "Column of a CSV or TSV file, by name or by number from 1 (default: text, or the only one)"};
inline constexpr Option kLossyOption = {"lossy", '\0', "", "Replace invalid UTF-8 by U+FFFD instead of refusing it"};

/// What the four flags above say.
ReaderOptions reader_options(const Arguments& arguments);

/// Flags of all commands that read texts.
const OptionGroup& text_options();

/// A text is cut to some hundred tokens by most commands: whoever has a longer record than this has the wrong file.
inline constexpr std::int64_t kMaxRecordBytes = std::int64_t{8} << 20;
/// Of commands that cut nothing: a book may be one text.
inline constexpr std::int64_t kMaxBookBytes = std::int64_t{1} << 30;
/// TextInput::read() takes no further text when it has so many bytes, unless it is told otherwise.
inline constexpr std::int64_t kMaxChunkBytes = std::int64_t{4} << 20;

/// The texts of a run, in chunks: the operands, else the file of --input, else standard input unless it is a terminal.
class TextInput {
 public:
  /// `format` overrides what the file's name and --input-format say.
  /// Errors  kInvalidArgument: both texts and --input, or neither and standard input is a terminal; those of
  /// TextReader.
  explicit TextInput(const Arguments& arguments, std::optional<TextFormat> format = std::nullopt,
                     std::int64_t max_record_bytes = kMaxRecordBytes);

  /// Makes `records` the next texts, at most `max_texts`, and none after `max_bytes`; none at the end. They take the
  /// memory of what was there, and are valid UTF-8.
  /// Errors  kInvalidArgument: an operand that is not UTF-8 (without --lossy); those of TextReader.
  void read(std::int64_t max_texts, std::vector<TextRecord>& records, std::int64_t max_bytes = kMaxChunkBytes);

  /// Number of texts, if it is known before they are read.
  std::optional<std::int64_t> count() const;
  /// How much of the input was read, from 0 to 1; negative if unknown.
  double fraction() const;
  /// "texts.jsonl", for messages.
  std::string name() const;
  /// "texts.jsonl:7" of a record, "text 7" of an operand.
  std::string where(const TextRecord& record) const;

 private:
  const std::vector<std::string>& operands_;
  bool lossy_;
  std::size_t next_ = 0;  // of operands_
  std::optional<TextReader> reader_;
};

/// How many texts to take at a time so that a chunk takes about half a second: a progress line has something to tell,
/// and the encoder enough to fill its batches.
class ChunkSize {
 public:
  explicit ChunkSize(std::int64_t most) : most_(most), texts_(std::min<std::int64_t>(most, 512)) {}
  std::int64_t texts() const { return texts_; }
  void took(std::int64_t texts, double seconds);

 private:
  std::int64_t most_, texts_;
};

}  // namespace sememe::cli
