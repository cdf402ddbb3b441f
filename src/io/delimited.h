#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/line_source.h"

namespace sememe {

/// One record of a .csv or .tsv file.
struct DelimitedRecord {
  std::vector<std::string> fields;
  std::string raw;        ///< as it stands in the file, with its line end
  std::int64_t line = 0;  ///< where it starts, from 1
};

/// Reads the next record; false at the end. Blank lines are skipped. With `quotes`, RFC 4180: a field that begins with
/// a quote ends with one, and may hold delimiters, doubled quotes and line ends.
/// Errors  kCorrupt: a quote that never closes, text after a closing quote; those of LineSource.
bool read_delimited(LineSource& lines, char delimiter, bool quotes, DelimitedRecord& record);

}  // namespace sememe
