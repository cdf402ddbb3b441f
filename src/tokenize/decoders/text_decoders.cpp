#include "tokenize/decoders/text_decoders.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "io/utf8.h"
#include "tokenize/byte_alphabet.h"

namespace sememe {
namespace {

constexpr std::string_view kReplacementCharacter = "\uFFFD";

/// Of each character below U+0180 the byte that it stands for, -1 if none.
constexpr std::array<std::int16_t, 0x180> kBytes = [] {
  std::array<std::int16_t, 0x180> bytes{};
  bytes.fill(-1);
  for (std::size_t byte = 0; byte < kByteAlphabet.size(); ++byte)
    bytes[kByteAlphabet[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}();

/// Appends the bytes that a token stands for, or the token itself.
void append_bytes(std::string_view token, std::string& out) {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < token.size();) {
    const CodePoint c = decode_utf8(token, at);
    if (c.value >= kBytes.size() || kBytes[c.value] < 0) {
      out.resize(before);
      out.append(token);
      return;
    }
    out.push_back(static_cast<char>(kBytes[c.value]));
    at += static_cast<std::size_t>(c.length);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "<0x61>" stands for; -1. "+" and one digit will do, as for the reference's parser of numbers.
int byte_of(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  const int low = hex_digit(token[4]);
  if (token[3] == '+') return low;
  const int high = hex_digit(token[3]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// A chain of steps; those at the end are made first.
class SequenceStep final : public TokenSink {
 public:
  SequenceStep(const std::vector<std::unique_ptr<const Decoder>>& decoders, TokenSink& next) : first_(&next) {
    for (auto decoder = decoders.rbegin(); decoder != decoders.rend(); ++decoder) {
      steps_.push_back((*decoder)->start(*first_));
      first_ = steps_.back().get();
    }
  }
  void part(std::string_view text) override { first_->part(text); }
  void end_token() override { first_->end_token(); }
  void finish() override { first_->finish(); }

 private:
  std::vector<std::unique_ptr<TokenSink>> steps_;
  TokenSink* first_;
};

/// A step that changes one token after another; change(token, index) may make it empty.
template <class Change>
class ChangeStep final : public WholeTokenStep {
 public:
  ChangeStep(TokenSink& next, Change change) : WholeTokenStep(next), change_(std::move(change)) {}
  void take(std::string& token) override {
    change_(token, index_++);
    pass(token);
  }

 private:
  Change change_;
  std::size_t index_ = 0;
};

template <class Change>
std::unique_ptr<TokenSink> change_tokens(TokenSink& next, Change change) {
  return std::make_unique<ChangeStep<Change>>(next, std::move(change));
}

/// replace_all() for a pattern that is not empty, in tokens of any length. `first`: for those in the first token.
class ReplaceStep final : public DecoderStep {
 public:
  ReplaceStep(TokenSink& next, std::string_view from, std::string_view to, std::string_view first)
      : DecoderStep(next), from_(from), to_(to), now_(first) {}

  void part(std::string_view text) override {
    held_.append(text);
    std::size_t done = 0;
    for (std::size_t at = held_.find(from_); at != std::string::npos; at = held_.find(from_, done)) {
      next_.part(std::string_view(held_).substr(done, at - done));
      next_.part(now_);
      done = at + from_.size();
    }
    const std::size_t end = held_.size() - begun_match(std::string_view(held_).substr(done), from_);
    next_.part(std::string_view(held_).substr(done, end - done));
    held_.erase(0, end);
  }
  void end_token() override {
    next_.part(held_);
    held_.clear();
    now_ = to_;
    next_.end_token();
  }

 private:
  std::string_view from_, to_, now_;
  std::string held_;
};

/// Whether a suffix is a space tells the token after it.
class BpeStep final : public DecoderStep {
 public:
  BpeStep(TokenSink& next, std::string_view suffix) : DecoderStep(next), suffix_(suffix) {}

  void part(std::string_view text) override {
    end_waiting(" ");
    held_.append(text);
    const std::size_t found = std::min(held_.find(suffix_), held_.size());
    const std::size_t begun = found < held_.size() || suffix_.empty() ? 0 : begun_match(held_, suffix_);
    const std::size_t end = suffix_.empty() ? 0 : found - begun;
    next_.part(std::string_view(held_).substr(0, end));
    held_.erase(0, end);
  }
  void end_token() override {
    end_waiting(" ");
    waiting_ = true;
  }
  void finish() override {
    end_waiting("");
    next_.finish();
  }

 private:
  void end_waiting(std::string_view to) {
    if (!waiting_) return;
    replace_all(held_, suffix_, to);
    pass(held_);
    held_.clear();
    waiting_ = false;
  }

  std::string_view suffix_;
  std::string held_;      // from the first suffix on, or what may begin one
  bool waiting_ = false;  // it is the end of a token
};

class ByteLevelStep final : public WholeTokenStep {
 public:
  using WholeTokenStep::WholeTokenStep;
  void take(std::string& token) override {
    append_bytes(token, bytes_);
    give(bytes_.size() - incomplete_utf8(bytes_));
  }
  void finish() override {
    give(bytes_.size());
    next_.end_token();
    next_.finish();
  }

 private:
  void give(std::size_t size) {
    const std::string_view bytes = std::string_view(bytes_).substr(0, size);
    if (find_invalid_utf8(bytes)) {
      next_.part(replace_invalid_utf8(bytes));
    } else {
      next_.part(bytes);
    }
    bytes_.erase(0, size);
  }

  std::string bytes_;
};

/// Bytes wait until none follows: one that is not UTF-8 makes all of them U+FFFD.
class ByteFallbackStep final : public WholeTokenStep {
 public:
  using WholeTokenStep::WholeTokenStep;
  void take(std::string& token) override {
    if (const int byte = byte_of(token); byte >= 0) {
      bytes_.push_back(static_cast<char>(byte));
      return;
    }
    end_bytes();
    pass(token);
  }
  void finish() override {
    end_bytes();
    next_.finish();
  }

 private:
  void end_bytes() {
    if (bytes_.empty()) return;
    if (find_invalid_utf8(bytes_)) {
      for (std::size_t i = 0; i < bytes_.size(); ++i) pass(kReplacementCharacter);
    } else {
      pass(bytes_);
    }
    bytes_.clear();
  }

  std::string bytes_;
};

class FuseStep final : public DecoderStep {
 public:
  using DecoderStep::DecoderStep;
  void part(std::string_view text) override { next_.part(text); }
  void end_token() override {}
  void finish() override {
    next_.end_token();
    next_.finish();
  }
};

class StripStep final : public DecoderStep {
 public:
  StripStep(TokenSink& next, std::string_view content, std::int64_t start, std::int64_t stop)
      : DecoderStep(next), content_(content), start_(start), stop_(stop), left_(start) {}

  void part(std::string_view text) override {
    for (; left_ > 0 && text.starts_with(content_); --left_) text.remove_prefix(content_.size());
    if (text.empty()) return;
    left_ = 0;
    // What stands at the end waits: it may be the end of the token.
    std::size_t end = text.size();
    while (stop_ > 0 && text.substr(0, end).ends_with(content_)) end -= content_.size();
    if (end > 0) {
      give_held(0);
      next_.part(text.substr(0, end));
    }
    held_ += static_cast<std::int64_t>((text.size() - end) / content_.size());
  }
  void end_token() override {
    give_held(stop_);
    left_ = start_;
    next_.end_token();
  }

 private:
  void give_held(std::int64_t without) {
    for (; held_ > without; --held_) next_.part(content_);
    held_ = 0;
  }

  std::string_view content_;
  std::int64_t start_, stop_, left_;
  std::int64_t held_ = 0;  // as many times the content
};

class CtcStep final : public WholeTokenStep {
 public:
  CtcStep(TokenSink& next, std::string_view pad, std::string_view delimiter, bool cleanup)
      : WholeTokenStep(next), pad_(pad), delimiter_(delimiter), cleanup_(cleanup) {}
  void take(std::string& token) override {
    if (last_ == token) return;
    last_ = token;
    replace_all(token, pad_, "");
    if (cleanup_) {
      clean_up_spaces(token);
      replace_all(token, delimiter_, " ");
    }
    if (!token.empty()) pass(token);
  }

 private:
  std::string_view pad_, delimiter_;
  bool cleanup_;
  std::optional<std::string> last_;
};

}  // namespace

std::unique_ptr<TokenSink> DecoderSequence::start(TokenSink& next) const {
  return std::make_unique<SequenceStep>(steps_, next);
}

std::string DecoderSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

std::unique_ptr<TokenSink> WordPieceDecoder::start(TokenSink& next) const {
  return change_tokens(next, [this](std::string& token, std::size_t index) {
    if (index > 0) {
      if (token.starts_with(prefix_)) {
        token.erase(0, prefix_.size());
      } else {
        token.insert(token.begin(), ' ');
      }
    }
    if (cleanup_) clean_up_spaces(token);
  });
}

std::unique_ptr<TokenSink> BpeDecoder::start(TokenSink& next) const { return std::make_unique<BpeStep>(next, suffix_); }

std::unique_ptr<TokenSink> ByteLevelDecoder::start(TokenSink& next) const {
  return std::make_unique<ByteLevelStep>(next);
}

std::unique_ptr<TokenSink> ByteFallbackDecoder::start(TokenSink& next) const {
  return std::make_unique<ByteFallbackStep>(next);
}

std::unique_ptr<TokenSink> MetaspaceDecoder::start(TokenSink& next) const {
  return std::make_unique<ReplaceStep>(next, replacement_, " ", prepended_ ? "" : " ");
}

std::unique_ptr<TokenSink> CtcDecoder::start(TokenSink& next) const {
  return std::make_unique<CtcStep>(next, pad_, word_delimiter_, cleanup_);
}

std::unique_ptr<TokenSink> ReplaceDecoder::start(TokenSink& next) const {
  if (!regex_ && !pattern_.empty()) return std::make_unique<ReplaceStep>(next, pattern_, content_, content_);
  return change_tokens(next, [this](std::string& token, std::size_t) {
    if (token.empty()) return;
    if (!regex_) return replace_all(token, pattern_, content_);
    std::string out;
    std::size_t done = 0;
    Regex::Matches matches = regex_->matches(token);
    while (const auto match = matches.next()) {
      out.append(token, done, static_cast<std::size_t>(match->begin) - done).append(content_);
      done = static_cast<std::size_t>(match->end);
    }
    out.append(token, done);
    token.swap(out);
  });
}

std::unique_ptr<TokenSink> FuseDecoder::start(TokenSink& next) const { return std::make_unique<FuseStep>(next); }

std::unique_ptr<TokenSink> StripDecoder::start(TokenSink& next) const {
  return std::make_unique<StripStep>(next, content_, start_, stop_);
}

}  // namespace sememe
