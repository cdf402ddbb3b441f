#include "tokenize/formats/tiktoken_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "base/fail.h"
#include "io/base64.h"
#include "io/file.h"
#include "tokenize/byte_alphabet.h"
#include "tokenize/decoders/text_decoders.h"
#include "tokenize/models/bpe.h"
#include "tokenize/pre_tokenizers/byte_level.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "tokenize/pre_tokenizers/patterns.h"
#include "tokenize/pre_tokenizers/split.h"

namespace sememe {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPatterns{{{"gpt2", patterns::kGpt2Possessive},
                                                                                  {"cl100k", patterns::kCl100k},
                                                                                  {"o200k", patterns::kO200k},
                                                                                  {"llama3", patterns::kLlama3}}};

struct Special {
  std::string_view text;
  std::int32_t id;
};
constexpr Special kGpt2Specials[] = {{"<|endoftext|>", 50256}};
constexpr Special kCl100kSpecials[] = {{"<|endoftext|>", 100257},
                                       {"<|fim_prefix|>", 100258},
                                       {"<|fim_middle|>", 100259},
                                       {"<|fim_suffix|>", 100260},
                                       {"<|endofprompt|>", 100276}};
constexpr Special kO200kSpecials[] = {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}};

struct RankFile {
  std::string_view name, pattern;
  std::span<const Special> specials;
};
constexpr RankFile kRankFiles[] = {
    {"r50k_base", patterns::kGpt2Possessive, kGpt2Specials},
    {"p50k_base", patterns::kGpt2Possessive, kGpt2Specials},
    {"cl100k_base", patterns::kCl100k, kCl100kSpecials},
    {"o200k_base", patterns::kO200k, kO200kSpecials},
};

std::string in_byte_alphabet(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) append_utf8(out, kByteAlphabet[static_cast<unsigned char>(byte)]);
  return out;
}

/// A token and its rank, of "IQ== 0".
std::optional<std::pair<std::string, std::int32_t>> read_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto token = decode_base64(line.substr(0, space));
  std::int32_t rank = -1;
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data() + space + 1, end, rank);
  if (!token || token->empty() || parsed.ec != std::errc() || parsed.ptr != end || rank < 0) return std::nullopt;
  return std::pair(std::move(*token), rank);
}

std::unique_ptr<const Bpe> read_model(std::string_view text, std::span<const Special> specials,
                                      const std::string& where) {
  Vocabulary::Builder builder(where);
  builder.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  std::array<bool, 256> bytes{};
  std::vector<std::int32_t> ids;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line == "\r") continue;
    const auto entry = read_line(line);
    if (!entry) {
      fail(ErrorCode::kCorrupt, where, ": line ", number, ": expected a token in base64, a space and its rank, found ",
           quote(line, 40));
    }
    const auto& [token, rank] = *entry;
    if (token.size() == 1) bytes[static_cast<unsigned char>(token[0])] = true;
    builder.add(in_byte_alphabet(token), rank);
    ids.push_back(rank);
  }
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
    if (!bytes[byte]) fail(ErrorCode::kCorrupt, where, ": no token for the byte ", byte, "; the file is not complete");
  }
  for (const Special& special : specials) {
    if (std::find(ids.begin(), ids.end(), special.id) == ids.end()) builder.add(special.text, special.id);
  }
  return std::make_unique<const Bpe>(builder.build(), std::move(ids), where);
}

}  // namespace

bool looks_like_tiktoken(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  return end != std::string_view::npos && end < 1000 && read_line(bytes.substr(0, end));
}

Pipeline read_tiktoken_file(const std::filesystem::path& path, const std::optional<std::string>& pattern) {
  const std::string where = path.string();
  const MappedFile file(path);
  const auto* const rank_file = std::find_if(std::begin(kRankFiles), std::end(kRankFiles),
                                             [&](const RankFile& known) { return known.name == path.stem().string(); });
  const bool known = rank_file != std::end(kRankFiles);
  if (!known && !pattern) {
    fail(ErrorCode::kUnsupported, where,
         ": the file does not say how texts are split; expected the name r50k_base, p50k_base, cl100k_base or "
         "o200k_base, or a pattern: gpt2, cl100k, o200k, llama3 or a regular expression");
  }
  std::string_view regex = pattern ? std::string_view(*pattern) : rank_file->pattern;
  for (const auto& [name, value] : kPatterns) {
    if (regex == name) regex = value;
  }
  Pipeline pipeline;
  pipeline.model = read_model(file.text(), known ? rank_file->specials : std::span<const Special>(), where);
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  // What no match covers is left out.
  steps.push_back(
      std::make_unique<Split>(Split::Kind::kRegex, regex, SplitBehavior::kRemoved, true, RegexSyntax::kFancyRegex));
  steps.push_back(std::make_unique<ByteLevel>(ByteLevel::Options{.add_prefix_space = false, .use_regex = false}));
  pipeline.pre_tokenizer = std::make_unique<PreTokenizerSequence>(std::move(steps));
  pipeline.decoder = std::make_unique<ByteLevelDecoder>();
  pipeline.source = where;
  return pipeline;
}

}  // namespace sememe
