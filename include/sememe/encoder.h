#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/matrix.h"
#include "sememe/tokenizer.h"

namespace sememe {

/// Operands of the products of the forward pass; sums, norms, softmax and the residual stream are float32 always.
///   kFloat32   the model's numbers: within 5e-6 of sentence-transformers.
///   kBfloat16  weights and activations rounded to 8 bits of precision: cosine to float32 >= 0.9998. Nearly twice as
///              fast where the machine multiplies bfloat16 (AVX-512 BF16), slower than float32 elsewhere.
///   kInt8      weights in signed bytes with a scale for each output, activations in bytes with a scale for each token:
///              cosine to float32 >= 0.99. More than three times as fast as float32 with VNNI.
///   kAuto      kBfloat16 where the machine has it, else kFloat32.
enum class ComputeType { kAuto, kFloat32, kBfloat16, kInt8 };

/// The name of the small English model that comes with the library.
inline constexpr std::string_view kOwnModel = "sememe-mini-en";

/// What happens to a text of more than max_tokens tokens.
enum class OnLong {
  kTruncate,  ///< its end is cut off; EncodeStats counts it
  kError,     ///< kInvalidArgument, naming the text
  kWindow,    ///< split into windows of max_tokens; the vector is the mean of theirs, weighted by their tokens
};

struct EncoderOptions {
  ComputeType compute = ComputeType::kAuto;
  int threads = 0;                         ///< 0: all cores the process may use
  std::optional<std::string> pooling;      ///< overrides the folder's pooling: "mean", "cls", "cls+mean", ...
  std::optional<std::int64_t> max_tokens;  ///< overrides the folder's limit; at most the position table
};

struct EncodeOptions {
  std::optional<bool> normalize;           ///< scale rows to length 1; default: as the model's modules say
  std::int64_t dimensions = 0;             ///< > 0: keep the first ones, then normalise (Matryoshka)
  std::optional<std::string> prompt_name;  ///< a prompt of the model, by name
  std::optional<std::string> prompt;       ///< put before every text; "" switches the default prompt off
  OnLong on_long = OnLong::kTruncate;
  std::int64_t batch_tokens = 16384;  ///< tokens in flight at most (a longer text goes alone)
};

/// What encode() did, text by text.
struct TextStats {
  std::int32_t tokens = 0;       ///< tokens of the text, special ones and prompt included
  std::int32_t tokens_used = 0;  ///< how many of them the vector was made from
  bool truncated() const { return tokens_used < tokens; }
};

/// Token vectors of several texts, packed: rows offsets[i] to offsets[i + 1] belong to text i.
struct TokenEmbeddings {
  Matrix vectors;                     ///< (T, D) float32, of the last hidden layer
  std::vector<std::int64_t> offsets;  ///< B + 1
  std::vector<std::int32_t> ids;      ///< T
};

/// The resolved pipeline, for people: (name, value) in the order of the way of a text.
struct EncoderInfo {
  std::string name, folder, architecture, licence;
  std::int64_t hidden_size = 0, layers = 0, heads = 0, intermediate_size = 0, vocab_size = 0, max_positions = 0;
  std::int64_t max_tokens = 0, dimensions = 0, parameters = 0, weight_bytes = 0;
  std::string activation, weight_dtype, norm_placement, max_tokens_source;
  std::vector<std::string> modules;  ///< "Transformer", "Pooling(mean)", "Dense(384 -> 128, tanh)", "Normalize"
  std::vector<std::pair<std::string, std::string>> prompts;
  std::optional<std::string> default_prompt_name;
  bool include_prompt = true, normalizes = false;
  std::string similarity;  ///< the model's own measure, "cosine" unless it says another
  std::string isa, compute;
  int threads = 1;
};

/// A sentence-embedding model: text in, one vector out.
/// Threads  immutable after loading; encode() may be called from many threads, calls then take turns on the pool.
class Encoder {
 public:
  /// `model`: a folder in the sentence-transformers layout (or a plain transformers folder with options.pooling), a
  /// .sememe file that holds one, kOwnModel, or a name, looked up in $XDG_CACHE_HOME/sememe/models and in the Hugging
  /// Face cache (HF_HUB_CACHE, HF_HOME). Nothing is downloaded and nothing in the folder is executed.
  /// Errors   kNotFound, kCorrupt, kUnsupported, kInvalidArgument, kIo: one line that names file, tensor or key.
  static Encoder load(std::string_view model, const EncoderOptions& options = {});

  /// Embeds each text: tokenize, run the encoder, pool, then the model's further modules.
  ///
  /// Shapes   texts: B strings. Returns (B, D), D = dimensions(); row i is texts[i].
  /// Values   float32, bit-identical for a text alone, in any batch, in any order and with any number of threads (of
  /// one
  ///          instruction set). "" is legal and embeds the special tokens alone.
  /// Errors   kInvalidArgument: a text that is not UTF-8 (says which, and the byte offset), an unknown prompt name,
  ///          dimensions out of range, a text that is too long under OnLong::kError.
  /// Memory   O(options.batch_tokens * D) of scratch.
  Matrix encode(std::span<const std::string_view> texts, const EncodeOptions& options = {},
                std::vector<TextStats>* stats = nullptr) const;
  Matrix encode(std::span<const std::string> texts, const EncodeOptions& options = {},
                std::vector<TextStats>* stats = nullptr) const;
  /// The same into memory of the caller: out is (B, D).
  void encode(std::span<const std::string_view> texts, MatView<float> out, const EncodeOptions& options = {},
              std::vector<TextStats>* stats = nullptr) const;

  /// Last hidden states of every token, special ones included (what sentence-transformers calls token_embeddings).
  TokenEmbeddings encode_tokens(std::span<const std::string_view> texts, const EncodeOptions& options = {},
                                std::vector<TextStats>* stats = nullptr) const;

  std::int64_t dimensions() const;
  const EncoderInfo& info() const;
  const Tokenizer& tokenizer() const;
  /// SHA-256 of the weight file, 64 hex digits (of the shards' digests, one after another, if there are several).
  /// Reads all of them: a fraction of a second per 100 MB.
  std::string digest() const;

  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

 private:
  Encoder();
  struct State;
  std::unique_ptr<State> state_;
};

/// One thing that verify_model() looked at.
struct VerifyCheck {
  std::string name;  ///< "config.json", "weights", "golden vectors", ...
  bool passed = false;
  std::string detail;  ///< what was found, or what is wrong and where
};

/// Checks every file and tensor of a model (shapes, dtypes, finite values, tokenizer against table), runs it on texts
/// of its own, and compares with the golden vectors (golden.jsonl) if the folder has any.
/// Never throws for a fault of the model: it is a check that did not pass.
std::vector<VerifyCheck> verify_model(std::string_view model, const EncoderOptions& options = {});

/// How the matrices of a model are stored.
enum class WeightType {
  kSame,  ///< as they are: every file byte for byte
  kFloat32,
  kBfloat16,
  kInt8,  ///< bytes, with a float32 scale for each row in a tensor of the same name and "_scale"
};

/// Writes a model to `out`: a new folder in the layout of sentence-transformers, or, if `out` ends in .sememe, one file
/// that Encoder::load takes in the place of a folder. Weights that only other programs read are left out. Golden
/// vectors are made anew for weights that change.
/// Errors   as Encoder::load; kInvalidArgument: a folder that is there already; kIo.
void convert_model(std::string_view model, const std::filesystem::path& out, WeightType weights = WeightType::kSame);

/// The folder that a model name or path stands for; kNotFound lists where was looked.
std::string locate_model(std::string_view model);

}  // namespace sememe
