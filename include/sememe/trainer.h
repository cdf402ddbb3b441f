#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sememe/evaluation.h"

namespace sememe {

/// What vectors are judged by in training: the names of train/losses, with what each lets be changed.
struct LossOptions {
  std::string name = "mnr";  ///< "mnr", "cosent", "triplet", ...: an unknown name's error lists all
  std::optional<double> scale, margin, temperature, mask;
  std::optional<std::string> distance;   ///< "cosine", "euclidean", "manhattan"
  bool symmetric = false;                ///< mnr: also from positive to anchor
  std::vector<std::int64_t> matryoshka;  ///< widths whose losses are summed
  std::vector<double> matryoshka_weights;
};

/// One file of rows.
struct TrainData {
  std::filesystem::path file;        ///< .jsonl, .tsv or .csv, each also with .gz or .zst
  std::vector<std::string> columns;  ///< of texts; "anchor", "positive" and "negative" as far as the loss takes them
  std::vector<std::string> labels;   ///< score, class or label; "score|label" if empty
  double low = 0, high = 1;          ///< bounds of scores, which are scaled to 0 to 1; cosent and angle need none
  double weight = 0;                 ///< how often a batch comes from here; 0: as many rows as it has
  std::vector<std::string> prompts;  ///< put before the texts of each column
  bool skip_empty = false;           ///< leave out rows with an empty (or null) field, which else are an error
  std::optional<LossOptions> loss;   ///< else that of the training
  std::string license;               ///< for the model card: "CC BY-SA 4.0"
};

/// A model that starts with random weights.
struct ScratchOptions {
  std::int64_t hidden_size = 128, layers = 2, heads = 4, intermediate_size = 512, max_positions = 128;
  std::int64_t vocab_size = 8000;  ///< of the WordPiece tokenizer that is trained on the texts of the data
};

/// A stage before the training proper: masked-language-model training (the loss "mlm") on plain texts. Its model is
/// kept in out/pretrained; what is not said here (lengths, rates and so on) is as in the training proper.
struct PretrainOptions {
  std::vector<TrainData> data;  ///< empty: the texts of the training proper
  double mask = 0.15;           ///< share of the tokens that are chosen
  double epochs = 1;
  std::int64_t max_steps = 0;  ///< 0: as the epochs say
  std::int64_t batch_size = 32;
  double learning_rate = 1e-4;
};

/// Low-rank adapters (LoRA): the model's own parameters stay as they are, and what is learned are two thin matrices
/// beside each chosen one, W + alpha / rank * B A. Names and defaults as PEFT's LoraConfig.
struct LoraOptions {
  std::int64_t rank = 8;
  double alpha = 8;
  double dropout = 0;                                            ///< of what goes into the adapters
  std::vector<std::string> target_modules = {"query", "value"};  ///< ends of names of linear layers
};

/// A smaller model made of a larger one.
struct StudentOptions {
  std::vector<std::int64_t> layers;  ///< of the model that it keeps, ascending; empty: all
  std::int64_t vocab_size = 0;       ///< commonest pieces of the data's texts that it keeps; 0: all
};

struct TrainOptions {
  std::string model;    ///< folder or name to start from
  std::string pooling;  ///< "mean", "cls": of a plain transformers folder, which does not say it
  std::optional<ScratchOptions> scratch;
  std::optional<StudentOptions> student;
  std::optional<PretrainOptions> pretrain;
  std::optional<LoraOptions> lora;  ///< adapters go to out/adapter as PEFT reads them, and into the weights of out
  std::string teacher;              ///< gives the vectors of "mse" and "distill", which are kept in the output folder
  std::string guide;                ///< of "gist"

  std::vector<TrainData> data;
  LossOptions loss;
  double epochs = 1;
  std::int64_t max_steps = 0;  ///< 0: as the epochs say
  std::int64_t batch_size = 32;
  std::int64_t mini_batch = 0;        ///< > 0: texts that are in memory at once (GradCache); the result is the same
  std::int64_t accumulate = 1;        ///< batches of one step
  std::optional<bool> no_duplicates;  ///< no text twice in a batch; by default for losses that take others as negatives
  std::int64_t max_tokens = 0;        ///< 0: the model's own limit

