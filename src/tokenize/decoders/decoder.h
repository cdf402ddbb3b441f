#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// Takes the tokens of a text front to back, each in one or several parts.
class TokenSink {
 public:
  virtual ~TokenSink() = default;
  /// More of the token at hand: whole characters.
  virtual void part(std::string_view text) = 0;
  virtual void end_token() = 0;
  /// No token follows.
  virtual void finish() = 0;
};

/// The way back: rewrites a row of tokens so that one after the other they read as text.
/// Threads  immutable; what start() gives belongs to one thread at a time.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Begins a row. What is certain, whatever tokens follow, goes on to `next` at once, which must outlive the result.
  virtual std::unique_ptr<TokenSink> start(TokenSink& next) const = 0;
  virtual std::string describe() const = 0;
};

/// One step of the way back.
class DecoderStep : public TokenSink {
 public:
  explicit DecoderStep(TokenSink& next) : next_(next) {}
  void end_token() override { next_.end_token(); }
  void finish() override { next_.finish(); }

 protected:
  void pass(std::string_view token) {
    next_.part(token);
    next_.end_token();
  }
  TokenSink& next_;
};

/// One that must see a token whole.
class WholeTokenStep : public DecoderStep {
 public:
  using DecoderStep::DecoderStep;
  void part(std::string_view text) final { token_.append(text); }
  void end_token() final {
    take(token_);
    token_.clear();
  }

 protected:
  /// May change it.
  virtual void take(std::string& token) = 0;

 private:
  std::string token_;
};

/// Where tokens become one text.
class DecodedText final : public TokenSink {
 public:
  void part(std::string_view part) override { text.append(part); }
  void end_token() override {}
  void finish() override {}
  std::string text;
};

/// Puts `to` for every `from` in a text; an empty `from` stands between any two characters and at both ends.
void replace_all(std::string& text, std::string_view from, std::string_view to);

/// How many bytes at the end of `text` may be the begin of `pattern`, which is not empty: they are less than all of it.
std::size_t begun_match(std::string_view text, std::string_view pattern);

/// No space before . , ? ! and English contractions, as Hugging Face's clean_up_tokenization.
void clean_up_spaces(std::string& text);

}  // namespace sememe
