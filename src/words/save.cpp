#include <array>
#include <charconv>

#include "base/fail.h"
#include "io/file.h"
#include "words/blanks.h"
#include "words/python_float.h"
#include "words/state.h"
#include "words/write_safetensors.h"

namespace sememe {
namespace {

/// `word` as a file can hold it; all formats end it with a space, and text ends a row with a line.
std::string storable(std::string_view word, const WordSaveOptions& options) {
  std::string out;
  for (const char c : word) {
    if (is_blank(c) && options.space.empty())
      fail(ErrorCode::kInvalidArgument, "the word ", quote(word, 40),
           " has a space inside, which files of word vectors cannot hold; give a text to stand for spaces");
    is_blank(c) ? out.append(options.space) : out.append(1, c);
  }
  if (out.empty()) fail(ErrorCode::kInvalidArgument, "the word ", quote(word), " would be empty in the file");
  return out;
}

}  // namespace

void append_python_float(std::string& out, float number) {
  std::array<char, 24> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::scientific).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  constexpr int kLeast = -4, kMost = 16;  // beyond, Python writes an exponent
  if (exponent < kLeast || exponent >= kMost) {
    out.append(text);
    return;
  }
  std::string plain;  // all digits, without sign and point
  for (const char c : text.substr(0, e))
    if (c >= '0' && c <= '9') plain.push_back(c);
  if (text.front() == '-') out.push_back('-');
  const auto whole = static_cast<std::size_t>(std::max(0, exponent + 1));
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(plain);
  } else {
    if (plain.size() <= whole) plain.append(whole - plain.size() + 1, '0');
    out.append(plain, 0, whole).append(1, '.').append(plain, whole);
  }
}

void WordVectors::save(const std::filesystem::path& path, const WordSaveOptions& options) const {
  if (options.format == WordFormat::kFastText)
    fail(ErrorCode::kUnsupported, path.string(),
         ": this build does not write fastText's .bin; train one with words train, or choose text or binary");
  if (options.space.find_first_of(kBlanks) != std::string::npos)
    fail(ErrorCode::kInvalidArgument, "what stands for spaces has a space itself: ", quote(options.space));
  if (options.format == WordFormat::kSafetensors) {
    std::string words;
    for (std::int64_t i = 0; i < size(); ++i) {
      if (word(i).find('\n') != std::string_view::npos)
        fail(ErrorCode::kInvalidArgument, "the word ", quote(word(i), 40), " has a line end inside");
      words.append(word(i)).append(1, '\n');
    }
    return write_word_tensors(path, vectors(), words, options.bytes);
  }
  AtomicFile file(path);
  if (options.format != WordFormat::kGlove) file.write(concat(size(), ' ', dim(), '\n'));
  const bool binary = options.format == WordFormat::kBinary;
  std::string line;
  for (std::int64_t i = 0; i < size(); ++i) {
    const std::span<const float> row = vectors().row_span(i);
    line = storable(word(i), options);
    if (binary) {
      line.append(1, ' ').append(reinterpret_cast<const char*>(row.data()), row.size_bytes());
    } else {
      for (const float value : row) append_python_float(line.append(1, ' '), value);
      line.append(1, '\n');
    }
    file.write(line);
  }
  file.commit();
}

}  // namespace sememe
