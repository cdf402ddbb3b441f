#pragma once

#include <string>

#include "cli/arguments.h"
#include "cli/console.h"
#include "sememe/encoder.h"
#include "sememe/evaluation.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {

inline constexpr Option kModelOption = {"model", 'm', "MODEL",
                                        "A model folder, a .sememe file, or a name looked up in the caches "
                                        "(default: sememe-mini-en, which comes with the program)"};
inline constexpr Option kComputeOption = {
    "compute", '\0', "auto|fp32|bf16|int8",
    "Arithmetic of the model; auto is bf16 where the machine has it, else fp32 (default: auto)"};
inline constexpr Option kPoolingOption = {
    "pooling", '\0', "MODE",
    "How token vectors become one: cls, mean, max, mean_sqrt_len, weightedmean, "
    "lasttoken, or several joined by + (default: as the model says); word vectors: "
    "mean, sif, usif"};
inline constexpr Option kMaxTokensOption = {
    "max-tokens", '\0', "N", "Cut texts to N tokens, special ones included (default: as the model says)", 1, 1 << 24};

/// Flags of all commands that turn texts into vectors.
const OptionGroup& model_options();

/// --model, else the only operand of commands that take a model, else the default one.
std::string model_name(const Arguments& arguments);

/// Folder of the model. Errors  kNotFound; without --model it tells how to get the default one.
std::string locate(const Arguments& arguments);

EncoderOptions encoder_options(const Arguments& arguments, const Console& console);
/// --on-long error leaves OnLong::kTruncate: see refuse_truncated().
EncodeOptions encode_options(const Arguments& arguments);
bool refuses_long_texts(const Arguments& arguments);

/// Vectors as eval and mining want them: texts that search are marked as such, if the model does and nobody said how.
/// `encoder` must live as long.
EmbedTexts embedding_by(const Encoder& encoder, const EncodeOptions& options);

/// Finds and loads the model; --verbose tells what was found.
Encoder load_encoder(const Arguments& arguments, Console& console);

inline constexpr Option kTokenizerModelOption = {
    "model", 'm', "MODEL",
    "A model folder or name, or a file: tokenizer.json, vocab.txt, vocab.json, .model, .tiktoken, .gguf, .sememe "
    "(default: sememe-mini-en, which comes with the program)"};
inline constexpr Option kCasedOption = {"cased", '\0', "",
                                        "Keep upper case: for a vocab.txt without tokenizer_config.json"};
inline constexpr Option kPatternOption = {
    "pattern", '\0', "PATTERN",
    "How texts are split, for a .tiktoken file whose name does not say it: gpt2, cl100k, o200k, llama3 or a regex"};

/// Whether --model names more than a tokenizer: something with a configuration.
bool names_model(const Arguments& arguments);

/// The tokenizer that --model, --cased and --pattern name.
Tokenizer load_tokenizer(const Arguments& arguments);

}  // namespace sememe::cli
