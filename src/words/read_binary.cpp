#include <algorithm>
#include <cstring>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/readers.h"

namespace sememe {

WordData read_binary(const WordSource& source) {
  constexpr std::size_t kLongestWord = 1 << 16;
  const WordHeader header = read_header(source, 1, sizeof(float));
  const std::int64_t wanted = source.limit > 0 ? std::min(header.words, source.limit) : header.words;
  const auto row_bytes = static_cast<std::size_t>(header.dim) * sizeof(float);
  WordData data;
  data.format = WordFormat::kBinary;
  data.dim = header.dim;
  data.vectors = Buffer<float>(wanted * header.dim);

  std::size_t at = header.size;
  for (std::int64_t row = 0; row < wanted; ++row) {
    while (at < source.bytes.size() && source.bytes[at] == '\n') ++at;  // word2vec ends a row with one, gensim does not
    const std::size_t length = source.bytes.substr(at, kLongestWord).find(' ');
    if (length == std::string_view::npos && source.bytes.size() - at >= kLongestWord)
      fail(ErrorCode::kCorrupt, source.path.string(), ": byte ", at, ": word ", row + 1, " has no end within ",
           kLongestWord, " bytes; the file is damaged or has another format");
    if (length == std::string_view::npos || source.bytes.size() - at - length - 1 < row_bytes)
      fail(ErrorCode::kCorrupt, source.path.string(), ": byte ", at, ": the file ends within word ", row + 1, " of ",
           header.words, "; it may have been cut off");
    const std::string_view word = source.bytes.substr(at, length);
    at += length + 1;
    float* const out = data.vectors.data() + data.words.size() * header.dim;
    std::memcpy(out, source.bytes.data() + at, row_bytes);
    if (!kernels().all_finite(out, header.dim))
      fail(ErrorCode::kCorrupt, source.path.string(), ": byte ", at, ": the vector of ", quote(word, 40),
           " has a component that is not a finite number");
    at += row_bytes;
    if (!data.words.add(word)) ++data.duplicates;
  }
  while (at < source.bytes.size() && source.bytes[at] == '\n') ++at;
  if (wanted == header.words && at < source.bytes.size())
    fail(ErrorCode::kCorrupt, source.path.string(), ": byte ", at, ": ", source.bytes.size() - at,
         " bytes after the last of ", header.words, " words");
  return data;
}

}  // namespace sememe
