#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sememe::train {

/// Rows of named columns from .jsonl, .tsv or .csv (each also with .gz or .zst). A row is one object or record; a list
/// of texts is one text, with commas.
///
/// Errors   kInvalidArgument: a column that is not there (names those that are), another kind of file; kCorrupt, with
///          file and line: a row without a column, a value that is neither text, number nor list of texts; those of
///          LineSource.
class RecordReader {
 public:
  /// A column may be written "a|b": the first of the names that the file has.
  RecordReader(const std::filesystem::path& path, std::vector<std::string> columns);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;

  /// False at the end. fields[i] is column i of the row, valid UTF-8.
  bool next(std::vector<std::string>& fields);
  /// "pairs.tsv:7" of the row that next() gave.
  std::string where() const;
  std::int64_t line() const;  ///< of the same, from 1

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The number that a field holds. Errors  kCorrupt, naming `where`.
double number_in(const std::string& field, const std::string& where);

}  // namespace sememe::train
