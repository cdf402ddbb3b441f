#include "cli/encoding_writer.h"

#include <algorithm>
#include <charconv>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/utf8.h"

namespace sememe::cli {
namespace {

/// Offsets of an encoding in the unit that was asked for.
std::vector<std::pair<std::int64_t, std::int64_t>> offsets_of(const Encoding& encoding, std::string_view text,
                                                              const EncodingOutput& output) {
  CharacterCounter counters[] = {CharacterCounter(text), CharacterCounter(output.pair)};
  std::vector<std::pair<std::int64_t, std::int64_t>> offsets;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    const Offset& offset = encoding.offsets[i];
    CharacterCounter& counter = counters[encoding.sequence_ids[i] == 1 ? 1 : 0];
    if (output.count_characters)
      offsets.emplace_back(counter.before(offset.begin), counter.before(offset.end));
    else
      offsets.emplace_back(offset.begin, offset.end);
  }
  return offsets;
}

class JsonEncodings : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t index, std::string_view text, const Encoding& encoding, std::string& out) const override {
    JsonWriter json;
    json.begin_object().member("index", index);
    members(json, text, encoding);
    if (!encoding.overflowing.empty()) {
      json.key("overflowing").begin_array();
      for (const Encoding& piece : encoding.overflowing) {
        json.begin_object();
        members(json, text, piece);
        json.end_object();
      }
      json.end_array();
    }
    json.end_object().end_line();
    out.append(json.text());
  }

 private:
  void members(JsonWriter& json, std::string_view text, const Encoding& encoding) const {
    integers(json, "ids", encoding.ids);
    json.key("tokens").begin_array();
    for (const std::string& token : encoding.tokens) json.value(std::string_view(token));
    json.end_array().key("offsets").begin_array();
    for (const auto& [begin, end] : offsets_of(encoding, text, output_))
      json.begin_array().value(begin).value(end).end_array();
    json.end_array();
    integers(json, "type_ids", encoding.type_ids);
    integers(json, "special", encoding.special);
    json.key("word_ids").begin_array();
    for (const std::int32_t word : encoding.word_ids) word < 0 ? json.null() : json.value(word);
    json.end_array();
  }

  template <class T>
  static void integers(JsonWriter& json, std::string_view name, const std::vector<T>& values) {
    json.key(name).begin_array();
    for (const T value : values) json.value(value);
    json.end_array();
  }
};

class IdLines : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t, std::string_view, const Encoding& encoding, std::string& out) const override {
    line(encoding, out);
    for (const Encoding& piece : encoding.overflowing) line(piece, out);
  }

 private:
  static void line(const Encoding& encoding, std::string& out) {
    constexpr std::size_t kMost = 12;  // characters of an id and what separates it
    // Of many ids the characters are counted first: room for the most that they may have would fill the memory.
    constexpr std::size_t kMany = 1 << 16;
    const std::size_t begin = out.size(), count = encoding.ids.size();
    out.resize(begin + 1 + (count < kMany ? kMost * count : characters_of(encoding.ids)));
    char *at = out.data() + begin, *const end = out.data() + out.size();
    for (const std::int32_t id : encoding.ids) {
      at = std::to_chars(at, end, id).ptr;
      *at++ = ' ';
    }
    if (count > 0) --at;
    *at++ = '\n';
    out.resize(static_cast<std::size_t>(at - out.data()));
  }

  /// With one that separates them after each.
  static std::size_t characters_of(const std::vector<std::int32_t>& ids) {
    std::size_t characters = 0;
    for (std::int32_t id : ids) {
      characters += id < 0 ? 3 : 2;
      for (; id <= -10 || id >= 10; id /= 10) ++characters;
    }
    return characters;
  }
};

class EncodingTable : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t index, std::string_view text, const Encoding& encoding, std::string& out) const override {
    if (index > 0) out.push_back('\n');
    std::string title = concat("text ", index, ": ", encoding.size(), encoding.size() == 1 ? " token  " : " tokens  ");
    title.append(shorten(printable(text), std::max(20, 80 - static_cast<int>(title.size()))));
    out.append(title.append("\n"));
    rows(text, encoding, out);
    for (const Encoding& piece : encoding.overflowing) {
      out.append(concat("cut off: ", piece.size(), piece.size() == 1 ? " token\n" : " tokens\n"));
      rows(text, piece, out);
    }
  }

 private:
  void rows(std::string_view text, const Encoding& encoding, std::string& out) const {
    const auto offsets = offsets_of(encoding, text, output_);
    std::vector<std::string> tokens;
    int width = 5;
    for (const std::string& token : encoding.tokens) {
      tokens.push_back(printable(token));
      width = std::max(width, std::min(40, display_width(tokens.back())));
    }
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      std::string line = right_aligned(static_cast<std::int64_t>(i), 6).append(right_aligned(encoding.ids[i], 8));
      line.append("  ").append(output_.show_offsets ? pad_right(tokens[i], width) : tokens[i]);
      if (output_.show_offsets) line.append(concat("  ", offsets[i].first, "-", offsets[i].second));
      out.append(line.append("\n"));
    }
  }
};

}  // namespace

EncodingWriter::EncodingWriter(const EncodingOutput& output) : output_(output), file_(output_path(output.name)) {}

std::int64_t CharacterCounter::before(std::int32_t bytes) {
  if (bytes < at_) at_ = 0, characters_ = 0;
  for (; at_ < bytes; ++at_)
    if (!is_utf8_continuation(text_[static_cast<std::size_t>(at_)])) ++characters_;
  return characters_;
}

std::unique_ptr<EncodingWriter> make_encoding_writer(const EncodingOutput& output) {
  if (output.format == "json") return std::make_unique<JsonEncodings>(output);
  if (output.format == "ids") return std::make_unique<IdLines>(output);
  return std::make_unique<EncodingTable>(output);
}

}  // namespace sememe::cli
