#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/lines.h"
#include "io/file.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {

struct EncodingOutput {
  std::string name = "-";         ///< file, or "-"
  std::string format = "table";   ///< "table", "json" or "ids"
  std::string pair;               ///< the second text of all, for its offsets
  bool show_offsets = false;      ///< in the table
  bool count_characters = false;  ///< offsets in code points
};

/// Writes the tokens of texts.
///   table  for people: a line for each token
///   json   {"index":0,"ids":[...],"tokens":[...],"offsets":[[0,3],...],"type_ids":[...],"special":[...],
///          "word_ids":[...]} a line; pieces that truncation cut off follow as "overflowing":[{"ids":...},...]
///   ids    ids separated by spaces, a text on a line; pieces that truncation cut off have lines of their own
/// Threads  lines() may be called from many at once; the others take turns.
class EncodingWriter {
 public:
  explicit EncodingWriter(const EncodingOutput& output);
  virtual ~EncodingWriter() = default;
  /// Appends what stands in the file for one text.
  virtual void lines(std::int64_t index, std::string_view text, const Encoding& encoding, Lines& out) const = 0;
  void write(std::string_view lines) { file_.write(lines); }
  void flush() { file_.flush(); }
  void finish() { file_.commit(); }

 protected:
  const EncodingOutput output_;

 private:
  AtomicFile file_;
};
std::unique_ptr<EncodingWriter> make_encoding_writer(const EncodingOutput& output);

/// Appends a line of the format "ids".
void append_ids(std::span<const std::int32_t> ids, Lines& out);

/// Turns byte offsets into code point offsets. Each costs its distance from the one before.
class CharacterCounter {
 public:
  explicit CharacterCounter(std::string_view text) : text_(text) {}
  /// Code points in the first `bytes` bytes.
  std::int64_t before(std::int32_t bytes);

 private:
  std::string_view text_;
  std::int32_t at_ = 0;
  std::int64_t characters_ = 0;
};

}  // namespace sememe::cli
