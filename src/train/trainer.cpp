#include "sememe/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/fail.h"
#include "base/rng.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json_writer.h"
#include "model/golden.h"
#include "model/locate.h"
#include "train/checkpoint.h"
#include "train/doctor.h"
#include "train/encoder_graph.h"
#include "train/learner.h"
#include "train/lora.h"
#include "train/model_folder.h"
#include "train/options.h"
#include "train/start_model.h"

namespace sememe {
namespace train {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Makes the folder of a training, or takes that of one which is to be resumed.
void open_folder(const fs::path& out, bool resume) {
  std::error_code error;
  if (fs::exists(out, error) && !fs::is_directory(out, error))
    fail(ErrorCode::kInvalidArgument, out.string(), ": is a file; the model needs a folder");
  if (fs::exists(out, error) && !fs::is_empty(out, error) && !resume)
    fail(ErrorCode::kInvalidArgument, out.string(),
         ": is there already and not empty; resume a training with --resume, or choose another folder");
  make_folders(out);
  for (const fs::directory_entry& entry : fs::directory_iterator(out)) {  // what a killed run left half-written
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) fs::remove(entry.path(), error);
  }
}

/// The folder of the stage before, whose model the training proper starts from.
fs::path pretrained_of(const fs::path& out) { return out / "pretrained"; }

class Trainer {
 public:
  Trainer(const TrainOptions& options, const fs::path& out, bool resume, const TrainProgress& progress)
      : options_(options),
        out_(out),
        recipe_(options_json(options)),
        progress_(progress),
        pool_(ThreadPool::size_for(options.threads)),
        doctor_([this](const TrainFinding& finding) {
          if (progress_) progress_({.kind = TrainEvent::Kind::kWarning, .text = finding.text, .finding = &finding});
        }) {
    check_options(options);
    open_folder(out, resume);
    complete_ = is_there(out_ / "golden.jsonl") && !is_there(checkpoint());
    if (complete_) return;
    open_data();
    open_model();
  }

