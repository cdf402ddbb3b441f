#include "model/encoder_config.h"

#include <gtest/gtest.h>

#include <string>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

constexpr std::string_view kGood = R"({"model_type": "bert", "hidden_size": 48, "num_hidden_layers": 2,
  "num_attention_heads": 4, "intermediate_size": 100, "vocab_size": 30, "max_position_embeddings": 64,
  "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu"})";

EncoderConfig parse(const std::string& text) {
  const JsonDocument document = JsonDocument::parse(text, "config.json");
  return parse_encoder_config(document.root());
}

/// kGood with the value of `key` replaced.
std::string with(std::string_view key, std::string_view value) {
  std::string text(kGood);
  const auto at = text.find("\"" + std::string(key) + "\": ") + key.size() + 4;
  return text.replace(at, text.find_first_of(",}", at) - at, value);
}

std::string error_of(const std::string& text) {
  return test::error_of<Error>([&] { parse(text); });
}

TEST(EncoderConfig, ReadsBert) {
  const EncoderConfig c = parse(std::string(kGood));
  EXPECT_EQ(c.hidden_size, 48);
  EXPECT_EQ(c.head_dim(), 12);
  EXPECT_EQ(c.layers, 2);
  EXPECT_EQ(c.vocab_size, 30);
  EXPECT_EQ(c.max_positions, 64);
  EXPECT_EQ(c.norm, NormPlacement::kPost);
  EXPECT_TRUE(c.embedding_norm);
  EXPECT_EQ(c.activation, Activation::kGelu);
  EXPECT_FLOAT_EQ(c.norm_eps, 1e-12F);
}

TEST(EncoderConfig, ReadsPreNormFamily) {
  const EncoderConfig c = parse(with("model_type", "\"megatron-bert\""));
  EXPECT_EQ(c.norm, NormPlacement::kPre);
  EXPECT_FALSE(c.embedding_norm);
}

TEST(EncoderConfig, NamesTheKeyAndTheValueThatAreWrong) {
  const struct {
    std::string_view key, value, say;
  } cases[] = {
      {"hidden_size", "0", "hidden_size: expected an integer from 1 to 131072, found 0"},
      {"hidden_size", "-384", "hidden_size: expected"},
      {"hidden_size", "9223372036854775807", "hidden_size: expected"},
      {"num_attention_heads", "5", "hidden_size 48 is not a multiple of num_attention_heads 5"},
      {"num_hidden_layers", "1000000", "num_hidden_layers: expected"},
      {"intermediate_size", "0", "intermediate_size: expected"},
      {"vocab_size", "-1", "vocab_size: expected"},
      {"max_position_embeddings", "0", "max_position_embeddings: expected"},
      {"type_vocab_size", "-2", "type_vocab_size: expected"},
      {"layer_norm_eps", "0", "layer_norm_eps: expected a number between 0 and 1, found 0"},
      {"layer_norm_eps", "-1e-5", "layer_norm_eps: expected"},
  };
  for (const auto& c : cases) {
    const std::string error = error_of(with(c.key, c.value));
    EXPECT_TRUE(error.starts_with("2: ")) << error;  // kCorrupt
    EXPECT_NE(error.find(c.say), std::string::npos) << error;
  }
  EXPECT_NE(error_of(with("hidden_size", "\"big\"")).find("hidden_size"), std::string::npos);
  EXPECT_NE(error_of("{\"model_type\": \"bert\"}").find("hidden_size"), std::string::npos);
}

TEST(EncoderConfig, WhatItDoesNotKnowIsUnsupportedByName) {
  for (const auto& [key, value] : {std::pair{"model_type", "\"gpt-j\""}, {"hidden_act", "\"snake\""}}) {
    const std::string error = error_of(with(key, value));
    EXPECT_TRUE(error.starts_with("3: ")) << error;
    EXPECT_NE(error.find(std::string(value).substr(1, 4)), std::string::npos) << error;
    EXPECT_NE(error.find("known ones: "), std::string::npos) << error;
  }
  EXPECT_NE(
      error_of(with("hidden_act", "\"gelu\", \"position_embedding_type\": \"relative_key\"")).find("relative_key"),
      std::string::npos);
}

}  // namespace
}  // namespace sememe
