#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sememe::train {

/// Rows of named columns from .jsonl, .tsv or .csv (each also with .gz or .zst). A row is one object or record; a list
/// of texts, or of numbers, is one text, with commas; null is an empty text.
///
/// Errors   kInvalidArgument: a column that is not there (names those that are), another kind of file; kCorrupt, with
///          file and line: a row without a column, a value that is neither text, number, truth value nor list of texts
///          or of numbers; those of LineSource.
class RecordReader {
 public:
  /// A column may be written "a|b": the first of the names that the file has; "a|": nothing, where it is not there.
  RecordReader(const std::filesystem::path& path, std::vector<std::string> columns);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;

  /// False at the end. fields[i] is column i of the row, valid UTF-8.
  bool next(std::vector<std::string>& fields);
  /// "pairs.tsv:7" of the row that next() gave.
  std::string where() const;
  const std::string& column(std::size_t i) const;  ///< the name that column i has in this row
  std::int64_t line() const;                       ///< of the same, from 1

 private:
  friend std::vector<std::string> column_names(const std::filesystem::path& path);
  struct State;
  std::unique_ptr<State> state_;
};

/// The columns of a file: those of its header, or of its first object. None: it holds no rows. Errors  those of
/// reading.
std::vector<std::string> column_names(const std::filesystem::path& path);

/// The number that a field holds; "true" is 1 and "false" 0. Errors  kCorrupt, naming `where`.
double number_in(std::string_view field, const std::string& where);

/// The numbers of a list as the reader gives it ("5, 1.5"), in brackets or not. Errors  the same.
std::vector<double> numbers_in(std::string_view field, const std::string& where);

}  // namespace sememe::train
