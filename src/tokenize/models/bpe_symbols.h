#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenize/models/bpe.h"

namespace sememe {

struct Bpe::Buffers final : TokenModel::Scratch, BpeBuffers {
  std::vector<std::uint64_t> skipped;
};

/// The symbols of a piece, front to back. What they are and how long each counts is as in Hugging Face tokenizers, also
/// where that is odd: bytes overtake an unknown character that waits to be fused, and lengths are of what was read, so
/// that symbols after a character that vanished have ranges that come too early.
class Bpe::SymbolReader {
 public:
  SymbolReader(const Bpe& model, std::string_view piece) : model_(model), piece_(piece) {}

  bool done() const { return at_ == piece_.size() && unknown_ < 0; }

  /// Appends at least `count` symbols, if the piece has that many.
  void read(std::size_t count, BpeSymbols& out) {
    const std::size_t most = 5 + model_.options_.continuing_prefix.size() + model_.options_.end_suffix.size();
    const std::size_t wanted = out.size + count;
    out.reserve(wanted + most);
    while (out.size < wanted && at_ < piece_.size()) {
      const CodePoint c = decode_utf8(piece_, at_);
      const std::size_t end = at_ + static_cast<std::size_t>(c.length);
      const std::size_t table = model_.table_[(at_ > 0 ? 1 : 0) + (end == piece_.size() ? 2 : 0)];
      const std::int32_t symbol = model_.characters_[table].find(c.value);
      if (symbol >= 0) {
        flush(out);
        out.add(symbol, c.length);
      } else if (!add_bytes(at_, end, out)) {
        add_unknown(c.length, out);
      }
      at_ = end;
    }
    if (at_ == piece_.size()) flush(out);
  }

 private:
  void flush(BpeSymbols& out) {
    if (unknown_ < 0) return;
    out.add(model_.unk_, unknown_);
    unknown_ = -1;
  }

  bool add_bytes(std::size_t begin, std::size_t end, BpeSymbols& out) {
    if (!model_.options_.byte_fallback) return false;
    const std::string_view parts[] = {begin > 0 ? std::string_view(model_.options_.continuing_prefix) : "",
                                      piece_.substr(begin, end - begin),
                                      end == piece_.size() ? std::string_view(model_.options_.end_suffix) : ""};
    const std::size_t before = out.size;
    for (const std::string_view part : parts) {
      for (const char byte : part) {
        const std::int32_t symbol = model_.bytes_[static_cast<unsigned char>(byte)];
        if (symbol < 0) {
          out.size = before;
          return false;
        }
        out.add(symbol, 1);
      }
    }
    return true;
  }

  void add_unknown(std::int32_t length, BpeSymbols& out) {
    if (!model_.options_.unk_token) return;
    if (model_.unk_ < 0) {
      fail(ErrorCode::kCorrupt, model_.where_, ": the text has a character without a token, and the unknown token ",
           quote(*model_.options_.unk_token), " is not in the vocabulary");
    }
    if (!model_.options_.fuse_unk) flush(out);
    unknown_ = std::max(unknown_, 0) + length;
  }

  const Bpe& model_;
  std::string_view piece_;
  std::size_t at_ = 0;
  std::int32_t unknown_ = -1;  // length of the unknown characters that are not yet among the symbols
};

}  // namespace sememe
