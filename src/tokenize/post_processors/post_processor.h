#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sememe/tokenizer.h"

namespace sememe {

/// Fourth step: special tokens around one text or two.
class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  /// How many tokens process() adds.
  virtual std::int64_t added_tokens(bool pair) const = 0;
  /// In: an encoding a text (one or two). Out: encodings that the caller appends to each other, in order.
  virtual void process(std::vector<Encoding>& encodings, const TokenizeOptions& options) const = 0;

  /// What process() puts before and after the ids of a single text; nullopt if it does something else.
  struct Affixes {
    std::vector<std::int32_t> before, after;
  };
  virtual std::optional<Affixes> single_affixes() const = 0;
  virtual std::string describe() const = 0;
};

/// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on. Without special tokens nothing changes.
class BertProcessing final : public PostProcessor {
 public:
  struct Token {
    std::string text;
    std::int32_t id;
  };
  BertProcessing(Token cls, Token sep) : cls_(std::move(cls)), sep_(std::move(sep)) {}
  std::int64_t added_tokens(bool pair) const override { return pair ? 3 : 2; }
  void process(std::vector<Encoding>& encodings, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override { return Affixes{{cls_.id}, {sep_.id}}; }
  std::string describe() const override;

 private:
  Token cls_, sep_;
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
  void process(std::vector<Encoding>& encodings, const TokenizeOptions& options) const override;
  std::optional<Affixes> single_affixes() const override;
  std::string describe() const override;

 private:
  std::vector<Part> single_, pair_;
};

}  // namespace sememe
