#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file.h"
#include "sememe/encoder.h"
#include "sememe/tokenizer.h"
#include "train/encoder_graph.h"
#include "train/examples.h"
#include "train/masked.h"

namespace sememe::train {

/// Vectors that a teacher gave for every text of a source, in a file that is written once.
class TeacherVectors {
 public:
  /// Computes them unless `folder` has them already: the file's name tells teacher and texts apart.
  TeacherVectors(const Encoder& teacher, const ExampleSource& source, const std::filesystem::path& folder,
                 const std::function<void(std::int64_t done)>& progress);
  std::int64_t width() const { return width_; }
  std::span<const float> of(std::int64_t row, std::int64_t column) const;

 private:
  std::optional<MappedFile> file_;
  std::size_t start_ = 0;
  std::int64_t columns_, width_;
};

/// From texts to a loss and its gradients: the model, its tokenizer, teacher and guide.
class Learner {
 public:
  struct Settings {
    std::int64_t max_tokens = 0;
    std::int64_t mini_batch = 0;
    double dropout = 0, adapter_dropout = 0;
    std::uint64_t seed = 1;
  };
  Learner(EncoderGraph<float>& graph, const Tokenizer& tokenizer, const Settings& settings, ThreadPool& pool);

  void set_teacher(std::vector<std::optional<TeacherVectors>> vectors) { teacher_ = std::move(vectors); }
  void set_guide(Encoder guide) { guide_.emplace(std::move(guide)); }

  /// Before the first batch of the loss mlm. Errors  kUnsupported: a tokenizer without [MASK].
  void open_masked_head();

  /// Packs the weights as they are now: before the first batch, and after each step of the optimizer.
  void prepare();

  /// An anchor that is nearer to the positive of another row than to its own.
  struct NearNegative {
    std::int64_t line = 0, negative_line = 0;
    double by = 0;  ///< difference of the cosines
  };
  struct Outcome {
    double loss = 0;
    std::int64_t texts = 0, tokens = 0;
    double mean_cosine = 0;    ///< of the first texts of the batch with one another: near 1 when a model collapses
    std::int64_t anchors = 0;  ///< that were looked at; 0: the loss takes no others as negatives
    std::vector<NearNegative> nearer;  ///< of these, each with its nearest
  };
  /// Loss of one batch; its gradient times `factor` is added to the parameters. `number` counts batches: dropout and so
  /// the result depend on it. Errors  kInvalidArgument: a text without any token.
  Outcome learn(const BatchStream::Batch& batch, const ExampleSource& source, std::int64_t number, double factor);

  /// Vectors of texts as the model is now, without dropout.
  Matrix embed(std::span<const std::string> texts);

 private:
  struct Tokens {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> offsets;
  };
  Outcome learn_masked(const Tokens& tokens, double share, std::int64_t number, double factor);
  Dropout dropout_of(const Tokens& tokens, std::size_t first, std::int64_t number) const;
  Tokens tokenize(std::span<const std::string_view> texts) const;
  static void look_for_near_negatives(const BatchStream::Batch& batch, const Matrix& vectors, Outcome& outcome);

  EncoderGraph<float>& graph_;
  const Tokenizer& tokenizer_;
  Settings settings_;
  ThreadPool& pool_;
  std::vector<std::optional<TeacherVectors>> teacher_;
  std::optional<Encoder> guide_;
  std::optional<MaskedHead<float>> masked_head_;
  MaskRules mask_rules_;
};

}  // namespace sememe::train