  TrainReport run() {
    const auto start = Clock::now();
    if (complete_) {
      say(TrainEvent::Kind::kStage, concat(out_.string(), " is complete: there is nothing to resume"));
      return std::move(report_);
    }
    const std::int64_t steps = steps_of_training();
    Optimizer optimizer(graph_->parameters(), optimizer_options(options_, steps), pool_);
    report_.steps = steps;
    learner_->prepare();
    report_.before = evaluate_all(0);  // of a resumed run, too: the model card has it
    Progress place;
    if (is_there(checkpoint())) {
      place = load_checkpoint(checkpoint(), graph_->parameters(), optimizer, recipe_);
      learner_->prepare();
    }
    BatchStream batches(sources_, options_.batch_size, options_.no_duplicates, options_.seed);
    if (place.step > 0) say(TrainEvent::Kind::kStage, concat("resuming at step ", place.step));
    for (std::int64_t skipped = 0; skipped < place.step * options_.accumulate; ++skipped) batches.next();

    const std::int64_t save_every =
        options_.save_steps > 0 ? options_.save_steps : std::max<std::int64_t>(50, steps / 20);
    while (place.step < steps) {
      const double loss = one_step(batches, optimizer, place.step, steps);
      if (place.step == 0) place.first_loss = loss;
      report_.losses.push_back(loss);
      ++place.step;
      const bool last = place.step == steps;
      if (!options_.eval.empty() && (last || (options_.eval_steps > 0 && place.step % options_.eval_steps == 0)))
        keep_if_best(evaluate_all(place.step), place);
      if (last || place.step % save_every == 0) {
        require_finite_vectors(place.step);
        save_checkpoint(checkpoint(), graph_->parameters(), optimizer, place, recipe_);
      }
    }
    report_.first_loss = place.first_loss;
    report_.last_loss = report_.losses.empty() ? 0 : report_.losses.back();
    report_.best_step = options_.eval.empty() ? steps : place.best_step;
    if (batches.duplicates_put_off() > 0)
      say(TrainEvent::Kind::kStage, concat(batches.duplicates_put_off(),
                                           " rows were put off to a later batch: a text of theirs was in it already"));
    if (options_.doctor && !options_.scratch) doctor_.look_back();  // random vectors say nothing of what is near
    report_.findings = doctor_.findings();
    finish(steps);
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  fs::path checkpoint() const { return out_ / "checkpoint.safetensors"; }
  fs::path best() const { return out_ / "best.safetensors"; }

  void say(TrainEvent::Kind kind, std::string text) const {
    if (progress_) progress_({.kind = kind, .text = std::move(text)});
  }

  void open_data() {
    for (std::size_t i = 0; i < options_.data.size(); ++i) {
      say(TrainEvent::Kind::kStage, concat("reading ", options_.data[i].file.string()));
      sources_.emplace_back(options_.data[i], loss_of(options_.data[i].loss.value_or(options_.loss)), options_.seed, i);
      if (sources_.back().left_out() > 0)
        say(TrainEvent::Kind::kStage, concat("left out ", sources_.back().left_out(), " rows with an empty text"));
    }
    if (options_.doctor)
      for (const ExampleSource& source : sources_) doctor_.look_at_data(source, options_.eval);
  }

  void open_model() {
    start_ = out_ / "start";
    if (!options_.pooling.empty() && !pooling_of(find_model_folder(options_.model)))
      fail(ErrorCode::kInvalidArgument, "pooling: the modules.json of ", options_.model, " says it; leave out pooling");
    if (options_.pretrain) {
      start_ = pretrained_of(out_);
    } else if (options_.scratch) {
      if (!is_there(start_ / "model.safetensors")) {
        say(TrainEvent::Kind::kStage, "training the tokenizer");
        write_scratch_model(*options_.scratch, sources_, options_.seed, options_.threads, start_);
      }
    } else if (options_.student) {
      if (!is_there(start_ / "model.safetensors")) {
        say(TrainEvent::Kind::kStage, "making the student");
        const fs::path from = find_model_folder(options_.model);
        write_student_model(*options_.student, from, pooling_of(from), sources_, options_.threads, start_);
      }
    } else {
      start_ = find_model_folder(options_.model);
    }
    const PipelineConfig pipeline = read_transformer_pipeline(start_, pooling_of(start_));
    if (!pipeline.include_prompt &&
        std::any_of(options_.data.begin(), options_.data.end(), [](const TrainData& d) { return !d.prompts.empty(); }))
      fail(ErrorCode::kUnsupported, start_.string(),
           ": leaves its prompt out of pooling, which training with prompts "
           "cannot do yet");
    graph_.emplace(pipeline, pool_);
    for (const ExampleSource& s : sources_)
      for (const std::int64_t width : s.loss().dimensions)
        if (width > graph_->dimensions())
          fail(ErrorCode::kInvalidArgument, "matryoshka: expected widths up to the model's ", graph_->dimensions(),
               ", found ", width);
    if (options_.lora) graph_->add_adapters(*options_.lora, options_.seed);
    apply_rates(options_, pipeline.encoder, graph_->parameters());
    tokenizer_.emplace(Tokenizer::load(pipeline.transformer_folder));
    if (tokenizer_->max_id() >= pipeline.encoder.vocab_size)
      fail(ErrorCode::kCorrupt, start_.string(), ": the tokenizer has ids up to ", tokenizer_->max_id(),
           " but the embedding table has only ", pipeline.encoder.vocab_size, " rows");
    const std::int64_t limit =
        std::min(pipeline.max_seq_length.value_or(pipeline.encoder.max_positions), pipeline.encoder.max_positions);
    max_tokens_ = options_.max_tokens > 0 ? options_.max_tokens : limit;
    if (max_tokens_ > pipeline.encoder.max_positions || max_tokens_ <= tokenizer_->special_tokens_added())
      fail(ErrorCode::kInvalidArgument, "max_tokens: expected ", tokenizer_->special_tokens_added() + 1, " to ",
           pipeline.encoder.max_positions, ", found ", max_tokens_);
    learner_.emplace(*graph_, *tokenizer_,
                     Learner::Settings{.max_tokens = max_tokens_,
                                       .mini_batch = options_.mini_batch,
                                       .dropout = options_.dropout.value_or(dropout_of(pipeline.transformer_folder)),
                                       .adapter_dropout = options_.lora ? options_.lora->dropout : 0,
                                       .seed = options_.seed},
                     pool_);
    open_teachers();
    if (std::any_of(sources_.begin(), sources_.end(),
                    [](const ExampleSource& s) { return s.loss().kind == LossKind::kMasked; }))
      learner_->open_masked_head();
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].loss().kind == LossKind::kSoftmax) add_classifier(i, sources_[i].loss().classes);
  }

