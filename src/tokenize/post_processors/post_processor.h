#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/tokenizer.h"

namespace sememe {

/// Fourth step: special tokens around one text or two, and ranges without the spaces around a word.
class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  /// How many tokens process() adds.
  virtual std::int64_t added_tokens(bool pair) const = 0;
  /// Whether process() looks at the texts of tokens.
  virtual bool needs_tokens() const { return false; }

  struct Texts {
    std::span<const std::string_view> originals;  ///< by sequence id
    /// Text of a token, for an encoding without Encoding::tokens; process() calls it if needs_tokens().
    std::function<std::string_view(std::int32_t id)> of_token;
  };
  /// In: an encoding a text (one or two). Out: encodings that the caller appends to each other, in order.
  virtual void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const = 0;

  /// What process() puts before and after the tokens of a single text; nullopt if it does something else.
  struct Affixes {
    Encoding before, after;               ///< with their tokens
    std::optional<std::int32_t> type_id;  ///< what the text gets, special tokens asked for or not; absent: what it had
  };
  virtual std::optional<Affixes> single_affixes() const = 0;
  virtual std::string describe() const = 0;
};

/// A special token of BertProcessing and RobertaProcessing.
struct SpecialToken {
  std::string text;
  std::int32_t id;
};

/// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on. Without special tokens nothing changes.
class BertProcessing final : public PostProcessor {
 public:
  BertProcessing(SpecialToken cls, SpecialToken sep) : cls_(std::move(cls)), sep_(std::move(sep)) {}
  std::int64_t added_tokens(bool pair) const override { return pair ? 3 : 2; }
  void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override;
  std::string describe() const override;

 private:
  SpecialToken cls_, sep_;
};

/// <s> A </s>, and <s> A </s></s> B </s>; all types are 0. On request trims ranges as ByteLevelProcessing does.
class RobertaProcessing final : public PostProcessor {
 public:
  RobertaProcessing(SpecialToken cls, SpecialToken sep, bool trim_offsets, bool add_prefix_space)
      : cls_(std::move(cls)), sep_(std::move(sep)), trim_offsets_(trim_offsets), add_prefix_space_(add_prefix_space) {}
  std::int64_t added_tokens(bool pair) const override { return pair ? 4 : 2; }
  bool needs_tokens() const override { return trim_offsets_; }
  void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override;
  std::string describe() const override;

 private:
  SpecialToken cls_, sep_;
  bool trim_offsets_, add_prefix_space_;
};

/// Adds nothing; on request leaves out of a token's range as many characters as the token has spaces at that end.
class ByteLevelProcessing final : public PostProcessor {
 public:
  /// `add_prefix_space`: one space before the first token is one that was put there, and stays.
  ByteLevelProcessing(bool trim_offsets, bool add_prefix_space)
      : trim_offsets_(trim_offsets), add_prefix_space_(add_prefix_space) {}
  std::int64_t added_tokens(bool) const override { return 0; }
  bool needs_tokens() const override { return trim_offsets_; }
  void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override { return Affixes{}; }
  std::string describe() const override { return trim_offsets_ ? "ByteLevel(trim_offsets)" : "ByteLevel"; }

 private:
  bool trim_offsets_, add_prefix_space_;
};

/// Texts and special tokens in the order that a template gives, with its type ids.
class TemplateProcessing final : public PostProcessor {
 public:
  struct Part {
    int sequence = -1;  ///< 0 or 1: a text; -1: special tokens
    std::int32_t type_id = 0;
    std::vector<std::int32_t> ids;    ///< of a special token; it may stand for several
    std::vector<std::string> tokens;  ///< their texts
  };
  /// `single` names text 0 alone.
  TemplateProcessing(std::vector<Part> single, std::vector<Part> pair)
      : single_(std::move(single)), pair_(std::move(pair)) {}
  std::int64_t added_tokens(bool pair) const override;
  /// Throws kUnsupported for more than two encodings: after another template.
  void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override;
  std::string describe() const override;

 private:
  std::vector<Part> single_, pair_;
};

/// Several post-processors, one after another.
class PostProcessorSequence final : public PostProcessor {
 public:
  explicit PostProcessorSequence(std::vector<std::unique_ptr<const PostProcessor>> steps) : steps_(std::move(steps)) {}
  std::int64_t added_tokens(bool pair) const override;
  bool needs_tokens() const override;
  void process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override;
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<const PostProcessor>> steps_;
};

}  // namespace sememe