  std::string optimizer = "adamw";  ///< "adamw", "sgd"
  double learning_rate = 2e-5;
  std::string schedule = "linear";  ///< "linear", "cosine", "constant"
  double warmup = 0.1;              ///< of all steps, or steps if 1 or more
  double weight_decay = 0.01, momentum = 0, max_grad_norm = 1;
  double layer_decay = 1;           ///< factor of the learning rate for each layer further down
  std::vector<std::string> freeze;  ///< parameters whose names hold one of these are left as they are
  std::optional<double> dropout;    ///< else hidden_dropout_prob of config.json

  std::vector<EvalTask> eval;
  std::int64_t eval_steps = 0;  ///< 0: at the end only
  std::int64_t save_steps = 0;  ///< 0: some twenty times
  std::uint64_t seed = 1;
  bool doctor = true;  ///< look for faults of data and training that no error tells (TrainFinding)
  int threads = 0;     ///< 0: all cores
};

/// What seems wrong with the data or the training. Each kind is found once a file at most.
struct TrainFinding {
  enum class Kind {
    kRepeatedRows,       ///< rows that are the same as an earlier one
    kDuplicatesInBatch,  ///< a text that counts as a negative of itself
    kLeakage,            ///< rows with a text that the model is judged by
    kFalseNegatives,     ///< anchors that are nearer to another row's positive than to their own
    kCollapse,           ///< the vectors of all texts have become nearly the same
  } kind;
  std::string file;                 ///< of the data; empty: all
  std::int64_t count = 0, of = 0;   ///< rows (anchors) concerned, of so many
  std::vector<std::int64_t> lines;  ///< where the first of them (the worst false negatives) begin, from 1
  std::string text;                 ///< all this for people, in one line
};

/// What happens while training; loss is the mean since the last call.
struct TrainEvent {
  enum class Kind { kStage, kStep, kEval, kWarning } kind = Kind::kStep;
  std::string text;  ///< of a stage or warning
  std::int64_t step = 0, steps = 0;
  double loss = 0, rate = 0, gradient_norm = 0, tokens_per_second = 0;
  const EvalResult* result = nullptr;
  const TrainFinding* finding = nullptr;  ///< of a warning
};
using TrainProgress = std::function<void(const TrainEvent&)>;

struct TrainReport {
  std::int64_t steps = 0, texts = 0, tokens = 0;
  double first_loss = 0, last_loss = 0, seconds = 0;
  std::vector<double> losses;  ///< of every step of this run
  std::vector<EvalResult> before, after;
  std::int64_t best_step = 0;  ///< of the parameters that were kept
  std::vector<TrainFinding> findings;
};

/// Trains a sentence encoder and writes it to `out`, a folder that sentence-transformers and Encoder::load read, with a
/// model card (README.md) and golden vectors (golden.jsonl). The first metric of the first eval task decides which
/// parameters are kept; without one, the last.
///
/// Values   the same bytes for any number of threads, and for a run that was killed and resumed.
/// Files    out/start and out/pretrained: what it started from, if that was made; out/checkpoint.safetensors and
/// out/best.safetensors while it runs, written whole or not at all. Errors   kInvalidArgument: an option out of range,
/// an unknown loss, a folder that is there already (without
///          `resume`), a checkpoint of other options; kCorrupt: data (file, line, what was found); a loss that is NaN
///          (which batch; the last checkpoint stays); kUnsupported; kIo.
/// Source   Reimers & Gurevych 2019; sentence_transformers' SentenceTransformerTrainer.
TrainReport train_model(const TrainOptions& options, const std::filesystem::path& out, bool resume = false,
                        const TrainProgress& progress = {});

}  // namespace sememe
