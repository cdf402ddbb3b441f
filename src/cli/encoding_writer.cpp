#include "cli/encoding_writer.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/utf8.h"

namespace sememe::cli {
namespace {

/// Offsets of an encoding, one after the other, in the unit that was asked for.
class Offsets {
 public:
  Offsets(const Encoding& encoding, std::string_view text, const EncodingOutput& output)
      : encoding_(encoding),
        counters_{CharacterCounter(text), CharacterCounter(output.pair)},
        characters_(output.count_characters) {}

  std::pair<std::int64_t, std::int64_t> at(std::size_t i) {
    const Offset& offset = encoding_.offsets[i];
    if (!characters_) return {offset.begin, offset.end};
    CharacterCounter& counter = counters_[encoding_.run(i).sequence_id == 1 ? 1 : 0];
    const std::int64_t begin = counter.before(offset.begin);
    return {begin, counter.before(offset.end)};
  }

 private:
  const Encoding& encoding_;
  CharacterCounter counters_[2];
  bool characters_;
};

class JsonEncodings : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t index, std::string_view text, const Encoding& encoding, Lines& out) const override {
    JsonWriter json;
    json.begin_object().member("index", index);
    members(json, text, encoding, out);
    if (!encoding.overflowing.empty()) {
      json.key("overflowing").begin_array();
      for (const Encoding& piece : encoding.overflowing) {
        json.begin_object();
        members(json, text, piece, out);
        json.end_object();
      }
      json.end_array();
    }
    json.end_object().end_line();
    out.text.append(json.text());
  }

 private:
  void members(JsonWriter& json, std::string_view text, const Encoding& encoding, Lines& out) const {
    Offsets offsets(encoding, text, output_);
    const auto column = [&](std::string_view name, std::size_t size, const auto& put) {
      json.key(name).begin_array();
      for (std::size_t i = 0; i < size; ++i) {
        put(i);
        if (json.text().size() < Lines::kMuch) continue;
        out.text.append(json.take());
        out.settle();
      }
      json.end_array();
    };
    const std::size_t size = encoding.size();
    column("ids", size, [&](std::size_t i) { json.value(encoding.ids[i]); });
    column("tokens", encoding.tokens.size(), [&](std::size_t i) { json.value(std::string_view(encoding.tokens[i])); });
    column("offsets", size, [&](std::size_t i) {
      const auto [begin, end] = offsets.at(i);
      json.begin_array().value(begin).value(end).end_array();
    });
    column("type_ids", size, [&](std::size_t i) { json.value(encoding.run(i).type_id); });
    column("special", size, [&](std::size_t i) { json.value(encoding.run(i).special ? 1 : 0); });
    column("word_ids", size,
           [&](std::size_t i) { encoding.word_ids[i] < 0 ? json.null() : json.value(encoding.word_ids[i]); });
  }
};

class IdLines : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t, std::string_view, const Encoding& encoding, Lines& out) const override {
    append_ids(encoding.ids, out);
    for (const Encoding& piece : encoding.overflowing) append_ids(piece.ids, out);
  }
};

class EncodingTable : public EncodingWriter {
 public:
  using EncodingWriter::EncodingWriter;

  void lines(std::int64_t index, std::string_view text, const Encoding& encoding, Lines& out) const override {
    if (index > 0) out.text.push_back('\n');
    std::string title = concat("text ", index, ": ", encoding.size(), encoding.size() == 1 ? " token  " : " tokens  ");
    title.append(shorten(printable(text), std::max(20, 80 - static_cast<int>(title.size()))));
    out.text.append(title.append("\n"));
    rows(text, encoding, out);
    for (const Encoding& piece : encoding.overflowing) {
      out.text.append(concat("cut off: ", piece.size(), piece.size() == 1 ? " token\n" : " tokens\n"));
      rows(text, piece, out);
    }
  }

 private:
  void rows(std::string_view text, const Encoding& encoding, Lines& out) const {
    Offsets offsets(encoding, text, output_);
    int width = 5;
    if (output_.show_offsets) {
      for (const std::string& token : encoding.tokens)
        width = std::max(width, std::min(40, display_width(printable(token))));
    }
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      std::string line = right_aligned(static_cast<std::int64_t>(i), 6).append(right_aligned(encoding.ids[i], 8));
      const std::string token = printable(encoding.tokens[i]);
      line.append("  ").append(output_.show_offsets ? pad_right(token, width) : token);
      if (output_.show_offsets) {
        const auto [begin, end] = offsets.at(i);
        line.append(concat("  ", begin, "-", end));
      }
      out.text.append(line.append("\n"));
      out.settle();
    }
  }
};

}  // namespace

void append_ids(std::span<const std::int32_t> ids, Lines& out) {
  constexpr std::size_t kMost = 12;  // characters of an id and what separates it
  constexpr std::size_t kAtOnce = 4096;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    out.settle();
    const auto some = ids.subspan(begin, std::min(kAtOnce, ids.size() - begin));
    const std::size_t size = out.text.size();
    out.text.resize(size + kMost * some.size());
    char *at = out.text.data() + size, *const end = out.text.data() + out.text.size();
    for (const std::int32_t id : some) {
      at = std::to_chars(at, end, id).ptr;
      *at++ = ' ';
    }
    out.text.resize(static_cast<std::size_t>(at - out.text.data()));
  }
  if (!ids.empty()) out.text.pop_back();
  out.text.push_back('\n');
}

EncodingWriter::EncodingWriter(const EncodingOutput& output) : output_(output), file_(output_path(output.name)) {}

std::int64_t CharacterCounter::before(std::int32_t bytes) {
  for (; at_ < bytes; ++at_)
    if (!is_utf8_continuation(text_[static_cast<std::size_t>(at_)])) ++characters_;
  for (; at_ > bytes; --at_)
    if (!is_utf8_continuation(text_[static_cast<std::size_t>(at_) - 1])) --characters_;
  return characters_;
}

std::unique_ptr<EncodingWriter> make_encoding_writer(const EncodingOutput& output) {
  if (output.format == "json") return std::make_unique<JsonEncodings>(output);
  if (output.format == "ids") return std::make_unique<IdLines>(output);
  return std::make_unique<EncodingTable>(output);
}

}  // namespace sememe::cli
