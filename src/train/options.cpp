#include "train/options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "io/json_writer.h"
#include "train/examples.h"

namespace sememe::train {
namespace {

constexpr std::array<std::string_view, 3> kDistances = {"cosine", "euclidean", "manhattan"};

void require(bool holds, std::string_view what, std::string_view expected, double found) {
  if (!holds) fail(ErrorCode::kInvalidArgument, what, ": expected ", expected, ", found ", found);
}

void append_loss(JsonWriter& json, const LossOptions& loss) {
  json.begin_object().member("name", std::string_view(loss.name));
  if (loss.scale) json.member("scale", *loss.scale);
  if (loss.margin) json.member("margin", *loss.margin);
  if (loss.mask) json.member("mask", *loss.mask);
  if (loss.temperature) json.member("temperature", *loss.temperature);
  if (loss.distance) json.member("distance", std::string_view(*loss.distance));
  if (loss.symmetric) json.member("symmetric", true);
  if (!loss.matryoshka.empty()) {
    json.key("matryoshka").begin_array(true);
    for (const std::int64_t d : loss.matryoshka) json.value(d);
    json.end_array();
  }
  if (!loss.matryoshka_weights.empty()) {
    json.key("matryoshka_weights").begin_array(true);
    for (const double w : loss.matryoshka_weights) json.value(w);
    json.end_array();
  }
  json.end_object();
}

void append_list(JsonWriter& json, std::string_view key, const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.key(key).begin_array(true);
  for (const std::string& text : list) json.value(std::string_view(text));
  json.end_array();
}

void append_data(JsonWriter& json, const std::vector<TrainData>& data) {
  json.key("data").begin_array();
  for (const TrainData& d : data) {
    const std::string file = d.file.string();
    json.begin_object().member("file", std::string_view(file));
    append_list(json, "columns", d.columns);
    append_list(json, "labels", d.labels);
    json.key("range").begin_array(true).value(d.low).value(d.high).end_array();
    if (d.weight > 0) json.member("weight", d.weight);
    if (d.skip_empty) json.member("skip_empty", true);
    append_list(json, "prompts", d.prompts);
    if (d.loss) append_loss(json.key("loss"), *d.loss);
    if (!d.license.empty()) json.member("license", std::string_view(d.license));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void check_options(const TrainOptions& o) {
  const auto positive = [](std::string_view what, double x) {
    require(x > 0 && std::isfinite(x), what, "a number above 0", x);
  };
  const auto at_least = [](std::string_view what, std::int64_t x, std::int64_t least) {
    require(x >= least, what, concat("at least ", least), static_cast<double>(x));
  };
  if (o.data.empty()) fail(ErrorCode::kInvalidArgument, "data: expected at least one file, found none");
  if (o.model.empty() && !o.scratch)
    fail(ErrorCode::kInvalidArgument, "model: say which model to start from, or start from random weights (scratch)");
  if (o.scratch) {
    const ScratchOptions& s = *o.scratch;
    if (!o.model.empty() || o.student || !o.pooling.empty())
      fail(ErrorCode::kInvalidArgument, "scratch: random weights are made of no other model; leave out ",
           o.student          ? "student"
           : !o.model.empty() ? "model"
                              : "pooling");
    at_least("scratch hidden_size", s.hidden_size, 1);
    at_least("scratch layers", s.layers, 1);
    at_least("scratch heads", s.heads, 1);
    at_least("scratch intermediate_size", s.intermediate_size, 1);
    at_least("scratch max_positions", s.max_positions, 3);  // [CLS], a piece, [SEP]
    at_least("scratch vocab_size", s.vocab_size, 1);
    require(s.hidden_size % s.heads == 0, "scratch hidden_size", concat("a multiple of the ", s.heads, " heads"),
            static_cast<double>(s.hidden_size));
  }
  positive("epochs", o.epochs);
  positive("learning_rate", o.learning_rate);
  positive("layer_decay", o.layer_decay);
  at_least("max_steps", o.max_steps, 0);
  at_least("batch_size", o.batch_size, 1);
  at_least("mini_batch", o.mini_batch, 0);
  at_least("accumulate", o.accumulate, 1);
  at_least("max_tokens", o.max_tokens, 0);
  at_least("eval_steps", o.eval_steps, 0);
  at_least("save_steps", o.save_steps, 0);
  require(o.warmup >= 0, "warmup", "a part of all steps, or a number of steps", o.warmup);
  require(o.weight_decay >= 0, "weight_decay", "a number from 0 on", o.weight_decay);
  require(o.momentum >= 0 && o.momentum < 1, "momentum", "a number from 0 to below 1", o.momentum);
  require(o.max_grad_norm >= 0, "max_grad_norm", "a number from 0 on", o.max_grad_norm);
  if (o.pretrain) {
    positive("pretrain epochs", o.pretrain->epochs);
    positive("pretrain learning_rate", o.pretrain->learning_rate);
    at_least("pretrain max_steps", o.pretrain->max_steps, 0);
    at_least("pretrain batch_size", o.pretrain->batch_size, 1);
  }
  if (o.lora) {
    at_least("lora rank", o.lora->rank, 1);
    positive("lora alpha", o.lora->alpha);
    require(o.lora->dropout >= 0 && o.lora->dropout < 1, "lora dropout", "a number from 0 to below 1", o.lora->dropout);
  }
  if (o.dropout) require(*o.dropout >= 0 && *o.dropout < 1, "dropout", "a number from 0 to below 1", *o.dropout);
  for (const TrainData& d : o.data) require(d.weight >= 0, "weight", "a number from 0 on", d.weight);
  if (!parse_optimizer(o.optimizer))
    fail(ErrorCode::kInvalidArgument, "optimizer: expected adamw or sgd, found ", quote(o.optimizer));
  if (!parse_schedule(o.schedule))
    fail(ErrorCode::kInvalidArgument, "schedule: expected linear, cosine or constant, found ", quote(o.schedule));
}

LossSpec loss_of(const LossOptions& o) {
  const auto known = parse_loss(o.name);
  if (!known) fail(ErrorCode::kInvalidArgument, "loss: ", quote(o.name), " is not known; known ones: ", loss_names());
  LossSpec spec = *known;
  spec.scale = o.scale.value_or(spec.scale);
  spec.margin = o.margin.value_or(spec.margin);
  spec.temperature = o.temperature.value_or(spec.temperature);
  spec.mask = o.mask.value_or(spec.mask);
  spec.symmetric = o.symmetric;
  spec.dimensions = o.matryoshka;
  spec.weights = o.matryoshka_weights;
  require(spec.mask > 0 && spec.mask < 1, "mask", "a number from 0 to 1", spec.mask);
  require(spec.scale > 0, "scale", "a number above 0", spec.scale);
  require(spec.temperature > 0, "temperature", "a number above 0", spec.temperature);
  for (const std::int64_t width : spec.dimensions)
    require(width > 0, "matryoshka", "widths from 1 on", static_cast<double>(width));
  if (spec.kind == LossKind::kMasked && !spec.dimensions.empty())
    fail(ErrorCode::kInvalidArgument, "matryoshka: the loss mlm is not one of vectors");
  if (!spec.weights.empty() && spec.weights.size() != spec.dimensions.size())
    fail(ErrorCode::kInvalidArgument, "matryoshka_weights: expected ", spec.dimensions.size(), " numbers, found ",
         spec.weights.size());
  if (o.distance) {
    const auto at = std::find(kDistances.begin(), kDistances.end(), *o.distance);
    if (at == kDistances.end())
      fail(ErrorCode::kInvalidArgument, "distance: expected cosine, euclidean or manhattan, found ",
           quote(*o.distance));
    spec.distance = static_cast<Distance>(at - kDistances.begin());
  }
  return spec;
}

OptimizerOptions optimizer_options(const TrainOptions& o, std::int64_t steps) {
  return {.kind = *parse_optimizer(o.optimizer),
          .rate = o.learning_rate,
          .weight_decay = o.weight_decay,
          .momentum = o.momentum,
          .clip = o.max_grad_norm,
          .schedule = *parse_schedule(o.schedule),
          .warmup = o.warmup >= 1 ? static_cast<std::int64_t>(o.warmup)
                                  : static_cast<std::int64_t>(std::ceil(o.warmup * static_cast<double>(steps))),
          .steps = steps};
}

std::string options_json(const TrainOptions& o) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object().member("model", std::string_view(o.model));
  if (!o.pooling.empty()) json.member("pooling", std::string_view(o.pooling));
  if (o.scratch)
    json.key("scratch")
        .begin_object(true)
        .member("hidden_size", o.scratch->hidden_size)
        .member("layers", o.scratch->layers)
        .member("heads", o.scratch->heads)
        .member("intermediate_size", o.scratch->intermediate_size)
        .member("max_positions", o.scratch->max_positions)
        .member("vocab_size", o.scratch->vocab_size)
        .end_object();
  if (o.student) {
    json.key("student").begin_object(true).key("layers").begin_array(true);
    for (const std::int64_t layer : o.student->layers) json.value(layer);
    json.end_array().member("vocab_size", o.student->vocab_size).end_object();
  }
  if (o.lora) {
    json.key("lora").begin_object().member("rank", o.lora->rank).member("alpha", o.lora->alpha);
    append_list(json.member("dropout", o.lora->dropout), "target_modules", o.lora->target_modules);
    json.end_object();
  }
  if (!o.teacher.empty()) json.member("teacher", std::string_view(o.teacher));
  if (!o.guide.empty()) json.member("guide", std::string_view(o.guide));
  if (o.pretrain) {
    append_data(json.key("pretrain").begin_object(), o.pretrain->data);
    json.member("mask", o.pretrain->mask).member("epochs", o.pretrain->epochs);
    json.member("max_steps", o.pretrain->max_steps).member("batch_size", o.pretrain->batch_size);
    json.member("learning_rate", o.pretrain->learning_rate).end_object();
  }
  append_data(json, o.data);
  append_loss(json.key("loss"), o.loss);
  json.member("epochs", o.epochs).member("max_steps", o.max_steps).member("batch_size", o.batch_size);
  json.member("mini_batch", o.mini_batch).member("accumulate", o.accumulate);
  if (o.no_duplicates) json.member("no_duplicates", *o.no_duplicates);
  json.member("max_tokens", o.max_tokens).member("optimizer", std::string_view(o.optimizer));
  json.member("learning_rate", o.learning_rate).member("schedule", std::string_view(o.schedule));
  json.member("warmup", o.warmup).member("weight_decay", o.weight_decay).member("momentum", o.momentum);
  json.member("max_grad_norm", o.max_grad_norm).member("layer_decay", o.layer_decay);
  append_list(json, "freeze", o.freeze);
  if (o.dropout) json.member("dropout", *o.dropout);
  json.member("eval_steps", o.eval_steps).member("seed", o.seed).end_object();
  return json.take();
}

TrainOptions pretraining(const TrainOptions& o) {
  TrainOptions stage = o;
  stage.pretrain.reset();
  stage.lora.reset();
  stage.loss = {.name = "mlm", .mask = o.pretrain->mask};
  stage.data = o.pretrain->data.empty() ? o.data : o.pretrain->data;
  for (TrainData& d : stage.data) {
    if (d.columns.empty() && o.pretrain->data.empty())
      d.columns = default_columns(loss_of(d.loss.value_or(o.loss)).kind, d.file);
    d.labels.clear();
    d.prompts.clear();
    d.loss.reset();
  }
  stage.epochs = o.pretrain->epochs;
  stage.max_steps = o.pretrain->max_steps;
  stage.batch_size = o.pretrain->batch_size;
  stage.learning_rate = o.pretrain->learning_rate;
  stage.teacher.clear();
  stage.guide.clear();
  stage.freeze.clear();
  stage.eval.clear();
  return stage;
}

void apply_rates(const TrainOptions& o, const EncoderConfig& config, ParameterSet<float>& parameters) {
  for (const std::string& name : o.freeze) {
    bool found = false;
    for (const auto& p : parameters.all())
      if (p->name.find(name) != std::string::npos) {
        p->trained = false;
        found = true;
      }
    if (!found)
      fail(ErrorCode::kInvalidArgument, "freeze: no parameter's name holds ", quote(name), "; one is ",
           quote(parameters.all().front()->name));
  }
  for (const auto& p : parameters.all()) {
    if (p->name.find("embeddings.") != std::string::npos)
      p->rate = std::pow(o.layer_decay, static_cast<double>(config.layers));
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
      if (p->name.find(concat(".layer.", layer, ".")) != std::string::npos)
        p->rate = std::pow(o.layer_decay, static_cast<double>(config.layers - 1 - layer));
  }
}

}  // namespace sememe::train
