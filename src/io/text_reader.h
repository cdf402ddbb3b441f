#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sememe {

enum class TextFormat {
  kAuto,   ///< by the file's name: .jsonl, .ndjson, .csv, .tsv (each also with .gz or .zst), else kLines
  kLines,  ///< one text a line, ended by LF or CR LF (the last by nothing); empty lines are texts
  kJsonl,  ///< one JSON object a line; blank lines are skipped
  kCsv,    ///< RFC 4180: quoted fields may hold commas, doubled quotes and line ends; blank lines are skipped
  kTsv,    ///< tabs between fields, quotes mean nothing (IANA text/tab-separated-values); blank lines are skipped
};

struct ReaderOptions {
  TextFormat format = TextFormat::kAuto;
  std::string field = "text";  ///< kJsonl: the member that holds the text
  /// kCsv, kTsv: the column's name, or its number from 1. Empty: the column "text", or the only one.
  std::string column;
  bool header = true;           ///< kCsv, kTsv: the first record names the columns
  bool lossy = false;           ///< invalid UTF-8 becomes U+FFFD instead of an error
  bool keep_line_ends = false;  ///< kLines: a text is a line with its LF or CR LF
  std::int64_t max_record_bytes = std::int64_t{64} << 20;
};

struct TextRecord {
  std::string text;       ///< valid UTF-8; may hold NUL and line feeds
  std::int64_t line = 0;  ///< where its record starts, from 1
};

/// Streams the texts of a file or of standard input ("-"), unpacked as ByteSource does. Memory is bounded by one
/// record. A UTF-8 byte order mark at the start is dropped; an empty file has no texts.
///
/// Errors  kInvalidArgument: invalid UTF-8 ("a.txt:7: ... at byte 12"), a record longer than
///         max_record_bytes (without reading the rest of it), a column that is not there; kCorrupt, with file and line:
///         bad JSON, a field that is absent or no string, a broken quote, too few fields; those of ByteSource.
class TextReader {
 public:
  explicit TextReader(const std::filesystem::path& path, ReaderOptions options = {});
  ~TextReader();
  TextReader(TextReader&&) noexcept;
  TextReader& operator=(TextReader&&) noexcept;

  /// False at the end, and then `record` is left alone.
  bool next(TextRecord& record);
  /// Makes `records` the next texts: until there are `max_texts`, or they hold `max_bytes` or more together, or the
  /// next one is waited for (20 ms): what comes by a pipe is not held back. None at the end. They take the memory of
  /// what was there, up to 1 KiB a text, so that it is not freed by one thread while another one waits for some.
  void read(std::int64_t max_texts, std::int64_t max_bytes, std::vector<TextRecord>& records);

  const std::string& name() const;   ///< the path, or "standard input"
  std::int64_t bytes_read() const;   ///< of the file as stored, for a progress bar
  std::int64_t total_bytes() const;  ///< 0 if unknown (a pipe)

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sememe
