#include "base/fail.h"
#include "io/utf8.h"
#include "tokenize/decoders/text_decoders.h"
#include "tokenize/formats/components_json.h"

namespace sememe {
namespace {

using DecoderPtr = std::unique_ptr<const Decoder>;

std::string read_text(const Json& json, std::string_view key) { return std::string(json.at(key).as_string()); }

std::string read_character(const Json& json, std::string_view key) {
  const Json value = json.at(key);
  const std::string_view text = value.as_string();
  if (text.empty() || static_cast<std::size_t>(decode_utf8(text, 0).length) != text.size()) {
    value.fail(concat("expected one character, found ", quote(text)));
  }
  return std::string(text);
}

std::int64_t read_count(const Json& json, std::string_view key) {
  const Json value = json.at(key);
  const std::int64_t count = value.as_int();
  if (count < 0) value.fail("expected 0 or more");
  return count;
}

DecoderPtr read_wordpiece_decoder(const Json& json) {
  return std::make_unique<WordPieceDecoder>(json.get_string("prefix", "##"), json.get_bool("cleanup", true));
}

DecoderPtr read_bpe_decoder(const Json& json) { return std::make_unique<BpeDecoder>(read_text(json, "suffix")); }

DecoderPtr read_metaspace_decoder(const Json& json) {
  std::string scheme = json.get_string("prepend_scheme", "always");
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    json.at("prepend_scheme").fail("expected always, first or never, found " + quote(scheme));
  }
  if (!json.get_bool("add_prefix_space", true) && scheme != "never") {
    json.at("add_prefix_space").fail("false does not agree with prepend_scheme " + quote(scheme));
  }
  return std::make_unique<MetaspaceDecoder>(read_character(json, "replacement"), scheme != "never");
}

DecoderPtr read_ctc(const Json& json) {
  return std::make_unique<CtcDecoder>(read_text(json, "pad_token"), read_text(json, "word_delimiter_token"),
                                      json.at("cleanup").as_bool());
}

DecoderPtr read_replace(const Json& json) {
  const Json pattern = json.at("pattern");
  std::string content = read_text(json, "content");
  if (const auto regex = pattern.find("Regex")) {
    return std::make_unique<ReplaceDecoder>(Regex(regex->as_string()), std::move(content));
  }
  return std::make_unique<ReplaceDecoder>(read_text(pattern, "String"), std::move(content));
}

DecoderPtr read_strip(const Json& json) {
  return std::make_unique<StripDecoder>(read_character(json, "content"), read_count(json, "start"),
                                        read_count(json, "stop"));
}

DecoderPtr read_sequence(const Json& json) {
  std::vector<DecoderPtr> steps;
  for (const Json& step : json.at("decoders").elements()) steps.push_back(read_decoder(step));
  return std::make_unique<DecoderSequence>(std::move(steps));
}

constexpr std::array<std::pair<std::string_view, Reader<Decoder>>, 10> kDecoders{{
    {"BPEDecoder", read_bpe_decoder},
    {"ByteFallback", plain<Decoder, ByteFallbackDecoder>},
    {"ByteLevel", plain<Decoder, ByteLevelDecoder>},
    {"CTC", read_ctc},
    {"Fuse", plain<Decoder, FuseDecoder>},
    {"Metaspace", read_metaspace_decoder},
    {"Replace", read_replace},
    {"Sequence", read_sequence},
    {"Strip", read_strip},
    {"WordPiece", read_wordpiece_decoder},
}};

/// Older files do not always name the type: the members tell.
constexpr std::pair<std::string_view, Reader<Decoder>> kUntagged[] = {
    {"suffix", read_bpe_decoder}, {"cleanup", read_wordpiece_decoder},
    {"pad_token", read_ctc},      {"pattern", read_replace},
    {"start", read_strip},
};

}  // namespace

DecoderPtr read_decoder(const Json& json) {
  if (!json.find("type")) {
    for (const auto& [member, read] : kUntagged) {
      if (json.find(member) && !(member == "cleanup" && json.find("pad_token"))) return read(json);
    }
  }
  return dispatch<Decoder>(kDecoders, "decoder", json);
}

}  // namespace sememe