  /// What the options say, of a folder that does not say it itself.
  std::optional<std::string> pooling_of(const fs::path& folder) const {
    if (options_.pooling.empty() || file_exists(folder / "modules.json")) return std::nullopt;
    return options_.pooling;
  }

  static double dropout_of(const fs::path& folder) {
    const JsonDocument document = JsonDocument::load(folder / "config.json");
    return document.root().get_number("hidden_dropout_prob", 0);
  }

  void open_teachers() {
    std::vector<std::optional<TeacherVectors>> vectors(sources_.size());
    const EncoderOptions exact{.compute = ComputeType::kFloat32, .threads = options_.threads};
    std::optional<Encoder> teacher;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (loss_target(sources_[i].loss().kind) != LossTarget::kVector) continue;
      if (options_.teacher.empty())
        fail(ErrorCode::kInvalidArgument, "teacher: the loss ", loss_name(sources_[i].loss().kind),
             " needs a model whose vectors are learned");
      if (!teacher) teacher.emplace(Encoder::load(options_.teacher, exact));
      vectors[i].emplace(*teacher, sources_[i], out_, [&](std::int64_t done) {
        if (progress_)
          progress_({.kind = TrainEvent::Kind::kStage,
                     .text = "vectors of the teacher",
                     .step = done,
                     .steps = sources_[i].rows()});
      });
      if (sources_[i].loss().kind == LossKind::kMse && vectors[i]->width() != graph_->dimensions())
        fail(ErrorCode::kInvalidArgument, "teacher: its vectors have ", vectors[i]->width(), " numbers, the model's ",
             graph_->dimensions(), "; the loss distill takes other widths");
    }
    learner_->set_teacher(std::move(vectors));
    const bool guided = std::any_of(sources_.begin(), sources_.end(),
                                    [](const ExampleSource& s) { return s.loss().kind == LossKind::kGist; });
    if (guided && options_.guide.empty())
      fail(ErrorCode::kInvalidArgument, "guide: the loss gist needs a model that tells false negatives");
    if (guided) learner_->set_guide(Encoder::load(options_.guide, exact));
  }

  /// The head of the softmax loss, which is trained along and then left behind.
  void add_classifier(std::size_t source, std::int64_t classes) {
    const std::int64_t width = 3 * graph_->dimensions();
    const double bound = 1 / std::sqrt(static_cast<double>(width));
    for (const bool is_bias : {false, true}) {
      Parameter<float>& p = graph_->parameters().add(
          concat("loss/", source, is_bias ? ".bias" : ".weight"),
          is_bias ? std::vector<std::int64_t>{classes} : std::vector<std::int64_t>{classes, width});
      const CounterRng random(options_.seed, (1ULL << 42) + 2 * source + (is_bias ? 1 : 0));
      for (std::int64_t i = 0; i < p.value.size(); ++i)
        p.value[i] = static_cast<float>((2.0 * random.uniform(static_cast<std::uint64_t>(i)) - 1) * bound);
    }
  }

  std::int64_t steps_of_training() {
    if (options_.max_steps > 0) return options_.max_steps;
    const BatchStream batches(sources_, options_.batch_size, options_.no_duplicates, options_.seed);
    const double all = options_.epochs * static_cast<double>(batches.batches_per_epoch());
    return std::max<std::int64_t>(1,
                                  static_cast<std::int64_t>(std::ceil(all / static_cast<double>(options_.accumulate))));
  }

  double one_step(BatchStream& batches, Optimizer& optimizer, std::int64_t step, std::int64_t steps) {
    const auto start = Clock::now();
    graph_->parameters().zero_gradients(pool_);
    double loss = 0;
    std::int64_t tokens = 0;
    for (std::int64_t part = 0; part < options_.accumulate; ++part) {
      const BatchStream::Batch batch = batches.next();
      const ExampleSource& source = sources_[batch.source];
      const auto outcome = learner_->learn(batch, source, step * options_.accumulate + part + 1,
                                           1.0 / static_cast<double>(options_.accumulate));
      if (!std::isfinite(outcome.loss)) fail_not_finite(batch, source, step);
      loss += outcome.loss / static_cast<double>(options_.accumulate);
      learnt_text_ = batch.examples.front().texts.front();
      if (options_.doctor) doctor_.look_at_batch(batch, source, outcome);
      tokens += outcome.tokens;
      report_.texts += outcome.texts;
    }
    report_.tokens += tokens;
    const double rate = scheduled_rate(optimizer_options(options_, steps), step), norm = optimizer.step();
    if (!std::isfinite(norm))
      fail(ErrorCode::kInvalidArgument, "step ", step + 1,
           ": the gradient is not finite; a smaller learning_rate may "
           "help; ",
           kept());
    learner_->prepare();
    if (progress_)
      progress_({.kind = TrainEvent::Kind::kStep,
                 .step = step + 1,
                 .steps = steps,
                 .loss = loss,
                 .rate = rate,
                 .gradient_norm = norm,
                 .tokens_per_second =
                     static_cast<double>(tokens) / std::chrono::duration<double>(Clock::now() - start).count()});
    return loss;
  }

  std::string kept() const {
    return is_there(checkpoint()) ? concat("the last checkpoint stays in ", checkpoint().string())
                                  : std::string("no checkpoint had been written yet");
  }

  [[noreturn]] void fail_not_finite(const BatchStream::Batch& batch, const ExampleSource& source,
                                    std::int64_t step) const {
    std::string rows;
    for (std::size_t i = 0; i < batch.examples.size() && i < 8; ++i)
      rows.append(i == 0 ? "" : ", ").append(std::to_string(batch.examples[i].line));
    fail(ErrorCode::kInvalidArgument, "step ", step + 1, ": the loss is not a number, in the batch of lines ", rows,
         batch.examples.size() > 8 ? ", ..." : "", " of ", source.data().file.string(),
         "; a smaller learning_rate may help; ", kept());
  }

  /// A checkpoint whose next loss would be no number is not worth the one that it would replace.
  void require_finite_vectors(std::int64_t step) {
    const Matrix vector = learner_->embed({&learnt_text_, 1});
    if (!std::all_of(vector.row(0).begin(), vector.row(0).end(), [](float x) { return std::isfinite(x); }))
      fail(ErrorCode::kInvalidArgument, "step ", step,
           ": the model's vectors are no longer numbers; a smaller learning_rate may help; ", kept());
  }

  std::vector<EvalResult> evaluate_all(std::int64_t step) {
    std::vector<EvalResult> results;
    for (const EvalTask& task : options_.eval) {
      results.push_back(evaluate(
          task, [&](std::span<const std::string> texts, bool) { return learner_->embed(texts); }, options_.threads));
      if (progress_) progress_({.kind = TrainEvent::Kind::kEval, .step = step, .result = &results.back()});
    }
    judged_ = {step, results};
    return results;
  }

  void keep_if_best(const std::vector<EvalResult>& results, Progress& place) {
    const double first = results.front().metrics.front().second;
    const bool less_is_better = options_.eval.front().type == EvalTask::Type::kSpread;
    const double value = less_is_better ? -first : first;
    if (place.best_step > 0 && !(value > place.best_value)) return;
    place.best_step = place.step;
    place.best_value = std::isfinite(value) ? value : -1e300;
    save_parameters(best(), graph_->parameters());
  }

  void finish(std::int64_t steps) {
    if (!options_.eval.empty()) {
      load_parameters(best(), graph_->parameters());
      graph_->prepare();
      report_.after = judged_.first == report_.best_step ? judged_.second : evaluate_all(report_.best_step);
    }
    const PipelineConfig& pipeline = graph_->pipeline();
    if (options_.lora) {
      // Not beside the weights: transformers takes a folder with an adapter for that alone.
      const bool own = options_.scratch || options_.student;
      save_adapters(*options_.lora, graph_->parameters(), own ? start_.string() : options_.model, out_ / "adapter");
      merge_adapters(*options_.lora, graph_->parameters());
    }
    copy_model_files(start_, out_);
    if (pooling_of(start_)) write_modules(pipeline, false, out_);
    const fs::path inside = pipeline.transformer_folder.lexically_relative(start_);
    save_weights(graph_->parameters(), out_, inside == "." ? out_ : out_ / inside);
    std::int64_t parameters = 0;
    for (const auto& p : graph_->parameters().all())
      if (!is_left_behind(p->name)) parameters += p->value.size();
    ModelCard card{.name = out_.filename().string(),
                   .base = options_.scratch ? "random weights" : options_.model,
                   .recipe = recipe_,
                   .before = report_.before,
                   .after = report_.after,
                   .dimensions = graph_->dimensions(),
                   .max_tokens = max_tokens_,
                   .parameters = parameters,
                   .steps = steps};
    for (const ExampleSource& s : sources_)
      card.data.push_back({.file = s.data().file.filename().string(),
                           .loss = std::string(loss_name(s.loss().kind)),
                           .license = s.data().license,
                           .rows = s.rows()});
    write_model_card(card, out_ / "README.md");
    write_golden();
    std::error_code ignored;
    fs::remove(checkpoint(), ignored);  // first: as long as it is there, all of this can be done again
    fs::remove(best(), ignored);
  }

  /// golden.jsonl (docs/formats.md): what the model as it was written gives for a few texts.
  void write_golden() const {
    const std::vector<std::string> texts = {"The quick brown fox jumps over the lazy dog",
                                            "A fast auburn fox leaps above a sleepy canine",
                                            "Stock markets closed higher on Friday", "cat"};
    const Encoder encoder =
        Encoder::load(out_.string(), {.compute = ComputeType::kFloat32, .threads = options_.threads});
    write_file(out_ / "golden.jsonl", golden_lines(encoder, texts));
  }

  const TrainOptions& options_;
  fs::path out_, start_;
  std::string recipe_;
  const TrainProgress& progress_;
  ThreadPool pool_;
  Doctor doctor_;
  std::vector<ExampleSource> sources_;
  std::optional<EncoderGraph<float>> graph_;
  std::optional<Tokenizer> tokenizer_;
  std::optional<Learner> learner_;
  std::int64_t max_tokens_ = 0;
  std::pair<std::int64_t, std::vector<EvalResult>> judged_;  // at which step last, and how
  std::string learnt_text_;                                  // of the last batch
  bool complete_ = false;
  TrainReport report_;
};

}  // namespace
}  // namespace train

TrainReport train_model(const TrainOptions& options, const std::filesystem::path& out, bool resume,
                        const TrainProgress& progress) {
  const bool was_there = train::is_there(out);
  try {
    if (options.pretrain) {
      train::check_options(options);
      train::open_folder(out, resume);
      const TrainOptions stage = train::pretraining(options);
      train::Trainer(stage, train::pretrained_of(out), true, progress).run();
      resume = true;
    }
    return train::Trainer(options, out, resume, progress).run();
  } catch (...) {
    std::error_code ignored;
    if (!was_there) std::filesystem::remove(out, ignored);  // unless something was made in it
    throw;
  }
}

}  // namespace sememe
