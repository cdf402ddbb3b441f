#include <algorithm>

#include "base/fail.h"
#include "base/log.h"
#include "io/unpacker.h"
#include "io/utf8.h"
#include "words/readers.h"
#include "words/state.h"

namespace sememe {
namespace {

constexpr std::string_view kNames[] = {"text", "binary", "glove", "fasttext", "safetensors"};

/// Says what the log should: rows that were left out, words that are not UTF-8.
void warn(const WordData& data, const std::filesystem::path& path) {
  if (data.duplicates > 0) log_warning(path.string(), ": ", data.duplicates, " words that came again were left out");
  std::int64_t odd = 0;
  for (std::int64_t i = 0; i < data.words.size(); ++i) odd += find_invalid_utf8(data.words.word(i)).has_value();
  if (odd > 0) log_warning(path.string(), ": ", odd, " words are not UTF-8; their bytes are kept");
}

}  // namespace

std::optional<WordFormat> parse_word_format(std::string_view name) {
  const auto at = std::find(std::begin(kNames), std::end(kNames), name);
  if (at == std::end(kNames)) return std::nullopt;
  return static_cast<WordFormat>(at - std::begin(kNames));
}

std::string_view word_format_name(WordFormat format) { return kNames[static_cast<std::size_t>(format)]; }

WordFormat detect_format(const WordSource& source) {
  const std::string_view bytes = source.bytes;
  const std::string name = source.path.string();
  if (bytes.empty()) fail(ErrorCode::kCorrupt, name, ": the file is empty; expected word vectors");
  if (bytes[0] == '\x80' && bytes.size() > 1 && bytes[1] >= 2 && bytes[1] <= 5)
    fail(ErrorCode::kUnsupported, name,
         ": a Python pickle, which can run any code and is never opened; in gensim, save the vectors with "
         "save_word2vec_format(FILE, binary=True)");
  if (const std::string_view program = Unpacker::program_for(bytes); !program.empty())
    fail(ErrorCode::kUnsupported, name, ": a compressed file; unpack it first (", program, ")");
  if (begins_as_safetensors(bytes)) return WordFormat::kSafetensors;
  if (const std::optional<WordHeader> header = find_header(bytes)) {
    const bool text = begins_with_text_row(bytes.substr(header->size), std::max<std::int64_t>(1, header->dim));
    return text ? WordFormat::kText : WordFormat::kBinary;
  }
  if (begins_as_fasttext(bytes)) return WordFormat::kFastText;
  if (begins_with_text_row(bytes, 0)) return WordFormat::kGlove;
  fail(ErrorCode::kUnsupported, name,
       ": not word vectors as this build knows them: word2vec text or binary, GloVe text, fastText .bin or .vec, "
       "safetensors");
}

WordVectors WordVectors::load(const std::filesystem::path& given, const WordLoadOptions& options) {
  const std::filesystem::path in_folder = given / "model.safetensors";
  const std::filesystem::path& path = std::filesystem::exists(in_folder) ? in_folder : given;
  MappedFile file = MappedFile::unpacked(path);
  WordSource source{.path = path, .bytes = file.text(), .limit = options.limit};
  if (source.bytes.starts_with(kByteOrderMark)) source.bytes.remove_prefix(kByteOrderMark.size());
  const WordFormat found = detect_format(source);  // names what is no word vectors, whatever was asked for
  file.will_need();
  WordData data;
  switch (options.format.value_or(found)) {
    case WordFormat::kText:
      data = read_text(source, true);
      break;
    case WordFormat::kBinary:
      data = read_binary(source);
      break;
    case WordFormat::kGlove:
      data = read_text(source, false);
      break;
    case WordFormat::kFastText:
      data = read_fasttext(std::move(file), source);
      break;
    case WordFormat::kSafetensors:
      if (Unpacker::unpacks(MappedFile(path).text()))
        fail(ErrorCode::kUnsupported, path.string(), ": packed safetensors are not read; unpack it first");
      data = read_safetensors(source);
      break;
  }
  warn(data, path);
  auto state = std::make_unique<State>();
  state->name = path.string();
  state->data = std::move(data);
  return WordVectors(std::move(state));
}

}  // namespace sememe
