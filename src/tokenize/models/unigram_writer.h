#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "io/utf8.h"
#include "tokenize/models/unigram.h"

namespace sememe {

struct Unigram::Buffers final : TokenModel::Scratch {
  std::vector<double> scores;
  std::vector<std::int32_t> ids;
  struct Step {
    std::int32_t id;
    std::size_t end;
  };
  std::vector<Step> path;
};

/// Turns a way through a piece into tokens. Unknown neighbours become one, and that one is looked up again, since it
/// may be a token after all (one with a score so low that its characters were better unknown).
class Unigram::Writer {
 public:
  static constexpr std::int32_t kUnknown = std::numeric_limits<std::int32_t>::max();
  static constexpr std::int32_t kUnreached = -1;

  Writer(const Unigram& model, std::string_view piece, std::vector<ModelToken>& out)
      : model_(model), piece_(piece), out_(out) {}

  /// The way from `start`, where all so far was written, to `end`; ids[i] is of the token that ends at start + i.
  void write(const std::vector<std::int32_t>& ids, std::size_t start, std::size_t end,
             std::vector<Buffers::Step>& path) {
    path.clear();
    for (std::size_t at = end; at > start;) {
      const std::int32_t id = ids[at - start];
      path.push_back({id, at});
      if (id == kUnknown) {
        do {
          --at;
        } while (is_utf8_continuation(piece_[at]));
      } else {
        at -= model_.text(id).size();
      }
    }
    for (std::size_t i = path.size(); i > 0; --i) add(path[i - 1].id, path[i - 1].end);
  }

  /// The next token, which ends at `end`.
  void add(std::int32_t id, std::size_t end) {
    if (id == kUnknown || id == model_.unk_id_) {
      unknown_end_ = end;
      return;
    }
    flush();
    out_.push_back({id, static_cast<std::int32_t>(done_), static_cast<std::int32_t>(end)});
    done_ = unknown_end_ = end;
  }

  void flush() {
    if (unknown_end_ == done_) return;
    const auto begin = static_cast<std::int32_t>(done_), end = static_cast<std::int32_t>(unknown_end_);
    const std::string_view text = piece_.substr(done_, unknown_end_ - done_);
    done_ = unknown_end_;
    const std::int32_t id = text.size() <= model_.longest_ ? model_.find(text) : -1;
    if (id >= 0) {
      out_.push_back({id, begin, end});
    } else if (model_.byte_fallback_ && std::all_of(text.begin(), text.end(), [&](char c) { return byte(c) >= 0; })) {
      for (const char c : text) out_.push_back({byte(c), begin, end});
    } else {
      out_.push_back({*model_.unk_id_, begin, end});
    }
  }

 private:
  std::int32_t byte(char c) const { return model_.bytes_[static_cast<unsigned char>(c)]; }

  const Unigram& model_;
  std::string_view piece_;
  std::vector<ModelToken>& out_;
  std::size_t done_ = 0, unknown_end_ = 0;  // what is between waits to be fused
};

}  // namespace sememe
