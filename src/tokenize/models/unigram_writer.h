#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "io/utf8.h"
#include "tokenize/models/unigram.h"

namespace sememe {

struct Unigram::Buffers final : TokenModel::Scratch {
  std::vector<double> scores;
  std::vector<std::int32_t> ids;
};

/// Turns a way through a piece into tokens. Unknown neighbours become one, and that one is looked up again, since it
/// may be a token after all (one with a score so low that its characters were better unknown). `parts`, if given, takes
/// tokens as they come.
class Unigram::Writer {
 public:
  static constexpr std::int32_t kUnknown = std::numeric_limits<std::int32_t>::max() - 1;
  static constexpr std::int32_t kUnreached = -1;

  Writer(const Unigram& model, std::string_view piece, std::vector<ModelToken>& out, Parts* parts = nullptr)
      : model_(model), piece_(piece), out_(out), parts_(parts) {}

  /// The way from `start`, where all so far was written, to `end`; ids[i] is of the token that ends at start + i, and
  /// is lost.
  void write(std::vector<std::int32_t>& ids, std::size_t start, std::size_t end) {
    for (std::size_t at = end; at > start;) {
      const std::int32_t id = std::exchange(ids[at - start], marked(ids[at - start]));
      if (id == kUnknown) {
        do {
          --at;
        } while (is_utf8_continuation(piece_[at]));
      } else {
        at -= model_.text(id).size();
      }
    }
    for (std::size_t at = start + 1; at <= end; ++at) {
      if (const std::int32_t id = ids[at - start]; id < kUnreached) add(marked(id), at);
    }
  }

  /// The next token, which ends at `end`.
  void add(std::int32_t id, std::size_t end) {
    if (id == kUnknown || id == model_.unk_id_) {
      unknown_end_ = end;
      return;
    }
    flush();
    put({id, static_cast<std::int32_t>(done_), static_cast<std::int32_t>(end)});
    done_ = unknown_end_ = end;
  }

  void flush() {
    if (unknown_end_ == done_) return;
    const auto begin = static_cast<std::int32_t>(done_), end = static_cast<std::int32_t>(unknown_end_);
    const std::string_view text = piece_.substr(done_, unknown_end_ - done_);
    done_ = unknown_end_;
    const std::int32_t id = text.size() <= model_.longest_ ? model_.find(text) : -1;
    if (id >= 0) {
      put({id, begin, end});
    } else if (model_.byte_fallback_ && std::all_of(text.begin(), text.end(), [&](char c) { return byte(c) >= 0; })) {
      for (const char c : text) put({byte(c), begin, end});
    } else {
      put({*model_.unk_id_, begin, end});
    }
  }

 private:
  /// Of an id on the best way, and back: less than kUnreached, as no id is.
  static constexpr std::int32_t marked(std::int32_t id) { return kUnreached - 1 - id; }
  void put(const ModelToken& token) {
    out_.push_back(token);
    if (parts_ != nullptr && out_.size() >= kPart) parts_->take(out_, out_.size());
  }
  std::int32_t byte(char c) const { return model_.bytes_[static_cast<unsigned char>(c)]; }

  const Unigram& model_;
  std::string_view piece_;
  std::vector<ModelToken>& out_;
  Parts* parts_;
  std::size_t done_ = 0, unknown_end_ = 0;  // what is between waits to be fused
};

}  // namespace sememe
